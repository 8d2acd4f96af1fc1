#include "tools/lib/lineage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

struct lineage_record {
	struct sorter_place at; /* key: the tag */
	uint64_t serial;
	uint16_t revision;
	uint8_t voter_key[]; /* TALLY_KEY_SIZE of them in voter mode */
};

struct lineage_holder {
	struct sorter_place at; /* key: the voter's */
	uint8_t tag[TALLY_TAG_SIZE];
};

enum {
	RECORD_SIZE = sizeof(struct lineage_record),
	VOTER_RECORD_SIZE = RECORD_SIZE + TALLY_KEY_SIZE,
};

_Static_assert(VOTER_RECORD_SIZE % _Alignof(struct lineage_record) == 0, "records in a row");

static bool
voters_sign(const struct lineage *lineage)
{
	return lineage->manifest->signing == TALLY_SIGNING_VOTER;
}

static enum tally_exit
no_memory(uint64_t entries, struct trouble *trouble)
{
	return trouble_set(trouble, TALLY_EXIT_WORLD,
			   "not enough memory for the ballots of %" PRIu64 " entries", entries);
}

enum tally_exit
lineage_init(struct lineage *lineage, const struct manifest *manifest, uint64_t entries,
	     uint64_t memory_max, struct trouble *trouble)
{
	enum tally_exit status;

	memset(lineage, 0, sizeof *lineage);
	lineage->manifest = manifest;
	lineage->entries = entries;
	lineage->previous = calloc(entries + 1, sizeof *lineage->previous);
	if (lineage->previous == NULL)
		return no_memory(entries, trouble);
	if (voters_sign(lineage))
		memory_max /= 2;
	status =
	    sorter_init(&lineage->tags, voters_sign(lineage) ? VOTER_RECORD_SIZE : RECORD_SIZE,
			memory_max, trouble);
	if (status == TALLY_EXIT_FINE && voters_sign(lineage))
		status = sorter_init(&lineage->holders, sizeof(struct lineage_holder),
				     memory_max, trouble);
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
		return no_memory(entries, trouble);
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
	free(lineage->previous);
	memset(lineage, 0, sizeof *lineage);
}

void
lineage_enter(struct lineage *lineage, uint64_t index, const struct ballot *ballot)
{
	_Alignas(struct lineage_record) uint8_t memory[VOTER_RECORD_SIZE] = {0};
	struct lineage_record *record = (void *)memory;
	struct lineage_holder holder = {.at.index = index};

	CHECK(index >= lineage->first && index < lineage->entries);
	memcpy(record->at.key, ballot->tag, sizeof record->at.key);
	record->at.index = index;
	record->serial = ballot->serial;
	record->revision = ballot->revision;
	if (voters_sign(lineage)) {
		CHECK(ballot->voter_key != NULL);
		memcpy(memory + RECORD_SIZE, ballot->voter_key, TALLY_KEY_SIZE);
		memcpy(holder.at.key, ballot->voter_key, TALLY_KEY_SIZE);
		memcpy(holder.tag, ballot->tag, TALLY_TAG_SIZE);
		sorter_add(&lineage->holders, &holder);
	}
	sorter_add(&lineage->tags, memory);
}

/* A linking under way; `lock` guards the findings. */
struct linking {
	struct lineage *lineage;
	uint64_t end;
	pthread_mutex_t lock;
	struct lineage_finding *votes;
	struct lineage_finding *keys;
};

/* Remembers the finding about the earliest ballot. */
static struct trouble *
found_at(struct lineage_finding *finding, uint64_t index)
{
	if (finding->found && finding->trouble.index <= index)
		return NULL;
	finding->found = true;
	return &finding->trouble;
}

static void
check_votes(const struct lineage *lineage, const struct lineage_record *before,
	    const struct lineage_record *record, struct lineage_finding *votes)
{
	bool first = lineage->manifest->revote == MANIFEST_REVOTE_FIRST;
	struct trouble *trouble;

	if (record->revision > before->revision && !first)
		return;
	trouble = found_at(votes, record->at.index);
	if (trouble == NULL)
		return;
	if (first)
		trouble_at(trouble, TALLY_EXIT_FAILED, record->at.index,
			   "its voter tag has voted before, at entry %" PRIu64
			   ", and the first vote stands",
			   before->at.index);
	else
		trouble_at(
		    trouble, TALLY_EXIT_FAILED, record->at.index,
		    "its revision %u is not above the revision %u of the same voter tag at "
		    "entry %" PRIu64,
		    record->revision, before->revision, before->at.index);
}

