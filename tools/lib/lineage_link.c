#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "tools/lib/lineage_state.h"

/* A linking under way; `lock` guards the findings and what was taken out. */
struct linking {
	struct lineage *lineage;
	uint64_t end;
	pthread_mutex_t lock;
	struct lineage_findings *findings;
};

/* One tag's records, in the order of the log. */
struct tag_walk {
	struct linking *linking;
	const struct lineage_record *listed;   /* on the roster, or enrolled; or NULL */
	const struct lineage_record *newest;   /* ballot, or NULL */
	const struct lineage_record *counting; /* that ballot, while it counts; or NULL */
	const struct lineage_record *highest;  /* ballot with the highest serial */
	bool barred;
	uint64_t barred_at;
};

/* Remembers the finding about the earliest entry. */
static struct trouble *
found_at(struct lineage_finding *finding, uint64_t index)
{
	if (finding->found && finding->trouble.index <= index)
		return NULL;
	finding->found = true;
	return &finding->trouble;
}

static void
find(struct linking *linking, struct lineage_finding *finding, const struct trouble *trouble)
{
	struct trouble *to;

	pthread_mutex_lock(&linking->lock);
	to = found_at(finding, trouble->index);
	if (to != NULL)
		*to = *trouble;
	pthread_mutex_unlock(&linking->lock);
}

/* The ballot that counts does so no more, by the void at `notice`. */
static void
take_out(struct tag_walk *walk, uint64_t notice, enum notice_fate fate)
{
	struct lineage *lineage = walk->linking->lineage;
	struct lineage_taken taken = {notice, walk->counting->at.index};
	struct lineage_taken *grown;

	walk->counting = NULL;
	walk->barred = fate == NOTICE_BARRED;
	walk->barred_at = notice;
	lineage->voided++;
	if (notice < lineage->first)
		return;
	pthread_mutex_lock(&walk->linking->lock);
	grown = lineage_grow(lineage->taken, &lineage->taken_capacity, lineage->taken_count,
			     sizeof *grown);
	if (grown != NULL) {
		lineage->taken = grown;
		grown[lineage->taken_count++] = taken;
	} else {
		lineage->failed = true;
	}
	pthread_mutex_unlock(&walk->linking->lock);
}

/* The first void by signer that comes before entry `until` and takes out the ballot that counts.
 */
static void
sweep(struct tag_walk *walk, uint64_t until)
{
	const struct lineage *lineage = walk->linking->lineage;

	for (size_t i = 0; i < lineage->sweeps_count && walk->counting != NULL; i++) {
		const struct lineage_sweep *at = &lineage->sweeps[i];

		if (at->index >= until)
			break;
		if (at->index > walk->counting->at.index &&
		    notice_void_names(&at->voided, walk->counting->signer,
				      walk->counting->at.index))
			take_out(walk, at->index, at->voided.fate);
	}
}

static void
void_tag(struct tag_walk *walk, const struct lineage_record *record)
{
	struct trouble trouble;

	if (walk->counting != NULL) {
		take_out(walk, record->at.index, (enum notice_fate)record->signer);
		return;
	}
	if (walk->newest == NULL)
		trouble_at(&trouble, TALLY_EXIT_FAILED, record->at.index,
			   "the void names a voter tag that has not voted");
	else
		trouble_at(&trouble, TALLY_EXIT_FAILED, record->at.index,
			   "the void names the voter tag of entry %" PRIu64
			   ", of which no ballot counts",
			   walk->newest->at.index);
	find(walk->linking, &walk->linking->findings->voids, &trouble);
}

static void
list_tag(struct tag_walk *walk, const struct lineage_record *record)
{
	struct trouble trouble;

	if (walk->listed == NULL) {
		walk->listed = record;
		return;
	}
	if (walk->listed->signer == LINEAGE_ROSTER)
		trouble_at(&trouble, TALLY_EXIT_FAILED, record->at.index,
			   "it enrols a voter tag that is on the roster");
	else
		trouble_at(&trouble, TALLY_EXIT_FAILED, record->at.index,
			   "it enrols a voter tag that was enrolled at entry %" PRIu64,
			   walk->listed->at.index);
	find(walk->linking, &walk->linking->findings->roster, &trouble);
}

