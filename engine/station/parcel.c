#include "station/parcel.h"

#include <string.h>

_Static_assert(sizeof(struct sheet) <= sizeof(struct notice) &&
		   _Alignof(struct sheet) <= _Alignof(struct notice),
	       "a sheet's facts fit a notice's");
_Static_assert(TALLY_WIRE_PAYLOAD_MAX + 1 + PARCEL_FACTS_ROOM <= parcel_bytes_max,
	       "a parcel takes any frame");

bool
parcel_may_move(enum parcel_state from, enum parcel_state to)
{
	static const uint8_t allowed[] = {
	    [PARCEL_FREE] = 1 << PARCEL_FILLING,
	    [PARCEL_FILLING] = 1 << PARCEL_READY | 1 << PARCEL_BACK,
	    [PARCEL_READY] = 1 << PARCEL_AWAY,
	    [PARCEL_AWAY] = 1 << PARCEL_BACK,
	    [PARCEL_BACK] = 1 << PARCEL_SEQUENCED,
	    [PARCEL_SEQUENCED] = 1 << PARCEL_FREE,
	};

	return (allowed[from] >> to & 1) != 0;
}

void
parcel_move(struct parcel *parcel, enum parcel_state to)
{
	CHECK(parcel_may_move(parcel->state, to));
	parcel->state = to;
	if (to != PARCEL_FREE)
		return;
	parcel->items_count = 0;
	parcel->sequenced_count = 0;
	parcel->ballots_count = 0;
	parcel->used = 0;
}

bool
parcel_has_room(const struct parcel *parcel, size_t bytes)
{
	return parcel->items_count < parcel_items_max &&
	       parcel_bytes_max - parcel->used >= bytes + PARCEL_FACTS_ROOM;
}

/* Memory that a notice or sheet is parsed into: few have one. */
static void *
take_facts(struct parcel *parcel, size_t size)
{
	uint8_t *at = parcel->memory + parcel->used;
	size_t skipped = -(uintptr_t)at % _Alignof(struct notice);

	parcel->used += skipped + size;
	return at + skipped;
}

struct parcel_item *
parcel_put(struct parcel *parcel, enum parcel_task task, uint8_t kind, struct bytes payload)
{
	struct parcel_item *item = &parcel->items[parcel->items_count];
	uint8_t *at = parcel->memory + parcel->used;

	CHECK(parcel_has_room(parcel, payload.size + 1));
	memset(item, 0, sizeof *item);
	at[0] = kind;
	if (payload.size > 0)
		memcpy(at + 1, payload.data, payload.size);
	parcel->used += payload.size + 1;
	item->task = task;
	item->payload = bytes_make(at + 1, payload.size);
	item->index = UINT64_MAX;
	item->replaces = UINT64_MAX;
	if (task == TASK_BALLOT) {
		item->facts = &parcel->facts[parcel->ballots_count++];
		item->facts->bytes = item->payload;
	}
	if (task == TASK_NOTICE)
		item->notice = take_facts(parcel, sizeof *item->notice);
	if (task == TASK_SHEET)
		item->sheet = take_facts(parcel, sizeof *item->sheet);
	parcel->items_count++;
	return item;
}

struct bytes
parcel_entry(const struct parcel_item *item)
{
	return bytes_make(item->payload.data - 1, item->payload.size + 1);
}

void
parcel_reserve_replaced(struct parcel *parcel, struct parcel_item *item, uint64_t index)
{
	CHECK(parcel_bytes_max - parcel->used >= TALLY_BALLOT_SIZE_MAX + 1);
	item->replaces = index;
	item->replaced = parcel->memory + parcel->used;
	parcel->used += TALLY_BALLOT_SIZE_MAX + 1;
}

static void
verify_item_notice(struct parcel_item *item, const struct manifest *manifest,
		   const struct roster *roster)
{
	struct notice *notice = item->notice;

	item->verdict = notice_parse(item->payload, notice);
	if (item->verdict == TALLY_ACCEPTED)
		item->verdict = verify_notice(manifest, notice);
	if (item->verdict != TALLY_ACCEPTED || roster == NULL)
		return;
	for (size_t i = 0; i < notice->enrolments_count; i++)
		item->rostered +=
		    roster_find(roster, notice->enrolments + i * NOTICE_ENROLMENT_SIZE) !=
		    ROSTER_ABSENT;
}

static void
verify_item_sheet(struct parcel_item *item, const struct manifest *manifest)
{
	item->verdict = sheet_parse(item->payload, item->sheet);
	if (item->verdict == TALLY_ACCEPTED)
		item->verdict = verify_sheet(manifest, item->sheet);
}

/* Together: two take little more time than one (tree/sha256pair.h). */
static void
hash_leaves(struct parcel *parcel)
{
	struct parcel_item *ballots[parcel_items_max];
	struct bytes entries[parcel_items_max] = {0};
	struct tree_hash leaves[parcel_items_max];
	size_t count = 0;

	for (size_t i = 0; i < parcel->items_count; i++) {
		struct parcel_item *item = &parcel->items[i];

		if (item->task != TASK_BALLOT || item->verdict != TALLY_ACCEPTED)
			continue;
		ballots[count] = item;
		entries[count++] = parcel_entry(item);
	}
	tree_leaves(entries, count, leaves);
	for (size_t i = 0; i < count; i++)
		ballots[i]->leaf = leaves[i];
}

void
parcel_verify(struct parcel *parcel, const struct verifier *verifier,
	      const struct roster *roster)
{
	const struct manifest *manifest = verifier->manifest;

	verify_batch(verifier, parcel->facts, parcel->ballots_count);
	for (size_t i = 0; i < parcel->items_count; i++) {
		struct parcel_item *item = &parcel->items[i];

		if (item->task == TASK_NOTICE)
			verify_item_notice(item, manifest, roster);
		if (item->task == TASK_SHEET)
			verify_item_sheet(item, manifest);
		if (item->task != TASK_BALLOT)
			continue;
		item->verdict = item->facts->verdict;
		if (item->verdict == TALLY_ACCEPTED && roster != NULL)
			item->district = roster_find(roster, item->facts->ballot.tag);
	}
	hash_leaves(parcel);
}
