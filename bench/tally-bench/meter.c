#include "bench/tally-bench/meter.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tally-bench/scrape.h"
#include "tools/lib/complain.h"

enum {
	metrics_max = 1024 * 1024,
	folders_open = 16,
};

static _Thread_local uint64_t folder_bytes;

static int
file_visit(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)path;
	(void)place;
	if (type == FTW_F)
		folder_bytes += (uint64_t)status->st_blocks * 512;
	return 0;
}

/* Blocks that the files below it take. */
static uint64_t
folder_size(const char *path)
{
	folder_bytes = 0;
	return nftw(path, file_visit, folders_open, FTW_PHYS) == 0 ? folder_bytes : 0;
}

/* Where the door does not answer, it says why. */
static enum tally_exit
metrics_read(struct meter *meter, struct run_metrics *out, struct trouble *trouble)
{
	enum tally_exit code = TALLY_EXIT_FINE;
	bool found = false;
	size_t size;

	*out = (struct run_metrics){0};
	if (meter->http != NULL)
		code = http_get(meter->http, "metrics", metrics_max, &meter->text,
				&meter->text_capacity, &size, &found, trouble);
	if (code == TALLY_EXIT_FINE && found)
		scrape_parse(bytes_make(meter->text, size), out);
	return code;
}

static void
reading_take(struct meter *meter, struct meter_reading *out)
{
	struct trouble unreachable = {0};

	*out = (struct meter_reading){.own_cpu_ns = process_own_cpu_ns()};
	if (meter->sources->pid != 0)
		out->has_process = process_look(meter->sources->pid, &out->process);
	(void)metrics_read(meter, &out->metrics, &unreachable);
}

static struct histogram *
histogram_new(void)
{
	struct histogram *histogram = calloc(1, sizeof *histogram);

	CHECK(histogram != NULL);
	return histogram;
}

static enum tally_exit
metrics_open(struct meter *meter)
{
	static const struct http_patience patience = {
	    .connect_ms = 500, .stall_s = 2, .total_s = 2, .attempts = 1};
	struct trouble trouble = {0};
	struct run_metrics seen;
	enum tally_exit code =
	    http_open(&meter->http, meter->sources->metrics, &patience, &trouble);

	if (code == TALLY_EXIT_FINE)
		code = metrics_read(meter, &seen, &trouble);
	if (code != TALLY_EXIT_FINE) {
		complain("%s", trouble.sentence);
		return code;
	}
	memcpy(meter->run->verify, seen.verify, sizeof seen.verify);
	memcpy(meter->run->sums, seen.sums, sizeof seen.sums);
	if (seen.known)
		return TALLY_EXIT_FINE;
	complain("%s/metrics does not tell a tallyd's metrics", meter->sources->metrics);
	return TALLY_EXIT_WORLD;
}

enum tally_exit
meter_init(struct meter *meter, const struct meter_sources *sources, struct run *run)
{
	struct process_figures figures;

	*meter = (struct meter){.sources = sources, .run = run};
	meter->latency = histogram_new();
	meter->service = histogram_new();
	run->latency = histogram_new();
	run->service = histogram_new();
	if (sources->pid != 0 && !process_look(sources->pid, &figures)) {
		complain("there is no process %ld", (long)sources->pid);
		return TALLY_EXIT_USAGE;
	}
	run->has_server = sources->pid != 0;
	run->has_written = sources->pid != 0 && figures.has_written;
	if (sources->data != NULL)
		meter->data_first = folder_size(sources->data);
	if (sources->data != NULL && meter->data_first == 0) {
		complain("cannot read %s", sources->data);
		return TALLY_EXIT_USAGE;
	}
	run->has_data = sources->data != NULL;
	return sources->metrics != NULL ? metrics_open(meter) : TALLY_EXIT_FINE;
}

uint64_t
meter_begin(struct meter *meter, const struct link_world *world, struct worker *workers,
	    unsigned workers_count)
{
	meter->world = world;
	meter->workers = workers;
	meter->workers_count = workers_count;
	reading_take(meter, &meter->first);
	meter->last = meter->first;
	meter->begin_ns = meter->last_ns = worker_now();
	return meter->begin_ns;
}

static struct run_sample *
sample_new(struct run *run, size_t *capacity)
{
	if (run->samples_count == RUN_SAMPLES_MAX)
		return NULL;
	if (run->samples_count == *capacity) {
		*capacity = 2 * *capacity + 64;
		run->samples = reallocarray(run->samples, *capacity, sizeof *run->samples);
		CHECK(run->samples != NULL);
	}
	return &run->samples[run->samples_count++];
}

static struct run_quantiles
quantiles_of(const struct histogram *histogram)
{
	return (struct run_quantiles){.count = histogram->count,
				      .p50_ns = histogram_quantile(histogram, 0.5),
				      .p99_ns = histogram_quantile(histogram, 0.99),
				      .p999_ns = histogram_quantile(histogram, 0.999),
				      .max_ns = histogram->max};
}

