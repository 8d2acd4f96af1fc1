#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/seal.h"

/* The file of that name, if it breaks the seal. */
static enum tally_exit
judge_results(const struct audit_state *state, struct trouble *trouble)
{
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size = 0;
	const char *wrong = NULL;
	enum tally_exit status =
	    publiclog_read(state->log, "results", PUBLICLOG_RESULTS_SIZE_MAX, &data, &capacity,
			   &size, trouble);

	if (status == TALLY_EXIT_FINE)
		wrong = seal_breach(bytes_make(data, size));
	else if (audit_gone(state, "results"))
		status = TALLY_EXIT_FINE;
	if (wrong != NULL)
		status = trouble_set(trouble, TALLY_EXIT_FAILED, "%s/results: %s",
				     state->log->path, wrong);
	free(data);
	return status;
}

/* The first thing published that is sealed. */
static enum tally_exit
find_breach(const struct audit_state *state, struct trouble *trouble)
{
	static const char why[] = "it is published, and results are sealed";
	const struct inventory *inventory = &state->inventory;
	char path[TILE_PATH_MAX];

	if (inventory->tiles_count > 0 && inventory->tiles[0].level == TILE_LEVEL_ENTRIES) {
		tile_path(&inventory->tiles[0], path);
		return trouble_set(trouble, TALLY_EXIT_FAILED, "%s/%s: %s", state->log->path,
				   path, why);
	}
	if (inventory->tallies_count > 0)
		return trouble_set(trouble, TALLY_EXIT_FAILED, "%s/tally/%" PRIu64 ": %s",
				   state->log->path, inventory->tallies[0], why);
	return judge_results(state, trouble);
}

/* Have results become public by an entry that the checkpoint covers? */
static bool
is_lifted(const struct audit_state *state)
{
	const struct recount *recount = &state->audit->recount;

	if (state->sealed)
		return false;
	return state->unsealed || (state->audit->counted &&
				   law_results_public(&recount->replay.law, recount->manifest));
}

/* What must not be public may be in the authority's own copy. */
static struct trouble *
hinted(struct trouble *trouble)
{
	size_t size = strlen(trouble->sentence);

	if (trouble->exit == TALLY_EXIT_FAILED)
		snprintf(trouble->sentence + size, sizeof trouble->sentence - size,
			 " (of a copy that is not public say --private)");
	return trouble;
}

void
audit_seal(struct audit_state *state)
{
	struct report *report = &state->audit->report;
	struct trouble trouble;
	enum tally_exit status;

	if (is_lifted(state)) {
		report_nothing(report, AUDIT_SEAL,
			       "results are unsealed: nothing is sealed any more");
		return;
	}
	if (state->options->private_copy) {
		report_nothing(report, AUDIT_SEAL, "this copy is private (--private)");
		return;
	}
	if (!state->sealed && !state->audit->counted) {
		report_skip(report, AUDIT_SEAL,
			    "another check failed: whether results are still sealed is not "
			    "known");
		return;
	}
	status = find_breach(state, &trouble);
	if (status == TALLY_EXIT_FINE)
		report_pass(report, AUDIT_SEAL);
	else if (state->unsealing)
		report_skip(report, AUDIT_SEAL,
			    "an unsealing is under way that the checkpoint does not cover yet: "
			    "audit again");
	else
		audit_found(state, AUDIT_SEAL, hinted(&trouble));
}
