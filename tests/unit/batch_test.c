#include "tests/lib/test.h"

#include <xxhash.h>

#include "ledger/batch.h"
#include "limits.h"
#include "tests/lib/vector.h"

static uint8_t campaign[TALLY_HASH_SIZE];
static uint8_t memory[512];

/* Entries "a", "bcd" and one empty, as batch 3 from index 17. */
static struct batch
example(uint8_t *at)
{
	static const uint8_t entries[] = {0, 1, 'a', 0, 3, 'b', 'c', 'd', 0, 0};
	struct batch batch = {.number = 3,
			      .first_index = 17,
			      .entries_count = 3,
			      .previous = 0x0102030405060708,
			      .entries = {NULL, sizeof entries}};

	memset(campaign, 0xc1, sizeof campaign);
	memset(at, 0xee, BATCH_HEADER_SIZE + sizeof entries + 16);
	memcpy(at + BATCH_HEADER_SIZE, entries, sizeof entries);
	batch.checksum = batch_seal(at, &batch, campaign);
	batch.size = batch_size(sizeof entries);
	return batch;
}

static bool
parse(const uint8_t *at, size_t size, struct batch *out)
{
	return batch_parse(bytes_make(at, size), campaign, out);
}

static void
sizes(void **state)
{
	(void)state;
	assert_int_equal(batch_size(0), 56);
	assert_int_equal(batch_size(1), 64);
	assert_int_equal(batch_size(8), 64);
	assert_int_equal(batch_size(9), 72);
}

static void
sealed_is_read(void **state)
{
	struct batch batch = example(memory);
	struct batch back;
	struct reader area;

	(void)state;
	assert_int_equal(batch.size, 72);
	assert_int_equal(memory[batch.size], 0xee);
	assert_true(parse(memory, sizeof memory, &back));
	assert_true(back.number == 3 && back.first_index == 17 && back.entries_count == 3);
	assert_true(back.previous == batch.previous && back.checksum == batch.checksum);
	assert_int_equal(back.size, batch.size);
	assert_ptr_equal(back.entries.data, memory + BATCH_HEADER_SIZE);
	assert_int_equal(back.entries.size, batch.entries.size);

	area = reader_make(back.entries);
	assert_true(bytes_equal(batch_entry_next(&area), BYTES_OF("a")));
	assert_true(bytes_equal(batch_entry_next(&area), BYTES_OF("bcd")));
	assert_true(bytes_equal(batch_entry_next(&area), BYTES_OF("")));
	assert_true(reader_done(&area));
	assert_null(batch_entry_next(&area).data);
	assert_false(area.failed);
}

static void
golden_batch(void **state)
{
	struct batch batch = example(memory);

	(void)state;
	assert_vector("ledger.txt", "batch.hex", bytes_make(memory, batch.size));
}

