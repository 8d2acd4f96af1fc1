#include "tests/lib/test.h"

#include "ledger/scan.h"
#include "limits.h"
#include "shell/committer.h"
#include "tests/lib/folder.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	SEGMENT_SIZE = 64 * 1024,
	SPACE_OF_EMPTY = SEGMENT_SIZE - SEGMENT_HEADER_SIZE,
	ENTRIES_MAX = 4096,
};

static const uint8_t campaign[TALLY_HASH_SIZE] = {0xca};

/* A committer in an empty ledger, what it was given, and what it said. */
struct bench {
	struct test_folder folder;
	struct test_random random;
	struct archive *archive;
	struct committer *committer;
	struct committer_place place;
	uint8_t *memory;
	uint64_t batches_count;
	uint64_t end; /* offset in the last segment, as far as a test needs it */
	struct bytes entries[ENTRIES_MAX];
	size_t entries_count;
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned committed;
	unsigned spaces;
	unsigned failed;
	unsigned said;
	uint64_t checksum;
	uint64_t space;
	char why[512];
};

static struct bench *
called(void *context)
{
	struct bench *bench = context;

	pthread_mutex_lock(&bench->lock);
	pthread_cond_broadcast(&bench->changed);
	return bench;
}

static void
on_committed(void *context, uint64_t checksum, uint64_t space)
{
	struct bench *bench = called(context);

	bench->committed++;
	bench->checksum = checksum;
	bench->space = space;
	pthread_mutex_unlock(&bench->lock);
}

static void
on_space(void *context, uint64_t space)
{
	struct bench *bench = called(context);

	bench->spaces++;
	bench->space = space;
	pthread_mutex_unlock(&bench->lock);
}

static void
on_failed(void *context, const char *why)
{
	struct bench *bench = called(context);

	bench->failed++;
	snprintf(bench->why, sizeof bench->why, "%s", why);
	pthread_mutex_unlock(&bench->lock);
}

static void
on_said(void *context, const char *text)
{
	struct bench *bench = called(context);

	bench->said++;
	snprintf(bench->why, sizeof bench->why, "%s", text);
	pthread_mutex_unlock(&bench->lock);
}

static void
start(struct bench *bench)
{
	struct committer_calls calls = {on_committed, on_space, on_failed, on_said, bench};
	uint64_t space;

	bench->space = 0;
	bench->committer =
	    committer_start(bench->folder.fd, campaign, bench->archive, &bench->place, &calls);
	if (bench->committer == NULL)
		fail_msg("%s", disk_error());
	space = committer_space(bench->committer);
	pthread_mutex_lock(&bench->lock);
	if (bench->space < space) /* else a reserve has been made already */
		bench->space = space;
	pthread_mutex_unlock(&bench->lock);
}

static struct bench *
bench_make(uint64_t seed, uint64_t segment_size)
{
	struct bench *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	bench->folder = test_folder_make();
	bench->random = test_random_make(seed);
	bench->memory = malloc(batch_bytes_max + 64);
	assert_non_null(bench->memory);
	pthread_mutex_init(&bench->lock, NULL);
	pthread_cond_init(&bench->changed, NULL);
	bench->archive = archive_open(bench->folder.fd);
	assert_non_null(bench->archive);
	assert_int_equal(committer_make_segment(bench->folder.fd, 0, segment_size, campaign),
			 DISK_OK);
	assert_int_equal(archive_add_segment(bench->archive, 0), DISK_OK);
	bench->place = (struct committer_place){
	    .offset = SEGMENT_HEADER_SIZE, .segments_count = 1, .segment_bytes = segment_size};
	start(bench);
	return bench;
}

static void
bench_free(struct bench *bench)
{
	committer_stop(bench->committer);
	archive_close(bench->archive);
	for (size_t i = 0; i < bench->entries_count; i++)
		free((void *)(uintptr_t)bench->entries[i].data);
	free(bench->memory);
	pthread_mutex_destroy(&bench->lock);
	pthread_cond_destroy(&bench->changed);
	test_folder_remove(&bench->folder);
	free(bench);
}

