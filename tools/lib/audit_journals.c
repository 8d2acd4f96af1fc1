#include "tools/lib/audit_state.h"

static enum tally_exit
leaf_of(void *context, uint64_t index, struct tree_hash *leaf, struct trouble *trouble)
{
	return audit_leaf(context, index, leaf, trouble);
}

bool
audit_closed(const struct audit_state *state)
{
	bool law_known = state->audit->counted || (state->sealed && state->walked);

	return law_known && state->audit->recount.replay.law.phase == TALLY_PHASE_CLOSED;
}

void
audit_journals(struct audit_state *state)
{
	struct audit *audit = state->audit;
	const struct reconcile_log log = {
	    .manifest = audit->recount.manifest,
	    .size = state->scroll.size,
	    .closed = audit_closed(state),
	    .jobs = state->options->jobs,
	    .leaf = state->sealed ? leaf_of : NULL,
	    .context = state,
	};

	if (state->options->journals == NULL || log.manifest == NULL)
		return;
	if (state->holes) {
		report_skip(&audit->report, AUDIT_JOURNALS,
			    "another check failed: not every entry is known");
		return;
	}
	reconcile_run(state->options->journals, &log, &audit->report, AUDIT_JOURNALS);
	audit->journals = state->options->journals;
}
