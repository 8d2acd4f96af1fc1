/* receipts: C2SP tlog-proofs of entries, made from the treefile.
 *
 * A proof is checked before it leaves: the treefile is derived and may be damaged. */
#ifndef TALLY_SHELL_RECEIPTS_H
#define TALLY_SHELL_RECEIPTS_H

#include "shell/treefile.h"
#include "tally/status.h"
#include "tree/note.h"

/* The receipt of entry `index` < checkpoint->size under `note`, which is the signed form of
 * `checkpoint`. False if the treefile gives no valid proof, or there is too little room
 * (TALLY_RECEIPT_SIZE_MAX is enough). Any thread. */
MUST_USE bool
receipts_write(struct writer *writer, struct treefile *tree, uint64_t index,
	       const struct checkpoint *checkpoint, struct bytes note);

/* Receipts under the checkpoint that is published, DIR/public/checkpoint. One thread. */
struct receipts {
	int public_fd;
	struct treefile *tree;
	const struct note_key *log_key;
	/* the checkpoint that was seen last, its signature checked */
	struct checkpoint checkpoint;
	size_t note_size;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
};

void
receipts_init(struct receipts *receipts, int public_fd, struct treefile *tree,
	      const struct note_key *log_key);

/* TALLY_ACCEPTED; TALLY_NOT_FOUND if no published checkpoint covers the entry; TALLY_INTERNAL if
 * a file is damaged. */
MUST_USE enum tally_verdict
receipts_published(struct receipts *receipts, uint64_t index, struct writer *writer);

#endif
