/* Ballots edited, forged and entered where they may not be, by an operator who signs the tree; some
 * with a frontend or a registrar who is in with him. */
#include "limits.h"
#include "tests/lib/lies.h"

#include <sodium.h>

static uint8_t memory[TALLY_ENTRY_SIZE_MAX];

/* Bytes of one field of a BALLOT entry: [first, end). */
struct field {
	const char *name;
	size_t first;
	size_t end;
};

enum {
	TAG = 1 + 48,
	REVISION = TAG + 32,
	DISTRICT = REVISION + 2,
	MODE = DISTRICT + 2,
	CHOICES = MODE + 1,
	FIELDS = 12,
};

/* In frontend mode the fields of a certificate are empty. */
static void
fields_of(const struct lie *lie, size_t size, struct field fields[FIELDS])
{
	bool voters = lie->good->wish.signing == TALLY_SIGNING_VOTER;
	size_t signature = size - 64;
	size_t key = signature - (voters ? 4 + 8 + 32 + 64 : 4);
	size_t serial = key + 4;
	size_t voter_key = voters ? serial + 8 : serial;
	size_t certificate = voters ? voter_key + 32 : serial;
	const struct field all[FIELDS] = {
	    {"kind", 0, 1},
	    {"separator", 1, 17},
	    {"campaign", 17, TAG},
	    {"tag", TAG, REVISION},
	    {"revision", REVISION, DISTRICT},
	    {"district", DISTRICT, MODE},
	    {"mode", MODE, CHOICES},
	    {"choices", CHOICES, key},
	    {"key id", key, serial},
	    {"serial and voter key", serial, certificate},
	    {"certificate", certificate, signature},
	    {"signature", signature, size},
	};

	memcpy(fields, all, sizeof all);
}

/* What a changed byte of the field must lead to. A changed number of a revision, a district or a
 * choice may be one that the campaign allows, or not: then the rules are asked first. The entry's
 * kind becomes another, or none. */
static void
expect_field(struct lie *lie, size_t field, size_t at, bool allowed)
{
	switch (field) {
	case 0:
		lie_expect(lie, AUDIT_ENTRIES, (long)at, "%s", "");
		break;
	case 1:
	case 2:
	case 6:
		lie_expect(lie, AUDIT_RULES, (long)at, "%s",
			   field == 2 ? "wrong-campaign" : "the ballot is");
		break;
	case 4:
	case 5:
	case 7:
		lie_expect(lie, allowed ? AUDIT_SIGNATURES : AUDIT_RULES, (long)at,
			   "the ballot is");
		break;
	default:
		lie_expect(lie, AUDIT_SIGNATURES, (long)at, "the ballot is");
		break;
	}
}

/* Behind a void even a first vote may be revised. */
static unsigned
revisions_allowed(const struct manifest *manifest)
{
	return manifest->revote == MANIFEST_REVOTE_FIRST ? revisions_limit
							 : manifest->revisions_max;
}

/* By hand, from the documents: does a ballot of one choice or more keep the rules? */
static bool
choices_allowed(const struct lie *lie, const uint8_t *entry, size_t end)
{
	const struct manifest *manifest = lie->good->log.campaign.manifest;
	unsigned revision = be16_load(entry + REVISION);
	unsigned district = be16_load(entry + DISTRICT);
	size_t at = CHOICES;

	if (revision == 0 || revision > revisions_allowed(manifest) ||
	    district >= (manifest->districts_count > 0 ? manifest->districts_count : 1))
		return false;
	for (size_t c = 0; c < manifest->contests_count; c++) {
		const struct manifest_contest *contest = &manifest->contests[c];
		unsigned count;
		int before = -1;

		if (c > 0 && manifest->districts_count > 0 && district % 2 != c % 2)
			continue;
		if (at + 2 > end)
			return false;
		count = be16_load(entry + at);
		at += 2;
		if (count == 0xffff && contest->blank)
			continue;
		if (count > contest->max || (count > 0 && count < contest->min) ||
		    at + 6 * (size_t)count > end)
			return false;
		for (unsigned i = 0; i < count; i++, at += 6) {
			int option = be16_load(entry + at);

			if (option <= before || (size_t)option >= contest->options_count ||
			    be32_load(entry + at + 2) != 1)
				return false;
			before = option;
		}
	}
	return at == end;
}

