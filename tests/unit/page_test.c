#include "bench/tally-bench/page.h"
#include "bench/tally-bench/thin.h"

#include <unistd.h>

#include "tests/lib/sitting.h"
#include "tests/lib/test.h"

/* Every page is well-formed XML, says what must be in it, and fetches nothing. With PAGES=FOLDER
 * the pages stay there, to be looked at. */

static char *text;

static void
make(const char *name, struct run_set set)
{
	struct host machine = {.cores = 2, .memory_bytes = 8000000000, .load = 0.5};
	const char *folder = getenv("PAGES");
	char path[512];
	size_t size;

	snprintf(machine.processor, sizeof machine.processor, "A <processor>");
	snprintf(machine.system, sizeof machine.system, "Linux 6.1");
	snprintf(machine.libraries, sizeof machine.libraries, "libsodium 1.0.18");
	snprintf(path, sizeof path, "%s/%s.html", folder != NULL ? folder : "/tmp", name);
	if (folder == NULL)
		snprintf(path, sizeof path, "/tmp/%s.%d.html", name, (int)getpid());
	assert_int_equal(page_put(&set, &machine, path), TALLY_EXIT_FINE);
	free(text);
	text = (char *)test_file_read(path, &size);
	assert_non_null(text);
	if (folder == NULL)
		unlink(path);
	run_set_free(&set);
}

/* Of the pages' XML: elements that open and close in order, quoted attributes, no other '&'. */
static void
assert_well_formed(void)
{
	char open[32][16];
	size_t depth = 0;
	const char *at = strchr(text + 2, '<'); /* behind the document type */

	while (at != NULL) {
		const char *end = strchr(at, '>');
		bool closes = at[1] == '/';
		char name[16];

		assert_non_null(end);
		assert_int_equal(sscanf(at + 1 + closes, "%15[a-z0-9]", name), 1);
		if (closes) {
			assert_true(depth > 0);
			assert_string_equal(name, open[--depth]);
		} else if (end[-1] != '/') {
			assert_true(depth < 32);
			strcpy(open[depth++], name);
		}
		at = strchr(end, '<');
	}
	assert_int_equal(depth, 0);
	for (at = text; (at = strchr(at, '&')) != NULL; at++)
		assert_true(strncmp(at, "&lt;", 4) == 0 || strncmp(at, "&gt;", 4) == 0 ||
			    strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&quot;", 6) == 0);
}

static void
assert_fetches_nothing(void)
{
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "src="));
	assert_null(strstr(text, "href"));
	assert_null(strstr(text, "url("));
	assert_null(strstr(text, "@import"));
	for (size_t i = 0; i < 4; i++) {
		static const char *const lost[] = {">nan", ">-nan", ">inf", " nan"};

		assert_null(strstr(text, lost[i]));
	}
}

static size_t
count(const char *what)
{
	size_t found = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
		found++;
	return found;
}

static void
assert_says(const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("nothing says '%s'", what);
}

static void
an_empty_sitting_says_so(void **state)
{
	(void)state;
	make("empty", sitting_empty());
	assert_well_formed();
	assert_says("Nothing was measured");
	assert_int_equal(count("<svg"), 0);
	make("nothing", sitting_closed(0));
	assert_well_formed();
	assert_says("Nothing was measured");
	assert_int_equal(count("<svg"), 0);
}

static void
one_second_has_its_points(void **state)
{
	(void)state;
	make("second", sitting_closed(1));
	assert_well_formed();
	assert_fetches_nothing();
	assert_true(count("<circle") >= 6);
	assert_int_equal(count("<svg"), 7);
}

static void
a_run_has_its_curves(void **state)
{
	(void)state;
	make("closed", sitting_closed(60));
	assert_well_formed();
	assert_fetches_nothing();
	assert_says("Answered</title>");
	assert_says("time (s)");
	assert_says("ms (logarithmic)");
	assert_says("Entries of a commit");
	assert_says("Time of a sync");
	assert_says("has-voted");
	assert_says("A &lt;processor&gt;, 2 cores, 8.00 GB");
	assert_says("ledger per accepted ballot");
}

/* Ten minutes are thinned, and the second in which nothing was answered is still seen. */
static void
a_server_that_ended_has_no_processor_time(void **state)
{
	(void)state;
	make("killed", sitting_killed(6));
	assert_well_formed();
	assert_says("<b>3.00 s</b><span>then the server's process had ended");
	assert_null(strstr(text, "cores of the server"));
	assert_null(strstr(text, "server wrote"));
	assert_says("not what a voter would wait");
	assert_says("<td>surprises: there is no FILE.kinds</td>");
}

/* Five milliseconds in which a handful is answered are no point of their own. */
static void
a_rest_of_a_second_is_no_point(void **state)
{
	struct run_set set = sitting_closed(5);
	struct run *run = &set.runs[0];
	struct thin thin;

	(void)state;
	run->samples[4].length_ns = 5000000;
	thin_make(&thin, run);
	assert_int_equal(thin.count, 4);
	assert_true(thin.answered[3] > 40000 && thin.answered[3] < 43000);
	run->samples[4].length_ns = 600000000;
	thin_make(&thin, run);
	assert_int_equal(thin.count, 5);
	run->samples_count = 1;
	run->samples[0].length_ns = 5000000;
	thin_make(&thin, run);
	assert_int_equal(thin.count, 1);
	run_set_free(&set);
}

static void
a_long_run_keeps_its_worst(void **state)
{
	(void)state;
	make("stalled", sitting_stalled(600));
	assert_well_formed();
	assert_fetches_nothing();
	assert_says("time (min)");
	assert_says("<td>7</td><td>fresh</td><td>accepted</td><td>bad-signature</td>");
	assert_says("Each point is about 3.0 s");
	assert_says(">1000</text>");
	assert_says("behind: due and never sent");
	assert_says("ran out</b>: the last 1,234 ");
	assert_says("4000/s &lt;&quot;&amp;'&gt; ??");
	assert_says("a &lt;b&gt; &amp; &quot;c&quot;.bin");
	assert_true(strlen(text) < 100000);
	assert_null(strstr(text, "cores of the server"));
	assert_null(strstr(text, "Time of a sync"));
}

static void
a_sweep_has_curves_over_the_load(void **state)
{
	(void)state;
	make("sweep", sitting_sweep());
	assert_well_formed();
	assert_fetches_nothing();
	assert_says("Over the offered load");
	assert_says("Answered at each load");
	assert_int_equal(count("offered (ballots/s)"), 2);
	assert_int_equal(count("<section>"), 7);
}

static void
a_path_that_cannot_be_written_is_said(void **state)
{
	struct run_set set = sitting_empty();
	struct host machine = {.cores = 1};

	(void)state;
	assert_int_equal(page_put(&set, &machine, "/nowhere/at/all.html"), TALLY_EXIT_USAGE);
	run_set_free(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_sitting_says_so),
	    cmocka_unit_test(one_second_has_its_points),
	    cmocka_unit_test(a_run_has_its_curves),
	    cmocka_unit_test(a_server_that_ended_has_no_processor_time),
	    cmocka_unit_test(a_rest_of_a_second_is_no_point),
	    cmocka_unit_test(a_long_run_keeps_its_worst),
	    cmocka_unit_test(a_sweep_has_curves_over_the_load),
	    cmocka_unit_test(a_path_that_cannot_be_written_is_said),
	};
	int failed = cmocka_run_group_tests_name("page", tests, NULL, NULL);

	free(text);
	return failed;
}