static struct timespec
deadline(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 5;
	return until;
}

/* Waits until *count is at least `least`; fails the test after five seconds. */
static void
wait_for(struct bench *bench, const unsigned *count, unsigned least)
{
	struct timespec until = deadline();

	pthread_mutex_lock(&bench->lock);
	while (*count < least)
		if (pthread_cond_timedwait(&bench->changed, &bench->lock, &until) != 0) {
			pthread_mutex_unlock(&bench->lock);
			fail_msg("waited in vain");
		}
	pthread_mutex_unlock(&bench->lock);
}

static unsigned
now(struct bench *bench, const unsigned *count)
{
	unsigned value;

	pthread_mutex_lock(&bench->lock);
	value = *count;
	pthread_mutex_unlock(&bench->lock);
	return value;
}

/* Random entries: `count` of `size` bytes. */
static void
hand_over(struct bench *bench, uint32_t count, uint16_t size)
{
	struct committer_batch batch = {.memory = bench->memory,
					.number = bench->batches_count++,
					.first_index = bench->entries_count,
					.entries_count = count};

	for (uint32_t i = 0; i < count; i++) {
		uint8_t *to = bench->memory + BATCH_HEADER_SIZE + batch.entries_size;
		uint8_t *entry = malloc(size + 1u);

		assert_non_null(entry);
		test_random_fill(&bench->random, entry, size);
		be16_store(to, size);
		memcpy(to + 2, entry, size);
		batch.entries_size += 2u + size;
		assert_true(bench->entries_count < ENTRIES_MAX);
		bench->entries[bench->entries_count++] = bytes_make(entry, size);
	}
	bench->end += batch_size(batch.entries_size);
	committer_commit(bench->committer, &batch);
}

/* As the station does: not before there is space. */
static void
wait_for_space(struct bench *bench, uint64_t size)
{
	struct timespec until = deadline();

	pthread_mutex_lock(&bench->lock);
	while (bench->space < size)
		if (pthread_cond_timedwait(&bench->changed, &bench->lock, &until) != 0) {
			pthread_mutex_unlock(&bench->lock);
			fail_msg("waited in vain for space");
		}
	pthread_mutex_unlock(&bench->lock);
}

static void
commit(struct bench *bench, uint32_t count, uint16_t size)
{
	unsigned before = now(bench, &bench->committed);

	wait_for_space(bench, batch_size(count * (2u + size)));
	hand_over(bench, count, size);
	wait_for(bench, &bench->committed, before + 1);
	assert_int_equal(now(bench, &bench->failed), 0);
}

static uint64_t
space_now(struct bench *bench)
{
	uint64_t space;

	pthread_mutex_lock(&bench->lock);
	space = bench->space;
	pthread_mutex_unlock(&bench->lock);
	assert_int_equal(committer_space(bench->committer), space);
	return space;
}

static uint8_t *
segment_read(const struct bench *bench, uint32_t number, size_t *size)
{
	char name[SEGMENT_NAME_MAX];
	char path[400];

	segment_name(number, name);
	snprintf(path, sizeof path, "%s/%s", bench->folder.path, name);
	return test_file_read(path, size);
}

static bool
segment_exists(const struct bench *bench, const char *name)
{
	return faccessat(bench->folder.fd, name, F_OK, 0) == 0;
}

struct reading {
	const struct bench *bench;
	uint64_t next;
	uint64_t segments_used;
};

static bool
compare_batch(void *context, const struct batch *batch, uint32_t segment, uint64_t offset)
{
	struct reading *reading = context;
	struct reader area = reader_make(batch->entries);

	(void)offset;
	assert_int_equal(batch->first_index, reading->next);
	for (uint32_t i = 0; i < batch->entries_count; i++)
		assert_true(bytes_equal(batch_entry_next(&area),
					reading->bench->entries[reading->next++]));
	reading->segments_used = segment + 1;
	return true;
}

