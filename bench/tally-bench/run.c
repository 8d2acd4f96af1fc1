#include "bench/tally-bench/run.h"

#include <stdlib.h>

#include "bench/tally-bench/histogram.h"

double
run_rate(const struct run_sample *sample)
{
	return sample->length_ns ? (double)sample->answered * 1e9 / (double)sample->length_ns
				 : 0;
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
