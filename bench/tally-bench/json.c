#include "bench/tally-bench/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tally-bench/histogram.h"
#include "tools/lib/wholefile.h"

static double
seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static void
put(json_t *object, const char *name, json_t *value)
{
	CHECK(value != NULL && json_object_set_new(object, name, value) == 0);
}

/* Labels and names come from a command line: what is not ASCII there becomes '?'. */
static json_t *
text(const char *string)
{
	char clean[1024];
	size_t size = 0;

	for (; string[size] != '\0' && size + 1 < sizeof clean; size++)
		clean[size] = (unsigned char)string[size] < 0x80 ? string[size] : '?';
	clean[size] = '\0';
	return json_string(clean);
}

static void
put_count(json_t *object, const char *name, uint64_t count)
{
	put(object, name, json_integer((json_int_t)count));
}

static json_t *
of_quantiles(const struct run_quantiles *quantiles)
{
	json_t *object = json_object();

	put_count(object, "count", quantiles->count);
	put_count(object, "p50", quantiles->p50_ns);
	put_count(object, "p99", quantiles->p99_ns);
	put_count(object, "p999", quantiles->p999_ns);
	put_count(object, "max", quantiles->max_ns);
	return object;
}

static json_t *
of_histogram(const struct histogram *histogram)
{
	json_t *object;

	if (histogram == NULL)
		return json_null();
	object = json_object();
	put_count(object, "count", histogram->count);
	put(object, "mean", json_real(histogram_mean(histogram)));
	put_count(object, "min", histogram->min);
	put_count(object, "p50", histogram_quantile(histogram, 0.5));
	put_count(object, "p90", histogram_quantile(histogram, 0.9));
	put_count(object, "p99", histogram_quantile(histogram, 0.99));
	put_count(object, "p999", histogram_quantile(histogram, 0.999));
	put_count(object, "p9999", histogram_quantile(histogram, 0.9999));
	put_count(object, "max", histogram->max);
	return object;
}

static json_t *
of_verdicts(const struct run_sample *sample)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		if (sample->verdicts[i] > 0)
			put_count(object, tally_verdict_text(i)->name, sample->verdicts[i]);
	if (sample->verdicts_unknown > 0)
		put_count(object, "unknown-verdict", sample->verdicts_unknown);
	return object;
}

static json_t *
of_spread(const struct run_spread *spread)
{
	json_t *object;
	json_t *bounds = json_array();
	json_t *at_most = json_array();

	for (size_t i = 0; i < spread->buckets_count; i++) {
		bool finite = isfinite(spread->bounds[i]);

		json_array_append_new(bounds,
				      finite ? json_real(spread->bounds[i]) : json_null());
		json_array_append_new(at_most, json_integer((json_int_t)spread->at_most[i]));
	}
	object = json_object();
	put(object, "bounds", bounds);
	put(object, "at_most", at_most);
	put(object, "sum", json_real(spread->sum));
	put_count(object, "count", spread->count);
	return object;
}

static json_t *
of_metrics(const struct run_metrics *metrics)
{
	json_t *object;

	if (!metrics->known)
		return json_null();
	object = json_object();
	put(object, "batch_entries", of_spread(&metrics->batch));
	put(object, "sync_s", of_spread(&metrics->sync));
	put(object, "commit_s", of_spread(&metrics->commit));
	put_count(object, "log_bytes", metrics->log_bytes);
	put_count(object, "tree_size", metrics->tree_size);
	put_count(object, "queued", metrics->queued);
	return object;
}

static json_t *
of_server(const struct run_sample *sample, const struct run *run)
{
	json_t *object;

	if (!run->has_server || !sample->server_known)
		return json_null();
	object = json_object();
	put(object, "cpu_s", json_real(seconds(sample->server_cpu_ns)));
	put_count(object, "memory_bytes", sample->server_memory_bytes);
	put(object, "written_bytes",
	    run->has_written ? json_integer((json_int_t)sample->server_written_bytes)
			     : json_null());
	put_count(object, "context_switches", sample->server_context_switches);
	return object;
}

static json_t *
of_sample(const struct run_sample *sample, const struct run *run)
{
	json_t *object = json_object();

	put(object, "at_s", json_real(seconds(sample->at_ns)));
	put(object, "length_s", json_real(seconds(sample->length_ns)));
	put_count(object, "offered", sample->offered);
	put_count(object, "sent", sample->sent);
	put_count(object, "late", sample->late);
	put_count(object, "resent", sample->resent);
	put_count(object, "answered", sample->answered);
	put_count(object, "in_flight", sample->in_flight);
	put_count(object, "behind", sample->behind);
	put_count(object, "reconnects", sample->reconnects);
	put_count(object, "surprises", sample->surprises);
	put(object, "verdicts", of_verdicts(sample));
	put(object, "latency_ns", of_quantiles(&sample->latency));
	put(object, "service_ns", of_quantiles(&sample->service));
	put(object, "client_cpu_s", json_real(seconds(sample->client_cpu_ns)));
	put(object, "server", of_server(sample, run));
	put(object, "metrics", of_metrics(&sample->metrics));
	return object;
}

