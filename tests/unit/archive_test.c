#include "tests/lib/test.h"

#include "shell/archive.h"
#include "tests/lib/store.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

struct walk {
	const struct test_store *store;
	uint64_t next;
	uint64_t stop;
	bool wrong;
};

static bool
compare(void *context, uint64_t index, struct bytes entry)
{
	struct walk *walk = context;

	if (index != walk->next || !bytes_equal(entry, walk->store->entries[index]))
		walk->wrong = true;
	walk->next++;
	return walk->next != walk->stop;
}

static void
walk_is(struct test_store *store, uint64_t first, uint64_t count)
{
	struct walk walk = {.store = store, .next = first, .stop = UINT64_MAX};

	assert_int_equal(archive_walk(store->archive, first, count, compare, &walk), DISK_OK);
	assert_int_equal(walk.next, first + count);
	assert_false(walk.wrong);
}

struct run_walk {
	struct walk walk;
	size_t longest;
};

static bool
compare_run(void *context, uint64_t index, const struct bytes *entries, size_t count)
{
	struct run_walk *walk = context;
	bool more = true;

	assert_in_range(count, 1, TALLY_TILE_WIDTH);
	assert_true(index / TALLY_TILE_WIDTH == (index + count - 1) / TALLY_TILE_WIDTH);
	for (size_t i = 0; i < count; i++)
		more = compare(&walk->walk, index + i, entries[i]);
	if (count > walk->longest)
		walk->longest = count;
	return more;
}

/* The longest run. */
static size_t
runs_are(struct test_store *store, uint64_t first, uint64_t count)
{
	struct run_walk walk = {{.store = store, .next = first, .stop = UINT64_MAX}, 0};

	assert_int_equal(archive_walk_runs(store->archive, first, count, compare_run, &walk),
			 DISK_OK);
	assert_int_equal(walk.walk.next, first + count);
	assert_false(walk.walk.wrong);
	return walk.longest;
}

static void
read_is(struct test_store *store, uint64_t index)
{
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	size_t size;

	assert_int_equal(archive_read(store->archive, index, memory, sizeof memory, &size),
			 DISK_OK);
	assert_true(bytes_equal(bytes_make(memory, size), store->entries[index]));
}

static void
reads_what_was_written(void **state)
{
	struct test_random random = test_random_make(7101);
	struct test_store *store = test_store_make(64 * 1024);

	(void)state;
	for (size_t size = 1; size <= 3000; size += 1 + test_random_below(&random, 400)) {
		test_store_grow(store, &random, size, 300);
		assert_int_equal(archive_size(store->archive), size);
		read_is(store, size - 1);
		walk_is(store, 0, size);
	}
	assert_true(store->segments_count > 3);
	for (size_t i = 0; i < store->size; i++)
		read_is(store, i);
	for (int i = 0; i < 200; i++) {
		uint64_t first = test_random_below(&random, store->size);

		walk_is(store, first, test_random_below(&random, store->size - first + 1));
		runs_are(store, first, test_random_below(&random, store->size - first + 1));
	}
	test_store_free(store);
}

static void
largest_entries(void **state)
{
	struct test_random random = test_random_make(7102);
	struct test_store *store = test_store_make(1024 * 1024);
	static uint8_t big[TALLY_ENTRY_SIZE_MAX];

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		test_random_fill(&random, big, 16);
		test_store_put(store, bytes_make(big, i % 5 == 0 ? 0 : sizeof big));
		if (i % 4 == 3)
			test_store_commit(store);
	}
	walk_is(store, 0, 60);
	assert_in_range(runs_are(store, 0, 60), 2, 4);
	for (size_t i = 0; i < 60; i++)
		read_is(store, i);
	test_store_free(store);
}

static void
a_tile_in_one_batch_is_one_run(void **state)
{
	struct test_store *store = test_store_make(1024 * 1024);

	(void)state;
	for (int i = 0; i < 3 * TALLY_TILE_WIDTH; i++)
		test_store_put(store, BYTES_OF("entry"));
	test_store_commit(store);
	assert_int_equal(runs_are(store, 0, 3 * TALLY_TILE_WIDTH), TALLY_TILE_WIDTH);
	assert_int_equal(runs_are(store, 1, TALLY_TILE_WIDTH), TALLY_TILE_WIDTH - 1);
	assert_int_equal(runs_are(store, 5, 1), 1);
	test_store_free(store);
}

static void
stops_when_told(void **state)
{
	struct test_random random = test_random_make(7103);
	struct test_store *store = test_store_make(64 * 1024);
	struct walk walk = {.store = store, .next = 10, .stop = 20};

	(void)state;
	test_store_grow(store, &random, 100, 50);
	assert_int_equal(archive_walk(store->archive, 10, 90, compare, &walk), DISK_OK);
	assert_int_equal(walk.next, 20);
	test_store_free(store);
}

