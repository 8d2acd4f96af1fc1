/* home: the poll book's durable home: DIR/state/book.mdb, an LMDB file that holds the state at
 * exactly one index of the ledger, or nothing that is believed.
 *
 *   key                       value
 *   00                        the state: u32 version, campaign id (32), u64 index, u64 batches,
 *                             u64 checksum of the last batch below index, u64 records, multiset
 *                             hash (16), u32 size and bytes of the law-and-counts blob
 *                             (replay_write), frontier (frontier_write), XXH3-64 of all that,
 *                             unseeded
 *   family (1) || name (32)   record: u64 word, value (16)        (pollbook/table.h)
 *
 * The multiset hash is the sum, in two 64-bit halves, of XXH3-128(key || value) over all records:
 * LMDB has no checksums of its own. At start the file is read whole in a child process (a damaged
 * file can crash its reader), which hands everything over a pipe; sum, count and state must fit,
 * else the file is removed and the state is made anew from the ledger.
 *
 * A new state is written as one transaction while the change is small, else as a new file by a
 * sorted MDB_APPEND of old and new records merged, synced and renamed over the old one.
 * Default sync mode; no MDB_NOSYNC on a file that will be believed, no MDB_WRITEMAP.
 *
 * Thread: home_load before any thread is started; then the keeper's thread alone. */
#ifndef TALLY_SHELL_HOME_H
#define TALLY_SHELL_HOME_H

#include "campaign/manifest.h"
#include "pollbook/table.h"
#include "shell/archive.h"
#include "tree/frontier.h"

struct home_state {
	uint64_t index;
	uint64_t batches_count;
	uint64_t checksum;
	struct bytes replay; /* blob of replay_write */
	struct frontier frontier;
};

/* Receives every record in key order. False stops: the load returns 0, the file stays. */
typedef bool
home_visit(void *context, enum pollbook_family family, const uint8_t name[32],
	   const struct pollbook_record *record);

/* 1: loaded, *state filled (state->replay.data is malloc'ed; the caller frees it) and every record
 * visited; 0: nothing there, or not believed and removed (a line and disk_error() say why; the
 * visitor may have been called: the caller forgets what it got); negative: the world refused.
 * `deadline_ms` bounds the child. At the first visit all of *state but its blob is filled, for a
 * visitor that begins to compare it with the ledger before it is believed. */
MUST_USE int
home_load(int dir_fd, const uint8_t campaign[32], struct home_state *state, home_visit *visit,
	  void *context, unsigned deadline_ms);

/* Removes the file: nothing in it is believed any more. */
MUST_USE int
home_forget(int dir_fd);

/* Brings the file from its present index (0 if absent) to state->index: reads the entries in
 * between from the archive, whose leaves must lead to state->frontier, and enters ballots and
 * voids. HOLDER and KEY are there in voter mode; no OLD record is left out. Refuses (DISK_DAMAGED)
 * to go backwards. After any other failure to write the file is not believed and removed. */
MUST_USE int
home_advance(int dir_fd, const struct manifest *manifest, struct archive *archive,
	     const struct home_state *state);

/* The same, with so many changes in memory at a time. */
MUST_USE int
home_advance_in_parts(int dir_fd, const struct manifest *manifest, struct archive *archive,
		      const struct home_state *state, size_t rows_at_once);

#endif
