#include "tools/tally-verify/cosign.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/lib/complain.h"

enum {
	NAMES_SIZE = REPORT_CHECKS_MAX * 24, /* "32 (signatures), " of each check is less */
};

/* Is it SKIPPED for a reason that no check before it has had? */
static bool
is_new_reason(const struct report *report, size_t i)
{
	const struct report_check *checks = report->checks;

	for (size_t j = 0; j < i; j++)
		if (checks[j].status == REPORT_SKIPPED &&
		    strcmp(checks[j].why.sentence, checks[i].why.sentence) == 0)
			return false;
	return checks[i].status == REPORT_SKIPPED;
}

/* One line for all checks that were skipped for the reason of check i. */
static void
tell_unasked(const struct report *report, size_t i)
{
	const char *why = report->checks[i].why.sentence;
	char names[NAMES_SIZE] = "";
	size_t size = 0;

	for (; i < report->count; i++)
		if (report->checks[i].status == REPORT_SKIPPED &&
		    strcmp(report->checks[i].why.sentence, why) == 0)
			size += (size_t)snprintf(names + size, sizeof names - size,
						 "%s%zu (%s)", size > 0 ? ", " : "", i + 1,
						 report->questions[i].name);
	complain("cosigned without check %s: %s", names, why);
}

bool
cosign_permitted(const struct audit *audit)
{
	const struct report *report = &audit->report;

	if (report_exit(report) != TALLY_EXIT_FINE) {
		complain("not cosigned: not every check passed");
		return false;
	}
	for (size_t i = 0; i < report->count; i++) {
		const struct report_check *check = &report->checks[i];

		if (check->status != REPORT_PASS && !check->nothing) {
			complain("not cosigned: check %zu (%s) was not made: %s", i + 1,
				 report->questions[i].name, check->why.sentence);
			return false;
		}
	}
	for (size_t i = 0; i < report->count; i++)
		if (is_new_reason(report, i))
			tell_unasked(report, i);
	return true;
}

void
cosign_line(const struct audit *audit, const struct note_key *log,
	    const struct note_private_key *key, char line[COSIGNATURE_LINE_MAX + 1])
{
	struct writer writer = writer_make(line, COSIGNATURE_LINE_MAX);
	struct bytes text;

	CHECK(note_open(bytes_make(audit->note, audit->note_size), log, &text));
	cosignature_write(&writer, text, (uint64_t)time(NULL), key);
	CHECK(!writer.failed);
	line[writer.size] = '\0';
}
