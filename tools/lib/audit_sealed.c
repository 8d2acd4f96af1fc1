#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/crew.h"

static void
check_tile(struct audit_state *state, uint64_t number)
{
	struct tree_hash leaves[TALLY_TILE_WIDTH];
	struct trouble trouble;
	unsigned width;

	memset(leaves, 0, sizeof leaves);
	if (publiclog_tile(state->log, 0, number, state->scroll.size, leaves, &width,
			   &trouble) != TALLY_EXIT_FINE) {
		audit_found(state, AUDIT_TILES, &trouble);
		pthread_mutex_lock(&state->lock);
		state->holes = true;
		pthread_mutex_unlock(&state->lock);
		return;
	}
	audit_tile_files(state, number, leaves);
	audit_keep_hashes(state, number, width, leaves);
}

static void
check_tile_job(void *context, unsigned worker, uint64_t number)
{
	struct audit_state *state = context;
	uint64_t first = state->verified.size / TALLY_TILE_WIDTH;
	uint64_t done;

	check_tile(state, first + number);
	done = atomic_fetch_add(&state->done, 1) + 1;
	if (worker == 0 && state->options->progress != NULL)
		state->options->progress(state->options->context, "reading tiles", done,
					 state->scroll.bundles - first);
}

static void
skip_contents(struct report *report)
{
	static const enum audit_check of_contents[] = {
	    AUDIT_BUNDLES, AUDIT_LEAVES, AUDIT_ENTRIES,    AUDIT_OPEN,  AUDIT_FORBIDDEN,
	    AUDIT_VOIDS,   AUDIT_RULES,  AUDIT_SIGNATURES, AUDIT_VOTES, AUDIT_KEYS,
	    AUDIT_VOTERS,  AUDIT_ROSTER, AUDIT_TALLIES,    AUDIT_TEXTS, AUDIT_CADENCE,
	    AUDIT_CLASSES, AUDIT_OUTCOME};

	for (size_t i = 0; i < sizeof of_contents / sizeof *of_contents; i++)
		if (!report->checks[of_contents[i]].nothing)
			report_nothing(report, of_contents[i],
				       "results are sealed: ballots and counts are published "
				       "when the authority unseals them");
}

/* Notices and phases were judged when the book was read. */
static void
conclude_law(struct audit_state *state)
{
	static const enum audit_check of_law[] = {AUDIT_NOTICES, AUDIT_PHASES};
	struct report *report = &state->audit->report;

	for (size_t i = 0; i < sizeof of_law / sizeof *of_law; i++)
		if (state->walked)
			report_pass(report, of_law[i]);
		else if (state->book.torn)
			report_skip(report, of_law[i], "check %d failed: the law is not known",
				    AUDIT_PROOFS + 1);
		else
			report_skip(report, of_law[i], "another check failed at entry %" PRIu64,
				    state->audit->recount.replay.index);
}

void
audit_sealed(struct audit_state *state)
{
	crew_run(state->options->jobs,
		 state->scroll.bundles - state->verified.size / TALLY_TILE_WIDTH,
		 check_tile_job, state);
	if (state->audit->recount.manifest == NULL)
		return;
	skip_contents(&state->audit->report);
	conclude_law(state);
}
