#include "tests/lib/test.h"

#include "shell/start.h"
#include "tally/status.h"
#include "tests/lib/startup.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

static const char segment_0[] = "ledger/00000000.seg";

/* the ledger's rows */

static void
nothing_under_way(void **state)
{
	struct founded founded;
	size_t size;
	uint8_t *before;
	uint8_t *after;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 40, 1);
	test_log_tally(&founded.log);
	founded_append(&founded, founded.log.count);
	assert_restores(&founded, founded.log.count);
	before = founded_read(&founded, segment_0, &size);
	assert_restores(&founded, founded.log.count);
	after = founded_read(&founded, segment_0, &size);
	assert_memory_equal(before, after, size);
	free(before);
	free(after);
	founded_free(&founded);
}

/* Committed, perhaps answered, not yet signed. */
static void
batches_beyond_what_is_remembered(void **state)
{
	struct founded founded;
	struct remembered remembered;
	size_t sizes[5];
	size_t size;
	uint8_t *before;
	uint8_t *after;
	int dir_fd;

	(void)state;
	founded_open_voting(&founded, NULL);
	for (size_t i = 0; i < 5; i++) {
		for (uint64_t voter = 0; voter < 3 + i; voter++)
			founded_vote(&founded, 10 * i + voter, 1);
		sizes[i] = founded.log.count;
	}
	founded_append_batches(&founded, sizes, 5);
	dir_fd = open(founded.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(remembered_open(&remembered, dir_fd), DISK_OK);
	assert_int_equal(remembered.checkpoint.size, 2);
	remembered_close(&remembered);
	close(dir_fd);
	before = founded_read(&founded, segment_0, &size);
	assert_restores(&founded, founded.log.count);
	after = founded_read(&founded, segment_0, &size);
	assert_memory_equal(before, after, size);
	free(before);
	free(after);
	founded_free(&founded);
}

/* Segment 0 made small, so that a few ballots fill it. */
static void
shrink_segment(const struct founded *founded, uint64_t size)
{
	struct segment segment = {.size = size};
	uint8_t header[SEGMENT_HEADER_SIZE];
	char path[600];

	memcpy(segment.campaign, founded->log.campaign.manifest->id, TALLY_HASH_SIZE);
	segment_header_write(&segment, header);
	founded_write(founded, segment_0, 0, bytes_make(header, sizeof header));
	snprintf(path, sizeof path, "%s/%s", founded->data, segment_0);
	assert_int_equal(truncate(path, (off_t)size), 0);
}

static void
batches_beyond_in_two_segments(void **state)
{
	struct founded founded;
	struct committer_place place;
	size_t sizes[12];

	(void)state;
	founded_open_voting(&founded, NULL);
	shrink_segment(&founded, 16 * 1024);
	for (size_t i = 0; i < 12; i++) {
		for (uint64_t voter = 0; voter < 10; voter++)
			founded_vote(&founded, 10 * i + voter, 1);
		sizes[i] = founded.log.count;
	}
	founded_append_batches(&founded, sizes, 12);
	assert_true(founded_has(&founded, "ledger/00000001.seg"));
	place = startup_place(&founded);
	assert_int_equal(place.segment, 1);
	assert_restores(&founded, founded.log.count);
	founded_votes(&founded, 500, 510, 1);
	assert_restores(&founded, founded.log.count);
	founded_free(&founded);
}

/* The last batch, cut or spoiled in any way: it is cleared, and nothing else is touched. */
static void
a_torn_batch(void **state)
{
	struct founded founded;
	struct committer_place place;
	struct committer_place after;
	size_t size;
	uint8_t *good;
	uint8_t *bytes;
	size_t end;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 10, 1);
	place = startup_place(&founded);
	for (uint64_t voter = 20; voter < 30; voter++)
		founded_vote(&founded, voter, 1);
	founded_append(&founded, founded.log.count);
	good = founded_read(&founded, segment_0, &size);
	bytes = malloc(size);
	assert_non_null(bytes);
	end = place.offset + 1500; /* ten ballots are longer */
	assert_false(bytes_all_zero(bytes_make(good + end, 8)));
	for (size_t cut = place.offset + 1; cut < end; cut += 211) {
		uint8_t *found;

		memcpy(bytes, good, size);
		if (cut % 2 == 0)
			memset(bytes + cut, 0, size - cut); /* a prefix was written */
		else
			bytes[cut] ^= 1;
		founded_write(&founded, segment_0, 0, bytes_make(bytes, size));
		assert_starts_saying(&founded, "the last batch was torn (segment 0, offset ");
		found = founded_read(&founded, segment_0, &size);
		assert_memory_equal(found, good, place.offset);
		assert_true(
		    bytes_all_zero(bytes_make(found + place.offset, size - place.offset)));
		free(found);
		after = startup_place(&founded);
		assert_int_equal(after.offset, place.offset);
		assert_int_equal(after.checksum, place.checksum);
		assert_restores(&founded, 12);
	}
	free(good);
	free(bytes);
	founded_free(&founded);
}

