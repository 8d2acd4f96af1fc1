#include "tests/lib/test.h"

#include "tests/lib/bench.h"
#include "tests/lib/descriptor.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The committer's own descriptor of segment 0. */
static int
its_descriptor(const struct bench *bench)
{
	char path[400];

	snprintf(path, sizeof path, "%s/ledger/00000000.seg", bench->folder.path);
	return test_descriptor(path);
}

/* `failed` came once, and whatever is handed over afterwards reaches neither disk nor archive. */
static void
assert_poisoned(struct bench *bench, enum scan_result expected, uint64_t entries_count)
{
	const struct timespec pause = {.tv_nsec = 30 * 1000000};
	unsigned committed = bench_count(bench, &bench->committed);
	size_t size;
	size_t after;
	uint8_t *bytes;
	uint8_t *again;

	bench_wait(bench, &bench->failed, 1);
	bytes = bench_segment(bench, 0, &size);
	bench_hand_over(bench, 1, 50);
	nanosleep(&pause, NULL);
	assert_int_equal(bench_count(bench, &bench->failed), 1);
	assert_int_equal(bench_count(bench, &bench->committed), committed);
	again = bench_segment(bench, 0, &after);
	assert_int_equal(size, after);
	assert_memory_equal(bytes, again, size);
	assert_int_equal(archive_size(bench->archive), entries_count);
	assert_int_equal(bench_scan(bench, entries_count), expected);
	free(bytes);
	free(again);
}

static void
a_write_that_fails(void **state)
{
	struct bench *bench = bench_make(7210, SEGMENT_SIZE);
	char path[400];

	(void)state;
	bench_commit(bench, 5, 100);
	snprintf(path, sizeof path, "%s/ledger/00000000.seg", bench->folder.path);
	test_descriptor_exchange(its_descriptor(bench), path, O_RDONLY);
	bench_hand_over(bench, 5, 100);
	assert_poisoned(bench, SCAN_WHOLE, 5);
	assert_non_null(strstr(bench->why, "write ledger/00000000.seg: "));
	bench_free(bench);
}

/* What was written stands in the file, but nobody is told that it is durable. */
static void
a_sync_that_fails(void **state)
{
	struct bench *bench = bench_make(7211, SEGMENT_SIZE);

	(void)state;
	bench_commit(bench, 5, 100);
	test_descriptor_exchange(its_descriptor(bench), "/dev/null", O_RDWR);
	bench_hand_over(bench, 5, 100);
	assert_poisoned(bench, SCAN_WHOLE, 5);
	assert_non_null(strstr(bench->why, "sync ledger/00000000.seg: "));
	bench_free(bench);
}

static struct rlimit
limit_files(uint64_t size)
{
	struct rlimit before;
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	return before;
}

/* The disk takes the first part of a batch: what is left is a torn tail. */
static void
a_write_that_stops_halfway(void **state)
{
	struct bench *bench = bench_make(7212, SEGMENT_SIZE);
	struct rlimit before;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	bench_commit(bench, 5, 100);
	before = limit_files(SEGMENT_HEADER_SIZE + bench->end + 300);
	bench_hand_over(bench, 5, 100);
	assert_poisoned(bench, SCAN_TORN, 5);
	setrlimit(RLIMIT_FSIZE, &before);
	bench_free(bench);
}

static void
no_next_segment_when_poisoned(void **state)
{
	struct bench *bench = bench_make(7213, SEGMENT_SIZE);
	const struct timespec pause = {.tv_nsec = 30 * 1000000};

	(void)state;
	assert_int_equal(mkdirat(bench->folder.fd, "ledger/00000001.seg.new", 0700), 0);
	bench_commit(bench, 1, 40000);
	bench_wait(bench, &bench->said, 1);
	test_descriptor_exchange(its_descriptor(bench), "/dev/null", O_RDWR);
	bench_hand_over(bench, 5, 100);
	bench_wait(bench, &bench->failed, 1);
	nanosleep(&pause, NULL);
	unlinkat(bench->folder.fd, "ledger/00000001.seg.new", AT_REMOVEDIR);
	committer_stop(bench->committer);
	assert_false(bench_has(bench, "ledger/00000001.seg"));
	bench->place.offset = SEGMENT_HEADER_SIZE;
	bench_start(bench);
	bench_free(bench);
}

