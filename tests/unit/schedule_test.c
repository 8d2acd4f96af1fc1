#include "bench/tally-bench/schedule.h"

#include "bench/tally-bench/profile.h"
#include "tests/lib/test.h"

static struct schedule *
schedule_make(void)
{
	struct schedule *schedule = calloc(1, sizeof *schedule);

	assert_non_null(schedule);
	schedule_init(schedule);
	return schedule;
}

static void
a_fixed_rate_is_exact(void **state)
{
	struct schedule *schedule = schedule_make();

	(void)state;
	assert_int_equal(schedule_count(schedule), 0);
	assert_null(schedule_add(schedule, 3600, 4000, 4000));
	assert_int_equal(schedule_count(schedule), 14400000);
	for (uint64_t n = 0; n < 14400000; n += 777)
		assert_int_equal(schedule_time(schedule, n), n * 250000);
	assert_int_equal(schedule_due(schedule, 0), 1);
	assert_int_equal(schedule_due(schedule, 249999), 1);
	assert_int_equal(schedule_due(schedule, 250000), 2);
	assert_int_equal(schedule_due(schedule, UINT64_C(3600) * 1000000000), 14400000);
	assert_int_equal(schedule_due(schedule, UINT64_C(9000) * 1000000000), 14400000);
	free(schedule);
}

/* Of a ramp from 0: the n-th ballot comes at sqrt(2 n / slope). */
static void
a_ramp_is_exact(void **state)
{
	struct schedule *schedule = schedule_make();

	(void)state;
	assert_null(schedule_add(schedule, 100, 0, 200));
	assert_int_equal(schedule_count(schedule), 10000);
	for (uint64_t k = 0; k < 100; k++) /* n = k^2: at k seconds */
		assert_int_equal(schedule_time(schedule, k * k), k * 1000000000);
	free(schedule);
	schedule = schedule_make();
	assert_null(schedule_add(schedule, 100, 200, 0));
	assert_int_equal(schedule_time(schedule, 7500), UINT64_C(50) * 1000000000);
	free(schedule);
}

static void
pieces_follow_each_other(void **state)
{
	struct schedule *schedule = schedule_make();
	uint64_t count, before = 0;

	(void)state;
	assert_null(schedule_add(schedule, 1.5, 10, 10));
	assert_null(schedule_add(schedule, 2, 0, 0));
	assert_null(schedule_add(schedule, 0.25, 10, 1000));
	assert_null(schedule_add(schedule, 3, 1000, 1));
	assert_non_null(schedule_add(schedule, 0, 1, 1));
	assert_non_null(schedule_add(schedule, 1, -1, 1));
	assert_non_null(schedule_add(schedule, 1, 1, SCHEDULE_RATE_MAX * 1.01));
	assert_non_null(schedule_add(schedule, 1, 1e300, 1));
	assert_non_null(schedule_add(schedule, SCHEDULE_SECONDS_MAX, 1, 1));
	assert_non_null(schedule_add(schedule, 1e300, 1, 1));
	assert_true(schedule_length_s(schedule) == 6.75);
	count = schedule_count(schedule);
	assert_int_equal(count,
			 1643); /* 15 + 0 + 126.25 + 1501.5, and the one that begins it */
	for (uint64_t n = 0; n < count; n++) {
		uint64_t time = schedule_time(schedule, n);

		assert_true(n == 0 || time > before);
		assert_true(time < 6750000000);
		assert_int_equal(schedule_due(schedule, time), n + 1);
		assert_int_equal(schedule_due(schedule, time - (n > 0)), n + (n == 0));
		before = time;
	}
	assert_int_equal(schedule_time(schedule, 14), 1400000000);
	assert_true(schedule_time(schedule, 15) >= 1500000000);
	assert_true(schedule_time(schedule, 16) > 3500000000);
	free(schedule);
}

