#include "tests/lib/test.h"

#include "ledger/scan.h"
#include "limits.h"
#include "tests/lib/ledger.h"

enum {
	LARGE_SEGMENT = 4 * 1024 * 1024
};

static bool
compare_visit(void *context, const struct batch *batch, uint32_t segment, uint64_t offset)
{
	struct test_ledger *ledger = context;
	struct test_place *place = &ledger->batches[batch->number];

	assert_int_equal(segment, place->segment);
	assert_int_equal(offset, place->offset);
	assert_int_equal(batch->size, place->size);
	assert_int_equal(batch->first_index, place->first_index);
	assert_ptr_equal(batch->entries.data,
			 test_ledger_batch(ledger, *place) + BATCH_HEADER_SIZE);
	return batch->number != 4;
}

static void
whole(void **state)
{
	struct test_ledger ledger = test_ledger_small();
	struct scan scan;

	(void)state;
	assert_int_equal(test_ledger_scan(&ledger, ledger.entries_count, &scan), SCAN_WHOLE);
	assert_int_equal(scan.batches_count, 6);
	assert_int_equal(scan.entries_count, 10);
	assert_true(scan.checksum == ledger.checksum);
	assert_int_equal(scan.segment, ledger.segment);
	assert_int_equal(scan.offset, ledger.offset);
	assert_int_equal(scan.segments_count, 3);
	assert_memory_equal(scan.campaign, ledger.campaign, TALLY_HASH_SIZE);
	assert_ledger_damaged(&ledger, ledger.entries_count + 1, ledger.segment, ledger.offset);
	test_ledger_free(&ledger);
}

static void
visitor_sees_all_and_stops(void **state)
{
	struct test_ledger ledger = test_ledger_small();
	struct scan scan;

	(void)state;
	scan_init(&scan, 0, compare_visit, &ledger);
	assert_int_equal(scan_segment(&scan, test_ledger_segment(&ledger, 0)), SCAN_GOES_ON);
	assert_int_equal(scan.batches_count, 3);
	assert_int_equal(scan_segment(&scan, test_ledger_segment(&ledger, 1)), SCAN_STOPPED);
	assert_int_equal(scan.batches_count, 4);
	test_ledger_free(&ledger);
}

static void
nothing_yet(void **state)
{
	struct test_ledger ledger = test_ledger_make(TEST_SEGMENT_SIZE, 0xc1);
	struct scan scan;

	(void)state;
	assert_int_equal(test_ledger_scan(&ledger, 0, &scan), SCAN_WHOLE);
	assert_int_equal(scan.batches_count, 0);
	assert_int_equal(scan.offset, SEGMENT_HEADER_SIZE);
	assert_ledger_damaged(&ledger, 1, 0, SEGMENT_HEADER_SIZE);
	scan_init(&scan, 0, NULL, NULL);
	assert_int_equal(scan_segment(&scan, bytes_make(NULL, 0)), SCAN_DAMAGED);
	scan_init(&scan, 0, NULL, NULL);
	assert_int_equal(scan_finish(&scan), SCAN_DAMAGED);
	test_ledger_free(&ledger);
}

/* Four batches of one size. */
static struct test_ledger
even_ledger(uint8_t campaign)
{
	struct test_ledger ledger = test_ledger_make(TEST_SEGMENT_SIZE, campaign);

	for (int i = 0; i < 4; i++)
		test_ledger_append(&ledger, 1, 20);
	return ledger;
}

static void
swap(uint8_t *a, uint8_t *b, size_t size)
{
	uint8_t image[TEST_SEGMENT_SIZE];

	memcpy(image, a, size);
	memcpy(a, b, size);
	memcpy(b, image, size);
}

static void
swapped_batches(void **state)
{
	struct test_ledger ledger = even_ledger(0xc1);
	size_t size = ledger.batches[0].size;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		for (size_t j = i + 1; j < 4; j++) {
			uint8_t *a = test_ledger_batch(&ledger, ledger.batches[i]);
			uint8_t *b = test_ledger_batch(&ledger, ledger.batches[j]);

			swap(a, b, size);
			assert_ledger_damaged(&ledger, 0, 0, ledger.batches[i].offset);
			swap(a, b, size);
		}
	}
	test_ledger_free(&ledger);
}

static void
repeated_and_missing_batches(void **state)
{
	struct test_ledger ledger = even_ledger(0xc1);
	size_t size = ledger.batches[0].size;
	uint8_t *second = test_ledger_batch(&ledger, ledger.batches[1]);

	(void)state;
	memcpy(second, test_ledger_batch(&ledger, ledger.batches[0]), size);
	assert_ledger_damaged(&ledger, 0, 0, ledger.batches[1].offset);
	memset(second, 0, size);
	assert_ledger_damaged(&ledger, 0, 0, ledger.batches[1].offset);
	memmove(second, second + size, 2 * size); /* the others moved up */
	assert_ledger_damaged(&ledger, 0, 0, ledger.batches[1].offset);
	test_ledger_free(&ledger);
}

