#include "bench/tally-bench/mint.h"

#include <sodium.h>

#include "ballot/ballot.h"
#include "pollbook/decision.h"
#include "tests/lib/campaign.h"
#include "tests/lib/pollbook.h"
#include "tools/lib/signature.h"

enum {
	VOTERS = 120
};

static const struct campaign_wish wishes[] = {
    {.options = 10, .max = 3},
    {.options = 2, .single = true, .blank = true},
    {.options = 1}, /* one vote is possible, and abstaining */
    {.districts = 5, .contests = 4, .options = 12, .max = 5, .min = 2, .blank = true},
    {.options = 30, .max = 30, .budget_cap = 900, .method = "knapsack"},
    {.options = 8, .method = "cumulative", .limits = "\"sum_points\":11"},
    {.options = 8, .method = "score", .limits = "\"value_min\":-3,\"value_max\":9"},
    {.options = 9, .max = 6, .ranked = true},
    {.districts = 3,
     .options = 12,
     .max = 6,
     .grouped = true,
     .limits = "\"categories\":[{\"category\":\"k0\",\"min\":1,\"max\":2},"
	       "{\"category\":\"k1\",\"max\":1}],\"zones_max\":2"},
    {.contests = 3,
     .options = 5,
     .more = "\"across\":[{\"contests\":[\"c0\",\"c1\",\"c2\"],\"max\":4,\"contests_max\":2}]"},
    {.districts = 2, .roster = 200},
    {.options = 10, .max = 3, .frontends = 3, .precedence = "booth", .revisions_max = 4},
    {.options = 10, .max = 3, .revisions_max = 3},
    {.districts = 3, .signing = TALLY_SIGNING_VOTER, .registrars = 2},
    {.options = 6, .signing = TALLY_SIGNING_VOTER, .revisions_max = 9},
};

/* A server as simple as can be: what is genuine, by libsodium, and what the poll book says. */
struct server {
	const struct campaign *campaign;
	struct pollbook_table table;
	uint64_t entries;
};

static void
server_init(struct server *server, const struct campaign *campaign)
{
	static const uint8_t seed[16] = {9};
	const struct pollbook_capacity capacity = {
	    .voters_max = VOTERS, .ballots_max = 20, .voter_mode = true};

	*server = (struct server){.campaign = campaign};
	test_pollbook_make(&server->table, &capacity, seed);
}

static enum tally_verdict
server_judge(struct server *server, struct bytes bytes)
{
	const struct manifest *manifest = server->campaign->manifest;
	uint8_t digest[BALLOT_DIGEST_SIZE];
	struct pollbook_decision decision;
	struct pollbook_ballot entered;
	struct ballot ballot;
	enum tally_verdict verdict = signature_ballot(manifest, bytes, &ballot);

	if (verdict != TALLY_ACCEPTED)
		return verdict;
	if (manifest->has_roster &&
	    roster_find(&server->campaign->roster, ballot.tag) != ballot.district)
		return TALLY_NOT_ON_ROSTER;
	ballot_digest(&ballot, digest);
	entered = (struct pollbook_ballot){
	    .tag = ballot.tag,
	    .revision = ballot.revision,
	    .rank = manifest->precedence != MANIFEST_PRECEDENCE_NONE &&
		    manifest_frontend_find(manifest, ballot.key_id)->booth,
	    .digest = digest,
	    .voter_key = ballot.voter_key,
	    .serial = ballot.serial};
	pollbook_decide(&server->table, &entered, manifest->revote == MANIFEST_REVOTE_LAST,
			&decision);
	if (decision.outcome == POLLBOOK_REFUSED)
		return decision.verdict;
	if (decision.outcome != POLLBOOK_SAME)
		pollbook_enter(&server->table, &entered, server->entries++);
	return TALLY_ACCEPTED;
}

static struct mint *
mint_make(const struct campaign *campaign, const struct campaign_wish *wish, uint64_t seed)
{
	struct mint *mint = calloc(1, sizeof *mint);
	bool voter = wish->signing == TALLY_SIGNING_VOTER;

	assert_non_null(mint);
	mint->manifest = campaign->manifest;
	mint->seed = seed;
	mint->keys_count =
	    voter ? campaign->manifest->registrars_count : campaign->manifest->frontends_count;
	for (size_t i = 0; i < mint->keys_count; i++) {
		mint->keys[i] = voter ? campaign->registrars[i] : campaign->frontends[i];
		assert_true(mint_is_signer(mint->manifest, mint->keys[i].key.id));
	}
	assert_false(mint_is_signer(mint->manifest, campaign->log.key.id));
	mint->roster = campaign->roster.records;
	mint->roster_count = campaign->roster.count;
	mint_ready(mint);
	return mint;
}

