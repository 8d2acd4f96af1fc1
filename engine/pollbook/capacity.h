/* capacity: how large a campaign's poll book may become, and its memory.
 *
 * Every voter of voters_max is promised a slot (in voter mode three), every enrolment one.
 * Beyond the promised there is room for
 *
 *   OLD   the records of ballots that were replaced (ballots_max - 1 of each voter) and voided (an
 *         eighth of the voters): for all of these, but at most for two million or a quarter of
 *         the voters, whichever is more
 *   KEY   as many further keys of the voters, and a sixteenth of the voters
 *
 * Slots are touched at random, all over them. What lies in piles costs memory once it has come,
 * so theirs may be asked of the system without being reserved.
 *
 * Thread: the loop. No allocation. */
#ifndef TALLY_POLLBOOK_CAPACITY_H
#define TALLY_POLLBOOK_CAPACITY_H

#include "pollbook/table.h"

struct pollbook_capacity {
	uint32_t voters_max;
	uint32_t rolls_max; /* tags that notices may enrol */
	unsigned
	    ballots_max; /* of one tag that can count one after the other: revisions, ranks */
	bool voter_mode;
};

/* Bytes of memory that pollbook_init takes. */
size_t
pollbook_slots_memory(const struct pollbook_capacity *capacity);

size_t
pollbook_piles_memory(const struct pollbook_capacity *capacity);

/* Bytes of the piles' memory that are in use once `earlier` ballots were replaced, or voided and
 * voted again, each with a new key in voter mode. */
size_t
pollbook_piles_used(const struct pollbook_capacity *capacity, size_t earlier);

/* Takes the write interest in both: the slots', which is zero, aligned to 8, and the piles',
 * aligned to 4. */
void
pollbook_init(struct pollbook_table *table, void *slots, void *piles,
	      const struct pollbook_capacity *capacity, const uint8_t seed[16]);

/* As it was after pollbook_init. The caller has made the slots zero again. */
void
pollbook_empty(struct pollbook_table *table);

#endif
