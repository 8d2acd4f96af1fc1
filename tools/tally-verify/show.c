#include "tools/tally-verify/show.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/lib/ticks.h"
#include "tools/lib/trace.h"
#include "tools/tally-verify/receipt.h"

enum {
	PROGRESS_AFTER_MS = 1000,
	PROGRESS_EVERY_MS = 200,
	HEX_SIZE = 2 * TALLY_HASH_SIZE + 1,
	PENDING_SIZE = 64,
	HASTE_SIZE = 200,
};

static const char *
hex(const uint8_t hash[TALLY_HASH_SIZE], char text[HEX_SIZE])
{
	struct writer writer = writer_make(text, HEX_SIZE - 1);

	text_hex_write(&writer, bytes_make(hash, TALLY_HASH_SIZE));
	text[writer.size] = '\0';
	return text;
}

static void
print_contest(const struct manifest_contest *contest, const struct counts_contest *count,
	      const struct counts_option *options, FILE *out)
{
	fprintf(out, "\n  contest %s: %s\n", contest->id,
		manifest_title_in(&contest->titles, "en"));
	fprintf(out, "  %" PRIu64 " ballots, %" PRIu64 " blank, %" PRIu64 " abstained\n",
		count->ballots, count->blank, count->abstained);
	fprintf(out, "  %12s %12s  option\n", "votes", "score");
	for (size_t i = 0; i < contest->options_count; i++)
		fprintf(out, "  %12" PRIu64 " %12" PRId64 "  %s: %s\n", options[i].votes,
			options[i].score, contest->options[i].id,
			manifest_title_in(&contest->options[i].titles, "en"));
}

/* Winners before the vote has closed may change. */
static const char *
provisional(enum tally_phase phase)
{
	static const char *const texts[] = {
	    [TALLY_PHASE_BEFORE] = " so far; voting is not open yet",
	    [TALLY_PHASE_OPEN] = " so far; voting is open",
	    [TALLY_PHASE_CLOSED] = "",
	};

	return texts[phase];
}

/* In the order in which they won. */
static void
print_winners(const struct manifest_contest *contest, const struct winners_contest *winners,
	      enum tally_phase phase, FILE *out)
{
	const struct election_result *result = &winners->outcome.result;

	if (winners->status == OUTCOME_NEEDS_DRAW)
		fprintf(out, "  winners: not before the draw\n");
	if (winners->status != OUTCOME_DECIDED)
		return;
	fprintf(out, "  winners by %s%s:%s", contest->outcome.id, provisional(phase),
		result->winners_count == 0 ? " none" : "");
	for (size_t i = 0; i < result->winners_count; i++)
		fprintf(out, "%s %s", i == 0 ? "" : ",",
			contest->options[result->winners[i]].id);
	fprintf(out, "\n");
}

static void
print_campaign(const struct audit *audit, FILE *out)
{
	const struct manifest *manifest = audit->recount.manifest;
	char id[HEX_SIZE];

	fprintf(out, "\ncampaign %s\n  %s\n", hex(manifest->id, id),
		manifest_title_in(&manifest->titles, "en"));
	if (audit->sealed)
		fprintf(out,
			"  results are sealed: %" PRIu64
			" entries, of which the law alone is public\n\n",
			audit->recount.checkpoint.size);
}

static void
print_counts(const struct audit *audit, FILE *out)
{
	const struct manifest *manifest = audit->recount.manifest;
	const struct counts *counts = &audit->recount.replay.counts;

	fprintf(out,
		"  entries %" PRIu64 ", ballots %" PRIu64 " counted, %" PRIu64
		" replaced, %" PRIu64 " voided, %" PRIu64 " in the tree\n",
		audit->recount.checkpoint.size, counts->ballots, counts->replaced,
		counts->voided, counts->in_tree);
	for (size_t i = 0; i < manifest->contests_count; i++) {
		print_contest(&manifest->contests[i], &counts->contests[i],
			      counts->options + manifest->contests[i].options_first, out);
		if (audit->winners.contests != NULL)
			print_winners(&manifest->contests[i], &audit->winners.contests[i],
				      audit->recount.replay.law.phase, out);
	}
	fprintf(out, "\n");
}

/* Where all has passed that was made: what could not be asked yet. */
static void
print_pending(const struct audit *audit, char text[PENDING_SIZE])
{
	const struct report *report = &audit->report;
	int used =
	    snprintf(text, PENDING_SIZE, "%s", audit->sealed ? "; results are sealed" : "");

	for (size_t i = 0; i < report->count; i++)
		if (report->checks[i].status == REPORT_SKIPPED && !report->checks[i].nothing) {
			snprintf(text + used, PENDING_SIZE - (size_t)used,
				 "; check %zu was not made", i + 1);
			return;
		}
}

static bool
signatures_passed(const struct audit *audit)
{
	return audit->report.checks[AUDIT_SIGNATURES].status == REPORT_PASS;
}

