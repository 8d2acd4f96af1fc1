#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/crew.h"
#include "tools/lib/signature.h"

/* What one worker needs. */
struct desk {
	struct bundle bundle;
	struct tree_hash leaves[TALLY_TILE_WIDTH];
	size_t ballots_count; /* that wait for the tables */
	uint64_t indices[TALLY_TILE_WIDTH];
	struct verify_item ballots[TALLY_TILE_WIDTH];
};

struct office {
	struct audit_state *state;
	struct desk *desks;
	uint64_t first; /* bundle */
};

/* Places of the inventory's files of one tile: [first, end). */
static void
files_of(const struct audit_state *state, int level, uint64_t number, size_t *first,
	 size_t *end)
{
	*first = inventory_find(&state->inventory, (struct tile){level, number, 0});
	*end = inventory_find(&state->inventory,
			      (struct tile){level, number, TALLY_TILE_WIDTH + 1});
}

/* The tile that a client would take for this bundle, whatever else lies beside it. False if the
 * two differ: nothing can then be said of their fronts in older files. */
static bool
check_leaves(struct audit_state *state, const struct desk *desk, uint64_t number)
{
	const struct bundle *bundle = &desk->bundle;
	struct tree_hash hashes[TALLY_TILE_WIDTH];
	struct trouble trouble;
	unsigned width;

	if (publiclog_tile(state->log, 0, number, state->scroll.size, hashes, &width,
			   &trouble) != TALLY_EXIT_FINE) {
		audit_found(state, AUDIT_LEAVES, &trouble);
		return false;
	}
	for (unsigned i = 0; i < bundle->count; i++) {
		if (tree_hash_equal(&hashes[i], &desk->leaves[i]))
			continue;
		trouble_at(&trouble, TALLY_EXIT_FAILED, bundle->first + i,
			   "its hash is not the one in %s/tile/0, tile %" PRIu64,
			   state->log->path, number);
		audit_found(state, AUDIT_LEAVES, &trouble);
		return false;
	}
	return true;
}

void
audit_tile_files(struct audit_state *state, uint64_t number, const struct tree_hash *leaves)
{
	size_t at;
	size_t end;

	for (files_of(state, 0, number, &at, &end); at < end; at++)
		if (inventory_covers(state->scroll.size, &state->inventory.tiles[at]))
			audit_tile_file(state, &state->inventory.tiles[at], leaves);
}

/* A bundle of an earlier size is the front of today's. */
static void
check_bundle_file(struct audit_state *state, const struct bundle *bundle,
		  const struct tile *tile)
{
	size_t expected = 0;
	char path[TILE_PATH_MAX];
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size;
	struct trouble trouble;
	enum tally_exit status;

	for (unsigned i = 0; i < tile->width; i++)
		expected += 2 + bundle->entries[i].size;
	tile_path(tile, path);
	status = publiclog_read(state->log, path, PUBLICLOG_BUNDLE_SIZE_MAX, &data, &capacity,
				&size, &trouble);
	if (status == TALLY_EXIT_FINE &&
	    (size != expected || memcmp(data, bundle->data, size) != 0))
		status = trouble_set(&trouble, TALLY_EXIT_FAILED,
				     "%s/%s: it is not the first %u entries of its bundle",
				     state->log->path, path, tile->width);
	if (status != TALLY_EXIT_FINE && !audit_gone(state, path))
		audit_found(state, AUDIT_BUNDLES, &trouble);
	free(data);
}

static void
check_bundle_files(struct audit_state *state, const struct desk *desk, uint64_t number)
{
	size_t at;
	size_t end;

	for (files_of(state, TILE_LEVEL_ENTRIES, number, &at, &end); at < end; at++) {
		const struct tile *tile = &state->inventory.tiles[at];

		if (tile->width != desk->bundle.count &&
		    inventory_covers(state->scroll.size, tile))
			check_bundle_file(state, &desk->bundle, tile);
	}
}

void
audit_keep_hashes(struct audit_state *state, uint64_t number, unsigned count,
		  const struct tree_hash leaves[TALLY_TILE_WIDTH])
{
	if (count == TALLY_TILE_WIDTH)
		tile_root(leaves, TALLY_TILE_WIDTH, &state->level[1][number]);
	if (number == state->scroll.size / TALLY_TILE_WIDTH)
		memcpy(state->last, leaves, sizeof state->last);
	if (state->old_valid && number == state->old.size / TALLY_TILE_WIDTH)
		memcpy(state->old_last, leaves, sizeof state->old_last);
}

bool
audit_notice(struct audit_state *state, uint64_t index, struct bytes body,
	     struct notice *notice)
{
	enum tally_verdict verdict = notice_parse(body, notice);
	struct trouble trouble;

	if (verdict == TALLY_ACCEPTED)
		verdict = signature_notice(state->audit->recount.manifest, notice);
	if (verdict == TALLY_ACCEPTED)
		return true;
	trouble_at(&trouble, TALLY_EXIT_FAILED, index, "the notice is %s: %s",
		   tally_verdict_text(verdict)->name, tally_verdict_text(verdict)->sentence);
	audit_found(state, AUDIT_NOTICES, &trouble);
	return false;
}

