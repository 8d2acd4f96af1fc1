#include "tests/lib/test.h"

#include "base/bytes.h"

static void
reader_is_sticky(void **state)
{
	static const uint8_t data[] = {1, 2, 3, 4, 5};
	struct reader reader = reader_make(bytes_make(data, sizeof data));

	(void)state;
	assert_int_equal(reader_u16(&reader), 0x0102);
	assert_int_equal(reader_left(&reader), 3);
	assert_int_equal(reader_u32(&reader), 0);
	assert_true(reader.failed);
	assert_int_equal(reader_u8(&reader), 0);
	assert_int_equal(reader_left(&reader), 0);
	assert_false(reader_done(&reader));
}

static void
reader_ends_exactly(void **state)
{
	static const uint8_t data[] = {0, 0, 0, 0, 0, 0, 0, 9, 'a', 'b'};
	struct reader reader = reader_make(bytes_make(data, sizeof data));

	(void)state;
	assert_int_equal(reader_u64(&reader), 9);
	reader_expect(&reader, BYTES_OF("ab"));
	assert_true(reader_done(&reader));
}

static void
writer_stops_at_capacity(void **state)
{
	uint8_t memory[4] = {0};
	struct writer writer = writer_make(memory, 3);

	(void)state;
	writer_u16(&writer, 0xa1b2);
	writer_u16(&writer, 0xffff);
	writer_u8(&writer, 7);
	assert_true(writer.failed);
	assert_int_equal(writer.size, 2);
	assert_int_equal(memory[0], 0xa1);
	assert_int_equal(memory[2], 0);
}

static void
decimals(void **state)
{
	char memory[64];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	writer_decimal(&writer, 0);
	writer_u8(&writer, ' ');
	writer_decimal(&writer, UINT64_MAX);
	writer_u8(&writer, ' ');
	writer_signed_decimal(&writer, INT64_MIN);
	assert_true(bytes_equal(writer_view(&writer),
				BYTES_OF("0 18446744073709551615 -9223372036854775808")));
}

static void
order(void **state)
{
	(void)state;
	assert_int_equal(bytes_compare(BYTES_OF("ab"), BYTES_OF("abc")), -1);
	assert_int_equal(bytes_compare(BYTES_OF("b"), BYTES_OF("abc")), 1);
	assert_int_equal(bytes_compare(BYTES_OF("\xff"), BYTES_OF("\x01")), 1);
	assert_int_equal(bytes_compare(BYTES_OF(""), BYTES_OF("")), 0);
	assert_true(bytes_all_zero(BYTES_OF("\0\0")));
	assert_false(bytes_all_zero(BYTES_OF("\0\1")));
	assert_false(bytes_all_zero(BYTES_OF("\7\7\7")));
	assert_true(bytes_all_zero(BYTES_OF("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reader_is_sticky),
	    cmocka_unit_test(reader_ends_exactly),
	    cmocka_unit_test(writer_stops_at_capacity),
	    cmocka_unit_test(decimals),
	    cmocka_unit_test(order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
