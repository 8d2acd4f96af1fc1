/* signer: re-hashes what the disk gives back, remembers, and only then signs (L5).
 *
 * For a checkpoint of size n it reads the entries since the last one from the ledger's files,
 * appends their hashes to the treefile and to a frontier of its own, and compares that root with
 * the loop's. A difference means that memory or disk has changed an entry between hashing and
 * writing: nothing is signed, the process ends.
 *
 * A disk too full for the tree's hashes is no failure: it tries again every second, and until then
 * nothing is signed.
 *
 * One signature at a time, on its own thread. */
#ifndef TALLY_SHELL_SIGNER_H
#define TALLY_SHELL_SIGNER_H

#include "shell/archive.h"
#include "shell/remembered.h"
#include "shell/treefile.h"

struct signer_thread;

struct signer_calls {
	void (*signed_note)(void *context, struct bytes note); /* valid during the call */
	void (*failed)(void *context, const char *why);        /* the process must end */
	void *context;
};

/* Everything a signature needs. */
struct signer_desk {
	struct archive *archive;
	struct treefile *tree;
	struct remembered *remembered;
	const struct note_private_key *key;
	struct frontier frontier;      /* of treefile_size() leaves */
	struct signer_thread *patient; /* set by signer_start; NULL: a full disk fails */
};

/* The whole of it, on the caller's thread; the note is desk->remembered's. For the start. */
MUST_USE int
signer_sign(struct signer_desk *desk, uint64_t size, const struct tree_hash *root);

/* Copies the desk. */
MUST_USE struct signer_thread *
signer_start(const struct signer_desk *desk, const struct signer_calls *calls);

void
signer_ask(struct signer_thread *signer, uint64_t size, const struct tree_hash *root);

/* The process is to end: a full disk is a failure from now on. */
void
signer_hurry(struct signer_thread *signer);

void
signer_stop(struct signer_thread *signer);

#endif
