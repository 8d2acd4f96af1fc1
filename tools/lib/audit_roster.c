#include "tools/lib/audit_state.h"

#include <inttypes.h>

#include "tools/lib/rosterfile.h"

static void
enter(void *context, const uint8_t *tag, uint16_t district)
{
	struct audit_state *state = context;

	if (!state->sealed)
		lineage_roster(&state->lineage, tag, district);
}

/* A file that nothing commits to would be taken for a roster. */
static void
refuse_stray(struct audit_state *state)
{
	struct trouble trouble;

	if (audit_gone(state, "roster"))
		return;
	trouble_set(&trouble, TALLY_EXIT_FAILED,
		    "%s/roster: only the log of a campaign with a roster has it",
		    state->log->path);
	audit_found(state, AUDIT_FILES, &trouble);
}

static void
find_missing(struct audit_state *state)
{
	struct report *report = &state->audit->report;
	struct trouble trouble;

	if (state->options->private_copy) {
		report_nothing(report, AUDIT_ROSTER, "this private copy has no roster");
		return;
	}
	trouble_set(&trouble, TALLY_EXIT_FAILED,
		    "%s/roster: the manifest commits to it, and it is missing",
		    state->log->path);
	audit_found(state, AUDIT_FILES, &trouble);
	report_skip(report, AUDIT_ROSTER, "check %d failed: the roster is missing",
		    AUDIT_FILES + 1);
}

void
audit_roster(struct audit_state *state)
{
	const struct manifest *manifest = state->audit->recount.manifest;
	struct trouble trouble;

	if (!manifest->has_roster) {
		refuse_stray(state);
		return;
	}
	if (audit_gone(state, "roster")) {
		find_missing(state);
		return;
	}
	if (state->roster_read)
		return;
	if (state->options->progress != NULL)
		state->options->progress(state->options->context, "reading the roster", 0, 0);
	if (rosterfile_read(state->log, manifest, enter, state, &trouble) == TALLY_EXIT_FINE)
		state->roster_read = true;
	else
		audit_found(state, AUDIT_ROSTER, &trouble);
}

void
audit_turnout(struct audit_state *state)
{
	const struct recount *recount = &state->audit->recount;
	uint64_t voted = recount->replay.counts.ballots;
	uint64_t eligible = recount->manifest->roster_count + state->tallied.enrolled;
	uint64_t hundredths = voted * 10000 / eligible;

	report_remark(&state->audit->report, AUDIT_ROSTER,
		      "%" PRIu64 " of %" PRIu64 " eligible voted, %" PRIu64 ".%02" PRIu64
		      " %%; %" PRIu64 " of them were enrolled later",
		      voted, eligible, hundredths / 100, hundredths % 100,
		      state->tallied.enrolled);
}
