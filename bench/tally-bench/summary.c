#include "bench/tally-bench/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/tally-bench/figure.h"
#include "bench/tally-bench/histogram.h"
#include "bench/tally-bench/thin.h"

enum {
	BAR_CELLS = 30,
	CURVE_CELLS = 60,
};

struct paper {
	FILE *to;
	struct summary_look look;
};

struct summary_look
summary_look(FILE *to)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *plain = getenv("NO_COLOR");
	const char *locale = NULL;

	for (size_t i = 0; i < 3 && (locale == NULL || *locale == '\0'); i++)
		locale = getenv(names[i]);
	return (struct summary_look){
	    .blocks = locale != NULL && (strcasestr(locale, "utf-8") != NULL ||
					 strcasestr(locale, "utf8") != NULL),
	    .bold = isatty(fileno(to)) && (plain == NULL || *plain == '\0'),
	};
}

/* Eighths of a cell from the left. */
static void
bar(const struct paper *paper, double share)
{
	static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	int eighths = (int)lround(fmin(fmax(share, 0), 1) * BAR_CELLS * 8);

	if (share > 0 && eighths == 0)
		eighths = 1;
	for (int i = 0; i < (paper->look.blocks ? eighths / 8 : (eighths + 7) / 8); i++)
		fputs(paper->look.blocks ? "█" : "#", paper->to);
	if (paper->look.blocks)
		fputs(parts[eighths % 8], paper->to);
	fputc('\n', paper->to);
}

static void
title(const struct paper *paper, const char *text)
{
	fprintf(paper->to, "%s%s%s\n", paper->look.bold ? "\033[1m" : "", text,
		paper->look.bold ? "\033[0m" : "");
}

static void
line(const struct paper *paper, const char *name, const char *figure, const char *more)
{
	fprintf(paper->to, "  %-22s %12s  %s\n", name, figure, more);
}

static double
per_second(double amount, const struct run_sample *sample)
{
	return amount * 1e9 / (double)sample->length_ns;
}

/* One character a point, by height: what the rate did over time. */
static void
curve(const struct paper *paper, const struct run *run)
{
	static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char plain[] = " .:-=+*#@";
	static struct thin thin;
	double most = 0;
	size_t cells;

	thin_make(&thin, run);
	if (thin.count < 3)
		return;
	cells = thin.count < CURVE_CELLS ? thin.count : CURVE_CELLS;
	for (size_t i = 0; i < thin.count; i++)
		most = fmax(most, thin.answered[i]);
	fputs("  over time   |", paper->to);
	for (size_t i = 0; i < cells; i++) {
		double here = thin.answered[i * thin.count / cells];
		int height = most > 0 ? (int)ceil(here / most * 8) : 0;

		if (paper->look.blocks)
			fputs(blocks[height], paper->to);
		else
			fputc(plain[height], paper->to);
	}
	fputs("|\n", paper->to);
}

static void
rates(const struct paper *paper, const struct run *run)
{
	const struct run_sample *total = &run->total;
	struct figure figure;
	struct figure more;
	char text[96] = "";

	if (run->open)
		snprintf(text, sizeof text, "of %s/s offered",
			 figure_number(&more, run->offered_rate));
	line(paper, "answers/s", figure_number(&figure, run_rate(total)), text);
	curve(paper, run);
	snprintf(text, sizeof text, "in %s", figure_time(&more, (double)total->length_ns));
	line(paper, "answered", figure_count(&figure, total->answered), text);
	if (run->open)
		line(paper, "sent late", figure_count(&figure, total->late),
		     "more than 1 ms after their time");
	if (total->resent > 0)
		line(paper, "sent again", figure_count(&figure, total->resent), "");
	if (run->open)
		line(paper, "behind", figure_count(&figure, total->behind),
		     "due and never sent");
	if (run->unanswered > 0)
		line(paper, "given up", figure_count(&figure, run->unanswered), "unanswered");
	if (total->reconnects > 0)
		line(paper, "reconnects", figure_count(&figure, total->reconnects), "");
}

static void
waits(const struct paper *paper, const struct run *run)
{
	static const struct {
		const char *name;
		double share;
	} rows[] = {
	    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"longest", 1}};
	double most;

	if (run->latency == NULL || run->latency->count == 0)
		return;
	most = (double)run->latency->max;
	fprintf(paper->to, "  wait %s\n",
		run->open ? "from the intended time"
			  : "in the load's own windows, not what a voter would wait:");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double ns = (double)histogram_quantile(run->latency, rows[i].share);
		struct figure figure;

		fprintf(paper->to, "    %-8s %10s  ", rows[i].name, figure_time(&figure, ns));
		bar(paper, most > 0 ? ns / most : 0);
	}
}

/* Was such a surprise among those before it? */
static bool
is_like_another(const struct run *run, size_t at)
{
	const struct run_surprise *surprise = &run->surprises[at];

	for (size_t i = 0; i < at; i++)
		if (strcmp(run->surprises[i].kind, surprise->kind) == 0 &&
		    run->surprises[i].verdict == surprise->verdict)
			return true;
	return false;
}

