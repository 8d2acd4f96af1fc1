/* Orders of the authority left out, altered and invented, and ballots against them, by an operator
 * who is in with the authority: numbers, hashes and signatures of the notices are right, and so is
 * every TALLY for the ballots that may count. */
#include "tests/lib/lies.h"

/* The log told anew, up to an entry of the good one. */
struct retelling {
	struct lie *lie;
	struct test_log log;
	size_t next; /* of the good log's entries */
};

static void
begin(struct retelling *telling, struct lie *lie)
{
	struct test_log none = lie->log;

	none.count = none.last_notice_size = none.notices_count = 0;
	none.salt = 1;
	*telling = (struct retelling){.lie = lie};
	test_log_copy(&telling->log, &none, false);
}

static bool
read_notice(const struct lie *lie, size_t index, struct notice *notice)
{
	struct bytes entry = test_log_entry(&lie->log, index);

	return lie_is(lie, index, TALLY_ENTRY_NOTICE) &&
	       notice_parse(bytes_make(entry.data + 1, entry.size - 1), notice) ==
		   TALLY_ACCEPTED;
}

/* The good entries below `end`, notices signed again, tallies as this log now counts. */
static void
tell_until(struct retelling *telling, size_t end)
{
	const struct lie *lie = telling->lie;

	for (; telling->next < end; telling->next++) {
		struct notice notice;

		if (read_notice(lie, telling->next, &notice))
			(void)test_log_order(&telling->log, (enum tally_notice_kind)notice.kind,
					     notice.body);
		else if (lie->log.entries[telling->next].text != NULL)
			(void)test_log_tally(&telling->log);
		else
			(void)test_log_append(&telling->log,
					      test_log_entry(&lie->log, telling->next));
	}
}

static void
finish(struct retelling *telling)
{
	struct lie *lie = telling->lie;

	tell_until(telling, lie->log.count);
	test_log_free(&lie->log);
	lie->log = telling->log;
}

/* A notice of that kind, with its place; false if there is none. */
static bool
pick_notice(struct lie *lie, enum tally_notice_kind kind, size_t *at, struct notice *notice)
{
	size_t seen = 0;
	struct notice one;

	for (size_t i = 0; i < lie->log.count; i++)
		if (read_notice(lie, i, &one) && one.kind == (unsigned)kind &&
		    lie_below(lie, ++seen) == 0) {
			*at = i;
			*notice = one;
		}
	return seen > 0;
}

static bool
is_of(const struct lie *lie, size_t index, const uint8_t *tag)
{
	return lie_is(lie, index, TALLY_ENTRY_BALLOT) &&
	       memcmp(lie->log.entries[index].data + 1 + 48, tag, TALLY_TAG_SIZE) == 0;
}

/* The first ballot of one of the void's tags from `at` on, or LIE_NONE. */
static size_t
next_of(const struct lie *lie, const struct notice_void *voided, size_t at)
{
	for (; at < lie->log.count; at++)
		for (size_t i = 0; i < voided->tags_count; i++)
			if (is_of(lie, at, voided->tags + i * TALLY_TAG_SIZE))
				return at;
	return LIE_NONE;
}

/* What the void took out is left out of the next TALLY all the same; the void is a text. */
static bool
hide_void(struct lie *lie)
{
	static uint8_t hidden[ENTRY_TALLY_SIZE];
	struct retelling telling;
	struct notice notice;
	size_t at;
	size_t tally;
	char *text;

	if (!pick_notice(lie, TALLY_NOTICE_VOID, &at, &notice))
		return false;
	tally = lie_next(lie, TALLY_ENTRY_TALLY, at);
	if (tally == LIE_NONE || next_of(lie, &notice.voided, at) < tally)
		return false;
	lie_say(lie, "void %zu kept back, tally %zu with it", at, tally);
	memcpy(hidden, lie->log.entries[tally].data, sizeof hidden);
	text = strdup(lie->log.entries[tally].text);
	begin(&telling, lie);
	tell_until(&telling, at);
	(void)test_log_order(&telling.log, TALLY_NOTICE_TEXT, BYTES_OF("All is well."));
	telling.next++;
	finish(&telling);
	test_log_replace(&lie->log, tally, bytes_make(hidden, sizeof hidden));
	free(lie->log.entries[tally].text);
	lie->log.entries[tally].text = text;
	lie_expect(lie, AUDIT_TALLIES, (long)tally, "recount");
	lie_also(lie, AUDIT_VOTES);
	lie_also(lie, AUDIT_VOIDS);
	return true;
}

