#include "bench/tally-bench/page_run.h"

#include <math.h>

#include "bench/tally-bench/chart.h"
#include "bench/tally-bench/figure.h"
#include "bench/tally-bench/histogram.h"
#include "bench/tally-bench/thin.h"

static double
per_second(double amount, const struct run_sample *sample)
{
	return sample->length_ns == 0 ? 0 : amount * 1e9 / (double)sample->length_ns;
}

/* figures */

static void
tile(FILE *to, const char *figure, const char *name)
{
	fprintf(to, "<div class=\"tile\"><b>%s</b><span>", figure);
	chart_text(to, name);
	fputs("</span></div>\n", to);
}

static void
latency_tiles(FILE *to, const struct run *run)
{
	struct figure room;

	if (run->latency == NULL || run->latency->count == 0)
		return;
	tile(to, figure_time(&room, (double)histogram_quantile(run->latency, 0.5)),
	     "p50 to the durable answer");
	tile(to, figure_time(&room, (double)histogram_quantile(run->latency, 0.99)), "p99");
	tile(to, figure_time(&room, (double)histogram_quantile(run->latency, 0.999)), "p99.9");
	tile(to, figure_time(&room, (double)run->latency->max), "longest");
}

static void
server_tiles(FILE *to, const struct run *run)
{
	const struct run_sample *total = &run->total;
	struct figure room;

	if (run->server_ended_ns > 0)
		tile(to, figure_time(&room, (double)run->server_ended_ns),
		     "then the server's process had ended");
	if (run->has_server && total->server_known) {
		tile(
		    to,
		    figure_number(&room, per_second((double)total->server_cpu_ns / 1e9, total)),
		    "cores of the server");
		if (total->answered > 0)
			tile(to,
			     figure_time(&room, (double)total->server_cpu_ns /
						    (double)total->answered),
			     "its CPU per answer");
		tile(to, figure_bytes(&room, (double)total->server_memory_bytes), "its memory");
	}
	if (total->metrics.known) {
		tile(to,
		     figure_number(&room, per_second((double)total->metrics.sync.count, total)),
		     "syncs/s");
		if (total->metrics.batch.count > 0)
			tile(to,
			     figure_number(&room, total->metrics.batch.sum /
						      (double)total->metrics.batch.count),
			     "entries a commit");
	}
	if (total->verdicts[TALLY_ACCEPTED] > 0 && total->metrics.known)
		tile(to,
		     figure_bytes(&room, (double)total->metrics.log_bytes /
					     (double)total->verdicts[TALLY_ACCEPTED]),
		     "ledger per accepted ballot");
}

static void
tiles(FILE *to, const struct run *run)
{
	struct figure room;

	fputs("<div class=\"tiles\">\n", to);
	tile(to, figure_number(&room, run_rate(&run->total)), "answers/s");
	if (run->open)
		tile(to, figure_number(&room, run->offered_rate), "offered/s");
	latency_tiles(to, run);
	server_tiles(to, run);
	tile(to,
	     figure_number(&room,
			   per_second((double)run->total.client_cpu_ns / 1e9, &run->total)),
	     "cores of the load itself");
	fputs("</div>\n", to);
}

/* curves */

static void
rate_curve(FILE *to, const struct run *run, const struct thin *thin)
{
	struct chart chart = {
	    .title = run->open ? "Offered and answered" : "Answered",
	    .x_label = thin->minutes ? "time (min)" : "time (s)",
	    .y_label = "ballots/s",
	    .series = {{"answered", thin->x, thin->answered, thin->count, false},
		       {"offered", thin->x, thin->offered, thin->count, false}},
	    .series_count = run->open ? 2 : 1,
	};

	(void)chart_lines(to, &chart);
}

static void
latency_curve(FILE *to, const struct run *run, const struct thin *thin)
{
	struct chart chart = {
	    .title = run->open ? "Wait from the intended time" : "Wait for the answer",
	    .x_label = thin->minutes ? "time (min)" : "time (s)",
	    .y_label = "ms (logarithmic)",
	    .logarithmic = true,
	    .series = {{"p50", thin->x, thin->p50_ms, thin->count, false},
		       {"p99", thin->x, thin->p99_ms, thin->count, false},
		       {"p99.9", thin->x, thin->p999_ms, thin->count, false}},
	    .series_count = 3,
	};

	(void)chart_lines(to, &chart);
}

