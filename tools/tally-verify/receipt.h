/* receipt: what one receipt proves, checked offline with the log's key alone. */
#ifndef TALLY_VERIFY_RECEIPT_H
#define TALLY_VERIFY_RECEIPT_H

#include "base/bytes.h"
#include "tools/lib/report.h"
#include "tree/key.h"

enum receipt_check {
	RECEIPT_SHAPE,
	RECEIPT_CHECKPOINT,
	RECEIPT_INCLUSION,
	RECEIPT_CHECKS_COUNT,
};

/* Checks the receipt `text`; `ballots` is one ballot, or ballots each behind a u16 length, of
 * which the first counts, or {NULL, 0}. *index is the entry the receipt names, *size the
 * checkpoint's, where known. */
void
receipt_examine(struct bytes text, struct bytes ballots, const struct note_key *key,
		struct report *report, uint64_t *index, uint64_t *size);

#endif
