#include "tools/lib/audit_state.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
audit_found(struct audit_state *state, enum audit_check check, const struct trouble *trouble)
{
	pthread_mutex_lock(&state->lock);
	report_found(&state->audit->report, check, trouble);
	if (check != AUDIT_LEAVES && trouble->has_index && trouble->index < state->limit)
		state->limit = trouble->index;
	pthread_mutex_unlock(&state->lock);
}

/* Is the checkpoint there, and no file like the others? */
static bool
is_odd(const struct audit_state *state)
{
	struct stat about;

	return fstatat(state->log->folder, "checkpoint", &about, AT_SYMLINK_NOFOLLOW) == 0 &&
	       !S_ISREG(about.st_mode);
}

/* A checkpoint that opens with the key, or a finding, upon which everything else rests. */
static bool
open_checkpoint(struct audit_state *state)
{
	struct audit *audit = state->audit;
	struct trouble trouble;
	enum tally_exit status =
	    publiclog_checkpoint(state->log, audit->note, &audit->note_size, &trouble);

	if (status == TALLY_EXIT_FINE &&
	    !checkpoint_open(bytes_make(audit->note, audit->note_size), &state->options->key,
			     &audit->recount.checkpoint))
		status = trouble_set(
		    &trouble, TALLY_EXIT_FAILED,
		    "%s/checkpoint: it is no checkpoint of %s signed by key %08" PRIx32,
		    state->log->path, state->options->key.name, state->options->key.id);
	if (status != TALLY_EXIT_FINE) {
		enum audit_check check = is_odd(state) ? AUDIT_FILES : AUDIT_CHECKPOINT;

		audit_found(state, check, &trouble);
		checks_skip_rest(&audit->report, check);
		return false;
	}
	report_pass(&audit->report, AUDIT_CHECKPOINT);
	return true;
}

static void
open_old(struct audit_state *state)
{
	const struct checkpoint *now = &state->audit->recount.checkpoint;
	struct trouble trouble;

	state->old_valid = false;
	if (state->verified.size > 0) {
		state->old = state->verified;
	} else if (state->options->old.data == NULL) {
		report_nothing(&state->audit->report, AUDIT_OLD,
			       "no older checkpoint was given (--old)");
		return;
	}
	if (state->verified.size == 0 &&
	    !checkpoint_open(state->options->old, &state->options->key, &state->old)) {
		trouble_set(&trouble, TALLY_EXIT_FAILED,
			    "the older checkpoint is none signed by the log's key");
		audit_found(state, AUDIT_OLD, &trouble);
	} else if (state->old.size > now->size) {
		trouble_set(&trouble, TALLY_EXIT_FAILED,
			    "the log has %" PRIu64
			    " entries, the older checkpoint had %" PRIu64,
			    now->size, state->old.size);
		audit_found(state, AUDIT_OLD, &trouble);
	} else {
		state->old_valid = true;
	}
}

static enum tally_exit
prepare_lineage(struct audit_state *state, struct trouble *trouble)
{
	const struct manifest *manifest = state->audit->recount.manifest;
	uint64_t memory_max = state->options->memory_max;

	if (state->lineage.manifest != NULL)
		return lineage_extend(&state->lineage, state->scroll.size, trouble);
	if (manifest == NULL || state->sealed)
		return TALLY_EXIT_FINE;
	return lineage_init(&state->lineage, manifest, state->scroll.size,
			    memory_max != 0 ? memory_max : lineage_memory_usual, trouble);
}