static const char *
verdict_name(unsigned verdict)
{
	return tally_verdict_text(verdict)->name;
}

static json_t *
of_kinds(const struct run *run)
{
	json_t *list = json_array();

	for (size_t i = 0; i < run->kinds_count; i++) {
		const struct run_kind *kind = &run->kinds[i];
		json_t *object = json_object();

		put(object, "kind", text(kind->name));
		put(object, "foretold", json_string(verdict_name(kind->verdict)));
		put_count(object, "answered", kind->answered);
		put_count(object, "surprises", kind->surprises);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *
of_surprises(const struct run *run)
{
	json_t *list = json_array();

	for (size_t i = 0; i < run->surprises_count; i++) {
		const struct run_surprise *surprise = &run->surprises[i];
		json_t *object = json_object();

		put_count(object, "place", surprise->place);
		put(object, "kind", text(surprise->kind));
		put(object, "foretold", json_string(verdict_name(surprise->foretold)));
		put(object, "verdict", json_string(verdict_name(surprise->verdict)));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *
of_run(const struct run *run)
{
	json_t *object = json_object();
	json_t *samples = json_array();

	put(object, "label", text(run->label));
	put(object, "loop", json_string(run->open ? "open" : "closed"));
	put(object, "interrupted", json_boolean(run->interrupted));
	put_count(object, "connections", run->connections);
	put_count(object, "window", run->window);
	put_count(object, "threads", run->threads);
	put(object, "offered_per_s", run->open ? json_real(run->offered_rate) : json_null());
	put(object, "answered_per_s", json_real(run_rate(&run->total)));
	put(object, "latency_ns", of_histogram(run->latency));
	put(object, "service_ns", of_histogram(run->service));
	put(object, "verify", run->verify[0] != '\0' ? text(run->verify) : json_null());
	put(object, "sums", run->sums[0] != '\0' ? text(run->sums) : json_null());
	put(object, "server_ended_s",
	    run->server_ended_ns > 0 ? json_real(seconds(run->server_ended_ns)) : json_null());
	put_count(object, "ballot_bytes", run->ballot_bytes);
	put_count(object, "unanswered", run->unanswered);
	put_count(object, "missing", run->missing);
	put(object, "data_bytes",
	    run->has_data ? json_integer((json_int_t)run->data_bytes) : json_null());
	put(object, "ledger_bytes",
	    run->total.metrics.known ? json_integer((json_int_t)run->total.metrics.log_bytes)
				     : json_null());
	put(object, "kinds", of_kinds(run));
	put(object, "surprises", of_surprises(run));
	put(object, "total", of_sample(&run->total, run));
	for (size_t i = 0; i < run->samples_count; i++)
		json_array_append_new(samples, of_sample(&run->samples[i], run));
	put(object, "samples", samples);
	return object;
}

json_t *
json_of_host(const struct host *machine)
{
	json_t *object = json_object();

	put(object, "processor", text(machine->processor));
	put_count(object, "cores", machine->cores);
	put_count(object, "memory_bytes", machine->memory_bytes);
	put(object, "system", text(machine->system));
	put(object, "libraries", text(machine->libraries));
	put(object, "load", json_real(machine->load));
	return object;
}

json_t *
json_of_set(const struct run_set *set, const struct host *machine)
{
	json_t *object = json_object();
	json_t *runs = json_array();
	const struct run *knee = run_knee(set);

	put(object, "format", json_string(JSON_RUN_FORMAT));
	put(object, "version", json_string(TALLY_VERSION));
	put(object, "began", text(set->began));
	put(object, "server", text(set->server));
	put(object, "campaign", text(set->campaign));
	put(object, "ballots", text(set->ballots));
	put(object, "signing", json_string(set->voters_sign ? "voter" : "frontend"));
	put(object, "swept", json_boolean(set->swept));
	put(object, "machine", json_of_host(machine));
	put(object, "left_out", set->left_out[0] != '\0' ? text(set->left_out) : json_null());
	put(object, "knee", knee != NULL ? text(knee->label) : json_null());
	for (size_t i = 0; i < set->runs_count; i++)
		json_array_append_new(runs, of_run(&set->runs[i]));
	put(object, "runs", runs);
	return object;
}

enum tally_exit
json_put(json_t *root, const char *path)
{
	char *dump = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	size_t size;
	enum tally_exit code;

	json_decref(root);
	CHECK(dump != NULL);
	size = strlen(dump);
	dump[size++] = '\n'; /* in the place of its NUL */
	code = wholefile_write(path, bytes_make(dump, size));
	free(dump);
	return code;
}
