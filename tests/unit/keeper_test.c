#include "tests/lib/test.h"

#include "limits.h"
#include "shell/keeper.h"
#include "tests/lib/voters.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

struct scene {
	struct test_voters *voters;
	struct treefile *tree;
	struct keeper *keeper;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool done;
	int status;
	int niceness; /* of the keeper's thread */
	char why[300];
};

static void
kept(void *context, int status, const char *why)
{
	struct scene *scene = context;

	pthread_mutex_lock(&scene->mutex);
	scene->done = true;
	scene->status = status;
	scene->niceness = getpriority(PRIO_PROCESS, 0);
	snprintf(scene->why, sizeof scene->why, "%s", why);
	pthread_cond_signal(&scene->wake);
	pthread_mutex_unlock(&scene->mutex);
}

static struct scene *
scene_make(uint64_t seed)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct test_store *store;

	assert_non_null(scene);
	scene->voters = test_voters_make(seed, true, false, 500);
	store = scene->voters->store;
	scene->tree = treefile_open(store->folder.fd);
	assert_non_null(scene->tree);
	pthread_mutex_init(&scene->mutex, NULL);
	pthread_cond_init(&scene->wake, NULL);
	scene->keeper = keeper_start(store->folder.fd, &scene->voters->manifest, store->archive,
				     scene->tree, kept, scene);
	assert_non_null(scene->keeper);
	return scene;
}

static void
scene_stop(struct scene *scene)
{
	if (scene->keeper != NULL)
		keeper_stop(scene->keeper);
	scene->keeper = NULL;
}

static void
scene_free(struct scene *scene)
{
	scene_stop(scene);
	treefile_close(scene->tree);
	test_voters_free(scene->voters);
	free(scene);
}

static int
scene_wait(struct scene *scene)
{
	pthread_mutex_lock(&scene->mutex);
	while (!scene->done)
		pthread_cond_wait(&scene->wake, &scene->mutex);
	scene->done = false;
	pthread_mutex_unlock(&scene->mutex);
	return scene->status;
}

static bool
count(void *context, enum pollbook_family family, const uint8_t name[32],
      const struct pollbook_record *record)
{
	size_t *records_count = context;

	(void)family;
	(void)name;
	(void)record;
	++*records_count;
	return true;
}

static void
home_is_at(struct scene *scene, uint64_t index, struct bytes blob)
{
	struct home_state state;
	size_t records_count = 0;

	assert_int_equal(home_load(scene->voters->store->folder.fd, scene->voters->manifest.id,
				   &state, count, &records_count, 60000),
			 1);
	assert_int_equal(state.index, index);
	assert_true(bytes_equal(state.replay, blob));
	if (index == scene->voters->store->size)
		assert_int_equal(records_count, test_pollbook_records(&scene->voters->table));
	free((void *)(uintptr_t)state.replay.data);
}

/* The ledger grows while a state is carried home. */
static void
follows_behind(void **state)
{
	struct scene *scene = scene_make(7601);

	(void)state;
	for (size_t size = 200; size <= 2000; size += 200) {
		uint8_t blob[8];
		struct home_state now;

		test_voters_vote(scene->voters, size);
		be64_store(blob, size);
		now = test_voters_state(scene->voters, bytes_make(blob, sizeof blob));
		keeper_keep(scene->keeper, &now);
		memset(blob, 0, sizeof blob);
		memset(&now, 0, sizeof now);
		test_voters_vote(scene->voters, size + 150);
		assert_int_equal(scene_wait(scene), DISK_OK);
		assert_string_equal(scene->why, "");
	}
	scene_stop(scene);
	home_is_at(scene, 2000, bytes_make((uint8_t[]){0, 0, 0, 0, 0, 0, 7, 208}, 8));
	scene_free(scene);
}

/* What voters wait for comes first. */
static void
its_thread_comes_last(void **state)
{
	struct scene *scene = scene_make(7604);
	const int nice = getpriority(PRIO_PROCESS, 0) + nice_last;
	struct home_state now;

	(void)state;
	test_voters_vote(scene->voters, 100);
	now = test_voters_state(scene->voters, BYTES_OF(""));
	keeper_keep(scene->keeper, &now);
	assert_int_equal(scene_wait(scene), DISK_OK);
	assert_int_equal(scene->niceness, nice < 19 ? nice : 19);
	scene_free(scene);
}

static void
failure_is_told(void **state)
{
	struct scene *scene = scene_make(7602);
	struct home_state now;
	struct home_state foreign;

	(void)state;
	test_voters_vote(scene->voters, 100);
	now = test_voters_state(scene->voters, BYTES_OF("blob"));
	foreign = now;
	foreign.frontier.peaks[0].bytes[0] ^= 1;
	keeper_keep(scene->keeper, &foreign);
	assert_int_equal(scene_wait(scene), DISK_DAMAGED);
	assert_true(strlen(scene->why) > 10);
	keeper_keep(scene->keeper, &now);
	assert_int_equal(scene_wait(scene), DISK_OK);
	scene_stop(scene);
	home_is_at(scene, 100, BYTES_OF("blob"));
	scene_free(scene);
}

static void
stop_ends_what_is_under_way(void **state)
{
	struct scene *scene = scene_make(7603);
	struct home_state now;

	(void)state;
	test_voters_vote(scene->voters, 1000);
	now = test_voters_state(scene->voters, BYTES_OF(""));
	keeper_keep(scene->keeper, &now);
	scene_stop(scene);
	assert_int_equal(scene_wait(scene), DISK_OK);
	home_is_at(scene, 1000, BYTES_OF(""));
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(follows_behind),
	    cmocka_unit_test(its_thread_comes_last),
	    cmocka_unit_test(failure_is_told),
	    cmocka_unit_test(stop_ends_what_is_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
