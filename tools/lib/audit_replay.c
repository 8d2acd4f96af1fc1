#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"

enum {
	/* A TALLY is sequenced between batches, so it may come as late as one batch more. */
	CADENCE_SLACK = batch_entries_max,
	PROGRESS_EVERY = 4096,
};

/* What the auditor counts for itself beside the replay. */
struct watch {
	struct audit_state *state;
	struct audit_tallied *tallied;
	bool late;       /* CADENCE has been found wanting */
	bool crowded;    /* VOTERS has */
	size_t texts_at; /* in the inventory's tallies: how many were asked for */
	uint8_t *text;
	size_t text_capacity;
};

static void
watch_cadence(struct watch *watch, uint64_t index)
{
	uint64_t every = watch->state->audit->recount.manifest->tally_every_ballots;
	struct trouble trouble;

	if (watch->late || every == 0 || watch->tallied->since_tally <= every + CADENCE_SLACK)
		return;
	watch->late = true;
	trouble_at(&trouble, TALLY_EXIT_FAILED, index,
		   "%" PRIu64
		   " ballots have come since a TALLY, and the manifest promises one every "
		   "%" PRIu64,
		   watch->tallied->since_tally, every);
	audit_found(watch->state, AUDIT_CADENCE, &trouble);
}

static void
watch_ballot(struct watch *watch, uint64_t index)
{
	uint32_t voters_max = watch->state->audit->recount.manifest->voters_max;
	struct trouble trouble;

	watch->tallied->ballots++;
	watch->tallied->since_tally++;
	watch->tallied->last_ballot = index;
	watch_cadence(watch, index);
	if (lineage_known(&watch->state->lineage, index))
		return;
	watch->tallied->voters++;
	if (watch->crowded || watch->tallied->voters <= voters_max)
		return;
	watch->crowded = true;
	trouble_at(&trouble, TALLY_EXIT_FAILED, index,
		   "it is of the voter number %" PRIu64 ", and the manifest allows %" PRIu32,
		   watch->tallied->voters, voters_max);
	audit_found(watch->state, AUDIT_VOTERS, &trouble);
}

/* A published text without its entry: everything in tally/ before `index` that was not asked
 * for. */
static void
watch_lone_texts(struct watch *watch, uint64_t index)
{
	const struct inventory *inventory = &watch->state->inventory;
	struct trouble trouble;

	for (; watch->texts_at < inventory->tallies_count &&
	       inventory->tallies[watch->texts_at] < index;
	     watch->texts_at++) {
		trouble_at(&trouble, TALLY_EXIT_FAILED, inventory->tallies[watch->texts_at],
			   "%s/tally/%" PRIu64 " is published, and the entry is no TALLY",
			   watch->state->log->path, inventory->tallies[watch->texts_at]);
		audit_found(watch->state, AUDIT_TEXTS, &trouble);
	}
}

static void
watch_tally(struct watch *watch, uint64_t index, struct bytes expected)
{
	const struct audit_state *state = watch->state;
	size_t size;
	struct trouble trouble;
	enum tally_exit status;

	watch->tallied->since_tally = 0;
	watch_lone_texts(watch, index);
	if (watch->texts_at < state->inventory.tallies_count &&
	    state->inventory.tallies[watch->texts_at] == index)
		watch->texts_at++;
	status = publiclog_tally(state->log, index, &watch->text, &watch->text_capacity, &size,
				 &trouble);
	if (status == TALLY_EXIT_FINE && !bytes_equal(bytes_make(watch->text, size), expected))
		status = trouble_set(&trouble, TALLY_EXIT_FAILED,
				     "%s/tally/%" PRIu64 ": it is not the recount",
				     state->log->path, index);
	if (status == TALLY_EXIT_FINE)
		return;
	trouble.has_index = true;
	trouble.index = index;
	audit_found(watch->state, AUDIT_TEXTS, &trouble);
}

static void
watch_notice(struct watch *watch, uint64_t index, struct bytes entry)
{
	uint64_t before = watch->tallied->enrolled;
	struct trouble trouble;
	struct notice notice;

	CHECK(notice_parse(bytes_make(entry.data + 1, entry.size - 1), &notice) ==
	      TALLY_ACCEPTED);
	if (notice.kind != TALLY_NOTICE_ENROL)
		return;
	watch->tallied->enrolled += notice.enrolments_count;
	if (watch->tallied->enrolled <= enrolled_max || before > enrolled_max)
		return;
	trouble_at(&trouble, TALLY_EXIT_FAILED, index,
		   "with it %" PRIu64 " voter tags are enrolled, and %d may be",
		   watch->tallied->enrolled, enrolled_max);
	audit_found(watch->state, AUDIT_ROSTER, &trouble);
}

