/* Voids, precedence and the roster in the lineage, against a model that keeps one state for each
 * tag and walks the entries once. */
#include <sodium.h>

#include "tests/lib/campaign.h"
#include "tools/lib/lineage.h"

enum {
	ENTRIES = 1200,
	VOTERS = 60,
	SIGNERS = 3, /* the last one is a booth */
	DISTRICTS = 3,
};

enum rule {
	KEPT,
	VOTES,
	VOIDS,
	ROSTER
};

/* One tag as the model knows it. */
struct model_tag {
	uint16_t revision; /* of the newest ballot; 0: none */
	unsigned rank;
	size_t signer;
	size_t index;
	bool counts;
	bool barred;
	bool listed;
	uint16_t district;
};

/* What the model expects of one entry. */
struct model_entry {
	enum rule rule;
	bool ballot;
	bool known;
	long replaced; /* -1: none */
	size_t taken_count;
	uint64_t taken[VOTERS];
};

struct model {
	struct campaign campaign;
	struct lineage lineage;
	struct test_random random;
	bool first;
	bool rostered;
	bool honest; /* breaks no rule */
	struct model_tag tags[VOTERS];
	struct model_entry entries[ENTRIES];
	uint64_t ballots, voters, voided;
};

static size_t
below(struct model *model, size_t limit)
{
	return (size_t)test_random_below(&model->random, limit);
}

/* By the table of include/README.md, section 10. */
static enum rule
judge_ballot(const struct model *model, const struct model_tag *tag, unsigned rank,
	     uint16_t revision, uint16_t district)
{
	if (model->rostered && (!tag->listed || tag->district != district))
		return ROSTER;
	if (tag->revision == 0)
		return model->first && revision != 1 ? VOTES : KEPT;
	if (tag->barred || rank < tag->rank)
		return VOTES;
	if (rank > tag->rank)
		return model->first && revision != 1 ? VOTES : KEPT;
	if (model->first)
		return tag->counts || revision != tag->revision + 1 ? VOTES : KEPT;
	return revision > tag->revision ? KEPT : VOTES;
}

static void
add_ballot(struct model *model, size_t at)
{
	struct model_entry *entry = &model->entries[at];
	size_t voter = below(model, VOTERS);
	struct model_tag *tag = &model->tags[voter];
	size_t signer = below(model, SIGNERS);
	unsigned rank = signer == SIGNERS - 1;
	uint16_t newest = rank == tag->rank ? tag->revision : 0;
	uint8_t name[TALLY_TAG_SIZE];
	struct ballot ballot = {.tag = name, .revision = (uint16_t)(newest + 1)};

	ballot.district = tag->district;
	ballot.key_id = model->campaign.manifest->frontends[signer].key.id;
	if (!model->honest && below(model, 40) == 0)
		ballot.revision = (uint16_t)(1 + below(model, 4));
	if (!model->honest && below(model, 80) == 0)
		ballot.district = (uint16_t)below(model, DISTRICTS);
	entry->rule = judge_ballot(model, tag, rank, ballot.revision, ballot.district);
	if (entry->rule != KEPT && model->honest)
		return;
	campaign_tag(voter, name);
	lineage_enter(&model->lineage, at, &ballot);
	entry->ballot = true;
	entry->known = tag->revision > 0;
	entry->replaced = tag->counts ? (long)tag->index : -1;
	tag->revision = ballot.revision;
	tag->rank = rank;
	tag->signer = signer;
	tag->index = at;
	tag->counts = true;
}

static void
take(struct model_entry *entry, struct model_tag *tag, bool barred)
{
	size_t place = entry->taken_count++;

	for (; place > 0 && entry->taken[place - 1] > tag->index; place--)
		entry->taken[place] = entry->taken[place - 1];
	entry->taken[place] = tag->index;
	tag->counts = false;
	tag->barred = barred;
}

