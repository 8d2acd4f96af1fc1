/* publiclog: the files of a public log, read from a directory and believed in nothing.
 *
 *   checkpoint                      the newest signed checkpoint
 *   tile/<L>/<N>[.p/<W>]            hashes, 32 bytes each
 *   tile/entries/<N>[.p/<W>]        bundles: u16 size, entry; repeated
 *   tally/<index>                   text of the TALLY entry at that index
 *   law/<index>, law/list           sealed campaigns: tools/lib/lawbook.h
 *   checkpoint.next                 a signed checkpoint that waits for cosignatures
 *   results                         what stands at the checkpoint, as JSON
 *   roster                          who may vote: tools/lib/rosterfile.h
 *
 * Only regular files below the directory are read; a symbolic link on the way, or a file larger
 * than its kind can be, is refused. Functions return TALLY_EXIT_FINE; TALLY_EXIT_FAILED if a
 * file is missing, is no regular file or has a wrong shape; TALLY_EXIT_WORLD if the system
 * would not let us read; *trouble says "PATH: why". Any number of threads may read from one
 * publiclog; each has its own bundle. */
#ifndef TALLY_TOOLS_PUBLICLOG_H
#define TALLY_TOOLS_PUBLICLOG_H

#include "base/bytes.h"
#include "base/check.h"
#include "limits.h"
#include "tally/formats.h"
#include "tools/lib/trouble.h"
#include "tree/frontier.h"
#include "tree/tile.h"

enum {
	PUBLICLOG_TALLY_SIZE_MAX = text_bytes_max,
	PUBLICLOG_RESULTS_SIZE_MAX = 64 * 1024 * 1024, /* cells and pairs, as JSON */
	PUBLICLOG_BUNDLE_SIZE_MAX = TALLY_TILE_WIDTH * (2 + TALLY_ENTRY_SIZE_MAX),
};

struct publiclog {
	int folder; /* descriptor of the directory */
	char *path; /* as given, for sentences */
	bool next;  /* a checkpoint that waits for cosignatures is the newest one */
};

/* TALLY_EXIT_USAGE for a URL (tools/lib/source.h takes those), and where there is none. */
MUST_USE enum tally_exit
publiclog_open(struct publiclog *log, const char *path, struct trouble *trouble);

/* Sentences say `name` from now on: a temporary folder means nothing to people. */
MUST_USE enum tally_exit
publiclog_call(struct publiclog *log, const char *name, struct trouble *trouble);

void
publiclog_close(struct publiclog *log);

/* Reads one file whole, `name` relative to the directory. *data is malloc'ed (or *data of
 * *capacity bytes reused and grown: NULL and 0 at first); refused if larger than `size_max`. */
MUST_USE enum tally_exit
publiclog_read(const struct publiclog *log, const char *name, size_t size_max, uint8_t **data,
	       size_t *capacity, size_t *size, struct trouble *trouble);

/* One large file, read in pieces from its beginning. */
struct publiclog_stream {
	const struct publiclog *log;
	const char *name;
	int descriptor;
	uint64_t size; /* of the file */
};

/* publiclog_stream_close is due after TALLY_EXIT_FINE. `name` is held until then. */
MUST_USE enum tally_exit
publiclog_stream_open(struct publiclog_stream *stream, const struct publiclog *log,
		      const char *name, struct trouble *trouble);

/* The next `size` bytes; TALLY_EXIT_FAILED where the file ends before. */
MUST_USE enum tally_exit
publiclog_stream_read(struct publiclog_stream *stream, uint8_t *data, size_t size,
		      struct trouble *trouble);

void
publiclog_stream_close(struct publiclog_stream *stream);

/* *size bytes of the newest checkpoint, unopened, into note[TALLY_CHECKPOINT_SIZE_MAX]: with
 * log->next, of checkpoint.next if that is there and larger. */
MUST_USE enum tally_exit
publiclog_checkpoint(const struct publiclog *log, uint8_t note[TALLY_CHECKPOINT_SIZE_MAX],
		     size_t *size, struct trouble *trouble);

/* Entries that an unopened checkpoint claims to cover; false if it does not say. */
bool
publiclog_claims(struct bytes note, uint64_t *entries);

/* The hashes of tile `number` at `level` that a tree of `tree_size` has, from the tile of that
 * width or, where it is gone, from the front of the full one. `number` < the level's tiles. */
MUST_USE enum tally_exit
publiclog_tile(const struct publiclog *log, int level, uint64_t number, uint64_t tree_size,
	       struct tree_hash hashes[TALLY_TILE_WIDTH], unsigned *width,
	       struct trouble *trouble);

/* Entries of one bundle; views into its own memory, until the next read into it. */
struct bundle {
	uint8_t *data;
	size_t capacity;
	size_t size;    /* bytes of the `count` entries with their sizes */
	uint64_t first; /* index of the first entry */
	unsigned count;
	struct bytes entries[TALLY_TILE_WIDTH];
};

/* An empty bundle to read into. */
void
bundle_init(struct bundle *bundle);

void
bundle_free(struct bundle *bundle);

/* Bundles that a tree of that size has. */
uint64_t
publiclog_bundles(uint64_t tree_size);

/* Bundle `number` (< publiclog_bundles) as a tree of `tree_size` has it; a bundle with entries
 * too few, too many, or cut short is TALLY_EXIT_FAILED with the index of the entry. */
MUST_USE enum tally_exit
publiclog_bundle(const struct publiclog *log, uint64_t number, uint64_t tree_size,
		 struct bundle *bundle, struct trouble *trouble);

/* Whole text of the TALLY entry at `index`; memory as in publiclog_read. */
MUST_USE enum tally_exit
publiclog_tally(const struct publiclog *log, uint64_t index, uint8_t **data, size_t *capacity,
		size_t *size, struct trouble *trouble);

#endif