static enum tally_exit
watch_entry(void *context, uint64_t index, struct bytes entry, const struct replay *replay,
	    struct trouble *trouble)
{
	struct watch *watch = context;
	const struct audit_options *options = watch->state->options;

	(void)trouble;
	switch (entry.data[0]) {
	case TALLY_ENTRY_BALLOT:
		watch_ballot(watch, index);
		break;
	case TALLY_ENTRY_TALLY:
		watch_tally(watch, index, writer_view(&replay->text));
		break;
	case TALLY_ENTRY_CAMPAIGN:
		audit_law_entry(watch->state, index);
		break;
	case TALLY_ENTRY_NOTICE:
		audit_law_entry(watch->state, index);
		watch_notice(watch, index, entry);
		break;
	case TALLY_ENTRY_PHASE:
		audit_law_entry(watch->state, index);
		if (replay->law.phase == TALLY_PHASE_CLOSED)
			watch->tallied->closed_at = index;
		break;
	default:
		break;
	}
	if (options->progress != NULL && index % PROGRESS_EVERY == 0)
		options->progress(options->context, "counting", index,
				  watch->state->scroll.size);
	return TALLY_EXIT_FINE;
}

enum audit_check
audit_check_of(enum replay_fault fault)
{
	switch (fault) {
	case REPLAY_BALLOT_MALFORMED:
		return AUDIT_RULES;
	case REPLAY_BALLOT_OUTSIDE_PHASE:
		return AUDIT_OPEN;
	case REPLAY_BALLOT_FORBIDDEN:
		return AUDIT_FORBIDDEN;
	case REPLAY_PHASE_FORBIDDEN:
	case REPLAY_PHASE_OWED:
		return AUDIT_PHASES;
	case REPLAY_NOTICE_MALFORMED:
	case REPLAY_NOTICE_REFUSED:
		return AUDIT_NOTICES;
	case REPLAY_TALLY_INDEX:
	case REPLAY_TALLY_WRONG:
		return AUDIT_TALLIES;
	case REPLAY_SHEET_MALFORMED:
	case REPLAY_SHEET_REFUSED:
		return AUDIT_RULES;
	case REPLAY_FINE:
	case REPLAY_UNKNOWN_ENTRY:
	case REPLAY_CAMPAIGN_PART:
		break;
	}
	return AUDIT_ENTRIES;
}

/* Once closed, the log's next business is a TALLY over all ballots. */
static void
check_last_tally(struct watch *watch)
{
	const struct replay *replay = &watch->state->audit->recount.replay;
	struct trouble trouble;

	if (replay->law.phase != TALLY_PHASE_CLOSED || watch->tallied->since_tally == 0 ||
	    replay->index == watch->tallied->closed_at + 1)
		return;
	trouble_at(&trouble, TALLY_EXIT_FAILED, watch->tallied->closed_at + 1,
		   "voting was closed before it, and no TALLY covers the ballots up to entry "
		   "%" PRIu64,
		   watch->tallied->last_ballot);
	audit_found(watch->state, AUDIT_CADENCE, &trouble);
}

/* T2, and by sorting: as many count and were voided as the tags' own histories say. */
static void
check_classes(struct watch *watch)
{
	const struct counts *counts = &watch->state->audit->recount.replay.counts;
	const struct lineage *lineage = &watch->state->lineage;
	struct trouble trouble;

	if (counts->ballots + counts->replaced + counts->voided == counts->in_tree &&
	    counts->in_tree == watch->tallied->ballots &&
	    lineage->ballots == watch->tallied->ballots &&
	    counts->ballots == lineage->counting && counts->voided == lineage->voided)
		return;
	trouble_set(&trouble, TALLY_EXIT_FAILED,
		    "%" PRIu64 " counted, %" PRIu64 " replaced and %" PRIu64
		    " voided are not the %" PRIu64 " ballots of %" PRIu64 " voter tags, of "
		    "which %" PRIu64 " count",
		    counts->ballots, counts->replaced, counts->voided, watch->tallied->ballots,
		    lineage->voters, lineage->counting);
	audit_found(watch->state, AUDIT_CLASSES, &trouble);
}

