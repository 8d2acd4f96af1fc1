#include "tests/lib/sitting.h"

#include <math.h>

#include "bench/tally-bench/histogram.h"
#include "tests/lib/test.h"

static const uint64_t second_ns = 1000000000;

/* Exponential around `mean_ms`, on top of half of it. */
static uint64_t
wait_ns(struct test_random *random, double mean_ms)
{
	double uniform = (double)(test_random_next(random) >> 11) * 0x1p-53;

	return (uint64_t)((0.5 - 0.5 * log(1 - uniform)) * mean_ms * 1e6);
}

static void
quantiles_of(struct run_quantiles *out, const struct histogram *histogram)
{
	*out = (struct run_quantiles){.count = histogram->count,
				      .p50_ns = histogram_quantile(histogram, 0.5),
				      .p99_ns = histogram_quantile(histogram, 0.99),
				      .p999_ns = histogram_quantile(histogram, 0.999),
				      .max_ns = histogram->max};
}

/* As tallyd's: doubling bounds, and INFINITY. */
static void
spread_add(struct run_spread *spread, double first, double value)
{
	spread->buckets_count = 15;
	for (size_t i = 0; i < spread->buckets_count; i++) {
		spread->bounds[i] =
		    i + 1 < spread->buckets_count ? first * (double)(1 << i) : INFINITY;
		spread->at_most[i] += value <= spread->bounds[i];
	}
	spread->sum += value;
	spread->count++;
}

static void
fill_metrics(struct run_metrics *metrics, struct test_random *random, uint64_t rate)
{
	metrics->known = true;
	for (unsigned i = 0; i < 150; i++) {
		double entries =
		    (double)rate / 150 * (0.4 + 0.01 * (double)(random->state % 120));
		double sync = (double)wait_ns(random, 2) / 1e9;

		spread_add(&metrics->batch, 1, floor(entries));
		spread_add(&metrics->sync, 0.00005, sync);
		spread_add(&metrics->commit, 0.00005, sync * 1.1);
		metrics->log_bytes += (uint64_t)entries * 200;
	}
}

static void
fill_sample(struct run_sample *sample, struct histogram *waits, struct test_random *random,
	    uint64_t rate, double mean_ms, bool server)
{
	sample->offered = sample->sent = rate;
	sample->answered = rate - rate / 50 + test_random_below(random, rate / 25 + 1);
	sample->verdicts[TALLY_ACCEPTED] = (uint32_t)(sample->answered - sample->answered / 40);
	sample->verdicts[TALLY_HAS_VOTED] = (uint32_t)(sample->answered / 40);
	sample->in_flight = (uint64_t)((double)rate * mean_ms / 1000);
	histogram_reset(waits);
	for (unsigned i = 0; i < 3000; i++)
		histogram_record(waits, wait_ns(random, mean_ms));
	quantiles_of(&sample->latency, waits);
	sample->service = sample->latency;
	sample->client_cpu_ns = second_ns * 2 / 5;
	if (!server)
		return;
	sample->server_known = true;
	sample->server_cpu_ns = second_ns + test_random_below(random, second_ns / 5);
	sample->server_memory_bytes = 40000000 + sample->at_ns / 1000;
	sample->server_written_bytes = rate * 220;
	sample->server_context_switches = 20000;
	fill_metrics(&sample->metrics, random, rate);
}

static void
add_spread(struct run_spread *to, const struct run_spread *from)
{
	to->buckets_count = from->buckets_count;
	for (size_t i = 0; i < from->buckets_count; i++) {
		to->bounds[i] = from->bounds[i];
		to->at_most[i] += from->at_most[i];
	}
	to->sum += from->sum;
	to->count += from->count;
}

static void
add_sample(struct run_sample *to, const struct run_sample *from)
{
	to->length_ns += from->length_ns;
	run_sample_add(to, from);
	to->client_cpu_ns += from->client_cpu_ns;
	to->server_known = from->server_known;
	to->server_cpu_ns += from->server_cpu_ns;
	to->server_memory_bytes = from->server_memory_bytes;
	to->server_written_bytes += from->server_written_bytes;
	to->server_context_switches += from->server_context_switches;
	to->metrics.known = from->metrics.known;
	to->metrics.log_bytes += from->metrics.log_bytes;
	add_spread(&to->metrics.batch, &from->metrics.batch);
	add_spread(&to->metrics.sync, &from->metrics.sync);
	add_spread(&to->metrics.commit, &from->metrics.commit);
}

