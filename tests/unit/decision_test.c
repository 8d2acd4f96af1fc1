#include "tests/lib/test.h"

#include "pollbook/decision.h"

enum {
	ENTERED_MAX = 20000,
	NO_KEY = -1,
};

/* A ballot by small numbers; the bytes are made from them. */
struct vote {
	uint32_t tag;
	uint16_t revision;
	uint32_t choice;
	int key; /* NO_KEY in frontend mode */
	uint64_t serial;
	uint64_t index; /* once entered */
	bool told;	/* sent again, it is told its index */
};

/* The naive poll book: every ballot that was entered, in order. */
struct model {
	struct vote entered[ENTERED_MAX];
	size_t count;
	size_t voters_max;
	bool revotes;
};

struct bench {
	struct pollbook_table table;
	struct model *model;
	uint64_t next_index;
};

static struct bench
bench_make(size_t voters_max, size_t records, bool revotes)
{
	static const uint8_t seed[16] = {1, 2, 3};
	struct bench bench = {.model = calloc(1, sizeof *bench.model), .next_index = 40};
	size_t slots_count = pollbook_slots_for(records);
	struct pollbook_slot *slots = calloc(slots_count, sizeof *slots);

	assert_non_null(bench.model);
	assert_non_null(slots);
	pollbook_table_init(&bench.table, slots, slots_count, seed);
	bench.table.voters_max = voters_max;
	bench.model->voters_max = voters_max;
	bench.model->revotes = revotes;
	return bench;
}

static void
bench_free(struct bench *bench)
{
	free(bench->table.slots);
	free(bench->model);
}

struct ballot_bytes {
	uint8_t tag[32];
	uint8_t key[32];
	uint8_t digest[16];
	struct pollbook_ballot ballot;
};

static const struct pollbook_ballot *
ballot_of(const struct vote *vote, struct ballot_bytes *bytes)
{
	memset(bytes, 0, sizeof *bytes);
	be32_store(bytes->tag + 28, vote->tag);
	be32_store(bytes->key, (uint32_t)vote->key);
	be32_store(bytes->digest, vote->tag);
	be16_store(bytes->digest + 4, vote->revision);
	be32_store(bytes->digest + 6, vote->choice);
	be16_store(bytes->digest + 10, (uint16_t)vote->key);
	be32_store(bytes->digest + 12, (uint32_t)vote->serial);
	bytes->ballot = (struct pollbook_ballot){
	    .tag = bytes->tag,
	    .revision = vote->revision,
	    .digest = bytes->digest,
	    .voter_key = vote->key == NO_KEY ? NULL : bytes->key,
	    .serial = vote->serial,
	};
	return &bytes->ballot;
}

static struct pollbook_decision
decide(const struct bench *bench, const struct vote *vote)
{
	struct pollbook_decision decision;
	struct ballot_bytes bytes;

	memset(&decision, 0xee, sizeof decision);
	pollbook_decide(&bench->table, ballot_of(vote, &bytes), bench->model->revotes,
			&decision);
	return decision;
}

static bool
same_bytes(const struct vote *a, const struct vote *b)
{
	return a->tag == b->tag && a->revision == b->revision && a->choice == b->choice &&
	       a->key == b->key && a->serial == b->serial;
}

static const struct vote *
counted(const struct model *model, uint32_t tag)
{
	const struct vote *newest = NULL;

	for (size_t i = 0; i < model->count; i++) {
		if (model->entered[i].tag == tag)
			newest = &model->entered[i];
	}
	return newest;
}

static size_t
voters(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->count; i++)
		count += counted(model, model->entered[i].tag) == &model->entered[i];
	return count;
}

