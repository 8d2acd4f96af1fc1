#include "tests/lib/campaign.h"

#include <sodium.h>

#include "ballot/certificate.h"
#include "base/text.h"
#include "campaign/rules.h"

static void
number_or(struct writer *to, const char *before, uint64_t value, uint64_t otherwise)
{
	writer_string(to, before);
	writer_decimal(to, value != 0 ? value : otherwise);
}

static const char *
text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static void
member(struct writer *to, const char *name, const char *text)
{
	writer_string(to, "\"");
	writer_string(to, name);
	writer_string(to, "\":\"");
	writer_string(to, text);
	writer_string(to, "\",\n");
}

static enum note_key_type
key_type(const char *role)
{
	return role[0] == 'w' ? NOTE_KEY_COSIGNER : NOTE_KEY_ED25519;
}

/* Seeds differ by role and place. */
static void
key_make(struct note_private_key *key, const char *origin, const char *role, size_t at)
{
	uint8_t seed[TALLY_SEED_SIZE] = {0};
	char name[NOTE_NAME_MAX];

	seed[0] = (uint8_t)role[0];
	seed[1] = (uint8_t)(at + 1);
	if (role[0] == 'l')
		snprintf(name, sizeof name, "%s", origin);
	else
		snprintf(name, sizeof name, "%s/%s%zu", origin, role, at);
	note_private_key_make_as(key, key_type(role), bytes_of_string(name), seed);
}

static void
vkey(struct writer *to, enum note_key_type type, const struct note_key *key)
{
	writer_string(to, "\"");
	note_key_write_as(to, type, key);
	writer_string(to, "\"");
}

static void
key_list(struct writer *to, const char *name, struct note_private_key *keys, size_t count,
	 const char *origin)
{
	bool frontends = name[0] == 'f';

	assert_true(count <= campaign_keys_max);
	writer_string(to, "\"");
	writer_string(to, name);
	writer_string(to, "\":[");
	for (size_t i = 0; i < count; i++) {
		key_make(&keys[i], origin, name, i);
		writer_string(to, i > 0 ? ",\n" : "");
		writer_string(to, frontends ? "{\"key\":" : "");
		vkey(to, key_type(name), &keys[i].key);
		if (frontends)
			writer_string(to, i > 0 && i + 1 == count ? ",\"kind\":\"booth\"}"
								  : ",\"kind\":\"online\"}");
	}
	writer_string(to, "],\n");
}

static void
keys(struct writer *to, struct campaign *campaign, const struct campaign_wish *wish)
{
	const char *origin = text_or(wish->origin, "tally.example/test");

	key_make(&campaign->log, origin, "log", 0);
	writer_string(to, "\"log_key\":");
	vkey(to, NOTE_KEY_ED25519, &campaign->log.key);
	writer_string(to, ",\n");
	key_list(to, "authorities", campaign->authorities,
		 wish->authorities > 0 ? wish->authorities : 1, origin);
	key_list(to, "frontends", campaign->frontends,
		 wish->frontends > 0 ? wish->frontends : 1, origin);
	if (wish->signing == TALLY_SIGNING_VOTER)
		key_list(to, "registrars", campaign->registrars,
			 wish->registrars > 0 ? wish->registrars : 1, origin);
	if (wish->witnesses > 0)
		key_list(to, "witnesses", campaign->witnesses, wish->witnesses, origin);
}

/* {"id":"<prefix><at>","titles":{...} */
static void
named(struct writer *to, const char *prefix, size_t at)
{
	writer_string(to, at > 0 ? ",\n{\"id\":\"" : "{\"id\":\"");
	writer_string(to, prefix);
	writer_decimal(to, at);
	writer_string(to, "\",\"titles\":{\"ro\":\"");
	writer_string(to, prefix);
	writer_decimal(to, at);
	writer_string(to, "\"}");
}

static void
voters(struct writer *to, size_t contest, size_t districts)
{
	if (contest == 0 || districts < 2)
		return;
	writer_string(to, ",\"voters\":[");
	for (size_t d = contest % 2; d < districts; d += 2) {
		writer_string(to, d >= 2 ? ",\"d" : "\"d");
		writer_decimal(to, d);
		writer_string(to, "\"");
	}
	writer_string(to, "]");
}

static void
method(struct writer *to, const struct campaign_wish *wish)
{
	const char *name = wish->single   ? "single"
			   : wish->ranked ? "ranked"
					  : text_or(wish->method, "approval");

	writer_string(to, ",\"method\":\"");
	writer_string(to, name);
	writer_string(to, "\"");
}