/* By what ballots' signatures were found genuine. */
static void
print_haste(const struct audit *audit, char text[HASTE_SIZE])
{
	const struct audit_haste *haste = &audit->haste;

	text[0] = '\0';
	if (!signatures_passed(audit))
		return;
	if (!audit->hasty)
		snprintf(text, HASTE_SIZE, "; signatures by libsodium");
	else if (haste->path == VERIFIER_LIBSODIUM)
		snprintf(text, HASTE_SIZE,
			 "; the tables of --fast could not be used here (%s): every signature "
			 "was checked by libsodium",
			 haste_obstacle(haste));
	else
		snprintf(text, HASTE_SIZE,
			 "; signatures of %" PRIu64 " ballots by tables (%s), of %" PRIu64
			 " of them again by libsodium",
			 haste->by_tables, verifier_path_name(haste->path), haste->rechecked);
}

void
show_audit(const struct audit *audit, const char *log, bool quiet, FILE *out)
{
	const struct checkpoint *checkpoint = &audit->recount.checkpoint;
	char root[HEX_SIZE];
	char pending[PENDING_SIZE];
	char haste[HASTE_SIZE];
	char subject[TROUBLE_SENTENCE_MAX];

	report_print(&audit->report, out, quiet);
	if (!quiet && audit->recount.manifest != NULL && (audit->counted || audit->sealed))
		print_campaign(audit, out);
	if (!quiet && audit->counted)
		print_counts(audit, out);
	print_pending(audit, pending);
	print_haste(audit, haste);
	snprintf(subject, sizeof subject, "%s: %" PRIu64 " entries with root %s%s%s", log,
		 checkpoint->size, hex(checkpoint->root, root), pending, haste);
	report_print_end(&audit->report, out, subject);
}

static json_t *
contest_json(const struct manifest_contest *contest, const struct counts_contest *count,
	     const struct counts_option *options, const struct winners_contest *winners)
{
	json_t *list = json_array();
	json_t *object;

	for (size_t i = 0; i < contest->options_count; i++)
		if (json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "id",
							  contest->options[i].id, "votes",
							  (json_int_t)options[i].votes, "score",
							  (json_int_t)options[i].score)) != 0) {
			json_decref(list);
			return NULL;
		}
	object = json_pack("{s:s, s:I, s:I, s:I, s:o}", "id", contest->id, "ballots",
			   (json_int_t)count->ballots, "blank", (json_int_t)count->blank,
			   "abstained", (json_int_t)count->abstained, "options", list);
	if (object != NULL && winners != NULL)
		trace_set(object, contest, winners);
	return object;
}

static json_t *
results_json(const struct audit *audit)
{
	const struct manifest *manifest = audit->recount.manifest;
	const struct counts *counts = &audit->recount.replay.counts;
	json_t *contests = json_array();

	for (size_t i = 0; i < manifest->contests_count; i++)
		if (json_array_append_new(
			contests,
			contest_json(&manifest->contests[i], &counts->contests[i],
				     counts->options + manifest->contests[i].options_first,
				     audit->winners.contests == NULL
					 ? NULL
					 : &audit->winners.contests[i])) != 0) {
			json_decref(contests);
			return NULL;
		}
	return json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:o}", "index",
			 (json_int_t)audit->recount.checkpoint.size, "phase",
			 trace_phase_name(audit->recount.replay.law.phase), "ballots",
			 (json_int_t)counts->ballots, "replaced", (json_int_t)counts->replaced,
			 "voided", (json_int_t)counts->voided, "in_tree",
			 (json_int_t)counts->in_tree, "contests", contests);
}

static json_t *
haste_json(const struct audit_haste *haste)
{
	return json_pack("{s:s, s:I, s:I}", "path", verifier_path_name(haste->path),
			 "by_tables", (json_int_t)haste->by_tables, "rechecked",
			 (json_int_t)haste->rechecked);
}

/* Takes `object`. */
static bool
dump(json_t *object, FILE *out)
{
	bool done = object != NULL && json_dumpf(object, out, JSON_INDENT(1)) == 0;

	json_decref(object);
	return done && fprintf(out, "\n") > 0;
}

bool
show_audit_json(const struct audit *audit, const char *log, const char *cosignature, FILE *out)
{
	const struct recount *recount = &audit->recount;
	char text[HEX_SIZE];
	json_t *object = report_json(&audit->report);

	if (object == NULL)
		return false;
	(void)json_object_set_new(object, "log", json_string(log));
	(void)json_object_set_new(object, "size",
				  json_integer((json_int_t)recount->checkpoint.size));
	(void)json_object_set_new(object, "root",
				  json_string(hex(recount->checkpoint.root, text)));
	if (cosignature != NULL)
		(void)json_object_set_new(object, "cosignature", json_string(cosignature));
	if (recount->manifest != NULL)
		(void)json_object_set_new(object, "campaign",
					  json_string(hex(recount->manifest->id, text)));
	if (audit->sealed)
		(void)json_object_set_new(object, "sealed", json_true());
	if (audit->hasty || signatures_passed(audit))
		(void)json_object_set_new(object, "signatures", haste_json(&audit->haste));
	if (audit->journals != NULL)
		(void)json_object_set_new(object, "journals", reconcile_json(audit->journals));
	if (audit->counted &&
	    json_object_set_new(object, "results", results_json(audit)) != 0) {
		json_decref(object);
		return false;
	}
	return dump(object, out);
}

