#include "bench/tally-bench/thin.h"

#include <math.h>
#include <string.h>

static double
higher(double known, uint64_t ns)
{
	return fmax(known, (double)ns / 1e6); /* NAN gives way */
}

static double
more(uint64_t a, uint64_t b)
{
	return (double)a + (double)b;
}

struct sums {
	double length_s;
	double offered;
	double answered;
	double server_s;
	double client_s;
	double syncs;
	bool metrics;
	bool server;
};

static void
take(struct thin *thin, size_t at, const struct run_sample *sample, struct sums *sums)
{
	sums->length_s += (double)sample->length_ns / 1e9;
	sums->offered += (double)sample->offered;
	sums->answered += (double)sample->answered;
	sums->server_s += (double)sample->server_cpu_ns / 1e9;
	sums->client_s += (double)sample->client_cpu_ns / 1e9;
	sums->syncs += (double)sample->metrics.sync.count;
	sums->metrics = sums->metrics || sample->metrics.known;
	sums->server = sums->server && sample->server_known;
	thin->in_flight[at] =
	    fmax(thin->in_flight[at], more(sample->in_flight, sample->behind));
	if (sample->latency.count == 0)
		return;
	thin->p50_ms[at] = higher(thin->p50_ms[at], sample->latency.p50_ns);
	thin->p99_ms[at] = higher(thin->p99_ms[at], sample->latency.p99_ns);
	thin->p999_ms[at] = higher(thin->p999_ms[at], sample->latency.p999_ns);
}

/* The point of samples [first, end). False if they took no time. */
static bool
make_point(struct thin *thin, const struct run *run, size_t first, size_t end)
{
	struct sums sums = {.server = run->has_server};
	size_t at = thin->count;
	double begin_s = (double)run->samples[first].at_ns / 1e9;

	thin->p50_ms[at] = thin->p99_ms[at] = thin->p999_ms[at] = NAN;
	thin->in_flight[at] = 0;
	for (size_t i = first; i < end; i++)
		take(thin, at, &run->samples[i], &sums);
	if (sums.length_s <= 0)
		return false;
	thin->x[at] = (begin_s + sums.length_s / 2) / (thin->minutes ? 60 : 1);
	thin->offered[at] = sums.offered / sums.length_s;
	thin->answered[at] = sums.answered / sums.length_s;
	thin->server_cores[at] = sums.server ? sums.server_s / sums.length_s : NAN;
	thin->client_cores[at] = sums.client_s / sums.length_s;
	thin->syncs[at] = sums.metrics ? sums.syncs / sums.length_s : NAN;
	return true;
}

/* Where the last point ends, if what is left behind it is less than half a second. */
static size_t
end_of(const struct run *run, size_t end)
{
	size_t count = run->samples_count;

	if (end >= count || (end == count - 1 && run->samples[end].length_ns < 500000000))
		return count;
	return end;
}

void
thin_make(struct thin *thin, const struct run *run)
{
	size_t every = (run->samples_count + THIN_POINTS_MAX - 1) / THIN_POINTS_MAX;

	thin->count = 0;
	thin->every = every > 0 ? every : 1;
	thin->minutes = run->total.length_ns > 300000000000;
	thin->span_s = 0;
	for (size_t i = 0, end; i < run->samples_count; i = end) {
		end = end_of(run, i + thin->every);
		if (make_point(thin, run, i, end))
			thin->count++;
	}
	if (thin->count > 0)
		thin->span_s = (double)run->total.length_ns / 1e9 / (double)thin->count;
}
