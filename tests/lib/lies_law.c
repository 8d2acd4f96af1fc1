/* Phases, notices, tallies and the manifest as an operator could forge them who signs the tree;
 * some with an authority that is in with him. */
#include "tests/lib/lies.h"

#include <sodium.h>

#include "base/text.h"

static uint8_t memory[TALLY_ENTRY_SIZE_MAX];

static size_t
copy_entry(const struct lie *lie, size_t at)
{
	struct bytes entry = test_log_entry(&lie->log, at);

	memcpy(memory, entry.data, entry.size);
	return entry.size;
}

/* --- TALLY -------------------------------------------------------------------------------- */

/* Covered index, salt or hash. */
static bool
edit_tally(struct lie *lie)
{
	size_t at;
	size_t byte = 1 + lie_below(lie, ENTRY_TALLY_SIZE - 1);

	if (!lie_pick(lie, TALLY_ENTRY_TALLY, 0, lie->log.count, &at))
		return false;
	(void)copy_entry(lie, at);
	memory[byte] ^= (uint8_t)(1 + lie_below(lie, 255));
	test_log_replace(&lie->log, at, bytes_make(memory, ENTRY_TALLY_SIZE));
	lie_say(lie, "byte %zu of tally %zu edited", byte, at);
	lie_expect(lie, AUDIT_TALLIES, (long)at, "%s",
		   byte < 9 ? "another index" : "not the recount");
	return true;
}

static bool
resize_entry(struct lie *lie, enum tally_entry_kind kind)
{
	size_t at;
	size_t size;
	size_t other;

	if (!lie_pick(lie, kind, 0, lie->log.count, &at))
		return false;
	size = copy_entry(lie, at);
	other = 1 + lie_below(lie, size + 20);
	other += other == size;
	memset(memory + size, 0, 40);
	test_log_replace(&lie->log, at, bytes_make(memory, other));
	lie_say(lie, "entry %zu of %zu bytes made %zu", at, size, other);
	lie_expect(lie, AUDIT_ENTRIES, (long)at, "shape is wrong");
	return true;
}

static bool
resize_tally(struct lie *lie)
{
	return resize_entry(lie, TALLY_ENTRY_TALLY);
}

static bool
resize_phase(struct lie *lie)
{
	return resize_entry(lie, TALLY_ENTRY_PHASE);
}

/* Adds one to a number of the text, or moves one from a line to another. */
static void
forge_text(struct lie *lie, char *text, bool moved)
{
	char *digits[2] = {NULL, NULL};
	size_t seen = 0;

	for (char *at = strstr(text, " votes "); at != NULL; at = strstr(at + 1, " votes ")) {
		char *digit = at + 7 + strspn(at + 7, "0123456789") - 1;

		if (*digit == '9' || (moved && *digit == '0'))
			continue;
		if (lie_below(lie, ++seen) == 0)
			digits[0] = digit;
		else
			digits[1] = digit;
	}
	if (digits[0] == NULL)
		digits[0] = strstr(text, " in_tree ") + 9;
	*digits[0] = (char)('0' + (*digits[0] - '0' + 1) % 10);
	if (moved && digits[1] != NULL)
		*digits[1] = (char)(*digits[1] - 1);
}

/* The right hash of wrong counts, which are published beside it. */
static bool
forge_tally(struct lie *lie, bool moved)
{
	struct test_log_entry *entry;
	crypto_hash_sha256_state sha;
	size_t at;

	if (!lie_pick(lie, TALLY_ENTRY_TALLY, 0, lie->log.count, &at))
		return false;
	entry = &lie->log.entries[at];
	(void)copy_entry(lie, at);
	forge_text(lie, entry->text, moved);
	crypto_hash_sha256_init(&sha);
	crypto_hash_sha256_update(&sha, memory + 9, 32);
	crypto_hash_sha256_update(&sha, (const uint8_t *)entry->text, strlen(entry->text));
	crypto_hash_sha256_final(&sha, memory + 41);
	test_log_replace(&lie->log, at, bytes_make(memory, ENTRY_TALLY_SIZE));
	lie_say(lie, "tally %zu forged", at);
	lie_expect(lie, AUDIT_TALLIES, (long)at, "not the recount");
	return true;
}

