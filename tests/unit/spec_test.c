#include "tests/lib/test.h"

#include "ballot/notice.h"
#include "limits.h"
#include "tally/client.h"
#include "tally/status.h"

/* include/README.md says the same numbers as the headers. */
static char *spec;

static void
assert_line(const char *line)
{
	char wanted[600];

	snprintf(wanted, sizeof wanted, "\n%s\n", line);
	if (strstr(spec, wanted) == NULL)
		fail_msg("the specification has no line: %s", line);
}

/* The rows of the table under a heading, head and rule included; from "## " to "## ". */
static size_t
rows_under(const char *heading)
{
	const char *at = strstr(spec, heading);
	const char *end;
	size_t count = 0;

	assert_non_null(at);
	end = strstr(at + 3, "\n## ");
	while ((at = strstr(at, "\n|")) != NULL && (end == NULL || at < end)) {
		count++;
		at++;
	}
	return count;
}

static void
verdicts(void **state)
{
	char line[512];

	(void)state;
	for (unsigned verdict = 0; verdict < TALLY_VERDICTS_COUNT; verdict++) {
		const struct tally_verdict_text *text = tally_verdict_text(verdict);

		snprintf(line, sizeof line, "| %u | %s | %s | %s |", verdict, text->name,
			 tally_class_name(text->class), text->sentence);
		assert_line(line);
	}
	assert_int_equal(rows_under("\n## 16. Verdicts\n"), TALLY_VERDICTS_COUNT + 2);
}

static void
classes(void **state)
{
	(void)state;
	assert_non_null(strstr(spec, "class: 0 accepted, 1 final, 2 later, 3 mend;"));
	assert_int_equal(TALLY_CLASS_ACCEPTED, 0);
	assert_int_equal(TALLY_CLASS_FINAL, 1);
	assert_int_equal(TALLY_CLASS_LATER, 2);
	assert_int_equal(TALLY_CLASS_MEND, 3);
}

/* 8192 as "8,192". */
static void
grouped(char text[32], unsigned long number)
{
	char digits[24];
	size_t size = (size_t)snprintf(digits, sizeof digits, "%lu", number);
	size_t to = 0;

	for (size_t i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			text[to++] = ',';
		text[to++] = digits[i];
	}
	text[to] = 0;
}

struct number {
	const char *name;
	unsigned long value;
};

#define NUMBER(name) \
	{ \
#name, (unsigned long)(name) \
	}

static const struct number limits[] = {
    NUMBER(TALLY_ENTRY_SIZE_MAX),
    NUMBER(TALLY_BALLOT_SIZE_MAX),
    NUMBER(TALLY_NOTICE_SIZE_MAX),
    NUMBER(TALLY_SHEET_SIZE_MAX),
    NUMBER(sheet_papers_max),
    NUMBER(TALLY_MANIFEST_SIZE_MAX),
    NUMBER(TALLY_CAMPAIGN_PART_SIZE),
    NUMBER(TALLY_CHECKPOINT_SIZE_MAX),
    NUMBER(TALLY_RECEIPT_SIZE_MAX),
    NUMBER(TALLY_LAW_FILE_SIZE_MAX),
    NUMBER(TALLY_WIRE_HEADER_SIZE),
    NUMBER(TALLY_WIRE_PAYLOAD_MAX),
    NUMBER(TALLY_WIRE_PORT),
    NUMBER(districts_max),
    NUMBER(contests_max),
    NUMBER(options_max),
    NUMBER(contest_options_max),
    NUMBER(choices_max),
    NUMBER(cells_max),
    NUMBER(pairs_max),
    NUMBER(languages_max),
    NUMBER(title_bytes_max),
    NUMBER(name_bytes_max),
    NUMBER(authorities_max),
    NUMBER(frontends_max),
    NUMBER(registrars_max),
    NUMBER(witnesses_max),
    NUMBER(groups_max),
    NUMBER(pools_max),
    NUMBER(exclusions_max),
    NUMBER(across_max),
    NUMBER(revisions_limit),
    NUMBER(voters_limit),
    NUMBER(enrolled_max),
    NUMBER(connections_max),
    NUMBER(connections_anonymous_max),
    NUMBER(connections_members_max),
    NUMBER(window_requests),
    NUMBER(window_reads),
    NUMBER(reads_max),
    NUMBER(reads_anonymous_max),
    NUMBER(reads_entries_max),
    NUMBER(status_per_second),
    NUMBER(auth_deadline_ms),
    NUMBER(idle_deadline_ms),
    NUMBER(write_deadline_ms),
    NUMBER(sign_every_ms),
    NUMBER(batch_entries_max),
    NUMBER(http_connections_max),
    NUMBER(http_connection_bytes),
    NUMBER(http_silence_s),
    NUMBER(http_request_ms),
};

static void
limits_table(void **state)
{
	size_t count = sizeof limits / sizeof *limits;
	char number[32];
	char row[128];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		grouped(number, limits[i].value);
		snprintf(row, sizeof row, "\n| %s | %s | ", limits[i].name, number);
		if (strstr(spec, row) == NULL)
			fail_msg("the specification has no row:%s", row);
	}
	assert_int_equal(rows_under("\n## 17. Limits\n"), count + 2);
}