static void
every_bit_is_checked(void **state)
{
	struct batch batch = example(memory);
	struct batch back;

	(void)state;
	for (size_t bit = 0; bit < 8 * batch.size; bit++) {
		memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(parse(memory, sizeof memory, &back));
		memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(parse(memory, batch.size, &back));
}

static void
cut_short(void **state)
{
	struct batch batch = example(memory);
	struct batch back;

	(void)state;
	for (size_t size = 0; size < batch.size; size++) {
		uint8_t *exact = malloc(size + 1);

		assert_non_null(exact);
		memcpy(exact, memory, size);
		assert_false(parse(exact, size, &back));
		free(exact);
	}
}

static void
another_campaign(void **state)
{
	struct batch back;

	(void)state;
	(void)example(memory);
	campaign[31] ^= 1;
	assert_false(parse(memory, sizeof memory, &back));
}

static uint64_t
checksum_by_hand(const uint8_t *at, size_t covered, uint64_t number)
{
	uint64_t seed = XXH3_64bits(campaign, sizeof campaign) ^ number;

	return XXH3_64bits_withSeed(at, covered, seed);
}

/* Puts a true checksum on whatever is in memory, as no writer of ours would. */
static bool
parses_resealed(size_t entries_size, uint64_t number)
{
	size_t covered = BATCH_HEADER_SIZE + entries_size;
	struct batch back;

	be64_store(memory + covered, checksum_by_hand(memory, covered, number));
	memset(memory + covered + BATCH_TRAILER_SIZE, 0, 7);
	return parse(memory, sizeof memory, &back);
}

static void
a_true_checksum_is_not_enough(void **state)
{
	(void)state;
	(void)example(memory);
	assert_true(parses_resealed(10, 3));
	be32_store(memory + 12, 2); /* entries left over */
	assert_false(parses_resealed(10, 3));
	be32_store(memory + 12, 4); /* entries missing */
	assert_false(parses_resealed(10, 3));
	be32_store(memory + 12, 0);
	assert_false(parses_resealed(10, 3));
	be32_store(memory + 32, 0); /* no entries at all */
	assert_false(parses_resealed(0, 3));
	(void)example(memory);
	memory[BATCH_HEADER_SIZE + 4] = 6; /* the second entry runs over */
	assert_false(parses_resealed(10, 3));
	(void)example(memory);
	be32_store(memory + 8, 2); /* version */
	assert_false(parses_resealed(10, 3));
	(void)example(memory);
	be32_store(memory + 36, 1); /* must be zero */
	assert_false(parses_resealed(10, 3));
	(void)example(memory);
	be64_store(memory + 16, 0); /* the first batch has nothing before it */
	assert_false(parses_resealed(10, 0));
	be64_store(memory + 40, 0);
	assert_true(parses_resealed(10, 0));
}

static void
greatest_size(void **state)
{
	enum {
		ENTRY = 2 + 65535,
		COUNT = batch_bytes_max / ENTRY
	};
	size_t size = batch_size(batch_bytes_max);
	uint8_t *large = calloc(1, size + 64);
	struct batch batch = {.entries_count = COUNT + 1, .entries = {NULL, batch_bytes_max}};
	uint8_t *at = large + BATCH_HEADER_SIZE;
	struct batch back;

	(void)state;
	assert_non_null(large);
	for (size_t i = 0; i < COUNT; i++, at += ENTRY)
		be16_store(at, 65535);
	be16_store(at, (uint16_t)(batch_bytes_max - COUNT * ENTRY - 2));
	batch_seal(large, &batch, campaign);
	assert_true(parse(large, size, &back));
	assert_int_equal(back.entries.size, batch_bytes_max);
	be32_store(large + 32, batch_bytes_max + 1);
	assert_false(parse(large, size + 64, &back));
	at = large + BATCH_HEADER_SIZE + batch_bytes_max;
	be16_store(at - 2 - (batch_bytes_max - COUNT * ENTRY - 2),
		   (uint16_t)(batch_bytes_max - COUNT * ENTRY - 1));
	be64_store(at + 1, checksum_by_hand(large, BATCH_HEADER_SIZE + batch_bytes_max + 1, 0));
	assert_false(parse(large, size + 64, &back));
	be32_store(large + 32, UINT32_MAX);
	assert_false(parse(large, size + 64, &back));
	free(large);
}

static void
bundles_that_run_over(void **state)
{
	static const uint8_t bytes[] = {0, 1, 'a', 0, 4, 'b', 'c', 'd'};
	struct reader area = reader_make(bytes_make(bytes, sizeof bytes));

	(void)state;
	assert_true(bytes_equal(batch_entry_next(&area), BYTES_OF("a")));
	assert_null(batch_entry_next(&area).data);
	assert_true(area.failed);
	assert_null(batch_entry_next(&area).data);
	area = reader_make(bytes_make(bytes, 1));
	assert_null(batch_entry_next(&area).data);
	assert_true(area.failed);
	area = reader_make(bytes_make(NULL, 0));
	assert_null(batch_entry_next(&area).data);
	assert_false(area.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(sealed_is_read),
	    cmocka_unit_test(golden_batch),
	    cmocka_unit_test(every_bit_is_checked),
	    cmocka_unit_test(cut_short),
	    cmocka_unit_test(another_campaign),
	    cmocka_unit_test(a_true_checksum_is_not_enough),
	    cmocka_unit_test(greatest_size),
	    cmocka_unit_test(bundles_that_run_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
