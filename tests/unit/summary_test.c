#include "bench/tally-bench/summary.h"

#include "tests/lib/sitting.h"
#include "tests/lib/test.h"

static char text[64 * 1024];

static void
print(struct run_set set, struct summary_look look)
{
	struct host machine = {.processor = "A processor", .cores = 2};
	FILE *to = fmemopen(text, sizeof text, "w");

	assert_non_null(to);
	summary_print(to, &set, &machine, look);
	fclose(to);
	run_set_free(&set);
}

static void
assert_says(const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("nothing says '%s' in\n%s", what, text);
}

static void
assert_ascii(void)
{
	for (const char *at = text; *at != '\0'; at++)
		assert_true(*at == '\n' || (*at >= 0x20 && *at < 0x7f));
}

/* No line is wider than a terminal; characters of UTF-8 are one column each. */
static void
assert_narrow(void)
{
	size_t columns = 0;
	const char *second = strchr(text, '\n') + 1; /* the first names the machine */

	for (const char *at = second; *at != '\0'; at++) {
		columns = *at == '\n' ? 0 : columns + ((*at & 0xc0) != 0x80);
		assert_true(columns <= 80);
	}
}

static void
says_what_matters(void **state)
{
	(void)state;
	print(sitting_closed(30), (struct summary_look){.blocks = true});
	assert_says("closed loop\n");
	assert_says("answers/s");
	assert_says("p99.9");
	assert_says(
	    "surprises                            not looked at: there is no FILE.kinds\n");
	assert_says("not what a voter would wait");
	assert_null(strstr(text, "it wrote"));
	assert_says("has-voted");
	assert_says("cores; ");
	assert_says("syncs/s                         150");
	assert_says("ledger per ballot");
	assert_says("the load itself                 0.4  cores");
	assert_says("█");
	assert_null(strstr(text, "\033"));
	assert_narrow();
}

static void
speaks_ascii_where_it_must(void **state)
{
	(void)state;
	print(sitting_sweep(), (struct summary_look){.blocks = false});
	assert_ascii();
	assert_narrow();
	assert_says("###");
	assert_says("over the offered load");
	assert_says("of 22,000/s offered");
	assert_says("behind                            0  due and never sent");
}

/* What a reader must not overlook. */
static void
what_went_wrong_is_said(void **state)
{
	struct run_set set = sitting_stalled(10);

	(void)state;
	set.runs[0].surprises[1] = set.runs[0].surprises[0]; /* told once */
	set.runs[0].surprises[1].place = 8;
	set.runs[0].surprises_count = 2;
	print(set, (struct summary_look){.blocks = false});
	assert_says("ballot 7 (fresh): foretold accepted, answered bad-signature");
	assert_null(strstr(text, "ballot 8"));
	assert_says("THE BALLOTS RAN OUT: the last 1,234 ");
	assert_says("surprises                         1  answers other than");
	print(sitting_killed(6), (struct summary_look){.blocks = false});
	assert_says("its process ended at 3.00 s");
	assert_null(strstr(text, "of CPU per answer"));
}

/* The folder's growth is none of the ledger's. */
static void
the_ledger_is_the_metrics(void **state)
{
	struct run_set set = sitting_closed(3);

	(void)state;
	set.runs[0].has_data = true;
	set.runs[0].data_bytes = 1 << 20;
	set.runs[0].total.metrics.known = false;
	print(set, (struct summary_look){.blocks = false});
	assert_says("disk per ballot");
	assert_null(strstr(text, "ledger per ballot"));
}

static void
bold_is_asked_for(void **state)
{
	(void)state;
	print(sitting_closed(1), (struct summary_look){.bold = true});
	assert_says("\033[1mclosed loop\033[0m");
}

static void
nothing_is_said_of_nothing(void **state)
{
	(void)state;
	print(sitting_empty(), (struct summary_look){.blocks = false});
	assert_says("nothing was measured");
	print(sitting_closed(0), (struct summary_look){.blocks = false});
	assert_says("nothing was measured");
	assert_null(strstr(text, "nan"));
}

static void
the_environment_decides(void **state)
{
	(void)state;
	setenv("LC_ALL", "C.UTF-8", 1);
	assert_true(summary_look(stdout).blocks);
	setenv("LC_ALL", "C", 1);
	assert_false(summary_look(stdout).blocks);
	setenv("LC_ALL", "", 1);
	unsetenv("LC_CTYPE");
	setenv("LANG", "ro_RO.utf8", 1);
	assert_true(summary_look(stdout).blocks);
	setenv("NO_COLOR", "1", 1);
	assert_false(summary_look(stdout).bold);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_what_matters),
	    cmocka_unit_test(speaks_ascii_where_it_must),
	    cmocka_unit_test(what_went_wrong_is_said),
	    cmocka_unit_test(the_ledger_is_the_metrics),
	    cmocka_unit_test(bold_is_asked_for),
	    cmocka_unit_test(nothing_is_said_of_nothing),
	    cmocka_unit_test(the_environment_decides),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
