#include "tests/lib/test.h"

#include "tools/tallyctl/csv.h"

static char memory[256];

static struct csv
over(const char *text)
{
	size_t size = strlen(text);

	assert_true(size < sizeof memory);
	memcpy(memory, text, size);
	memory[size] = 'x';
	return csv_make(memory, size);
}

static void
expect(struct csv *csv, size_t line, size_t count, const char *const *fields)
{
	struct csv_record record;
	const char *sentence;

	assert_int_equal(csv_next(csv, &record, &sentence), CSV_RECORD);
	assert_int_equal(record.line, line);
	assert_int_equal(record.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(record.fields[i], fields[i]);
}

static void
expect_end(struct csv *csv)
{
	struct csv_record record;
	const char *sentence;

	assert_int_equal(csv_next(csv, &record, &sentence), CSV_END);
	assert_int_equal(csv_next(csv, &record, &sentence), CSV_END);
}

static void
expect_fault(const char *text, size_t line, const char *why)
{
	struct csv csv = over(text);
	struct csv_record record;
	const char *sentence = NULL;
	enum csv_result result;

	do
		result = csv_next(&csv, &record, &sentence);
	while (result == CSV_RECORD);
	assert_int_equal(result, CSV_FAULT);
	assert_int_equal(record.line, line);
	assert_string_equal(sentence, why);
}

static void
line_ends_of_every_kind(void **state)
{
	struct csv csv = over("a;b\r\nc;d\n\n \r\ne;f");

	(void)state;
	expect(&csv, 1, 2, (const char *[]){"a", "b"});
	expect(&csv, 2, 2, (const char *[]){"c", "d"});
	expect(&csv, 5, 2, (const char *[]){"e", "f"});
	expect_end(&csv);
}

static void
quotes(void **state)
{
	struct csv csv = over("\"a;b\";\"say \"\"no\"\"\";x\n\"two\nlines\";y\nit\"s;z\n\"\"");

	(void)state;
	expect(&csv, 1, 3, (const char *[]){"a;b", "say \"no\"", "x"});
	expect(&csv, 2, 2, (const char *[]){"two\nlines", "y"});
	expect(&csv, 4, 2, (const char *[]){"it\"s", "z"});
	expect(&csv, 5, 1, (const char *[]){""});
	expect_end(&csv);
}

static void
empty_fields(void **state)
{
	struct csv csv = over(";\n;;x;\n;");

	(void)state;
	expect(&csv, 1, 2, (const char *[]){"", ""});
	expect(&csv, 2, 4, (const char *[]){"", "", "x", ""});
	expect(&csv, 3, 2, (const char *[]){"", ""});
	expect_end(&csv);
}

static void
nothing(void **state)
{
	struct csv csv = over("");

	(void)state;
	expect_end(&csv);
	csv = over("\n\r\n  ");
	expect_end(&csv);
	csv = over("\xef\xbb\xbfMETA");
	expect(&csv, 1, 1, (const char *[]){"META"});
}

static void
a_lone_return_is_text(void **state)
{
	struct csv csv = over("a\rb;c\r");

	(void)state;
	expect(&csv, 1, 2, (const char *[]){"a\rb", "c"});
	expect_end(&csv);
}

static void
refusals(void **state)
{
	struct csv csv;
	struct csv_record record;
	const char *sentence;

	(void)state;
	expect_fault("a\n\"open;b\n", 2, "a quote is never closed");
	expect_fault("\"", 1, "a quote is never closed");
	expect_fault("\"a\"\"", 1, "a quote is never closed");
	expect_fault("\"a\"b;c", 1, "text after a closing quote");
	memcpy(memory, "a\0b", 3);
	csv = csv_make(memory, 3);
	assert_int_equal(csv_next(&csv, &record, &sentence), CSV_FAULT);
	assert_string_equal(sentence, "a NUL byte");
	memcpy(memory, "\"a\0b\"", 5);
	csv = csv_make(memory, 5);
	assert_int_equal(csv_next(&csv, &record, &sentence), CSV_FAULT);
	assert_string_equal(sentence, "a NUL byte");
}

static void
too_many_fields(void **state)
{
	char text[CSV_FIELDS_MAX + 1];
	struct csv_record record;
	const char *sentence;
	struct csv csv;

	(void)state;
	memset(text, ';', sizeof text);
	csv = csv_make(text, CSV_FIELDS_MAX - 1);
	assert_int_equal(csv_next(&csv, &record, &sentence), CSV_RECORD);
	assert_int_equal(record.count, CSV_FIELDS_MAX);
	memset(text, ';', sizeof text);
	csv = csv_make(text, CSV_FIELDS_MAX);
	assert_int_equal(csv_next(&csv, &record, &sentence), CSV_FAULT);
	assert_string_equal(sentence, "too many fields");
}

/* What has been seen is counted. */
static void
notes_what_is_odd(void **state)
{
	struct csv csv = over("\xef\xbb\xbf"
			      "a;b \"c\"\r\n\n \r\n\"d;\n\";\"e\"\"\"\nf");
	static const char *const rows[][2] = {{"a", "b \"c\""}, {"d;\n", "e\""}};
	static const char *const last[] = {"f"};

	(void)state;
	assert_true(csv.marked);
	expect(&csv, 1, 2, rows[0]);
	expect(&csv, 4, 2, rows[1]);
	assert_false(csv.cut);
	expect(&csv, 6, 1, last);
	expect_end(&csv);
	assert_true(csv.cut);
	assert_int_equal(csv.lines_crlf, 1);
	assert_int_equal(csv.lines_lf, 1);
	assert_int_equal(csv.blank, 2);
	assert_int_equal(csv.loose, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(line_ends_of_every_kind),
	    cmocka_unit_test(quotes),
	    cmocka_unit_test(empty_fields),
	    cmocka_unit_test(nothing),
	    cmocka_unit_test(a_lone_return_is_text),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(too_many_fields),
	    cmocka_unit_test(notes_what_is_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
