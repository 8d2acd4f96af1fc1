/* copy: a copy of the log as files: checkpoint and bundles, in the layout of C2SP tlog-tiles.
 *
 * A mirror, a public log, or a data directory, whose public/ is then read. Only shapes are
 * checked here; who uses it hashes. Bundles are read whole, one at a time.
 * Failures are disk statuses (shell/disk.h) with the file in their sentence; one is DISK_DAMAGED
 * also where a file that the checkpoint needs is missing. Thread: any, one at a time. */
#ifndef TALLY_SHELL_COPY_H
#define TALLY_SHELL_COPY_H

#include "shell/disk.h"
#include "tally/formats.h"
#include "tree/note.h"

struct copy {
	int fd;                       /* -1: closed */
	const char *path;             /* as given, for sentences */
	struct checkpoint checkpoint; /* signed by the key */
};

/* Opens the folder and its checkpoint, which must be signed by `key`. `path` is held. */
MUST_USE int
copy_open(struct copy *copy, const char *path, const struct note_key *key);

void
copy_close(struct copy *copy);

/* Up to 256 entries; views into `data`, until the next read into it. All zero at first. */
struct copy_bundle {
	uint8_t *data; /* malloc'ed */
	uint64_t first;
	unsigned count;
	struct bytes entries[TALLY_TILE_WIDTH];
};

/* Bundle `number` as a tree of the checkpoint's size has it: from the partial of that width, or
 * the front of a wider one's full file. Empty entries are damage. */
MUST_USE int
copy_read(const struct copy *copy, uint64_t number, struct copy_bundle *bundle);

void
copy_bundle_free(struct copy_bundle *bundle);

/* Bundles of the tree. */
uint64_t
copy_bundles(const struct copy *copy);

#endif
