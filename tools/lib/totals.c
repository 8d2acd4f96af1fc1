#include "tools/lib/totals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void
totals_init(struct totals *totals, const struct publiclog *log, const struct deposit *deposit)
{
	*totals = (struct totals){.log = log, .deposit = deposit};
}

static enum tally_exit
begin(struct totals *totals, uint64_t size, struct trouble *trouble)
{
	struct bundle first;
	enum tally_exit status = scroll_init(&totals->scroll, totals->log, size, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	totals->begun = true;
	bundle_init(&first);
	status = scroll_read(&totals->scroll, 0, &first, trouble);
	if (status == TALLY_EXIT_FINE)
		status = recount_manifest(&first, &totals->recount.manifest, trouble);
	bundle_free(&first);
	if (status == TALLY_EXIT_FINE)
		status = lineage_init(&totals->lineage, totals->recount.manifest, size,
				      lineage_memory_usual, trouble);
	return status;
}

static enum tally_exit
extend(struct totals *totals, uint64_t size, struct trouble *trouble)
{
	enum tally_exit status = scroll_extend(&totals->scroll, size, trouble);

	return status == TALLY_EXIT_FINE ? lineage_extend(&totals->lineage, size, trouble)
					 : status;
}

static enum tally_exit
enter_all(struct totals *totals, uint64_t first, uint64_t size, struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;
	struct bundle bundle;

	bundle_init(&bundle);
	for (uint64_t n = first / TALLY_TILE_WIDTH;
	     n < publiclog_bundles(size) && status == TALLY_EXIT_FINE; n++) {
		status = scroll_read(&totals->scroll, n, &bundle, trouble);
		for (unsigned i = 0; i < bundle.count && status == TALLY_EXIT_FINE; i++)
			if (bundle.first + i >= first)
				status = recount_enter(&totals->lineage, bundle.first + i,
						       bundle.entries[i], trouble);
	}
	bundle_free(&bundle);
	return status;
}

static enum tally_exit
visit(void *context, uint64_t index, struct bytes entry, const struct replay *state,
      struct trouble *trouble)
{
	const struct totals *totals = context;
	char name[32];

	if (entry.data[0] != TALLY_ENTRY_TALLY)
		return TALLY_EXIT_FINE;
	snprintf(name, sizeof name, "tally/%" PRIu64, index);
	return deposit_put(totals->deposit, ".text", name, writer_view(&state->text), trouble);
}

enum tally_exit
totals_until(struct totals *totals, uint64_t size, struct trouble *trouble)
{
	uint64_t first = totals->recount.replay.index;
	struct lineage_findings findings;
	enum tally_exit status;

	if (size <= first)
		return TALLY_EXIT_FINE;
	status = totals->begun ? extend(totals, size, trouble) : begin(totals, size, trouble);
	if (status == TALLY_EXIT_FINE)
		status = enter_all(totals, first, size, trouble);
	if (status == TALLY_EXIT_FINE)
		status = lineage_link(&totals->lineage, size, 1, &findings, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	if (lineage_first(&findings) != NULL) {
		*trouble = *lineage_first(&findings);
		return TALLY_EXIT_FAILED;
	}
	return recount_replay(&totals->scroll, size, &totals->lineage, visit, totals,
			      &totals->recount, trouble);
}

void
totals_free(struct totals *totals)
{
	if (totals->lineage.manifest != NULL)
		lineage_free(&totals->lineage);
	if (totals->begun)
		scroll_free(&totals->scroll);
	recount_free(&totals->recount);
	totals->begun = false;
}