/* Who votes again has voted before. */
static bool
drop_void(struct lie *lie)
{
	struct retelling telling;
	struct notice notice;
	size_t at;
	size_t ballot;

	if (!pick_notice(lie, TALLY_NOTICE_VOID, &at, &notice))
		return false;
	ballot = next_of(lie, &notice.voided, at);
	if (ballot == LIE_NONE || lie->log.campaign.manifest->revote != MANIFEST_REVOTE_FIRST)
		return false;
	lie_say(lie, "void %zu left out", at);
	begin(&telling, lie);
	tell_until(&telling, at);
	telling.next++;
	finish(&telling);
	lie_expect(lie, AUDIT_VOTES, (long)ballot - 1, "the first vote stands");
	lie_also(lie, AUDIT_VOIDS);
	return true;
}

static bool
alter_fate(struct lie *lie)
{
	static uint8_t body[TALLY_NOTICE_SIZE_MAX];
	struct writer writer = writer_make(body, sizeof body);
	struct retelling telling;
	struct notice notice;
	size_t at;
	size_t ballot;

	if (!pick_notice(lie, TALLY_NOTICE_VOID, &at, &notice) ||
	    notice.voided.fate != NOTICE_AGAIN)
		return false;
	ballot = next_of(lie, &notice.voided, at);
	if (ballot == LIE_NONE)
		return false;
	lie_say(lie, "void %zu says barred", at);
	notice.voided.fate = NOTICE_BARRED;
	notice_void_write(&writer, &notice.voided);
	begin(&telling, lie);
	tell_until(&telling, at);
	(void)test_log_order(&telling.log, TALLY_NOTICE_VOID, writer_view(&writer));
	telling.next++;
	finish(&telling);
	lie_expect(lie, AUDIT_VOTES, (long)ballot, "was barred by the void at entry %zu", at);
	return true;
}

/* Puts a notice in at a place of the good log. */
static void
order_at(struct lie *lie, size_t at, enum tally_notice_kind kind, struct bytes body)
{
	struct retelling telling;

	begin(&telling, lie);
	tell_until(&telling, at);
	(void)test_log_order(&telling.log, kind, body);
	finish(&telling);
}

/* A place behind some ballots, where no PHASE is owed, and no order stands that is told by
 * indexes behind it. */
static size_t
late_place(struct lie *lie)
{
	size_t at;

	(void)lie_pick(lie, TALLY_ENTRY_BALLOT, lie->log.count * 3 / 4, lie->log.count, &at);
	return at;
}

static bool
double_void(struct lie *lie)
{
	struct notice notice;
	size_t at;

	if (!pick_notice(lie, TALLY_NOTICE_VOID, &at, &notice))
		return false;
	lie_say(lie, "void %zu twice", at);
	order_at(lie, at + 1, TALLY_NOTICE_VOID, notice.body);
	lie_expect(lie, AUDIT_VOIDS, (long)at + 1, "%s",
		   notice.voided.tags_count > 0 ? "of which no ballot counts" : "takes out 0");
	return true;
}

static bool
void_a_stranger(struct lie *lie)
{
	uint8_t body[128];
	uint8_t tag[TALLY_TAG_SIZE];
	struct writer writer = writer_make(body, sizeof body);
	const struct notice_void voided = {.fate = NOTICE_AGAIN,
					   .tags_count = 1,
					   .tags = tag,
					   .reason = BYTES_OF("moved away")};
	size_t at = late_place(lie);

	campaign_tag(STORY_STRANGER + lie_below(lie, 100), tag);
	notice_void_write(&writer, &voided);
	lie_say(lie, "void of a stranger at %zu", at);
	order_at(lie, at, TALLY_NOTICE_VOID, writer_view(&writer));
	lie_expect(lie, AUDIT_VOIDS, (long)at, "that has not voted");
	return true;
}

/* The manifest's entries are of nobody's key. */
static bool
void_nobody(struct lie *lie)
{
	const struct campaign *campaign = &lie->good->log.campaign;
	uint8_t body[128];
	struct writer writer = writer_make(body, sizeof body);
	const struct notice_void voided = {.fate = NOTICE_AGAIN,
					   .signer = campaign->frontends[0].key.id,
					   .reason = BYTES_OF("its key was lost")};
	size_t at = late_place(lie);

	notice_void_write(&writer, &voided);
	lie_say(lie, "void of nobody at %zu", at);
	order_at(lie, at, TALLY_NOTICE_VOID, writer_view(&writer));
	lie_expect(lie, AUDIT_VOIDS, (long)at, "takes out 0 ballots");
	return true;
}

/* Ballots at or above a place must not move that a later void tells by indexes: so at the end. */
static size_t
last_open_place(const struct lie *lie)
{
	size_t at = lie->log.count;

	while (!lie_is(lie, at - 1, TALLY_ENTRY_BALLOT))
		at--;
	return at;
}