static void
cores_curve(FILE *to, const struct run *run, const struct thin *thin)
{
	struct chart chart = {
	    .title = "Processor",
	    .x_label = thin->minutes ? "time (min)" : "time (s)",
	    .y_label = "cores",
	    .series = {{"the load itself", thin->x, thin->client_cores, thin->count, false},
		       {"server", thin->x, thin->server_cores, thin->count, false}},
	    .series_count = run->has_server ? 2 : 1,
	};

	(void)chart_lines(to, &chart);
}

static void
waiting_curve(FILE *to, const struct thin *thin)
{
	struct chart chart = {
	    .title = "Ballots waiting: sent or due, not answered",
	    .x_label = thin->minutes ? "time (min)" : "time (s)",
	    .y_label = "ballots",
	    .series = {{"waiting", thin->x, thin->in_flight, thin->count, false}},
	    .series_count = 1,
	};

	(void)chart_lines(to, &chart);
}

static void
syncs_curve(FILE *to, const struct thin *thin)
{
	struct chart chart = {
	    .title = "Syncs of the disk",
	    .x_label = thin->minutes ? "time (min)" : "time (s)",
	    .y_label = "syncs/s",
	    .series = {{"syncs", thin->x, thin->syncs, thin->count, false}},
	    .series_count = 1,
	};

	(void)chart_lines(to, &chart);
}

/* spreads */

/* The buckets from the first to the last that hold anything. */
static void
spread_bars(FILE *to, const struct run_spread *spread, double scale, struct chart_bars *bars)
{
	size_t first = spread->buckets_count;
	size_t last = 0;
	uint64_t below = 0;

	for (size_t i = 0; i < spread->buckets_count; i++) {
		if (spread->at_most[i] > below) {
			first = i < first ? i : first;
			last = i;
		}
		below = spread->at_most[i];
	}
	for (size_t i = first; i < spread->buckets_count && i <= last; i++) {
		size_t at = bars->count++;
		uint64_t before = i > 0 ? spread->at_most[i - 1] : 0;

		if (isfinite(spread->bounds[i]))
			snprintf(bars->labels[at], sizeof bars->labels[at], "%g",
				 spread->bounds[i] * scale);
		else
			snprintf(bars->labels[at], sizeof bars->labels[at], "more");
		bars->values[at] = (double)(spread->at_most[i] - before);
	}
	(void)chart_bars(to, bars);
}

static void
spreads(FILE *to, const struct run_metrics *metrics)
{
	struct chart_bars batch = {.title = "Entries of a commit",
				   .x_label = "entries, at most",
				   .y_label = "commits"};
	struct chart_bars sync = {
	    .title = "Time of a sync", .x_label = "ms, at most", .y_label = "syncs"};

	if (!metrics->known)
		return;
	spread_bars(to, &metrics->batch, 1, &batch);
	spread_bars(to, &metrics->sync, 1000, &sync);
}

/* tables */

static void
row(FILE *to, const char *name, const char *figure)
{
	fputs("<tr><td>", to);
	chart_text(to, name);
	fputs("</td><td class=\"number\">", to);
	chart_text(to, figure);
	fputs("</td></tr>\n", to);
}

static void
count_row(FILE *to, const char *name, uint64_t count)
{
	struct figure room;

	row(to, name, figure_count(&room, count));
}

static void
verdicts(FILE *to, const struct run_sample *total)
{
	uint64_t all = total->verdicts_unknown;
	struct figure count;
	struct figure share;

	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		all += total->verdicts[i];
	if (all == 0)
		return;
	fputs("<table><caption>Verdicts</caption>\n", to);
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++) {
		double part = (double)total->verdicts[i] / (double)all;

		if (total->verdicts[i] == 0)
			continue;
		fputs("<tr><td>", to);
		chart_text(to, tally_verdict_text(i)->name);
		fprintf(to,
			"</td><td class=\"number\">%s</td><td class=\"number\">%s</td>"
			"<td class=\"wide\"><i style=\"width:%.1f%%\"></i></td></tr>\n",
			figure_count(&count, total->verdicts[i]), figure_share(&share, part),
			part * 100);
	}
	if (total->verdicts_unknown > 0)
		count_row(to, "numbers unknown here", total->verdicts_unknown);
	fputs("</table>\n", to);
}