static bool
edit_byte(struct lie *lie)
{
	struct field fields[FIELDS];
	struct bytes entry;
	size_t field = lie_below(lie, FIELDS);
	size_t at;
	size_t byte;

	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &at))
		return false;
	entry = test_log_entry(&lie->log, at);
	fields_of(lie, entry.size, fields);
	if (fields[field].first == fields[field].end)
		field = FIELDS - 1;
	byte = fields[field].first + lie_below(lie, fields[field].end - fields[field].first);
	memcpy(memory, entry.data, entry.size);
	/* Kinds 6 and above are unknown; the lower ones are other cases. */
	memory[byte] ^= field == 0 ? 0x80 : (uint8_t)(1 + lie_below(lie, 255));
	lie_say(lie, "byte %zu of ballot %zu edited: its %s", byte, at, fields[field].name);
	expect_field(lie, field, at, choices_allowed(lie, memory, fields[8].first));
	test_log_replace(&lie->log, at, bytes_make(memory, entry.size));
	return true;
}

static bool
cut_ballot(struct lie *lie)
{
	struct bytes entry;
	size_t size;
	size_t at;

	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &at))
		return false;
	entry = test_log_entry(&lie->log, at);
	size = 1 + lie_below(lie, entry.size + 40);
	size += size >= entry.size;
	memset(memory, 0, size);
	memcpy(memory, entry.data, size < entry.size ? size : entry.size);
	lie_say(lie, "ballot %zu of %zu bytes made %zu", at, entry.size, size);
	test_log_replace(&lie->log, at, bytes_make(memory, size));
	lie_expect(lie, AUDIT_RULES, (long)at, "the ballot is");
	return true;
}

static bool
has_later(const struct lie *lie, size_t at)
{
	const uint8_t *tag = lie->log.entries[at].data + TAG;

	while ((at = lie_next(lie, TALLY_ENTRY_BALLOT, at + 1)) != LIE_NONE)
		if (memcmp(lie->log.entries[at].data + TAG, tag, TALLY_TAG_SIZE) == 0)
			return true;
	return false;
}

/* Two ballots of one TALLY that both count, whose choices are of one shape and not the same. */
static bool
pick_twins(struct lie *lie, size_t *a, size_t *b, size_t *size)
{
	for (size_t tries = 0; tries < 200; tries++) {
		struct field fields[FIELDS];
		const struct test_log_entry *left;
		const struct test_log_entry *right;

		if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, a) ||
		    !lie_pick(lie, TALLY_ENTRY_BALLOT, *a + 1, lie->log.count, b) ||
		    !lie_all_ballots(lie, *a, *b) || has_later(lie, *a) || has_later(lie, *b))
			continue;
		left = &lie->log.entries[*a];
		right = &lie->log.entries[*b];
		if (left->size != right->size ||
		    memcmp(left->data + DISTRICT, right->data + DISTRICT, 2) != 0)
			continue;
		fields_of(lie, left->size, fields);
		*size = fields[7].end - CHOICES;
		if (memcmp(left->data + CHOICES, right->data + CHOICES, *size) != 0)
			return true;
	}
	return false;
}

static void
exchange(struct lie *lie, size_t a, size_t b, size_t size)
{
	memcpy(memory, lie->log.entries[a].data + CHOICES, size);
	memcpy(lie->log.entries[a].data + CHOICES, lie->log.entries[b].data + CHOICES, size);
	memcpy(lie->log.entries[b].data + CHOICES, memory, size);
}

static void
hash_again(struct lie *lie, size_t at)
{
	tree_leaf(test_log_entry(&lie->log, at), &lie->log.leaves[at]);
}

/* One vote goes from an option to another, and one back: every total is kept. */
static bool
exchange_votes(struct lie *lie)
{
	size_t a, b, size;

	if (!pick_twins(lie, &a, &b, &size))
		return false;
	exchange(lie, a, b, size);
	hash_again(lie, a);
	hash_again(lie, b);
	lie_say(lie, "votes of %zu and %zu exchanged", a, b);
	lie_expect(lie, AUDIT_SIGNATURES, (long)a, "bad-signature");
	return true;
}

static void
sign_again(struct lie *lie, size_t at)
{
	const struct note_private_key *frontend =
	    &lie->log.campaign.frontends[lie->good->votes[at].signer];
	struct test_log_entry *entry = &lie->log.entries[at];

	crypto_sign_detached(entry->data + entry->size - 64, NULL, entry->data + 1,
			     entry->size - 1 - 64, frontend->secret);
	hash_again(lie, at);
}

