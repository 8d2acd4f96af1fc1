#include "tools/lib/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

static const char *const status_names[] = {
    [REPORT_SKIPPED] = "SKIPPED",
    [REPORT_PASS] = "PASS",
    [REPORT_FAIL] = "FAIL",
};

void
report_init(struct report *report, const struct report_question *questions, size_t count)
{
	CHECK(count <= REPORT_CHECKS_MAX);
	*report = (struct report){.questions = questions, .count = count};
}

/* Is `b` to be told rather than `a`? */
static bool
earlier(const struct trouble *a, const struct trouble *b)
{
	if (a->has_index && b->has_index)
		return b->index < a->index;
	return false;
}

void
report_found(struct report *report, size_t check, const struct trouble *trouble)
{
	struct report_check *at = &report->checks[check];
	bool finding = trouble->exit == TALLY_EXIT_FAILED;

	CHECK(check < report->count);
	if (!finding)
		report->world = true;
	if (at->status == REPORT_FAIL && (!finding || !earlier(&at->why, trouble)))
		return;
	at->status = finding ? REPORT_FAIL : REPORT_SKIPPED;
	at->nothing = false;
	at->why = *trouble;
}

bool
report_troubled(const struct report *report, size_t check)
{
	const struct report_check *at = &report->checks[check];

	return at->status == REPORT_FAIL ||
	       (at->status == REPORT_SKIPPED && at->why.exit != TALLY_EXIT_FINE);
}

void
report_pass(struct report *report, size_t check)
{
	CHECK(check < report->count);
	if (report_troubled(report, check))
		return;
	report->checks[check].status = REPORT_PASS;
	report->checks[check].nothing = false;
}

__attribute__((format(printf, 2, 0))) static void
set_why(struct report_check *check, const char *format, va_list arguments)
{
	check->why = (struct trouble){.exit = TALLY_EXIT_FINE};
	vsnprintf(check->why.sentence, sizeof check->why.sentence, format, arguments);
}

void
report_skip(struct report *report, size_t check, const char *format, ...)
{
	va_list arguments;

	CHECK(check < report->count);
	if (report_troubled(report, check))
		return;
	report->checks[check].status = REPORT_SKIPPED;
	report->checks[check].nothing = false;
	va_start(arguments, format);
	set_why(&report->checks[check], format, arguments);
	va_end(arguments);
}

void
report_nothing(struct report *report, size_t check, const char *format, ...)
{
	va_list arguments;

	CHECK(check < report->count);
	if (report_troubled(report, check))
		return;
	report->checks[check].status = REPORT_SKIPPED;
	report->checks[check].nothing = true;
	va_start(arguments, format);
	set_why(&report->checks[check], format, arguments);
	va_end(arguments);
}

void
report_remark(struct report *report, size_t check, const char *format, ...)
{
	va_list arguments;

	CHECK(check < report->count);
	if (report_troubled(report, check))
		return;
	va_start(arguments, format);
	set_why(&report->checks[check], format, arguments);
	va_end(arguments);
}

void
report_reword(struct report *report, size_t check, const char *text)
{
	CHECK(check < report->count);
	report->checks[check].text = text;
}

static const char *
text_of(const struct report *report, size_t check)
{
	const char *text = report->checks[check].text;

	return text != NULL ? text : report->questions[check].text;
}

static size_t
count_of(const struct report *report, enum report_status status)
{
	size_t count = 0;

	for (size_t i = 0; i < report->count; i++)
		count += report->checks[i].status == status;
	return count;
}

const struct report_check *
report_first_failure(const struct report *report, size_t *number)
{
	const struct report_check *first = NULL;

	for (size_t i = 0; i < report->count; i++) {
		const struct report_check *check = &report->checks[i];

		if (check->status != REPORT_FAIL)
			continue;
		if (first == NULL || (check->why.has_index && !first->why.has_index) ||
		    earlier(&first->why, &check->why)) {
			first = check;
			*number = i + 1;
		}
	}
	return first;
}

enum tally_exit
report_exit(const struct report *report)
{
	size_t number;

	if (report_first_failure(report, &number) != NULL)
		return TALLY_EXIT_FAILED;
	return report->world ? TALLY_EXIT_WORLD : TALLY_EXIT_FINE;
}

