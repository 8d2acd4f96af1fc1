/* lawbook: the law of a sealed campaign as its public log shows it, before and after unsealing.
 *
 *   law/list      the indexes of all law entries that the checkpoint covers, ascending, decimal,
 *                 each with LF; it may be ahead of the checkpoint, and then of its files
 *   law/<index>   one CAMPAIGN, PHASE or NOTICE entry: c2sp.org/tlog-proof@v1 whose `extra` is
 *                 the base64 of the entry, under a checkpoint of the log
 *
 * A page is good if its entry is proven under the checkpoint it carries, and the log's key signed
 * that. Whether the checkpoint is one of this tree is for the caller to ask. */
#ifndef TALLY_TOOLS_LAWBOOK_H
#define TALLY_TOOLS_LAWBOOK_H

#include "tools/lib/publiclog.h"
#include "tree/proof.h"

enum {
	LAWBOOK_LIST_SIZE_MAX = 1024 * 1024
};

struct lawbook_page {
	uint64_t index;
	uint8_t *memory; /* of the entry */
	struct bytes entry;
	struct checkpoint checkpoint;
};

struct lawbook {
	size_t count;
	struct lawbook_page *pages; /* the good ones that the list names, ascending */
	bool torn;                  /* a page is not good, or the list is not: */
	struct trouble trouble;     /* the first of them */
};

/* Reads what law/list names; nobody is blamed for what is not good at `tree_size` and above.
 * TALLY_EXIT_WORLD if it could not be read; everything else that is wrong is `torn`.
 * lawbook_close is due in any case. */
MUST_USE enum tally_exit
lawbook_open(struct lawbook *book, const struct publiclog *log, const struct note_key *key,
	     uint64_t tree_size, struct trouble *trouble);

void
lawbook_close(struct lawbook *book);

/* True if the book has a page for that entry. */
bool
lawbook_has(const struct lawbook *book, uint64_t index);

/* The first pages as the bundle of entries that they are the front of: views into the book. */
void
lawbook_front(const struct lawbook *book, struct bundle *bundle);

#endif