static bool
forge_one(struct lie *lie)
{
	return forge_tally(lie, false);
}

static bool
forge_two(struct lie *lie)
{
	return forge_tally(lie, true);
}

/* The right hash, and another text beside it. */
static bool
other_text(struct lie *lie)
{
	size_t at;

	if (!lie_pick(lie, TALLY_ENTRY_TALLY, 0, lie->log.count, &at))
		return false;
	forge_text(lie, lie->log.entries[at].text, lie_below(lie, 2) == 0);
	lie_say(lie, "text of tally %zu forged", at);
	lie_expect(lie, AUDIT_TEXTS, (long)at, "tally/%zu: it is not the recount", at);
	return true;
}

static bool
no_text(struct lie *lie)
{
	size_t at;

	if (!lie_pick(lie, TALLY_ENTRY_TALLY, 0, lie->log.count, &at))
		return false;
	free(lie->log.entries[at].text);
	lie->log.entries[at].text = NULL;
	lie_say(lie, "text of tally %zu kept back", at);
	lie_expect(lie, AUDIT_TEXTS, (long)at, "tally/%zu: it is missing", at);
	return true;
}

static bool
lone_text(struct lie *lie)
{
	size_t at = lie_below(lie, lie->log.count);

	while (lie_is(lie, at, TALLY_ENTRY_TALLY))
		at = (at + 1) % lie->log.count;
	lie->log.entries[at].text = strdup("tally/counts/v1\n");
	lie_say(lie, "a text where there is no tally, %zu", at);
	lie_expect(lie, AUDIT_TEXTS, (long)at, "tally/%zu is published", at);
	return true;
}

/* The last word of a closed campaign is left out, and the log goes on. */
static bool
no_last_tally(struct lie *lie)
{
	size_t last = lie->log.count - 1;

	if (!lie_is(lie, last, TALLY_ENTRY_TALLY) || !lie_is(lie, last - 1, TALLY_ENTRY_PHASE))
		return false;
	test_log_drop(&lie->log, last);
	(void)test_log_notice(&lie->log, TALLY_NOTICE_EXTEND, "2026-03-01T20:00:00Z");
	lie_say(lie, "reopened without a last tally");
	if (lie_below(lie, 2) == 0)
		(void)test_log_phase(&lie->log, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE,
				     "2026-02-03T20:00:00Z");
	else
		(void)test_log_phase(&lie->log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
				     "2026-02-03T20:00:00Z");
	lie_expect(lie, AUDIT_PHASES, (long)last + 1, "no such change");
	return true;
}

/* --- PHASE -------------------------------------------------------------------------------- */

static int64_t
minutes(const char *time)
{
	int64_t seconds = 0;

	assert_true(text_time_parse(bytes_of_string(time), &seconds));
	return seconds / 60;
}

static void
put_phase(struct lie *lie, size_t at, enum tally_phase phase, enum tally_cause cause,
	  int64_t minute, bool instead)
{
	struct writer writer = writer_make(memory, sizeof memory);

	entry_phase_write(&writer, phase, cause, minute);
	if (instead)
		test_log_replace(&lie->log, at, writer_view(&writer));
	else
		lie_insert(lie, at, writer_view(&writer));
	lie_say(lie, "PHASE %d at %zu, minute %lld", (int)phase, at, (long long)minute);
	lie_expect(lie, AUDIT_PHASES, (long)at, "no such change");
}

/* Before the vote may open, or when it must have closed. */
static bool
open_wrong_time(struct lie *lie)
{
	size_t at = lie_next(lie, TALLY_ENTRY_PHASE, 0);
	int64_t by = (int64_t)lie_below(lie, 100000);

	if (lie_below(lie, 2) == 0)
		put_phase(lie, at, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
			  minutes(STORY_OPENS) - 1 - by, true);
	else
		put_phase(lie, at, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
			  minutes(STORY_CLOSES) + by, true);
	return true;
}

