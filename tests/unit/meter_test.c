#include "bench/tally-bench/meter.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/test.h"

static const uint64_t second_ns = 1000000000;

/* Two workers without links, whose shards the test fills; time is what it says. */
struct scene {
	struct meter_sources sources;
	struct meter meter;
	struct link_world world;
	struct worker workers[2];
	struct schedule schedule;
	struct run run;
	uint64_t begin_ns;
};

static struct scene *
scene_make(pid_t pid)
{
	struct scene *scene = calloc(1, sizeof *scene);

	assert_non_null(scene);
	scene->sources.pid = pid;
	for (int i = 0; i < 2; i++)
		shard_init(&scene->workers[i].shard);
	assert_int_equal(meter_init(&scene->meter, &scene->sources, &scene->run),
			 TALLY_EXIT_FINE);
	return scene;
}

static void
scene_begin(struct scene *scene)
{
	scene->begin_ns = meter_begin(&scene->meter, &scene->world, scene->workers, 2);
}

static void
scene_free(struct scene *scene)
{
	meter_free(&scene->meter);
	for (int i = 0; i < 2; i++)
		shard_free(&scene->workers[i].shard);
	free(scene->run.samples);
	free(scene->run.latency);
	free(scene->run.service);
	free(scene);
}

static void
answer(struct scene *scene, int worker, uint64_t count, uint64_t latency_ns)
{
	struct shard *shard = &scene->workers[worker].shard;

	assert_int_equal(pthread_mutex_lock(&shard->lock), 0);
	shard_counts(shard)->sent += count;
	for (uint64_t i = 0; i < count; i++) {
		shard_verdict(shard, TALLY_ACCEPTED);
		shard_answer(shard, KIND_FRESH, TALLY_ACCEPTED, latency_ns, latency_ns / 2);
	}
	assert_int_equal(pthread_mutex_unlock(&shard->lock), 0);
}

static void
a_second_is_what_came_since_the_last(void **state)
{
	struct scene *scene = scene_make(0);
	const struct run_sample *samples;

	(void)state;
	scene_begin(scene);
	answer(scene, 0, 10, 1000);
	answer(scene, 1, 20, 5000);
	meter_sample(&scene->meter, scene->begin_ns + second_ns);
	answer(scene, 1, 5, 9000);
	meter_sample(&scene->meter, scene->begin_ns + 3 * second_ns);
	samples = scene->run.samples;
	assert_int_equal(scene->run.samples_count, 2);
	assert_true(samples[0].at_ns == 0 && samples[0].length_ns == second_ns);
	assert_true(samples[1].at_ns == second_ns && samples[1].length_ns == 2 * second_ns);
	assert_true(samples[0].answered == 30 && samples[1].answered == 5);
	assert_true(samples[0].offered == 30 && samples[1].offered == 5);
	assert_true(samples[0].latency.count == 30 && samples[1].latency.count == 5);
	assert_true(samples[0].latency.max_ns < 9000 && samples[1].latency.max_ns >= 9000);
	assert_true(samples[1].service.max_ns < 9000);
	assert_int_equal(scene->run.total.answered, 35);
	assert_int_equal(scene->run.total.verdicts[TALLY_ACCEPTED], 35);
	assert_int_equal(scene->run.latency->count, 35);
	assert_false(samples[0].server_known);
	scene_free(scene);
}

/* 100 a second are offered for two seconds; the file has 150, and 60 were sent. */
static void
the_schedule_says_what_was_offered(void **state)
{
	struct scene *scene = scene_make(0);
	const struct run_sample *samples;

	(void)state;
	assert_null(schedule_add(&scene->schedule, 2, 100, 100));
	scene->world.schedule = &scene->schedule;
	scene->workers[0].slots_end = 150;
	scene_begin(scene);
	answer(scene, 0, 60, 1000);
	meter_sample(&scene->meter, scene->begin_ns + second_ns - 1);
	meter_sample(&scene->meter, scene->begin_ns + 2 * second_ns);
	samples = scene->run.samples;
	assert_true(samples[0].offered == 100 && samples[0].behind == 40);
	assert_true(samples[1].offered == 50 && samples[1].behind == 90);
	scene_free(scene);
}

static void
the_end_sums_up(void **state)
{
	struct scene *scene = scene_make(getpid());
	const struct run *run = &scene->run;

	(void)state;
	assert_true(run->has_server && !run->has_data);
	scene_begin(scene);
	answer(scene, 0, 3, 1000);
	meter_sample(&scene->meter, scene->begin_ns + second_ns);
	answer(scene, 0, 4, 2000);
	meter_end(&scene->meter, scene->begin_ns + second_ns / 2);
	assert_int_equal(run->samples_count, 2);
	assert_int_equal(run->total.answered, 7);
	assert_int_equal(run->total.latency.count, 7);
	assert_true(run->total.length_ns == second_ns / 2);
	assert_true(run->total.server_known && run->total.server_memory_bytes > 100000);
	assert_true(run->server_ended_ns == 0);
	scene_free(scene);
}

/* Given up at that moment: it ends there, and not when it is told. */
static void
who_gave_up_ends_when_it_did(void **state)
{
	struct scene *scene = scene_make(0);
	uint64_t end_ns;

	(void)state;
	scene_begin(scene);
	scene->workers[1].gave_up = true;
	scene->workers[0].shard.in_flight = 2;
	end_ns = scene->begin_ns + 7 * second_ns;
	meter_end(&scene->meter, end_ns);
	assert_int_equal(scene->run.samples_count, 1);
	assert_true(scene->run.samples[0].length_ns == 7 * second_ns);
	assert_true(scene->run.total.length_ns == 7 * second_ns);
	assert_int_equal(scene->run.total.in_flight, 2);
	scene_free(scene);
}

static void
assert_refused(const struct meter_sources *sources, enum tally_exit code)
{
	struct meter meter;
	struct run run = {0};

	assert_int_equal(meter_init(&meter, sources, &run), code);
	meter_free(&meter);
	free(run.latency);
	free(run.service);
}

static void
what_cannot_be_looked_at_is_refused(void **state)
{
	(void)state;
	assert_refused(&(struct meter_sources){.pid = 1 << 30}, TALLY_EXIT_USAGE);
	assert_refused(&(struct meter_sources){.data = "/nowhere"}, TALLY_EXIT_USAGE);
	assert_refused(&(struct meter_sources){.metrics = "nonsense"}, TALLY_EXIT_USAGE);
	assert_refused(&(struct meter_sources){.metrics = "http://127.0.0.1:1"},
		       TALLY_EXIT_WORLD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_second_is_what_came_since_the_last),
	    cmocka_unit_test(the_schedule_says_what_was_offered),
	    cmocka_unit_test(the_end_sums_up),
	    cmocka_unit_test(who_gave_up_ends_when_it_did),
	    cmocka_unit_test(what_cannot_be_looked_at_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
