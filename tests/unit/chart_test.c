#include "bench/tally-bench/chart.h"

#include <math.h>

#include "tests/lib/test.h"

static char *text;

static FILE *
begin(void)
{
	static size_t size;
	FILE *to;

	free(text);
	text = NULL;
	to = open_memstream(&text, &size);
	assert_non_null(to);
	return to;
}

static bool
lines(const struct chart *chart)
{
	FILE *to = begin();
	bool drawn = chart_lines(to, chart);

	assert_int_equal(fclose(to), 0);
	return drawn;
}

static bool
bars(const struct chart_bars *chart)
{
	FILE *to = begin();
	bool drawn = chart_bars(to, chart);

	assert_int_equal(fclose(to), 0);
	return drawn;
}

static void
assert_says(const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("nothing says '%s' in %s", what, text);
}

static size_t
times(const char *what)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
		count++;
	return count;
}

static const double x[] = {0, 5, 10};

static struct chart
make_chart(const double *y)
{
	return (struct chart){.title = "waits",
			      .x_label = "s",
			      .y_label = "ms",
			      .series_count = 1,
			      .series = {{.name = "p99", .x = x, .y = y, .count = 3}}};
}

/* From the left edge to the right one; y from 0 at the bottom up to a whole step. */
static void
a_line_goes_through_its_points(void **state)
{
	static const double y[] = {0, 3, 6};
	struct chart chart = make_chart(y);

	(void)state;
	assert_true(lines(&chart));
	assert_says("class=\"line s0\" d=\"M74.0 226.0L390.0 152.5L706.0 79.0\"");
	assert_int_equal(times("<circle"), 0);
	assert_says("<title>waits</title>");
	chart.series[0].dots = true;
	assert_true(lines(&chart));
	assert_int_equal(times("<circle"), 3);
}

/* A second in which nobody was answered must not look like one with a wait in between. */
static void
a_gap_is_no_line(void **state)
{
	static const double y[] = {1, NAN, 1}, falling[] = {10, 0, 1000};
	struct chart chart = make_chart(y);

	(void)state;
	assert_true(lines(&chart));
	assert_says("d=\"M74.0 ");
	assert_says("M706.0 ");
	assert_int_equal(times("L706"), 0);
	assert_int_equal(times("<circle"), 2);
	chart = make_chart(falling);
	chart.logarithmic = true;
	assert_true(lines(&chart));
	assert_int_equal(times("L706"), 0);
	assert_int_equal(times("nan"), 0);
	assert_int_equal(times("inf"), 0);
}

static void
nothing_is_not_drawn(void **state)
{
	static const double gaps[] = {NAN, INFINITY, NAN}, zeros[] = {0, 0, 0};
	struct chart chart = make_chart(gaps);
	struct chart_bars none = {.title = "t", .x_label = "x", .y_label = "y", .count = 2};

	(void)state;
	assert_false(lines(&chart));
	assert_string_equal(text, "");
	chart = make_chart(zeros);
	assert_true(lines(&chart));
	assert_int_equal(times("nan"), 0);
	chart.logarithmic = true;
	assert_false(lines(&chart));
	chart.series_count = 0;
	assert_false(lines(&chart));
	assert_false(bars(&none));
	assert_string_equal(text, "");
}

/* What is above 0 can be seen, however little it is. */
static void
bars_stand_on_the_axis(void **state)
{
	struct chart_bars chart = {.title = "t",
				   .x_label = "x",
				   .y_label = "y",
				   .count = 3,
				   .labels = {"1", "2", "<3"},
				   .values = {0, 1, 10000}};

	(void)state;
	assert_true(bars(&chart));
	assert_int_equal(times("<rect"), 2);
	assert_says("y=\"225.0\"");
	assert_says("height=\"1.0\"");
	assert_says("&lt;3");
	assert_says("10k");
}

static void
texts_are_escaped(void **state)
{
	FILE *to = begin();

	(void)state;
	chart_text(to, "a<b>&\"c\"\n\x7f\xc3\xa9~");
	assert_int_equal(fclose(to), 0);
	assert_string_equal(text, "a&lt;b&gt;&amp;&quot;c&quot;????~");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_goes_through_its_points),
	    cmocka_unit_test(a_gap_is_no_line),
	    cmocka_unit_test(nothing_is_not_drawn),
	    cmocka_unit_test(bars_stand_on_the_axis),
	    cmocka_unit_test(texts_are_escaped),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(text);
	return failed;
}
