/* support: the profile turned round: who supports each option, and how much.
 *
 * Only options that run have supporters. By value, a choice supports as much as its value is, if
 * that is above 0; else every option that a ballot names has 1 from it.
 *
 * Thread: one at a time. Allocates; support_free gives it back. Takes a read interest in the
 * profile as long as it is used. */
#ifndef TALLY_OUTCOME_SUPPORT_H
#define TALLY_OUTCOME_SUPPORT_H

#include "outcome/election.h"

struct supporter {
	uint32_t row; /* in the profile */
	uint32_t weight;
	int32_t value; /* > 0 */
};

struct support {
	const struct profile *profile;
	bool by_value;
	size_t options_count;
	size_t
	    *first; /* options_count + 1: those of option k are at [first[k], first[k + 1]) */
	struct supporter *supporters; /* of an option in the profile's order */
	uint64_t *total;              /* per option: sum of weight * value */
	int32_t *most;                /* per option: the greatest value, or 0 */
	uint32_t *row_first; /* rows_count + 1: what row k supports is at [row_first[k],
				row_first[k + 1]) */
	uint16_t *row_options;
	int32_t *row_values; /* NULL: all 1 */
};

/* False if there was no memory; freed then. */
MUST_USE bool
support_make(struct support *support, const struct election *election, bool by_value);

void
support_free(struct support *support);

/* The value of what is at `place` among all rows' options. */
int32_t
support_value(const struct support *support, size_t place);

#endif