/* Of the voters' tags, in the order of their names, some that count. */
static void
add_void_by_tags(struct model *model, size_t at, struct notice_void *voided, uint8_t *tags)
{
	struct model_entry *entry = &model->entries[at];
	size_t wrong = model->honest ? VOTERS : below(model, 8 * VOTERS);

	for (size_t voter = 0; voter < VOTERS; voter++) {
		struct model_tag *tag = &model->tags[voter];

		if (voter != wrong && (!tag->counts || below(model, 12) != 0))
			continue;
		campaign_tag(voter, tags + voided->tags_count++ * TALLY_TAG_SIZE);
		if (tag->counts)
			take(entry, tag, voided->fate == NOTICE_BARRED);
		else
			entry->rule = VOIDS;
	}
}

static void
add_void_by_signer(struct model *model, size_t at, struct notice_void *voided)
{
	struct model_entry *entry = &model->entries[at];
	size_t signer = below(model, SIGNERS);

	voided->signer = model->campaign.manifest->frontends[signer].key.id;
	voided->first = below(model, at);
	voided->last = voided->first + below(model, at - voided->first);
	for (size_t voter = 0; voter < VOTERS; voter++) {
		struct model_tag *tag = &model->tags[voter];

		if (tag->counts && tag->signer == signer && tag->index >= voided->first &&
		    tag->index <= voided->last && tag->index < at)
			take(entry, tag, voided->fate == NOTICE_BARRED);
	}
	if (entry->taken_count == 0)
		entry->rule = VOIDS;
}

static void
add_void(struct model *model, size_t at)
{
	static uint8_t tags[VOTERS * TALLY_TAG_SIZE];
	struct notice notice = {.kind = TALLY_NOTICE_VOID};

	notice.voided.tags = tags;
	notice.voided.fate = below(model, 4) == 0 ? NOTICE_BARRED : NOTICE_AGAIN;
	if (below(model, 2) == 0)
		add_void_by_tags(model, at, &notice.voided, tags);
	else
		add_void_by_signer(model, at, &notice.voided);
	if (notice.voided.tags_count == 0 && model->entries[at].taken_count == 0 &&
	    (model->honest || notice.voided.signer == 0))
		model->entries[at] = (struct model_entry){.replaced = -1};
	else
		lineage_notice(&model->lineage, at, &notice);
}

static void
add_enrolment(struct model *model, size_t at)
{
	size_t voter = below(model, VOTERS);
	struct model_tag *tag = &model->tags[voter];
	uint8_t enrolment[NOTICE_ENROLMENT_SIZE];
	const struct notice notice = {
	    .kind = TALLY_NOTICE_ENROL, .enrolments_count = 1, .enrolments = enrolment};

	if (tag->listed && (model->honest || below(model, 4) != 0))
		return;
	campaign_tag(voter, enrolment);
	be16_store(enrolment + TALLY_TAG_SIZE, tag->district);
	model->entries[at].rule = tag->listed ? ROSTER : KEPT;
	tag->listed = true;
	lineage_notice(&model->lineage, at, &notice);
}

static void
add_entry(struct model *model, size_t at)
{
	size_t dice = below(model, 40);

	model->entries[at] = (struct model_entry){.replaced = -1};
	if (at == 0)
		return; /* the manifest */
	if (dice < 30)
		add_ballot(model, at);
	else if (dice < 33)
		add_void(model, at);
	else if (dice < 36 && model->rostered)
		add_enrolment(model, at);
	model->ballots += model->entries[at].ballot;
	model->voters += model->entries[at].ballot && !model->entries[at].known;
	model->voided += model->entries[at].taken_count;
}

/* Half of the voters are on the roster. */
static void
add_roster(struct model *model)
{
	for (size_t voter = 0; voter < VOTERS; voter++) {
		struct model_tag *tag = &model->tags[voter];
		uint8_t name[TALLY_TAG_SIZE];

		tag->district = (uint16_t)below(model, DISTRICTS);
		tag->listed = model->rostered && below(model, 2) == 0;
		campaign_tag(voter, name);
		if (tag->listed)
			lineage_roster(&model->lineage, name, tag->district);
	}
}

