#include "shell/metrics.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* counting */

static const uint64_t times_ns[] = {
    50000,    100000,   200000,    500000,    1000000,   2000000,    5000000,    10000000,
    20000000, 50000000, 100000000, 200000000, 500000000, 1000000000, 2000000000,
};

static const uint64_t entries[] = {
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192,
};

enum {
	TIMES_COUNT = sizeof times_ns / sizeof *times_ns,
	ENTRIES_COUNT = sizeof entries / sizeof *entries,
};

_Static_assert((int)TIMES_COUNT < (int)METRICS_BUCKETS_MAX, "and one without a bound");
_Static_assert((int)ENTRIES_COUNT < (int)METRICS_BUCKETS_MAX, "and one without a bound");
_Static_assert(batch_entries_max == 8192, "the largest batch is the last bound");

static uint64_t
get(const _Atomic uint64_t *number)
{
	return atomic_load_explicit(number, memory_order_relaxed);
}

static void
set(_Atomic uint64_t *number, uint64_t value)
{
	atomic_store_explicit(number, value, memory_order_relaxed);
}

/* There is one writer: this need not be one step. */
static void
add(_Atomic uint64_t *number, uint64_t more)
{
	set(number, get(number) + more);
}

static void
see(struct metrics_spread *spread, const uint64_t *bounds, size_t count, uint64_t value)
{
	size_t i = 0;

	while (i < count && value > bounds[i])
		i++;
	add(&spread->buckets[i], 1);
	add(&spread->sum, value);
}

void
metrics_init(struct metrics *metrics, const char *verify, const char *sums, int64_t wall_ms)
{
	*metrics = (struct metrics){.verify = verify, .sums = sums, .began_ms = wall_ms};
}

void
metrics_ledger(struct metrics *metrics, uint64_t bytes)
{
	set(&metrics->ledger_bytes, bytes);
}

void
metrics_gauge(struct metrics *metrics, const struct station *station)
{
	struct gauge gauge;

	gauge_read(station, &gauge);
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++) {
		set(&metrics->answers[i], gauge.verdicts[i]);
		set(&metrics->ballots[i], gauge.ballots[i]);
	}
	for (unsigned i = 0; i < GAUGE_CONNECTIONS; i++)
		set(&metrics->connections[i], gauge.connections[i]);
	for (unsigned i = 0; i < GAUGE_PARCELS; i++)
		set(&metrics->parcels[i], gauge.parcels[i]);
	set(&metrics->requests, gauge.requests);
	set(&metrics->sequenced, gauge.sequenced);
	set(&metrics->durable, gauge.durable);
	set(&metrics->signed_size, gauge.signed_size);
	set(&metrics->published_size, gauge.published_size);
	set(&metrics->ready, gauge.ready);
}

void
metrics_committed(struct metrics *metrics, const struct committer_done *done)
{
	add(&metrics->commits, 1);
	add(&metrics->commit_bytes, done->bytes);
	set(&metrics->ledger_bytes, done->ledger_bytes);
	see(&metrics->commit_entries, entries, ENTRIES_COUNT, done->entries_count);
	see(&metrics->commit_ns, times_ns, TIMES_COUNT, done->write_ns + done->sync_ns);
	see(&metrics->sync_ns, times_ns, TIMES_COUNT, done->sync_ns);
}

void
metrics_verified(struct metrics *metrics, size_t requests, uint64_t ns)
{
	add(&metrics->verified, requests);
	see(&metrics->verify_ns, times_ns, TIMES_COUNT, ns);
}

void
metrics_signed(struct metrics *metrics, uint64_t ns)
{
	see(&metrics->sign_ns, times_ns, TIMES_COUNT, ns);
}

/* writing */

static void
head(struct writer *to, const char *name, const char *type, const char *help)
{
	writer_string(to, "# HELP ");
	writer_string(to, name);
	writer_string(to, " ");
	writer_string(to, help);
	writer_string(to, "\n# TYPE ");
	writer_string(to, name);
	writer_string(to, " ");
	writer_string(to, type);
	writer_string(to, "\n");
}

