#include "pollbook/decision.h"

#include <string.h>

#include <sodium.h>

static void
short_digest(const uint8_t key[32], uint8_t digest[16])
{
	CHECK(crypto_generichash(digest, 16, key, 32, NULL, 0) == 0);
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

/* The very bytes of the tag's newest ballot, or of one before it. */
static bool
is_in_the_log(const struct pollbook_table *table, const struct pollbook_ballot *ballot,
	      const struct pollbook_record *voter, uint64_t *index)
{
	struct pollbook_entered entered = pollbook_word_read(voter->word);
	struct pollbook_record old;
	uint8_t name[32];

	if (entered.revision != ballot->revision ||
	    memcmp(voter->value, ballot->digest, 16) != 0) {
		old_name(ballot->digest, name);
		if (!pollbook_find(table, POLLBOOK_OLD, name, &old))
			return false;
		entered = pollbook_word_read(old.word);
	}
	*index = entered.index;
	return entered.revision == ballot->revision;
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
	return ballot->voter_key == NULL || table->spare_keys.count < table->spare_keys.max ||
	       pollbook_find(table, POLLBOOK_KEY, ballot->voter_key, &key);
}

/* Policy first: one revision alone is right. */
static enum tally_verdict
vote_once(const struct pollbook_ballot *ballot, const struct pollbook_entered *newest)
{
	unsigned next = 1;

	if (newest != NULL && ballot->rank == newest->rank) {
		if (newest->standing == POLLBOOK_COUNTED)
			return TALLY_HAS_VOTED;
		next = newest->revision + 1u;
	}
	if (newest != NULL && ballot->rank < newest->rank)
		return TALLY_HAS_VOTED;
	return ballot->revision == next ? TALLY_ACCEPTED : TALLY_BAD_REVISION;
}

static enum tally_verdict
vote_last(const struct pollbook_ballot *ballot, const struct pollbook_entered *newest)
{
	bool ascends = newest == NULL || ballot->rank > newest->rank ||
		       (ballot->rank == newest->rank && ballot->revision > newest->revision);

	return ascends ? TALLY_ACCEPTED : TALLY_SUPERSEDED;
}

/* `newest` is NULL for a new tag. */
static enum tally_verdict
refusal(const struct pollbook_table *table, const struct pollbook_ballot *ballot,
	const struct pollbook_entered *newest, bool revotes)
{
	enum tally_verdict verdict;

	if (ballot->voter_key != NULL && certificate_is_old(table, ballot))
		return TALLY_OLD_CERTIFICATE;
	if (ballot->voter_key != NULL && key_is_in_use(table, ballot))
		return TALLY_KEY_IN_USE;
	if (newest != NULL && newest->standing == POLLBOOK_BARRED)
		return TALLY_BARRED;
	verdict = revotes ? vote_last(ballot, newest) : vote_once(ballot, newest);
	if (verdict == TALLY_ACCEPTED && !has_room(table, ballot, newest != NULL))
		return TALLY_ROLL_FULL;
	return verdict;
}

static const struct pollbook_name *
voter_name(const struct pollbook_table *table, const struct pollbook_ballot *ballot,
	   struct pollbook_name *room)
{
	if (ballot->voter != NULL)
		return ballot->voter;
	pollbook_name_make(table, POLLBOOK_VOTER, ballot->tag, room);
	return room;
}

void
pollbook_decide(const struct pollbook_table *table, const struct pollbook_ballot *ballot,
		bool revotes, struct pollbook_decision *out)
{
	struct pollbook_record voter;
	struct pollbook_name made;
	struct pollbook_entered newest = {0};
	const struct pollbook_name *name = voter_name(table, ballot, &made);
	bool known = pollbook_find_named(table, name, &voter);

	if (known)
		newest = pollbook_word_read(voter.word);
	*out = (struct pollbook_decision){.verdict = TALLY_ACCEPTED, .index = newest.index};
	if (known && is_in_the_log(table, ballot, &voter, &out->index)) {
		out->outcome = POLLBOOK_SAME;
		return;
	}
	out->index = newest.index;
	out->verdict = refusal(table, ballot, known ? &newest : NULL, revotes);
	if (out->verdict != TALLY_ACCEPTED)
		out->outcome = POLLBOOK_REFUSED;
	else if (known && newest.standing == POLLBOOK_COUNTED)
		out->outcome = POLLBOOK_REPLACES;
	else
		out->outcome = POLLBOOK_COUNTS;
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
enter_old(struct pollbook_table *table, const struct pollbook_record *before)
{
	struct pollbook_record old = {.word = before->word};
	uint8_t name[32];

	if (table->olds.count == table->olds.max)
		return;
	old_name(before->value, name);
	put(table, POLLBOOK_OLD, name, &old);
}

/* V1 */
static void
check_ascends(const struct pollbook_ballot *ballot, uint64_t index,
	      const struct pollbook_record *before)
{
	struct pollbook_entered newest = pollbook_word_read(before->word);

	CHECK(newest.standing != POLLBOOK_BARRED);
	CHECK(index > newest.index);
	CHECK(ballot->rank > newest.rank ||
	      (ballot->rank == newest.rank && ballot->revision > newest.revision));
}

void
pollbook_enter(struct pollbook_table *table, const struct pollbook_ballot *ballot,
	       uint64_t index)
{
	struct pollbook_record voter = {
	    .word = pollbook_word(&(struct pollbook_entered){index, ballot->revision,
							     ballot->rank, POLLBOOK_COUNTED})};
	struct pollbook_record before;
	struct pollbook_name made;
	const struct pollbook_name *name = voter_name(table, ballot, &made);
	bool known = pollbook_find_named(table, name, &before);

	CHECK(ballot->revision > 0);
	if (known)
		check_ascends(ballot, index, &before);
	memcpy(voter.value, ballot->digest, 16);
	CHECK(pollbook_put_named(table, name, &voter)); /* the decision promised it */
	if (ballot->voter_key != NULL)
		enter_certificate(table, ballot);
	if (known)
		enter_old(table, &before);
}

bool
pollbook_restore(struct pollbook_table *table, const struct pollbook_name *name,
		 const struct pollbook_record *record)
{
	return pollbook_put_named(table, name, record) || name->family == POLLBOOK_OLD;
}

bool
pollbook_counts(const struct pollbook_table *table, const uint8_t tag[32], uint64_t index)
{
	struct pollbook_record voter;
	struct pollbook_entered newest;

	if (!pollbook_find(table, POLLBOOK_VOTER, tag, &voter))
		return false;
	newest = pollbook_word_read(voter.word);
	return newest.standing == POLLBOOK_COUNTED && newest.index == index;
}

void
pollbook_void(struct pollbook_table *table, const uint8_t tag[32], enum pollbook_standing fate)
{
	struct pollbook_record voter;
	struct pollbook_entered newest;

	CHECK(fate == POLLBOOK_AGAIN || fate == POLLBOOK_BARRED);
	CHECK(pollbook_find(table, POLLBOOK_VOTER, tag, &voter));
	newest = pollbook_word_read(voter.word);
	CHECK(newest.standing == POLLBOOK_COUNTED);
	newest.standing = fate;
	voter.word = pollbook_word(&newest);
	put(table, POLLBOOK_VOTER, tag, &voter);
}

int
pollbook_enrolled(const struct pollbook_table *table, const uint8_t tag[32])
{
	struct pollbook_record record;

	return pollbook_find(table, POLLBOOK_ROLL, tag, &record) ? (int)record.word - 1 : -1;
}

void
pollbook_enrol(struct pollbook_table *table, const uint8_t tag[32], uint16_t district)
{
	const struct pollbook_record record = {.word = (uint64_t)district + 1};

	CHECK(table->rolls_count < table->rolls_max);
	CHECK(pollbook_put(table, POLLBOOK_ROLL, tag, &record));
}
