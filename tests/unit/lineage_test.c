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

/* What lineage must say of entries [from, to), by scanning: `seen` holds each voter's newest. */
static void
compare(const struct lineage *lineage, const struct crowd *crowd, uint64_t *seen, size_t from,
	size_t to, uint64_t *ballots, uint64_t *voters)
{
	for (size_t i = from; i < to; i++) {
		uint64_t voter = crowd->voters[i];
		uint64_t previous = UINT64_MAX;
		bool expected = voter > 0 && seen[voter - 1] > 0;

		assert_int_equal(lineage_replaced(lineage, i, &previous), expected);
		assert_int_equal(lineage_known(lineage, i), expected);
		if (expected)
			assert_int_equal(previous, seen[voter - 1] - 1);
		if (voter == 0)
			continue;
		++*ballots;
		*voters += !expected;
		seen[voter - 1] = i + 1;
	}
	assert_int_equal(lineage->ballots, *ballots);
	assert_int_equal(lineage->voters, *voters);
	assert_int_equal(lineage->counting, *voters);
	assert_int_equal(lineage->voided, 0);
}

/* One log in steps that end at `ends`, keeping about `bound` bytes in memory. */
static void
follow(const struct campaign *campaign, const struct crowd *crowd, const size_t *ends,
       size_t count, uint64_t bound)
{
	static uint64_t seen[ENTRIES];
	struct lineage lineage;
	struct lineage_findings findings;
	struct trouble trouble;
	uint64_t ballots = 0, voters = 0;
	size_t from = 0;

	memset(seen, 0, sizeof seen);
	assert_int_equal(lineage_init(&lineage, campaign->manifest, ends[0], bound, &trouble),
			 0);
	for (size_t step = 0; step < count; step++) {
		if (step > 0)
			assert_int_equal(lineage_extend(&lineage, ends[step], &trouble), 0);
		for (size_t i = from; i < ends[step]; i++)
			if (crowd->voters[i] > 0)
				enter(&lineage, i, crowd->voters[i], crowd->revisions[i]);
		assert_int_equal(lineage_link(&lineage, ends[step], 3, &findings, &trouble), 0);
		assert_null(lineage_first(&findings));
		compare(&lineage, crowd, seen, from, ends[step], &ballots, &voters);
		from = ends[step];
	}
	lineage_free(&lineage);
}

static void
finds_what_a_scan_finds(void **state)
{
	static const uint64_t sizes[] = {1, 2, 40, 900, ENTRIES};
	static const size_t whole[] = {ENTRIES};
	static const size_t steps[] = {1, 2, 700, 700, 701, 2000, 2990, ENTRIES};
	static struct crowd crowd;
	const struct campaign_wish wish = {.revisions_max = 1000};
	struct test_random random = test_random_make(5);
	struct campaign campaign;

	(void)state;
	campaign_make(&campaign, &wish);
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		crowd_fill(&crowd, &random, sizes[s]);
		for (uint64_t bound = 1; bound <= 1 << 30; bound <<= 15) {
			follow(&campaign, &crowd, whole, 1, bound);
			follow(&campaign, &crowd, steps, sizeof steps / sizeof *steps, bound);
		}
	}
	campaign_free(&campaign);
}

/* Where temporary files cannot be made there is no answer, rather than a wrong one. */
static void
says_when_there_is_no_room(void **state)
{
	struct campaign campaign;
	struct lineage lineage;
	struct lineage_findings findings;
	struct trouble trouble;

	(void)state;
	campaign_make(&campaign, NULL);
	assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
	assert_int_equal(lineage_init(&lineage, campaign.manifest, 500, 1, &trouble), 0);
	for (uint64_t i = 0; i < 500; i++)
		enter(&lineage, i, 1, (uint16_t)(i + 1));
	assert_int_equal(lineage_link(&lineage, 500, 2, &findings, &trouble), TALLY_EXIT_WORLD);
	assert_non_null(strstr(trouble.sentence, "could not be sorted"));
	lineage_free(&lineage);
	assert_int_equal(unsetenv("TMPDIR"), 0);
	campaign_free(&campaign);
}

static void
leaves_out_what_is_beyond_the_end(void **state)
{
	struct campaign campaign;
	struct lineage lineage;
	struct lineage_findings findings;
	struct trouble trouble;
	uint64_t previous;

	(void)state;
	campaign_make(&campaign, NULL);
	assert_int_equal(lineage_init(&lineage, campaign.manifest, 10, 1 << 20, &trouble), 0);
	enter(&lineage, 3, 7, 1);
	enter(&lineage, 8, 7, 1);
	assert_int_equal(lineage_link(&lineage, 8, 1, &findings, &trouble), 0);
	assert_null(lineage_first(&findings));
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
	struct lineage_findings findings;
	struct trouble trouble;

	(void)state;
	campaign_make(&campaign, NULL);
	assert_int_equal(lineage_init(&lineage, campaign.manifest, 400, 1, &trouble), 0);
	for (uint64_t i = 0; i < 200; i++)
		enter(&lineage, i, i, 1);
	for (uint64_t i = 0; i < 150; i++)
		enter(&lineage, 399 - i, 50 + i, 1);
	assert_int_equal(lineage_link(&lineage, 400, 2, &findings, &trouble), 0);
	assert_true(findings.votes.found);
	assert_ptr_equal(lineage_first(&findings), &findings.votes.trouble);
	assert_int_equal(findings.votes.trouble.index, 250);
	assert_non_null(strstr(findings.votes.trouble.sentence, "entry 250: "));
	assert_non_null(strstr(findings.votes.trouble.sentence, "at entry 199,"));
	lineage_free(&lineage);
	campaign_free(&campaign);
}

struct heard {
	uint64_t calls;
	uint64_t done;
	uint64_t all;
};

static void
hear(void *context, uint64_t done, uint64_t all)
{
	struct heard *heard = context;

	assert_true(done >= heard->done && done <= all);
	*heard = (struct heard){heard->calls + 1, done, all};
}

/* In memory and from temporary files, the whole is known from the first call on. */
static void
tells_how_far_it_is(void **state)
{
	static const uint64_t bounds[] = {1 << 20, 1};

	(void)state;
	for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
		struct campaign campaign;
		struct lineage lineage;
		struct lineage_findings findings;
		struct heard heard = {0};
		struct trouble trouble;

		campaign_make(&campaign, NULL);
		assert_int_equal(
		    lineage_init(&lineage, campaign.manifest, 400, bounds[b], &trouble), 0);
		for (uint64_t i = 0; i < 300; i++)
			enter(&lineage, i, i, 1);
		lineage_watch(&lineage, hear, &heard);
		assert_int_equal(lineage_link(&lineage, 400, 1, &findings, &trouble), 0);
		assert_true(heard.calls > 100);
		assert_int_equal(heard.done, 300);
		assert_int_equal(heard.all, 300);
		lineage_free(&lineage);
		campaign_free(&campaign);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_a_scan_finds),
	    cmocka_unit_test(says_when_there_is_no_room),
	    cmocka_unit_test(leaves_out_what_is_beyond_the_end),
	    cmocka_unit_test(names_the_earliest),
	    cmocka_unit_test(tells_how_far_it_is),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
