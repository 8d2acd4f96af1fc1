#include "tests/lib/test.h"

#include "shell/forerunner.h"
#include "tests/lib/bench.h"

#include <fcntl.h>
#include <unistd.h>

enum {
	PORTION = 4096, /* entries in one at most */
	SEGMENT = 4 * 1024 * 1024,
	BATCHES = 25,
	SMALL = 40,
	LARGE = 8,
};

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

/* Everything from `first` on, once, in order, whatever is done with the memory before. */
static void
sees_all(struct bench *bench, uint64_t first, uint64_t end, unsigned threads)
{
	struct forerunner *forerunner = forerunner_start(bench->archive, first, end, threads);
	const struct station_glance *glances = NULL;
	uint64_t at = first;
	size_t count;

	assert_non_null(forerunner);
	do {
		assert_int_equal(forerunner_next(forerunner, &glances, &count), DISK_OK);
		assert_true(count <= PORTION);
		for (size_t i = 0; i < count; i++, at++) {
			struct tree_hash leaf;

			assert_true(at < end);
			assert_true(bytes_equal(glances[i].bytes, bench->entries[at]));
			tree_leaf(bench->entries[at], &leaf);
			assert_true(tree_hash_equal(&leaf, &glances[i].leaf));
			assert_false(glances[i].is_ballot);
		}
	} while (count > 0);
	assert_int_equal(at, end);
	assert_int_equal(forerunner_next(forerunner, &glances, &count), DISK_OK);
	assert_int_equal(count, 0);
	forerunner_stop(forerunner);
}

static void
sees_every_entry_in_order(void **state)
{
	struct bench *bench = filled(8101);
	uint64_t size = archive_size(bench->archive);

	(void)state;
	assert_int_equal(size, BATCHES * (SMALL + LARGE));
	for (unsigned threads = 1; threads <= FORERUNNER_THREADS_MAX + 1; threads++)
		sees_all(bench, threads * 70, size, threads);
	sees_all(bench, 0, size, 2);
	sees_all(bench, 17, 18, 3);
	sees_all(bench, size, size, 2);
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
		    forerunner_start(bench->archive, 0, size, 1 + taken % 2);
		const struct station_glance *glances;
		size_t count;

		assert_non_null(forerunner);
		for (unsigned i = 0; i < taken; i++)
			assert_int_equal(forerunner_next(forerunner, &glances, &count),
					 DISK_OK);
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
	const struct station_glance *glances;
	size_t count = 1;
	int status = DISK_OK;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1000), 0);
	close(fd);
	forerunner = forerunner_start(bench->archive, 0, size, 2);
	assert_non_null(forerunner);
	while (status == DISK_OK && count > 0)
		status = forerunner_next(forerunner, &glances, &count);
	assert_int_equal(status, DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "00000002.seg"));
	forerunner_stop(forerunner);
	bench_free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sees_every_entry_in_order),
	    cmocka_unit_test(ends_at_any_time),
	    cmocka_unit_test(tells_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
