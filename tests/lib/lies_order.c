/* Entries dropped, exchanged, moved and doubled by an operator who signs the tree of what is left:
 * no hash is wrong, only what the entries say. */
#include "tests/lib/lies.h"

static bool
by_notice(const struct lie *lie, size_t index)
{
	return lie_is(lie, index, TALLY_ENTRY_PHASE) &&
	       lie->log.entries[index].data[2] == TALLY_CAUSE_NOTICE;
}

static bool
same_tag(const struct lie *lie, size_t a, size_t b)
{
	const size_t at = 1 + 48;

	return lie_is(lie, a, TALLY_ENTRY_BALLOT) && lie_is(lie, b, TALLY_ENTRY_BALLOT) &&
	       memcmp(lie->log.entries[a].data + at, lie->log.entries[b].data + at,
		      TALLY_TAG_SIZE) == 0;
}

static size_t
parts(const struct lie *lie)
{
	return entry_campaign_parts(lie->log.campaign.manifest->json.size);
}

/* Whatever states a place or a number of its own finds itself moved. */
static bool
drop_ballot(struct lie *lie)
{
	size_t at;
	size_t tally;

	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &at))
		return false;
	tally = lie_next(lie, TALLY_ENTRY_TALLY, at);
	if (tally == LIE_NONE)
		return false;
	lie_say(lie, "ballot %zu dropped", at);
	test_log_drop(&lie->log, at);
	lie_expect(lie, AUDIT_TALLIES, (long)tally - 1, "another index");
	return true;
}

/* With every TALLY written anew the log agrees with itself: only who remembers knows. */
static bool
drop_ballot_and_correct(struct lie *lie)
{
	size_t at;

	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &at))
		return false;
	lie_say(lie, "ballot %zu dropped, tallies corrected", at);
	test_log_drop(&lie->log, at);
	lie_correct(lie);
	lie_remembered(lie, at);
	lie_expect(lie, AUDIT_OLD, NO_INDEX, "%s",
		   lie->old_size > lie->log.count ? "the older checkpoint had"
						  : "history was changed");
	return true;
}

static bool
drop_tally(struct lie *lie)
{
	size_t at;
	size_t next;

	if (!lie_pick(lie, TALLY_ENTRY_TALLY, 0, lie->log.count - 1, &at))
		return false;
	next = lie_next(lie, TALLY_ENTRY_TALLY, at + 1);
	if (next == LIE_NONE)
		return false;
	lie_say(lie, "tally %zu dropped", at);
	test_log_drop(&lie->log, at);
	lie_expect(lie, AUDIT_TALLIES, (long)next - 1, "another index");
	return true;
}

static bool
drop_opening(struct lie *lie)
{
	size_t at = lie_next(lie, TALLY_ENTRY_PHASE, 0);

	lie_say(lie, "PHASE %zu dropped", at);
	test_log_drop(&lie->log, at);
	lie_expect(lie, AUDIT_OPEN, (long)at, "outside an open phase");
	return true;
}

/* The PHASE that a notice owed, or the one of the clock, behind which a TALLY stands. */
static bool
drop_phase(struct lie *lie)
{
	size_t at;
	bool owed;

	if (!lie_pick(lie, TALLY_ENTRY_PHASE, parts(lie) + 1, lie->log.count - 1, &at))
		return false;
	owed = by_notice(lie, at);
	if (!owed && !lie_is(lie, at + 1, TALLY_ENTRY_TALLY))
		return false;
	lie_say(lie, "PHASE %zu dropped", at);
	test_log_drop(&lie->log, at);
	lie_expect(lie, owed ? AUDIT_PHASES : AUDIT_TALLIES, (long)at, "%s",
		   owed ? "was owed here" : "another index");
	return true;
}

/* What stands behind the notice and depends on it: a TALLY's index, a notice's number, a phase
 * that the notice caused. */
