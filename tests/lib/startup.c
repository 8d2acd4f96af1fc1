#include "tests/lib/startup.h"

#include "tally/status.h"
#include "tests/lib/child.h"

#include <pthread.h>

static struct test_child child;

void
assert_restored(const struct founded *founded, const struct start *start, size_t size)
{
	struct checkpoint opened;
	struct tree_hash found;
	uint8_t root[TALLY_HASH_SIZE];

	test_log_root(&founded->log, 0, size, root);
	assert_int_equal(station_size(start->station), size);
	assert_int_equal(station_durable(start->station), size);
	station_root(start->station, &found);
	assert_memory_equal(found.bytes, root, sizeof root);
	assert_int_equal(treefile_size(start->tree), size);
	assert_true(proof_root(size, treefile_source, start->tree, &found));
	assert_memory_equal(found.bytes, root, sizeof root);
	assert_int_equal(start->remembered.checkpoint.size, size);
	assert_memory_equal(start->remembered.checkpoint.root, root, sizeof root);
	assert_true(
	    checkpoint_open(bytes_make(start->remembered.note, start->remembered.note_size),
			    &founded->log.campaign.log.key, &opened));
	assert_int_equal(opened.size, size);
	assert_memory_equal(opened.root, root, sizeof root);
}

void
assert_restores(const struct founded *founded, size_t size)
{
	struct start start;

	assert_int_equal(founded_start(founded, &start), TALLY_EXIT_FINE);
	assert_restored(founded, &start, size);
	start_end(&start);
}

static int
start_and_end(void *context)
{
	struct start start;
	int code = founded_start(context, &start);

	start_end(&start);
	return code;
}

void
assert_starts_saying(struct founded *founded, const char *line)
{
	int code = test_child_run(&child, start_and_end, founded);

	assert_said(&child, line);
	assert_int_equal(code, TALLY_EXIT_FINE);
}

void
assert_start_refused(struct founded *founded, const char *unchanged, const char *line)
{
	char *before = founded_snapshot(founded, unchanged);
	int code = test_child_run(&child, start_and_end, founded);
	char *after = founded_snapshot(founded, unchanged);

	assert_said(&child, line);
	assert_int_equal(code, TALLY_EXIT_WORLD);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

struct committer_place
startup_place(const struct founded *founded)
{
	struct committer_place place;
	struct start start;

	assert_int_equal(founded_start(founded, &start), TALLY_EXIT_FINE);
	place = start.place;
	start_end(&start);
	return place;
}

struct outcome {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool over;
	int status;
	char why[512];
};

static void
on_published(void *context, int status, const char *why)
{
	struct outcome *publication = context;

	pthread_mutex_lock(&publication->lock);
	publication->over = true;
	publication->status = status;
	snprintf(publication->why, sizeof publication->why, "%s", why);
	pthread_cond_signal(&publication->changed);
	pthread_mutex_unlock(&publication->lock);
}

void
startup_publish(const struct founded *founded)
{
	struct outcome publication = {.over = false};
	struct start_options options = {.data = founded->data,
					.workers_count = 1,
					.published = on_published,
					.context = &publication};
	struct start start;
	bool sealed;

	pthread_mutex_init(&publication.lock, NULL);
	pthread_cond_init(&publication.changed, NULL);
	assert_int_equal(start_run(&start, &options), TALLY_EXIT_FINE);
	sealed = !law_results_public(station_law(start.station), start.manifest);
	publisher_publish(start.publisher, &(struct publication){
					       .sealed = sealed,
					       .checkpoint = start.remembered.checkpoint,
					       .note = bytes_make(start.remembered.note,
								  start.remembered.note_size)});
	pthread_mutex_lock(&publication.lock);
	while (!publication.over)
		pthread_cond_wait(&publication.changed, &publication.lock);
	pthread_mutex_unlock(&publication.lock);
	if (publication.status != DISK_OK)
		fail_msg("%s", publication.why);
	start_end(&start);
	pthread_cond_destroy(&publication.changed);
	pthread_mutex_destroy(&publication.lock);
}