static void
batch_of_another_history(void **state)
{
	struct test_ledger ledger = even_ledger(0xc1);
	struct test_ledger other = test_ledger_make(TEST_SEGMENT_SIZE, 0xc1);
	struct test_place third = ledger.batches[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		test_ledger_append(&other, 1, 20 - 1);
	test_ledger_append(&other, 1, 20);
	assert_int_equal(other.batches[2].offset, third.offset);
	memcpy(test_ledger_batch(&ledger, third), test_ledger_batch(&other, third),
	       2 * third.size);
	assert_ledger_damaged(&ledger, 0, 0, third.offset);
	test_ledger_free(&other);
	test_ledger_free(&ledger);
}

/* Valid in itself and bound to the batch before it, but with another number or first index. */
static void
batch_that_does_not_count_on(void **state)
{
	for (int wrong = 0; wrong < 3; wrong++) {
		struct test_ledger ledger = test_ledger_make(TEST_SEGMENT_SIZE, 0xc1);
		struct scan scan;

		(void)state;
		test_ledger_append(&ledger, 2, 20);
		ledger.batches_count += wrong == 1;
		ledger.entries_count += wrong == 2;
		test_ledger_append(&ledger, 1, 20);
		if (wrong == 0)
			assert_int_equal(test_ledger_scan(&ledger, 0, &scan), SCAN_WHOLE);
		else
			assert_ledger_damaged(&ledger, 0, 0, ledger.batches[0].size + 512);
		test_ledger_free(&ledger);
	}
}

/* Batches begin at multiples of 8: the valid one is looked for at each. */
static void
later_batch_at_any_place(void **state)
{
	(void)state;
	for (uint16_t size = 1; size < 20; size++) {
		struct test_ledger ledger = test_ledger_make(TEST_SEGMENT_SIZE, 0xc1);

		test_ledger_append(&ledger, 1, size);
		test_ledger_append(&ledger, 1, size);
		test_ledger_batch(&ledger, ledger.batches[0])[50] ^= 1;
		assert_ledger_damaged(&ledger, 0, 0, SEGMENT_HEADER_SIZE);
		test_ledger_free(&ledger);
	}
}

static void
batch_of_another_campaign(void **state)
{
	struct test_ledger ledger = even_ledger(0xc1);
	struct test_ledger other = even_ledger(0xc2);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct test_place place = ledger.batches[i];
		uint8_t *at = test_ledger_batch(&ledger, place);

		swap(at, test_ledger_batch(&other, place), place.size);
		assert_ledger_damaged(&ledger, ledger.entries_count, 0, place.offset);
		if (i < 3)
			assert_ledger_damaged(&ledger, 0, 0, place.offset);
		swap(at, test_ledger_batch(&other, place), place.size);
	}
	test_ledger_free(&other);
	test_ledger_free(&ledger);
}

static void
wrong_segments(void **state)
{
	struct test_ledger ledger = test_ledger_small();
	struct segment header = {.number = 1, .size = TEST_SEGMENT_SIZE};
	struct scan scan;

	(void)state;
	memcpy(header.campaign, ledger.campaign, sizeof header.campaign);
	header.number = 2;
	segment_header_write(&header, ledger.segments[1]);
	assert_ledger_damaged(&ledger, 0, 1, 0);
	header.number = 1;
	header.size = TEST_SEGMENT_SIZE + 8;
	segment_header_write(&header, ledger.segments[1]);
	assert_ledger_damaged(&ledger, 0, 1, 0);
	header.size = TEST_SEGMENT_SIZE;
	header.campaign[0] ^= 1;
	segment_header_write(&header, ledger.segments[1]);
	assert_ledger_damaged(&ledger, 0, 1, 0);
	header.campaign[0] ^= 1;
	segment_header_write(&header, ledger.segments[1]);
	assert_int_equal(test_ledger_scan(&ledger, 0, &scan), SCAN_WHOLE);
	test_ledger_free(&ledger);
}

static void
cut_segment_file(void **state)
{
	struct test_ledger ledger = test_ledger_small();
	struct bytes cut = {ledger.segments[0], TEST_SEGMENT_SIZE - 8};
	struct scan scan;

	(void)state;
	scan_init(&scan, 0, NULL, NULL);
	assert_int_equal(scan_segment(&scan, cut), SCAN_DAMAGED);
	test_ledger_free(&ledger);
}

