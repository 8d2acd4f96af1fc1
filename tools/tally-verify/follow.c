#include "tools/tally-verify/follow.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "tools/lib/complain.h"

struct pursuit {
	struct inspection *inspection;
	struct audit audit;
	bool audited;    /* audit is there, and passed */
	uint64_t before; /* entries at the last line */
};

static void
line(const char *kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
line(const char *kind, const char *format, ...)
{
	char now[32] = "";
	time_t seconds = time(NULL);
	struct tm parts;
	va_list arguments;

	if (gmtime_r(&seconds, &parts) != NULL)
		(void)strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &parts);
	printf("%s %s: ", now, kind);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	(void)fflush(stdout);
}

static void
tell_progress(struct pursuit *pursuit)
{
	const struct checkpoint *checkpoint = &pursuit->audit.recount.checkpoint;
	char root[2 * TALLY_HASH_SIZE + 1];
	struct writer writer = writer_make(root, sizeof root - 1);

	text_hex_write(&writer, bytes_make(checkpoint->root, sizeof checkpoint->root));
	root[writer.size] = '\0';
	if (pursuit->audit.sealed)
		line("PASS",
		     "%" PRIu64 " entries with root %s, %" PRIu64 " more; results are sealed",
		     checkpoint->size, root, checkpoint->size - pursuit->before);
	else
		line("PASS",
		     "%" PRIu64 " entries with root %s, %" PRIu64 " more; %" PRIu64
		     " ballots counted",
		     checkpoint->size, root, checkpoint->size - pursuit->before,
		     pursuit->audit.recount.replay.counts.ballots);
	pursuit->before = checkpoint->size;
}

static void
forget(struct pursuit *pursuit)
{
	audit_free(&pursuit->audit);
	pursuit->audited = false;
}

/* A new checkpoint was audited. */
static int
judge(struct pursuit *pursuit)
{
	struct inspection *inspection = pursuit->inspection;
	const struct report *report = &pursuit->audit.report;
	const struct report_check *failure;
	size_t number = 0;
	int code = report_exit(report);

	show_progress_end(&inspection->progress);
	if (code == TALLY_EXIT_FINE) {
		code = inspection_remember(inspection, &pursuit->audit);
		if (inspection->wishes->state == NULL) {
			memcpy(inspection->last.note, pursuit->audit.note,
			       pursuit->audit.note_size);
			inspection->last.size = pursuit->audit.note_size;
		}
		source_complete(&inspection->source, pursuit->audit.recount.checkpoint.size,
				pursuit->audit.sealed);
		tell_progress(pursuit);
		fputs(inspection->cosignature, stdout);
		(void)fflush(stdout);
		inspection->cosignature[0] = '\0';
		return code;
	}
	failure = report_first_failure(report, &number);
	if (failure != NULL)
		line("ALERT", "check %zu: %s", number, failure->why.sentence);
	else
		report_print(report, stderr, true);
	if (code == TALLY_EXIT_FAILED)
		source_take_back(&inspection->source);
	forget(pursuit);
	return code;
}

static int
look(struct pursuit *pursuit)
{
	struct inspection *inspection = pursuit->inspection;
	struct trouble trouble;
	int code = source_refresh(&inspection->source, &trouble);

	show_progress_end(&inspection->progress);
	if (code == TALLY_EXIT_FAILED)
		line("ALERT", "%s", trouble.sentence);
	else if (code != TALLY_EXIT_FINE)
		complain("%s", trouble.sentence);
	if (code != TALLY_EXIT_FINE)
		return code;
	if (pursuit->audited)
		return audit_more(&pursuit->audit) ? judge(pursuit) : TALLY_EXIT_FINE;
	inspection_look_back(inspection);
	audit_run(&inspection->source.log, &inspection->wanted, &pursuit->audit);
	pursuit->audited = true;
	return judge(pursuit);
}

int
follow(struct inspection *inspection)
{
	const struct wishes *wishes = inspection->wishes;
	const struct timespec pause = {.tv_sec = (time_t)wishes->interval_s};
	struct pursuit pursuit = {.inspection = inspection};
	int code;

	inspection->wanted.keep = true;
	for (;;) {
		code = look(&pursuit);
		if (code != TALLY_EXIT_FINE && code != TALLY_EXIT_WORLD)
			break;
		if (wishes->until > 0 && pursuit.before >= wishes->until)
			break;
		nanosleep(&pause, NULL);
	}
	if (pursuit.audited)
		forget(&pursuit);
	return code;
}