/* The frontend signs both anew: now only who kept an older checkpoint can tell. */
static bool
exchange_signed_votes(struct lie *lie)
{
	size_t a, b, size;

	if (lie->good->wish.signing == TALLY_SIGNING_VOTER || !pick_twins(lie, &a, &b, &size))
		return false;
	exchange(lie, a, b, size);
	sign_again(lie, a);
	sign_again(lie, b);
	lie_say(lie, "votes of %zu and %zu exchanged and signed", a, b);
	lie_remembered(lie, a);
	lie_expect(lie, AUDIT_OLD, NO_INDEX, "history was changed");
	return true;
}

/* One vote is changed and signed by the frontend; the tallies stay. */
static bool
change_signed_vote(struct lie *lie)
{
	size_t a, b, size;
	size_t tally;

	if (lie->good->wish.signing == TALLY_SIGNING_VOTER || !pick_twins(lie, &a, &b, &size))
		return false;
	tally = lie_next(lie, TALLY_ENTRY_TALLY, a);
	if (tally == LIE_NONE)
		return false;
	memcpy(lie->log.entries[a].data + CHOICES, lie->log.entries[b].data + CHOICES, size);
	sign_again(lie, a);
	lie_say(lie, "vote of %zu changed and signed", a);
	lie_expect(lie, AUDIT_TALLIES, (long)tally, "not the recount");
	return true;
}

/* A place between ballots, before which some have come. */
static bool
pick_open(struct lie *lie, size_t *at)
{
	return lie_pick(lie, TALLY_ENTRY_BALLOT, 3, lie->log.count, at) &&
	       lie_is(lie, *at - 1, TALLY_ENTRY_BALLOT);
}

static struct lie_vote
stranger(struct lie *lie)
{
	bool voters = lie->good->wish.signing == TALLY_SIGNING_VOTER;

	return (struct lie_vote){
	    .voter = 50000 + lie_below(lie, 1000), .revision = 1, .serial = voters ? 10 : 0};
}

static bool
insert(struct lie *lie, size_t at, const struct lie_vote *vote, enum audit_check check,
       const char *words)
{
	lie_insert(lie, at, lie_ballot(lie, vote, memory));
	lie_say(lie, "ballot of voter %d, revision %d, serial %d put in at %zu",
		(int)vote->voter, (int)vote->revision, (int)vote->serial, at);
	lie_expect(lie, check, (long)at, "%s", words);
	return true;
}

/* A ballot that no listed key has signed: a listed key's id, or its own. */
static bool
insert_unsigned(struct lie *lie)
{
	struct lie_vote vote = stranger(lie);
	struct bytes entry;
	size_t at;

	if (!pick_open(lie, &at))
		return false;
	entry = lie_ballot(lie, &vote, memory);
	test_random_fill(&lie->random, memory + entry.size - 64, 63);
	if (lie_below(lie, 2) == 0)
		memory[entry.size - 68 -
		       (lie->good->wish.signing == TALLY_SIGNING_VOTER ? 104 : 0)] ^= 1;
	lie_insert(lie, at, entry);
	lie_say(lie, "ballot made by nobody put in at %zu", at);
	lie_expect(lie, AUDIT_SIGNATURES, (long)at, "the ballot is");
	return true;
}

/* Signed, but for another campaign. */
static bool
insert_foreign(struct lie *lie)
{
	const struct lie_log *other = lie->good->other;
	size_t at;
	size_t from = lie_below(lie, other->log.count);

	if (!pick_open(lie, &at))
		return false;
	while (other->log.entries[from].data[0] != TALLY_ENTRY_BALLOT)
		from = (from + 1) % other->log.count;
	lie_insert(lie, at, test_log_entry(&other->log, from));
	lie_say(lie, "ballot %zu of log %s put in at %zu", from, other->name, at);
	lie_expect(lie, AUDIT_RULES, (long)at, "wrong-campaign");
	return true;
}

/* A second vote of a tag, by a frontend or registrar who signs it. */
static bool
insert_second(struct lie *lie)
{
	struct lie_vote vote;
	size_t from;
	size_t at;

	if (!pick_open(lie, &at) || !lie_pick(lie, TALLY_ENTRY_BALLOT, 0, at, &from))
		return false;
	vote = lie->good->votes[from];
	if (lie->good->wish.revisions_max > 1)
		return insert(lie, at, &vote, AUDIT_VOTES, "is not above");
	return insert(lie, at, &vote, AUDIT_VOTES, "has voted before");
}

static bool
insert_high_revision(struct lie *lie)
{
	struct lie_vote vote = stranger(lie);
	size_t at;

	vote.revision = (uint16_t)(revisions_allowed(lie->log.campaign.manifest) + 1);
	return pick_open(lie, &at) && insert(lie, at, &vote, AUDIT_RULES, "bad-revision");
}