static void
open_model(struct model *model, uint64_t seed, bool honest, size_t entries, uint64_t bound)
{
	struct campaign_wish wish = {.frontends = SIGNERS, .districts = DISTRICTS};
	struct trouble trouble;

	*model = (struct model){.random = test_random_make(seed), .honest = honest};
	model->first = below(model, 2) == 0;
	model->rostered = below(model, 2) == 0;
	wish.revisions_max = model->first ? 0 : 1000;
	campaign_make(&model->campaign, &wish);
	model->campaign.manifest->precedence = MANIFEST_PRECEDENCE_BOOTH;
	assert_int_equal(
	    lineage_init(&model->lineage, model->campaign.manifest, entries, bound, &trouble),
	    0);
	add_roster(model);
}

static void
close_model(struct model *model)
{
	lineage_free(&model->lineage);
	campaign_free(&model->campaign);
}

static void
compare_entry(const struct model *model, size_t at)
{
	const struct model_entry *entry = &model->entries[at];
	const struct lineage_taken *taken;
	uint64_t previous = 0;
	size_t count;

	assert_int_equal(lineage_known(&model->lineage, at), entry->known);
	assert_int_equal(lineage_replaced(&model->lineage, at, &previous),
			 entry->replaced >= 0);
	if (entry->replaced >= 0)
		assert_int_equal(previous, entry->replaced);
	taken = lineage_taken(&model->lineage, at, &count);
	assert_int_equal(count, entry->taken_count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(taken[i].notice, at);
		assert_int_equal(taken[i].ballot, entry->taken[i]);
	}
}

static void
compare_sums(const struct model *model)
{
	uint64_t counting = 0;

	for (size_t voter = 0; voter < VOTERS; voter++)
		counting += model->tags[voter].counts;
	assert_int_equal(model->lineage.ballots, model->ballots);
	assert_int_equal(model->lineage.voters, model->voters);
	assert_int_equal(model->lineage.voided, model->voided);
	assert_int_equal(model->lineage.counting, counting);
}

/* A log that keeps the rules, read in steps, in memory and from temporary files. */
static void
finds_what_a_walk_finds(void **state)
{
	static const uint64_t bounds[] = {1, (uint64_t)1 << 30};
	static struct model model;
	uint64_t voided = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct lineage_findings findings;
		struct trouble trouble;
		size_t end = 0;

		open_model(&model, seed, true, 1, bounds[seed % 2]);
		for (size_t from = 0; from < ENTRIES; from = end) {
			end = from + 1 + below(&model, ENTRIES - from);
			assert_int_equal(lineage_extend(&model.lineage, end, &trouble), 0);
			if (from == 0)
				model.lineage.first = 0;
			for (size_t at = from; at < end; at++)
				add_entry(&model, at);
			assert_int_equal(
			    lineage_link(&model.lineage, end, 2, &findings, &trouble), 0);
			if (lineage_first(&findings) != NULL)
				fail_msg("seed %llu: %s", (unsigned long long)seed,
					 lineage_first(&findings)->sentence);
			for (size_t at = from; at < end; at++)
				compare_entry(&model, at);
			compare_sums(&model);
		}
		voided += model.voided;
		close_model(&model);
	}
	assert_true(voided > 1000);
}

static const struct lineage_finding *
finding_of(const struct lineage_findings *findings, enum rule rule)
{
	return rule == VOTES   ? &findings->votes
	       : rule == VOIDS ? &findings->voids
			       : &findings->roster;
}

