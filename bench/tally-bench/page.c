#include "bench/tally-bench/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/tally-bench/chart.h"
#include "bench/tally-bench/figure.h"
#include "bench/tally-bench/histogram.h"
#include "bench/tally-bench/page_run.h"
#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"

/* clang-format off */
static const char style[] =
    ":root{--back:#fff;--ink:#1c1f23;--pale:#5d6570;--rule:#dde1e6;--tile:#f4f6f8;"
    "--a:#0b5fd0;--b:#c2500a;--c:#14804a;--d:#8a3ab9}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--back:#14171a;--ink:#e8eaed;"
    "--pale:#9aa3ad;--rule:#333a42;--tile:#1e2327;--a:#6cb0ff;--b:#ffa35c;--c:#5fd08f;"
    "--d:#cf9bf0}}\n"
    "body{background:var(--back);color:var(--ink);font:15px/1.45 system-ui,sans-serif;"
    "max-width:1180px;margin:0 auto;padding:24px}\n"
    "h1{font-size:24px;margin:0 0 4px}h2{font-size:19px;margin:28px 0 10px;"
    "border-bottom:1px solid var(--rule);padding-bottom:4px}\n"
    "p{margin:4px 0;color:var(--pale)}\n"
    ".tiles{display:flex;flex-wrap:wrap;gap:8px;margin:10px 0}\n"
    ".tile{background:var(--tile);border-radius:6px;padding:8px 12px;min-width:88px}\n"
    ".tile b{display:block;font-size:18px;white-space:nowrap}"
    ".tile span{color:var(--pale);font-size:12px}\n"
    ".charts{display:grid;gap:18px 24px;"
    "grid-template-columns:repeat(auto-fit,minmax(440px,1fr))}\n"
    "figure{margin:0;break-inside:avoid}"
    "svg{width:100%;height:auto;display:block;overflow:visible}\n"
    "svg text{font:13.5px system-ui,sans-serif;fill:var(--pale)}"
    "svg .name{font-weight:600;font-size:15px;fill:var(--ink)}\n"
    ".grid{stroke:var(--rule)}.axis{stroke:var(--pale)}"
    ".line{fill:none;stroke-width:1.8;stroke-linejoin:round}\n"
    ".s0{stroke:var(--a)}.s1{stroke:var(--b);stroke-dasharray:7 3}"
    ".s2{stroke:var(--c);stroke-dasharray:2 3}.s3{stroke:var(--d);stroke-dasharray:9 3 2 3}\n"
    ".dot{fill:var(--back);stroke-width:1.8;stroke-dasharray:none}.bar{fill:var(--a)}\n"
    ".tables{display:flex;flex-wrap:wrap;gap:24px;margin-top:16px;align-items:flex-start}\n"
    "table{border-collapse:collapse;font-size:13.5px}"
    "caption{text-align:left;font-weight:600;padding-bottom:4px}\n"
    "td,th{padding:3px 12px 3px 0;border-bottom:1px solid var(--rule);text-align:left}"
    "th{text-align:right}th:first-child{text-align:left}"
    ".number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    ".wide{width:160px}.wide i{display:block;height:9px;background:var(--a);min-width:1px}\n"
    "@media print{body{padding:0;font-size:12px}.bar,.wide i,.tile{print-color-adjust:exact}"
    "section{break-before:auto}}\n";
/* clang-format on */

static void
head(FILE *to, const struct run_set *set)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
	      "<head><meta charset=\"utf-8\"/><meta name=\"viewport\" "
	      "content=\"width=device-width\"/><title>tally-bench ",
	      to);
	chart_text(to, set->began);
	fprintf(to, "</title>\n<style>%s</style></head>\n<body>\n<h1>tally-bench%s</h1>\n",
		style, set->swept ? ": what load it bears" : "");
	fputs("<p>", to);
	chart_text(to, set->began);
	fputs(", server ", to);
	chart_text(to, set->server);
	fputs(", ballots ", to);
	chart_text(to, set->ballots);
	fputs("; campaign ", to);
	fprintf(to, "%.16s</p>\n", set->campaign);
}

static void
on_what(FILE *to, const struct host *machine)
{
	struct figure room;

	fputs("<p>", to);
	chart_text(to, machine->processor);
	fprintf(to, ", %u core%s, %s; ", machine->cores, machine->cores == 1 ? "" : "s",
		figure_bytes(&room, (double)machine->memory_bytes));
	chart_text(to, machine->system);
	fputs("; ", to);
	chart_text(to, machine->libraries);
	fprintf(
	    to,
	    "; load %.2f. The load was made on this machine: where the server ran here too, "
	    "they shared it.</p>\n",
	    machine->load);
}

/* Over the offered load: the runs that were offered one. */

struct sweep {
	size_t count;
	double *offered;
	double *answered;
	double *p50_ms;
	double *p99_ms;
	double *p999_ms;
};

static double
quantile_ms(const struct run *run, double share)
{
	if (run->latency == NULL || run->latency->count == 0)
		return NAN;
	return (double)histogram_quantile(run->latency, share) / 1e6;
}

