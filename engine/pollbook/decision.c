#include "pollbook/decision.h"

#include <string.h>

#include <sodium.h>

enum {
	RECORDS_FRONTEND = 1, /* VOTER */
	RECORDS_VOTER = 3,    /* VOTER, HOLDER, KEY */
	SPARE_OLD = 4, /* beyond SPARE_OLD_ALWAYS: one replaced ballot for so many voters */
	SPARE_OLD_ALWAYS = 2000000,
	SPARE_KEYS = 16, /* one in so many voters may get a new key */
	SPARE_LEAST = 64,
};

static void
short_digest(const uint8_t key[32], uint8_t digest[16])
{
	CHECK(crypto_generichash(digest, 16, key, 32, NULL, 0) == 0);
}

static uint16_t
revision_of(const struct pollbook_record *voter)
{
	return (uint16_t)voter->word;
}

static uint64_t
index_of(const struct pollbook_record *voter)
{
	return voter->word >> 16;
}

static uint64_t
serial_word(uint64_t serial)
{
	CHECK(serial < UINT64_MAX); /* ballot_parse refuses it */
	return serial + 1;
}

static void
old_name(const uint8_t digest[16], uint8_t name[32])
{
	memcpy(name, digest, 16);
	memset(name + 16, 0, 16);
}

/* Records nobody has been promised. */
static size_t
spare(const struct pollbook_table *table, bool voter_mode)
{
	size_t each = voter_mode ? RECORDS_VOTER : RECORDS_FRONTEND;
	size_t left = table->records_max - table->records_count;
	size_t promised = 0;

	if (table->voters_count < table->voters_max)
		promised = (table->voters_max - table->voters_count) * each;
	return left > promised ? left - promised : 0;
}

static size_t
spare_for_keys(size_t voters_max)
{
	return voters_max / SPARE_KEYS + SPARE_LEAST;
}

static size_t
spare_for_old(size_t voters_max, uint16_t revisions_max)
{
	size_t all = voters_max * (size_t)(revisions_max - 1);
	size_t enough = voters_max / SPARE_OLD > SPARE_OLD_ALWAYS ? voters_max / SPARE_OLD
								  : SPARE_OLD_ALWAYS;

	return (all < enough ? all : enough) + SPARE_LEAST;
}

size_t
pollbook_records_for(uint32_t voters_max, uint16_t revisions_max, bool voter_mode)
{
	size_t each = voter_mode ? RECORDS_VOTER : RECORDS_FRONTEND;
	size_t records = voters_max * each;

	if (revisions_max <= 1)
		return records;
	records += spare_for_old(voters_max, revisions_max);
	return voter_mode ? records + spare_for_keys(voters_max) : records;
}

/* The very bytes that are counted, or that were until they were replaced. */
static bool
is_in_the_log(const struct pollbook_table *table, const struct pollbook_ballot *ballot,
	      const struct pollbook_record *voter, uint64_t *index)
{
	struct pollbook_record old;
	uint8_t name[32];

	if (revision_of(voter) == ballot->revision &&
	    memcmp(voter->value, ballot->digest, 16) == 0) {
		*index = index_of(voter);
		return true;
	}
	old_name(ballot->digest, name);
	if (!pollbook_find(table, POLLBOOK_OLD, name, &old) ||
	    revision_of(&old) != ballot->revision)
		return false;
	*index = index_of(&old);
	return true;
}

/* A tag follows its highest serial, and a serial names one key. */
static bool
certificate_is_old(const struct pollbook_table *table, const struct pollbook_ballot *ballot)
{
	struct pollbook_record holder;
	uint64_t word = serial_word(ballot->serial);
	uint8_t key[16];

	if (!pollbook_find(table, POLLBOOK_HOLDER, ballot->tag, &holder) || holder.word < word)
		return false;
	short_digest(ballot->voter_key, key);
	return holder.word > word || memcmp(holder.value, key, 16) != 0;
}

/* One voter key votes for one tag, for ever. */
static bool
key_is_in_use(const struct pollbook_table *table, const struct pollbook_ballot *ballot)
{
	struct pollbook_record key;
	uint8_t tag[16];

	if (!pollbook_find(table, POLLBOOK_KEY, ballot->voter_key, &key))
		return false;
	short_digest(ballot->tag, tag);
	return memcmp(key.value, tag, 16) != 0;
}

