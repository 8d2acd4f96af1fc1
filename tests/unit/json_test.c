#include "bench/tally-bench/json.h"

#include <unistd.h>

#include "bench/tally-bench/histogram.h"
#include "tests/lib/sitting.h"
#include "tests/lib/test.h"

static const struct host machine = {.processor = "A \"processor\"", .cores = 2};

static json_t *
make(struct run_set *set)
{
	json_t *root = json_of_set(set, &machine);
	char *text = json_dumps(root, 0);
	json_t *again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(again);
	assert_true(json_equal(root, again));
	json_decref(root);
	free(text);
	return again;
}

static json_t *
run_of(json_t *root, size_t at)
{
	json_t *run = json_array_get(json_object_get(root, "runs"), at);

	assert_non_null(run);
	return run;
}

static json_int_t
integer(json_t *object, const char *name)
{
	json_t *member = json_object_get(object, name);

	assert_true(json_is_integer(member));
	return json_integer_value(member);
}

static void
says_what_was_measured(void **state)
{
	struct run_set set = sitting_closed(20);
	const struct run *run = &set.runs[0];
	json_t *root = make(&set);
	json_t *told = run_of(root, 0);
	json_t *total = json_object_get(told, "total");
	json_t *metrics = json_object_get(total, "metrics");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(root, "format")),
			    "tally-bench/run/v1");
	assert_int_equal(json_array_size(json_object_get(told, "samples")), 20);
	assert_int_equal(integer(total, "answered"), run->total.answered);
	assert_int_equal(integer(json_object_get(total, "verdicts"), "has-voted"),
			 run->total.verdicts[TALLY_HAS_VOTED]);
	assert_int_equal(integer(json_object_get(told, "latency_ns"), "p99"),
			 histogram_quantile(run->latency, 0.99));
	assert_int_equal(integer(json_object_get(metrics, "sync_s"), "count"), 3000);
	assert_true(json_is_null(json_object_get(told, "offered_per_s")));
	assert_true(json_is_null(json_object_get(told, "data_bytes")));
	assert_int_equal(integer(json_object_get(total, "server"), "written_bytes"),
			 run->total.server_written_bytes);
	json_decref(root);
	run_set_free(&set);
}

/* The last bound has no number in JSON. */
static void
infinity_is_null(void **state)
{
	struct run_set set = sitting_closed(1);
	json_t *root = make(&set);
	json_t *total = json_object_get(run_of(root, 0), "total");
	json_t *sync = json_object_get(json_object_get(total, "metrics"), "sync_s");
	json_t *bounds = json_object_get(sync, "bounds");

	(void)state;
	assert_int_equal(json_array_size(bounds), 15);
	assert_true(json_is_real(json_array_get(bounds, 13)));
	assert_true(json_is_null(json_array_get(bounds, 14)));
	json_decref(root);
	run_set_free(&set);
}

static void
what_is_not_known_is_null(void **state)
{
	struct run_set set = sitting_stalled(10);
	json_t *root;
	json_t *told;
	json_t *surprise;

	(void)state;
	root = make(&set);
	told = run_of(root, 0);
	assert_true(json_is_null(json_object_get(json_object_get(told, "total"), "server")));
	assert_true(json_is_null(json_object_get(json_object_get(told, "total"), "metrics")));
	assert_true(json_is_null(json_object_get(told, "ledger_bytes")));
	assert_int_equal((int)json_number_value(json_object_get(told, "offered_per_s")), 4000);
	assert_int_equal(integer(told, "missing"), 1234);
	surprise = json_array_get(json_object_get(told, "surprises"), 0);
	assert_int_equal(integer(surprise, "place"), 7);
	assert_string_equal(json_string_value(json_object_get(surprise, "verdict")),
			    "bad-signature");
	json_decref(root);
	run_set_free(&set);
	set = sitting_killed(6);
	root = make(&set);
	told = run_of(root, 0);
	assert_true(json_is_null(json_object_get(json_object_get(told, "total"), "server")));
	assert_int_equal((int)json_number_value(json_object_get(told, "server_ended_s")), 3);
	json_decref(root);
	run_set_free(&set);
	set = sitting_empty();
	root = make(&set);
	assert_int_equal(json_array_size(json_object_get(root, "runs")), 0);
	json_decref(root);
	run_set_free(&set);
}

/* The folder's growth says nothing of the ledger in it: its segments are preallocated. */
static void
ledger_bytes_are_the_metrics(void **state)
{
	struct run_set set = sitting_closed(3);
	json_t *root = make(&set);

	(void)state;
	assert_int_equal(integer(run_of(root, 0), "ledger_bytes"),
			 set.runs[0].total.metrics.log_bytes);
	json_decref(root);
	set.runs[0].has_data = true;
	set.runs[0].data_bytes = 4096;
	set.runs[0].total.metrics.known = false;
	root = make(&set);
	assert_int_equal(integer(run_of(root, 0), "data_bytes"), 4096);
	assert_true(json_is_null(json_object_get(run_of(root, 0), "ledger_bytes")));
	json_decref(root);
	run_set_free(&set);
}

/* Names come from argv: any bytes. */
static void
names_need_not_be_utf8(void **state)
{
	struct run_set set = sitting_empty();
	json_t *root;

	(void)state;
	strcpy(set.ballots, "a\xff\xfe.bin");
	root = make(&set);
	assert_string_equal(json_string_value(json_object_get(root, "ballots")), "a??.bin");
	json_decref(root);
	run_set_free(&set);
}

/* Each kind of sitting keeps run.schema.json; python3 looks. */
static void
keeps_its_schema(void **state)
{
	struct run_set sets[] = {sitting_empty(),   sitting_closed(0),  sitting_closed(3),
				 sitting_killed(4), sitting_stalled(5), sitting_sweep()};
	char path[64];

	(void)state;
	snprintf(path, sizeof path, "/tmp/json_test.%d.json", (int)getpid());
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		char command[256];

		snprintf(
		    command, sizeof command,
		    "python3 tests/e2e/schema.py --closed bench/tally-bench/run.schema.json %s",
		    path);
		assert_int_equal(json_put(json_of_set(&sets[i], &machine), path),
				 TALLY_EXIT_FINE);
		assert_int_equal(system(command), 0);
		unlink(path);
		run_set_free(&sets[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_what_was_measured),
	    cmocka_unit_test(infinity_is_null),
	    cmocka_unit_test(what_is_not_known_is_null),
	    cmocka_unit_test(ledger_bytes_are_the_metrics),
	    cmocka_unit_test(names_need_not_be_utf8),
	    cmocka_unit_test(keeps_its_schema),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
