#include "tests/lib/test.h"

#include <time.h>

#include "base/text.h"

static void
hex(void **state)
{
	uint8_t out[4] = {0};
	char memory[9];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	assert_true(text_hex_parse(BYTES_OF("00ff1a9e"), out, 4));
	assert_memory_equal(out, "\x00\xff\x1a\x9e", 4);
	text_hex_write(&writer, bytes_make(out, 4));
	assert_true(bytes_equal(writer_view(&writer), BYTES_OF("00ff1a9e")));
	assert_true(text_hex_parse(BYTES_OF(""), out, 0));
	assert_false(text_hex_parse(BYTES_OF("00FF1a9e"), out, 4));
	assert_false(text_hex_parse(BYTES_OF("00ff1a9"), out, 4));
	assert_false(text_hex_parse(BYTES_OF("00ff1a9e0"), out, 4));
	assert_false(text_hex_parse(BYTES_OF("00ff1a9g"), out, 4));
	assert_false(text_hex_parse(BYTES_OF("00ff1a:e"), out, 4));
	assert_false(text_hex_parse(BYTES_OF("00ff1a/e"), out, 4));
	assert_false(text_hex_parse(BYTES_OF("00ff1a`e"), out, 4));
	assert_false(text_hex_parse(BYTES_OF(" 0ff1a9e"), out, 4));
	assert_false(text_hex_parse(BYTES_OF("00ff"), out, 4));
}

/* RFC 4648 section 10. */
static void
base64_vectors(void **state)
{
	static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
	static const char *const coded[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
					    "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		uint8_t memory[16];
		struct writer writer = writer_make(memory, sizeof memory);

		text_base64_write(&writer, bytes_of_string(plain[i]));
		assert_true(bytes_equal(writer_view(&writer), bytes_of_string(coded[i])));
		assert_int_equal(text_base64_parse(bytes_of_string(coded[i]), memory, i), i);
		assert_memory_equal(memory, plain[i], i);
		if (i > 0)
			assert_int_equal(
			    text_base64_parse(bytes_of_string(coded[i]), memory, i - 1), -1);
	}
}

static void
base64_has_one_spelling(void **state)
{
	static const char *const bad[] = {
	    "Zg",   "Zg=",  "Zg===",   "Zh==",     "Zv==",       "Zm9=",
	    "Zm8",  "Z===", "====",    "=",        "Zg==Zg==",   "Zm8=Zm8=",
	    "Z=g=", "=Zg=", "Zm9v\n",  "Zm9\n",    " Zm9",       "Zm-v",
	    "Zm_v", "Zm.v", "Zm9vYg=", "Zm9vYg=a", "Zm\xc3\xa9",
	};
	uint8_t out[16];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (text_base64_parse(bytes_of_string(bad[i]), out, sizeof out) != -1)
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(text_base64_parse(BYTES_OF("Zm\0v"), out, sizeof out), -1);
	assert_int_equal(text_base64_parse(BYTES_OF("+/+/"), out, sizeof out), 3);
	assert_memory_equal(out, "\xfb\xff\xbf", 3);
}

/* Of all 2- and 3-character endings, exactly those that the writer makes are read. */
static void
base64_reads_what_it_writes(void **state)
{
	unsigned accepted = 0;

	(void)state;
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++) {
			uint8_t text[4] = {(uint8_t)a, (uint8_t)b, '=', '='};
			uint8_t out[3];
			uint8_t again[4];
			struct writer writer = writer_make(again, sizeof again);
			long size = text_base64_parse(bytes_make(text, 4), out, sizeof out);

			if (size < 0)
				continue;
			accepted++;
			text_base64_write(&writer, bytes_make(out, (size_t)size));
			assert_memory_equal(again, text, 4);
		}
	assert_int_equal(accepted, 256);
}

static void
decimals(void **state)
{
	static const char *const bad[] = {
	    "",
	    "00",
	    "01",
	    " 1",
	    "1 ",
	    "+1",
	    "-1",
	    "-0",
	    "1.",
	    "1a",
	    "0x1",
	    "18446744073709551616",
	    "18446744073709551620",
	    "99999999999999999999",
	    "184467440737095516150",
	    "1\n",
	};
	uint64_t value = 7;

	(void)state;
	assert_true(text_decimal_parse(BYTES_OF("0"), &value));
	assert_true(value == 0);
	assert_true(text_decimal_parse(BYTES_OF("18446744073709551615"), &value));
	assert_true(value == UINT64_MAX);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (text_decimal_parse(bytes_of_string(bad[i]), &value))
			fail_msg("accepted: %s", bad[i]);
	assert_true(value == UINT64_MAX);
	assert_false(text_decimal_parse(BYTES_OF("1\0"), &value));
}