/* Before the first that is offered more. */
static void
insert(struct sweep *sweep, const struct run *run)
{
	const double row[] = {run->offered_rate, run_rate(&run->total), quantile_ms(run, 0.5),
			      quantile_ms(run, 0.99), quantile_ms(run, 0.999)};
	double *const columns[] = {sweep->offered, sweep->answered, sweep->p50_ms,
				   sweep->p99_ms, sweep->p999_ms};
	size_t at = sweep->count++;

	while (at > 0 && sweep->offered[at - 1] > run->offered_rate) {
		for (size_t c = 0; c < 5; c++)
			columns[c][at] = columns[c][at - 1];
		at--;
	}
	for (size_t c = 0; c < 5; c++)
		columns[c][at] = row[c];
}

static void
sweep_charts(FILE *to, const struct sweep *sweep)
{
	struct chart rate = {
	    .title = "Answered at each load",
	    .x_label = "offered (ballots/s)",
	    .y_label = "ballots/s",
	    .series = {{"answered", sweep->offered, sweep->answered, sweep->count, true},
		       {"as offered", sweep->offered, sweep->offered, sweep->count, false}},
	    .series_count = 2,
	};
	struct chart latency = {
	    .title = "Wait from the intended time",
	    .x_label = "offered (ballots/s)",
	    .y_label = "ms (logarithmic)",
	    .logarithmic = true,
	    .series = {{"p50", sweep->offered, sweep->p50_ms, sweep->count, true},
		       {"p99", sweep->offered, sweep->p99_ms, sweep->count, true},
		       {"p99.9", sweep->offered, sweep->p999_ms, sweep->count, true}},
	    .series_count = 3,
	};

	fputs("<div class=\"charts\">\n", to);
	(void)chart_lines(to, &rate);
	(void)chart_lines(to, &latency);
	fputs("</div>\n", to);
}

static void
time_cell(FILE *to, double ms)
{
	struct figure room;

	fprintf(to, "<td class=\"number\">%s</td>",
		isfinite(ms) ? figure_time(&room, ms * 1e6) : "");
}

static void
sweep_row(FILE *to, const struct run *run)
{
	struct figure room;

	fputs("<tr><td>", to);
	chart_text(to, run->label);
	fprintf(to, "</td><td class=\"number\">%s</td>",
		run->open ? figure_number(&room, run->offered_rate) : "");
	fprintf(to, "<td class=\"number\">%s</td>",
		figure_number(&room, run_rate(&run->total)));
	time_cell(to, quantile_ms(run, 0.5));
	time_cell(to, quantile_ms(run, 0.99));
	time_cell(to, quantile_ms(run, 0.999));
	fputs("</tr>\n", to);
}

static void
sweep_put(FILE *to, const struct run_set *set)
{
	const struct run *knee = run_knee(set);
	double *memory = calloc(set->runs_count + 1, 5 * sizeof *memory);
	size_t n = set->runs_count + 1;
	struct sweep sweep = {
	    0, memory, memory + n, memory + 2 * n, memory + 3 * n, memory + 4 * n};

	CHECK(memory != NULL);
	for (size_t i = 0; i < set->runs_count; i++)
		if (set->runs[i].open && set->runs[i].total.length_ns > 0)
			insert(&sweep, &set->runs[i]);
	fputs("<section><h2>Over the offered load</h2>\n", to);
	sweep_charts(to, &sweep);
	fputs("<div class=\"tables\"><table><tr><th>run</th><th>offered/s</th><th>answers/s"
	      "</th><th>p50</th><th>p99</th><th>p99.9</th></tr>\n",
	      to);
	for (size_t i = 0; i < set->runs_count; i++)
		sweep_row(to, &set->runs[i]);
	fputs("</table></div>\n", to);
	if (knee != NULL) {
		fputs("<p>Knee: ", to);
		chart_text(to, knee->label);
		fputs(run_is_greatest(set, knee)
			  ? ", the greatest load offered: it may lie beyond"
			  : ". Beyond it waits grow more than answers",
		      to);
		fputs(" (rate / p99).</p>\n", to);
	}
	fputs("</section>\n", to);
	free(memory);
}

static void
write_page(FILE *to, const struct run_set *set, const struct host *machine)
{
	head(to, set);
	on_what(to, machine);
	if (set->left_out[0] != '\0')
		fprintf(to, "<p><b>Too few ballots</b>, left out: %s.</p>\n", set->left_out);
	if (set->runs_count == 0)
		fputs("<p>Nothing was measured.</p>\n", to);
	if (set->swept && set->runs_count > 0)
		sweep_put(to, set);
	for (size_t i = 0; i < set->runs_count; i++)
		page_run(to, &set->runs[i]);
	fputs("</body></html>\n", to);
}

enum tally_exit
page_put(const struct run_set *set, const struct host *machine, const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	enum tally_exit code = TALLY_EXIT_WORLD;

	if (memory == NULL) {
		complain("no memory for the report");
		return code;
	}
	write_page(memory, set, machine);
	if (fclose(memory) != 0)
		complain("no memory for the report");
	else
		code = wholefile_write(path, bytes_make(text, size));
	free(text);
	return code;
}
