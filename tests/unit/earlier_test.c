#include "bench/tally-bench/earlier.h"

#include "bench/tally-bench/json.h"
#include "tests/lib/folder.h"
#include "tests/lib/test.h"
#include "tools/lib/wholefile.h"

/* A closed loop of 2,000 answers by libsodium, which a case changes in one place. */
#define RUN(loop, answered, cpu, more) \
	"{\"format\": \"" JSON_RUN_FORMAT "\", \"signing\": \"voter\", \"runs\": [{\"loop\": " \
	"\"" loop "\", \"answered_per_s\": 500, \"data_bytes\": 300000" more ", \"total\": " \
	"{\"answered\": " answered ", \"verdicts\": {\"accepted\": 1500}, \"server\": " \
	"{\"cpu_s\": " cpu "}}}, {\"loop\": \"open\"}]}"

static const char *
put(const char *text)
{
	static char path[300];

	snprintf(path, sizeof path, "%s/run.json", here.path);
	assert_int_equal(wholefile_write(path, bytes_of_string(text)), TALLY_EXIT_FINE);
	return path;
}

static void
a_run_is_taken(void **state)
{
	struct earlier earlier;

	(void)state;
	assert_int_equal(
	    earlier_read(put(RUN("closed", "2000", "0.5", ", \"verify\": \"libsodium\"")),
			 VERIFIER_LIBSODIUM, &earlier),
	    TALLY_EXIT_FINE);
	assert_true(earlier.voters_sign && earlier.has_path);
	assert_true(earlier.cpu_ns == 250000 && earlier.rate == 500 &&
		    earlier.data_bytes == 200);
	assert_int_equal(
	    earlier_read(put(RUN("closed", "2000", "0.5", "")), VERIFIER_IFMA, &earlier),
	    TALLY_EXIT_FINE);
	assert_false(earlier.has_path);
}

static void
what_says_nothing_of_saturation_is_refused(void **state)
{
	static const char *const texts[] = {
	    "",
	    "{}",
	    "[1]",
	    "{\"format\": \"tally-bench/plan/v1\", \"runs\": []}",
	    RUN("open", "2000", "0.5", ""),
	    RUN("closed", "999", "0.5", ""),
	    RUN("closed", "2000", "0", ""),
	    RUN("closed", "2000", "null", ""),
	    RUN("closed", "2000", "0.5", ", \"server_ended_s\": 1.5"),
	    RUN("closed", "2000", "0.5", ", \"verify\": \"portable\""),
	    RUN("closed", "2000", "0.5", "") "x",
	};
	struct earlier earlier;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(earlier_read(put(texts[i]), VERIFIER_LIBSODIUM, &earlier),
				 TALLY_EXIT_USAGE);
	assert_int_equal(earlier_read("/nowhere", VERIFIER_LIBSODIUM, &earlier),
			 TALLY_EXIT_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FOLDER(a_run_is_taken),
	    WITH_FOLDER(what_says_nothing_of_saturation_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
