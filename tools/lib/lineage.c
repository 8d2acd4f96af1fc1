#include "tools/lib/lineage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "tools/lib/crew.h"

/* What both arrays are sorted by: these come first in their records. */
struct place {
	uint8_t key[32];
	uint64_t index;
};

struct lineage_record {
	struct place at; /* key: the tag */
	uint64_t serial;
	uint16_t revision; /* 0: the slot's entry is no ballot */
};

struct lineage_holder {
	struct place at; /* key: the voter's */
	uint8_t tag[TALLY_TAG_SIZE];
	bool entered;
};

enum {
	BUCKETS = 256
};

enum tally_exit
lineage_init(struct lineage *lineage, const struct manifest *manifest, uint64_t entries,
	     struct trouble *trouble)
{
	bool voters = manifest->signing == TALLY_SIGNING_VOTER;

	*lineage = (struct lineage){.manifest = manifest, .entries = entries};
	lineage->records = calloc(entries + 1, sizeof *lineage->records);
	lineage->previous = calloc(entries + 1, sizeof *lineage->previous);
	if (voters)
		lineage->holders = calloc(entries + 1, sizeof *lineage->holders);
	if (lineage->records != NULL && lineage->previous != NULL &&
	    (!voters || lineage->holders != NULL))
		return TALLY_EXIT_FINE;
	lineage_free(lineage);
	return trouble_set(trouble, TALLY_EXIT_WORLD,
			   "not enough memory for the ballots of %" PRIu64 " entries", entries);
}

void
lineage_free(struct lineage *lineage)
{
	free(lineage->records);
	free(lineage->holders);
	free(lineage->previous);
	*lineage = (struct lineage){0};
}

void
lineage_enter(struct lineage *lineage, uint64_t index, const struct ballot *ballot)
{
	struct lineage_record *record = &lineage->records[index];

	CHECK(index < lineage->entries);
	memcpy(record->at.key, ballot->tag, sizeof record->at.key);
	record->at.index = index;
	record->serial = ballot->serial;
	record->revision = ballot->revision;
	if (lineage->holders == NULL)
		return;
	CHECK(ballot->voter_key != NULL);
	lineage->holders[index].entered = true;
	memcpy(lineage->holders[index].at.key, ballot->voter_key, TALLY_KEY_SIZE);
	memcpy(lineage->holders[index].tag, ballot->tag, TALLY_TAG_SIZE);
	lineage->holders[index].at.index = index;
}

/* Moves the ballots below `end` to the front. */
static void
close_gaps(struct lineage *lineage, uint64_t end)
{
	for (uint64_t i = 0; i < end; i++)
		if (lineage->records[i].revision != 0)
			lineage->records[lineage->ballots++] = lineage->records[i];
}

/* The same with their holders, whose slots were wanted by index until now. */
static void
close_holder_gaps(struct lineage *lineage, uint64_t end)
{
	uint64_t count = 0;

	for (uint64_t i = 0; i < end; i++)
		if (lineage->holders[i].entered)
			lineage->holders[count++] = lineage->holders[i];
	CHECK(count == lineage->ballots);
}

static int
compare_places(const void *a, const void *b)
{
	const struct place *left = a;
	const struct place *right = b;
	int order = memcmp(left->key, right->key, sizeof left->key);

	if (order != 0)
		return order;
	return (left->index > right->index) - (left->index < right->index);
}

struct sorting {
	uint8_t *base;
	size_t size; /* of one record */
	size_t starts[BUCKETS + 1];
};

static void
sort_bucket(void *context, unsigned worker, uint64_t number)
{
	struct sorting *sorting = context;
	size_t start = sorting->starts[number];

	(void)worker;
	qsort(sorting->base + start * sorting->size, sorting->starts[number + 1] - start,
	      sorting->size, compare_places);
}

static void
swap(uint8_t *a, uint8_t *b, size_t size)
{
	uint8_t kept[sizeof(struct lineage_holder)];

	memcpy(kept, a, size);
	memcpy(a, b, size);
	memcpy(b, kept, size);
}

