/* committer: trip 2 on its own thread: one write, one fdatasync, one batch durable.
 *
 * It owns the ledger's write side: the segment being written and, made ahead of need on a second
 * thread, the next one: preallocated, filled with zeros, synced, named. A failed write or sync is
 * reported once and nothing is written after it (L3). No room for the next segment is not a
 * failure: the space it reports shrinks, and it tries again every second.
 *
 * One commit at a time. */
#ifndef TALLY_SHELL_COMMITTER_H
#define TALLY_SHELL_COMMITTER_H

#include "shell/archive.h"

struct committer;

/* Where the ledger ends, as the scan found it (ledger/scan.h). */
struct committer_place {
	uint32_t segment;
	uint64_t offset;
	uint32_t segments_count; /* files there are; those beyond `segment` are empty */
	uint64_t checksum;       /* of the last batch */
	uint64_t segment_bytes;  /* of segments to be made */
};

/* A batch whose entries area stands at memory + BATCH_HEADER_SIZE; the memory has room for header
 * before and trailer and padding behind it. */
struct committer_batch {
	uint8_t *memory;
	uint64_t number;
	uint64_t first_index;
	uint32_t entries_count;
	size_t entries_size;
};

/* A batch is durable. */
struct committer_done {
	uint64_t checksum; /* of the batch */
	uint64_t space;    /* bytes that are surely left for batches */
	uint32_t entries_count;
	uint64_t bytes;        /* of the batch in its segment */
	uint64_t ledger_bytes; /* of all segments, up to its end */
	uint64_t write_ns;
	uint64_t sync_ns;
};

/* All called on the committer's threads, the first two with its lock held, so that the newest
 * space is told last: they ask nothing back. `space`: bytes that are surely left for batches. */
struct committer_calls {
	void (*committed)(void *context, const struct committer_done *done);
	void (*space)(void *context, uint64_t space);
	void (*failed)(void *context, const char *why); /* the process must end */
	void (*say)(void *context, const char *text);   /* a line for the operator */
	void *context;
};

/* `dir_fd` is the data directory. */
MUST_USE struct committer *
committer_start(int dir_fd, const uint8_t campaign[TALLY_HASH_SIZE], struct archive *archive,
		const struct committer_place *place, const struct committer_calls *calls);

uint64_t
committer_space(struct committer *committer);

void
committer_commit(struct committer *committer, const struct committer_batch *batch);

/* Ends both threads after what is under way. */
void
committer_stop(struct committer *committer);

/* Makes a whole empty segment in DIR/ledger, which exists, synced and named; for --init and for
 * the committer. `dir_fd` is the data directory. */
MUST_USE int
committer_make_segment(int dir_fd, uint32_t number, uint64_t size,
		       const uint8_t campaign[TALLY_HASH_SIZE]);

/* Size of the segments of a campaign: enough for a quarter of its ballots, within limits.h. */
uint64_t
committer_segment_bytes(uint32_t voters_max);

#endif