/* Puts a ballot in at `at`, with these choices of contest 0, or none. */
static void
ballot_at(struct lie *lie, size_t at, const struct lie_vote *vote, size_t option)
{
	const struct campaign_choice choice = {0, (uint16_t)option, 1};
	const struct campaign_vote made = {.voter = vote->voter,
					   .revision = vote->revision,
					   .signer = vote->signer,
					   .choices = &choice,
					   .choices_count = option == LIE_NONE ? 0 : 1};
	struct retelling telling;

	begin(&telling, lie);
	tell_until(&telling, at);
	(void)test_log_vote(&telling.log, &made);
	finish(&telling);
}

static bool
use_revoked_key(struct lie *lie)
{
	const struct lie_vote vote = {.voter = STORY_STRANGER, .revision = 1};
	struct notice notice;
	size_t at;

	if (!pick_notice(lie, TALLY_NOTICE_REVOKE, &at, &notice))
		return false;
	at += 1 + lie_below(lie, last_open_place(lie) - at);
	lie_say(lie, "ballot of a revoked key at %zu", at);
	ballot_at(lie, at, &vote, LIE_NONE);
	lie_expect(lie, AUDIT_FORBIDDEN, (long)at, "was revoked");
	return true;
}

static bool
name_withdrawn(struct lie *lie)
{
	const struct lie_vote vote = {.voter = STORY_STRANGER, .revision = 1, .signer = 2};
	struct notice notice;
	size_t at;

	if (!pick_notice(lie, TALLY_NOTICE_WITHDRAW, &at, &notice))
		return false;
	at += 1 + lie_below(lie, last_open_place(lie) - at);
	lie_say(lie, "ballot for a withdrawn option at %zu", at);
	ballot_at(lie, at, &vote, LIE_WITHDRAWN);
	lie_expect(lie, AUDIT_FORBIDDEN, (long)at, "that was withdrawn");
	return true;
}

static bool
vote_in_a_pause(struct lie *lie)
{
	const struct lie_vote vote = {.voter = STORY_STRANGER, .revision = 1};
	struct notice notice;
	size_t at;

	if (!pick_notice(lie, TALLY_NOTICE_PAUSE, &at, &notice))
		return false;
	lie_say(lie, "ballot in the pause of %zu", at);
	ballot_at(lie, at + 1, &vote, LIE_NONE);
	lie_expect(lie, AUDIT_OPEN, (long)at + 1, "was paused");
	return true;
}

/* The voter of a ballot that is in that class at the end; false if there is none. */
static bool
pick_voter(struct lie *lie, enum test_log_standing standing, size_t signer,
	   struct lie_vote *vote)
{
	size_t seen = 0;

	for (size_t i = 0; i < last_open_place(lie); i++)
		if (lie->log.entries[i].standing == standing &&
		    (signer == LIE_NONE || lie->good->votes[i].signer == signer) &&
		    lie_below(lie, ++seen) == 0)
			*vote = lie->good->votes[i];
	return seen > 0;
}

static bool
vote_barred(struct lie *lie)
{
	struct lie_vote vote;
	size_t at = last_open_place(lie);

	if (!pick_voter(lie, TEST_LOG_BARRED, LIE_NONE, &vote))
		return false;
	vote.revision++;
	vote.signer = lie->good->log.campaign.manifest->frontends_count - 1;
	lie_say(lie, "barred voter %d at %zu", (int)vote.voter, at);
	ballot_at(lie, at, &vote, LIE_NONE);
	lie_expect(lie, AUDIT_VOTES, (long)at, "was barred by the void");
	return true;
}

/* The same voter online behind the booth. */
static bool
vote_below_booth(struct lie *lie)
{
	struct lie_vote vote;
	size_t at = last_open_place(lie);

	if (lie->log.campaign.manifest->precedence == MANIFEST_PRECEDENCE_NONE ||
	    !pick_voter(lie, TEST_LOG_COUNTS, 2, &vote))
		return false;
	vote.revision = (uint16_t)(1 + lie_below(lie, 3));
	vote.signer = 1;
	lie_say(lie, "voter %d of a booth online at %zu", (int)vote.voter, at);
	ballot_at(lie, at, &vote, LIE_NONE);
	lie_expect(lie, AUDIT_VOTES, (long)at, "that has precedence");
	lie_also(lie, AUDIT_VOIDS); /* what a later void names is another ballot */
	return true;
}