static void
assert_time(const char *text, int64_t expected, const char *in_utc)
{
	char memory[32];
	struct writer writer = writer_make(memory, sizeof memory);
	int64_t seconds;

	assert_true(text_time_parse(bytes_of_string(text), &seconds));
	assert_true(seconds == expected);
	text_time_write(&writer, seconds);
	assert_true(bytes_equal(writer_view(&writer), bytes_of_string(in_utc)));
}

static void
times(void **state)
{
	(void)state;
	assert_time("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z");
	assert_time("2026-11-23T08:00:00+02:00", 1795413600, "2026-11-23T06:00:00Z");
	assert_time("2026-11-23T06:00:00-00:30", 1795415400, "2026-11-23T06:30:00Z");
	assert_time("2000-02-29T23:59:59Z", 951868799, "2000-02-29T23:59:59Z");
	assert_time("2024-02-29T23:30:00-01:00", 1709253000, "2024-03-01T00:30:00Z");
	assert_time("2100-03-01T00:00:00Z", 4107542400, "2100-03-01T00:00:00Z");
	assert_time("9999-12-31T23:59:59Z", 253402300799, "9999-12-31T23:59:59Z");
	assert_time("1970-01-01T01:00:00+01:00", 0, "1970-01-01T00:00:00Z");
}

static void
other_times_are_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    "2026-11-23",
	    "2026-11-23T08:00:00",
	    "2026-11-23T08:00Z",
	    "2026-11-23 08:00:00Z",
	    "2026-11-23t08:00:00Z",
	    "2026-11-23T08:00:00z",
	    "2026-11-23T08:00:00.0Z",
	    "2026-11-23T08:00:60Z",
	    "2026-11-23T08:60:00Z",
	    "2026-11-23T24:00:00Z",
	    "2026-11-00T08:00:00Z",
	    "2026-11-31T08:00:00Z",
	    "2026-02-29T08:00:00Z",
	    "2100-02-29T08:00:00Z",
	    "2026-00-23T08:00:00Z",
	    "2026-13-23T08:00:00Z",
	    "1969-12-31T23:59:59Z",
	    "1970-01-01T00:00:00+00:01",
	    "9999-12-31T23:59:59-00:01",
	    "10000-01-01T00:00:00Z",
	    "2026-11-23T08:00:00+0200",
	    "2026-11-23T08:00:00+02",
	    "2026-11-23T08:00:00+24:00",
	    "2026-11-23T08:00:00+02:60",
	    "2026-11-23T08:00:00+02:00 ",
	    "2026-11-23T08:00:00ZZ",
	    "+026-11-23T08:00:00Z",
	    "2026-1a-23T08:00:00Z",
	    "2026-11-23T08:00:0 Z",
	};
	int64_t seconds;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (text_time_parse(bytes_of_string(bad[i]), &seconds))
			fail_msg("accepted: %s", bad[i]);
}

/* Against the C library's calendar, to the last second of 9999. */
static void
times_are_those_of_the_calendar(void **state)
{
	struct test_random random = test_random_make(0x74657874);

	(void)state;
	for (int round = 0; round < 20000; round++) {
		time_t wanted = (time_t)test_random_below(&random, 253402300800);
		struct tm tm;
		char expected[32];
		char memory[32];
		struct writer writer = writer_make(memory, sizeof memory);
		int64_t seconds;

		gmtime_r(&wanted, &tm);
		strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &tm);
		text_time_write(&writer, wanted);
		assert_true(bytes_equal(writer_view(&writer), bytes_of_string(expected)));
		assert_true(text_time_parse(writer_view(&writer), &seconds));
		assert_true(seconds == wanted);
	}
}