static struct deal_wish
deal_of(const struct campaign *campaign, uint64_t seed)
{
	return (struct deal_wish){.seed = seed,
				  .voters_count = VOTERS,
				  .repeats = 0.1,
				  .revotes = 0.2,
				  .forged = 0.3,
				  .last = campaign->manifest->revote == MANIFEST_REVOTE_LAST,
				  .revisions_max = campaign->manifest->revisions_max,
				  .signing = campaign->manifest->signing};
}

static struct bytes
minted(const struct mint *mint, const struct deal_ballot *dealt, uint8_t *memory)
{
	struct writer writer = writer_make(memory, TALLY_BALLOT_SIZE_MAX);

	mint_ballot(mint, dealt, &writer);
	return writer_view(&writer);
}

static uint64_t
count_votes(struct bytes bytes)
{
	struct ballot ballot;

	assert_int_equal(ballot_parse(bytes, &ballot), TALLY_ACCEPTED);
	for (size_t i = 0; i < ballot.choices.size; i++)
		if (ballot.choices.data[i] != 0)
			return 1;
	return 0;
}

static void
campaign_gets_what_was_foretold(const struct campaign_wish *wish, uint64_t seed)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	uint64_t seen[KINDS_COUNT] = {0}, votes = 0;
	struct campaign campaign;
	struct deal_ballot dealt;
	struct deal_wish deal_wish;
	struct server server;
	struct deal deal;
	struct mint *mint;

	campaign_make(&campaign, wish);
	mint = mint_make(&campaign, wish, seed);
	server_init(&server, &campaign);
	deal_wish = deal_of(&campaign, seed);
	deal_init(&deal, &deal_wish);
	while (deal_next(&deal, &dealt)) {
		struct bytes ballot = minted(mint, &dealt, memory);

		assert_int_equal(server_judge(&server, ballot), kind_verdict(dealt.kind));
		seen[dealt.kind]++;
		if (dealt.kind == KIND_FRESH)
			votes += count_votes(ballot);
	}
	assert_int_equal(seen[KIND_FRESH], VOTERS);
	assert_true(votes > VOTERS / 2); /* not all of them abstain */
	for (int kind = KIND_REPEAT; kind < KINDS_COUNT; kind++) {
		bool other =
		    kind == (deal_wish.last ? KIND_SECOND : KIND_REVOTE) ||
		    kind == (deal_wish.signing == TALLY_SIGNING_VOTER ? KIND_STRANGER
								      : KIND_CERTIFICATE);
		assert_int_equal(seen[kind] > 0, !other);
	}
	test_pollbook_free(&server.table);
	free(mint);
	campaign_free(&campaign);
}

static void
every_verdict_is_the_foretold_one(void **state)
{
	struct test_random random = test_random_make(3);

	(void)state;
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
		campaign_gets_what_was_foretold(&wishes[i], test_random_next(&random));
}

static void
the_same_seed_makes_the_same_bytes(void **state)
{
	uint8_t one[TALLY_BALLOT_SIZE_MAX], two[TALLY_BALLOT_SIZE_MAX];
	struct deal_ballot first = {.kind = KIND_FRESH, .voter = 7, .revision = 1};
	struct deal_ballot again = {
	    .kind = KIND_REPEAT, .voter = 7, .revision = 1, .place = 99};
	struct campaign campaign;
	struct mint *mint;
	struct bytes a, b;

	(void)state;
	campaign_make(&campaign, &wishes[3]);
	mint = mint_make(&campaign, &wishes[3], 5);
	a = minted(mint, &first, one);
	b = minted(mint, &again, two);
	assert_true(bytes_equal(a, b));
	mint->seed = 6;
	b = minted(mint, &again, two);
	assert_false(bytes_equal(a, b));
	free(mint);
	campaign_free(&campaign);
}

/* A signature that verifies by the equation and fails by the rule: S is not below L. */
static void
the_raised_scalar_is_not_canonical(void **state)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX], good[TALLY_BALLOT_SIZE_MAX], reduced[32];
	struct deal_ballot dealt = {.kind = KIND_SCALAR, .voter = 1, .revision = 1};
	uint8_t wide[64] = {0};
	struct campaign campaign;
	struct mint *mint;
	struct bytes forged, honest;

	(void)state;
	campaign_make(&campaign, &wishes[0]);
	mint = mint_make(&campaign, &wishes[0], 5);
	forged = minted(mint, &dealt, memory);
	dealt.kind = KIND_FRESH;
	honest = minted(mint, &dealt, good);
	memcpy(wide, forged.data + forged.size - 32, 32);
	crypto_core_ed25519_scalar_reduce(reduced, wide);
	assert_memory_not_equal(wide, reduced, 32);
	assert_memory_equal(reduced, honest.data + honest.size - 32, 32);
	assert_memory_equal(forged.data, honest.data, honest.size - 32);
	free(mint);
	campaign_free(&campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_verdict_is_the_foretold_one),
	    cmocka_unit_test(the_same_seed_makes_the_same_bytes),
	    cmocka_unit_test(the_raised_scalar_is_not_canonical),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
