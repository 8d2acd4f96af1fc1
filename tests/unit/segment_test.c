#include "tests/lib/test.h"

#include "ledger/segment.h"
#include "tests/lib/vector.h"

static uint8_t header[SEGMENT_HEADER_SIZE];

static struct segment
example(void)
{
	struct segment segment = {.number = 7, .size = 4 * 1024 * 1024};

	memset(segment.campaign, 0xc1, sizeof segment.campaign);
	return segment;
}

static bool
parse(size_t size, struct segment *out)
{
	return segment_header_parse(bytes_make(header, size), out);
}

static void
names(void **state)
{
	char name[SEGMENT_NAME_MAX];

	(void)state;
	segment_name(0, name);
	assert_string_equal(name, "ledger/00000000.seg");
	segment_name(12345, name);
	assert_string_equal(name, "ledger/00012345.seg");
	segment_name(99999999, name);
	assert_string_equal(name, "ledger/99999999.seg");
}

static void
written_is_read(void **state)
{
	struct segment segment = example();
	struct segment back;

	(void)state;
	memset(header, 0xff, sizeof header);
	segment_header_write(&segment, header);
	assert_true(parse(sizeof header, &back));
	assert_int_equal(back.number, 7);
	assert_int_equal(back.size, 4 * 1024 * 1024);
	assert_memory_equal(back.campaign, segment.campaign, TALLY_HASH_SIZE);
}

static void
golden_header(void **state)
{
	struct segment segment = example();

	(void)state;
	segment_header_write(&segment, header);
	assert_vector("ledger.txt", "segment-header.hex", bytes_make(header, 64));
	assert_true(bytes_all_zero(bytes_make(header + 64, sizeof header - 64)));
}

static void
every_bit_is_checked(void **state)
{
	struct segment segment = example();
	struct segment back;

	(void)state;
	segment_header_write(&segment, header);
	for (size_t bit = 0; bit < 8 * sizeof header; bit++) {
		header[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(parse(sizeof header, &back));
		header[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(parse(sizeof header, &back));
}

static void
short_files(void **state)
{
	struct segment segment = example();
	struct segment back;

	(void)state;
	segment_header_write(&segment, header);
	for (size_t size = 0; size < sizeof header; size++)
		assert_false(parse(size, &back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),         cmocka_unit_test(written_is_read),
	    cmocka_unit_test(golden_header), cmocka_unit_test(every_bit_is_checked),
	    cmocka_unit_test(short_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
