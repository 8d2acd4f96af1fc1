#include "tools/lib/recount.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "campaign/rules.h"
#include "tree/frontier.h"

/* Puts parts 0..parts-1 together; false with the number of the part that is not there. */
static bool
join_parts(const struct bundle *bundle, struct writer *json, unsigned *wrong)
{
	struct entry entry;
	unsigned parts = 1;

	for (*wrong = 0; *wrong < parts; ++*wrong) {
		if (*wrong >= bundle->count || !entry_parse(bundle->entries[*wrong], &entry) ||
		    entry.kind != TALLY_ENTRY_CAMPAIGN || entry.part != *wrong)
			return false;
		if (*wrong > 0 && entry.parts != parts)
			return false;
		parts = entry.parts;
		writer_bytes(json, entry.body);
	}
	return !json->failed;
}

enum tally_exit
recount_manifest(const struct bundle *first, struct manifest **out, struct trouble *trouble)
{
	uint8_t *memory = malloc(TALLY_MANIFEST_SIZE_MAX);
	struct writer json = writer_make(memory, TALLY_MANIFEST_SIZE_MAX);
	struct manifest_fault fault;
	unsigned wrong;

	*out = NULL;
	if (memory == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD,
				   "not enough memory for the manifest");
	if (!join_parts(first, &json, &wrong)) {
		free(memory);
		return trouble_at(
		    trouble, TALLY_EXIT_FAILED, wrong,
		    "a CAMPAIGN entry with part %u of the manifest should be here", wrong);
	}
	*out = manifest_parse(writer_view(&json), &fault);
	free(memory);
	if (*out == NULL)
		return trouble_at(trouble, TALLY_EXIT_FAILED, 0, "the manifest is none: %s: %s",
				  fault.path, fault.sentence);
	return TALLY_EXIT_FINE;
}

/* A replay under way: its own bundle, and the one that holds the ballot replaced or voided. */
struct pass {
	const struct scroll *scroll;
	const struct lineage *lineage;
	struct bundle bundle;
	struct bundle earlier;
	uint64_t earlier_number;
	bool earlier_valid;
	struct counts voided; /* of the void at hand */
	void *voided_memory;  /* NULL before the first */
};

/* The ballot at `index`, which some later entry replaces or takes out. */
static enum tally_exit
fetch_ballot(struct pass *pass, uint64_t index, struct ballot *ballot, struct trouble *trouble)
{
	uint64_t number = index / TALLY_TILE_WIDTH;
	struct bundle *bundle = &pass->earlier;
	struct entry entry;
	enum tally_exit status;

	if (number == pass->bundle.first / TALLY_TILE_WIDTH)
		bundle = &pass->bundle;
	else if (!pass->earlier_valid || pass->earlier_number != number) {
		pass->earlier_valid = false;
		status = scroll_read(pass->scroll, number, bundle, trouble);
		if (status != TALLY_EXIT_FINE)
			return status;
		pass->earlier_number = number;
		pass->earlier_valid = true;
	}
	CHECK(entry_parse(bundle->entries[index % TALLY_TILE_WIDTH], &entry));
	CHECK(entry.kind == TALLY_ENTRY_BALLOT);
	CHECK(ballot_parse(entry.body, ballot) == TALLY_ACCEPTED);
	return TALLY_EXIT_FINE;
}

/* What the ballots count that the entry, a void, takes out. */
static enum tally_exit
count_voided(struct pass *pass, const struct lineage_taken *taken, size_t count,
	     const struct manifest *manifest, struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;

	if (pass->voided_memory == NULL)
		pass->voided_memory = malloc(counts_memory(manifest));
	if (pass->voided_memory == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD,
				   "not enough memory for the counts of a void");
	counts_init(&pass->voided, manifest, pass->voided_memory);
	for (size_t i = 0; i < count && status == TALLY_EXIT_FINE; i++) {
		struct ballot ballot;

		status = fetch_ballot(pass, taken[i].ballot, &ballot, trouble);
		if (status == TALLY_EXIT_FINE)
			counts_add(&pass->voided, manifest, &ballot);
	}
	return status;
}

static enum tally_exit
step(struct recount *out, struct bytes entry, const struct ballot *replaced,
     const struct counts *voided, struct trouble *trouble)
{
	out->fault = replay_step(&out->replay, entry, replaced, voided);
	if (out->fault == REPLAY_FINE)
		return TALLY_EXIT_FINE;
	return trouble_at(trouble, TALLY_EXIT_FAILED, out->replay.index, "%s",
			  replay_fault_sentence(out->fault));
}

