#include "tests/lib/bench.h"

#include "ledger/scan.h"
#include "limits.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/patience.h"

const uint8_t bench_campaign[TALLY_HASH_SIZE] = {0xca};

static struct bench *
called(void *context)
{
	struct bench *bench = context;

	pthread_mutex_lock(&bench->lock);
	pthread_cond_broadcast(&bench->changed);
	return bench;
}

static void
on_committed(void *context, const struct committer_done *done)
{
	struct bench *bench = called(context);

	bench->committed++;
	bench->checksum = done->checksum;
	bench->space = done->space;
	bench->done = *done;
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

void
bench_start(struct bench *bench)
{
	struct committer_calls calls = {on_committed, on_space, on_failed, on_said, bench};
	uint64_t space;

	bench->space = 0;
	bench->committer = committer_start(bench->folder.fd, bench_campaign, bench->archive,
					   &bench->place, &calls);
	if (bench->committer == NULL)
		fail_msg("%s", disk_error());
	space = committer_space(bench->committer);
	pthread_mutex_lock(&bench->lock);
	if (bench->space < space) /* else a reserve has been made already */
		bench->space = space;
	pthread_mutex_unlock(&bench->lock);
}

struct bench *
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
	assert_int_equal(
	    committer_make_segment(bench->folder.fd, 0, segment_size, bench_campaign), DISK_OK);
	assert_int_equal(archive_add_segment(bench->archive, 0), DISK_OK);
	bench->place = (struct committer_place){
	    .offset = SEGMENT_HEADER_SIZE, .segments_count = 1, .segment_bytes = segment_size};
	bench_start(bench);
	return bench;
}

void
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
	until.tv_sec += TEST_PATIENCE_S;
	return until;
}

/* Waits until *count is at least `least`; fails the test if that never is. */
void
bench_wait(struct bench *bench, const unsigned *count, unsigned least)
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

unsigned
bench_count(struct bench *bench, const unsigned *count)
{
	unsigned value;

	pthread_mutex_lock(&bench->lock);
	value = *count;
	pthread_mutex_unlock(&bench->lock);
	return value;
}

/* Random entries: `count` of `size` bytes. */
void
bench_hand_over(struct bench *bench, uint32_t count, uint16_t size)
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
bench_wait_for_space(struct bench *bench, uint64_t size)
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

void
bench_commit(struct bench *bench, uint32_t count, uint16_t size)
{
	unsigned before = bench_count(bench, &bench->committed);

	bench_wait_for_space(bench, batch_size(count * (2u + size)));
	bench_hand_over(bench, count, size);
	bench_wait(bench, &bench->committed, before + 1);
	assert_int_equal(bench_count(bench, &bench->failed), 0);
}

uint64_t
bench_space(struct bench *bench)
{
	uint64_t space;

	pthread_mutex_lock(&bench->lock);
	space = bench->space;
	pthread_mutex_unlock(&bench->lock);
	assert_int_equal(committer_space(bench->committer), space);
	return space;
}

uint8_t *
bench_segment(const struct bench *bench, uint32_t number, size_t *size)
{
	char name[SEGMENT_NAME_MAX];
	char path[400];

	segment_name(number, name);
	snprintf(path, sizeof path, "%s/%s", bench->folder.path, name);
	return test_file_read(path, size);
}

bool
bench_has(const struct bench *bench, const char *name)
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
enum scan_result
bench_scan(struct bench *bench, uint64_t entries_count)
{
	struct reading reading = {.bench = bench};
	enum scan_result result;
	struct scan scan;
	uint8_t *segment;
	size_t size;
	uint32_t number;

	scan_init(&scan, 0, compare_batch, &reading);
	for (number = 0; (segment = bench_segment(bench, number, &size)) != NULL; number++) {
		result = scan_segment(&scan, bytes_make(segment, size));
		free(segment);
		assert_int_equal(result, SCAN_GOES_ON);
	}
	result = scan_finish(&scan);
	assert_memory_equal(scan.campaign, bench_campaign, sizeof bench_campaign);
	assert_int_equal(reading.next, entries_count);
	assert_int_equal(scan.entries_count, entries_count);
	bench->place.segment = scan.segment;
	bench->place.offset = scan.offset;
	bench->place.segments_count = scan.segments_count;
	bench->place.checksum = scan.checksum;
	return result;
}
