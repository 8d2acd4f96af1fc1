#include "bench/tally-bench/worker.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/lib/test.h"

enum {
	LINKS = 2
};

/* A worker whose links nobody answers: they are idle, and will not dial. */
struct scene {
	struct worker_gate gate;
	struct link_world world;
	struct worker worker;
	struct link links[LINKS];
	struct link *dirty[LINKS];
};

static struct scene *
scene_make(unsigned links)
{
	struct scene *scene = calloc(1, sizeof *scene);

	assert_non_null(scene);
	assert_int_equal(pthread_mutex_init(&scene->gate.lock, NULL), 0);
	assert_int_equal(pthread_cond_init(&scene->gate.changed, NULL), 0);
	scene->worker = (struct worker){.world = &scene->world,
					.gate = &scene->gate,
					.links = scene->links,
					.links_count = links,
					.workers_count = 1,
					.epoll = epoll_create1(EPOLL_CLOEXEC),
					.stop_ns = UINT64_MAX,
					.dirty = scene->dirty};
	shard_init(&scene->worker.shard);
	for (unsigned i = 0; i < LINKS; i++)
		scene->links[i] = (struct link){.world = &scene->world,
						.shard = &scene->worker.shard,
						.fd = -1,
						.wake_ns = UINT64_MAX};
	return scene;
}

static void
scene_run(struct scene *scene)
{
	assert_int_equal(
	    pthread_create(&scene->worker.thread, NULL, worker_run, &scene->worker), 0);
}

/* Waits for the thread, takes all away; the gate as it was left. */
static struct worker_gate
scene_end(struct scene *scene)
{
	struct worker_gate gate;

	assert_int_equal(pthread_join(scene->worker.thread, NULL), 0);
	gate = scene->gate;
	shard_free(&scene->worker.shard);
	close(scene->worker.epoll);
	free(scene);
	return gate;
}

/* Until it waits for the start; then says what becomes of that. */
static void
scene_start(struct scene *scene, bool started)
{
	struct worker_gate *gate = &scene->gate;

	assert_int_equal(pthread_mutex_lock(&gate->lock), 0);
	while (gate->ready == 0)
		assert_int_equal(pthread_cond_wait(&gate->changed, &gate->lock), 0);
	scene->world.start_ns = worker_now();
	gate->started = started;
	gate->given_up = !started;
	assert_int_equal(pthread_cond_broadcast(&gate->changed), 0);
	assert_int_equal(pthread_mutex_unlock(&gate->lock), 0);
}

static void
who_has_nothing_to_send_is_done(void **state)
{
	struct scene *scene = scene_make(0);
	struct worker_gate gate;

	(void)state;
	scene_run(scene);
	scene_start(scene, true);
	gate = scene_end(scene);
	assert_true(gate.ready == 1 && gate.finished == 1);
	assert_true(gate.failed == 0 && !gate.refused);
}

static void
without_a_start_nothing_happens(void **state)
{
	struct scene *scene = scene_make(0);
	struct worker_gate gate;

	(void)state;
	scene_run(scene);
	scene_start(scene, false);
	gate = scene_end(scene);
	assert_true(gate.finished == 1 && gate.failed == 0);
}

static void
a_link_refused_for_good_ends_it(void **state)
{
	struct scene *scene = scene_make(LINKS);
	struct worker_gate gate;

	(void)state;
	scene->links[1].refused = true;
	scene_run(scene);
	gate = scene_end(scene);
	assert_true(gate.failed == 1 && gate.finished == 1 && gate.ready == 0);
	assert_true(gate.refused);
}

static void
an_interruption_ends_the_greeting(void **state)
{
	struct scene *scene = scene_make(LINKS);
	struct worker_gate gate;

	(void)state;
	atomic_store(&scene->gate.stop, true);
	scene_run(scene);
	gate = scene_end(scene);
	assert_true(gate.failed == 1 && gate.ready == 0 && !gate.refused);
}

static void
what_is_owed_is_of_all_links(void **state)
{
	struct link links[LINKS] = {{.sent.count = 3, .again.count = 1}, {.sent.count = 5}};
	struct worker worker = {.links = links, .links_count = LINKS};

	(void)state;
	assert_int_equal(worker_owed(&worker), 9);
	worker.links_count = 1;
	assert_int_equal(worker_owed(&worker), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_has_nothing_to_send_is_done),
	    cmocka_unit_test(without_a_start_nothing_happens),
	    cmocka_unit_test(a_link_refused_for_good_ends_it),
	    cmocka_unit_test(an_interruption_ends_the_greeting),
	    cmocka_unit_test(what_is_owed_is_of_all_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
