#include "tools/lib/winners.h"

#include "tests/lib/folder.h"
#include "tests/lib/story.h"

/* A story's log with revisions, published, and its recount. */
struct stage {
	struct test_log log;
	struct test_folder folder;
	struct publiclog files;
	struct recount recount;
	struct winners winners;
};

static void
stage_open(struct stage *stage, const struct campaign_wish *wish)
{
	struct trouble trouble;

	story_make(&stage->log, wish, NULL);
	stage->folder = test_folder_make();
	test_log_publish(&stage->log, stage->folder.path, stage->log.count);
	assert_int_equal(publiclog_open(&stage->files, stage->folder.path, &trouble),
			 TALLY_EXIT_FINE);
	assert_int_equal(recount_run(&stage->files, NULL, &stage->recount, &trouble),
			 TALLY_EXIT_FINE);
	assert_int_equal(
	    winners_decide(&stage->recount.scroll, &stage->recount, &stage->winners, &trouble),
	    TALLY_EXIT_FINE);
}

static void
stage_close(struct stage *stage)
{
	winners_free(&stage->winners);
	recount_free(&stage->recount);
	publiclog_close(&stage->files);
	test_folder_remove(&stage->folder);
	test_log_free(&stage->log);
}

/* The strongest by the counts, the first of equals. */
static uint16_t
strongest(const struct counts *counts)
{
	uint16_t best = 0;

	for (uint16_t i = 1; i < 3; i++) {
		if (counts->options[i].votes > counts->options[best].votes)
			best = i;
	}
	return best;
}

static void
rules_over_counts(void **state)
{
	static const struct campaign_wish wish = {
	    .revisions_max = 5, .outcome = "{\"rule\":\"count/v1\",\"tie_order\":\"listed\"}"};
	const struct election_result *result;
	struct stage stage;

	(void)state;
	stage_open(&stage, &wish);
	result = &stage.winners.contests[0].outcome.result;
	assert_int_equal(stage.winners.contests_count, 1);
	assert_int_equal(stage.winners.contests[0].status, OUTCOME_DECIDED);
	assert_int_equal(result->winners_count, 1);
	assert_int_equal(result->winners[0], strongest(&stage.recount.replay.counts));
	stage_close(&stage);
}

/* The profile has exactly the ballots that count: as many for each option as the counts say, though
 * every fifth voter has voted again. */
static void
rules_over_ballots(void **state)
{
	static const struct campaign_wish wish = {
	    .revisions_max = 5,
	    .ranked = true,
	    .outcome = "{\"rule\":\"irv/v1\",\"tie_order\":\"listed\"}"};
	const struct counts *counts;
	struct profile profiles[1] = {{0}};
	uint64_t votes[3] = {0};
	struct trouble trouble;
	struct stage stage;

	(void)state;
	stage_open(&stage, &wish);
	counts = &stage.recount.replay.counts;
	assert_int_equal(
	    winners_profiles(&stage.recount.scroll, &stage.recount, profiles, &trouble),
	    TALLY_EXIT_FINE);
	assert_true(counts->replaced > 50);
	assert_int_equal(profiles[0].ballots, counts->ballots);
	for (size_t i = 0; i < profiles[0].rows_count; i++)
		votes[profiles[0].choices[profiles[0].rows[i].first].option] +=
		    profiles[0].rows[i].weight;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(votes[i], counts->options[i].votes);
	assert_int_equal(stage.winners.contests[0].outcome.result.winners[0],
			 strongest(counts));
	profile_free(&profiles[0]);
	stage_close(&stage);
}

static void
nothing_to_decide(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, NULL);
	assert_int_equal(stage.winners.contests[0].status, OUTCOME_NO_RULE);
	assert_int_equal(stage.winners.contests[0].outcome.result.winners_count, 0);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_over_counts),
	    cmocka_unit_test(rules_over_ballots),
	    cmocka_unit_test(nothing_to_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
