/* start: from what lies in a data directory to a station that may go on.
 *
 *   1  lock DIR/lock (L6)
 *   2  what is remembered: DIR/remembered and the anchor (L5)
 *   3  scan every segment: whole, torn at its end, or damaged (L4)
 *   4  the manifest from the CAMPAIGN entries; the log key must be the one it names, and the
 *      roster, if there is one, the one it commits to;
 *      then the tables of its frontends' or registrars' keys (keyring/keyring.h)
 *   5  rewrite in place and sync what lies beyond the remembered checkpoint (L3)
 *   6  the poll book from its home, if it is believed; else from nothing
 *   7  replay the ledger's tail: law, tally, poll book, tree; texts of TALLY entries
 *      and compare the root at the remembered size (L5)
 *   8  clear a torn tail, then remember and sign what is there now
 *   9  while results are sealed: remove ballots and counts that are in public all the same
 *
 * A start that refuses has changed nothing but DIR/lock in steps 1 to 4, and nothing that is not
 * derived in steps 5 to 7. Everything runs on the caller's thread, but for the child of step 6
 * and for threads: in step 6 those that hash the tree again (treefile.h) and the one that puts the
 * home's records into the poll book (refill.h), while they come in; in step 7 those that read
 * ahead (forerunner.h): they find out what an entry alone tells and hash the tree's whole tiles,
 * the replay itself is in order and on the caller's thread. The publisher's thread is started on
 * the way. */
#ifndef TALLY_SHELL_START_H
#define TALLY_SHELL_START_H

#include "keyring/keyring.h"
#include "shell/archive.h"
#include "shell/committer.h"
#include "shell/publisher.h"
#include "shell/registry.h"
#include "shell/signer.h"
#include "station/station.h"

struct start {
	int dir_fd;
	int lock_fd;
	struct note_private_key key;
	struct remembered remembered;
	struct archive *archive;
	struct treefile *tree;
	struct publisher *publisher;
	struct manifest *manifest;
	struct keyring keyring;
	struct registry registry; /* empty where the campaign has no roster */
	struct pollbook_table pollbook;
	struct pages pollbook_pages; /* its slots */
	void *piles;
	size_t piles_bytes;
	struct station *station;
	size_t station_bytes;
	struct signer_desk desk;
	struct committer_place place;
};

struct start_options {
	const char *data;
	unsigned workers_count;
	enum verifier_path verify; /* one that is available */
	bool rehearsal;
	publisher_done *published;
	void *context; /* of `published` */
};

/* 0, or an exit code after a line that says why. On failure start_end must still be called. */
MUST_USE int
start_run(struct start *start, const struct start_options *options);

/* For others than start_run: nothing is open; and then poll book and station of start->manifest,
 * without entries. A disk status; start_end is due. */
void
start_blank(struct start *start);

MUST_USE int
start_make_state(struct start *start, const struct start_options *options);

/* Gives back everything; the threads that use it have ended. */
void
start_end(struct start *start);

#endif
