#include "tools/tally-verify/inspect.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"
#include "tools/tally-verify/follow.h"

enum {
	PATIENCE_MS = 2000,
};

static int
show(const struct inspection *inspection, const struct audit *audit)
{
	const struct wishes *wishes = inspection->wishes;
	const char *line = inspection->cosignature;

	if (!wishes->json) {
		show_audit(audit, wishes->log, wishes->quiet, stdout);
		fputs(line, stdout);
	} else if (!show_audit_json(audit, wishes->log, line[0] != '\0' ? line : NULL,
				    stdout)) {
		complain("cannot write the report as JSON");
		return TALLY_EXIT_WORLD;
	}
	if (audit->journals != NULL && reconcile_limits(audit->journals)[0] != '\0')
		complain("check %d: %s", AUDIT_JOURNALS + 1, reconcile_limits(audit->journals));
	return report_exit(&audit->report);
}

void
inspection_look_back(struct inspection *inspection)
{
	const struct mirror *mirror = &inspection->source.mirror;
	struct bytes *old = &inspection->wanted.old;

	if (inspection->last.size > 0)
		*old = bytes_make(inspection->last.note, inspection->last.size);
	else if (old->data == NULL && mirror->before_size > 0)
		*old = bytes_make(mirror->before, mirror->before_size);
}

int
inspection_remember(struct inspection *inspection, const struct audit *audit)
{
	const struct wishes *wishes = inspection->wishes;
	bool cosign = wishes->cosign != NULL && cosign_permitted(audit);
	struct trouble trouble;

	if (wishes->state == NULL || report_exit(&audit->report) != TALLY_EXIT_FINE)
		return TALLY_EXIT_FINE;
	if (lastgood_store(&inspection->last, bytes_make(audit->note, audit->note_size),
			   &trouble) != TALLY_EXIT_FINE) {
		complain("%s", trouble.sentence);
		return trouble.exit;
	}
	if (cosign)
		cosign_line(audit, &inspection->wanted.key, &inspection->cosigner,
			    inspection->cosignature);
	return TALLY_EXIT_FINE;
}

static int
refresh_and_audit(struct inspection *inspection)
{
	struct audit audit;
	struct trouble trouble;
	int code = source_refresh(&inspection->source, &trouble);
	int remembered;

	show_progress_end(&inspection->progress);
	if (code == TALLY_EXIT_USAGE) {
		complain("%s", trouble.sentence);
		return code;
	}
	inspection_look_back(inspection);
	if (code == TALLY_EXIT_FINE)
		audit_run(&inspection->source.log, &inspection->wanted, &audit);
	else
		audit_refused(&trouble, &audit);
	show_progress_end(&inspection->progress);
	remembered = inspection_remember(inspection, &audit);
	if (report_exit(&audit.report) == TALLY_EXIT_FAILED)
		source_take_back(&inspection->source);
	code = show(inspection, &audit);
	audit_free(&audit);
	return code != TALLY_EXIT_FINE ? code : remembered;
}

/* People name the data directory. */
static void
suggest(const char *log)
{
	static const char *const inner[] = {"public", "data/public"};
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/checkpoint", log) >= (int)sizeof path ||
	    access(path, F_OK) == 0)
		return;
	for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
		if (snprintf(path, sizeof path, "%s/%s/checkpoint", log, inner[i]) <
			(int)sizeof path &&
		    access(path, F_OK) == 0)
			complain("%s holds no checkpoint: do you mean %s/%s?", log, log,
				 inner[i]);
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
	suggest(wishes->log);
	inspection->source.log.next = wishes->next;
	code = wishes->follow ? follow(inspection) : refresh_and_audit(inspection);
	source_close(&inspection->source);
	return code;
}

static int
open_journals(struct inspection *inspection)
{
	const struct wishes *wishes = inspection->wishes;
	const struct reconcile_options options = {.paths = wishes->journals,
						  .count = wishes->journals_count,
						  .some = wishes->some_journals,
						  .memory_max = wishes->memory_mb << 20};
	struct trouble trouble;

	if (options.count == 0 ||
	    reconcile_open(&inspection->wanted.journals, &options, &trouble) == TALLY_EXIT_FINE)
		return TALLY_EXIT_FINE;
	complain("%s", trouble.sentence);
	return trouble.exit;
}

/* The check `old` is about one older checkpoint: what was named must not go unasked. */
static int
open_state(struct inspection *inspection)
{
	const char *state = inspection->wishes->state;
	struct trouble trouble;

	if (state == NULL)
		return TALLY_EXIT_FINE;
	if (lastgood_open(&inspection->last, state, &trouble) != TALLY_EXIT_FINE) {
		complain("%s", trouble.sentence);
		return trouble.exit;
	}
	if (inspection->last.size == 0 || inspection->wanted.old.data == NULL)
		return TALLY_EXIT_FINE;
	complain(
	    "%s holds the older checkpoint that the log must continue; for another one run "
	    "--old without --state",
	    state);
	lastgood_close(&inspection->last);
	return TALLY_EXIT_USAGE;
}

/* Opens what the options name besides the log, and goes on. */
static int
prepare_and_audit(struct inspection *inspection)
{
	const struct wishes *wishes = inspection->wishes;
	int code = TALLY_EXIT_FINE;

	if (wishes->cosign != NULL)
		code = keyfile_cosigner_read(wishes->cosign, &inspection->cosigner);
	if (code == TALLY_EXIT_FINE)
		code = open_state(inspection);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = open_journals(inspection);
	if (code == TALLY_EXIT_FINE)
		code = open_and_audit(inspection);
	reconcile_close(inspection->wanted.journals);
	lastgood_close(&inspection->last);
	return code;
}

int
inspect_log(const struct wishes *wishes, const struct note_key *key)
{
	struct inspection inspection = {
	    .wishes = wishes,
	    .wanted = {.key = *key,
		       .jobs = wishes->jobs,
		       .patience_ms = PATIENCE_MS,
		       .memory_max = wishes->memory_mb << 20,
		       .receipts = wishes->receipts,
		       .private_copy = wishes->private_copy,
		       .fast = wishes->fast},
	    .progress = show_progress_make(),
	    .last = {.lock = -1},
	};
	uint8_t campaign[TALLY_HASH_SIZE];
	struct wholefile old = {0};
	int code = TALLY_EXIT_FINE;

	inspection.progress.terminal &= !wishes->quiet;
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
		code = prepare_and_audit(&inspection);
	free(old.data);
	sodium_memzero(&inspection.cosigner, sizeof inspection.cosigner);
	return code;
}