static enum tally_exit
replay_entry(struct pass *pass, struct bytes entry, struct recount *out,
	     struct trouble *trouble)
{
	uint64_t index = out->replay.index;
	size_t count;
	const struct lineage_taken *taken = lineage_taken(pass->lineage, index, &count);
	struct ballot replaced;
	uint64_t previous;
	enum tally_exit status = TALLY_EXIT_FINE;

	if (count > 0) {
		status = count_voided(pass, taken, count, out->manifest, trouble);
		if (status == TALLY_EXIT_FINE)
			status = step(out, entry, NULL, &pass->voided, trouble);
		for (size_t i = 0; i < count && status == TALLY_EXIT_FINE; i++) {
			ousted_mark(&out->ousted, taken[i].ballot);
			ousted_mark(&out->voided, taken[i].ballot);
		}
		return status;
	}
	if (!lineage_replaced(pass->lineage, index, &previous))
		return step(out, entry, NULL, NULL, trouble);
	status = fetch_ballot(pass, previous, &replaced, trouble);
	if (status == TALLY_EXIT_FINE)
		status = step(out, entry, &replaced, NULL, trouble);
	if (status == TALLY_EXIT_FINE)
		ousted_mark(&out->ousted, previous);
	return status;
}

static enum tally_exit
replay_bundles(struct pass *pass, uint64_t end, recount_visitor *visitor, void *context,
	       struct recount *out, struct trouble *trouble)
{
	struct bundle *bundle = &pass->bundle;
	enum tally_exit status;

	while (out->replay.index < end) {
		uint64_t index = out->replay.index;
		struct bytes entry;

		if (index % TALLY_TILE_WIDTH == 0 || bundle->count == 0) {
			status = scroll_read(pass->scroll, index / TALLY_TILE_WIDTH, bundle,
					     trouble);
			if (status != TALLY_EXIT_FINE)
				return status;
		}
		entry = bundle->entries[index % TALLY_TILE_WIDTH];
		status = replay_entry(pass, entry, out, trouble);
		if (status == TALLY_EXIT_FINE && visitor != NULL)
			status = visitor(context, index, entry, &out->replay, trouble);
		if (status != TALLY_EXIT_FINE)
			return status;
	}
	return TALLY_EXIT_FINE;
}

enum tally_exit
recount_replay(const struct scroll *scroll, uint64_t end, const struct lineage *lineage,
	       recount_visitor *visitor, void *context, struct recount *out,
	       struct trouble *trouble)
{
	struct pass pass = {.scroll = scroll, .lineage = lineage};
	enum tally_exit status;

	CHECK(end <= scroll->size);
	out->fault = REPLAY_FINE;
	if (out->memory == NULL) {
		out->memory = malloc(replay_memory(out->manifest));
		if (out->memory == NULL)
			return trouble_set(trouble, TALLY_EXIT_WORLD,
					   "not enough memory for the counts of the campaign");
		replay_init(&out->replay, out->manifest, out->memory);
	}
	status = ousted_extend(&out->ousted, end, trouble);
	if (status == TALLY_EXIT_FINE)
		status = ousted_extend(&out->voided, end, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	bundle_init(&pass.bundle);
	bundle_init(&pass.earlier);
	status = replay_bundles(&pass, end, visitor, context, out, trouble);
	bundle_free(&pass.bundle);
	bundle_free(&pass.earlier);
	free(pass.voided_memory);
	return status;
}

enum tally_exit
recount_enter(struct lineage *lineage, uint64_t index, struct bytes bytes,
	      struct trouble *trouble)
{
	struct entry entry;
	struct ballot ballot;
	struct notice notice;
	enum tally_verdict verdict;

	if (!entry_parse(bytes, &entry))
		return TALLY_EXIT_FINE;
	if (entry.kind == TALLY_ENTRY_NOTICE &&
	    notice_parse(entry.body, &notice) == TALLY_ACCEPTED)
		lineage_notice(lineage, index, &notice);
	if (entry.kind != TALLY_ENTRY_BALLOT)
		return TALLY_EXIT_FINE;
	verdict = ballot_parse(entry.body, &ballot);
	if (verdict == TALLY_ACCEPTED)
		verdict = rules_check(lineage->manifest, &ballot);
	if (verdict != TALLY_ACCEPTED)
		return trouble_at(trouble, TALLY_EXIT_FAILED, index, "the ballot is %s: %s",
				  tally_verdict_text(verdict)->name,
				  tally_verdict_text(verdict)->sentence);
	lineage_enter(lineage, index, &ballot);
	return TALLY_EXIT_FINE;
}

/* Reads every entry once: into the lineage and the tree. */
static enum tally_exit
gather(const struct scroll *scroll, struct lineage *lineage, struct tree_hash *root,
       struct trouble *trouble)
{
	struct frontier frontier;
	struct bundle bundle;
	enum tally_exit status = TALLY_EXIT_FINE;