static void
print_meaning(uint64_t index, uint64_t size, bool included, FILE *out)
{
	if (included)
		fprintf(out,
			"\nIt proves that this ballot, byte for byte, is entry %" PRIu64
			" of the log that the\nkey signed when it had %" PRIu64 " entries.\n",
			index, size);
	else
		fprintf(out,
			"\nIt proves that the key signed a log of %" PRIu64
			" entries. It does not prove what\nentry %" PRIu64
			" holds: name the ballot with --ballot.\n",
			size, index);
	fprintf(
	    out,
	    "It does not prove that the ballot is counted (a later revision may have replaced "
	    "it),\nnor that the log is honest elsewhere, nor that all see the same log: audit "
	    "the whole\nlog (--receipts looks this receipt up in it), and compare checkpoints "
	    "with others (--old).\n"
	    "It shows no choice, but it names entry %" PRIu64
	    ": whoever holds this receipt can read the\nballot there once entries are "
	    "published, which is at once unless results are sealed.\n\n",
	    index);
}

void
show_receipt(const struct report *report, uint64_t index, uint64_t size, bool quiet, FILE *out)
{
	bool included = report->checks[RECEIPT_INCLUSION].status == REPORT_PASS;
	char subject[TROUBLE_SENTENCE_MAX];

	report_print(report, out, quiet);
	if (!quiet && report_exit(report) == TALLY_EXIT_FINE)
		print_meaning(index, size, included, out);
	snprintf(subject, sizeof subject,
		 included ? "the ballot is entry %" PRIu64 " of the signed log of %" PRIu64
			    " entries"
			  : "the receipt for entry %" PRIu64
			    " carries a signed checkpoint of %" PRIu64
			    " entries; the ballot was not checked",
		 index, size);
	report_print_end(report, out, subject);
}

bool
show_receipt_json(const struct report *report, uint64_t index, uint64_t size, FILE *out)
{
	json_t *object = report_json(report);

	if (object == NULL)
		return false;
	if (report->checks[RECEIPT_SHAPE].status == REPORT_PASS)
		(void)json_object_set_new(object, "index", json_integer((json_int_t)index));
	if (report->checks[RECEIPT_CHECKPOINT].status == REPORT_PASS)
		(void)json_object_set_new(object, "size", json_integer((json_int_t)size));
	return dump(object, out);
}

static int64_t
now_ms(void)
{
	return (int64_t)(ticks_ns(CLOCK_MONOTONIC) / 1000000);
}

struct show_progress
show_progress_make(void)
{
	return (struct show_progress){.terminal = isatty(STDERR_FILENO) == 1,
				      .started_ms = now_ms()};
}

/* Rate and remaining time of the stage under way. */
static void
print_rate(const struct show_progress *progress, int64_t now, uint64_t done, uint64_t all)
{
	int64_t spent_ms = now - progress->stage_ms;
	uint64_t made = done - progress->stage_done;
	uint64_t rate;
	uint64_t left_s;

	if (spent_ms < PROGRESS_AFTER_MS || made == 0)
		return;
	rate = made * 1000 / (uint64_t)spent_ms;
	fprintf(stderr, ", %" PRIu64 "/s", rate);
	if (all < done)
		return;
	left_s = (uint64_t)((double)(all - done) * (double)spent_ms / 1000 / (double)made);
	fprintf(stderr, ", %" PRIu64 ":%02" PRIu64 " left", left_s / 60, left_s % 60);
}

void
show_progress_line(void *context, const char *what, uint64_t done, uint64_t all)
{
	struct show_progress *progress = context;
	int64_t now;

	if (!progress->terminal)
		return;
	now = now_ms();
	if (progress->what != what || done < progress->stage_done) {
		progress->what = what;
		progress->stage_ms = now;
		progress->stage_done = done;
	}
	if (now - progress->started_ms < PROGRESS_AFTER_MS ||
	    now - progress->shown_ms < PROGRESS_EVERY_MS)
		return;
	progress->shown_ms = now;
	progress->shown = true;
	fprintf(stderr, "\r%s: %" PRIu64, what, done);
	if (all > 0)
		fprintf(stderr, " of %" PRIu64, all);
	print_rate(progress, now, done, all);
	fputs("\033[K", stderr);
}

void
show_progress_end(struct show_progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r\033[K");
	progress->shown = false;
}