static enum tally_verdict
model_certificate(const struct model *model, const struct vote *vote)
{
	const struct vote *at = model->entered;
	const struct vote *end = at + model->count;

	for (; at < end; at++) {
		if (at->tag == vote->tag &&
		    (at->serial > vote->serial ||
		     (at->serial == vote->serial && at->key != vote->key)))
			return TALLY_OLD_CERTIFICATE;
	}
	for (at = model->entered; at < end; at++) {
		if (at->key == vote->key && at->tag != vote->tag)
			return TALLY_KEY_IN_USE;
	}
	return TALLY_ACCEPTED;
}

static enum tally_verdict
model_refusal(const struct model *model, const struct vote *vote)
{
	const struct vote *before = counted(model, vote->tag);
	enum tally_verdict verdict = TALLY_ACCEPTED;

	if (vote->key != NO_KEY)
		verdict = model_certificate(model, vote);
	if (verdict != TALLY_ACCEPTED)
		return verdict;
	if (before == NULL)
		return voters(model) < model->voters_max ? TALLY_ACCEPTED : TALLY_ROLL_FULL;
	if (!model->revotes)
		return TALLY_HAS_VOTED;
	return before->revision >= vote->revision ? TALLY_SUPERSEDED : TALLY_ACCEPTED;
}

static struct pollbook_decision
model_decide(const struct model *model, const struct vote *vote)
{
	const struct vote *before = counted(model, vote->tag);
	struct pollbook_decision decision = {.index = before != NULL ? before->index : 0};

	for (size_t i = 0; i < model->count; i++) {
		if (model->entered[i].told && same_bytes(&model->entered[i], vote))
			return (struct pollbook_decision){POLLBOOK_SAME, TALLY_ACCEPTED,
							  model->entered[i].index};
	}
	decision.verdict = model_refusal(model, vote);
	decision.outcome = decision.verdict != TALLY_ACCEPTED ? POLLBOOK_REFUSED
			   : before != NULL		      ? POLLBOOK_REPLACES
							      : POLLBOOK_COUNTS;
	return decision;
}

static void
enter(struct bench *bench, const struct vote *vote)
{
	struct model *model = bench->model;
	struct ballot_bytes bytes;

	assert_true(model->count < ENTERED_MAX);
	pollbook_enter(&bench->table, ballot_of(vote, &bytes), bench->next_index);
	model->entered[model->count] = *vote;
	model->entered[model->count].index = bench->next_index++;
	model->entered[model->count++].told = true;
}

static struct pollbook_decision
assert_decision(const struct bench *bench, const struct vote *vote)
{
	struct pollbook_decision decision = decide(bench, vote);
	struct pollbook_decision expected = model_decide(bench->model, vote);

	assert_int_equal(decision.outcome, expected.outcome);
	assert_int_equal(decision.verdict, expected.verdict);
	assert_true(decision.index == expected.index);
	return decision;
}

static void
random_votes(bool revotes, bool voter_mode)
{
	struct test_random random = test_random_make(4);
	int outcomes[4] = {0};

	for (int round = 0; round < 60; round++) {
		struct bench bench = bench_make(8, 2000, revotes);

		for (int i = 0; i < 300; i++) {
			struct vote vote = {
			    .tag = (uint32_t)test_random_below(&random, 12),
			    .revision = (uint16_t)(1 + test_random_below(&random, 6)),
			    .choice = (uint32_t)test_random_below(&random, 2),
			    .key = voter_mode ? (int)test_random_below(&random, 20) : NO_KEY,
			    .serial = voter_mode ? test_random_below(&random, 4) : 0,
			};
			struct pollbook_decision decision = assert_decision(&bench, &vote);

			outcomes[decision.outcome]++;
			if (decision.outcome <= POLLBOOK_REPLACES)
				enter(&bench, &vote);
		}
		for (size_t i = 0; i < bench.model->count; i++)
			assert_int_equal(
			    assert_decision(&bench, &bench.model->entered[i]).outcome,
			    POLLBOOK_SAME);
		assert_true(bench.table.voters_count == voters(bench.model));
		bench_free(&bench);
	}
	assert_true(outcomes[POLLBOOK_COUNTS] > 100 && outcomes[POLLBOOK_REFUSED] > 100);
	assert_true(outcomes[POLLBOOK_SAME] > 100 || voter_mode);
	assert_true((outcomes[POLLBOOK_REPLACES] > 100) == revotes);
}