/* Of logs that break rules the first entry that does is named, by its rule; before it nothing. */
static void
names_the_first_that_breaks_a_rule(void **state)
{
	static struct model model;
	size_t seen[ROSTER + 1] = {0};

	(void)state;
	for (uint64_t seed = 1000; seed < 1300; seed++) {
		struct lineage_findings findings;
		struct trouble trouble;
		size_t at = 0;

		open_model(&model, seed, false, ENTRIES, 1 << 30);
		for (bool broken = false; at < ENTRIES && !broken; at++) {
			add_entry(&model, at);
			broken = model.entries[at].rule != KEPT;
		}
		at--;
		assert_int_equal(lineage_link(&model.lineage, at, 1, &findings, &trouble), 0);
		assert_null(lineage_first(&findings));
		assert_int_equal(lineage_link(&model.lineage, at + 1, 1, &findings, &trouble),
				 0);
		seen[model.entries[at].rule]++;
		if (model.entries[at].rule != KEPT) {
			const struct lineage_finding *finding =
			    finding_of(&findings, model.entries[at].rule);

			assert_true(finding->found);
			assert_int_equal(finding->trouble.index, at);
			assert_int_equal(lineage_first(&findings)->index, at);
		}
		close_model(&model);
	}
	assert_true(seen[VOTES] > 20 && seen[VOIDS] > 20 && seen[ROSTER] > 20);
}

/* No void may take out more than one by tags could name. */
static void
bounds_a_void_by_signer(void **state)
{
	struct campaign campaign;
	struct notice notice = {.kind = TALLY_NOTICE_VOID};

	(void)state;
	campaign_make(&campaign, NULL);
	for (uint64_t more = 0; more < 2; more++) {
		uint64_t end = NOTICE_TAGS_MAX + more;
		struct lineage_findings findings;
		struct lineage lineage;
		struct trouble trouble;

		assert_int_equal(
		    lineage_init(&lineage, campaign.manifest, end + 1, 1 << 20, &trouble), 0);
		for (uint64_t at = 0; at < end; at++) {
			uint8_t tag[TALLY_TAG_SIZE];
			const struct ballot ballot = {
			    .tag = tag,
			    .revision = 1,
			    .key_id = campaign.manifest->frontends[0].key.id};

			campaign_tag(at, tag);
			lineage_enter(&lineage, at, &ballot);
		}
		notice.voided = (struct notice_void){
		    .signer = campaign.manifest->frontends[0].key.id, .last = end - 1};
		lineage_notice(&lineage, end, &notice);
		assert_int_equal(lineage_link(&lineage, end + 1, 1, &findings, &trouble), 0);
		assert_int_equal(findings.voids.found, more == 1);
		assert_int_equal(lineage.voided, end);
		lineage_free(&lineage);
	}
	campaign_free(&campaign);
}

/* Policy first: behind the voided revision comes the next one, and no other. */
static void
no_revision_is_left_out(void **state)
{
	struct campaign campaign;

	(void)state;
	campaign_make(&campaign, NULL);
	for (uint16_t revision = 1; revision <= 3; revision++) {
		uint32_t signer = campaign.manifest->frontends[0].key.id;
		const struct notice notice = {
		    .kind = TALLY_NOTICE_VOID,
		    .voided = {.fate = NOTICE_AGAIN, .signer = signer}};
		uint8_t tag[TALLY_TAG_SIZE];
		struct ballot ballot = {.tag = tag, .revision = 1, .key_id = signer};
		struct lineage_findings findings;
		struct lineage lineage;
		struct trouble trouble;

		campaign_tag(7, tag);
		assert_int_equal(
		    lineage_init(&lineage, campaign.manifest, 3, 1 << 20, &trouble), 0);
		lineage_enter(&lineage, 0, &ballot);
		lineage_notice(&lineage, 1, &notice);
		ballot.revision = revision;
		lineage_enter(&lineage, 2, &ballot);
		assert_int_equal(lineage_link(&lineage, 3, 1, &findings, &trouble), 0);
		assert_int_equal(findings.votes.found, revision != 2);
		if (findings.votes.found)
			assert_int_equal(findings.votes.trouble.index, 2);
		lineage_free(&lineage);
	}
	campaign_free(&campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_a_walk_finds),
	    cmocka_unit_test(names_the_first_that_breaks_a_rule),
	    cmocka_unit_test(bounds_a_void_by_signer),
	    cmocka_unit_test(no_revision_is_left_out),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
