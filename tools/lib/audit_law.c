#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tools/lib/signature.h"

static enum tally_exit
prepare_replay(struct recount *recount, struct trouble *trouble)
{
	if (recount->memory == NULL)
		recount->memory = malloc(replay_memory(recount->manifest));
	if (recount->memory == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD,
				   "not enough memory for the counts of the campaign");
	replay_init(&recount->replay, recount->manifest, recount->memory);
	return TALLY_EXIT_FINE;
}

static bool
step(struct audit_state *state, uint64_t index, struct bytes entry, struct trouble *trouble)
{
	struct recount *recount = &state->audit->recount;
	struct entry parsed;
	struct notice notice;

	recount->fault = replay_skip(&recount->replay, index);
	if (recount->fault == REPLAY_FINE && entry.size > 0)
		recount->fault = replay_step(&recount->replay, entry, NULL, NULL);
	if (recount->fault != REPLAY_FINE) {
		trouble_at(trouble, TALLY_EXIT_FAILED, recount->replay.index, "%s",
			   replay_fault_sentence(recount->fault));
		audit_found(state, audit_check_of(recount->fault), trouble);
		return false;
	}
	if (entry_parse(entry, &parsed) && parsed.kind == TALLY_ENTRY_NOTICE)
		(void)audit_notice(state, index, parsed.body, &notice);
	return !report_troubled(&state->audit->report, AUDIT_NOTICES);
}

/* Would results be public after the entries beyond the checkpoint, from page `at` on? */
static bool
is_unsealing(struct audit_state *state, size_t at)
{
	const struct lawbook *book = &state->book;
	struct recount *recount = &state->audit->recount;

	for (; at < book->count; at++) {
		const struct lawbook_page *page = &book->pages[at];
		struct entry entry;
		struct notice notice;

		if (!entry_parse(page->entry, &entry) ||
		    (entry.kind == TALLY_ENTRY_NOTICE &&
		     (notice_parse(entry.body, &notice) != TALLY_ACCEPTED ||
		      signature_notice(recount->manifest, &notice) != TALLY_ACCEPTED)) ||
		    replay_skip(&recount->replay, page->index) != REPLAY_FINE ||
		    replay_step(&recount->replay, page->entry, NULL, NULL) != REPLAY_FINE)
			break;
	}
	return law_results_public(&recount->replay.law, recount->manifest);
}

/* Replays the book's entries, those beyond the checkpoint last. False if a rule is broken. */
static bool
walk(struct audit_state *state)
{
	const struct lawbook *book = &state->book;
	struct recount *recount = &state->audit->recount;
	uint64_t size = recount->checkpoint.size;
	struct trouble trouble;
	size_t at = 0;

	if (prepare_replay(recount, &trouble) != TALLY_EXIT_FINE) {
		audit_found(state, AUDIT_PHASES, &trouble);
		return false;
	}
	for (; at < book->count && book->pages[at].index < size; at++)
		if (!step(state, book->pages[at].index, book->pages[at].entry, &trouble))
			return false;
	if (!step(state, size, bytes_make(NULL, 0), &trouble))
		return false;
	state->unsealed = law_results_public(&recount->replay.law, recount->manifest);
	state->unsealing = is_unsealing(state, at);
	return true;
}

/* What the book says of the campaign: is the rest still sealed? */
static bool
says_sealed(struct audit_state *state)
{
	struct recount *recount = &state->audit->recount;
	struct bundle front;
	struct trouble ignored;

	lawbook_front(&state->book, &front);
	if (recount->manifest == NULL &&
	    recount_manifest(&front, &recount->manifest, &ignored) != TALLY_EXIT_FINE)
		return !audit_has_bundles(state);
	if (!recount->manifest->sealed)
		return false;
	if (state->book.torn)
		return true;
	state->walked = walk(state);
	return !state->unsealed;
}

void
audit_law_open(struct audit_state *state)
{
	const struct inventory *inventory = &state->inventory;
	struct trouble trouble;

	lawbook_close(&state->book);
	state->has_book = state->walked = state->sealed = false;
	state->unsealed = state->unsealing = false;
	if (inventory->laws_count == 0 && !inventory->law_list)
		return;
	if (lawbook_open(&state->book, state->log, &state->options->key,
			 state->audit->recount.checkpoint.size, &trouble) != TALLY_EXIT_FINE) {
		audit_found(state, AUDIT_PROOFS, &trouble);
		return;
	}
	state->has_book = true;
	if (audit_lacks_bundles(state))
		state->sealed = says_sealed(state);
}

void
audit_law_entry(struct audit_state *state, uint64_t index)
{
	struct trouble trouble;

	if (!state->has_book || state->book.torn || lawbook_has(&state->book, index))
		return;
	trouble_at(&trouble, TALLY_EXIT_FAILED, index, "%s/law/list does not name it",
		   state->log->path);
	audit_found(state, AUDIT_PROOFS, &trouble);
}

/* Every file of law/ is one that the list names. */
static void
check_files(struct audit_state *state)
{
	const struct inventory *inventory = &state->inventory;
	struct trouble trouble;

	for (size_t i = 0; i < inventory->laws_count; i++) {
		uint64_t index = inventory->laws[i];

		if (index >= state->scroll.size || lawbook_has(&state->book, index))
			continue;
		trouble_at(&trouble, TALLY_EXIT_FAILED, index,
			   "%s/law/%" PRIu64 " is published, and law/list does not name it",
			   state->log->path, index);
		audit_found(state, AUDIT_PROOFS, &trouble);
		return;
	}
}

static enum tally_exit
check_page(struct audit_state *state, const struct lawbook_page *page, struct trouble *trouble)
{
	bool contains = false;
	enum tally_exit status = TALLY_EXIT_FINE;

	if (page->checkpoint.size <= state->scroll.size)
		status = audit_contains(state, &page->checkpoint, &contains, trouble);
	if (status == TALLY_EXIT_FINE && !contains)
		status =
		    trouble_at(trouble, TALLY_EXIT_FAILED, page->index,
			       "%s/law/%" PRIu64 " proves it under a checkpoint of %" PRIu64
			       " entries that is not one of this tree",
			       state->log->path, page->index, page->checkpoint.size);
	return status;
}

static void
check_pages(struct audit_state *state)
{
	const struct lawbook *book = &state->book;
	struct trouble trouble;

	for (size_t i = 0; i < book->count && book->pages[i].index < state->scroll.size; i++)
		if (check_page(state, &book->pages[i], &trouble) != TALLY_EXIT_FINE) {
			audit_found(state, AUDIT_PROOFS, &trouble);
			return;
		}
}

void
audit_law_check(struct audit_state *state)
{
	struct report *report = &state->audit->report;
	struct trouble trouble;

	if (!state->has_book) {
		trouble_set(&trouble, TALLY_EXIT_FAILED, "%s/law/list: it is missing",
			    state->log->path);
		if (state->options->private_copy)
			report_nothing(report, AUDIT_PROOFS, "this private copy has no law/");
		else
			audit_found(state, AUDIT_PROOFS, &trouble);
		return;
	}
	if (state->book.torn)
		audit_found(state, AUDIT_PROOFS, &state->book.trouble);
	else
		check_files(state);
	if (state->holes)
		report_skip(report, AUDIT_PROOFS, "check %d failed: the tree is not known",
			    (state->sealed ? AUDIT_TILES : AUDIT_BUNDLES) + 1);
	else
		check_pages(state);
	if (!state->holes && (state->sealed || state->audit->counted))
		report_pass(report, AUDIT_PROOFS);
	else
		report_skip(report, AUDIT_PROOFS,
			    "another check failed: not every entry is known");
}