static void
make_run(struct run *run, const char *label, size_t seconds, uint64_t rate, double mean_ms,
	 bool server)
{
	struct test_random random = {rate + seconds};
	struct histogram *waits = calloc(1, sizeof *waits);

	*run = (struct run){.has_server = server,
			    .has_written = server,
			    .connections = 8,
			    .window = 256,
			    .threads = 1};
	snprintf(run->label, sizeof run->label, "%s", label);
	run->latency = calloc(1, sizeof *run->latency);
	run->service = calloc(1, sizeof *run->service);
	run->samples = calloc(seconds + 1, sizeof *run->samples);
	assert_true(waits != NULL && run->latency != NULL && run->service != NULL);
	assert_non_null(run->samples);
	for (size_t i = 0; i < seconds; i++) {
		struct run_sample *sample = &run->samples[run->samples_count++];

		sample->at_ns = i * second_ns;
		sample->length_ns = second_ns;
		fill_sample(sample, waits, &random, rate, mean_ms, server);
		histogram_merge(run->latency, waits);
		histogram_merge(run->service, waits);
		add_sample(&run->total, sample);
	}
	free(waits);
	quantiles_of(&run->total.latency, run->latency);
	quantiles_of(&run->total.service, run->service);
	run->ballot_bytes = run->total.sent * 171;
}

static struct run_set
make_set(size_t runs)
{
	struct run_set set = {.server = "127.0.0.1:7300",
			      .began = "2026-01-10T12:00:00Z",
			      .ballots = "ballots.bin",
			      .runs_count = runs};

	memset(set.campaign, 'c', sizeof set.campaign - 1);
	set.runs = calloc(runs + 1, sizeof *set.runs);
	assert_non_null(set.runs);
	return set;
}

struct run_set
sitting_empty(void)
{
	return make_set(0);
}

struct run_set
sitting_closed(size_t seconds)
{
	struct run_set set = make_set(1);

	make_run(&set.runs[0], "closed loop", seconds, 21000, 18, true);
	return set;
}

struct run_set
sitting_killed(size_t seconds)
{
	struct run_set set = sitting_closed(seconds);
	struct run *run = &set.runs[0];

	run->server_ended_ns = seconds / 2 * second_ns;
	run->total.server_known = false;
	for (size_t i = seconds / 2; i < seconds; i++)
		run->samples[i].server_known = false;
	return set;
}

/* Nobody is answered in that second, and those who came in it wait for its end. */
static void
stall(struct run *run, size_t at)
{
	struct run_sample *sample = &run->samples[at];
	struct run_sample *next = &run->samples[at + 1];

	run->total.answered -= sample->answered;
	run->total.late += sample->sent;
	sample->late = sample->sent;
	sample->behind = sample->sent;
	sample->answered = 0;
	sample->latency = (struct run_quantiles){.count = 0};
	next->latency.p50_ns = second_ns / 2;
	next->latency.p99_ns = second_ns;
	next->latency.p999_ns = next->latency.max_ns = second_ns + second_ns / 5;
	histogram_record_many(run->latency, second_ns, sample->sent / 2);
}

struct run_set
sitting_stalled(size_t seconds)
{
	struct run_set set = make_set(1);
	struct run *run = &set.runs[0];

	make_run(run, "4000/s <\"&'> \xc8\x99", seconds, 4000, 2, false);
	snprintf(set.ballots, sizeof set.ballots, "a <b> & \"c\".bin");
	run->open = true;
	run->offered_rate = 4000;
	if (seconds > 2)
		stall(run, seconds / 2);
	run->missing = 1234;
	run->kinds_count = 1;
	run->kinds[0] = (struct run_kind){"fresh", TALLY_ACCEPTED, run->total.answered, 1};
	run->surprises_count = run->total.surprises = 1;
	run->surprises[0] =
	    (struct run_surprise){7, "fresh", TALLY_ACCEPTED, TALLY_BAD_SIGNATURE};
	return set;
}

struct run_set
sitting_sweep(void)
{
	static const uint64_t rates[] = {4000, 8000, 12000, 16000, 22000};
	static const double waits_ms[] = {1.2, 1.6, 2.8, 9, 900};
	struct run_set set = make_set(6);

	set.swept = true;
	make_run(&set.runs[0], "closed loop", 10, 20000, 18, true);
	for (size_t i = 0; i < 5; i++) {
		struct run *run = &set.runs[i + 1];
		char label[32];

		snprintf(label, sizeof label, "%llu/s", (unsigned long long)rates[i]);
		make_run(run, label, 10, rates[i] < 20000 ? rates[i] : 20000, waits_ms[i],
			 true);
		run->open = true;
		run->offered_rate = (double)rates[i];
	}
	return set;
}
