#include "bench/tally-bench/run.h"

#include <stdlib.h>

#include "bench/tally-bench/histogram.h"

double
run_rate(const struct run_sample *sample)
{
	return sample->length_ns ? (double)sample->answered * 1e9 / (double)sample->length_ns
				 : 0;
}

void
run_set_free(struct run_set *set)
{
	for (size_t i = 0; i < set->runs_count; i++) {
		free(set->runs[i].samples);
		free(set->runs[i].latency);
		free(set->runs[i].service);
	}
	free(set->runs);
	set->runs = NULL;
	set->runs_count = 0;
}
