#include "tools/lib/reconcile_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tally/journal.h"

static const uint64_t memory_usual = (uint64_t)512 << 20;

void
reconcile_found(struct trouble *first, const struct trouble *trouble)
{
	if (first->exit == TALLY_EXIT_FINE || trouble->index < first->index)
		*first = *trouble;
}

void
reconcile_identity(struct bytes signed_bytes, uint8_t key[SORTER_KEY_SIZE])
{
	CHECK(crypto_generichash(key, SORTER_KEY_SIZE, signed_bytes.data, signed_bytes.size,
				 NULL, 0) == 0);
}

void
reconcile_enter(struct reconcile *reconcile, uint64_t index, const struct ballot *ballot)
{
	struct reconcile_testimony testimony = {
	    .at.index = index, .key_id = ballot->key_id, .kind = IN_LOG};

	reconcile_identity(ballot->signed_bytes, testimony.at.key);
	sorter_add(&reconcile->sorter, &testimony);
}

void
reconcile_missing(struct reconcile *reconcile, const struct reconcile_journal *journal,
		  uint64_t number, uint64_t index, const char *words)
{
	struct trouble trouble;

	if (index == TALLY_CLIENT_NO_INDEX)
		trouble_set(&trouble, TALLY_EXIT_FAILED,
			    "journal %s: ballot %" PRIu64
			    " was accepted, and no index was told",
			    journal->path, number);
	else
		trouble_at(&trouble, TALLY_EXIT_FAILED, index,
			   "journal %s: ballot %" PRIu64 " was accepted as this entry, %s",
			   journal->path, number, words);
	reconcile->tally.missing++;
	reconcile_found(&reconcile->missing, &trouble);
}

bool
reconcile_beyond(struct reconcile *reconcile, const struct reconcile_journal *journal,
		 uint64_t number, uint64_t index)
{
	if (index < reconcile->log->size)
		return false;
	if (reconcile->log->closed || index == TALLY_CLIENT_NO_INDEX)
		reconcile_missing(reconcile, journal, number, index,
				  "but the log is closed and ends before it; if voting was "
				  "opened again, take a newer checkpoint");
	else
		reconcile->tally.not_yet++;
	return true;
}

/* Opens a journal; what it says is read when the log is known. */
static enum tally_exit
open_journal(struct reconcile_journal *journal, const char *path, struct trouble *trouble)
{
	uint8_t head[TALLY_JOURNAL_HEAD_SIZE];
	struct tally_journal_tape tape;

	journal->path = path;
	journal->file = open(path, O_RDONLY | O_CLOEXEC);
	if (journal->file < 0)
		return trouble_set(trouble, TALLY_EXIT_USAGE, "open journal %s: %s", path,
				   strerror(errno));
	if (pread(journal->file, head, sizeof head, 0) != (ssize_t)sizeof head ||
	    tally_journal_get_head(&tape, head, sizeof head) <= 0)
		return trouble_set(trouble, TALLY_EXIT_USAGE, "journal %s: %s", path,
				   tally_journal_fault_text(TALLY_JOURNAL_NO_HEAD));
	journal->key_id = tape.key_id;
	memcpy(journal->campaign, tape.campaign, sizeof journal->campaign);
	return TALLY_EXIT_FINE;
}

enum tally_exit
reconcile_open(struct reconcile **out, const struct reconcile_options *options,
	       struct trouble *trouble)
{
	struct reconcile *reconcile = calloc(1, sizeof *reconcile);
	uint64_t memory_max = options->memory_max != 0 ? options->memory_max : memory_usual;
	enum tally_exit status = TALLY_EXIT_FINE;