/* Checks of the replay are decided by all entries or not at all. */
static void
conclude(struct audit_state *state, uint64_t end)
{
	static const enum audit_check replayed[] = {
	    AUDIT_ENTRIES, AUDIT_NOTICES, AUDIT_PHASES, AUDIT_OPEN,    AUDIT_FORBIDDEN,
	    AUDIT_VOTERS,  AUDIT_TALLIES, AUDIT_TEXTS,  AUDIT_CADENCE, AUDIT_CLASSES};
	struct report *report = &state->audit->report;

	for (size_t at = 0; at < sizeof replayed / sizeof *replayed; at++) {
		enum audit_check i = replayed[at];

		if (end < state->scroll.size)
			report_skip(report, i,
				    "another check failed at entry %" PRIu64
				    "; entries were counted up to there",
				    end);
		else
			report_pass(report, i);
	}
}

/* A bundle that cannot be read has been found already, and breaks no rule of entries. */
static bool
is_known(const struct audit_state *state, enum tally_exit status)
{
	const struct audit *audit = state->audit;

	return status == TALLY_EXIT_FAILED && audit->recount.fault == REPLAY_FINE &&
	       report_troubled(&audit->report, AUDIT_BUNDLES);
}

static void
replay(struct audit_state *state)
{
	struct recount *recount = &state->audit->recount;
	struct watch watch = {.state = state, .tallied = &state->tallied};
	struct trouble trouble;
	enum tally_exit status;

	while (watch.texts_at < state->inventory.tallies_count &&
	       state->inventory.tallies[watch.texts_at] < state->verified.size)
		watch.texts_at++;
	status = recount_replay(&state->scroll, state->limit, &state->lineage, watch_entry,
				&watch, recount, &trouble);
	if (status != TALLY_EXIT_FINE && !is_known(state, status))
		audit_found(state, audit_check_of(recount->fault), &trouble);
	watch_lone_texts(&watch, recount->replay.index);
	if (recount->replay.index == state->scroll.size) {
		state->audit->counted = true;
		check_last_tally(&watch);
		check_classes(&watch);
		if (state->roster_read)
			audit_turnout(state);
	}
	conclude(state, recount->replay.index);
	free(watch.text);
}

static void
tell_sorting(void *context, uint64_t done, uint64_t all)
{
	const struct audit_options *options = context;

	options->progress(options->context, "sorting ballots", done, all);
}

/* What linking decides, and where nothing of the kind is asked. */
static void
conclude_links(struct audit_state *state, uint64_t end)
{
	bool voters = state->audit->recount.manifest->signing == TALLY_SIGNING_VOTER;
	const struct {
		enum audit_check check;
		bool asked;
	} linked[] = {{AUDIT_VOTES, true},
		      {AUDIT_VOIDS, true},
		      {AUDIT_KEYS, voters},
		      {AUDIT_ROSTER, state->roster_read}};
	struct report *report = &state->audit->report;

	for (size_t i = 0; i < sizeof linked / sizeof *linked; i++) {
		if (!linked[i].asked)
			continue;
		if (end < state->scroll.size)
			report_skip(report, linked[i].check,
				    "another check failed at entry %" PRIu64
				    "; ballots were compared up to there",
				    end);
		else
			report_pass(report, linked[i].check);
	}
}

/* False if nothing may be said of who replaces whom. */
static bool
link_ballots(struct audit_state *state)
{
	uint64_t end = state->limit;
	struct lineage_findings findings;
	struct trouble trouble;

	if (state->options->progress != NULL)
		lineage_watch(&state->lineage, tell_sorting, (void *)(uintptr_t)state->options);
	if (lineage_link(&state->lineage, end, state->options->jobs, &findings, &trouble) !=
	    TALLY_EXIT_FINE) {
		audit_found(state, AUDIT_VOTES, &trouble);
		return false;
	}
	if (findings.votes.found)
		audit_found(state, AUDIT_VOTES, &findings.votes.trouble);
	if (findings.keys.found)
		audit_found(state, AUDIT_KEYS, &findings.keys.trouble);
	if (findings.voids.found)
		audit_found(state, AUDIT_VOIDS, &findings.voids.trouble);
	if (findings.roster.found && state->roster_read)
		audit_found(state, AUDIT_ROSTER, &findings.roster.trouble);
	conclude_links(state, end);
	return true;
}

void
audit_replay(struct audit_state *state)
{
	if (link_ballots(state))
		replay(state);
}