/* Signatures are asked last: who fails there has passed every rule. */
static enum audit_check
check_of(enum tally_verdict verdict)
{
	switch (verdict) {
	case TALLY_BAD_SIGNATURE:
	case TALLY_BAD_CERTIFICATE:
	case TALLY_UNKNOWN_SIGNER:
		return AUDIT_SIGNATURES;
	default:
		return AUDIT_RULES;
	}
}

static void
take_ballot(struct audit_state *state, uint64_t index, enum tally_verdict verdict,
	    const struct ballot *ballot)
{
	struct trouble trouble;

	if (verdict == TALLY_ACCEPTED) {
		lineage_enter(&state->lineage, index, ballot);
		if (state->options->journals != NULL)
			reconcile_enter(state->options->journals, index, ballot);
		return;
	}
	trouble_at(&trouble, TALLY_EXIT_FAILED, index, "the ballot is %s: %s",
		   tally_verdict_text(verdict)->name, tally_verdict_text(verdict)->sentence);
	audit_found(state, check_of(verdict), &trouble);
}

/* By libsodium at once, or later with the others of the bundle. */
static void
check_ballot(struct audit_state *state, struct desk *desk, uint64_t index, struct bytes body)
{
	struct ballot ballot;

	if (state->has_spotcheck) {
		desk->indices[desk->ballots_count] = index;
		desk->ballots[desk->ballots_count++].bytes = body;
		return;
	}
	take_ballot(state, index,
		    signature_ballot(state->audit->recount.manifest, body, &ballot), &ballot);
}

/* Before the ballot itself is refused: of the two that is what a reader must know. */
static void
distrust(struct audit_state *state, const struct desk *desk,
	 const struct spotcheck_finding *finding)
{
	struct trouble trouble;

	trouble_at(&trouble, TALLY_EXIT_FAILED, desk->indices[finding->item],
		   "the tables say of the ballot: %s; libsodium says: %s; --fast is not to be "
		   "believed on this machine",
		   tally_verdict_text(finding->by_tables)->name,
		   tally_verdict_text(desk->ballots[finding->item].verdict)->name);
	audit_found(state, AUDIT_SIGNATURES, &trouble);
}

static void
check_hastily(struct audit_state *state, struct desk *desk)
{
	struct spotcheck_finding finding;

	spotcheck_ballots(&state->spotcheck, desk->ballots, desk->ballots_count, &finding);
	if (finding.found)
		distrust(state, desk, &finding);
	for (size_t i = 0; i < desk->ballots_count; i++)
		take_ballot(state, desk->indices[i], desk->ballots[i].verdict,
			    &desk->ballots[i].ballot);
}

static void
check_sheet(struct audit_state *state, uint64_t index, struct bytes body)
{
	struct sheet sheet;
	enum tally_verdict verdict = sheet_parse(body, &sheet);
	struct trouble trouble;

	if (verdict == TALLY_ACCEPTED)
		verdict = signature_sheet(state->audit->recount.manifest, &sheet);
	if (verdict == TALLY_ACCEPTED)
		return;
	trouble_at(&trouble, TALLY_EXIT_FAILED, index, "the sheet is %s: %s",
		   tally_verdict_text(verdict)->name, tally_verdict_text(verdict)->sentence);
	audit_found(state, check_of(verdict), &trouble);
}

static void
check_contents(struct audit_state *state, struct desk *desk)
{
	desk->ballots_count = 0;
	for (unsigned i = 0; i < desk->bundle.count; i++) {
		uint64_t index = desk->bundle.first + i;
		struct entry entry;
		struct notice notice;

		/* What has no shape is a matter of the replay. */
		if (index < state->verified.size ||
		    !entry_parse(desk->bundle.entries[i], &entry))
			continue;
		if (entry.kind == TALLY_ENTRY_NOTICE &&
		    audit_notice(state, index, entry.body, &notice))
			lineage_notice(&state->lineage, index, &notice);
		if (entry.kind == TALLY_ENTRY_BALLOT)
			check_ballot(state, desk, index, entry.body);
		if (entry.kind == TALLY_ENTRY_SHEET)
			check_sheet(state, index, entry.body);
	}
	if (desk->ballots_count > 0)
		check_hastily(state, desk);
}

static void
check_bundle(struct audit_state *state, struct desk *desk, uint64_t number)
{
	struct trouble trouble;

	if (scroll_read(&state->scroll, number, &desk->bundle, &trouble) != TALLY_EXIT_FINE) {
		if (!trouble.has_index) {
			trouble.has_index = true;
			trouble.index = number * TALLY_TILE_WIDTH;
		}
		audit_found(state, AUDIT_BUNDLES, &trouble);
		pthread_mutex_lock(&state->lock);
		state->holes = true;
		pthread_mutex_unlock(&state->lock);
		return;
	}
	for (unsigned i = 0; i < desk->bundle.count; i++)
		tree_leaf(desk->bundle.entries[i], &desk->leaves[i]);
	if (check_leaves(state, desk, number)) {
		audit_tile_files(state, number, desk->leaves);
		check_bundle_files(state, desk, number);
	}
	audit_keep_hashes(state, number, desk->bundle.count, desk->leaves);
	if (state->audit->recount.manifest != NULL)
		check_contents(state, desk);
}

