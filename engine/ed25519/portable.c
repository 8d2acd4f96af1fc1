#include "ed25519/portable.h"

/* Flat: a call for each multiplication would cost as much again. */
__attribute__((flatten)) void
portable_sum(struct point *out, const struct steps *steps)
{
	struct point sum = point_identity();

	for (size_t i = 0; i < steps->count; i++) {
		steps_fetch(steps->entries[i + STEPS_AHEAD]);
		sum = point_add_entry(&sum, steps->entries[i], steps->negative[i]);
	}
	*out = sum;
}
