#include "tests/lib/test.h"

#include "shell/forerunner.h"
#include "tests/lib/bench.h"
#include "tests/lib/stage.h"

#include <fcntl.h>
#include <unistd.h>

enum {
	PORTION = 4096, /* entries in one at most */
	SEGMENT = 4 * 1024 * 1024,
	BATCHES = 25,
	SMALL = 40,
	LARGE = 8,
};

/* Only its manifest and its poll book's seed are read. */
static struct stage *stage;

/* 12 MB: three portions and a part, which end by their bytes. */
static struct bench *
filled(uint64_t seed)
{
	struct bench *bench = bench_make(seed, SEGMENT);

	for (int i = 0; i < BATCHES; i++) {
		bench_commit(bench, SMALL, 20);
		bench_commit(bench, LARGE, 60000);
	}
	return bench;
}

static void
bench_root(const struct bench *bench, uint64_t first, struct tree_hash *root)
{
	struct frontier frontier;

	frontier_init(&frontier);
	for (unsigned i = 0; i < TALLY_TILE_WIDTH; i++) {
		struct tree_hash leaf;

		tree_leaf(bench->entries[first + i], &leaf);
		frontier_append(&frontier, &leaf);
	}
	frontier_root(&frontier, root);
}

/* True: entry first + i ends a tile, whose root is there. */
static bool
root_holds(const struct bench *bench, const struct forerun *run, size_t i)
{
	const struct tree_hash *root = forerun_root(run, i);
	uint64_t end = run->first + i + 1;
	struct tree_hash expected;

	if (end % TALLY_TILE_WIDTH != 0 || i + 1 < TALLY_TILE_WIDTH) {
		assert_null(root);
		return false;
	}
	assert_non_null(root);
	bench_root(bench, end - TALLY_TILE_WIDTH, &expected);
	assert_true(tree_hash_equal(root, &expected));
	return true;
}

/* Everything from `first` on, once, in order, whatever is done with the memory before: so many
 * tiles. */
static unsigned
sees_all(struct bench *bench, uint64_t first, uint64_t end, unsigned threads)
{
	struct forerunner *forerunner =
	    forerunner_start(bench->archive, stage->station, first, end, threads);
	struct forerun run;
	uint64_t at = first;
	unsigned tiles = 0;

	assert_non_null(forerunner);
	do {
		assert_int_equal(forerunner_next(forerunner, &run), DISK_OK);
		assert_int_equal(run.first, at);
		assert_true(run.count <= PORTION);
		for (size_t i = 0; i < run.count; i++, at++) {
			const struct station_glance *glance = &run.glances[i];
			struct tree_hash leaf;

			assert_true(at < end);
			assert_true(bytes_equal(glance->bytes, bench->entries[at]));
			tree_leaf(bench->entries[at], &leaf);
			assert_true(tree_hash_equal(&leaf, &glance->leaf));
			assert_false(glance->is_ballot);
			tiles += root_holds(bench, &run, i);
		}
	} while (run.count > 0);
	assert_int_equal(at, end);
	assert_int_equal(forerunner_next(forerunner, &run), DISK_OK);
	assert_int_equal(run.count, 0);
	forerunner_stop(forerunner);
	return tiles;
}

static void
sees_every_entry_in_order(void **state)
{
	struct bench *bench = filled(8101);
	uint64_t size = archive_size(bench->archive);

	(void)state;
	assert_int_equal(size, BATCHES * (SMALL + LARGE));
	for (unsigned threads = 1; threads <= forerunner_threads_max + 1; threads++)
		sees_all(bench, threads * 70, size, threads);
	assert_true(sees_all(bench, 0, size, 2) > 0);
	assert_int_equal(sees_all(bench, 17, 18, 3), 0);
	assert_int_equal(sees_all(bench, size, size, 2), 0);
	bench_free(bench);
}

/* Small entries: every portion ends with a tile, wherever the first one begins. */
static void
has_every_whole_tile(void **state)
{
	struct bench *bench = bench_make(8104, SEGMENT);
	uint64_t size;

	(void)state;
	for (int i = 0; i < 20; i++)
		bench_commit(bench, 500, 20);
	size = archive_size(bench->archive);
	for (uint64_t first = 0; first < 1200; first += 239)
		assert_int_equal(sees_all(bench, first, size, 2),
				 size / TALLY_TILE_WIDTH -
				     (first + TALLY_TILE_WIDTH - 1) / TALLY_TILE_WIDTH);
	assert_int_equal(sees_all(bench, 255, 512, 1), 1);
	assert_int_equal(sees_all(bench, 257, 767, 1), 0);
	assert_int_equal(sees_all(bench, 256, 512, 1), 1);
	bench_free(bench);
}

/* With none, some or all of it taken. */
static void
ends_at_any_time(void **state)
{
	struct bench *bench = filled(8102);
	uint64_t size = archive_size(bench->archive);

	(void)state;
	for (unsigned taken = 0; taken < 4; taken++) {
		struct forerunner *forerunner =
		    forerunner_start(bench->archive, stage->station, 0, size, 1 + taken % 2);
		struct forerun run;

		assert_non_null(forerunner);
		for (unsigned i = 0; i < taken; i++)
			assert_int_equal(forerunner_next(forerunner, &run), DISK_OK);
		forerunner_stop(forerunner);
	}
	bench_free(bench);
}

static void
tells_what_cannot_be_read(void **state)
{
	struct bench *bench = filled(8103);
	uint64_t size = archive_size(bench->archive);
	int fd = openat(bench->folder.fd, "ledger/00000002.seg", O_RDWR);
	struct forerunner *forerunner;
	struct forerun run = {.count = 1};
	int status = DISK_OK;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1000), 0);
	close(fd);
	forerunner = forerunner_start(bench->archive, stage->station, 0, size, 2);
	assert_non_null(forerunner);
	while (status == DISK_OK && run.count > 0)
		status = forerunner_next(forerunner, &run);
	assert_int_equal(status, DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "00000002.seg"));
	forerunner_stop(forerunner);
	bench_free(bench);
}

static int
open_stage(void **state)
{
	(void)state;
	stage = stage_make(&(struct stage_wish){0}, (struct test_random){8105});
	return 0;
}

static int
close_stage(void **state)
{
	(void)state;
	stage_free(stage);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sees_every_entry_in_order),
	    cmocka_unit_test(has_every_whole_tile),
	    cmocka_unit_test(ends_at_any_time),
	    cmocka_unit_test(tells_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, open_stage, close_stage);
}