/* Of the run's slots until then, those that have a ballot. */
static uint64_t
offered_until(const struct meter *meter, uint64_t now_ns)
{
	uint64_t due = schedule_due(meter->world->schedule, now_ns - meter->begin_ns);
	uint64_t end = meter->workers[0].slots_end;

	return due < end ? due : end;
}

static void
offered_take(struct meter *meter, struct run_sample *sample, uint64_t now_ns)
{
	uint64_t offered;

	meter->sent += sample->sent;
	if (meter->world->schedule == NULL) {
		sample->offered = sample->sent;
		return;
	}
	offered = offered_until(meter, now_ns);
	sample->offered = offered - meter->offered;
	sample->behind = offered > meter->sent ? offered - meter->sent : 0;
	meter->offered = offered;
}

/* What two readings differ by. */
static void
figures_take(struct run_sample *sample, const struct meter_reading *before,
	     const struct meter_reading *now)
{
	sample->client_cpu_ns = now->own_cpu_ns - before->own_cpu_ns;
	sample->server_known = now->has_process && before->has_process;
	if (sample->server_known) {
		sample->server_cpu_ns = now->process.cpu_ns - before->process.cpu_ns;
		sample->server_written_bytes =
		    now->process.written_bytes - before->process.written_bytes;
		/* A thread that has ended takes its own along. */
		if (now->process.switches > before->process.switches)
			sample->server_context_switches =
			    now->process.switches - before->process.switches;
	}
	sample->server_memory_bytes = now->process.memory_bytes;
	sample->metrics = scrape_between(&before->metrics, &now->metrics);
}

void
meter_sample(struct meter *meter, uint64_t now_ns)
{
	struct run *run = meter->run;
	struct run_sample sample = {.at_ns = meter->last_ns - meter->begin_ns,
				    .length_ns = now_ns - meter->last_ns};
	struct run_sample *kept = sample_new(run, &meter->capacity);
	struct meter_reading reading;

	for (unsigned i = 0; i < meter->workers_count; i++)
		shard_collect(&meter->workers[i].shard, &sample, meter->latency,
			      meter->service);
	reading_take(meter, &reading);
	figures_take(&sample, &meter->last, &reading);
	if (run->has_server && !reading.has_process && run->server_ended_ns == 0)
		run->server_ended_ns = now_ns - meter->begin_ns;
	offered_take(meter, &sample, now_ns);
	sample.latency = quantiles_of(meter->latency);
	sample.service = quantiles_of(meter->service);
	histogram_merge(run->latency, meter->latency);
	histogram_merge(run->service, meter->service);
	histogram_reset(meter->latency);
	histogram_reset(meter->service);
	run_sample_add(&run->total, &sample);
	if (run->total.server_memory_bytes < sample.server_memory_bytes)
		run->total.server_memory_bytes = sample.server_memory_bytes;
	if (kept != NULL)
		*kept = sample;
	meter->last = reading;
	meter->last_ns = now_ns;
}

/* Who got no answer has waited until the end: to leave them out would hide a dead server. */
static void
write_off(struct meter *meter, uint64_t end_ns)
{
	struct run_sample *total = &meter->run->total;
	const struct run_sample *last = &meter->run->samples[meter->run->samples_count - 1];

	total->in_flight = last->in_flight;
	total->behind = last->behind;
	for (unsigned i = 0; i < meter->workers_count; i++)
		for (unsigned j = 0; j < meter->workers[i].links_count; j++)
			link_write_off(&meter->workers[i].links[j], end_ns,
				       meter->run->latency);
}

void
meter_end(struct meter *meter, uint64_t end_ns)
{
	struct run *run = meter->run;
	struct run_sample *total = &run->total;
	uint64_t memory_bytes;
	bool gave_up = false;

	for (unsigned i = 0; i < meter->workers_count; i++)
		gave_up |= meter->workers[i].gave_up;
	meter_sample(meter, !gave_up || end_ns < meter->last_ns ? worker_now() : end_ns);
	if (gave_up)
		write_off(meter, end_ns);
	memory_bytes = total->server_memory_bytes;
	figures_take(total, &meter->first, &meter->last);
	total->server_memory_bytes = memory_bytes;
	total->length_ns = end_ns > meter->begin_ns ? end_ns - meter->begin_ns : 0;
	total->latency = quantiles_of(run->latency);
	total->service = quantiles_of(run->service);
	if (run->has_data)
		run->data_bytes = folder_size(meter->sources->data) - meter->data_first;
}

void
meter_free(struct meter *meter)
{
	if (meter->http != NULL)
		http_close(meter->http);
	free(meter->text);
	free(meter->latency);
	free(meter->service);
}