static void
refuses_what_is_not_there(void **state)
{
	struct test_random random = test_random_make(7104);
	struct test_store *store = test_store_make(64 * 1024);
	struct walk walk = {.store = store};
	uint8_t memory[8];
	size_t size;

	(void)state;
	assert_int_equal(archive_read(store->archive, 0, memory, 8, &size), DISK_ABSENT);
	assert_int_equal(archive_walk(store->archive, 0, 0, compare, &walk), DISK_OK);
	assert_int_equal(archive_add_segment(store->archive, 0), DISK_ABSENT);
	test_store_put(store, BYTES_OF("nine bytes"));
	assert_int_equal(archive_size(store->archive), 0);
	test_store_commit(store);
	assert_int_equal(archive_read(store->archive, 0, memory, 8, &size), DISK_FAILED);
	assert_int_equal(archive_read(store->archive, 1, memory, 8, &size), DISK_ABSENT);
	assert_int_equal(archive_walk(store->archive, 1, 1, compare, &walk), DISK_ABSENT);
	assert_int_equal(archive_walk(store->archive, UINT64_MAX, 2, compare, &walk),
			 DISK_ABSENT);
	test_store_grow(store, &random, 300, 20);
	walk_is(store, 300, 0);
	test_store_free(store);
}

/* Nothing is remembered of an earlier read: what the disk gives back now is what is seen. */
static void
reads_the_disk_each_time(void **state)
{
	struct test_store *store = test_store_make(64 * 1024);
	struct walk walk = {.store = store, .stop = UINT64_MAX};
	const uint8_t changed = 'E';

	(void)state;
	test_store_put(store, BYTES_OF("entry"));
	test_store_commit(store);
	walk_is(store, 0, 1);
	assert_int_equal(disk_write_at(store->segment_fd, "segment", &changed, 1,
				       SEGMENT_HEADER_SIZE + BATCH_HEADER_SIZE + 2),
			 DISK_OK);
	assert_int_equal(archive_walk(store->archive, 0, 1, compare, &walk), DISK_OK);
	assert_true(walk.wrong);
	test_store_free(store);
}

static void
damage_is_said(struct test_store *store, uint64_t offset, size_t size)
{
	struct walk walk = {.store = store, .stop = UINT64_MAX};
	static const uint8_t zeros[64];
	uint8_t before[64];
	uint8_t memory[64];
	size_t got;

	assert_int_equal(disk_read_at(store->segment_fd, "segment", before, size, offset), 0);
	assert_int_equal(disk_write_at(store->segment_fd, "segment", zeros, size, offset), 0);
	assert_int_equal(archive_walk(store->archive, 0, 4, compare, &walk), DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "ledger/00000000.seg"));
	assert_int_equal(archive_read(store->archive, 3, memory, sizeof memory, &got),
			 DISK_DAMAGED);
	assert_int_equal(disk_write_at(store->segment_fd, "segment", before, size, offset), 0);
	walk_is(store, 0, 4);
}

static void
damaged_frame(void **state)
{
	struct test_store *store = test_store_make(64 * 1024);
	const uint64_t second = SEGMENT_HEADER_SIZE + 48 + 2 * (2 + 5) + 8 + 2;
	static const uint8_t huge[2] = {0xff, 0xff};

	(void)state;
	for (int i = 0; i < 4; i++) {
		test_store_put(store, BYTES_OF("entry"));
		if (i % 2 == 1)
			test_store_commit(store);
	}
	damage_is_said(store, SEGMENT_HEADER_SIZE, 48); /* header of a batch */
	damage_is_said(store, second, 48);              /* and of the next */
	damage_is_said(store, second + 12, 4);          /* its count */
	assert_int_equal(disk_write_at(store->segment_fd, "segment", huge, 2, second + 48), 0);
	read_is(store, 1);
	{
		struct walk walk = {.store = store, .stop = UINT64_MAX};

		assert_int_equal(archive_walk(store->archive, 0, 4, compare, &walk),
				 DISK_DAMAGED);
		assert_int_equal(walk.next, 2);
		assert_int_equal(ftruncate(store->segment_fd, SEGMENT_HEADER_SIZE + 50), 0);
		assert_int_equal(archive_walk(store->archive, 0, 1, compare, &walk),
				 DISK_DAMAGED);
	}
	test_store_free(store);
}

static void *
read_behind(void *context)
{
	struct test_store *store = context;
	struct test_random random = {99};
	uint64_t size;

	do {
		struct walk walk = {.store = store, .stop = UINT64_MAX};

		size = archive_size(store->archive);
		if (size == 0)
			continue;
		walk.next = test_random_below(&random, size);
		if (archive_walk(store->archive, walk.next, size - walk.next, compare, &walk) !=
			DISK_OK ||
		    walk.wrong || walk.next != size)
			return store;
	} while (size < 4000);
	return NULL;
}

static void
readers_beside_the_writer(void **state)
{
	struct test_random random = test_random_make(7106);
	struct test_store *store = test_store_make(128 * 1024);
	pthread_t threads[2];
	void *wrong;

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_behind, store), 0);
	test_store_grow(store, &random, 4000, 200);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	test_store_free(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_what_was_written),
	    cmocka_unit_test(largest_entries),
	    cmocka_unit_test(a_tile_in_one_batch_is_one_run),
	    cmocka_unit_test(stops_when_told),
	    cmocka_unit_test(refuses_what_is_not_there),
	    cmocka_unit_test(reads_the_disk_each_time),
	    cmocka_unit_test(damaged_frame),
	    cmocka_unit_test(readers_beside_the_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
