#include "bench/tally-bench/vote.h"

#include "ballot/ballot.h"
#include "campaign/rules.h"
#include "tests/lib/campaign.h"

enum {
	VOTES = 400,
	OPTIONS = 8,
};

/* What came out of many votes in a campaign of one contest. */
struct turnout {
	size_t blank;
	size_t abstained;
	size_t sizes[OPTIONS + 1];
	size_t taken[OPTIONS];
	size_t led; /* votes whose first choice has the value 1 */
	int32_t least;
	int32_t most;
};

static void
take(struct turnout *turnout, const struct ballot_choices *choices)
{
	turnout->blank += choices->blank;
	turnout->abstained += !choices->blank && choices->count == 0;
	turnout->sizes[choices->count]++;
	turnout->led += choices->count > 0 && ballot_choice_at(choices, 0).value == 1;
	for (size_t i = 0; i < choices->count; i++) {
		struct ballot_choice choice = ballot_choice_at(choices, i);

		turnout->taken[choice.option]++;
		if (choice.value < turnout->least)
			turnout->least = choice.value;
		if (choice.value > turnout->most)
			turnout->most = choice.value;
	}
}

/* Each vote is one the rules allow, and the same dice throw it again. */
static struct turnout
poll(const struct campaign_wish *wish, uint64_t seed)
{
	struct turnout turnout = {.least = INT32_MAX, .most = INT32_MIN};
	struct campaign campaign;

	campaign_make(&campaign, wish);
	for (uint64_t i = 0; i < VOTES; i++) {
		uint8_t memory[TALLY_BALLOT_SIZE_MAX], again[TALLY_BALLOT_SIZE_MAX];
		struct writer writer = writer_make(memory, sizeof memory);
		struct writer second = writer_make(again, sizeof again);
		struct dice dice = dice_make(seed, i), same = dice;
		struct ballot ballot = {.campaign = campaign.manifest->id,
					.revision = 1,
					.signing = campaign.manifest->signing};
		struct ballot_choices choices;
		struct reader reader;

		vote_write(&writer, campaign.manifest, 0, &dice);
		vote_write(&second, campaign.manifest, 0, &same);
		assert_false(writer.failed);
		assert_true(bytes_equal(writer_view(&writer), writer_view(&second)));
		ballot.choices = writer_view(&writer);
		assert_int_equal(rules_check(campaign.manifest, &ballot), TALLY_ACCEPTED);
		reader = reader_make(ballot.choices);
		choices = ballot_choices_next(&reader);
		assert_true(!reader.failed && reader_left(&reader) == 0);
		take(&turnout, &choices);
	}
	campaign_free(&campaign);
	return turnout;
}

static void
every_size_and_option_comes_up(void **state)
{
	const struct campaign_wish wish = {.options = OPTIONS, .max = 3, .blank = true};
	struct turnout turnout = poll(&wish, 1);

	(void)state;
	assert_in_range(turnout.blank, 1, VOTES / 8);
	assert_in_range(turnout.abstained, 1, VOTES / 8);
	for (size_t size = 1; size <= OPTIONS; size++)
		assert_int_equal(turnout.sizes[size] > VOTES / 8, size <= 3);
	for (size_t option = 0; option < OPTIONS; option++)
		assert_in_range(turnout.taken[option], VOTES / 8, VOTES / 2);
}

static void
a_blank_vote_is_only_where_it_may_be(void **state)
{
	const struct campaign_wish wish = {.options = OPTIONS, .max = OPTIONS, .min = 6};
	struct turnout turnout = poll(&wish, 2);

	(void)state;
	assert_int_equal(turnout.blank, 0);
	assert_int_equal(
	    turnout.sizes[0] + turnout.sizes[6] + turnout.sizes[7] + turnout.sizes[8], VOTES);
}

static void
values_are_of_the_whole_range(void **state)
{
	const struct campaign_wish score = {.options = OPTIONS,
					    .method = "score",
					    .limits = "\"value_min\":-3,\"value_max\":9"};
	const struct campaign_wish points = {
	    .options = OPTIONS, .method = "cumulative", .limits = "\"sum_points\":11"};
	const struct campaign_wish ranks = {.options = OPTIONS, .max = 5, .ranked = true};
	struct turnout turnout;

	(void)state;
	turnout = poll(&score, 3);
	assert_true(turnout.least == -3 && turnout.most == 9);
	turnout = poll(&points, 4);
	assert_true(turnout.least >= 0 && turnout.most > 5 && turnout.most <= 11);
	assert_true(turnout.sizes[OPTIONS] > VOTES / 32); /* all share the eleven */
	turnout = poll(&ranks, 5);
	assert_true(turnout.least == 1 && turnout.most == 5);
	assert_in_range(turnout.led, VOTES / 4, VOTES * 3 / 5); /* ranked by chance */
}

/* Option k costs 100 (k + 1): the dearest is still bought. Where there must be two and only the two
 * cheapest can be paid, it is these or none. */
static void
nobody_spends_more_than_there_is(void **state)
{
	struct campaign_wish wish = {
	    .options = OPTIONS, .method = "knapsack", .budget_cap = 900};
	struct turnout turnout = poll(&wish, 6);

	(void)state;
	assert_true(turnout.taken[OPTIONS - 1] > 0 && turnout.taken[0] > 0);
	wish.min = 2;
	wish.budget_cap = 300;
	turnout = poll(&wish, 7);
	assert_true(turnout.sizes[2] > 0);
	assert_int_equal(turnout.sizes[2] + turnout.abstained, VOTES);
	assert_int_equal(turnout.taken[0], turnout.sizes[2]);
	assert_int_equal(turnout.taken[1], turnout.sizes[2]);
}

/* Three of one category, and no more than three: chance alone would hardly find them. */
static void
a_group_gets_its_least(void **state)
{
	const struct campaign_wish wish = {
	    .options = OPTIONS,
	    .max = 3,
	    .grouped = true,
	    .limits = "\"categories\":[{\"category\":\"k0\",\"min\":3}]"};
	struct turnout turnout = poll(&wish, 8);

	(void)state;
	assert_in_range(turnout.abstained, 1, VOTES / 8);
	assert_int_equal(turnout.taken[0] + turnout.taken[3] + turnout.taken[6],
			 3 * turnout.sizes[3]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_size_and_option_comes_up),
	    cmocka_unit_test(a_blank_vote_is_only_where_it_may_be),
	    cmocka_unit_test(values_are_of_the_whole_range),
	    cmocka_unit_test(nobody_spends_more_than_there_is),
	    cmocka_unit_test(a_group_gets_its_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