/* Reads the ledger's files with ledger/scan alone; fills place as a start would. */
static enum scan_result
scan_again(struct bench *bench, uint64_t entries_count)
{
	struct reading reading = {.bench = bench};
	enum scan_result result;
	struct scan scan;
	uint8_t *segment;
	size_t size;
	uint32_t number;

	scan_init(&scan, 0, compare_batch, &reading);
	for (number = 0; (segment = segment_read(bench, number, &size)) != NULL; number++) {
		result = scan_segment(&scan, bytes_make(segment, size));
		free(segment);
		assert_int_equal(result, SCAN_GOES_ON);
	}
	result = scan_finish(&scan);
	assert_memory_equal(scan.campaign, campaign, sizeof campaign);
	assert_int_equal(reading.next, entries_count);
	assert_int_equal(scan.entries_count, entries_count);
	bench->place.segment = scan.segment;
	bench->place.offset = scan.offset;
	bench->place.segments_count = scan.segments_count;
	bench->place.checksum = scan.checksum;
	return result;
}

static void
segment_sizes(void **state)
{
	uint64_t last = segment_bytes_least;

	(void)state;
	assert_int_equal(committer_segment_bytes(1), segment_bytes_least);
	assert_int_equal(committer_segment_bytes(voters_limit), segment_bytes);
	assert_int_equal(committer_segment_bytes(UINT32_MAX), segment_bytes);
	for (uint32_t voters = 1; voters < voters_limit; voters = voters * 3 / 2 + 1) {
		uint64_t size = committer_segment_bytes(voters);

		assert_true(size >= last && size <= segment_bytes);
		assert_true((size & (size - 1)) == 0);
		assert_true(size == segment_bytes || size >= (uint64_t)voters * 80);
		last = size;
	}
}