static void
groups(struct writer *to, size_t option, size_t districts)
{
	size_t zone = option % (districts + 1);

	number_or(to, ",\"category\":\"k", option % 3, 0);
	if (zone < districts)
		number_or(to, "\",\"zone\":\"d", zone, 0);
	writer_string(to, "\"");
}

static void
members(struct writer *to, const char *text)
{
	writer_string(to, text == NULL ? "" : ",\n");
	writer_string(to, text_or(text, ""));
}

static void
contest(struct writer *to, size_t at, const struct campaign_wish *wish)
{
	size_t options = wish->options > 0 ? wish->options : 3;

	named(to, "c", at);
	voters(to, at, wish->districts);
	method(to, wish);
	members(to, wish->limits);
	if (!wish->single) {
		number_or(to, ",\"max\":", wish->max, options);
		number_or(to, ",\"min\":", wish->min, 1);
	}
	if (wish->budget_cap > 0)
		number_or(to, ",\"budget_cap\":", (uint64_t)wish->budget_cap, 1);
	writer_string(to, wish->blank ? ",\"blank\":true,\n\"options\":[" : ",\n\"options\":[");
	for (size_t i = 0; i < options; i++) {
		named(to, "o", i);
		number_or(to, ",\"cost\":", (i + 1) * 100, 0);
		if (wish->grouped)
			groups(to, i, wish->districts);
		writer_string(to, "}");
	}
	writer_string(to, "],\"outcome\":");
	writer_string(to, text_or(wish->outcome, "{\"rule\":\"none\"}"));
	writer_string(to, "}");
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, ROSTER_RECORD_SIZE);
}

/* The records of the wished roster, malloc'ed. */
static uint8_t *
roster_make(const struct campaign_wish *wish)
{
	uint8_t *records = malloc((size_t)wish->roster * ROSTER_RECORD_SIZE);

	assert_non_null(records);
	for (uint32_t i = 0; i < wish->roster; i++) {
		uint8_t *record = records + (size_t)i * ROSTER_RECORD_SIZE;

		campaign_tag(i, record);
		be16_store(record + TALLY_TAG_SIZE,
			   (uint16_t)(wish->districts > 0 ? i % wish->districts : 0));
	}
	qsort(records, wish->roster, ROSTER_RECORD_SIZE, by_bytes);
	return records;
}

static void
roster(struct writer *to, const struct campaign_wish *wish)
{
	uint8_t *records = roster_make(wish);
	struct frontier frontier;
	struct tree_hash hash;

	frontier_init(&frontier);
	for (uint32_t i = 0; i < wish->roster; i++) {
		tree_leaf(
		    bytes_make(records + (size_t)i * ROSTER_RECORD_SIZE, ROSTER_RECORD_SIZE),
		    &hash);
		frontier_append(&frontier, &hash);
	}
	frontier_root(&frontier, &hash);
	writer_string(to, "\"roster\":{\"root\":\"");
	text_hex_write(to, bytes_make(hash.bytes, sizeof hash.bytes));
	number_or(to, "\",\"count\":", wish->roster, 0);
	writer_string(to, "},\n");
	free(records);
}