static void
check_bundle_job(void *context, unsigned worker, uint64_t number)
{
	const struct office *office = context;
	struct audit_state *state = office->state;
	uint64_t done;

	check_bundle(state, &office->desks[worker], office->first + number);
	done = atomic_fetch_add(&state->done, 1) + 1;
	if (worker == 0 && state->options->progress != NULL)
		state->options->progress(state->options->context, "reading bundles", done,
					 state->scroll.bundles - office->first);
}

/* After the pass: what found nothing has passed, what could not be asked is skipped. */
static void
conclude(struct audit_state *state)
{
	static const enum audit_check of_ballots[] = {AUDIT_RULES, AUDIT_SIGNATURES};
	struct report *report = &state->audit->report;

	if (report_troubled(report, AUDIT_LEAVES))
		report_skip(report, AUDIT_BUNDLES,
			    "check %d failed: what is right is not known", AUDIT_LEAVES + 1);
	else
		report_pass(report, AUDIT_BUNDLES);
	if (state->holes)
		report_skip(report, AUDIT_LEAVES, "check %d failed: not every entry is known",
			    AUDIT_BUNDLES + 1);
	else
		report_pass(report, AUDIT_LEAVES);
	for (size_t i = 0; i < sizeof of_ballots / sizeof *of_ballots; i++) {
		if (state->audit->recount.manifest == NULL)
			report_skip(report, of_ballots[i],
				    "check %d failed: there is no manifest",
				    AUDIT_MANIFEST + 1);
		else if (state->holes)
			report_skip(report, of_ballots[i],
				    "check %d failed: not every ballot is known",
				    AUDIT_BUNDLES + 1);
		else
			report_pass(report, of_ballots[i]);
	}
}

static void
begin_haste(struct audit_state *state, uint64_t bundles)
{
	struct audit *audit = state->audit;

	audit->hasty = state->options->fast && audit->recount.manifest != NULL;
	audit->haste = (struct audit_haste){0};
	if (audit->hasty)
		audit->haste.state =
		    spotcheck_open(&state->spotcheck, audit->recount.manifest, bundles);
	state->has_spotcheck = audit->hasty && audit->haste.state == KEYRING_READY;
}

static void
end_haste(struct audit_state *state)
{
	struct spotcheck *spotcheck = &state->spotcheck;

	if (!state->has_spotcheck)
		return;
	state->has_spotcheck = false;
	state->audit->haste = (struct audit_haste){.path = spotcheck->keyring.verifier.path,
						   .by_tables = spotcheck->by_tables,
						   .rechecked = spotcheck->rechecked};
	spotcheck_close(spotcheck);
}

const char *
haste_obstacle(const struct audit_haste *haste)
{
	return haste->state == KEYRING_NO_MEMORY
		   ? "no memory for them"
		   : "they do not do what libsodium does: have this machine checked";
}

/* What was asked of signatures, where that was not the usual. */
static void
tell_haste(struct audit *audit)
{
	const struct audit_haste *haste = &audit->haste;
	struct report *report = &audit->report;

	if (!audit->hasty || report->checks[AUDIT_SIGNATURES].status != REPORT_PASS)
		return;
	if (haste->path == VERIFIER_LIBSODIUM) {
		report_remark(report, AUDIT_SIGNATURES,
			      "the tables of --fast could not be used here (%s): libsodium "
			      "checked every one",
			      haste_obstacle(haste));
		return;
	}
	report_reword(report, AUDIT_SIGNATURES, checks_signatures_by_tables);
	report_remark(report, AUDIT_SIGNATURES,
		      "%" PRIu64 " ballots by tables (%s), %" PRIu64
		      " of them again by libsodium",
		      haste->by_tables, verifier_path_name(haste->path), haste->rechecked);
}

void
audit_entries(struct audit_state *state)
{
	struct office office = {.state = state,
				.first = state->verified.size / TALLY_TILE_WIDTH};
	struct trouble trouble;

	office.desks = calloc(state->options->jobs, sizeof *office.desks);
	if (office.desks == NULL) {
		trouble_set(&trouble, TALLY_EXIT_WORLD, "not enough memory for %u threads",
			    state->options->jobs);
		audit_found(state, AUDIT_BUNDLES, &trouble);
		state->holes = true;
	} else {
		begin_haste(state, state->scroll.bundles - office.first);
		crew_run(state->options->jobs, state->scroll.bundles - office.first,
			 check_bundle_job, &office);
		end_haste(state);
		for (unsigned i = 0; i < state->options->jobs; i++)
			bundle_free(&office.desks[i].bundle);
	}
	free(office.desks);
	conclude(state);
	tell_haste(state->audit);
}