static bool
has_room(const struct pollbook_table *table, const struct pollbook_ballot *ballot, bool known)
{
	struct pollbook_record key;

	if (!known)
		return table->voters_count < table->voters_max;
	return ballot->voter_key == NULL || spare(table, true) > 0 ||
	       pollbook_find(table, POLLBOOK_KEY, ballot->voter_key, &key);
}

/* `voter` is NULL for a new tag. */
static enum tally_verdict
refusal(const struct pollbook_table *table, const struct pollbook_ballot *ballot,
	const struct pollbook_record *voter, bool revotes)
{
	if (ballot->voter_key != NULL && certificate_is_old(table, ballot))
		return TALLY_OLD_CERTIFICATE;
	if (ballot->voter_key != NULL && key_is_in_use(table, ballot))
		return TALLY_KEY_IN_USE;
	if (voter != NULL && !revotes)
		return TALLY_HAS_VOTED;
	if (voter != NULL && ballot->revision <= revision_of(voter))
		return TALLY_SUPERSEDED;
	return has_room(table, ballot, voter != NULL) ? TALLY_ACCEPTED : TALLY_ROLL_FULL;
}

void
pollbook_decide(const struct pollbook_table *table, const struct pollbook_ballot *ballot,
		bool revotes, struct pollbook_decision *out)
{
	struct pollbook_record voter;
	bool known = pollbook_find(table, POLLBOOK_VOTER, ballot->tag, &voter);

	*out = (struct pollbook_decision){.verdict = TALLY_ACCEPTED,
					  .index = known ? index_of(&voter) : 0};
	if (known && is_in_the_log(table, ballot, &voter, &out->index)) {
		out->outcome = POLLBOOK_SAME;
		return;
	}
	out->verdict = refusal(table, ballot, known ? &voter : NULL, revotes);
	if (out->verdict != TALLY_ACCEPTED)
		out->outcome = POLLBOOK_REFUSED;
	else
		out->outcome = known ? POLLBOOK_REPLACES : POLLBOOK_COUNTS;
}

static void
put(struct pollbook_table *table, enum pollbook_family family, const uint8_t name[32],
    const struct pollbook_record *record)
{
	bool fits = pollbook_put(table, family, name, record);

	CHECK(fits); /* the decision promised it */
}

static void
enter_certificate(struct pollbook_table *table, const struct pollbook_ballot *ballot)
{
	struct pollbook_record holder = {.word = serial_word(ballot->serial)};
	struct pollbook_record key = {.word = 1};

	short_digest(ballot->voter_key, holder.value);
	short_digest(ballot->tag, key.value);
	put(table, POLLBOOK_HOLDER, ballot->tag, &holder);
	put(table, POLLBOOK_KEY, ballot->voter_key, &key);
}

static void
enter_old(struct pollbook_table *table, const struct pollbook_record *replaced, bool voter_mode)
{
	size_t kept_free = voter_mode ? spare_for_keys(table->voters_max) : 0;
	struct pollbook_record old = {.word = replaced->word};
	uint8_t name[32];

	if (spare(table, voter_mode) <= kept_free)
		return;
	old_name(replaced->value, name);
	put(table, POLLBOOK_OLD, name, &old);
}

void
pollbook_enter(struct pollbook_table *table, const struct pollbook_ballot *ballot,
	       uint64_t index)
{
	bool voter_mode = ballot->voter_key != NULL;
	struct pollbook_record voter = {.word = index << 16 | ballot->revision};
	struct pollbook_record replaced;
	bool replaces = pollbook_find(table, POLLBOOK_VOTER, ballot->tag, &replaced);

	CHECK(index >> 48 == 0);
	CHECK(ballot->revision > 0);
	if (replaces)
		CHECK(ballot->revision > revision_of(&replaced)); /* V1 */
	memcpy(voter.value, ballot->digest, 16);
	put(table, POLLBOOK_VOTER, ballot->tag, &voter);
	if (voter_mode)
		enter_certificate(table, ballot);
	if (replaces)
		enter_old(table, &replaced, voter_mode);
}