/* False if memory is short. */
static bool
prepare(struct audit_state *state)
{
	uint64_t size = state->audit->recount.checkpoint.size;
	struct trouble trouble;
	enum tally_exit status = state->verified.size > 0
				     ? scroll_extend(&state->scroll, size, &trouble)
				     : scroll_init(&state->scroll, state->log, size, &trouble);

	for (uint64_t hashes = size / TALLY_TILE_WIDTH, l = 1;
	     hashes > 0 && status == TALLY_EXIT_FINE; hashes /= TALLY_TILE_WIDTH, l++) {
		struct tree_hash *grown =
		    reallocarray(state->level[l], hashes, sizeof *state->level[l]);

		if (grown == NULL)
			status =
			    trouble_set(&trouble, TALLY_EXIT_WORLD,
					"not enough memory for %" PRIu64 " hashes", hashes);
		else
			state->level[l] = grown;
	}
	if (status == TALLY_EXIT_FINE)
		status = prepare_lineage(state, &trouble);
	if (status != TALLY_EXIT_FINE)
		audit_found(state, AUDIT_BUNDLES, &trouble);
	return status == TALLY_EXIT_FINE;
}

/* A checkpoint may claim more than any memory holds: without half its bundles, or where these are
 * sealed half its tiles, nothing is begun. */
static bool
overstated(const struct audit_state *state)
{
	const struct inventory *inventory = &state->inventory;
	size_t bundles = inventory_find(inventory, (struct tile){0, 0, 0});
	size_t tiles = inventory_find(inventory, (struct tile){1, 0, 0}) - bundles;

	return report_troubled(&state->audit->report, AUDIT_FILES) &&
	       (state->sealed ? tiles : bundles) <
		   publiclog_bundles(state->audit->recount.checkpoint.size) / 2 + 1;
}

/* What was verified while entries were sealed does not speak for them: all are read from the
 * first. `old` is already the checkpoint that was verified. */
static void
begin_anew(struct audit_state *state)
{
	struct recount *recount = &state->audit->recount;

	free(recount->memory);
	recount->memory = NULL;
	ousted_free(&recount->ousted);
	ousted_free(&recount->voided);
	scroll_free(&state->scroll);
	state->roster_read = false; /* not in the lineage yet */
	state->verified = (struct checkpoint){0};
}

/* What was public once stays so: an unsealing that law/ no longer names, or never named. */
static bool
sealed_again(struct audit_state *state)
{
	struct trouble trouble;

	if (!state->sealed || state->was_sealed || state->verified.size == 0)
		return false;
	trouble_set(&trouble, TALLY_EXIT_FAILED,
		    "%s: its entries were public before, and law/ says that they are sealed",
		    state->log->path);
	audit_found(state, AUDIT_SEAL, &trouble);
	checks_skip_rest(&state->audit->report, AUDIT_SEAL);
	return true;
}

/* A log that does not continue what was verified here: nothing of that holds for it. */
static bool
broken_off(struct audit_state *state)
{
	struct report *report = &state->audit->report;

	if (state->verified.size == 0 || (!report_troubled(report, AUDIT_OLD) && !state->holes))
		return false;
	checks_skip_rest(report,
			 report_troubled(report, AUDIT_OLD) ? AUDIT_OLD : AUDIT_BUNDLES);
	return true;
}

/* Entries or leaf hashes, and the tree above. False if nothing more can be said. */
static bool
read_tree(struct audit_state *state)
{
	if (!prepare(state)) {
		checks_skip_rest(&state->audit->report, AUDIT_BUNDLES);
		return false;
	}
	if (state->audit->recount.manifest != NULL)
		audit_roster(state);
	if (state->sealed)
		audit_sealed(state);
	else
		audit_entries(state);
	audit_tree(state);
	return !broken_off(state);
}

static void
judge(struct audit_state *state)
{
	const struct manifest *manifest = state->audit->recount.manifest;

	if (manifest != NULL && !state->sealed) {
		audit_replay(state);
		audit_outcome(state);
	}
	audit_settle(state);
	if (manifest != NULL ? manifest->sealed : state->has_book)
		audit_law_check(state);
	if (manifest != NULL && manifest->sealed)
		audit_seal(state);
	if (manifest != NULL)
		audit_witnesses(state);
	audit_receipts(state);
	audit_journals(state);
	checks_skip_rest(&state->audit->report, AUDIT_MANIFEST);
}