static void
missing_segment(void **state)
{
	struct test_ledger ledger = test_ledger_small();
	struct scan scan;

	(void)state;
	scan_init(&scan, 0, NULL, NULL);
	assert_int_equal(scan_segment(&scan, test_ledger_segment(&ledger, 0)), SCAN_GOES_ON);
	assert_int_equal(scan_segment(&scan, test_ledger_segment(&ledger, 2)), SCAN_DAMAGED);
	assert_int_equal(scan.damage_segment, 1);
	assert_int_equal(scan_segment(&scan, test_ledger_segment(&ledger, 1)), SCAN_DAMAGED);
	assert_int_equal(scan_finish(&scan), SCAN_DAMAGED);
	scan_init(&scan, 0, NULL, NULL);
	assert_int_equal(scan_segment(&scan, test_ledger_segment(&ledger, 1)), SCAN_DAMAGED);
	test_ledger_free(&ledger);
}

/* What the disk forgot is zeros: the last batch of a segment, or all of them. */
static void
forgotten_batches(void **state)
{
	struct test_ledger ledger = test_ledger_small();
	struct test_place third = ledger.batches[2];
	uint8_t *first_segment = ledger.segments[0];
	uint8_t *second_segment;

	(void)state;
	memset(test_ledger_batch(&ledger, third), 0, third.size);
	assert_ledger_damaged(&ledger, 0, 0, third.offset);
	memset(first_segment + SEGMENT_HEADER_SIZE, 0, TEST_SEGMENT_SIZE - SEGMENT_HEADER_SIZE);
	assert_ledger_damaged(&ledger, 0, 0, SEGMENT_HEADER_SIZE);
	test_ledger_free(&ledger);

	ledger = test_ledger_small();
	second_segment = ledger.segments[1];
	memcpy(ledger.segments[2] + SEGMENT_HEADER_SIZE, second_segment + SEGMENT_HEADER_SIZE,
	       TEST_SEGMENT_SIZE - SEGMENT_HEADER_SIZE);
	memset(second_segment + SEGMENT_HEADER_SIZE, 0,
	       TEST_SEGMENT_SIZE - SEGMENT_HEADER_SIZE);
	assert_ledger_damaged(&ledger, 0, 1, SEGMENT_HEADER_SIZE);
	test_ledger_free(&ledger);
}

static void
torn_then_a_used_segment(void **state)
{
	struct test_ledger ledger = test_ledger_small();
	struct test_place third = ledger.batches[2];

	(void)state;
	test_ledger_batch(&ledger, third)[60] ^= 1;
	assert_ledger_damaged(&ledger, 0, 0, third.offset);
	memset(ledger.segments[1] + SEGMENT_HEADER_SIZE, 0,
	       TEST_SEGMENT_SIZE - SEGMENT_HEADER_SIZE);
	ledger.segments[2][TEST_SEGMENT_SIZE - 1] = 1;
	assert_ledger_damaged(&ledger, 0, 0, third.offset);
	test_ledger_free(&ledger);
}

static void
junk_behind_the_end(void **state)
{
	struct test_ledger ledger = test_ledger_make(LARGE_SEGMENT, 0xc1);
	size_t reach = batch_size(batch_bytes_max);
	size_t end;
	struct scan scan;

	(void)state;
	test_ledger_append(&ledger, 2, 40);
	end = ledger.offset;
	ledger.segments[0][end + reach - 1] = 1; /* as far as a batch reaches */
	assert_int_equal(test_ledger_scan(&ledger, 2, &scan), SCAN_TORN);
	assert_int_equal(scan.torn_offset, end);
	assert_int_equal(scan.torn_end, end + reach);
	ledger.segments[0][end + reach] = 1;
	assert_ledger_damaged(&ledger, 2, 0, end);
	ledger.segments[0][end + reach - 1] = 0;
	assert_ledger_damaged(&ledger, 2, 0, end + reach);
	ledger.segments[0][end + reach] = 0;
	ledger.segments[0][LARGE_SEGMENT - 1] = 1;
	assert_ledger_damaged(&ledger, 2, 0, LARGE_SEGMENT - 1);
	test_ledger_free(&ledger);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole),
	    cmocka_unit_test(visitor_sees_all_and_stops),
	    cmocka_unit_test(nothing_yet),
	    cmocka_unit_test(swapped_batches),
	    cmocka_unit_test(repeated_and_missing_batches),
	    cmocka_unit_test(batch_of_another_history),
	    cmocka_unit_test(batch_that_does_not_count_on),
	    cmocka_unit_test(later_batch_at_any_place),
	    cmocka_unit_test(batch_of_another_campaign),
	    cmocka_unit_test(wrong_segments),
	    cmocka_unit_test(cut_segment_file),
	    cmocka_unit_test(missing_segment),
	    cmocka_unit_test(forgotten_batches),
	    cmocka_unit_test(torn_then_a_used_segment),
	    cmocka_unit_test(junk_behind_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