static void
head(struct writer *to, const struct campaign_wish *wish)
{
	writer_string(to, "{");
	member(to, "format", TALLY_MANIFEST_FORMAT);
	writer_string(to, wish->real ? "\"test\":false,\n" : "\"test\":true,\n");
	member(to, "origin", text_or(wish->origin, "tally.example/test"));
	writer_string(to, "\"titles\":{\"ro\":\"Timi\xc8\x99oara\",\"en\":\"Timisoara\"},\n");
	member(to, "opens", text_or(wish->opens, "2026-01-01T08:00:00Z"));
	member(to, "closes", text_or(wish->closes, "2026-01-31T20:00:00Z"));
	member(to, "signing", wish->signing == TALLY_SIGNING_VOTER ? "voter" : "frontend");
	member(to, "tag_context",
	       "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	member(to, "identity", "opaque");
	if (wish->roster > 0)
		roster(to, wish);
	number_or(to, "\"voters_max\":", wish->voters_max, 1000);
	if (wish->precedence != NULL) {
		writer_string(to, ",\n");
		member(to, "precedence", wish->precedence);
		to->size -= 2;
	}
	if (wish->revisions_max < 2)
		writer_string(to, ",\n\"revote\":{\"policy\":\"first\"");
	else
		number_or(to, ",\n\"revote\":{\"policy\":\"last\",\"revisions_max\":",
			  wish->revisions_max, 2);
	writer_string(to, "},\n\"results\":{\"policy\":\"");
	writer_string(to, wish->sealed ? "sealed\",\"unseal_delay_s\":" : "live\"");
	if (wish->sealed)
		writer_decimal(to, wish->unseal_delay_s);
	writer_string(to, "},\n\"publishing\":{");
	number_or(to, "\"every_s\":", wish->publish_every_s, 60);
	number_or(to, ",\"min_ballots\":", wish->publish_min, 32);
	number_or(to, ",\"tally_every_ballots\":", wish->tally_every, 10000);
	if (wish->witnesses > 0)
		number_or(to, ",\"witness_wait_s\":", wish->witness_wait_s, 5);
	writer_string(to, "},\n");
}

char *
campaign_json(struct campaign *campaign, const struct campaign_wish *wish)
{
	static const struct campaign_wish defaults;
	char *memory = malloc(TALLY_MANIFEST_SIZE_MAX);
	struct writer to = writer_make(memory, TALLY_MANIFEST_SIZE_MAX - 1);

	assert_non_null(memory);
	if (wish == NULL)
		wish = &defaults;
	head(&to, wish);
	keys(&to, campaign, wish);
	writer_string(&to, "\"districts\":[");
	for (size_t i = 0; i < wish->districts; i++) {
		named(&to, "d", i);
		writer_string(&to, "}");
	}
	writer_string(&to, "],\n\"contests\":[");
	for (size_t i = 0; i < (wish->contests > 0 ? wish->contests : 1); i++)
		contest(&to, i, wish);
	writer_string(&to, "]");
	members(&to, wish->more);
	writer_string(&to, "}\n");
	assert_false(to.failed);
	memory[to.size] = 0;
	return memory;
}

void
campaign_make(struct campaign *campaign, const struct campaign_wish *wish)
{
	struct manifest_fault fault;
	char *json;

	*campaign = (struct campaign){0};
	json = campaign_json(campaign, wish);
	campaign->manifest = manifest_parse(bytes_of_string(json), &fault);
	if (wish != NULL && wish->roster > 0)
		campaign->roster = (struct roster){roster_make(wish), wish->roster};
	free(json);
	if (campaign->manifest == NULL)
		fail_msg("%s: %s", fault.path, fault.sentence);
}

void
campaign_free(struct campaign *campaign)
{
	manifest_free(campaign->manifest);
	campaign->manifest = NULL;
	free((void *)(uintptr_t)campaign->roster.records);
	campaign->roster = (struct roster){0};
}

void
campaign_tag(uint64_t voter, uint8_t tag[TALLY_TAG_SIZE])
{
	uint8_t number[8];

	be64_store(number, voter);
	crypto_generichash(tag, TALLY_TAG_SIZE, number, sizeof number, NULL, 0);
}

static void
contest_write(struct writer *to, const struct campaign_vote *vote, size_t contest)
{
	struct ballot_choice chosen[1024];
	size_t count = 0;

	for (size_t i = 0; i < vote->choices_count; i++) {
		const struct campaign_choice *choice = &vote->choices[i];

		if (choice->contest != contest)
			continue;
		if (choice->option == TALLY_CHOICES_BLANK) {
			ballot_blank_write(to);
			return;
		}
		assert_true(count < sizeof chosen / sizeof *chosen);
		chosen[count++] = (struct ballot_choice){choice->option, choice->value};
	}
	ballot_choices_write(to, chosen, count);
}

static void
voter_sign(struct writer *to, const struct campaign *campaign, const struct campaign_vote *vote,
	   const uint8_t *tag)
{
	const struct note_private_key *registrar = &campaign->registrars[vote->signer];
	struct ballot_certificate certificate = {
	    .district = vote->district, .serial = vote->serial, .registrar = registrar->key.id};
	uint8_t seed[TALLY_SEED_SIZE] = {'v'};
	uint8_t secret[64];

	be64_store(seed + 1, vote->voter);
	be64_store(seed + 9, vote->serial);
	crypto_sign_seed_keypair(certificate.voter_key, secret, seed);
	memcpy(certificate.campaign, campaign->manifest->id, TALLY_HASH_SIZE);
	memcpy(certificate.tag, tag, TALLY_TAG_SIZE);
	certificate_sign(&certificate, registrar->secret);
	ballot_voter_sign(to, &certificate, secret);
}

struct bytes
campaign_ballot(const struct campaign *campaign, const struct campaign_vote *vote,
		uint8_t *memory)
{
	const struct manifest *manifest = campaign->manifest;
	const struct note_private_key *frontend = &campaign->frontends[vote->signer];
	struct writer to = writer_make(memory, TALLY_BALLOT_SIZE_MAX);
	uint8_t tag[TALLY_TAG_SIZE];
	struct ballot_head ballot = {.campaign = manifest->id,
				     .tag = tag,
				     .revision = vote->revision > 0 ? vote->revision : 1,
				     .district = vote->district,
				     .signing = manifest->signing};

	assert_true(vote->signer < campaign_keys_max);
	campaign_tag(vote->voter, tag);
	ballot_head_write(&to, &ballot);
	for (size_t c = 0; c < manifest->contests_count; c++) {
		/* A district that does not exist votes like district 0: the rules refuse it. */
		uint16_t district =
		    vote->district < manifest_districts(manifest) ? vote->district : 0;

		if (manifest_votes_in(&manifest->contests[c], district))
			contest_write(&to, vote, c);
	}
	if (manifest->signing == TALLY_SIGNING_VOTER)
		voter_sign(&to, campaign, vote, tag);
	else
		ballot_frontend_sign(&to, frontend->key.id, frontend->secret);
	assert_false(to.failed);
	return writer_view(&to);
}

/* Every order of the same options is as likely. */
static void
rank_random(struct test_random *random, struct campaign_choice *choices, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = test_random_below(random, i + 1);

		choices[i].value = choices[at].value;
		choices[at].value = (int32_t)i + 1;
	}
}