/* Brings every record into the bucket of its key's first byte, in place. */
static void
fill_buckets(struct sorting *sorting, size_t count)
{
	size_t next[BUCKETS];

	for (size_t i = 0; i < count; i++)
		sorting->starts[sorting->base[i * sorting->size] + 1]++;
	for (size_t i = 0; i < BUCKETS; i++) {
		next[i] = sorting->starts[i];
		sorting->starts[i + 1] += sorting->starts[i];
	}
	for (size_t bucket = 0; bucket < BUCKETS; bucket++) {
		while (next[bucket] < sorting->starts[bucket + 1]) {
			uint8_t *record = sorting->base + next[bucket] * sorting->size;
			size_t home = *record;

			if (home == bucket)
				next[bucket]++;
			else
				swap(record, sorting->base + next[home]++ * sorting->size,
				     sorting->size);
		}
	}
}

static void
sort_places(void *base, size_t count, size_t size, unsigned workers)
{
	struct sorting sorting = {.base = base, .size = size};

	fill_buckets(&sorting, count);
	crew_run(workers, BUCKETS, sort_bucket, &sorting);
}

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
check_serials(const struct lineage *lineage, const struct lineage_record *record,
	      const struct lineage_record **highest, struct lineage_finding *keys)
{
	const uint8_t *key = lineage->holders[record->at.index].at.key;
	const uint8_t *highest_key = lineage->holders[(*highest)->at.index].at.key;
	struct trouble *trouble;

	if (record->serial > (*highest)->serial) {
		*highest = record;
		return;
	}
	if (record->serial == (*highest)->serial &&
	    memcmp(key, highest_key, TALLY_KEY_SIZE) == 0)
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

static void
check_holders(const struct lineage *lineage, struct lineage_finding *keys)
{
	const struct lineage_holder *owner = &lineage->holders[0];

	for (uint64_t i = 1; i < lineage->ballots; i++) {
		const struct lineage_holder *holder = &lineage->holders[i];
		struct trouble *trouble;

		if (memcmp(owner->at.key, holder->at.key, sizeof holder->at.key) != 0)
			owner = holder;
		if (memcmp(owner->tag, holder->tag, sizeof holder->tag) == 0)
			continue;
		trouble = found_at(keys, holder->at.index);
		if (trouble != NULL)
			trouble_at(trouble, TALLY_EXIT_FAILED, holder->at.index,
				   "its voter key serves another voter tag at entry %" PRIu64,
				   owner->at.index);
	}
}

void
lineage_link(struct lineage *lineage, uint64_t end, unsigned workers,
	     struct lineage_finding *votes, struct lineage_finding *keys)
{
	const struct lineage_record *records = lineage->records;
	const struct lineage_record *highest = records;

	CHECK(end <= lineage->entries);
	*votes = *keys = (struct lineage_finding){0};
	close_gaps(lineage, end);
	sort_places(lineage->records, lineage->ballots, sizeof *lineage->records, workers);
	for (uint64_t i = 0; i < lineage->ballots; i++) {
		if (i == 0 || memcmp(records[i].at.key, records[i - 1].at.key,
				     sizeof records[i].at.key) != 0) {
			lineage->voters++;
			highest = &records[i];
			continue;
		}
		lineage->previous[records[i].at.index] = records[i - 1].at.index + 1;
		check_votes(lineage, &records[i - 1], &records[i], votes);
		if (lineage->holders != NULL)
			check_serials(lineage, &records[i], &highest, keys);
	}
	if (lineage->holders == NULL)
		return;
	close_holder_gaps(lineage, end);
	sort_places(lineage->holders, lineage->ballots, sizeof *lineage->holders, workers);
	check_holders(lineage, keys);
}

bool
lineage_replaced(const struct lineage *lineage, uint64_t index, uint64_t *previous)
{
	CHECK(index < lineage->entries);
	if (lineage->previous[index] == 0)
		return false;
	*previous = lineage->previous[index] - 1;
	return true;
}
