#include "tools/lib/lineage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "tools/lib/lineage_state.h"

enum tally_exit
lineage_no_memory(uint64_t entries, struct trouble *trouble)
{
	return trouble_set(trouble, TALLY_EXIT_WORLD,
			   "not enough memory for the ballots of %" PRIu64 " entries", entries);
}

void *
lineage_grow(void *array, size_t *capacity, size_t count, size_t size)
{
	size_t wished = *capacity == 0 ? 64 : *capacity * 2;
	void *grown;

	if (count < *capacity)
		return array;
	grown = reallocarray(array, wished, size);
	if (grown != NULL)
		*capacity = wished;
	return grown;
}

static enum tally_exit
init_sorters(struct lineage *lineage, uint64_t memory_max, struct trouble *trouble)
{
	bool voters = lineage_voters_sign(lineage);
	enum tally_exit status;

	if (voters)
		memory_max /= 2;
	status = sorter_init(&lineage->tags,
			     voters ? LINEAGE_VOTER_RECORD_SIZE : LINEAGE_RECORD_SIZE,
			     memory_max, trouble);
	if (status == TALLY_EXIT_FINE && voters)
		status = sorter_init(&lineage->holders, sizeof(struct lineage_holder),
				     memory_max, trouble);
	return status;
}

enum tally_exit
lineage_init(struct lineage *lineage, const struct manifest *manifest, uint64_t entries,
	     uint64_t memory_max, struct trouble *trouble)
{
	enum tally_exit status;

	memset(lineage, 0, sizeof *lineage);
	lineage->previous = calloc(entries + 1, sizeof *lineage->previous);
	if (lineage->previous == NULL)
		return lineage_no_memory(entries, trouble);
	lineage->manifest = manifest;
	lineage->entries = entries;
	CHECK(pthread_mutex_init(&lineage->lock, NULL) == 0);
	status = init_sorters(lineage, memory_max, trouble);
	if (status != TALLY_EXIT_FINE)
		lineage_free(lineage);
	return status;
}

enum tally_exit
lineage_extend(struct lineage *lineage, uint64_t entries, struct trouble *trouble)
{
	uint64_t *previous;

	CHECK(entries >= lineage->entries);
	previous = calloc(entries - lineage->entries + 1, sizeof *previous);
	if (previous == NULL)
		return lineage_no_memory(entries, trouble);
	free(lineage->previous);
	lineage->previous = previous;
	lineage->first = lineage->entries;
	lineage->entries = entries;
	return TALLY_EXIT_FINE;
}

void
lineage_watch(struct lineage *lineage, sorter_progress *progress, void *context)
{
	lineage->tags.progress = lineage->holders.progress = progress;
	lineage->tags.progress_context = lineage->holders.progress_context = context;
}

void
lineage_free(struct lineage *lineage)
{
	sorter_free(&lineage->tags);
	sorter_free(&lineage->holders);
	if (lineage->manifest != NULL)
		pthread_mutex_destroy(&lineage->lock);
	free(lineage->previous);
	free(lineage->sweeps);
	free(lineage->taken);
	memset(lineage, 0, sizeof *lineage);
}

/* A record for `tag` in memory[LINEAGE_VOTER_RECORD_SIZE], zero elsewhere. */
static struct lineage_record *
record_make(uint8_t *memory, const uint8_t *tag, uint64_t index)
{
	struct lineage_record *record = (void *)memory;

	memset(memory, 0, LINEAGE_VOTER_RECORD_SIZE);
	memcpy(record->at.key, tag, sizeof record->at.key);
	record->at.index = index;
	return record;
}

static void
enter_event(struct lineage *lineage, const uint8_t *tag, uint64_t index,
	    enum lineage_event event, uint16_t district)
{
	_Alignas(struct lineage_record) uint8_t memory[LINEAGE_VOTER_RECORD_SIZE];
	struct lineage_record *record = record_make(memory, tag, index);

	record->signer = event;
	record->district = district;
	sorter_add(&lineage->tags, memory);
}

void
lineage_roster(struct lineage *lineage, const uint8_t tag[TALLY_TAG_SIZE], uint16_t district)
{
	lineage->rostered = true;
	enter_event(lineage, tag, 0, LINEAGE_ROSTER, district);
}