static bool
last_close(struct lie *lie, size_t *at)
{
	*at = lie->log.count - 2;
	return lie_is(lie, *at, TALLY_ENTRY_PHASE);
}

static bool
close_early(struct lie *lie)
{
	size_t at;

	if (!last_close(lie, &at))
		return false;
	put_phase(lie, at, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK,
		  minutes(STORY_EXTENDED) - 1 - (int64_t)lie_below(lie, 10000), true);
	return true;
}

/* A phase that nothing asked for, put in somewhere behind the opening. */
static bool
extra_phase(struct lie *lie)
{
	static const struct {
		enum tally_phase phase;
		enum tally_cause cause;
		const char *time;
	} extra[] = {
	    {TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, "2026-01-22T08:00:00Z"},
	    {TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, "2026-01-22T08:00:00Z"},
	    {TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, "2026-01-22T08:00:00Z"},
	    {TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, "2026-01-30T08:00:00Z"},
	};
	size_t kind = lie_below(lie, 4);
	size_t at;

	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &at))
		return false;
	put_phase(lie, at + lie_below(lie, 2), extra[kind].phase, extra[kind].cause,
		  minutes(extra[kind].time), false);
	/* Behind a notice that owes a phase this one may be it. */
	return !lie_is(lie, (size_t)lie->index - 1, TALLY_ENTRY_NOTICE);
}

/* Every byte but the minute of a clock's PHASE, which is in nobody's hands but the operator's. */
static bool
edit_phase(struct lie *lie)
{
	size_t byte = 1 + lie_below(lie, 2);
	size_t at;

	if (!lie_pick(lie, TALLY_ENTRY_PHASE, 0, lie->log.count, &at))
		return false;
	(void)copy_entry(lie, at);
	memory[byte] ^= (uint8_t)(1 + lie_below(lie, 255));
	lie_say(lie, "byte %zu of PHASE %zu made %d", byte, at, memory[byte]);
	test_log_replace(&lie->log, at, bytes_make(memory, ENTRY_PHASE_SIZE));
	if (memory[byte] == 1 || memory[byte] == 2)
		lie_expect(lie, AUDIT_PHASES, (long)at, "no such change");
	else
		lie_expect(lie, AUDIT_ENTRIES, (long)at, "shape is wrong");
	return true;
}

/* --- NOTICE ------------------------------------------------------------------------------- */

static bool
edit_notice(struct lie *lie)
{
	size_t at;
	size_t size;
	size_t byte;

	if (!lie_pick(lie, TALLY_ENTRY_NOTICE, 0, lie->log.count, &at))
		return false;
	size = copy_entry(lie, at);
	byte = 1 + lie_below(lie, size - 1);
	memory[byte] ^= (uint8_t)(1 + lie_below(lie, 255));
	test_log_replace(&lie->log, at, bytes_make(memory, size));
	lie_say(lie, "byte %zu of notice %zu edited", byte, at);
	lie_expect(lie, AUDIT_NOTICES, (long)at, "the notice is");
	return true;
}

static bool
cut_notice(struct lie *lie)
{
	size_t at;
	size_t size;
	size_t other;

	if (!lie_pick(lie, TALLY_ENTRY_NOTICE, 0, lie->log.count, &at))
		return false;
	size = copy_entry(lie, at);
	other = 1 + lie_below(lie, size + 20);
	other += other == size;
	memset(memory + size, 0, 40);
	test_log_replace(&lie->log, at, bytes_make(memory, other));
	lie_say(lie, "notice %zu of %zu bytes made %zu", at, size, other);
	lie_expect(lie, AUDIT_NOTICES, (long)at, "the notice is");
	return true;
}

enum forgery {
	BY_ANOTHER,   /* not an authority's key */
	NUMBER_AHEAD, /* a notice in between is kept back */
	OTHER_CHAIN,  /* it follows another one */
	OTHER_CAMPAIGN,
	BACKWARDS, /* extends to a time not later */
	UNSEAL,    /* where nothing is sealed */
	FORGERIES,
};

