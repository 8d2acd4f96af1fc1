#include "tests/lib/test.h"

#include "limits.h"
#include "tests/lib/bench.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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
	uint8_t *bytes = bench_segment(bench, 0, &size);

	(void)state;
	assert_int_equal(size, SEGMENT_SIZE);
	assert_true(segment_header_parse(bytes_make(bytes, size), &segment));
	assert_int_equal(segment.number, 0);
	assert_int_equal(segment.size, size);
	assert_memory_equal(segment.campaign, bench_campaign, sizeof bench_campaign);
	assert_true(bytes_all_zero(
	    bytes_make(bytes + SEGMENT_HEADER_SIZE, size - SEGMENT_HEADER_SIZE)));
	assert_int_equal(fstatat(bench->folder.fd, "ledger/00000000.seg", &about, 0), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_true((uint64_t)about.st_blocks * 512 >= size); /* no holes */
	assert_false(bench_has(bench, "ledger/00000000.seg.new"));
	assert_int_equal(committer_make_segment(bench->folder.fd, 9, 1 << 21, bench_campaign),
			 0);
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
	assert_int_equal(bench_scan(bench, 0), SCAN_WHOLE);
	for (int i = 0; i < 150; i++)
		bench_commit(bench, 1 + (uint32_t)test_random_below(&bench->random, 12),
			     (uint16_t)test_random_below(&bench->random, 400));
	assert_int_equal(bench_scan(bench, bench->entries_count), SCAN_WHOLE);
	assert_true(bench->place.segment >= 2);
	assert_int_equal(bench->place.checksum, bench->checksum);
	assert_int_equal(bench->done.ledger_bytes,
			 bench->place.segment * SEGMENT_SIZE + bench->place.offset);
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
	assert_int_equal(bench_space(bench), SPACE_OF_EMPTY);
	bench_commit(bench, 1, 1000);
	assert_int_equal(bench_space(bench), SPACE_OF_EMPTY - bench->end);
	while (SEGMENT_HEADER_SIZE + bench->end <= SEGMENT_SIZE / 2) {
		assert_false(bench_has(bench, "ledger/00000001.seg"));
		assert_int_equal(bench_count(bench, &bench->spaces), 0);
		bench_commit(bench, 10, 500);
	}
	bench_wait(bench, &bench->spaces, 1);
	assert_true(bench_has(bench, "ledger/00000001.seg"));
	assert_false(bench_has(bench, "ledger/00000001.seg.new"));
	assert_int_equal(bench_space(bench), SPACE_OF_EMPTY);
	assert_int_equal(bench_scan(bench, bench->entries_count), SCAN_WHOLE);
	assert_int_equal(bench->place.segment, 0);
	assert_int_equal(bench->place.segments_count, 2);
	/* What does not fit here goes there as a whole. */
	bench_commit(bench, 1, 60000);
	assert_int_equal(bench_scan(bench, bench->entries_count), SCAN_WHOLE);
	assert_int_equal(bench->place.segment, 1);
	bench_wait(bench, &bench->spaces, 2);
	assert_int_equal(bench_space(bench), SPACE_OF_EMPTY);
	bench_free(bench);
}

static void
a_batch_that_fits_exactly(void **state)
{
	struct bench *bench = bench_make(7204, SEGMENT_SIZE);
	uint16_t all = SPACE_OF_EMPTY - BATCH_HEADER_SIZE - BATCH_TRAILER_SIZE - 2;

	(void)state;
	bench_commit(bench, 1, all);
	assert_int_equal(bench->end, SPACE_OF_EMPTY);
	bench_wait(bench, &bench->spaces, 1);
	bench_commit(bench, 1, all);
	bench_wait(bench, &bench->spaces, 2);
	bench_commit(bench, 1, 1);
	assert_int_equal(bench_scan(bench, 3), SCAN_WHOLE);
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
		bench_commit(bench, 4, (uint16_t)test_random_below(&bench->random, 2000));
		if (i % 3 != 0)
			continue;
		committer_stop(bench->committer);
		assert_int_equal(bench_scan(bench, bench->entries_count), SCAN_WHOLE);
		bench_start(bench);
	}
	assert_true(bench->place.segment >= 2);
	assert_int_equal(bench_scan(bench, bench->entries_count), SCAN_WHOLE);
	bench_free(bench);
}

static void
started_in_need_of_a_reserve(void **state)
{
	struct bench *bench = bench_make(7206, SEGMENT_SIZE);

	(void)state;
	bench_commit(bench, 1, 40000);
	committer_stop(bench->committer);
	unlinkat(bench->folder.fd, "ledger/00000001.seg", 0);
	assert_int_equal(bench_scan(bench, 1), SCAN_WHOLE);
	assert_int_equal(bench->place.segments_count, 1);
	bench->spaces = 0;
	bench_start(bench);
	bench_wait(bench, &bench->spaces, 1);
	assert_int_equal(bench_space(bench), SPACE_OF_EMPTY);
	bench_commit(bench, 1, 60000);
	bench_free(bench);
}

/* A stop waits for the commit that is under way. */
static void
nothing_is_lost_at_a_stop(void **state)
{
	struct bench *bench = bench_make(7207, SEGMENT_SIZE);

	(void)state;
	for (unsigned i = 1; i < 10; i++) {
		bench_hand_over(bench, 3, 100);
		committer_stop(bench->committer);
		assert_int_equal(bench->committed, i);
		assert_int_equal(bench_scan(bench, bench->entries_count), SCAN_WHOLE);
		bench_start(bench);
	}
	bench_free(bench);
}

static void
no_segment_to_write(void **state)
{
	struct bench *bench = bench_make(7208, SEGMENT_SIZE);
	const struct committer_calls none = {.context = bench};
	struct committer_place place = {.segment = 4, .segment_bytes = SEGMENT_SIZE};

	(void)state;
	assert_null(
	    committer_start(bench->folder.fd, bench_campaign, bench->archive, &place, &none));
	assert_non_null(strstr(disk_error(), "ledger/00000004.seg"));
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
