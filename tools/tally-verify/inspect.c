#include "tools/tally-verify/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/source.h"
#include "tools/lib/wholefile.h"
#include "tools/tally-verify/show.h"

enum {
	PATIENCE_MS = 2000,
};

struct inspection {
	const struct wishes *wishes;
	struct audit_options wanted;
	struct show_progress progress;
	struct source source;
};

static int
show(const struct inspection *inspection, const struct audit *audit)
{
	const struct wishes *wishes = inspection->wishes;

	if (!wishes->json) {
		show_audit(audit, wishes->log, wishes->quiet, stdout);
	} else if (!show_audit_json(audit, wishes->log, stdout)) {
		complain("cannot write the report as JSON");
		return TALLY_EXIT_WORLD;
	}
	return report_exit(&audit->report);
}

/* A mirror's earlier checkpoint is an older one that was kept. */
static void
look_back(struct inspection *inspection)
{
	const struct mirror *mirror = &inspection->source.mirror;

	if (inspection->wanted.old.data == NULL && mirror->before_size > 0)
		inspection->wanted.old = bytes_make(mirror->before, mirror->before_size);
}

static int
refresh_and_audit(struct inspection *inspection)
{
	struct audit audit;
	struct trouble trouble;
	int code = source_refresh(&inspection->source, &trouble);

	show_progress_end(&inspection->progress);
	if (code == TALLY_EXIT_USAGE) {
		complain("%s", trouble.sentence);
		return code;
	}
	look_back(inspection);
	if (code == TALLY_EXIT_FINE)
		audit_run(&inspection->source.log, &inspection->wanted, &audit);
	else
		audit_refused(&trouble, &audit);
	show_progress_end(&inspection->progress);
	code = show(inspection, &audit);
	audit_free(&audit);
	return code;
}

static int
open_and_audit(struct inspection *inspection)
{
	const struct wishes *wishes = inspection->wishes;
	struct trouble trouble;
	int code = source_open(&inspection->source, wishes->log, wishes->mirror,
			       &inspection->wanted.key, inspection->wanted.progress,
			       inspection->wanted.context, &trouble);

	if (code != TALLY_EXIT_FINE) {
		complain("%s", trouble.sentence);
		return code;
	}
	code = refresh_and_audit(inspection);
	source_close(&inspection->source);
	return code;
}

int
inspect_log(const struct wishes *wishes, const struct note_key *key)
{
	struct inspection inspection = {
	    .wishes = wishes,
	    .wanted = {.key = *key, .jobs = wishes->jobs, .patience_ms = PATIENCE_MS},
	    .progress = show_progress_make(),
	};
	uint8_t campaign[TALLY_HASH_SIZE];
	struct wholefile old = {0};
	int code = TALLY_EXIT_FINE;

	inspection.wanted.progress = show_progress_line;
	inspection.wanted.context = &inspection.progress;
	if (wishes->campaign != NULL) {
		if (!text_hex_parse(bytes_of_string(wishes->campaign), campaign,
				    sizeof campaign)) {
			complain("--campaign: not 64 lower-case hex digits");
			return TALLY_EXIT_USAGE;
		}
		inspection.wanted.campaign = campaign;
	}
	if (wishes->old != NULL)
		code = wholefile_read(wishes->old, TALLY_CHECKPOINT_SIZE_MAX, &old);
	inspection.wanted.old = bytes_make(old.data, old.size);
	if (code == TALLY_EXIT_FINE)
		code = open_and_audit(&inspection);
	free(old.data);
	return code;
}