/* Behind a void the next revision, and no other, follows. */
static bool
skip_a_revision(struct lie *lie)
{
	struct lie_vote vote;
	size_t at = last_open_place(lie);

	if (lie->log.campaign.manifest->revote != MANIFEST_REVOTE_FIRST)
		return false;
	/* voter 4 is voided and has not voted again */
	vote = (struct lie_vote){.voter = 4, .signer = 1};
	vote.revision = (uint16_t)(lie_below(lie, 2) == 0 ? 1 : 3 + lie_below(lie, 5));
	lie_say(lie, "voter 4 with revision %d at %zu", vote.revision, at);
	ballot_at(lie, at, &vote, LIE_NONE);
	lie_expect(lie, AUDIT_VOTES, (long)at, "does not follow the revision 1");
	return true;
}

static bool
draw_again(struct lie *lie)
{
	struct notice notice;
	size_t at;
	bool late = lie_below(lie, 2) == 0;

	if (!pick_notice(lie, TALLY_NOTICE_DRAW, &at, &notice))
		return false;
	at = late ? late_place(lie) : at + 1;
	lie_say(lie, "another draw at %zu", at);
	order_at(lie, at, TALLY_NOTICE_DRAW, BYTES_OF("1 2 3 4"));
	lie_expect(lie, AUDIT_NOTICES, (long)at, "cannot take effect");
	return true;
}

/* Drawn when the votes are known. */
static bool
draw_late(struct lie *lie)
{
	struct retelling telling;
	struct notice notice;
	size_t at;

	if (!pick_notice(lie, TALLY_NOTICE_DRAW, &at, &notice))
		return false;
	lie_say(lie, "the draw of %zu moved behind the opening", at);
	begin(&telling, lie);
	tell_until(&telling, at);
	telling.next++;
	tell_until(&telling, at + 2);
	(void)test_log_order(&telling.log, TALLY_NOTICE_DRAW, notice.body);
	finish(&telling);
	lie_expect(lie, AUDIT_PHASES, (long)at, "no such change");
	return true;
}

/* Nothing in the log speaks against another draw, but older checkpoints do. */
static bool
draw_otherwise(struct lie *lie)
{
	struct retelling telling;
	struct notice notice;
	size_t at;

	if (!pick_notice(lie, TALLY_NOTICE_DRAW, &at, &notice))
		return false;
	lie_say(lie, "the draw of %zu altered", at);
	begin(&telling, lie);
	tell_until(&telling, at);
	(void)test_log_order(&telling.log, TALLY_NOTICE_DRAW, BYTES_OF("33 8 17 4"));
	telling.next++;
	finish(&telling);
	lie_remembered(lie, at);
	lie_expect(lie, AUDIT_OLD, NO_INDEX, "history was changed");
	return true;
}

/* Orders that were possible once, once more; and one that never was: there is no roster. */
static bool
order_impossible(struct lie *lie)
{
	static const enum tally_notice_kind kinds[] = {
	    TALLY_NOTICE_RESUME, TALLY_NOTICE_WITHDRAW, TALLY_NOTICE_REVOKE};
	enum tally_notice_kind kind = kinds[lie_below(lie, 3)];
	uint8_t enrolment[NOTICE_ENROLMENT_SIZE] = {0};
	uint8_t body[64];
	struct writer writer = writer_make(body, sizeof body);
	struct notice notice;
	size_t at;

	if (pick_notice(lie, kind, &at, &notice)) {
		at++;
		lie_say(lie, "%s again at %zu", notice_kind_name(kind), at);
		order_at(lie, at, kind, notice.body);
	} else {
		at = late_place(lie);
		notice_enrol_write(&writer, enrolment, 1);
		lie_say(lie, "enrol without a roster at %zu", at);
		order_at(lie, at, TALLY_NOTICE_ENROL, writer_view(&writer));
	}
	lie_expect(lie, AUDIT_NOTICES, (long)at, "cannot take effect");
	return true;
}

static const struct lie_kind kinds[] = {
    {"a void kept back", hide_void},
    {"a void left out", drop_void},
    {"a void's fate altered", alter_fate},
    {"a void twice", double_void},
    {"a void of a stranger", void_a_stranger},
    {"a void of nobody", void_nobody},
    {"a ballot of a revoked key", use_revoked_key},
    {"a ballot for a withdrawn option", name_withdrawn},
    {"a ballot in a pause", vote_in_a_pause},
    {"a barred voter's ballot", vote_barred},
    {"an online ballot behind a booth's", vote_below_booth},
    {"a revision skipped behind a void", skip_a_revision},
    {"a second draw", draw_again},
    {"a draw behind the opening", draw_late},
    {"a draw altered", draw_otherwise},
    {"an order that is not possible", order_impossible},
};

const struct lie_kinds lies_of_orders = {
    .count = sizeof kinds / sizeof *kinds, .kinds = kinds, .ordered = true};