/* Choices of one contest, the first options tried first from a random place. */
static size_t
contest_random(const struct manifest_contest *contest, size_t at, struct test_random *random,
	       struct campaign_choice *choices)
{
	uint64_t wanted = test_random_below(random, contest->max - contest->min + 1);
	int64_t money = contest->budget_cap >= 0 ? contest->budget_cap : INT64_MAX;
	size_t count = 0;

	if (contest->blank && test_random_below(random, 8) == 0) {
		choices[0] = (struct campaign_choice){(uint16_t)at, TALLY_CHOICES_BLANK, 0};
		return 1;
	}
	if (test_random_below(random, 8) == 0)
		return 0;
	wanted += contest->min;
	for (size_t i = 0; i < contest->options_count && count < wanted; i++) {
		bool must = contest->options_count - i == wanted - count;

		if (contest->options[i].cost > money ||
		    (!must && test_random_below(random, 2) == 0))
			continue;
		money -= contest->options[i].cost;
		choices[count++] = (struct campaign_choice){(uint16_t)at, (uint16_t)i, 1};
	}
	if (contest->method == MANIFEST_METHOD_RANKED)
		rank_random(random, choices, count);
	return count >= contest->min ? count : 0;
}

void
campaign_vote_random(const struct campaign *campaign, struct test_random *random,
		     struct campaign_vote *vote, struct campaign_choice *choices,
		     size_t capacity)
{
	const struct manifest *manifest = campaign->manifest;

	vote->district = (uint16_t)test_random_below(random, manifest_districts(manifest));
	vote->choices = choices;
	vote->choices_count = 0;
	for (size_t c = 0; c < manifest->contests_count; c++) {
		const struct manifest_contest *contest = &manifest->contests[c];

		if (!manifest_votes_in(contest, vote->district))
			continue;
		assert_true(vote->choices_count + contest->max <= capacity);
		vote->choices_count +=
		    contest_random(contest, c, random, choices + vote->choices_count);
	}
}

struct bytes
campaign_order(const struct campaign *campaign, struct bytes previous, uint32_t number,
	       enum tally_notice_kind kind, struct bytes body, uint8_t *memory, size_t capacity)
{
	const struct note_private_key *authority = &campaign->authorities[0];
	struct writer to = writer_make(memory, capacity);
	uint8_t hash[TALLY_HASH_SIZE] = {0};
	struct notice_head start = {campaign->manifest->id, number, hash, kind};

	if (previous.size > 0)
		crypto_hash_sha256(hash, previous.data, previous.size);
	notice_write(&to, &start, body, authority->key.id, authority->secret);
	assert_false(to.failed);
	return writer_view(&to);
}

struct bytes
campaign_notice(const struct campaign *campaign, struct bytes previous, uint32_t number,
		enum tally_notice_kind kind, int64_t time, uint8_t *memory, size_t capacity)
{
	bool timed = kind == TALLY_NOTICE_EXTEND || kind == TALLY_NOTICE_UNSEAL;
	uint8_t body[8];

	be64_store(body, (uint64_t)time);
	return campaign_order(campaign, previous, number, kind,
			      bytes_make(body, timed ? sizeof body : 0), memory, capacity);
}
