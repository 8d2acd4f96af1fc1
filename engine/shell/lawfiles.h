/* lawfiles: DIR/public/law, the law of a sealed campaign while its ballots are not public.
 *
 *   law/<index>   for every CAMPAIGN, PHASE and NOTICE entry: a receipt (tree/proof.h) whose
 *                 `extra` is the whole entry, under the checkpoint of the publication that first
 *                 covered it; never changed afterwards
 *   law/list      their indexes, ascending, decimal, one a line; it may run ahead of `checkpoint`
 *
 * Derived. Thread: the publisher's. */
#ifndef TALLY_SHELL_LAWFILES_H
#define TALLY_SHELL_LAWFILES_H

#include "shell/archive.h"
#include "shell/treefile.h"
#include "tree/note.h"

struct lawfiles {
	int public_fd;
	struct archive *archive;
	struct treefile *tree;
	uint64_t done; /* below it every law entry is listed, and its file on disk */
	uint64_t *list;
	size_t count;
	size_t capacity;
	uint8_t *memory;
};

/* `mark`: what has been proven to be on disk; law/list is read, and if it cannot be believed all
 * is made anew. */
MUST_USE int
lawfiles_open(struct lawfiles *lawfiles, int public_fd, struct archive *archive,
	      struct treefile *tree, uint64_t mark);

void
lawfiles_free(struct lawfiles *lawfiles);

/* Writes the files of law entries below the checkpoint's size, and the list; each by rename, none
 * synced. `note` is the signed checkpoint; a file that it does not prove is not written. */
MUST_USE int
lawfiles_make(struct lawfiles *lawfiles, const struct checkpoint *checkpoint,
	      struct bytes note);

/* They have been synced. */
void
lawfiles_made(struct lawfiles *lawfiles, uint64_t size);

#endif
