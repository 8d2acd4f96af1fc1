#include "tools/tally-verify/cosign.h"

#include <time.h>

#include "tools/lib/complain.h"

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

		if (check->status == REPORT_PASS)
			continue;
		if (!check->nothing) {
			complain("not cosigned: check %zu (%s) was not made: %s", i + 1,
				 report->questions[i].name, check->why.sentence);
			return false;
		}
		complain("cosigned without check %zu (%s): %s", i + 1,
			 report->questions[i].name, check->why.sentence);
	}
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