/* Where the first vote stands, a second revision asks for a void. */
static bool
insert_second_revision(struct lie *lie)
{
	struct lie_vote vote = stranger(lie);
	size_t at;

	if (lie->log.campaign.manifest->revote != MANIFEST_REVOTE_FIRST || !pick_open(lie, &at))
		return false;
	vote.revision = (uint16_t)(2 + lie_below(lie, 20));
	return insert(lie, at, &vote, AUDIT_VOTES, "no ballot before that it could follow");
}

static bool
insert_early(struct lie *lie)
{
	struct lie_vote vote = stranger(lie);

	return insert(lie, lie_next(lie, TALLY_ENTRY_PHASE, 0), &vote, AUDIT_OPEN,
		      "outside an open phase");
}

static bool
insert_late(struct lie *lie)
{
	struct lie_vote vote = stranger(lie);
	size_t close;

	if (!lie_pick(lie, TALLY_ENTRY_PHASE, 0, lie->log.count, &close) ||
	    lie->log.entries[close].data[1] != TALLY_PHASE_CLOSED)
		return false;
	return insert(lie, close + 1, &vote, AUDIT_OPEN, "outside an open phase");
}

/* Between a notice and the PHASE it owes. */
static bool
insert_where_owed(struct lie *lie)
{
	struct lie_vote vote = stranger(lie);
	size_t phase;
	size_t tries = 0;

	do {
		if (!lie_pick(lie, TALLY_ENTRY_PHASE, 0, lie->log.count, &phase) ||
		    tries++ == 100)
			return false;
	} while (lie->log.entries[phase].data[2] != TALLY_CAUSE_NOTICE);
	return insert(lie, phase, &vote, AUDIT_PHASES, "was owed here");
}

/* Ballots of voters that do not exist are beyond the number of voters in the end: the entry is
 * the one where the last voter too many comes first. */
static bool
stuff(struct lie *lie)
{
	struct lie_vote vote = stranger(lie);
	size_t at;
	size_t last = 0;

	if (lie->good->wish.voters_max != lie->good->voters_count || !pick_open(lie, &at))
		return false;
	lie_insert(lie, at, lie_ballot(lie, &vote, memory));
	lie_correct(lie);
	while (lie_next(lie, TALLY_ENTRY_BALLOT, last + 1) != LIE_NONE)
		last = lie_next(lie, TALLY_ENTRY_BALLOT, last + 1);
	lie_say(lie, "stuffed at %zu", at);
	lie_expect(lie, AUDIT_VOTERS, (long)last, "the manifest allows");
	return true;
}

/* What a registrar must not certify: a voter key for two tags, a serial for two keys, an older
 * serial again. */
static bool
insert_certified(struct lie *lie, uint64_t serial, const char *words)
{
	struct lie_vote vote = {0};
	size_t from = 0;
	size_t at;

	if (lie->good->wish.signing != TALLY_SIGNING_VOTER || !pick_open(lie, &at))
		return false;
	for (size_t i = 0; i < at; i++)
		if (lie_is(lie, i, TALLY_ENTRY_BALLOT) &&
		    lie->good->votes[i].voter == lie->good->votes[at - 1].voter)
			from = i;
	vote = lie->good->votes[from];
	vote.revision++;
	vote.serial = serial;
	lie_also(lie, AUDIT_VOTES); /* the tag's next revision, if it comes later */
	return insert(lie, at, &vote, AUDIT_KEYS, words);
}

static bool
insert_old_serial(struct lie *lie)
{
	return insert_certified(lie, 9, "is below the");
}

static const struct lie_kind kinds[] = {
    {"a byte of a ballot edited", edit_byte},
    {"a byte of a ballot edited", edit_byte},
    {"a byte of a ballot edited", edit_byte},
    {"a ballot cut or lengthened", cut_ballot},
    {"two votes exchanged", exchange_votes},
    {"two votes exchanged by their frontend", exchange_signed_votes},
    {"a vote changed by its frontend", change_signed_vote},
    {"a ballot made by nobody", insert_unsigned},
    {"a ballot of another campaign", insert_foreign},
    {"a second vote of a tag", insert_second},
    {"a revision too high", insert_high_revision},
    {"a second revision without a void", insert_second_revision},
    {"a ballot before the opening", insert_early},
    {"a ballot after the close", insert_late},
    {"a ballot where a phase is owed", insert_where_owed},
    {"a ballot of a voter too many", stuff},
    {"a certificate's serial that goes back", insert_old_serial},
};

const struct lie_kinds lies_of_ballots = {.count = sizeof kinds / sizeof *kinds,
					  .kinds = kinds};