static struct bytes
forge_notice(struct lie *lie, enum forgery forgery, uint32_t number, struct bytes before)
{
	const struct campaign *campaign = &lie->good->log.campaign;
	const struct note_private_key *signer =
	    forgery == BY_ANOTHER ? &campaign->frontends[0] : &campaign->authorities[0];
	uint8_t hash[TALLY_HASH_SIZE] = {0};
	uint8_t body[8];
	struct notice_head head = {
	    .campaign = forgery == OTHER_CAMPAIGN ? lie->good->other->log.campaign.manifest->id
						  : campaign->manifest->id,
	    .number = number + (forgery == NUMBER_AHEAD),
	    .previous = hash,
	    .kind = forgery == UNSEAL ? TALLY_NOTICE_UNSEAL : TALLY_NOTICE_EXTEND};
	struct writer writer = writer_make(memory, sizeof memory);

	if (number > 1)
		crypto_hash_sha256(hash, before.data, before.size);
	hash[5] ^= forgery == OTHER_CHAIN;
	be64_store(body, 60 * (uint64_t)minutes(forgery == BACKWARDS ? "2026-01-30T08:00:00Z"
								     : "2026-04-01T08:00:00Z"));
	writer_u8(&writer, TALLY_ENTRY_NOTICE);
	/* notice_write signs from its writer's first byte. */
	writer = writer_make(memory + 1, sizeof memory - 1);
	notice_write(&writer, &head, bytes_make(body, sizeof body), signer->key.id,
		     signer->secret);
	assert_false(writer.failed);
	return bytes_make(memory, writer.size + 1);
}

static bool
insert_forged(struct lie *lie)
{
	enum forgery forgery = (enum forgery)lie_below(lie, FORGERIES);
	struct bytes before = {0};
	uint32_t number = 1;
	size_t at;

	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &at))
		return false;
	for (size_t i = 0; i < at; i++) {
		if (!lie_is(lie, i, TALLY_ENTRY_NOTICE))
			continue;
		before = test_log_entry(&lie->log, i);
		before = bytes_make(before.data + 1, before.size - 1);
		number++;
	}
	lie_insert(lie, at, forge_notice(lie, forgery, number, before));
	lie_say(lie, "notice forged in way %d put in at %zu", (int)forgery, at);
	lie_expect(lie, AUDIT_NOTICES, (long)at, "notice is");
	return true;
}

/* An authority signs another notice in the place of one that stands; what follows it shows that. */
static bool
exchange_notice(struct lie *lie)
{
	struct bytes before = {0};
	uint32_t number = 1;
	size_t at;
	size_t next;

	if (!lie_pick(lie, TALLY_ENTRY_NOTICE, 0, lie->log.count, &at))
		return false;
	for (size_t i = 0; i < at; i++)
		if (lie_is(lie, i, TALLY_ENTRY_NOTICE)) {
			before = test_log_entry(&lie->log, i);
			before = bytes_make(before.data + 1, before.size - 1);
			number++;
		}
	next = lie_next(lie, TALLY_ENTRY_NOTICE, at + 1);
	if (lie->log.entries[at].data[1 + 84] != TALLY_NOTICE_EXTEND)
		return false;
	test_log_replace(&lie->log, at, forge_notice(lie, FORGERIES, number, before));
	lie_say(lie, "notice %zu exchanged by its authority", at);
	if (next != LIE_NONE) {
		lie_expect(lie, AUDIT_NOTICES, (long)next, "out of order");
		return true;
	}
	while (lie_next(lie, TALLY_ENTRY_PHASE, at + 1) != LIE_NONE)
		at = lie_next(lie, TALLY_ENTRY_PHASE, at + 1);
	lie_expect(lie, AUDIT_PHASES, (long)at, "no such change");
	return lie->log.entries[at].data[1] == TALLY_PHASE_CLOSED;
}

/* --- Other entries, and the manifest ------------------------------------------------------ */