/* Without zeros at the end. */
static void
seconds(struct writer *to, uint64_t ns)
{
	char text[32];
	int size =
	    snprintf(text, sizeof text, "%llu.%09llu", (unsigned long long)(ns / 1000000000),
		     (unsigned long long)(ns % 1000000000));

	while (text[size - 1] == '0')
		size--;
	if (text[size - 1] == '.')
		size--;
	text[size] = '\0';
	writer_string(to, text);
}

static void
quantity(struct writer *to, uint64_t value, bool is_time)
{
	if (is_time)
		seconds(to, value);
	else
		writer_decimal(to, value);
}

/* `name{label="value"} number`; no label: NULL. */
static void
line(struct writer *to, const char *name, const char *label, const char *value, uint64_t number)
{
	writer_string(to, name);
	if (label != NULL) {
		writer_string(to, "{");
		writer_string(to, label);
		writer_string(to, "=\"");
		writer_string(to, value);
		writer_string(to, "\"}");
	}
	writer_string(to, " ");
	writer_decimal(to, number);
	writer_string(to, "\n");
}

static void
single(struct writer *to, const char *name, const char *type, const char *help, uint64_t number)
{
	head(to, name, type, help);
	line(to, name, NULL, NULL, number);
}

static void
spread_write(struct writer *to, const char *name, const char *help,
	     const struct metrics_spread *spread, const uint64_t *bounds, size_t count,
	     bool is_time)
{
	uint64_t seen = 0;

	head(to, name, "histogram", help);
	for (size_t i = 0; i <= count; i++) {
		seen += get(&spread->buckets[i]);
		writer_string(to, name);
		writer_string(to, "_bucket{le=\"");
		if (i < count)
			quantity(to, bounds[i], is_time);
		else
			writer_string(to, "+Inf");
		writer_string(to, "\"} ");
		writer_decimal(to, seen);
		writer_string(to, "\n");
	}
	writer_string(to, name);
	writer_string(to, "_sum ");
	quantity(to, get(&spread->sum), is_time);
	writer_string(to, "\n");
	writer_string(to, name);
	writer_string(to, "_count ");
	writer_decimal(to, seen);
	writer_string(to, "\n");
}

static void
verdicts_write(struct writer *to, const char *name, const char *help,
	       const _Atomic uint64_t *counts)
{
	head(to, name, "counter", help);
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		line(to, name, "result", tally_verdict_text(i)->name, get(&counts[i]));
}

static void
build_write(struct writer *to, const struct metrics *metrics)
{
	head(to, "tallyd_build_info", "gauge",
	     "Always 1; what is running, and what verifies signatures.");
	writer_string(to, "tallyd_build_info{version=\"" TALLY_VERSION "\",verify=\"");
	writer_string(to, metrics->verify);
	writer_string(to, "\",sums=\"");
	writer_string(to, metrics->sums);
	writer_string(to, "\"} 1\n");
}

static void
connections_write(struct writer *to, const struct metrics *metrics)
{
	static const char *const kinds[GAUGE_CONNECTIONS] = {
	    [GAUGE_FRONTEND] = "frontend",   [GAUGE_AUTHORITY] = "authority",
	    [GAUGE_ANONYMOUS] = "anonymous", [GAUGE_GREETED] = "greeted",
	    [GAUGE_LEAVING] = "leaving",
	};

	head(to, "tallyd_connections", "gauge",
	     "Connections at the ballots' port, by who is there.");
	for (unsigned i = 0; i < GAUGE_CONNECTIONS; i++)
		line(to, "tallyd_connections", "kind", kinds[i], get(&metrics->connections[i]));
}

static void
parcels_write(struct writer *to, const struct metrics *metrics)
{
	static const char *const states[GAUGE_PARCELS] = {
	    [PARCEL_FREE] = "free",   [PARCEL_FILLING] = "filling",
	    [PARCEL_READY] = "ready", [PARCEL_AWAY] = "away",
	    [PARCEL_BACK] = "back",   [PARCEL_SEQUENCED] = "sequenced",
	};

	head(to, "tallyd_parcels", "gauge",
	     "Groups of requests on their way, by state: away is being verified, sequenced "
	     "waits for the disk.");
	for (unsigned i = 0; i < GAUGE_PARCELS; i++)
		line(to, "tallyd_parcels", "state", states[i], get(&metrics->parcels[i]));
	single(to, "tallyd_requests_waiting", "gauge",
	       "Requests taken from connections and not answered yet.",
	       get(&metrics->requests));
}