static void
decides_like_a_list(void **state)
{
	(void)state;
	for (int which = 0; which < 4; which++)
		random_votes((which & 1) != 0, (which & 2) != 0);
}

static void
assert_refused(const struct bench *bench, const struct vote *vote, enum tally_verdict verdict)
{
	struct pollbook_decision decision = decide(bench, vote);

	assert_int_equal(decision.outcome, POLLBOOK_REFUSED);
	assert_int_equal(decision.verdict, verdict);
}

static void
certificates(void **state)
{
	struct bench bench = bench_make(10, 200, true);
	struct vote first = {.tag = 1, .revision = 1, .key = 1, .serial = 5};
	struct vote again = {.tag = 1, .revision = 2, .key = 1, .serial = 4};
	struct vote other = {.tag = 2, .revision = 1, .key = 1, .serial = 9};

	(void)state;
	enter(&bench, &first);
	assert_refused(&bench, &again, TALLY_OLD_CERTIFICATE);
	again.serial = 5;
	again.key = 2;
	assert_refused(&bench, &again, TALLY_OLD_CERTIFICATE);
	assert_refused(&bench, &other, TALLY_KEY_IN_USE);
	again.serial = 6;
	assert_int_equal(decide(&bench, &again).outcome, POLLBOOK_REPLACES);
	enter(&bench, &again);
	assert_refused(&bench, &other, TALLY_KEY_IN_USE); /* a key given up stays the tag's */
	again.revision = 3;
	again.key = 1;
	again.serial = 7; /* and comes back to it */
	assert_int_equal(decide(&bench, &again).outcome, POLLBOOK_REPLACES);
	bench_free(&bench);
}

static void
serials_at_the_ends(void **state)
{
	struct bench bench = bench_make(10, 200, true);
	struct vote vote = {.tag = 1, .revision = 1, .key = 1, .serial = 0};

	(void)state;
	assert_int_equal(decide(&bench, &vote).outcome, POLLBOOK_COUNTS);
	enter(&bench, &vote);
	vote.revision = 2;
	vote.key = 2;
	assert_refused(&bench, &vote, TALLY_OLD_CERTIFICATE);
	vote.serial = UINT64_MAX;
	assert_int_equal(decide(&bench, &vote).outcome, POLLBOOK_REPLACES);
	enter(&bench, &vote);
	vote.revision = 3;
	assert_int_equal(decide(&bench, &vote).outcome, POLLBOOK_REPLACES);
	vote.key = 3;
	assert_refused(&bench, &vote, TALLY_OLD_CERTIFICATE);
	vote.key = 1;
	vote.serial = 0;
	assert_refused(&bench, &vote, TALLY_OLD_CERTIFICATE);
	bench_free(&bench);
}

static void
the_ballot_in_the_way(void **state)
{
	struct bench bench = bench_make(1, 10, false);
	struct vote vote = {.tag = 1, .revision = 1, .key = NO_KEY};

	(void)state;
	bench.next_index = (UINT64_C(1) << 48) - 1;
	enter(&bench, &vote);
	assert_int_equal(decide(&bench, &vote).outcome, POLLBOOK_SAME);
	vote.choice = 1;
	assert_refused(&bench, &vote, TALLY_HAS_VOTED);
	assert_true(decide(&bench, &vote).index == (UINT64_C(1) << 48) - 1);
	vote.tag = 2;
	assert_refused(&bench, &vote, TALLY_ROLL_FULL);
	assert_true(decide(&bench, &vote).index == 0);
	bench_free(&bench);
}

/* Many more revisions than the table has room for: as many old ballots are kept as fit beside
 * the promise, and every voter still gets in. */
