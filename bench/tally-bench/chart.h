/* chart: curves and bars as SVG inside an HTML page. Nothing is fetched, nothing runs: text, lines
 * and rectangles, coloured by the classes of the page's style (page.c), told apart by dashes
 * too, so that they can be read in print.
 *
 * Everything is well-formed XML. Names are the caller's own texts: chart_text escapes others'. */
#ifndef TALLY_BENCH_CHART_H
#define TALLY_BENCH_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
	CHART_SERIES_MAX = 4,
	CHART_BARS_MAX = 32,
};

struct chart_series {
	const char *name;
	const double *x; /* ascending */
	const double *y; /* NAN, and on a logarithmic axis what is not positive: a gap */
	size_t count;
	bool dots; /* a mark at each point */
};

struct chart {
	const char *title;
	const char *x_label; /* with its unit */
	const char *y_label;
	bool logarithmic; /* y; else y begins at 0, as x always does */
	size_t series_count;
	struct chart_series series[CHART_SERIES_MAX];
};

/* False, and nothing is written, if no series has a point. */
bool
chart_lines(FILE *to, const struct chart *chart);

struct chart_bars {
	const char *title;
	const char *x_label;
	const char *y_label;
	size_t count; /* at most CHART_BARS_MAX */
	char labels[CHART_BARS_MAX][16];
	double values[CHART_BARS_MAX];
};

/* False, and nothing is written, if no bar is above 0. */
bool
chart_bars(FILE *to, const struct chart_bars *chart);

/* Anybody's text as XML's: what XML does not have becomes '?'. */
void
chart_text(FILE *to, const char *text);

#endif
