/* collate: puts records of the poll book in the order of their keys, and those of one key in the
 * order of their words: the order in which they are written.
 *
 * In place, a byte at a time, because keys are digests: a bucket of few is soon reached. It goes no
 * deeper than a row has bytes, whoever has chosen them. Rows that are equal in both may change
 * places. Thread: any; no allocation. */
#ifndef TALLY_SHELL_COLLATE_H
#define TALLY_SHELL_COLLATE_H

#include "shell/change.h"

void
collate(struct change *rows, size_t count);

#endif