static bool
drop_notice(struct lie *lie)
{
	size_t at;
	size_t next;

	if (!lie_pick(lie, TALLY_ENTRY_NOTICE, 0, lie->log.count, &at))
		return false;
	for (next = at + 1; next < lie->log.count; next++)
		if (lie_is(lie, next, TALLY_ENTRY_TALLY) ||
		    lie_is(lie, next, TALLY_ENTRY_NOTICE) || by_notice(lie, next))
			break;
	if (next == lie->log.count)
		return false;
	lie_say(lie, "notice %zu dropped", at);
	if (lie_is(lie, next, TALLY_ENTRY_TALLY))
		lie_expect(lie, AUDIT_TALLIES, (long)next - 1, "another index");
	else if (lie_is(lie, next, TALLY_ENTRY_NOTICE))
		lie_expect(lie, AUDIT_NOTICES, (long)next - 1, "out of order");
	else
		lie_expect(lie, AUDIT_PHASES, (long)next - 1, "no such change");
	test_log_drop(&lie->log, at);
	return true;
}

static bool
drop_part(struct lie *lie)
{
	size_t at = lie_below(lie, parts(lie));

	lie_say(lie, "part %zu of the manifest dropped", at);
	test_log_drop(&lie->log, at);
	lie_expect(lie, AUDIT_MANIFEST, (long)at, "part %zu of the manifest", at);
	return true;
}

/* A run of at least two ballots of different tags in [*first, *end). */
static bool
pick_run(struct lie *lie, size_t *first, size_t *end)
{
	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, first))
		return false;
	for (*end = *first + 1; *end < lie->log.count && *end < *first + 12; ++*end) {
		if (!lie_is(lie, *end, TALLY_ENTRY_BALLOT))
			break;
		for (size_t i = *first; i < *end; i++)
			if (same_tag(lie, i, *end))
				return *end - *first >= 2;
	}
	return *end - *first >= 2;
}

/* Nothing in the log speaks against another order of ballots, but older checkpoints do. */
static bool
reorder(struct lie *lie, bool swap)
{
	size_t first;
	size_t end;
	size_t to;

	if (!pick_run(lie, &first, &end))
		return false;
	to = first + 1 + lie_below(lie, end - first - 1);
	lie_say(lie, "ballots %zu and %zu %s", first, to, swap ? "exchanged" : "moved");
	if (swap)
		test_log_swap(&lie->log, first, to);
	else
		test_log_move(&lie->log, first, to);
	lie_remembered(lie, first);
	lie_expect(lie, AUDIT_OLD, NO_INDEX, "history was changed");
	return true;
}

static bool
swap_ballots(struct lie *lie)
{
	return reorder(lie, true);
}

static bool
move_ballot(struct lie *lie)
{
	return reorder(lie, false);
}

/* The older vote would count. Where a newer certificate came with the newer vote, the order of
 * serials is broken as well; where a TALLY stands between, so is that. */
static bool
swap_revisions(struct lie *lie)
{
	size_t later;
	size_t earlier;

	for (size_t tries = 0; tries < 40; tries++) {
		if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &later))
			return false;
		for (earlier = 0; earlier < later && !same_tag(lie, earlier, later); earlier++)
			;
		if (earlier == later)
			continue;
		lie_say(lie, "revisions %zu and %zu exchanged", earlier, later);
		test_log_swap(&lie->log, earlier, later);
		for (later = earlier + 1; !same_tag(lie, earlier, later); later++)
			;
		lie_expect(lie, AUDIT_VOTES, (long)later, "is not above");
		lie_also(lie, AUDIT_KEYS);
		if (!lie_all_ballots(lie, earlier, later) &&
		    lie_next(lie, TALLY_ENTRY_TALLY, earlier) < later)
			return false;
		return true;
	}
	return false;
}