static void
utf8(void **state)
{
	static const char *const good[] = {
	    "",
	    "plain ~",
	    "Timi\xc8\x99oara",
	    "\xc2\x80",
	    "\xdf\xbf",
	    "\xe0\xa0\x80",
	    "\xed\x9f\xbf",
	    "\xee\x80\x80",
	    "\xef\xbf\xbf",
	    "\xf0\x90\x80\x80",
	    "\xf4\x8f\xbf\xbf",
	};
	static const char *const bad[] = {
	    "\x1f",
	    "\x7f",
	    "a\tb",
	    "a\n",
	    "\x80",
	    "\xbf",
	    "\xc0\x80", /* overlong */
	    "\xc1\xbf",
	    "\xe0\x9f\xbf",
	    "\xf0\x8f\xbf\xbf",
	    "\xed\xa0\x80", /* surrogates */
	    "\xed\xbf\xbf",
	    "\xf4\x90\x80\x80", /* past U+10FFFF */
	    "\xf5\x80\x80\x80",
	    "\xff",
	    "\xc2", /* cut short */
	    "\xe2\x80",
	    "\xf0\x90\x80",
	    "\xc2"
	    "a",
	    "\xe2\x80"
	    "a",
	    "\xe2"
	    "a\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(text_utf8_clean(bytes_of_string(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (text_utf8_clean(bytes_of_string(bad[i])))
			fail_msg("accepted: bad[%zu]", i);
	assert_false(text_utf8_clean(BYTES_OF("a\0b")));
}

static size_t
point_encode(uint32_t point, char *out)
{
	size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

	for (size_t i = length; i-- > 1; point >>= 6)
		out[i] = (char)(0x80 | (point & 0x3f));
	out[0] = (char)(length == 1 ? point : (0xf00u >> length & 0xff) | point);
	return length;
}

/* Unicode's White_Space of 2 and 3 bytes, found among all points. */
static void
words_have_no_white_space(void **state)
{
	static const uint32_t spaces[] = {
	    0x20,   0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005,
	    0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
	size_t found = 0;

	(void)state;
	for (uint32_t point = 0x20; point < 0x10000; point++) {
		char text[6] = "a";
		size_t size = 1 + point_encode(point, text + 1);

		if (point == 0x7f || (point >= 0xd800 && point <= 0xdfff)) {
			assert_false(text_utf8_clean(bytes_make(text, size)));
			continue;
		}
		assert_true(text_utf8_clean(bytes_make(text, size)));
		if (!text_word(bytes_make(text, size)))
			assert_int_equal(point, spaces[found++]);
	}
	assert_int_equal(found, sizeof spaces / sizeof spaces[0]);
	assert_false(text_word(BYTES_OF("")));
}

static void
identifiers(void **state)
{
	char longest[65];

	(void)state;
	memset(longest, 'x', sizeof longest);
	assert_true(text_identifier(BYTES_OF("a")));
	assert_true(text_identifier(BYTES_OF("zona-3/parc+\xc8\x99"
					     "coal\xc4\x83")));
	assert_true(text_identifier(bytes_make(longest, 64)));
	assert_false(text_identifier(bytes_make(longest, 65)));
	assert_true(text_word(bytes_make(longest, 65)));
	assert_false(text_identifier(BYTES_OF("")));
	assert_false(text_identifier(BYTES_OF("a b")));
	assert_false(text_identifier(BYTES_OF("a\xe3\x80\x80")));
	assert_false(text_identifier(BYTES_OF("a\n")));
}

static void
lines(void **state)
{
	struct bytes rest = BYTES_OF("one\n\ntwo\nrest");
	struct bytes line;

	(void)state;
	assert_true(text_line_next(&rest, &line));
	assert_true(bytes_equal(line, BYTES_OF("one")));
	assert_true(text_line_next(&rest, &line));
	assert_int_equal(line.size, 0);
	assert_true(text_line_next(&rest, &line));
	assert_true(bytes_equal(line, BYTES_OF("two")));
	assert_false(text_line_next(&rest, &line));
	assert_true(bytes_equal(rest, BYTES_OF("rest")));
	rest = bytes_make(NULL, 0);
	assert_false(text_line_next(&rest, &line));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hex),
	    cmocka_unit_test(base64_vectors),
	    cmocka_unit_test(base64_has_one_spelling),
	    cmocka_unit_test(base64_reads_what_it_writes),
	    cmocka_unit_test(decimals),
	    cmocka_unit_test(times),
	    cmocka_unit_test(other_times_are_refused),
	    cmocka_unit_test(times_are_those_of_the_calendar),
	    cmocka_unit_test(utf8),
	    cmocka_unit_test(words_have_no_white_space),
	    cmocka_unit_test(identifiers),
	    cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