static void
surprises(FILE *to, const struct run *run)
{
	struct figure room;

	if (run->surprises_count == 0)
		return;
	fprintf(to,
		"<table><caption>Answered otherwise than foretold, the first of %s</caption>\n",
		figure_count(&room, run->total.surprises));
	fputs("<tr><th>ballot</th><th>kind</th><th>foretold</th><th>answered</th></tr>\n", to);
	for (size_t i = 0; i < run->surprises_count; i++) {
		const struct run_surprise *surprise = &run->surprises[i];

		fprintf(to, "<tr><td>%s</td><td>", figure_count(&room, surprise->place));
		chart_text(to, surprise->kind);
		fprintf(to, "</td><td>%s</td><td>%s</td></tr>\n",
			tally_verdict_text(surprise->foretold)->name,
			tally_verdict_text(surprise->verdict)->name);
	}
	fputs("</table>\n", to);
}

static void
counts(FILE *to, const struct run *run)
{
	const struct run_sample *total = &run->total;
	struct figure room;

	fputs("<table><caption>Counts</caption>\n", to);
	row(to, "lasted", figure_time(&room, (double)total->length_ns));
	count_row(to, "offered", total->offered);
	count_row(to, "sent", total->sent);
	count_row(to, "answered", total->answered);
	if (run->open)
		count_row(to, "sent more than 1 ms late", total->late);
	if (run->open)
		count_row(to, "behind: due and never sent", total->behind);
	count_row(to, "sent again", total->resent);
	count_row(to, "given up, unanswered", run->unanswered);
	if (run->kinds_count > 0)
		count_row(to, "surprises: answers other than foretold", total->surprises);
	else
		row(to, "surprises: there is no FILE.kinds", "not looked at");
	count_row(to, "reconnects", total->reconnects);
	count_row(to, "connections", run->connections);
	count_row(to, "answers owed to each, at most", run->window);
	count_row(to, "threads of the load", run->threads);
	if (run->has_data)
		row(to, "data directory grew by", figure_bytes(&room, (double)run->data_bytes));
	fputs("</table>\n", to);
}

static void
curves(FILE *to, const struct run *run)
{
	static struct thin thin;

	thin_make(&thin, run);
	if (thin.count == 0)
		return;
	if (thin.every > 1)
		fprintf(to,
			"<p>Each point is about %.1f s: rates are its mean, quantiles the "
			"highest of its seconds.</p>\n",
			thin.span_s);
	fputs("<div class=\"charts\">\n", to);
	rate_curve(to, run, &thin);
	latency_curve(to, run, &thin);
	waiting_curve(to, &thin);
	cores_curve(to, run, &thin);
	syncs_curve(to, &thin);
	spreads(to, &run->total.metrics);
	fputs("</div>\n", to);
}

void
page_run(FILE *to, const struct run *run)
{
	struct figure room;

	fputs("<section><h2>", to);
	chart_text(to, run->label);
	fputs("</h2>\n", to);
	if (run->interrupted)
		fputs("<p>It was interrupted: this is what it had measured.</p>\n", to);
	if (run->total.length_ns == 0) {
		fputs("<p>Nothing was measured.</p></section>\n", to);
		return;
	}
	if (run->missing > 0)
		fprintf(to,
			"<p><b>The ballots ran out</b>: the last %s that were wanted were not "
			"there.</p>\n",
			figure_count(&room, run->missing));
	if (!run->open)
		fprintf(
		    to,
		    "<p>A closed loop: %u connections that always owe up to %u answers each. "
		    "Its "
		    "waits are mostly those of ballots in that queue, not what a voter would "
		    "wait.</p>\n",
		    run->connections, run->window);
	tiles(to, run);
	curves(to, run);
	fputs("<div class=\"tables\">\n", to);
	verdicts(to, &run->total);
	counts(to, run);
	surprises(to, run);
	fputs("</div></section>\n", to);
}
