/* refill: puts the records of a poll book that was kept back into its table, on a thread of its
 * own: looking for a place in a table of millions takes longer than reading a record and finding
 * out its name, which are the caller's meanwhile.
 *
 * Records are handed over refill_rows at a time, in order, and at most refill_portions of these
 * wait. Where no thread can be had, all is done at once.
 *
 * Thread: one caller. From start to end the table belongs to the refill, but for its seed, which
 * nobody changes. */
#ifndef TALLY_SHELL_REFILL_H
#define TALLY_SHELL_REFILL_H

#include "pollbook/table.h"

struct refill;

/* NULL: there is no memory (disk_error). Takes the write interest in the table until the end. */
MUST_USE struct refill *
refill_start(struct pollbook_table *table);

/* False: the table is full, and what comes now is lost; it may be said some portions later. */
MUST_USE bool
refill_put(struct refill *refill, enum pollbook_family family, const uint8_t name[32],
	   const struct pollbook_record *record);

/* Waits until all is in the table, and ends the thread. False: it was full. */
MUST_USE bool
refill_end(struct refill *refill);

#endif