static void
tree_write(struct writer *to, const struct metrics *metrics)
{
	static const char name[] = "tallyd_tree_entries";

	head(to, name, "gauge", "Entries of the log, by how far they have come.");
	line(to, name, "stage", "sequenced", get(&metrics->sequenced));
	line(to, name, "stage", "durable", get(&metrics->durable));
	line(to, name, "stage", "signed", get(&metrics->signed_size));
	line(to, name, "stage", "published", get(&metrics->published_size));
}

static void
commits_write(struct writer *to, const struct metrics *metrics)
{
	single(to, "tallyd_commits_total", "counter",
	       "Batches made durable: one write and one sync each.", get(&metrics->commits));
	single(to, "tallyd_commit_bytes_total", "counter", "Bytes of these batches.",
	       get(&metrics->commit_bytes));
	single(to, "tallyd_ledger_bytes", "gauge", "Bytes of the ledger in use.",
	       get(&metrics->ledger_bytes));
	spread_write(to, "tallyd_commit_entries", "Entries of a batch.",
		     &metrics->commit_entries, entries, ENTRIES_COUNT, false);
	spread_write(to, "tallyd_commit_seconds", "Time to write and sync a batch.",
		     &metrics->commit_ns, times_ns, TIMES_COUNT, true);
	spread_write(to, "tallyd_sync_seconds", "Time of the sync alone.", &metrics->sync_ns,
		     times_ns, TIMES_COUNT, true);
}

static void
work_write(struct writer *to, const struct metrics *metrics)
{
	single(to, "tallyd_verify_requests_total", "counter",
	       "Requests that workers have looked at.", get(&metrics->verified));
	spread_write(to, "tallyd_verify_job_seconds",
		     "Time a worker had a group of requests: fetching, rules, signatures.",
		     &metrics->verify_ns, times_ns, TIMES_COUNT, true);
	spread_write(to, "tallyd_sign_seconds",
		     "Time from asking for a checkpoint to having it signed and kept.",
		     &metrics->sign_ns, times_ns, TIMES_COUNT, true);
}

/* Resident pages by /proc/self/statm; 0 where that cannot be read. */
static uint64_t
resident_bytes(void)
{
	unsigned long long total;
	unsigned long long resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu %llu", &total, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t
ns_of(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_usec * 1000;
}

static void
process_write(struct writer *to, const struct metrics *metrics)
{
	struct rusage usage;

	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	head(to, "process_cpu_seconds_total", "counter", "Processor time, user and system.");
	writer_string(to, "process_cpu_seconds_total ");
	seconds(to, ns_of(&usage.ru_utime) + ns_of(&usage.ru_stime));
	writer_string(to, "\n");
	single(to, "process_resident_memory_bytes", "gauge", "Resident memory.",
	       resident_bytes());
	head(to, "process_start_time_seconds", "gauge", "When the process began, since 1970.");
	writer_string(to, "process_start_time_seconds ");
	seconds(to, (uint64_t)metrics->began_ms * 1000000);
	writer_string(to, "\n");
}

void
metrics_write(const struct metrics *metrics, struct writer *writer)
{
	build_write(writer, metrics);
	verdicts_write(writer, "tallyd_ballots_total", "Ballots answered, by verdict.",
		       metrics->ballots);
	verdicts_write(writer, "tallyd_answers_total",
		       "All answers with a verdict, ballots' and notices' among them.",
		       metrics->answers);
	single(writer, "tallyd_ready", "gauge", "1 if a ballot sent now could be accepted.",
	       get(&metrics->ready));
	connections_write(writer, metrics);
	parcels_write(writer, metrics);
	tree_write(writer, metrics);
	commits_write(writer, metrics);
	work_write(writer, metrics);
	process_write(writer, metrics);
	CHECK(!writer->failed);
}