static void
check_listed(struct tag_walk *walk, const struct lineage_record *ballot)
{
	struct trouble trouble;

	if (!walk->linking->lineage->rostered ||
	    (walk->listed != NULL && walk->listed->district == ballot->district))
		return;
	if (walk->listed == NULL)
		trouble_at(&trouble, TALLY_EXIT_FAILED, ballot->at.index,
			   "its voter tag is not on the roster, and was not enrolled before");
	else
		trouble_at(&trouble, TALLY_EXIT_FAILED, ballot->at.index,
			   "it is of district %u, and its voter tag is listed in district %u",
			   ballot->district, walk->listed->district);
	find(walk->linking, &walk->linking->findings->roster, &trouble);
}

/* A ballot behind another, `newest`, of its own rank, under the policy `first`. */
static bool
breaks_first(const struct tag_walk *walk, const struct lineage_record *ballot,
	     struct trouble *trouble)
{
	const struct lineage_record *newest = walk->newest;

	if (walk->counting != NULL)
		trouble_at(trouble, TALLY_EXIT_FAILED, ballot->at.index,
			   "its voter tag has voted before, at entry %" PRIu64
			   ", and the first vote stands",
			   newest->at.index);
	else if (ballot->revision != newest->revision + 1)
		trouble_at(trouble, TALLY_EXIT_FAILED, ballot->at.index,
			   "its revision %u does not follow the revision %u of the same voter "
			   "tag at entry %" PRIu64 ", which was voided",
			   ballot->revision, newest->revision, newest->at.index);
	else
		return false;
	return true;
}

static bool
breaks_last(const struct tag_walk *walk, const struct lineage_record *ballot,
	    struct trouble *trouble)
{
	const struct lineage_record *newest = walk->newest;

	if (ballot->revision > newest->revision)
		return false;
	trouble_at(trouble, TALLY_EXIT_FAILED, ballot->at.index,
		   "its revision %u is not above the revision %u of the same voter tag at "
		   "entry %" PRIu64,
		   ballot->revision, newest->revision, newest->at.index);
	return true;
}

/* As lineage_enter keeps it. */
static uint64_t
rank_of(const struct lineage *lineage, const struct lineage_record *ballot)
{
	return lineage_voters_sign(lineage) ? 0 : ballot->serial;
}

/* Is the ballot against the tag's earlier ones, or a void of them? */
static bool
breaks_votes(const struct tag_walk *walk, const struct lineage_record *ballot,
	     struct trouble *trouble)
{
	const struct lineage *lineage = walk->linking->lineage;
	bool first = lineage->manifest->revote == MANIFEST_REVOTE_FIRST;
	uint64_t rank = rank_of(lineage, ballot);
	uint64_t before = walk->newest == NULL ? 0 : rank_of(lineage, walk->newest);

	if (walk->barred)
		trouble_at(trouble, TALLY_EXIT_FAILED, ballot->at.index,
			   "its voter tag was barred by the void at entry %" PRIu64,
			   walk->barred_at);
	else if (walk->newest != NULL && rank < before)
		trouble_at(trouble, TALLY_EXIT_FAILED, ballot->at.index,
			   "the same voter tag's ballot at entry %" PRIu64
			   " is of a signer that has precedence",
			   walk->newest->at.index);
	else if (walk->newest != NULL && rank == before)
		return first ? breaks_first(walk, ballot, trouble)
			     : breaks_last(walk, ballot, trouble);
	else if (first && ballot->revision != 1)
		trouble_at(trouble, TALLY_EXIT_FAILED, ballot->at.index,
			   "its revision is %u, and its voter tag has no ballot before that it "
			   "could follow",
			   ballot->revision);
	else
		return false;
	return true;
}

