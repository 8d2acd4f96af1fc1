#include "bench/tally-bench/run.h"

#include <stdlib.h>

#include "bench/tally-bench/histogram.h"

void
run_sample_add(struct run_sample *to, const struct run_sample *from)
{
	to->offered += from->offered;
	to->sent += from->sent;
	to->late += from->late;
	to->resent += from->resent;
	to->answered += from->answered;
	to->reconnects += from->reconnects;
	to->surprises += from->surprises;
	to->verdicts_unknown += from->verdicts_unknown;
	for (int i = 0; i < TALLY_VERDICTS_COUNT; i++)
		to->verdicts[i] += from->verdicts[i];
}

double
run_rate(const struct run_sample *sample)
{
	return sample->length_ns ? (double)sample->answered * 1e9 / (double)sample->length_ns
				 : 0;
}

static double
power(const struct run *run)
{
	uint64_t wait_ns = run->total.latency.p99_ns;

	return run->open && wait_ns > 0 ? run_rate(&run->total) / (double)wait_ns : 0;
}

const struct run *
run_knee(const struct run_set *set)
{
	const struct run *knee = NULL;
	size_t count = 0;

	for (size_t i = 0; i < set->runs_count; i++) {
		const struct run *run = &set->runs[i];

		count += power(run) > 0;
		if (power(run) > 0 && (knee == NULL || power(run) > power(knee)))
			knee = run;
	}
	return set->swept && count > 1 ? knee : NULL;
}

bool
run_is_greatest(const struct run_set *set, const struct run *run)
{
	for (size_t i = 0; i < set->runs_count; i++)
		if (set->runs[i].open && set->runs[i].offered_rate > run->offered_rate)
			return false;
	return true;
}

static void
run_free(struct run *run)
{
	free(run->samples);
	free(run->latency);
	free(run->service);
}

void
run_set_cut(struct run_set *set)
{
	if (set->runs_count > 0 && set->runs[set->runs_count - 1].total.length_ns == 0)
		run_free(&set->runs[--set->runs_count]);
}

void
run_set_free(struct run_set *set)
{
	for (size_t i = 0; i < set->runs_count; i++)
		run_free(&set->runs[i]);
	free(set->runs);
	set->runs = NULL;
	set->runs_count = 0;
}
