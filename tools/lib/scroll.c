#include "tools/lib/scroll.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct scroll_digest {
	bool known;
	uint8_t bytes[crypto_generichash_BYTES_MIN];
};

enum tally_exit
scroll_init(struct scroll *scroll, const struct publiclog *log, uint64_t size,
	    struct trouble *trouble)
{
	*scroll = (struct scroll){.log = log, .size = size};
	scroll->bundles = publiclog_bundles(size);
	scroll->digests = calloc(scroll->bundles + 1, sizeof *scroll->digests);
	if (scroll->digests == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD,
				   "%s: not enough memory for a log of %" PRIu64 " entries",
				   log->path, size);
	return TALLY_EXIT_FINE;
}

enum tally_exit
scroll_extend(struct scroll *scroll, uint64_t size, struct trouble *trouble)
{
	uint64_t bundles = publiclog_bundles(size);
	uint64_t whole = scroll->size / TALLY_TILE_WIDTH;
	struct scroll_digest *grown;

	CHECK(size >= scroll->size);
	grown = realloc(scroll->digests, (bundles + 1) * sizeof *grown);
	if (grown == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD,
				   "%s: not enough memory for a log of %" PRIu64 " entries",
				   scroll->log->path, size);
	memset(grown + whole, 0, (bundles + 1 - whole) * sizeof *grown);
	scroll->digests = grown;
	scroll->size = size;
	scroll->bundles = bundles;
	return TALLY_EXIT_FINE;
}

void
scroll_free(struct scroll *scroll)
{
	free(scroll->digests);
	*scroll = (struct scroll){0};
}

enum tally_exit
scroll_read(const struct scroll *scroll, uint64_t number, struct bundle *bundle,
	    struct trouble *trouble)
{
	struct scroll_digest *digest = &scroll->digests[number];
	uint8_t now[sizeof digest->bytes];
	enum tally_exit status;

	status = publiclog_bundle(scroll->log, number, scroll->size, bundle, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	crypto_generichash(now, sizeof now, bundle->data, bundle->size, NULL, 0);
	if (!digest->known) {
		memcpy(digest->bytes, now, sizeof now);
		digest->known = true;
	}
	if (memcmp(digest->bytes, now, sizeof now) != 0)
		return trouble_at(trouble, TALLY_EXIT_FAILED, bundle->first,
				  "bundle %" PRIu64
				  " in %s/tile/entries was not the same when read "
				  "again",
				  number, scroll->log->path);
	return TALLY_EXIT_FINE;
}