static bool
swap_opening(struct lie *lie)
{
	size_t open = lie_next(lie, TALLY_ENTRY_PHASE, 0);
	size_t ballot = open + 1;

	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, open, lie->log.count, &ballot))
		return false;
	lie_say(lie, "ballot %zu exchanged with the opening", ballot);
	test_log_swap(&lie->log, open, ballot);
	lie_also(lie, AUDIT_VOTES); /* of a tag's ballots the later one may now come first */
	lie_also(lie, AUDIT_KEYS);
	lie_expect(lie, AUDIT_OPEN, (long)open, "outside an open phase");
	return true;
}

/* A close before the last ballots. */
static bool
early_close(struct lie *lie)
{
	size_t close;
	size_t to;
	bool noticed;

	if (!lie_pick(lie, TALLY_ENTRY_PHASE, parts(lie) + 1, lie->log.count, &close))
		return false;
	noticed = by_notice(lie, close);
	to = close - noticed;
	while (to > 0 && lie_is(lie, to - 1, TALLY_ENTRY_BALLOT) && lie_below(lie, 4) != 0)
		to--;
	if (to + noticed == close)
		return false;
	lie_say(lie, "PHASE %zu moved to %zu", close, to);
	test_log_move(&lie->log, close, to);
	if (noticed)
		lie_expect(lie, AUDIT_PHASES, (long)to, "no such change");
	else
		lie_expect(lie, AUDIT_OPEN, (long)to + 1, "outside an open phase");
	return true;
}

static bool
swap_kind(struct lie *lie, enum tally_entry_kind kind, enum audit_check check)
{
	size_t a;
	size_t b;

	if (!lie_pick(lie, kind, 0, lie->log.count, &a))
		return false;
	b = lie_next(lie, kind, a + 1);
	if (b == LIE_NONE)
		return false;
	lie_say(lie, "entries %zu and %zu exchanged", a, b);
	test_log_swap(&lie->log, a, b);
	lie_expect(lie, check, (long)a, "%s", "");
	return true;
}

static bool
swap_tallies(struct lie *lie)
{
	return swap_kind(lie, TALLY_ENTRY_TALLY, AUDIT_TALLIES);
}

static bool
swap_notices(struct lie *lie)
{
	return swap_kind(lie, TALLY_ENTRY_NOTICE, AUDIT_NOTICES);
}

/* A ballot that came before a TALLY stands behind it. */
static bool
move_over_tally(struct lie *lie)
{
	size_t tally;
	size_t from;

	if (!lie_pick(lie, TALLY_ENTRY_TALLY, 0, lie->log.count, &tally) ||
	    !lie_pick(lie, TALLY_ENTRY_BALLOT, 0, tally, &from) ||
	    lie_next(lie, TALLY_ENTRY_TALLY, from) != tally)
		return false;
	lie_say(lie, "ballot %zu moved behind tally %zu", from, tally);
	test_log_move(&lie->log, from, tally);
	lie_also(lie, AUDIT_VOTES);
	lie_also(lie, AUDIT_KEYS);
	lie_expect(lie, AUDIT_TALLIES, (long)tally - 1, "another index");
	return true;
}

static bool
double_ballot(struct lie *lie)
{
	static uint8_t copy[TALLY_ENTRY_SIZE_MAX];
	struct bytes entry;
	size_t from;
	size_t to;

	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &from) ||
	    !lie_pick(lie, TALLY_ENTRY_BALLOT, from + 1, lie->log.count, &to) ||
	    !lie_is(lie, to - 1, TALLY_ENTRY_BALLOT))
		return false;
	entry = test_log_entry(&lie->log, from);
	memcpy(copy, entry.data, entry.size);
	lie_say(lie, "ballot %zu again at %zu", from, to);
	lie_insert(lie, to, bytes_make(copy, entry.size));
	lie_expect(lie, AUDIT_VOTES, (long)to, "entry ");
	lie_also(lie, AUDIT_KEYS);
	return true;
}