	frontier_init(&frontier);
	bundle_init(&bundle);
	for (uint64_t n = 0; n < scroll->bundles && status == TALLY_EXIT_FINE; n++) {
		status = scroll_read(scroll, n, &bundle, trouble);
		for (unsigned i = 0; status == TALLY_EXIT_FINE && i < bundle.count; i++) {
			struct tree_hash leaf;

			tree_leaf(bundle.entries[i], &leaf);
			frontier_append(&frontier, &leaf);
			status = recount_enter(lineage, bundle.first + i, bundle.entries[i],
					       trouble);
		}
	}
	bundle_free(&bundle);
	frontier_root(&frontier, root);
	return status;
}

static enum tally_exit
gather_and_link(const struct scroll *scroll, const struct checkpoint *checkpoint,
		struct lineage *lineage, struct trouble *trouble)
{
	struct lineage_findings findings;
	struct tree_hash root;
	enum tally_exit status = gather(scroll, lineage, &root, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	if (memcmp(root.bytes, checkpoint->root, sizeof root.bytes) != 0)
		return trouble_set(
		    trouble, TALLY_EXIT_FAILED,
		    "%s: its entries do not have the root that the checkpoint signs",
		    scroll->log->path);
	status = lineage_link(lineage, scroll->size, 1, &findings, trouble);
	if (status != TALLY_EXIT_FINE || lineage_first(&findings) == NULL)
		return status;
	*trouble = *lineage_first(&findings);
	return TALLY_EXIT_FAILED;
}

static enum tally_exit
count_scroll(const struct scroll *scroll, struct recount *out, struct trouble *trouble)
{
	struct lineage lineage;
	enum tally_exit status =
	    lineage_init(&lineage, out->manifest, scroll->size, lineage_memory_usual, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	status = gather_and_link(scroll, &out->checkpoint, &lineage, trouble);
	if (status == TALLY_EXIT_FINE)
		status =
		    recount_replay(scroll, scroll->size, &lineage, NULL, NULL, out, trouble);
	lineage_free(&lineage);
	return status;
}

static enum tally_exit
open_manifest(const struct publiclog *log, uint64_t size, struct manifest **out,
	      struct trouble *trouble)
{
	struct bundle bundle;
	enum tally_exit status;

	if (size == 0)
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/checkpoint: the log has no entries", log->path);
	bundle_init(&bundle);
	status = publiclog_bundle(log, 0, size, &bundle, trouble);
	if (status == TALLY_EXIT_FINE)
		status = recount_manifest(&bundle, out, trouble);
	bundle_free(&bundle);
	return status;
}

static enum tally_exit
open_log(const struct publiclog *log, const struct note_key *key, struct recount *out,
	 struct trouble *trouble)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes view;
	size_t note_size;
	uint64_t size;
	enum tally_exit status = publiclog_checkpoint(log, note, &note_size, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	view = bytes_make(note, note_size);
	if (!publiclog_claims(view, &size) ||
	    (key != NULL && !checkpoint_open(view, key, &out->checkpoint)))
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/checkpoint: it is no checkpoint signed by the log's key",
				   log->path);
	status = open_manifest(log, size, &out->manifest, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	if (!checkpoint_open(view, &out->manifest->log_key, &out->checkpoint))
		return trouble_set(
		    trouble, TALLY_EXIT_FAILED,
		    "%s/checkpoint: it is not signed by the key that the manifest "
		    "names as the log's",
		    log->path);
	return TALLY_EXIT_FINE;
}

enum tally_exit
recount_run(const struct publiclog *log, const struct note_key *key, struct recount *out,
	    struct trouble *trouble)
{
	enum tally_exit status;

	*out = (struct recount){0};
	status = open_log(log, key, out, trouble);
	if (status == TALLY_EXIT_FINE)
		status = scroll_init(&out->scroll, log, out->checkpoint.size, trouble);
	if (status == TALLY_EXIT_FINE)
		status = count_scroll(&out->scroll, out, trouble);
	if (status != TALLY_EXIT_FINE)
		recount_free(out);
	return status;
}

void
recount_free(struct recount *recount)
{
	if (recount->manifest != NULL)
		manifest_free(recount->manifest);
	free(recount->memory);
	ousted_free(&recount->ousted);
	ousted_free(&recount->voided);
	scroll_free(&recount->scroll);
	*recount = (struct recount){0};
}