static bool
unknown_entry(struct lie *lie)
{
	size_t at = lie_below(lie, lie->log.count);
	size_t size = lie_below(lie, 100);

	if (!lie_is(lie, at, TALLY_ENTRY_BALLOT))
		return false;
	test_random_fill(&lie->random, memory, size);
	memory[0] = (uint8_t)(6 + lie_below(lie, 250));
	lie_insert(lie, at, bytes_make(memory, size));
	lie_say(lie, "unknown entry of %zu bytes put in at %zu", size, at);
	lie_expect(lie, AUDIT_ENTRIES, (long)at, "kind is unknown");
	return true;
}

/* Where a byte of the manifest is another it is none, or another campaign's. */
static bool
edit_manifest(struct lie *lie)
{
	size_t parts = entry_campaign_parts(lie->log.campaign.manifest->json.size);
	size_t at = lie_below(lie, parts);
	size_t size = copy_entry(lie, at);
	char *title = memmem(memory, size, "\"titles\":{\"ro\":\"", 16);
	size_t ballot = lie_next(lie, TALLY_ENTRY_BALLOT, 0);

	if (title == NULL)
		return false;
	lie->options.campaign = lie->campaign;
	if (lie_below(lie, 2) == 0) {
		memory[lie_below(lie, 2) == 0 ? 5 : size - 1] = '#';
		lie_say(lie, "part %zu of the manifest spoilt", at);
		lie_expect(lie, AUDIT_MANIFEST, 0, "the manifest is none");
	} else {
		title[16] ^= 1;
		lie_say(lie, "a title in part %zu of the manifest edited", at);
		lie_expect(lie, AUDIT_CAMPAIGN, NO_INDEX, "the log is of campaign");
		lie_also(lie, AUDIT_RULES);
		lie_also(lie, AUDIT_NOTICES);
		if (ballot == LIE_NONE)
			return false;
	}
	test_log_replace(&lie->log, at, bytes_make(memory, size));
	return true;
}

/* A whole other campaign of the same log key. */
static bool
other_campaign(struct lie *lie)
{
	struct test_log other;

	test_log_copy(&other, &lie->good->other->log, false);
	lie->options.campaign = lie->campaign;
	test_log_free(&lie->log);
	lie->log = other;
	lie_say(lie, "the log of another campaign");
	lie_expect(lie, AUDIT_CAMPAIGN, NO_INDEX, "the log is of campaign");
	return true;
}

/* A key that the manifest does not name signs it all, and people are told that key. */
static bool
other_log_key(struct lie *lie)
{
	const uint8_t seed[TALLY_SEED_SIZE] = {(uint8_t)(1 + lie_below(lie, 200)), 1, 1};
	const char *name = lie->good->log.campaign.log.key.name;

	if (lie_below(lie, 3) == 0)
		name = "tally.example/other";
	note_private_key_make(&lie->log.campaign.log, bytes_of_string(name), seed);
	lie->options.key = lie->log.campaign.log.key;
	lie->no_old = true;
	lie_say(lie, "a log of another key, %s", name);
	lie_expect(lie, AUDIT_LOG_KEY, NO_INDEX, "the manifest's log key is");
	return true;
}

static const struct lie_kind kinds[] = {
    {"a byte of a tally edited", edit_tally},
    {"a tally cut or lengthened", resize_tally},
    {"a tally's counts forged", forge_one},
    {"a vote moved in a tally", forge_two},
    {"a tally's text forged", other_text},
    {"a tally's text kept back", no_text},
    {"a text without a tally", lone_text},
    {"phases that cannot follow a close", no_last_tally},
    {"opened at a wrong time", open_wrong_time},
    {"closed early", close_early},
    {"a phase that nothing asked for", extra_phase},
    {"a byte of a phase edited", edit_phase},
    {"a phase cut or lengthened", resize_phase},
    {"a byte of a notice edited", edit_notice},
    {"a notice cut or lengthened", cut_notice},
    {"a notice forged", insert_forged},
    {"a notice exchanged", exchange_notice},
    {"an unknown entry", unknown_entry},
    {"the manifest edited", edit_manifest},
    {"another campaign", other_campaign},
    {"another log key", other_log_key},
};

const struct lie_kinds lies_of_law = {.count = sizeof kinds / sizeof *kinds, .kinds = kinds};