static void
no_room_and_room_again(void **state)
{
	struct bench *bench = bench_make(7220, SEGMENT_SIZE);
	uint64_t end;

	(void)state;
	assert_int_equal(mkdirat(bench->folder.fd, "ledger/00000001.seg.new", 0700), 0);
	bench_commit(bench, 1, 40000);
	bench_wait(bench, &bench->said, 1);
	assert_non_null(strstr(bench->why, "ledger/00000001.seg.new: "));
	end = bench->end;
	assert_int_equal(bench_space(bench), SPACE_OF_EMPTY - end);
	/* What is left is used to its end, and nothing fails. */
	bench_commit(bench, 1, 10000);
	bench_commit(bench, 1, (uint16_t)(bench_space(bench) - 2 - 48 - 8));
	assert_int_equal(bench_space(bench), 0);
	assert_int_equal(bench_count(bench, &bench->said), 1);
	assert_int_equal(bench_count(bench, &bench->spaces), 0);
	unlinkat(bench->folder.fd, "ledger/00000001.seg.new", AT_REMOVEDIR);
	bench_wait(bench, &bench->spaces, 1);
	assert_int_equal(bench_space(bench), SPACE_OF_EMPTY);
	bench_commit(bench, 1, 60000);
	assert_int_equal(bench_scan(bench, 4), SCAN_WHOLE);
	assert_int_equal(bench_count(bench, &bench->said), 1);
	bench_free(bench);
}

/* What a crash left of the next segment is made again. */
static void
a_segment_half_made(void **state)
{
	struct bench *bench = bench_make(7221, SEGMENT_SIZE);
	uint8_t junk[1000];
	int fd;

	(void)state;
	memset(junk, 0x5a, sizeof junk);
	assert_int_equal(disk_open(bench->folder.fd, "ledger/00000001.seg.new",
				   O_WRONLY | O_CREAT, 0600, &fd),
			 DISK_OK);
	assert_int_equal(disk_write_at(fd, "junk", junk, sizeof junk, 3 * SEGMENT_SIZE), 0);
	close(fd);
	bench_commit(bench, 1, 40000);
	bench_wait(bench, &bench->spaces, 1);
	bench_commit(bench, 1, 60000);
	assert_int_equal(bench_scan(bench, 2), SCAN_WHOLE);
	assert_int_equal(bench->place.segment, 1);
	bench_free(bench);
}

/* Names made in the folder that `watch` looks at, since the last call. (Events that are alike are
 * told once: hence those of removing, between them.) */
static unsigned
names_made(int watch)
{
	char events[4096] __attribute__((aligned(8)));
	unsigned count = 0;
	ssize_t got;

	while ((got = read(watch, events, sizeof events)) > 0)
		for (ssize_t at = 0; at < got;) {
			const struct inotify_event *event =
			    (const struct inotify_event *)(const void *)(events + at);

			count += (event->mask & IN_CREATE) != 0;
			at += (ssize_t)(sizeof *event + event->len);
		}
	return count;
}

/* A full disk is asked once a second, however much is committed meanwhile. */
static void
a_full_disk_is_not_pestered(void **state)
{
	enum {
		LARGE = 8 * SEGMENT_SIZE
	};
	struct bench *bench = bench_make(7222, LARGE);
	int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct timespec began;
	struct timespec ended;
	struct rlimit before;
	char path[400];
	unsigned tries;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < 4; i++)
		bench_commit(bench, 1, 60000);
	snprintf(path, sizeof path, "%s/ledger", bench->folder.path);
	assert_true(inotify_add_watch(watch, path, IN_CREATE | IN_DELETE) >= 0);
	before = limit_files(LARGE - 1);
	clock_gettime(CLOCK_MONOTONIC, &began);
	bench_commit(bench, 1, 60000);
	bench_wait(bench, &bench->said, 1);
	assert_non_null(strstr(bench->why, "reserving 524288 bytes"));
	for (int i = 0; i < 100; i++)
		bench_commit(bench, 1, 10);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	tries = names_made(watch);
	assert_in_range(tries, 1, 2 + (ended.tv_sec - began.tv_sec));
	assert_int_equal(bench_count(bench, &bench->said), 1);
	assert_false(bench_has(bench, "ledger/00000001.seg.new"));
	setrlimit(RLIMIT_FSIZE, &before);
	bench_wait(bench, &bench->spaces, 1);
	assert_int_equal(bench_scan(bench, bench->entries_count), SCAN_WHOLE);
	close(watch);
	bench_free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_write_that_fails),
	    cmocka_unit_test(a_sync_that_fails),
	    cmocka_unit_test(a_write_that_stops_halfway),
	    cmocka_unit_test(no_next_segment_when_poisoned),
	    cmocka_unit_test(no_room_and_room_again),
	    cmocka_unit_test(a_segment_half_made),
	    cmocka_unit_test(a_full_disk_is_not_pestered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
