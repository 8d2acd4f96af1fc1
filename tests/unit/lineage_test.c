#include "tools/lib/lineage.h"

#include <sodium.h>

#include "tests/lib/campaign.h"

enum {
	ENTRIES = 3000
};

/* Ballots by a few voters, so that tags come again and again; about half the slots stay empty. */
struct crowd {
	uint64_t voters[ENTRIES]; /* + 1; 0: no ballot */
	uint16_t revisions[ENTRIES];
};

static void
enter(struct lineage *lineage, uint64_t index, uint64_t voter, uint16_t revision)
{
	uint8_t tag[TALLY_TAG_SIZE];
	const struct ballot ballot = {.tag = tag, .revision = revision};

	campaign_tag(voter, tag);
	lineage_enter(lineage, index, &ballot);
}

static void
crowd_fill(struct crowd *crowd, struct test_random *random, uint64_t voters)
{
	uint16_t next[ENTRIES] = {0};

	*crowd = (struct crowd){0};
	for (size_t i = 0; i < ENTRIES; i++) {
		uint64_t voter = test_random_below(random, voters);

		if (test_random_below(random, 2) == 0)
			continue;
		crowd->voters[i] = voter + 1;
		crowd->revisions[i] = ++next[voter];
	}
}

static void
finds_what_a_scan_finds(void **state)
{
	static const uint64_t sizes[] = {1, 2, 40, 900, ENTRIES};
	static struct crowd crowd;
	static uint64_t seen[ENTRIES];
	const struct campaign_wish wish = {.revisions_max = 1000};
	struct test_random random = test_random_make(5);
	struct campaign campaign;

	(void)state;
	campaign_make(&campaign, &wish);
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		struct lineage lineage;
		struct lineage_finding votes, keys;
		struct trouble trouble;
		uint64_t ballots = 0, voters = 0;

		crowd_fill(&crowd, &random, sizes[s]);
		assert_int_equal(lineage_init(&lineage, campaign.manifest, ENTRIES, &trouble),
				 0);
		for (size_t i = 0; i < ENTRIES; i++)
			if (crowd.voters[i] > 0)
				enter(&lineage, i, crowd.voters[i], crowd.revisions[i]);
		lineage_link(&lineage, ENTRIES, 3, &votes, &keys);
		assert_false(votes.found || keys.found);
		memset(seen, 0, sizeof seen);
		for (size_t i = 0; i < ENTRIES; i++) {
			uint64_t voter = crowd.voters[i];
			uint64_t previous = UINT64_MAX;
			bool expected = voter > 0 && seen[voter - 1] > 0;

			assert_int_equal(lineage_replaced(&lineage, i, &previous), expected);
			if (expected)
				assert_int_equal(previous, seen[voter - 1] - 1);
			if (voter == 0)
				continue;
			ballots++;
			voters += !expected;
			seen[voter - 1] = i + 1;
		}
		assert_int_equal(lineage.ballots, ballots);
		assert_int_equal(lineage.voters, voters);
		lineage_free(&lineage);
	}
	campaign_free(&campaign);
}

static void
leaves_out_what_is_beyond_the_end(void **state)
{
	struct campaign campaign;
	struct lineage lineage;
	struct lineage_finding votes, keys;
	struct trouble trouble;
	uint64_t previous;

	(void)state;
	campaign_make(&campaign, NULL);
	assert_int_equal(lineage_init(&lineage, campaign.manifest, 10, &trouble), 0);
	enter(&lineage, 3, 7, 1);
	enter(&lineage, 8, 7, 1);
	lineage_link(&lineage, 8, 1, &votes, &keys);
	assert_false(votes.found);
	assert_int_equal(lineage.ballots, 1);
	assert_false(lineage_replaced(&lineage, 8, &previous));
	lineage_free(&lineage);
	campaign_free(&campaign);
}

/* Of many second votes the one with the lowest index is named, whatever its tag. */
static void
names_the_earliest(void **state)
{
	struct campaign campaign;
	struct lineage lineage;
	struct lineage_finding votes, keys;
	struct trouble trouble;

	(void)state;
	campaign_make(&campaign, NULL);
	assert_int_equal(lineage_init(&lineage, campaign.manifest, 400, &trouble), 0);
	for (uint64_t i = 0; i < 200; i++)
		enter(&lineage, i, i, 1);
	for (uint64_t i = 0; i < 150; i++)
		enter(&lineage, 399 - i, 50 + i, 1);
	lineage_link(&lineage, 400, 2, &votes, &keys);
	assert_true(votes.found);
	assert_int_equal(votes.trouble.index, 250);
	assert_non_null(strstr(votes.trouble.sentence, "entry 250: "));
	assert_non_null(strstr(votes.trouble.sentence, "at entry 199,"));
	lineage_free(&lineage);
	campaign_free(&campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_a_scan_finds),
	    cmocka_unit_test(leaves_out_what_is_beyond_the_end),
	    cmocka_unit_test(names_the_earliest),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