/* The same damage where a checkpoint covers it. */
static void
a_covered_batch_invalid(void **state)
{
	struct founded founded;
	struct committer_place place;
	char line[200];

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 10, 1);
	place = startup_place(&founded);
	founded_votes(&founded, 10, 20, 1);
	founded_sign(&founded);
	founded_flip(&founded, segment_0, place.offset + 300);
	snprintf(line, sizeof line,
		 "reading %s at offset %llu: the batch is invalid, and the "
		 "remembered checkpoint covers it; nothing was changed",
		 segment_0, (unsigned long long)place.offset);
	assert_start_refused(&founded, ".", line);
	founded_free(&founded);
}

static void
damage_in_the_middle(void **state)
{
	struct founded founded;
	struct committer_place place;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 10, 1);
	place = startup_place(&founded);
	founded_votes(&founded, 10, 20, 1);
	founded_flip(&founded, segment_0, 530);
	assert_start_refused(&founded, ".",
			     "reading ledger/00000000.seg at offset 512: the batch is invalid, "
			     "and a valid one stands behind it; nothing was changed");
	founded_flip(&founded, segment_0, 530);
	founded_flip(&founded, segment_0, 5);
	assert_start_refused(
	    &founded, ".", "at offset 0: the segment's header is invalid; nothing was changed");
	founded_flip(&founded, segment_0, 5);
	founded_flip(&founded, segment_0, 3 << 20);
	assert_start_refused(&founded, ".",
			     "at offset 3145728: bytes stand where nothing was written");
	founded_flip(&founded, segment_0, 3 << 20);
	assert_restores(&founded, founded.log.count);
	assert_true(place.offset > 530);
	founded_free(&founded);
}

static void
a_ledger_cut_short(void **state)
{
	static const uint8_t zeros[8192];
	struct founded founded;
	struct committer_place place;
	char path[600];

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 10, 1);
	place = startup_place(&founded);
	founded_votes(&founded, 10, 20, 1);
	founded_sign(&founded);
	founded_write(&founded, segment_0, place.offset, bytes_make(zeros, sizeof zeros));
	assert_start_refused(&founded, ".",
			     "the ledger is shorter than the remembered checkpoint; "
			     "nothing was changed");
	snprintf(path, sizeof path, "%s/%s", founded.data, segment_0);
	assert_int_equal(truncate(path, 1 << 20), 0);
	assert_start_refused(&founded, ".", "the segment is not as large as its header says");
	assert_int_equal(truncate(path, 0), 0);
	assert_start_refused(&founded, ".", "the segment's header is invalid");
	founded_free(&founded);
}

static void
another_root(void **state)
{
	struct founded founded;
	struct committer_place place;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 10, 1);
	place = startup_place(&founded);
	founded_votes(&founded, 10, 20, 1); /* the last batch is not signed */
	founded_fork(&founded);
	assert_start_refused(&founded, "ledger",
			     "the ledger's first 12 entries are not those that were "
			     "signed; nothing is signed or accepted");
	founded_flip(&founded, segment_0, place.offset + 100); /* and now it is torn */
	assert_start_refused(&founded, "ledger",
			     "the ledger's first 12 entries are not those that were signed");
	founded_free(&founded);
}

static void
segments_made_ahead(void **state)
{
	struct founded founded;
	struct committer_place place;
	struct start start;

	(void)state;
	founded_open_voting(&founded, NULL);
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_int_equal(committer_make_segment(start.dir_fd, 1, start.place.segment_bytes,
						start.manifest->id),
			 DISK_OK);
	start_end(&start);
	founded_write(&founded, "ledger/00000002.seg.new", 0, BYTES_OF("half a segment"));
	place = startup_place(&founded);
	assert_int_equal(place.segment, 0);
	assert_int_equal(place.segments_count, 2);
	founded_votes(&founded, 0, 10, 1);
	assert_restores(&founded, founded.log.count);
	founded_free(&founded);
}

/* What breaks a rule is not believed because its checksum fits. */
static void
an_entry_against_the_rules(void **state)
{
	struct founded founded;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 10, 1);
	test_log_append(&founded.log, test_log_entry(&founded.log, 5));
	founded_append(&founded, founded.log.count);
	assert_start_refused(&founded, "ledger",
			     "replaying entry 12: a voter has a second ballot");
	founded_free(&founded);
}

static void
notices_and_the_close(void **state)
{
	struct founded founded;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 10, 1);
	test_log_notice(&founded.log, TALLY_NOTICE_EXTEND, "2026-02-02T20:00:00Z");
	founded_append(&founded, founded.log.count);
	test_log_notice(&founded.log, TALLY_NOTICE_EXTEND, "2026-02-03T20:00:00Z");
	founded_append(&founded, founded.log.count);
	founded_votes(&founded, 10, 20, 1);
	test_log_phase(&founded.log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK,
		       "2026-02-03T20:00:00Z");
	test_log_tally(&founded.log);
	founded_append(&founded, founded.log.count);
	assert_restores(&founded, founded.log.count);
	founded_free(&founded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_under_way),
	    cmocka_unit_test(batches_beyond_what_is_remembered),
	    cmocka_unit_test(batches_beyond_in_two_segments),
	    cmocka_unit_test(a_torn_batch),
	    cmocka_unit_test(a_covered_batch_invalid),
	    cmocka_unit_test(damage_in_the_middle),
	    cmocka_unit_test(a_ledger_cut_short),
	    cmocka_unit_test(another_root),
	    cmocka_unit_test(segments_made_ahead),
	    cmocka_unit_test(an_entry_against_the_rules),
	    cmocka_unit_test(notices_and_the_close),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