static void
verdicts(const struct paper *paper, const struct run *run)
{
	const struct run_sample *total = &run->total;
	uint64_t all = total->verdicts_unknown;
	struct figure figure;

	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		all += total->verdicts[i];
	if (all > 0)
		fputs("  verdicts\n", paper->to);
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++) {
		if (total->verdicts[i] == 0)
			continue;
		fprintf(paper->to, "    %-20s %12s  ", tally_verdict_text(i)->name,
			figure_count(&figure, total->verdicts[i]));
		bar(paper, (double)total->verdicts[i] / (double)all);
	}
	if (total->verdicts_unknown > 0)
		line(paper, "  unknown here", figure_count(&figure, total->verdicts_unknown),
		     "");
	for (size_t i = 0; i < run->surprises_count; i++) {
		if (is_like_another(run, i))
			continue;
		fprintf(paper->to, "    ballot %llu (%s): foretold %s, answered %s\n",
			(unsigned long long)run->surprises[i].place, run->surprises[i].kind,
			tally_verdict_text(run->surprises[i].foretold)->name,
			tally_verdict_text(run->surprises[i].verdict)->name);
	}
	if (run->kinds_count == 0)
		line(paper, "surprises", "", "not looked at: there is no FILE.kinds");
	else
		line(paper, "surprises",
		     total->surprises > 0 ? figure_count(&figure, total->surprises) : "none",
		     "answers other than the file foretold");
}

static void
server(const struct paper *paper, const struct run *run)
{
	const struct run_sample *total = &run->total;
	struct figure figure;
	struct figure more;
	char text[96] = "";

	if (run->server_ended_ns > 0)
		snprintf(text, sizeof text, "its process ended at %s: no processor time",
			 figure_time(&more, (double)run->server_ended_ns));
	if (!total->server_known) {
		line(paper, "server", "", text);
		return;
	}
	if (total->answered > 0)
		snprintf(
		    text, sizeof text, "cores; %s of CPU per answer",
		    figure_time(&more, (double)total->server_cpu_ns / (double)total->answered));
	line(paper, "server",
	     figure_number(&figure, per_second((double)total->server_cpu_ns / 1e9, total)),
	     text);
	line(paper, "its memory", figure_bytes(&figure, (double)total->server_memory_bytes),
	     "resident");
}

static void
disk(const struct paper *paper, const struct run *run)
{
	const struct run_metrics *metrics = &run->total.metrics;
	uint64_t accepted = run->total.verdicts[TALLY_ACCEPTED];
	struct figure figure;
	struct figure more;
	char text[96] = "";

	if (metrics->known && metrics->sync.count > 0) {
		snprintf(
		    text, sizeof text, "of %s on average, %.3g entries each",
		    figure_time(&more, metrics->sync.sum / (double)metrics->sync.count * 1e9),
		    metrics->batch.sum /
			(double)(metrics->batch.count > 0 ? metrics->batch.count : 1));
		line(paper, "syncs/s",
		     figure_number(&figure,
				   per_second((double)metrics->sync.count, &run->total)),
		     text);
	}
	if (accepted > 0 && metrics->known)
		line(paper, "ledger per ballot",
		     figure_bytes(&figure, (double)metrics->log_bytes / (double)accepted), "");
	if (accepted > 0 && run->has_data)
		line(paper, "disk per ballot",
		     figure_bytes(&figure, (double)run->data_bytes / (double)accepted),
		     "all of the data directory");
}

static void
print_run(const struct paper *paper, const struct run *run)
{
	struct figure figure;

	title(paper, run->label);
	if (run->interrupted)
		fputs("  interrupted: this is what it had measured\n", paper->to);
	if (run->total.length_ns == 0) {
		fputs("  nothing was measured\n", paper->to);
		return;
	}
	if (run->missing > 0)
		fprintf(paper->to,
			"  THE BALLOTS RAN OUT: the last %s that were wanted were not there\n",
			figure_count(&figure, run->missing));
	rates(paper, run);
	waits(paper, run);
	verdicts(paper, run);
	if (run->has_server)
		server(paper, run);
	line(paper, "the load itself",
	     figure_number(&figure,
			   per_second((double)run->total.client_cpu_ns / 1e9, &run->total)),
	     "cores");
	disk(paper, run);
}

static void
print_sweep(const struct paper *paper, const struct run_set *set)
{
	const struct run *knee = run_knee(set);
	double most = 0;

	for (size_t i = 0; i < set->runs_count; i++)
		most = fmax(most, run_rate(&set->runs[i].total));
	title(paper, "over the offered load");
	fprintf(paper->to, "  %-22s %10s %9s %9s\n", "", "answers/s", "p50", "p99");
	for (size_t i = 0; i < set->runs_count; i++) {
		const struct run *run = &set->runs[i];
		double rate = run_rate(&run->total);
		struct figure figures[3];
		double p50 = 0;
		double p99 = 0;

		if (run->latency != NULL) {
			p50 = (double)histogram_quantile(run->latency, 0.5);
			p99 = (double)histogram_quantile(run->latency, 0.99);
		}
		fprintf(paper->to, "  %-22.22s %10s %9s %9s  ", run->label,
			figure_number(&figures[0], rate), figure_time(&figures[1], p50),
			figure_time(&figures[2], p99));
		bar(paper, most > 0 ? rate / most * 0.7 : 0);
	}
	if (knee != NULL)
		fprintf(paper->to, "  knee: %s; %s (rate / p99)\n", knee->label,
			run_is_greatest(set, knee)
			    ? "the greatest load offered: it may lie beyond"
			    : "beyond it waits grow more than answers");
}

void
summary_print(FILE *to, const struct run_set *set, const struct host *machine,
	      struct summary_look look)
{
	const struct paper paper = {to, look};
	struct figure figure;

	fprintf(to, "%s, %u cores, %s; %s; %s; load %.2f\n", machine->processor, machine->cores,
		figure_bytes(&figure, (double)machine->memory_bytes), machine->system,
		machine->libraries, machine->load);
	if (set->left_out[0] != '\0')
		fprintf(to, "TOO FEW BALLOTS, left out: %s\n", set->left_out);
	if (set->runs_count == 0)
		fputs("nothing was measured\n", to);
	for (size_t i = 0; i < set->runs_count; i++)
		print_run(&paper, &set->runs[i]);
	if (set->swept && set->runs_count > 0)
		print_sweep(&paper, set);
}