static bool
breaks_keys(const struct tag_walk *walk, const struct lineage_record *ballot,
	    struct trouble *trouble)
{
	const struct lineage_record *highest = walk->highest;

	if (highest == NULL || ballot->serial > highest->serial)
		return false;
	if (ballot->serial < highest->serial)
		trouble_at(trouble, TALLY_EXIT_FAILED, ballot->at.index,
			   "its certificate's serial %" PRIu64 " is below the %" PRIu64
			   " of the same voter tag at entry %" PRIu64,
			   ballot->serial, highest->serial, highest->at.index);
	else if (memcmp(ballot->voter_key, highest->voter_key, TALLY_KEY_SIZE) != 0)
		trouble_at(trouble, TALLY_EXIT_FAILED, ballot->at.index,
			   "its certificate's serial %" PRIu64
			   " is another voter key's at entry %" PRIu64,
			   ballot->serial, highest->at.index);
	else
		return false;
	return true;
}

static void
walk_ballot(struct tag_walk *walk, const struct lineage_record *ballot)
{
	struct linking *linking = walk->linking;
	struct lineage *lineage = linking->lineage;
	struct trouble trouble;

	check_listed(walk, ballot);
	if (breaks_votes(walk, ballot, &trouble))
		find(linking, &linking->findings->votes, &trouble);
	if (lineage_voters_sign(lineage) && breaks_keys(walk, ballot, &trouble))
		find(linking, &linking->findings->keys, &trouble);
	if (ballot->at.index >= lineage->first && walk->newest != NULL)
		lineage->previous[ballot->at.index - lineage->first] =
		    walk->counting != NULL ? walk->counting->at.index + 1 : LINEAGE_BEHIND_VOID;
	walk->newest = walk->counting = ballot;
	if (walk->highest == NULL || ballot->serial > walk->highest->serial)
		walk->highest = ballot;
}

static void
walk_record(struct tag_walk *walk, const struct lineage_record *record)
{
	if (record->revision > 0)
		walk_ballot(walk, record);
	else if (record->signer == LINEAGE_ROSTER || record->signer == LINEAGE_ENROL)
		list_tag(walk, record);
	else
		void_tag(walk, record);
}

/* Records [0, count) are one tag's; returns how many of them are ballots below the end. */
static uint64_t
walk_tag(struct linking *linking, const uint8_t *records, size_t count)
{
	size_t size = linking->lineage->tags.record_size;
	struct tag_walk walk = {.linking = linking};
	uint64_t ballots = 0;

	for (size_t i = 0; i < count; i++) {
		const struct lineage_record *record = (const void *)(records + i * size);

		if (record->at.index >= linking->end)
			break;
		sweep(&walk, record->at.index);
		ballots += record->revision > 0;
		walk_record(&walk, record);
	}
	sweep(&walk, linking->end);
	linking->lineage->counting += walk.counting != NULL;
	return ballots;
}

static void
visit_tags(void *context, const uint8_t *records, size_t count)
{
	struct linking *linking = context;
	struct lineage *lineage = linking->lineage;
	size_t size = lineage->tags.record_size;

	for (size_t first = 0, end; first < count; first = end) {
		const uint8_t *tag = records + first * size;
		uint64_t ballots;

		for (end = first + 1; end < count; end++)
			if (memcmp(records + end * size, tag, TALLY_TAG_SIZE) != 0)
				break;
		ballots = walk_tag(linking, tag, end - first);
		lineage->ballots += ballots;
		lineage->voters += ballots > 0;
	}
}

