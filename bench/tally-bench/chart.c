#include "bench/tally-bench/chart.h"

#include <math.h>

#include "base/check.h"

enum {
	WIDTH = 720,
	HEIGHT = 270,
	LEFT = 74,
	RIGHT = 14,
	TOP = 30,
	BOTTOM = 44,
	TICKS_MAX = 16,
};

/* From what is measured to places in the picture. */
struct axis {
	double low;
	double high;
	bool logarithmic;
	double from; /* where `low` is */
	double to;
	size_t ticks_count;
	double ticks[TICKS_MAX];
};

void
chart_text(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '<')
			fputs("&lt;", to);
		else if (byte == '>')
			fputs("&gt;", to);
		else if (byte == '&')
			fputs("&amp;", to);
		else if (byte == '"')
			fputs("&quot;", to);
		else
			fputc(byte < 0x20 || byte >= 0x7f ? '?' : byte, to);
	}
}

/* axes */

static double
place(const struct axis *axis, double value)
{
	double share = axis->logarithmic ? log(value / axis->low) / log(axis->high / axis->low)
					 : (value - axis->low) / (axis->high - axis->low);

	return axis->from + share * (axis->to - axis->from);
}

/* 1, 2 or 5 times a power of ten, so that there are about five steps. */
static double
step_of(double high)
{
	double power = pow(10, floor(log10(high / 5)));
	double most = high / 5 / power;

	return power * (most > 5 ? 10 : most > 2 ? 5 : most > 1 ? 2 : 1);
}

static void
tick(struct axis *axis, double value)
{
	if (axis->ticks_count < TICKS_MAX)
		axis->ticks[axis->ticks_count++] = value;
}

/* Ends at the last tick where `whole`, else at `most` itself. */
static void
make_linear(struct axis *axis, double most, bool whole)
{
	double step = step_of(most > 0 ? most : 1);
	double end = most > 0 ? most : 1;

	axis->low = 0;
	axis->high = whole ? ceil(end * 1.02 / step) * step : end;
	for (unsigned i = 0; i * step <= axis->high * (1 + 1e-9); i++)
		tick(axis, i * step);
}

/* Whole powers of ten; 2 and 5 of each too where there are few. */
static void
make_logarithmic(struct axis *axis, double least, double most)
{
	int low = (int)floor(log10(least));
	int high = (int)ceil(log10(most * 1.0001));
	int every = (high - low + 7) / 8;

	axis->logarithmic = true;
	axis->low = pow(10, low);
	axis->high = pow(10, high);
	for (int i = low; i <= high; i += every) {
		tick(axis, pow(10, i));
		if (high - low <= 3 && i < high) {
			tick(axis, 2 * pow(10, i));
			tick(axis, 5 * pow(10, i));
		}
	}
}

/* lines */

static bool
is_point(const struct chart *chart, const struct chart_series *series, size_t i)
{
	return isfinite(series->y[i]) && (!chart->logarithmic || series->y[i] > 0);
}

struct extent {
	double x_most;
	double y_least;
	double y_most;
	size_t points;
};

static struct extent
measure(const struct chart *chart)
{
	struct extent extent = {.y_least = INFINITY};

	for (size_t s = 0; s < chart->series_count; s++) {
		const struct chart_series *series = &chart->series[s];

		for (size_t i = 0; i < series->count; i++) {
			if (!is_point(chart, series, i))
				continue;
			extent.points++;
			extent.x_most = fmax(extent.x_most, series->x[i]);
			extent.y_least = fmin(extent.y_least, series->y[i]);
			extent.y_most = fmax(extent.y_most, series->y[i]);
		}
	}
	return extent;
}

/* "12,000" is "12k", so that labels stay narrow. */
static void
tick_text(FILE *to, double value)
{
	if (value >= 1e6)
		fprintf(to, "%gM", value / 1e6);
	else if (value >= 1e4)
		fprintf(to, "%gk", value / 1e3);
	else
		fprintf(to, "%.6g", value);
}