static void
a_profile_is_read(void **state)
{
	static const char text[] = "seconds,rate\r\n# a remark\n0,10\n10,30\n\n10,100\n20,100";
	struct schedule *schedule = schedule_make();
	size_t line;

	(void)state;
	assert_null(profile_parse(BYTES_OF(text), 2, 1, schedule, &line));
	assert_int_equal(schedule->pieces_count, 2);
	assert_int_equal(schedule_count(schedule), 2 * (200 + 1000));
	assert_true(schedule->pieces[0].to == 60 && schedule->pieces[1].from == 200);
	assert_null(profile_parse(BYTES_OF(text), 1, 10, schedule, &line));
	assert_true(schedule_length_s(schedule) == 2);
	free(schedule);
}

static void
a_wrong_profile_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t line;
	} cases[] = {
	    {"", 0},
	    {"seconds,rate\n", 0},
	    {"0,0\n10,0\n", 0},
	    {"0,10\n", 0},
	    {"1,10\n20,10\n", 1},
	    {"0,10\n20,10\n19,10\n", 3},
	    {"0,10\n20,10 \n", 2},
	    {"0,10\n20,-1\n", 2},
	    {"0,10\n20\n", 2},
	    {"seconds,rate\nseconds,rate\n0,1\n1,1\n", 2},
	    {"0,1\n5,1e300\n", 2},
	    {"0,1\n1e300,1\n", 2},
	};
	struct schedule *schedule = schedule_make();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t line = 99;

		assert_non_null(
		    profile_parse(bytes_of_string(cases[i].text), 1, 1, schedule, &line));
		assert_int_equal(line, cases[i].line);
	}
	free(schedule);
}

static void
the_last_evening_is_six_hours_with_its_peak_at_the_end(void **state)
{
	struct schedule *schedule = schedule_make();
	double most = 0;
	size_t line;

	(void)state;
	assert_null(profile_parse(profile_last_evening(), 1, 1, schedule, &line));
	for (size_t i = 0; i < schedule->pieces_count; i++)
		if (schedule->pieces[i].to > most)
			most = schedule->pieces[i].to;
	assert_true(schedule_length_s(schedule) == 6 * 3600);
	assert_true(most == 1);
	assert_true(schedule->pieces[schedule->pieces_count - 1].to == 1);
	free(schedule);
}

/* What comes before the cut keeps its times. */
static void
a_cut_changes_nothing_before_it(void **state)
{
	struct schedule *whole = schedule_make(), *cut = schedule_make();

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct schedule *schedule = i == 0 ? whole : cut;

		assert_true(schedule_length_s(schedule) == 0);
		assert_int_equal(schedule_count(schedule), 0);
		assert_null(schedule_add(schedule, 2, 0, 100));
		assert_null(schedule_add(schedule, 2, 100, 200));
		assert_null(schedule_add(schedule, 2, 7, 7));
	}
	schedule_cut(cut, 60);
	assert_int_equal(schedule_count(cut), schedule_count(whole));
	schedule_cut(cut, 3);
	assert_true(schedule_length_s(cut) == 3);
	assert_int_equal(schedule_count(cut), 225); /* 100 + 125 */
	for (uint64_t n = 0; n < 225; n++)
		assert_int_equal(schedule_time(cut, n), schedule_time(whole, n));
	schedule_cut(cut, 2);
	assert_true(schedule_length_s(cut) == 2);
	assert_int_equal(schedule_count(cut), 100);
	schedule_cut(cut, 0.5);
	assert_true(schedule_length_s(cut) == 0.5);
	assert_int_equal(schedule_count(cut), 7); /* 6.25, and the one that begins it */
	free(whole);
	free(cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_fixed_rate_is_exact),
	    cmocka_unit_test(a_ramp_is_exact),
	    cmocka_unit_test(pieces_follow_each_other),
	    cmocka_unit_test(a_cut_changes_nothing_before_it),
	    cmocka_unit_test(a_profile_is_read),
	    cmocka_unit_test(a_wrong_profile_is_refused),
	    cmocka_unit_test(the_last_evening_is_six_hours_with_its_peak_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
