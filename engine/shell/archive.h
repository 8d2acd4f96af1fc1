/* archive: reads what the ledger holds: the segments' files and where each entry lies in them.
 *
 * In memory, for every 256th entry: its segment, where its batch begins, where the entry's size
 * field stands in the segment and how many entries of its batch precede it. That is 24 bytes per
 * 256 entries, made by the scan at start and extended at every commit.
 *
 * Threads: one writer (start, then the commit thread) calls archive_add_segment and
 * archive_add_batch; any thread reads entries below archive_size(), which is published with
 * release order after everything it covers. */
#ifndef TALLY_SHELL_ARCHIVE_H
#define TALLY_SHELL_ARCHIVE_H

#include "ledger/batch.h"
#include "ledger/segment.h"
#include "shell/disk.h"

struct archive; /* opaque; archive_open allocates it */

/* Opens DIR/ledger, made if absent (`dir_fd` is the data directory). No segment is known yet.
 * NULL on failure. */
MUST_USE struct archive *
archive_open(int dir_fd);

void
archive_close(struct archive *archive);

/* The archive opens segment `number` for reading. Numbers come in order from 0;
 * one it has already (a reserve that the start found) is left as it is. */
MUST_USE int
archive_add_segment(struct archive *archive, uint32_t number);

/* A valid, durable batch that stands at `offset` of `segment`; batch->entries is readable during
 * the call. */
MUST_USE int
archive_add_batch(struct archive *archive, const struct batch *batch, uint32_t segment,
		  uint64_t offset);

/* Entries that can be read. */
uint64_t
archive_size(const struct archive *archive);

/* Reads entry `index` into memory[0, capacity); *size is the entry's. */
MUST_USE int
archive_read(struct archive *archive, uint64_t index, uint8_t *memory, size_t capacity,
	     size_t *size);

/* Reads the entries [first, first + count) in order, as the disk gives them back; false from
 * `visit` stops with DISK_OK. Large reads; for re-hashing, publishing, replaying. */
typedef bool
archive_visit(void *context, uint64_t index, struct bytes entry);

MUST_USE int
archive_walk(struct archive *archive, uint64_t first, uint64_t count, archive_visit *visit,
	     void *context);

/* The same, some entries at a time, so that they can be hashed side by side: `entries` are those
 * from `index` on, 1 to TALLY_TILE_WIDTH of them and never of two tiles. */
typedef bool
archive_visit_run(void *context, uint64_t index, const struct bytes *entries, size_t count);

MUST_USE int
archive_walk_runs(struct archive *archive, uint64_t first, uint64_t count,
		  archive_visit_run *visit, void *context);

#endif
