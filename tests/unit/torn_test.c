#include "tests/lib/test.h"

#include "ledger/scan.h"
#include "tests/lib/ledger.h"

/* The torn tail is where it should be; where it is cut, the ledger is whole as before. */
static void
assert_torn_and_mended(struct test_ledger *ledger, uint64_t remembered, struct test_place last,
		       uint64_t entries_count)
{
	struct scan scan;
	uint8_t *segment;

	assert_int_equal(test_ledger_scan(ledger, remembered, &scan), SCAN_TORN);
	assert_int_equal(scan.torn_segment, last.segment);
	assert_int_equal(scan.torn_offset, last.offset);
	assert_int_equal(scan.entries_count, entries_count);
	segment = ledger->segments[scan.torn_segment];
	assert_true(segment[scan.torn_end - 1] != 0);
	memset(segment + scan.torn_offset, 0, scan.torn_end - scan.torn_offset);
	assert_int_equal(test_ledger_scan(ledger, remembered, &scan), SCAN_WHOLE);
	assert_int_equal(scan.entries_count, entries_count);
}

/* Keeps the first `kept` bytes of the last batch, then looks at the result. */
static void
tear_at(struct test_ledger *ledger, const uint8_t *image, size_t kept)
{
	struct test_place last = ledger->batches[ledger->batches_count - 1];
	uint8_t *at = test_ledger_batch(ledger, last);
	struct scan scan;

	memcpy(at, image, kept);
	memset(at + kept, 0, last.size - kept);
	if (memcmp(at, image, last.size) == 0) {
		assert_int_equal(test_ledger_scan(ledger, ledger->entries_count, &scan),
				 SCAN_WHOLE);
		return;
	}
	if (kept > 0) {
		assert_ledger_damaged(ledger, last.first_index + 1, last.segment, last.offset);
		assert_torn_and_mended(ledger, last.first_index, last, last.first_index);
	} else {
		assert_int_equal(test_ledger_scan(ledger, last.first_index, &scan), SCAN_WHOLE);
		assert_int_equal(scan.entries_count, last.first_index);
	}
}

static void
tear(size_t segment_size, uint32_t count, uint16_t size, size_t step)
{
	struct test_ledger ledger = test_ledger_make(segment_size, 0xc1);
	uint8_t *image;
	struct test_place last;

	test_ledger_append(&ledger, 2, 40);
	test_ledger_append(&ledger, count, size);
	last = ledger.batches[1];
	image = malloc(last.size);
	assert_non_null(image);
	memcpy(image, test_ledger_batch(&ledger, last), last.size);
	for (size_t kept = 0; kept <= last.size; kept += step)
		tear_at(&ledger, image, kept);
	free(image);
	test_ledger_free(&ledger);
}

static void
torn_at_every_byte(void **state)
{
	(void)state;
	tear(TEST_SEGMENT_SIZE, 3, 50, 1);
	tear(TEST_SEGMENT_SIZE, 4, 100, 1); /* in the next segment */
}

static void
torn_at_every_sector(void **state)
{
	(void)state;
	tear(64 * 1024, 700, 77, 512);
}

/* A disk writes the sectors of one request in any order. */
static void
any_sectors_of_the_last_batch(void **state)
{
	struct test_ledger ledger = test_ledger_make(8192, 0xc1);
	struct test_random random = test_random_make(2);
	struct test_place last;
	uint8_t image[8192];

	(void)state;
	test_ledger_append(&ledger, 2, 40);
	test_ledger_append(&ledger, 50, 100);
	last = ledger.batches[1];
	memcpy(image, ledger.segments[0], sizeof image);
	for (int round = 0; round < 500; round++) {
		uint64_t lost = test_random_next(&random);

		memcpy(ledger.segments[0], image, sizeof image);
		for (size_t sector = 2; sector <= 10; sector++) {
			if ((lost >> sector & 1) != 0)
				memset(ledger.segments[0] + sector * 512, 0, 512);
		}
		if ((lost >> 2 & 0x1ff) != 0)
			assert_torn_and_mended(&ledger, last.first_index, last,
					       last.first_index);
	}
	test_ledger_free(&ledger);
}

/* Where a flipped byte is damage, if it is; the batch it lies in, or -1 for free space. */
static int
batch_of(const struct test_ledger *ledger, uint32_t segment, size_t offset)
{
	for (size_t i = 0; i < ledger->batches_count; i++) {
		const struct test_place *place = &ledger->batches[i];

		if (place->segment == segment && offset >= place->offset &&
		    offset < place->offset + place->size)
			return (int)i;
	}
	return -1;
}

static void
flip_in_batch(struct test_ledger *ledger, uint64_t remembered, const struct test_place *place)
{
	bool last = place == &ledger->batches[ledger->batches_count - 1];
	struct scan scan;

	if (!last || place->first_index < remembered) {
		assert_ledger_damaged(ledger, remembered, place->segment, place->offset);
		return;
	}
	assert_int_equal(test_ledger_scan(ledger, remembered, &scan), SCAN_TORN);
	assert_int_equal(scan.torn_segment, place->segment);
	assert_int_equal(scan.torn_offset, place->offset);
	assert_int_equal(scan.entries_count, place->first_index);
}

/* A bit in unused space behind the end looks like the beginning of a torn batch: nothing is
 * lost where it is cut. In front of a later segment it is damage. */
static void
flip_in_free_space(struct test_ledger *ledger, uint64_t remembered, uint32_t segment,
		   size_t offset)
{
	struct scan scan;

	if (segment < ledger->segment) {
		assert_ledger_damaged(ledger, remembered, segment,
				      ledger->batches[2].offset + ledger->batches[2].size);
		return;
	}
	assert_int_equal(test_ledger_scan(ledger, remembered, &scan), SCAN_TORN);
	assert_int_equal(scan.torn_segment, segment);
	assert_int_equal(scan.torn_end, offset + 1);
	assert_int_equal(scan.entries_count, ledger->entries_count);
}

static void
flip(struct test_ledger *ledger, uint64_t remembered, uint32_t segment, size_t offset)
{
	int batch = batch_of(ledger, segment, offset);

	if (offset < SEGMENT_HEADER_SIZE)
		assert_ledger_damaged(ledger, remembered, segment, 0);
	else if (batch >= 0)
		flip_in_batch(ledger, remembered, &ledger->batches[batch]);
	else
		flip_in_free_space(ledger, remembered, segment, offset);
}

static void
every_bit(void **state)
{
	struct test_ledger ledger = test_ledger_small();
	uint64_t sizes[] = {0, ledger.entries_count - 1, ledger.entries_count};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t bit = 0; bit < (size_t)8 * 3 * TEST_SEGMENT_SIZE; bit++) {
			uint32_t segment = (uint32_t)(bit / 8 / TEST_SEGMENT_SIZE);
			size_t offset = bit / 8 % TEST_SEGMENT_SIZE;

			ledger.segments[segment][offset] ^= (uint8_t)(1u << bit % 8);
			flip(&ledger, sizes[i], segment, offset);
			ledger.segments[segment][offset] ^= (uint8_t)(1u << bit % 8);
		}
	}
	test_ledger_free(&ledger);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(torn_at_every_byte),
	    cmocka_unit_test(torn_at_every_sector),
	    cmocka_unit_test(any_sectors_of_the_last_batch),
	    cmocka_unit_test(every_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