static void
begin(FILE *to, const char *title, const char *x_label, const char *y_label)
{
	fprintf(to,
		"<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" "
		"xmlns=\"http://www.w3.org/2000/svg\"><title>",
		WIDTH, HEIGHT);
	chart_text(to, title);
	fprintf(to, "</title>\n<text class=\"name\" x=\"0\" y=\"14\">");
	chart_text(to, title);
	fprintf(to, "</text>\n<text class=\"unit\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
		(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6);
	chart_text(to, x_label);
	fprintf(to,
		"</text>\n<text class=\"unit\" transform=\"rotate(-90)\" x=\"%d\" y=\"12\" "
		"text-anchor=\"middle\">",
		-(TOP + HEIGHT - BOTTOM) / 2);
	chart_text(to, y_label);
	fputs("</text>\n", to);
}

static void
end(FILE *to)
{
	fputs("</svg></figure>\n", to);
}

static void
draw_y(FILE *to, const struct axis *axis)
{
	for (size_t i = 0; i < axis->ticks_count; i++) {
		double y = place(axis, axis->ticks[i]);

		fprintf(to,
			"<path class=\"grid\" d=\"M%d %.1fH%d\"/>"
			"<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
			LEFT, y, WIDTH - RIGHT, LEFT - 7, y + 4);
		tick_text(to, axis->ticks[i]);
		fputs("</text>\n", to);
	}
}

static void
draw_x(FILE *to, const struct axis *axis)
{
	fprintf(to, "<path class=\"axis\" d=\"M%d %dH%d\"/>\n", LEFT, HEIGHT - BOTTOM,
		WIDTH - RIGHT);
	for (size_t i = 0; i < axis->ticks_count; i++) {
		double x = place(axis, axis->ticks[i]);

		fprintf(to,
			"<path class=\"axis\" d=\"M%.1f %dv4\"/>"
			"<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
			x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 17);
		tick_text(to, axis->ticks[i]);
		fputs("</text>\n", to);
	}
}

/* From the right, so that it never meets the title on the left. */
static void
draw_legend(FILE *to, const struct chart *chart)
{
	int x = WIDTH - RIGHT;

	for (size_t s = chart->series_count; s-- > 0;) {
		size_t letters = 0;

		while (chart->series[s].name[letters] != '\0')
			letters++;
		x -= (int)letters * 8 + 42;
		fprintf(to,
			"<path class=\"line s%zu\" d=\"M%d 10h22\"/>"
			"<text class=\"tick\" x=\"%d\" y=\"14\">",
			s, x, x + 27);
		chart_text(to, chart->series[s].name);
		fputs("</text>\n", to);
	}
}

static void
draw_dots(FILE *to, const struct chart *chart, size_t s, const struct axis *x,
	  const struct axis *y)
{
	const struct chart_series *series = &chart->series[s];

	for (size_t i = 0; i < series->count; i++)
		if (is_point(chart, series, i))
			fprintf(to,
				"<circle class=\"dot s%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
				s, place(x, series->x[i]), place(y, series->y[i]));
	fputc('\n', to);
}

static void
draw_series(FILE *to, const struct chart *chart, size_t s, const struct axis *x,
	    const struct axis *y)
{
	const struct chart_series *series = &chart->series[s];
	bool pen = false;
	size_t points = 0;

	fprintf(to, "<path class=\"line s%zu\" d=\"", s);
	for (size_t i = 0; i < series->count; i++) {
		if (!is_point(chart, series, i)) {
			pen = false;
			continue;
		}
		fprintf(to, "%c%.1f %.1f", pen ? 'L' : 'M', place(x, series->x[i]),
			place(y, series->y[i]));
		pen = true;
		points++;
	}
	fputs("\"/>\n", to);
	if (series->dots || points <= 2)
		draw_dots(to, chart, s, x, y);
}

bool
chart_lines(FILE *to, const struct chart *chart)
{
	struct extent extent = measure(chart);
	struct axis x = {.from = LEFT, .to = WIDTH - RIGHT};
	struct axis y = {.from = HEIGHT - BOTTOM, .to = TOP};

	CHECK(chart->series_count <= CHART_SERIES_MAX);
	if (extent.points == 0)
		return false;
	make_linear(&x, extent.x_most, false);
	if (chart->logarithmic)
		make_logarithmic(&y, extent.y_least, extent.y_most);
	else
		make_linear(&y, extent.y_most, true);
	begin(to, chart->title, chart->x_label, chart->y_label);
	draw_y(to, &y);
	draw_x(to, &x);
	draw_legend(to, chart);
	for (size_t s = chart->series_count; s-- > 0;)
		draw_series(to, chart, s, &x, &y);
	end(to);
	return true;
}

/* bars */

static void
draw_bar(FILE *to, const struct chart_bars *chart, size_t i, const struct axis *y)
{
	double width = (double)(WIDTH - LEFT - RIGHT) / (double)chart->count;
	double x = LEFT + width * (double)i;
	double top = place(y, chart->values[i]);
	double height = HEIGHT - BOTTOM - top;

	if (chart->values[i] > 0)
		fprintf(to,
			"<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
			"height=\"%.1f\"/>",
			x + width * 0.1, height < 1 ? HEIGHT - BOTTOM - 1 : top, width * 0.8,
			height < 1 ? 1 : height);
	fprintf(to, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
		x + width / 2, HEIGHT - BOTTOM + 17);
	chart_text(to, chart->labels[i]);
	fputs("</text>\n", to);
}

bool
chart_bars(FILE *to, const struct chart_bars *chart)
{
	struct axis y = {.from = HEIGHT - BOTTOM, .to = TOP};
	double most = 0;

	CHECK(chart->count <= CHART_BARS_MAX);
	for (size_t i = 0; i < chart->count; i++)
		most = fmax(most, chart->values[i]);
	if (most <= 0)
		return false;
	make_linear(&y, most, true);
	begin(to, chart->title, chart->x_label, chart->y_label);
	draw_y(to, &y);
	draw_x(to, &(struct axis){.ticks_count = 0});
	for (size_t i = 0; i < chart->count; i++)
		draw_bar(to, chart, i, &y);
	end(to);
	return true;
}
