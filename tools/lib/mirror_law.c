#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "tools/lib/haul.h"
#include "tools/lib/lawbook.h"

static enum tally_exit
fetch_page(struct haul *haul, uint64_t index, struct trouble *trouble)
{
	struct carrier *carrier = &haul->carriers[0];
	char name[32];
	struct stat about;
	size_t size;
	bool found;
	enum tally_exit status;

	snprintf(name, sizeof name, "law/%" PRIu64, index);
	if (fstatat(haul->mirror->folder->folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
	    about.st_size > 0)
		return TALLY_EXIT_FINE;
	status =
	    haul_fetch(haul, carrier, name, TALLY_LAW_FILE_SIZE_MAX, &size, &found, trouble);
	if (status == TALLY_EXIT_FINE && found)
		return haul_store(haul->mirror, carrier->temporary, name,
				  bytes_make(carrier->data, size), trouble);
	if (status == TALLY_EXIT_FINE && index < haul->mirror->checkpoint.size)
		haul_count_missing(haul);
	return status;
}

/* The pages that the list names, and the list behind them. */
static enum tally_exit
fetch_pages(struct haul *haul, struct bytes list, struct trouble *trouble)
{
	struct bytes rest = list;
	struct bytes line;
	uint64_t index;
	enum tally_exit status = TALLY_EXIT_FINE;

	while (status == TALLY_EXIT_FINE && haul->mirror->missing < HAUL_MISSING_MAX &&
	       text_line_next(&rest, &line) && text_decimal_parse(line, &index))
		status = fetch_page(haul, index, trouble);
	return status == TALLY_EXIT_FINE
		   ? haul_store(haul->mirror, ".fetched", "law/list", list, trouble)
		   : status;
}

static enum tally_exit
fetch_law(struct haul *haul, bool *found, struct trouble *trouble)
{
	struct carrier *carrier = &haul->carriers[0];
	uint8_t *list;
	size_t size;
	enum tally_exit status =
	    haul_fetch(haul, carrier, "law/list", LAWBOOK_LIST_SIZE_MAX, &size, found, trouble);

	if (status != TALLY_EXIT_FINE || !*found)
		return status;
	list = malloc(size + 1);
	if (list == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD, "not enough memory for law/list");
	memcpy(list, carrier->data, size);
	status = fetch_pages(haul, bytes_make(list, size), trouble);
	free(list);
	return status;
}

enum tally_exit
haul_results(struct haul *haul, struct trouble *trouble)
{
	struct carrier *carrier = &haul->carriers[0];
	size_t size;
	bool found;
	enum tally_exit status = haul_fetch(haul, carrier, "results",
					    PUBLICLOG_RESULTS_SIZE_MAX, &size, &found, trouble);

	if (status == TALLY_EXIT_FINE && found)
		status = haul_store(haul->mirror, ".fetched", "results",
				    bytes_make(carrier->data, size), trouble);
	return status;
}

static bool
says_live(const struct bundle *first)
{
	struct manifest *manifest;
	struct trouble ignored;
	bool live;

	if (recount_manifest(first, &manifest, &ignored) != TALLY_EXIT_FINE)
		return true;
	live = !manifest->sealed;
	manifest_free(manifest);
	return live;
}

/* Brings the bundle, or learns that the server does not have it. */
static enum tally_exit
probe(struct haul *haul, uint64_t number, bool *found, struct trouble *trouble)
{
	uint64_t missing = haul->mirror->missing;
	enum tally_exit status;

	haul->level = TILE_LEVEL_ENTRIES;
	status = haul_bring(haul, &haul->carriers[0], number, trouble);
	*found = haul->mirror->missing == missing;
	haul->mirror->missing = missing;
	return status;
}

enum tally_exit
haul_law(struct haul *haul, struct trouble *trouble)
{
	struct mirror *mirror = haul->mirror;
	bool has_first;
	bool has_last;
	bool has_law;
	enum tally_exit status;

	mirror->sealed = false;
	if (mirror->checkpoint.size == 0)
		return TALLY_EXIT_FINE;
	status = probe(haul, 0, &has_first, trouble);
	if (status != TALLY_EXIT_FINE || (has_first && says_live(&haul->carriers[0].bundle)))
		return status;
	status = fetch_law(haul, &has_law, trouble);
	if (status != TALLY_EXIT_FINE || !has_law)
		return status;
	status = probe(haul, haul_tiles_at(haul, TILE_LEVEL_ENTRIES) - 1, &has_last, trouble);
	mirror->sealed = !has_last;
	return status;
}