	*out = reconcile;
	if (reconcile == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD, "not enough memory");
	CHECK(pthread_mutex_init(&reconcile->lock, NULL) == 0);
	reconcile->options = *options;
	reconcile->journals = calloc(options->count + 1, sizeof *reconcile->journals);
	if (reconcile->journals == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD, "not enough memory");
	for (size_t i = 0; i < options->count; i++)
		reconcile->journals[i].file = -1;
	for (size_t i = 0; i < options->count && status == TALLY_EXIT_FINE; i++)
		status = open_journal(&reconcile->journals[i], options->paths[i], trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	status = sorter_init(&reconcile->sorter, sizeof(struct reconcile_testimony), memory_max,
			     trouble);
	reconcile->sorts = status == TALLY_EXIT_FINE;
	return status;
}

void
reconcile_close(struct reconcile *reconcile)
{
	if (reconcile == NULL)
		return;
	for (size_t i = 0; reconcile->journals != NULL && i < reconcile->options.count; i++)
		if (reconcile->journals[i].file >= 0)
			close(reconcile->journals[i].file);
	if (reconcile->sorts)
		sorter_free(&reconcile->sorter);
	pthread_mutex_destroy(&reconcile->lock);
	free(reconcile->journals);
	free(reconcile);
}

static const char *
unasked(const struct reconcile *reconcile)
{
	if (reconcile->log->leaf != NULL)
		return "; what else the log holds is sealed";
	if (reconcile->log->manifest->signing != TALLY_SIGNING_FRONTEND)
		return "; ballots are signed by voters, so others could submit them";
	if (reconcile->options.some)
		return "; further journals exist, so ballots in none of these were not "
		       "looked for";
	for (size_t i = 0; i < reconcile->options.count; i++)
		if (!reconcile->journals[i].sealed)
			return "; a journal is not sealed to its end, so ballots in none of "
			       "its frontend's were not looked for";
	return "";
}

static void
find_limits(struct reconcile *reconcile)
{
	const struct reconcile_tally *tally = &reconcile->tally;
	char beyond[128] = "";
	char denied[TROUBLE_SENTENCE_MAX / 2] = "";

	if (tally->not_yet > 0)
		snprintf(beyond, sizeof beyond,
			 "; %" PRIu64 " accepted ballots are beyond this checkpoint",
			 tally->not_yet);
	if (tally->denied_in_log > 0)
		snprintf(
		    denied, sizeof denied,
		    "; %" PRIu64 " in the log had been refused for another ballot of the "
		    "voter, the first as entry %" PRIu64 ", ballot %" PRIu64 " of journal %s",
		    tally->denied_in_log, reconcile->denied.at.index, reconcile->denied.number,
		    reconcile->journals[reconcile->denied.journal].path);
	snprintf(reconcile->limits, sizeof reconcile->limits, "%s%s%s", unasked(reconcile),
		 beyond, denied);
}

/* What passed, in numbers, and what was not asked. */
static void
remark(const struct reconcile *reconcile, struct report *report, size_t check)
{
	const struct reconcile_tally *tally = &reconcile->tally;
	char moved[128] = "";

	if (tally->moved > 0)
		snprintf(moved, sizeof moved,
			 "; %" PRIu64 " had another index before they were sent again: the "
			 "server had lost them",
			 tally->moved);
	report_remark(report, check,
		      "%" PRIu64 " ballots submitted: %" PRIu64
		      " accepted and in the log, %" PRIu64 " accepted beyond this checkpoint, "
		      "%" PRIu64 " refused, %" PRIu64 " unanswered, of which %" PRIu64
		      " in the log%s%s",
		      tally->submitted, tally->accepted, tally->not_yet, tally->refused,
		      tally->unanswered, tally->unanswered_in_log, moved, reconcile->limits);
}

void
reconcile_run(struct reconcile *reconcile, const struct reconcile_log *log,
	      struct report *report, size_t check)
{
	enum tally_exit status = TALLY_EXIT_FINE;
	struct trouble trouble;

	reconcile->log = log;
	for (size_t i = 0; i < reconcile->options.count && status == TALLY_EXIT_FINE; i++)
		status = reconcile_peruse(reconcile, &reconcile->journals[i], &trouble);
	if (status == TALLY_EXIT_FINE)
		status = sorter_each(&reconcile->sorter, log->jobs, reconcile_hear, reconcile,
				     &trouble);
	if (status != TALLY_EXIT_FINE) {
		report_found(report, check, &trouble);
		return;
	}
	if (reconcile->missing.exit != TALLY_EXIT_FINE)
		report_found(report, check, &reconcile->missing);
	if (reconcile->foreign.exit != TALLY_EXIT_FINE)
		report_found(report, check, &reconcile->foreign);
	report_pass(report, check);
	find_limits(reconcile);
	remark(reconcile, report, check);
}

const char *
reconcile_limits(const struct reconcile *reconcile)
{
	return reconcile->limits[0] == '\0' ? "" : reconcile->limits + 2;
}

json_t *
reconcile_json(const struct reconcile *reconcile)
{
	const struct reconcile_tally *tally = &reconcile->tally;

	const struct {
		const char *name;
		uint64_t number;
	} numbers[] = {
	    {"journals", reconcile->options.count},
	    {"submitted", tally->submitted},
	    {"accepted", tally->accepted},
	    {"refused", tally->refused},
	    {"unanswered", tally->unanswered},
	    {"unanswered_in_log", tally->unanswered_in_log},
	    {"not_yet", tally->not_yet},
	    {"moved", tally->moved},
	    {"missing", tally->missing},
	    {"foreign", tally->foreign},
	    {"denied_in_log", tally->denied_in_log},
	};
	const char *limits = reconcile_limits(reconcile);
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (json_object_set_new(object, numbers[i].name,
					json_integer((json_int_t)numbers[i].number)) != 0) {
			json_decref(object);
			return NULL;
		}
	/* A path may be no UTF-8: then the check's `why` is left out too. */
	if (limits[0] != '\0')
		(void)json_object_set_new(object, "limits", json_string(limits));
	return object;
}