static void
a_segment_is_whole(void **state)
{
	struct bench *bench = bench_make(7201, SEGMENT_SIZE);
	struct segment segment;
	struct stat about;
	size_t size;
	uint8_t *bytes = segment_read(bench, 0, &size);

	(void)state;
	assert_int_equal(size, SEGMENT_SIZE);
	assert_true(segment_header_parse(bytes_make(bytes, size), &segment));
	assert_int_equal(segment.number, 0);
	assert_int_equal(segment.size, size);
	assert_memory_equal(segment.campaign, campaign, sizeof campaign);
	assert_true(bytes_all_zero(
	    bytes_make(bytes + SEGMENT_HEADER_SIZE, size - SEGMENT_HEADER_SIZE)));
	assert_int_equal(fstatat(bench->folder.fd, "ledger/00000000.seg", &about, 0), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_true((uint64_t)about.st_blocks * 512 >= size); /* no holes */
	assert_false(segment_exists(bench, "ledger/00000000.seg.new"));
	assert_int_equal(committer_make_segment(bench->folder.fd, 9, 1 << 21, campaign), 0);
	assert_int_equal(fstatat(bench->folder.fd, "ledger/00000009.seg", &about, 0), 0);
	assert_int_equal(about.st_size, 1 << 21);
	free(bytes);
	bench_free(bench);
}

static void
what_scan_reads_back(void **state)
{
	struct bench *bench = bench_make(7202, SEGMENT_SIZE);
	uint8_t memory[2000];
	size_t size;

	(void)state;
	assert_int_equal(scan_again(bench, 0), SCAN_WHOLE);
	for (int i = 0; i < 150; i++)
		commit(bench, 1 + (uint32_t)test_random_below(&bench->random, 12),
		       (uint16_t)test_random_below(&bench->random, 400));
	assert_int_equal(scan_again(bench, bench->entries_count), SCAN_WHOLE);
	assert_true(bench->place.segment >= 2);
	assert_int_equal(bench->place.checksum, bench->checksum);
	/* And the archive has been told all of it. */
	assert_int_equal(archive_size(bench->archive), bench->entries_count);
	for (size_t i = 0; i < bench->entries_count; i++) {
		assert_int_equal(archive_read(bench->archive, i, memory, sizeof memory, &size),
				 DISK_OK);
		assert_true(bytes_equal(bytes_make(memory, size), bench->entries[i]));
	}
	bench_free(bench);
}

/* The next segment is there before it is needed, and the space tells of it. */
static void
a_reserve_ahead_of_need(void **state)
{
	struct bench *bench = bench_make(7203, SEGMENT_SIZE);

	(void)state;
	assert_int_equal(space_now(bench), SPACE_OF_EMPTY);
	commit(bench, 1, 1000);
	assert_int_equal(space_now(bench), SPACE_OF_EMPTY - bench->end);
	while (SEGMENT_HEADER_SIZE + bench->end <= SEGMENT_SIZE / 2) {
		assert_false(segment_exists(bench, "ledger/00000001.seg"));
		assert_int_equal(now(bench, &bench->spaces), 0);
		commit(bench, 10, 500);
	}
	wait_for(bench, &bench->spaces, 1);
	assert_true(segment_exists(bench, "ledger/00000001.seg"));
	assert_false(segment_exists(bench, "ledger/00000001.seg.new"));
	assert_int_equal(space_now(bench), SPACE_OF_EMPTY);
	assert_int_equal(scan_again(bench, bench->entries_count), SCAN_WHOLE);
	assert_int_equal(bench->place.segment, 0);
	assert_int_equal(bench->place.segments_count, 2);
	/* What does not fit here goes there as a whole. */
	commit(bench, 1, 60000);
	assert_int_equal(scan_again(bench, bench->entries_count), SCAN_WHOLE);
	assert_int_equal(bench->place.segment, 1);
	wait_for(bench, &bench->spaces, 2);
	assert_int_equal(space_now(bench), SPACE_OF_EMPTY);
	bench_free(bench);
}

static void
a_batch_that_fits_exactly(void **state)
{
	struct bench *bench = bench_make(7204, SEGMENT_SIZE);
	uint16_t all = SPACE_OF_EMPTY - BATCH_HEADER_SIZE - BATCH_TRAILER_SIZE - 2;

	(void)state;
	commit(bench, 1, all);
	assert_int_equal(bench->end, SPACE_OF_EMPTY);
	wait_for(bench, &bench->spaces, 1);
	commit(bench, 1, all);
	wait_for(bench, &bench->spaces, 2);
	commit(bench, 1, 1);
	assert_int_equal(scan_again(bench, 3), SCAN_WHOLE);
	assert_int_equal(bench->place.segment, 2);
	bench_free(bench);
}

/* Ended at any point, the next one goes on where a scan finds the end. */
static void
goes_on_after_a_stop(void **state)
{
	struct bench *bench = bench_make(7205, SEGMENT_SIZE);

	(void)state;
	for (int i = 0; i < 40; i++) {
		commit(bench, 4, (uint16_t)test_random_below(&bench->random, 2000));
		if (i % 3 != 0)
			continue;
		committer_stop(bench->committer);
		assert_int_equal(scan_again(bench, bench->entries_count), SCAN_WHOLE);
		start(bench);
	}
	assert_true(bench->place.segment >= 2);
	assert_int_equal(scan_again(bench, bench->entries_count), SCAN_WHOLE);
	bench_free(bench);
}

static void
started_in_need_of_a_reserve(void **state)
{
	struct bench *bench = bench_make(7206, SEGMENT_SIZE);

	(void)state;
	commit(bench, 1, 40000);
	committer_stop(bench->committer);
	unlinkat(bench->folder.fd, "ledger/00000001.seg", 0);
	assert_int_equal(scan_again(bench, 1), SCAN_WHOLE);
	assert_int_equal(bench->place.segments_count, 1);
	bench->spaces = 0;
	start(bench);
	wait_for(bench, &bench->spaces, 1);
	assert_int_equal(space_now(bench), SPACE_OF_EMPTY);
	commit(bench, 1, 60000);
	bench_free(bench);
}

/* A stop waits for the commit that is under way. */
static void
nothing_is_lost_at_a_stop(void **state)
{
	struct bench *bench = bench_make(7207, SEGMENT_SIZE);

	(void)state;
	for (unsigned i = 1; i < 10; i++) {
		hand_over(bench, 3, 100);
		committer_stop(bench->committer);
		assert_int_equal(bench->committed, i);
		assert_int_equal(scan_again(bench, bench->entries_count), SCAN_WHOLE);
		start(bench);
	}
	bench_free(bench);
}

static void
no_segment_to_write(void **state)
{
	struct bench *bench = bench_make(7208, SEGMENT_SIZE);
	struct committer_calls calls = {on_committed, on_space, on_failed, on_said, bench};
	struct committer_place place = {.segment = 4, .segment_bytes = SEGMENT_SIZE};

	(void)state;
	assert_null(
	    committer_start(bench->folder.fd, campaign, bench->archive, &place, &calls));
	assert_non_null(strstr(disk_error(), "ledger/00000004.seg"));
	bench_free(bench);
}

/* --- failures ------------------------------------------------------------------------------ */

/* The committer's own descriptor of segment `number`: the one open for writing. */
static int
its_descriptor(const struct bench *bench, uint32_t number)
{
	char name[SEGMENT_NAME_MAX];
	char wanted[400];
	char found[400];
	char link[64];

	segment_name(number, name);
	snprintf(wanted, sizeof wanted, "%s/%s", bench->folder.path, name);
	for (int fd = 3; fd < 256; fd++) {
		ssize_t size;

		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		size = readlink(link, found, sizeof found - 1);
		if (size < 0 || (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR)
			continue;
		found[size] = '\0';
		if (strcmp(found, wanted) == 0)
			return fd;
	}
	fail_msg("%s is not open", wanted);
	return -1;
}

static void
exchange_descriptor(int fd, const char *path, int flags)
{
	int other = open(path, flags | O_CLOEXEC);

	assert_true(other >= 0);
	assert_int_equal(dup2(other, fd), fd);
	close(other);
}

/* `failed` came once, and whatever is handed over afterwards reaches neither disk nor archive. */
static void
assert_poisoned(struct bench *bench, enum scan_result expected, uint64_t entries_count)
{
	const struct timespec pause = {.tv_nsec = 30 * 1000000};
	unsigned committed = now(bench, &bench->committed);
	size_t size;
	size_t after;
	uint8_t *bytes;
	uint8_t *again;

	wait_for(bench, &bench->failed, 1);
	bytes = segment_read(bench, 0, &size);
	hand_over(bench, 1, 50);
	nanosleep(&pause, NULL);
	assert_int_equal(now(bench, &bench->failed), 1);
	assert_int_equal(now(bench, &bench->committed), committed);
	again = segment_read(bench, 0, &after);
	assert_int_equal(size, after);
	assert_memory_equal(bytes, again, size);
	assert_int_equal(archive_size(bench->archive), entries_count);
	assert_int_equal(scan_again(bench, entries_count), expected);
	free(bytes);
	free(again);
}

static void
a_write_that_fails(void **state)
{
	struct bench *bench = bench_make(7210, SEGMENT_SIZE);
	char path[400];

	(void)state;
	commit(bench, 5, 100);
	snprintf(path, sizeof path, "%s/ledger/00000000.seg", bench->folder.path);
	exchange_descriptor(its_descriptor(bench, 0), path, O_RDONLY);
	hand_over(bench, 5, 100);
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
	commit(bench, 5, 100);
	exchange_descriptor(its_descriptor(bench, 0), "/dev/null", O_RDWR);
	hand_over(bench, 5, 100);
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
	commit(bench, 5, 100);
	before = limit_files(SEGMENT_HEADER_SIZE + bench->end + 300);
	hand_over(bench, 5, 100);
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
	commit(bench, 1, 40000);
	wait_for(bench, &bench->said, 1);
	exchange_descriptor(its_descriptor(bench, 0), "/dev/null", O_RDWR);
	hand_over(bench, 5, 100);
	wait_for(bench, &bench->failed, 1);
	nanosleep(&pause, NULL);
	unlinkat(bench->folder.fd, "ledger/00000001.seg.new", AT_REMOVEDIR);
	committer_stop(bench->committer);
	assert_false(segment_exists(bench, "ledger/00000001.seg"));
	bench->place.offset = SEGMENT_HEADER_SIZE;
	start(bench);
	bench_free(bench);
}

/* --- no room -------------------------------------------------------------------------------- */

static void
no_room_and_room_again(void **state)
{
	struct bench *bench = bench_make(7220, SEGMENT_SIZE);
	uint64_t end;

	(void)state;
	assert_int_equal(mkdirat(bench->folder.fd, "ledger/00000001.seg.new", 0700), 0);
	commit(bench, 1, 40000);
	wait_for(bench, &bench->said, 1);
	assert_non_null(strstr(bench->why, "ledger/00000001.seg.new: "));
	end = bench->end;
	assert_int_equal(space_now(bench), SPACE_OF_EMPTY - end);
	/* What is left is used to its end, and nothing fails. */
	commit(bench, 1, 10000);
	commit(bench, 1, (uint16_t)(space_now(bench) - 2 - 48 - 8));
	assert_int_equal(space_now(bench), 0);
	assert_int_equal(now(bench, &bench->said), 1);
	assert_int_equal(now(bench, &bench->spaces), 0);
	unlinkat(bench->folder.fd, "ledger/00000001.seg.new", AT_REMOVEDIR);
	wait_for(bench, &bench->spaces, 1);
	assert_int_equal(space_now(bench), SPACE_OF_EMPTY);
	commit(bench, 1, 60000);
	assert_int_equal(scan_again(bench, 4), SCAN_WHOLE);
	assert_int_equal(now(bench, &bench->said), 1);
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
	commit(bench, 1, 40000);
	wait_for(bench, &bench->spaces, 1);
	commit(bench, 1, 60000);
	assert_int_equal(scan_again(bench, 2), SCAN_WHOLE);
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
		commit(bench, 1, 60000);
	snprintf(path, sizeof path, "%s/ledger", bench->folder.path);
	assert_true(inotify_add_watch(watch, path, IN_CREATE | IN_DELETE) >= 0);
	before = limit_files(LARGE - 1);
	clock_gettime(CLOCK_MONOTONIC, &began);
	commit(bench, 1, 60000);
	wait_for(bench, &bench->said, 1);
	assert_non_null(strstr(bench->why, "reserving 524288 bytes"));
	for (int i = 0; i < 100; i++)
		commit(bench, 1, 10);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	tries = names_made(watch);
	assert_in_range(tries, 1, 2 + (ended.tv_sec - began.tv_sec));
	assert_int_equal(now(bench, &bench->said), 1);
	assert_false(segment_exists(bench, "ledger/00000001.seg.new"));
	setrlimit(RLIMIT_FSIZE, &before);
	wait_for(bench, &bench->spaces, 1);
	assert_int_equal(scan_again(bench, bench->entries_count), SCAN_WHOLE);
	close(watch);
	bench_free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(segment_sizes),
	    cmocka_unit_test(a_segment_is_whole),
	    cmocka_unit_test(what_scan_reads_back),
	    cmocka_unit_test(a_reserve_ahead_of_need),
	    cmocka_unit_test(a_batch_that_fits_exactly),
	    cmocka_unit_test(goes_on_after_a_stop),
	    cmocka_unit_test(started_in_need_of_a_reserve),
	    cmocka_unit_test(nothing_is_lost_at_a_stop),
	    cmocka_unit_test(no_segment_to_write),
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
