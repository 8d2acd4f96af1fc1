#include "tools/lib/reconcile_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tally/client.h"

/* All that is said of one ballot: testimonies [first, end). */
struct hearing {
	struct reconcile *reconcile;
	const struct reconcile_testimony *first;
	size_t count;
	size_t in_log; /* of them; the first of them is */
	const struct reconcile_testimony *entry;
	const struct reconcile_testimony *denied;
	uint64_t submitted;
	uint64_t answered;
	uint64_t claimed;
};

static bool
is_claim(const struct reconcile_testimony *testimony)
{
	return testimony->kind == CLAIMED || testimony->kind == CONFIRMED;
}

/* Is the ballot the entry that it was said to be? */
static bool
kept(const struct hearing *hearing, const struct reconcile_testimony *claim)
{
	if (claim->kind == CONFIRMED)
		return true;
	if (claim->at.index == TALLY_CLIENT_NO_INDEX)
		return hearing->in_log > 0;
	for (size_t i = 0; i < hearing->count; i++)
		if (hearing->first[i].kind == IN_LOG &&
		    hearing->first[i].at.index == claim->at.index)
			return true;
	return false;
}

static void
hear_broken(const struct hearing *hearing, const struct reconcile_testimony *claim)
{
	struct reconcile *reconcile = hearing->reconcile;
	const struct reconcile_journal *journal = &reconcile->journals[claim->journal];
	char words[64] = "but it is not in the log";

	if (hearing->in_log == 0 &&
	    reconcile_beyond(reconcile, journal, claim->number, claim->at.index))
		return;
	if (reconcile->log->leaf != NULL)
		snprintf(words, sizeof words, "but that one's hash is not the ballot's");
	if (hearing->in_log > 0)
		snprintf(words, sizeof words, "but the log has it as entry %" PRIu64,
			 hearing->entry->at.index);
	reconcile_missing(reconcile, journal, claim->number, claim->at.index, words);
}

/* After a loss a ballot is sent again and gets another index: then the newer answer holds. */
static void
hear_claims(struct hearing *hearing)
{
	struct reconcile_tally *tally = &hearing->reconcile->tally;
	uint64_t kept_count = 0;

	for (size_t i = 0; i < hearing->count; i++)
		kept_count += is_claim(&hearing->first[i]) && kept(hearing, &hearing->first[i]);
	tally->accepted += kept_count;
	for (size_t i = 0; i < hearing->count; i++) {
		const struct reconcile_testimony *claim = &hearing->first[i];

		if (!is_claim(claim) || kept(hearing, claim))
			continue;
		if (kept_count > 0)
			tally->moved++;
		else
			hear_broken(hearing, claim);
	}
}

/* The journals of that key, if there are any and all are sealed to their ends. */
static const struct reconcile_journal *
vouched_for(const struct reconcile *reconcile, uint32_t key_id)
{
	const struct reconcile_journal *any = NULL;

	for (size_t i = 0; i < reconcile->options.count; i++) {
		const struct reconcile_journal *journal = &reconcile->journals[i];

		if (journal->key_id != key_id)
			continue;
		if (!journal->sealed)
			return NULL;
		any = journal;
	}
	return any;
}

static void
hear_entry(struct hearing *hearing)
{
	struct reconcile *reconcile = hearing->reconcile;
	const struct reconcile_testimony *entry = hearing->entry;
	const struct reconcile_journal *journal = vouched_for(reconcile, entry->key_id);
	struct trouble trouble;

	if (journal == NULL || hearing->submitted > 0 || reconcile->options.some ||
	    reconcile->log->manifest->signing != TALLY_SIGNING_FRONTEND)
		return;
	reconcile->tally.foreign++;
	trouble_at(&trouble, TALLY_EXIT_FAILED, entry->at.index,
		   "it is signed by %s, and no journal has submitted it",
		   journal->frontend->key.name);
	reconcile_found(&reconcile->foreign, &trouble);
}

/* Its own bytes stood in nobody's way. An honest server says so only of a replaced ballot that it
 * has forgotten, or before a loss: a remark. */
static void
hear_denied(const struct hearing *hearing)
{
	struct reconcile *reconcile = hearing->reconcile;
	struct reconcile_testimony *first = &reconcile->denied;

	if (hearing->denied == NULL || hearing->claimed > 0)
		return;
	if (reconcile->tally.denied_in_log++ > 0 && first->at.index <= hearing->entry->at.index)
		return;
	*first = *hearing->denied;
	first->at.index = hearing->entry->at.index;
}

static void
hear(struct hearing *hearing)
{
	struct reconcile_tally *tally = &hearing->reconcile->tally;

	for (size_t i = 0; i < hearing->count; i++) {
		const struct reconcile_testimony *testimony = &hearing->first[i];

		if (testimony->kind == IN_LOG && hearing->in_log++ == 0)
			hearing->entry = testimony;
		hearing->submitted += testimony->kind == SUBMITTED;
		hearing->claimed += is_claim(testimony);
		hearing->answered += testimony->kind == ANSWERED || testimony->kind == DENIED ||
				     is_claim(testimony);
		if (testimony->kind == DENIED)
			hearing->denied = testimony;
	}
	hear_claims(hearing);
	if (hearing->in_log > 0) {
		hear_entry(hearing);
		hear_denied(hearing);
	}
	if (hearing->submitted <= hearing->answered)
		return;
	tally->unanswered += hearing->submitted - hearing->answered;
	if (hearing->in_log > 0)
		tally->unanswered_in_log += hearing->submitted - hearing->answered;
}

void
reconcile_hear(void *context, const uint8_t *records, size_t count)
{
	struct reconcile *reconcile = context;
	const struct reconcile_testimony *all = (const void *)records;
	size_t first = 0;

	pthread_mutex_lock(&reconcile->lock);
	for (size_t i = 1; i <= count; i++) {
		struct hearing hearing = {
		    .reconcile = reconcile, .first = all + first, .count = i - first};

		if (i < count && memcmp(all[i].at.key, all[first].at.key, SORTER_KEY_SIZE) == 0)
			continue;
		hear(&hearing);
		first = i;
	}
	pthread_mutex_unlock(&reconcile->lock);
}