/* Does the ballot go before those of the other kind of signer? */
static bool
has_precedence(const struct manifest *manifest, const struct ballot *ballot)
{
	const struct manifest_frontend *frontend;

	if (manifest->precedence == MANIFEST_PRECEDENCE_NONE)
		return false;
	frontend = manifest_frontend_find(manifest, ballot->key_id);
	return frontend != NULL &&
	       frontend->booth == (manifest->precedence == MANIFEST_PRECEDENCE_BOOTH);
}

void
lineage_enter(struct lineage *lineage, uint64_t index, const struct ballot *ballot)
{
	_Alignas(struct lineage_record) uint8_t memory[LINEAGE_VOTER_RECORD_SIZE];
	struct lineage_record *record = record_make(memory, ballot->tag, index);
	struct lineage_holder holder = {.at.index = index};

	CHECK(index >= lineage->first && index < lineage->entries);
	CHECK(ballot->revision > 0);
	record->signer = ballot->key_id;
	record->revision = ballot->revision;
	record->district = ballot->district;
	if (lineage_voters_sign(lineage)) {
		CHECK(ballot->voter_key != NULL);
		record->serial = ballot->serial;
		memcpy(memory + LINEAGE_RECORD_SIZE, ballot->voter_key, TALLY_KEY_SIZE);
		memcpy(holder.at.key, ballot->voter_key, TALLY_KEY_SIZE);
		memcpy(holder.tag, ballot->tag, TALLY_TAG_SIZE);
		sorter_add(&lineage->holders, &holder);
	} else {
		record->serial = has_precedence(lineage->manifest, ballot);
	}
	sorter_add(&lineage->tags, memory);
}

static void
enter_sweep(struct lineage *lineage, uint64_t index, const struct notice_void *voided)
{
	struct lineage_sweep *grown;

	pthread_mutex_lock(&lineage->lock);
	grown = lineage_grow(lineage->sweeps, &lineage->sweeps_capacity, lineage->sweeps_count,
			     sizeof *grown);
	if (grown == NULL) {
		lineage->failed = true;
	} else {
		lineage->sweeps = grown;
		grown[lineage->sweeps_count] = (struct lineage_sweep){index, *voided};
		grown[lineage->sweeps_count++].voided.reason = bytes_make(NULL, 0); /* lent */
	}
	pthread_mutex_unlock(&lineage->lock);
}

static void
enter_void(struct lineage *lineage, uint64_t index, const struct notice_void *voided)
{
	enum lineage_event event =
	    voided->fate == NOTICE_BARRED ? LINEAGE_VOID_BARRED : LINEAGE_VOID_AGAIN;

	if (voided->tags_count == 0)
		enter_sweep(lineage, index, voided);
	for (size_t i = 0; i < voided->tags_count; i++)
		enter_event(lineage, voided->tags + i * TALLY_TAG_SIZE, index, event, 0);
}

void
lineage_notice(struct lineage *lineage, uint64_t index, const struct notice *notice)
{
	CHECK(index >= lineage->first && index < lineage->entries);
	if (notice->kind == TALLY_NOTICE_VOID)
		enter_void(lineage, index, &notice->voided);
	if (notice->kind != TALLY_NOTICE_ENROL)
		return;
	for (size_t i = 0; i < notice->enrolments_count; i++) {
		const uint8_t *at = notice->enrolments + i * NOTICE_ENROLMENT_SIZE;

		enter_event(lineage, at, index, LINEAGE_ENROL, be16_load(at + TALLY_TAG_SIZE));
	}
}

bool
lineage_replaced(const struct lineage *lineage, uint64_t index, uint64_t *previous)
{
	uint64_t found;

	CHECK(index >= lineage->first && index < lineage->entries);
	found = lineage->previous[index - lineage->first];
	if (found == 0 || found == LINEAGE_BEHIND_VOID)
		return false;
	*previous = found - 1;
	return true;
}

bool
lineage_known(const struct lineage *lineage, uint64_t index)
{
	CHECK(index >= lineage->first && index < lineage->entries);
	return lineage->previous[index - lineage->first] != 0;
}

const struct lineage_taken *
lineage_taken(const struct lineage *lineage, uint64_t notice, size_t *count)
{
	size_t low = 0;
	size_t high = lineage->taken_count;

	CHECK(notice >= lineage->first);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (lineage->taken[middle].notice < notice)
			low = middle + 1;
		else
			high = middle;
	}
	while (high < lineage->taken_count && lineage->taken[high].notice == notice)
		high++;
	*count = high - low;
	return *count == 0 ? NULL : lineage->taken + low;
}