static void
run(struct audit_state *state)
{
	struct audit *audit = state->audit;

	if (!open_checkpoint(state))
		return;
	state->limit = audit->recount.checkpoint.size;
	report_nothing(&audit->report, AUDIT_RECEIPTS, "no receipts were given (--receipts)");
	if (state->options->journals == NULL)
		report_nothing(&audit->report, AUDIT_JOURNALS,
			       "no journals were given (--journal)");
	open_old(state);
	if (broken_off(state))
		return;
	audit_inventory(state);
	audit_law_open(state);
	audit_missing(state);
	if (overstated(state)) {
		checks_skip_rest(&audit->report, AUDIT_FILES);
		return;
	}
	if (sealed_again(state))
		return;
	if (state->was_sealed && !state->sealed)
		begin_anew(state);
	audit_manifest(state);
	audit->sealed = state->sealed;
	if (!read_tree(state))
		return;
	judge(state);
	if (report_exit(&audit->report) != TALLY_EXIT_FINE)
		return;
	state->verified = audit->recount.checkpoint;
	state->was_sealed = state->sealed;
}

static void
state_free(struct audit_state *state)
{
	pthread_mutex_destroy(&state->lock);
	lineage_free(&state->lineage);
	scroll_free(&state->scroll);
	inventory_free(&state->inventory);
	lawbook_close(&state->book);
	for (size_t l = 0; l < TILE_LEVELS_MAX; l++)
		free(state->level[l]);
	free(state);
}

void
audit_run(const struct publiclog *log, const struct audit_options *options, struct audit *out)
{
	struct audit_state *state = calloc(1, sizeof *state);
	struct trouble trouble;

	*out = (struct audit){0};
	report_init(&out->report, checks_questions, AUDIT_CHECKS_COUNT);
	if (state == NULL) {
		trouble_set(&trouble, TALLY_EXIT_WORLD, "not enough memory");
		report_found(&out->report, AUDIT_CHECKPOINT, &trouble);
		return;
	}
	state->log = log;
	state->options = options;
	state->audit = out;
	CHECK(pthread_mutex_init(&state->lock, NULL) == 0);
	run(state);
	if (options->keep)
		out->state = state;
	else
		state_free(state);
}

/* Is the newest checkpoint the one that was verified, or signed anew? */
static bool
unchanged(const struct audit_state *state)
{
	const struct checkpoint *verified = &state->verified;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct checkpoint now;
	struct trouble ignored;
	size_t size;

	return publiclog_checkpoint(state->log, note, &size, &ignored) == TALLY_EXIT_FINE &&
	       checkpoint_open(bytes_make(note, size), &state->options->key, &now) &&
	       now.size == verified->size &&
	       memcmp(now.root, verified->root, sizeof now.root) == 0;
}

bool
audit_more(struct audit *audit)
{
	struct audit_state *state = audit->state;

	CHECK(state != NULL && report_exit(&audit->report) == TALLY_EXIT_FINE);
	if (unchanged(state))
		return false;
	report_init(&audit->report, checks_questions, AUDIT_CHECKS_COUNT);
	audit->counted = false;
	winners_free(&audit->winners);
	state->holes = false;
	state->shelf.filled = false;
	state->done = 0;
	run(state);
	return true;
}

void
audit_refused(const struct trouble *why, struct audit *out)
{
	*out = (struct audit){0};
	report_init(&out->report, checks_questions, AUDIT_CHECKS_COUNT);
	report_found(&out->report, AUDIT_CHECKPOINT, why);
	checks_skip_rest(&out->report, AUDIT_CHECKPOINT);
}

void
audit_free(struct audit *audit)
{
	if (audit->state != NULL)
		state_free(audit->state);
	audit->state = NULL;
	winners_free(&audit->winners);
	recount_free(&audit->recount);
}