static void
visit_holders(void *context, const uint8_t *records, size_t count)
{
	struct linking *linking = context;
	const struct lineage_holder *owner = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct lineage_holder *holder =
		    (const void *)(records + i * sizeof *holder);
		struct trouble trouble;

		if (holder->at.index >= linking->end)
			continue;
		if (owner == NULL ||
		    memcmp(owner->at.key, holder->at.key, sizeof holder->at.key) != 0)
			owner = holder;
		if (memcmp(owner->tag, holder->tag, sizeof holder->tag) == 0)
			continue;
		trouble_at(&trouble, TALLY_EXIT_FAILED, holder->at.index,
			   "its voter key serves another voter tag at entry %" PRIu64,
			   owner->at.index);
		find(linking, &linking->findings->keys, &trouble);
	}
}

static int
compare_sweeps(const void *a, const void *b)
{
	const struct lineage_sweep *left = a;
	const struct lineage_sweep *right = b;

	return (left->index > right->index) - (left->index < right->index);
}

static int
compare_taken(const void *a, const void *b)
{
	const struct lineage_taken *left = a;
	const struct lineage_taken *right = b;

	if (left->notice != right->notice)
		return left->notice > right->notice ? 1 : -1;
	return (left->ballot > right->ballot) - (left->ballot < right->ballot);
}

/* A void by signer takes out one ballot at least, and no more than one by tags could. */
static void
check_sweeps(struct linking *linking)
{
	const struct lineage *lineage = linking->lineage;

	for (size_t i = 0; i < lineage->sweeps_count; i++) {
		uint64_t index = lineage->sweeps[i].index;
		struct trouble trouble;
		size_t count;

		if (index < lineage->first || index >= linking->end)
			continue;
		(void)lineage_taken(lineage, index, &count);
		if (count > 0 && count <= NOTICE_TAGS_MAX)
			continue;
		trouble_at(
		    &trouble, TALLY_EXIT_FAILED, index,
		    "the void takes out %zu ballots of the signer that it names, and may "
		    "take out 1 to %d",
		    count, NOTICE_TAGS_MAX);
		find(linking, &linking->findings->voids, &trouble);
	}
}

static enum tally_exit
link_all(struct linking *linking, unsigned workers, struct trouble *trouble)
{
	struct lineage *lineage = linking->lineage;
	enum tally_exit status =
	    sorter_each(&lineage->tags, workers, visit_tags, linking, trouble);

	if (status == TALLY_EXIT_FINE && lineage_voters_sign(lineage))
		status =
		    sorter_each(&lineage->holders, workers, visit_holders, linking, trouble);
	if (status == TALLY_EXIT_FINE && lineage->failed)
		status = lineage_no_memory(lineage->entries, trouble);
	return status;
}

enum tally_exit
lineage_link(struct lineage *lineage, uint64_t end, unsigned workers,
	     struct lineage_findings *findings, struct trouble *trouble)
{
	struct linking linking = {.lineage = lineage, .end = end, .findings = findings};
	enum tally_exit status;

	CHECK(end <= lineage->entries);
	*findings = (struct lineage_findings){0};
	lineage->ballots = lineage->voters = lineage->counting = lineage->voided = 0;
	lineage->taken_count = 0;
	if (lineage->sweeps_count > 0)
		qsort(lineage->sweeps, lineage->sweeps_count, sizeof *lineage->sweeps,
		      compare_sweeps);
	CHECK(pthread_mutex_init(&linking.lock, NULL) == 0);
	status = link_all(&linking, workers, trouble);
	if (status == TALLY_EXIT_FINE && lineage->taken_count > 0)
		qsort(lineage->taken, lineage->taken_count, sizeof *lineage->taken,
		      compare_taken);
	if (status == TALLY_EXIT_FINE)
		check_sweeps(&linking);
	pthread_mutex_destroy(&linking.lock);
	return status;
}

const struct trouble *
lineage_first(const struct lineage_findings *findings)
{
	const struct lineage_finding *all[] = {&findings->votes, &findings->keys,
					       &findings->voids, &findings->roster};
	const struct trouble *first = NULL;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i]->found && (first == NULL || all[i]->trouble.index < first->index))
			first = &all[i]->trouble;
	return first;
}
