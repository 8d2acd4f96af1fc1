#include "bench/tally-bench/histogram.h"

#include <math.h>
#include <string.h>

#include "base/check.h"

static unsigned
step_of(uint64_t value)
{
	unsigned shift;

	if (value >> HISTOGRAM_VALUE_BITS != 0)
		return HISTOGRAM_STEPS - 1;
	if (value >> (HISTOGRAM_STEP_BITS + 1) == 0)
		return (unsigned)value;
	shift = 63 - (unsigned)__builtin_clzll(value) - HISTOGRAM_STEP_BITS;
	return (shift << HISTOGRAM_STEP_BITS) + (unsigned)(value >> shift);
}

/* The largest value of a step. */
static uint64_t
step_top(unsigned step)
{
	unsigned shift = step >> HISTOGRAM_STEP_BITS;
	uint64_t first;

	if (shift <= 1)
		return step;
	shift -= 1;
	first = step - ((uint64_t)shift << HISTOGRAM_STEP_BITS);
	return ((first + 1) << shift) - 1;
}

void
histogram_reset(struct histogram *histogram)
{
	memset(histogram, 0, sizeof *histogram);
}

static uint64_t
sum_of(uint64_t sum, uint64_t more)
{
	return sum + more < sum ? UINT64_MAX : sum + more;
}

void
histogram_record_many(struct histogram *histogram, uint64_t value, uint64_t times)
{
	uint64_t product;

	if (times == 0)
		return;
	if (__builtin_mul_overflow(value, times, &product))
		product = UINT64_MAX;
	if (histogram->count == 0 || value < histogram->min)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
	histogram->count += times;
	histogram->sum = sum_of(histogram->sum, product);
	histogram->steps[step_of(value)] += times;
}

void
histogram_record(struct histogram *histogram, uint64_t value)
{
	histogram_record_many(histogram, value, 1);
}

void
histogram_merge(struct histogram *to, const struct histogram *from)
{
	if (from->count == 0)
		return;
	if (to->count == 0 || from->min < to->min)
		to->min = from->min;
	if (from->max > to->max)
		to->max = from->max;
	to->count += from->count;
	to->sum = sum_of(to->sum, from->sum);
	for (unsigned i = 0; i < HISTOGRAM_STEPS; i++)
		to->steps[i] += from->steps[i];
}

uint64_t
histogram_quantile(const struct histogram *histogram, double share)
{
	uint64_t rank;
	uint64_t seen = 0;

	CHECK(share >= 0 && share <= 1);
	if (histogram->count == 0)
		return 0;
	rank = (uint64_t)ceil(share * (double)histogram->count);
	for (unsigned i = 0; i < HISTOGRAM_STEPS - 1; i++) {
		seen += histogram->steps[i];
		if (seen >= rank && seen > 0)
			return step_top(i) < histogram->max ? step_top(i) : histogram->max;
	}
	return histogram->max;
}

double
histogram_mean(const struct histogram *histogram)
{
	return histogram->count == 0 ? 0 : (double)histogram->sum / (double)histogram->count;
}

bool
histogram_next(const struct histogram *histogram, unsigned *at, uint64_t *value,
	       uint64_t *count)
{
	while (*at < HISTOGRAM_STEPS && histogram->steps[*at] == 0)
		++*at;
	if (*at == HISTOGRAM_STEPS)
		return false;
	*value = *at == HISTOGRAM_STEPS - 1 ? histogram->max : step_top(*at);
	*count = histogram->steps[(*at)++];
	return true;
}