static void
old_ballots_yield_to_voters(void **state)
{
	enum {
		VOTERS = 50,
		EARLY = 10,
		REVISIONS = 60
	};
	size_t records = pollbook_records_for(VOTERS, true, false);
	struct bench bench = bench_make(VOTERS, records, true);
	size_t room = bench.table.records_max - VOTERS;
	size_t replaced = 0;

	(void)state;
	for (uint32_t i = 0; i < EARLY * REVISIONS; i++) {
		struct vote vote = {.tag = i % EARLY, .key = NO_KEY};

		vote.revision = (uint16_t)(1 + i / EARLY);
		enter(&bench, &vote);
		/* the model forgets what the table had no room for */
		for (size_t k = 0; i >= EARLY && k < bench.model->count; k++) {
			struct vote *old = &bench.model->entered[k];

			if (old->tag == vote.tag && old->revision + 1 == vote.revision)
				old->told = replaced++ < room;
		}
	}
	assert_true(replaced > room);
	for (size_t i = 0; i < bench.model->count; i++)
		assert_decision(&bench, &bench.model->entered[i]);
	for (uint32_t tag = EARLY; tag < VOTERS; tag++) {
		struct vote vote = {.tag = tag, .revision = 1, .key = NO_KEY};

		assert_int_equal(assert_decision(&bench, &vote).outcome, POLLBOOK_COUNTS);
		enter(&bench, &vote);
	}
	assert_int_equal(bench.table.records_count, bench.table.records_max);
	bench_free(&bench);
}

/* New keys for old voters until there is no room for more; every voter still gets in. */
static void
new_keys_yield_to_voters(void **state)
{
	enum {
		VOTERS = 40
	};
	struct bench bench = bench_make(VOTERS, pollbook_records_for(VOTERS, true, true), true);
	struct vote vote = {.tag = 0, .revision = 1, .key = 1000};

	(void)state;
	while (decide(&bench, &vote).outcome <= POLLBOOK_REPLACES) {
		assert_true(vote.revision < 1000);
		enter(&bench, &vote);
		vote.revision++;
		vote.serial++;
		vote.key++;
	}
	assert_true(vote.revision > VOTERS / 16 + 64);
	assert_refused(&bench, &vote, TALLY_ROLL_FULL);
	vote.key--;
	assert_int_equal(decide(&bench, &vote).outcome, POLLBOOK_REPLACES);
	for (uint32_t tag = 1; tag < VOTERS; tag++) {
		struct vote first = {.tag = tag, .revision = 1, .key = (int)tag};

		assert_int_equal(decide(&bench, &first).outcome, POLLBOOK_COUNTS);
		enter(&bench, &first);
	}
	assert_int_equal(bench.table.records_count, bench.table.records_max);
	bench_free(&bench);
}

/* Where nobody can change a vote, the roll alone fills the table; each refusal keeps its name.
 */
static void
first_only_table_when_full(void **state)
{
	enum {
		VOTERS = 7
	};
	struct bench bench =
	    bench_make(VOTERS, pollbook_records_for(VOTERS, false, true), false);
	struct vote vote = {.revision = 1};

	(void)state;
	for (vote.tag = 0; vote.tag < VOTERS; vote.tag++) {
		vote.key = (int)vote.tag;
		assert_int_equal(assert_decision(&bench, &vote).outcome, POLLBOOK_COUNTS);
		enter(&bench, &vote);
	}
	vote.key = VOTERS;
	assert_refused(&bench, &vote, TALLY_ROLL_FULL);
	vote.tag = 0;
	vote.serial = 1;
	assert_refused(&bench, &vote, TALLY_HAS_VOTED);
	bench_free(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decides_like_a_list),
	    cmocka_unit_test(certificates),
	    cmocka_unit_test(serials_at_the_ends),
	    cmocka_unit_test(the_ballot_in_the_way),
	    cmocka_unit_test(old_ballots_yield_to_voters),
	    cmocka_unit_test(new_keys_yield_to_voters),
	    cmocka_unit_test(first_only_table_when_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
