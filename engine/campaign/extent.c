#include "campaign/extent.h"

#include "limits.h"

_Static_assert(cells_max == 65536 && pairs_max == 262144, "the sentences below name them");

/* Ascending places of the districts that vote. */
static void
voters_place(const struct node *node, const struct manifest *manifest,
	     struct manifest_contest *contest)
{
	size_t count = manifest_districts(manifest);
	uint16_t *places = node_take(node, count, sizeof *places);

	for (size_t d = 0; d < count && places != NULL; d++) {
		if (manifest_votes_in(contest, (uint16_t)d))
			places[d] = contest->extent.voters_count++;
	}
	contest->extent.places = places;
}

void
extent_read(const struct node *contest_node, struct manifest *manifest,
	    struct manifest_contest *contest)
{
	struct node options = node_maybe(contest_node, "options");
	struct manifest_extent *extent = &contest->extent;
	size_t count = contest->options_count;

	if (contest_node->reading->failed)
		return;
	voters_place(contest_node, manifest, contest);
	extent->cells_first = manifest->cells_count;
	extent->positions_first = manifest->positions_count;
	extent->pairs_first = manifest->pairs_count;
	if (extent->voters_count > 1)
		manifest->cells_count += count * extent->voters_count;
	if (contest->method == MANIFEST_METHOD_RANKED) {
		manifest->positions_count += count * contest->max;
		manifest->pairs_count += count * count;
	}
	if (manifest->cells_count > cells_max)
		node_fault(&options, "the campaign's options, each as often as districts vote "
				     "on it, are more than 65536");
	if (manifest->pairs_count > pairs_max)
		node_fault(&options, "the squares of the numbers of options of ranked contests "
				     "are more than 262144 together");
}