/* A tag's ballots in order: `highest` is the one with the highest serial so far. */
static void
check_serials(const struct lineage_record *record, const struct lineage_record **highest,
	      struct lineage_finding *keys)
{
	struct trouble *trouble;

	if (record->serial > (*highest)->serial) {
		*highest = record;
		return;
	}
	if (record->serial == (*highest)->serial &&
	    memcmp(record->voter_key, (*highest)->voter_key, TALLY_KEY_SIZE) == 0)
		return;
	trouble = found_at(keys, record->at.index);
	if (trouble == NULL)
		return;
	if (record->serial < (*highest)->serial)
		trouble_at(trouble, TALLY_EXIT_FAILED, record->at.index,
			   "its certificate's serial %" PRIu64 " is below the %" PRIu64
			   " of the same voter tag at entry %" PRIu64,
			   record->serial, (*highest)->serial, (*highest)->at.index);
	else
		trouble_at(trouble, TALLY_EXIT_FAILED, record->at.index,
			   "its certificate's serial %" PRIu64
			   " is another voter key's at entry %" PRIu64,
			   record->serial, (*highest)->at.index);
}

/* A ballot that follows `before`, of the same tag. */
static void
link_ballot(struct linking *linking, const struct lineage_record *before,
	    const struct lineage_record *record, const struct lineage_record **highest)
{
	struct lineage *lineage = linking->lineage;

	if (record->at.index >= lineage->first)
		lineage->previous[record->at.index - lineage->first] = before->at.index + 1;
	pthread_mutex_lock(&linking->lock);
	check_votes(lineage, before, record, linking->votes);
	if (voters_sign(lineage))
		check_serials(record, highest, linking->keys);
	pthread_mutex_unlock(&linking->lock);
}

static void
visit_tags(void *context, const uint8_t *records, size_t count)
{
	struct linking *linking = context;
	struct lineage *lineage = linking->lineage;
	const struct lineage_record *before = NULL;
	const struct lineage_record *highest = NULL;
	uint64_t ballots = 0;
	uint64_t voters = 0;

	for (size_t i = 0; i < count; i++) {
		const struct lineage_record *record =
		    (const void *)(records + i * lineage->tags.record_size);

		if (record->at.index >= linking->end)
			continue;
		ballots++;
		if (before != NULL &&
		    memcmp(record->at.key, before->at.key, sizeof record->at.key) == 0) {
			link_ballot(linking, before, record, &highest);
		} else {
			voters++;
			highest = record;
		}
		before = record;
	}
	lineage->ballots += ballots;
	lineage->voters += voters;
}

static void
visit_holders(void *context, const uint8_t *records, size_t count)
{
	struct linking *linking = context;
	const struct lineage_holder *owner = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct lineage_holder *holder =
		    (const void *)(records + i * sizeof *holder);
		struct trouble *trouble;

		if (holder->at.index >= linking->end)
			continue;
		if (owner == NULL ||
		    memcmp(owner->at.key, holder->at.key, sizeof holder->at.key) != 0)
			owner = holder;
		if (memcmp(owner->tag, holder->tag, sizeof holder->tag) == 0)
			continue;
		pthread_mutex_lock(&linking->lock);
		trouble = found_at(linking->keys, holder->at.index);
		if (trouble != NULL)
			trouble_at(trouble, TALLY_EXIT_FAILED, holder->at.index,
				   "its voter key serves another voter tag at entry %" PRIu64,
				   owner->at.index);
		pthread_mutex_unlock(&linking->lock);
	}
}

enum tally_exit
lineage_link(struct lineage *lineage, uint64_t end, unsigned workers,
	     struct lineage_finding *votes, struct lineage_finding *keys,
	     struct trouble *trouble)
{
	struct linking linking = {.lineage = lineage, .end = end, .votes = votes, .keys = keys};
	enum tally_exit status;

	CHECK(end <= lineage->entries);
	*votes = *keys = (struct lineage_finding){0};
	lineage->ballots = lineage->voters = 0;
	CHECK(pthread_mutex_init(&linking.lock, NULL) == 0);
	status = sorter_each(&lineage->tags, workers, visit_tags, &linking, trouble);
	if (status == TALLY_EXIT_FINE && voters_sign(lineage))
		status =
		    sorter_each(&lineage->holders, workers, visit_holders, &linking, trouble);
	pthread_mutex_destroy(&linking.lock);
	return status;
}

bool
lineage_replaced(const struct lineage *lineage, uint64_t index, uint64_t *previous)
{
	uint64_t found;

	CHECK(index >= lineage->first && index < lineage->entries);
	found = lineage->previous[index - lineage->first];
	if (found == 0)
		return false;
	*previous = found - 1;
	return true;
}
