/* pollbook: a poll book of a test's own, with memory from the heap. */
#ifndef TALLY_TESTS_POLLBOOK_H
#define TALLY_TESTS_POLLBOOK_H

#include "pollbook/capacity.h"

void
test_pollbook_make(struct pollbook_table *table, const struct pollbook_capacity *capacity,
		   const uint8_t seed[16]);

void
test_pollbook_free(struct pollbook_table *table);

/* To be freed as well. */
void
test_pollbook_copy(struct pollbook_table *to, const struct pollbook_table *from);

/* Records of all families. */
size_t
test_pollbook_records(const struct pollbook_table *table);

#endif