/* An entry of the law's, or a TALLY, once more right behind itself. */
static bool
double_other(struct lie *lie)
{
	static uint8_t copy[TALLY_ENTRY_SIZE_MAX];
	size_t at = lie_below(lie, lie->log.count);
	struct bytes entry;

	while (lie_is(lie, at, TALLY_ENTRY_BALLOT))
		at = (at + 1) % lie->log.count;
	entry = test_log_entry(&lie->log, at);
	memcpy(copy, entry.data, entry.size);
	lie_say(lie, "entry %zu twice", at);
	if (entry.data[0] == TALLY_ENTRY_CAMPAIGN && at + 1 < parts(lie))
		lie_expect(lie, AUDIT_MANIFEST, (long)at + 1, "part %zu", at + 1);
	else if (entry.data[0] == TALLY_ENTRY_CAMPAIGN)
		lie_expect(lie, AUDIT_ENTRIES, (long)at + 1, "part of the manifest");
	else if (entry.data[0] == TALLY_ENTRY_TALLY)
		lie_expect(lie, AUDIT_TALLIES, (long)at + 1, "another index");
	else if (entry.data[0] == TALLY_ENTRY_PHASE)
		lie_expect(lie, AUDIT_PHASES, (long)at + 1, "no such change");
	else if (by_notice(lie, at + 1))
		lie_expect(lie, AUDIT_PHASES, (long)at + 1, "was owed here");
	else
		lie_expect(lie, AUDIT_NOTICES, (long)at + 1, "out of order");
	lie_insert(lie, at + 1, bytes_make(copy, entry.size));
	return true;
}

/* A shorter log, honest in itself. */
static bool
roll_back(struct lie *lie)
{
	size_t size = parts(lie) + lie_below(lie, lie->log.count - parts(lie));

	lie_say(lie, "rolled back to %zu entries", size);
	lie_remembered(lie, size);
	while (lie->log.count > size)
		test_log_drop(&lie->log, lie->log.count - 1);
	lie_expect(lie, AUDIT_OLD, NO_INDEX, "%zu entries, the older checkpoint had %d", size,
		   (int)lie->old_size);
	return true;
}

/* Another log of the same size that is honest in itself: one ballot is another voter's. */
static bool
fork_log(struct lie *lie)
{
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	struct lie_vote vote;
	size_t at;

	if (!lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &at))
		return false;
	vote = lie->good->votes[at];
	for (size_t i = at + 1; i < lie->log.count; i++)
		if (same_tag(lie, at, i))
			return false;
	vote.voter += vote.revision == 1 ? 100000 : 0;
	test_log_replace(&lie->log, at, lie_ballot(lie, &vote, memory));
	lie_correct(lie);
	lie_say(lie, "forked at ballot %zu", at);
	lie_remembered(lie, at);
	lie_expect(lie, AUDIT_OLD, NO_INDEX, "history was changed");
	return memcmp(lie->log.leaves[at].bytes, lie->good->log.leaves[at].bytes, 32) != 0;
}

static const struct lie_kind kinds[] = {
    {"a ballot dropped", drop_ballot},
    {"a ballot dropped, tallies corrected", drop_ballot_and_correct},
    {"a tally dropped", drop_tally},
    {"the opening dropped", drop_opening},
    {"a phase dropped", drop_phase},
    {"a notice dropped", drop_notice},
    {"a part of the manifest dropped", drop_part},
    {"two ballots exchanged", swap_ballots},
    {"a ballot moved", move_ballot},
    {"two revisions exchanged", swap_revisions},
    {"a ballot exchanged with the opening", swap_opening},
    {"a phase moved forward", early_close},
    {"two tallies exchanged", swap_tallies},
    {"two notices exchanged", swap_notices},
    {"a ballot moved behind a tally", move_over_tally},
    {"a ballot doubled", double_ballot},
    {"another entry doubled", double_other},
    {"rolled back", roll_back},
    {"forked", fork_log},
};

const struct lie_kinds lies_of_order = {.count = sizeof kinds / sizeof *kinds, .kinds = kinds};