static const struct number messages[] = {
    {"AUTH", TALLY_MESSAGE_AUTH},
    {"SUBMIT", TALLY_MESSAGE_SUBMIT},
    {"STATUS", TALLY_MESSAGE_STATUS},
    {"RECEIPT", TALLY_MESSAGE_RECEIPT},
    {"CHECKPOINT", TALLY_MESSAGE_CHECKPOINT},
    {"RESULTS", TALLY_MESSAGE_RESULTS},
    {"NOTICE", TALLY_MESSAGE_NOTICE},
    {"STATE", TALLY_MESSAGE_STATE},
    {"COSIGN", TALLY_MESSAGE_COSIGN},
    {"ENTRIES", TALLY_MESSAGE_ENTRIES},
    {"SHEET", TALLY_MESSAGE_SHEET},
    {"HELLO", TALLY_MESSAGE_HELLO},
    {"WELCOME", TALLY_MESSAGE_WELCOME},
    {"VERDICT", TALLY_MESSAGE_VERDICT},
    {"STATUS_IS", TALLY_MESSAGE_STATUS_IS},
    {"RECEIPT_IS", TALLY_MESSAGE_RECEIPT_IS},
    {"CHECKPOINT_IS", TALLY_MESSAGE_CHECKPOINT_IS},
    {"RESULTS_ARE", TALLY_MESSAGE_RESULTS_ARE},
    {"STATE_IS", TALLY_MESSAGE_STATE_IS},
    {"GOODBYE", TALLY_MESSAGE_GOODBYE},
};

static const struct number kinds[] = {
    {"CAMPAIGN", TALLY_ENTRY_CAMPAIGN},  {"BALLOT", TALLY_ENTRY_BALLOT},
    {"TALLY", TALLY_ENTRY_TALLY},        {"PHASE", TALLY_ENTRY_PHASE},
    {"NOTICE", TALLY_ENTRY_NOTICE},      {"SHEET", TALLY_ENTRY_SHEET},
    {"extend", TALLY_NOTICE_EXTEND},     {"pause", TALLY_NOTICE_PAUSE},
    {"resume", TALLY_NOTICE_RESUME},     {"close", TALLY_NOTICE_CLOSE},
    {"unseal", TALLY_NOTICE_UNSEAL},     {"revoke", TALLY_NOTICE_REVOKE},
    {"withdraw", TALLY_NOTICE_WITHDRAW}, {"void", TALLY_NOTICE_VOID},
    {"enrol", TALLY_NOTICE_ENROL},       {"draw", TALLY_NOTICE_DRAW},
    {"text", TALLY_NOTICE_TEXT},
};

static void
assert_rows(const struct number *numbers, size_t count)
{
	char row[128];

	for (size_t i = 0; i < count; i++) {
		snprintf(row, sizeof row, "\n| %lu | %s | ", numbers[i].value, numbers[i].name);
		if (strstr(spec, row) == NULL)
			fail_msg("the specification has no row:%s", row);
	}
}

static void
numbers(void **state)
{
	(void)state;
	assert_rows(messages, sizeof messages / sizeof *messages);
	assert_rows(kinds, sizeof kinds / sizeof *kinds);
	assert_null(notice_kind_name(TALLY_NOTICE_TEXT + 1));
}

/* "1 to 1,900" and the like, where the bodies of notices are described. */
static void
notice_bounds(void **state)
{
	static const struct number bounds[] = {
	    {"`u16` n, 1 to %s", NOTICE_TAGS_MAX},
	    {"the reason: 1 to %s bytes", NOTICE_REASON_MAX},
	    {"what was drawn: 1 to %s bytes", NOTICE_REASON_MAX},
	    {"| text | 1 to %s bytes", NOTICE_TEXT_MAX},
	    {"first <= last < first + %s", NOTICE_SPAN_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		char number[32], wanted[64];
		const char *gap = strstr(bounds[i].name, "%s");

		grouped(number, bounds[i].value);
		snprintf(wanted, sizeof wanted, "%.*s%s%s", (int)(gap - bounds[i].name),
			 bounds[i].name, number, gap + 2);
		if (strstr(spec, wanted) == NULL)
			fail_msg("the specification does not say: %s", wanted);
	}
}

static void
separators(void **state)
{
	static const char *const names[] = {
	    TALLY_SEPARATOR_BALLOT, TALLY_SEPARATOR_CERTIFICATE, TALLY_SEPARATOR_HELLO,
	    TALLY_SEPARATOR_NOTICE, TALLY_SEPARATOR_TAG,         TALLY_MANIFEST_FORMAT,
	    TALLY_COUNTS_FORMAT,    TALLY_SEPARATOR_JOURNAL,     TALLY_SEPARATOR_DRAW,
	};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strstr(spec, names[i]) == NULL)
			fail_msg("the specification has no %s", names[i]);
}

static int
setup(void **state)
{
	size_t size;

	(void)state;
	spec = (char *)test_file_read("include/README.md", &size);
	return spec == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(spec);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts),      cmocka_unit_test(classes),
	    cmocka_unit_test(limits_table),  cmocka_unit_test(numbers),
	    cmocka_unit_test(notice_bounds), cmocka_unit_test(separators),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