static const char *
colour(FILE *out, enum report_status status)
{
	static const char *const colours[] = {
	    [REPORT_SKIPPED] = "\033[33m",
	    [REPORT_PASS] = "\033[32m",
	    [REPORT_FAIL] = "\033[1;31m",
	};
	const char *no_color = getenv("NO_COLOR");

	if ((no_color != NULL && *no_color != '\0') || !isatty(fileno(out)))
		return NULL;
	return colours[status];
}

/* The status word in its colour, padded to `width`. */
static void
print_status(FILE *out, enum report_status status, int width)
{
	const char *on = colour(out, status);

	if (on == NULL)
		fprintf(out, "%-*s", width, status_names[status]);
	else
		fprintf(out, "%s%-*s\033[0m", on, width, status_names[status]);
}

void
report_print(const struct report *report, FILE *out, bool quiet)
{
	const char *group = "";

	for (size_t i = 0; i < report->count; i++) {
		const struct report_question *question = &report->questions[i];
		const struct report_check *check = &report->checks[i];

		if (quiet && check->status != REPORT_FAIL && check->why.exit == TALLY_EXIT_FINE)
			continue;
		if (strcmp(group, question->group) != 0)
			fprintf(out, "%s\n", question->group);
		group = question->group;
		fprintf(out, "  %2zu ", i + 1);
		print_status(out, check->status, 8);
		fprintf(out, "%s\n", text_of(report, i));
		if (check->why.sentence[0] != '\0')
			fprintf(out, "              %s\n", check->why.sentence);
	}
}

static const struct report_check *
first_unread(const struct report *report, size_t *number)
{
	for (size_t i = 0; i < report->count; i++) {
		*number = i + 1;
		if (report->checks[i].why.exit == TALLY_EXIT_WORLD)
			return &report->checks[i];
	}
	return NULL;
}

static void
print_counts(const struct report *report, FILE *out)
{
	size_t skipped = count_of(report, REPORT_SKIPPED);

	if (skipped == 0)
		fprintf(out, "; all %zu checks passed\n", report->count);
	else
		fprintf(out, "; %zu of %zu checks passed, %zu skipped\n",
			count_of(report, REPORT_PASS), report->count, skipped);
}

void
report_print_end(const struct report *report, FILE *out, const char *subject)
{
	size_t number;
	const struct report_check *check = report_first_failure(report, &number);

	if (report_exit(report) == TALLY_EXIT_FINE) {
		print_status(out, REPORT_PASS, 0);
		fprintf(out, ": %s", subject);
		print_counts(report, out);
		return;
	}
	print_status(out, REPORT_FAIL, 0);
	if (check != NULL) {
		fprintf(out, ": check %zu: %s\n", number, check->why.sentence);
		return;
	}
	check = first_unread(report, &number);
	CHECK(check != NULL);
	fprintf(out, ": check %zu could not be made: %s\n", number, check->why.sentence);
}

static json_t *
check_json(const struct report *report, size_t i)
{
	const struct report_question *question = &report->questions[i];
	const struct report_check *check = &report->checks[i];
	json_t *object = json_pack("{s:I, s:s, s:s, s:s, s:s}", "number", (json_int_t)(i + 1),
				   "group", question->group, "name", question->name, "status",
				   status_names[check->status], "text", text_of(report, i));

	/* A path in a sentence may be no UTF-8; then the sentence is left out. */
	if (object != NULL && check->why.sentence[0] != '\0')
		(void)json_object_set_new(object, "why", json_string(check->why.sentence));
	if (object != NULL && check->why.has_index)
		(void)json_object_set_new(object, "index",
					  json_integer((json_int_t)check->why.index));
	if (object != NULL && check->nothing)
		(void)json_object_set_new(object, "nothing", json_true());
	return object;
}

json_t *
report_json(const struct report *report)
{
	static const char *const results[] = {
	    [TALLY_EXIT_FINE] = "pass",
	    [TALLY_EXIT_FAILED] = "fail",
	    [TALLY_EXIT_WORLD] = "incomplete",
	};
	enum tally_exit code = report_exit(report);
	json_t *checks = json_array();

	for (size_t i = 0; i < report->count; i++) {
		if (json_array_append_new(checks, check_json(report, i)) != 0) {
			json_decref(checks);
			return NULL;
		}
	}
	return json_pack("{s:s, s:i, s:I, s:I, s:o}", "result", results[code], "exit",
			 (int)code, "passed", (json_int_t)count_of(report, REPORT_PASS),
			 "skipped", (json_int_t)count_of(report, REPORT_SKIPPED), "checks",
			 checks);
}
