#include "tests/lib/ledger.h"

#include "tests/lib/test.h"

static void
add_segment(struct test_ledger *ledger)
{
	struct segment header = {.number = ledger->segments_count,
				 .size = ledger->segment_size};
	uint8_t *memory = calloc(1, ledger->segment_size);

	assert_non_null(memory);
	assert_true(ledger->segments_count < TEST_SEGMENTS_MAX);
	memcpy(header.campaign, ledger->campaign, sizeof header.campaign);
	segment_header_write(&header, memory);
	ledger->segments[ledger->segments_count++] = memory;
}

struct test_ledger
test_ledger_make(size_t segment_size, uint8_t campaign)
{
	struct test_ledger ledger = {.segment_size = segment_size,
				     .offset = SEGMENT_HEADER_SIZE};

	memset(ledger.campaign, campaign, sizeof ledger.campaign);
	add_segment(&ledger);
	return ledger;
}

void
test_ledger_free(struct test_ledger *ledger)
{
	for (uint32_t i = 0; i < ledger->segments_count; i++)
		free(ledger->segments[i]);
}

void
test_ledger_append(struct test_ledger *ledger, uint32_t count, uint16_t size)
{
	size_t area = (size_t)count * (2u + size);
	struct batch batch = {.number = ledger->batches_count,
			      .first_index = ledger->entries_count,
			      .entries_count = count,
			      .previous = ledger->checksum,
			      .entries = {NULL, area}};
	uint8_t *at;

	assert_true(ledger->batches_count < TEST_BATCHES_MAX);
	if (ledger->offset + batch_size(area) > ledger->segment_size) {
		ledger->offset = SEGMENT_HEADER_SIZE;
		if (++ledger->segment == ledger->segments_count)
			add_segment(ledger);
	}
	at = ledger->segments[ledger->segment] + ledger->offset;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *entry = at + BATCH_HEADER_SIZE + (size_t)i * (2u + size);

		be16_store(entry, size);
		memset(entry + 2, (int)('a' + ledger->batches_count), size);
	}
	ledger->checksum = batch_seal(at, &batch, ledger->campaign);
	ledger->batches[ledger->batches_count++] = (struct test_place){
	    ledger->segment, ledger->offset, batch_size(area), ledger->entries_count};
	ledger->offset += batch_size(area);
	ledger->entries_count += count;
}

struct bytes
test_ledger_segment(const struct test_ledger *ledger, uint32_t number)
{
	return bytes_make(ledger->segments[number], ledger->segment_size);
}

uint8_t *
test_ledger_batch(const struct test_ledger *ledger, struct test_place place)
{
	return ledger->segments[place.segment] + place.offset;
}

struct test_ledger
test_ledger_small(void)
{
	struct test_ledger ledger = test_ledger_make(TEST_SEGMENT_SIZE, 0xc1);

	test_ledger_append(&ledger, 2, 40);
	test_ledger_append(&ledger, 1, 100);
	test_ledger_append(&ledger, 3, 9);
	test_ledger_append(&ledger, 1, 150); /* goes to the next segment */
	test_ledger_append(&ledger, 2, 33);
	test_ledger_append(&ledger, 1, 5);
	assert_int_equal(ledger.batches[2].segment, 0);
	assert_int_equal(ledger.batches[3].segment, 1);
	assert_int_equal(ledger.segment, 1);
	add_segment(&ledger);
	return ledger;
}

enum scan_result
test_ledger_scan(const struct test_ledger *ledger, uint64_t remembered, struct scan *scan)
{
	scan_init(scan, remembered, NULL, NULL);
	for (uint32_t i = 0; i < ledger->segments_count; i++) {
		if (scan_segment(scan, test_ledger_segment(ledger, i)) == SCAN_DAMAGED)
			assert_non_null(scan->damage);
	}
	return scan_finish(scan);
}

void
assert_ledger_damaged(const struct test_ledger *ledger, uint64_t remembered, uint32_t segment,
		      uint64_t offset)
{
	struct scan scan;

	assert_int_equal(test_ledger_scan(ledger, remembered, &scan), SCAN_DAMAGED);
	assert_int_equal(scan.damage_segment, segment);
	assert_int_equal(scan.damage_offset, offset);
}
