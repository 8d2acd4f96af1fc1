#include "tally/counts.h"

#include "tests/lib/campaign.h"
#include "tests/lib/recount.h"
#include "tests/lib/vector.h"

static const struct campaign_wish wish = {
    .districts = 3, .contests = 4, .options = 6, .max = 4, .blank = true, .revisions_max = 9};
static const struct campaign_wish ranked_wish = {.districts = 3,
						 .contests = 3,
						 .options = 6,
						 .max = 4,
						 .ranked = true,
						 .blank = true,
						 .revisions_max = 9};

static struct counts
counts_make(const struct manifest *manifest)
{
	struct counts counts;
	size_t size = counts_memory(manifest);
	void *memory = malloc(size);

	assert_non_null(memory);
	assert_int_equal(size % 8, 0);
	memset(memory, 0xa5, size); /* init must not rest on zeroed memory */
	counts_init(&counts, manifest, memory);
	return counts;
}

static void
counts_drop(struct counts *counts)
{
	free(counts->districts);
}

static void
assert_text(const struct counts *counts, const struct manifest *manifest, uint64_t index,
	    const char *expected)
{
	size_t max = counts_text_max(manifest);
	char *memory = malloc(max + 1);
	struct writer text = writer_make(memory, max);

	assert_non_null(memory);
	counts_text_write(&text, counts, manifest, index);
	assert_false(text.failed);
	memory[text.size] = 0;
	assert_string_equal(memory, expected);
	free(memory);
}

/* Puts the vote's ballot in or takes it out. */
static void
move(struct counts *counts, const struct campaign *campaign, struct recount_vote *vote)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct ballot ballot;
	struct bytes bytes = campaign_ballot(campaign, &vote->vote, memory);

	assert_int_equal(ballot_parse(bytes, &ballot), TALLY_ACCEPTED);
	if (vote->counted) {
		counts_subtract(counts, campaign->manifest, &ballot);
		counts->replaced++;
	} else {
		counts_add(counts, campaign->manifest, &ballot);
		counts->replaced--;
	}
	vote->counted = !vote->counted;
}

static void
assert_recount(const struct counts *counts, const struct campaign *campaign,
	       const struct recount_vote *votes, size_t count)
{
	char *text = recount_text(campaign, votes, count, 77, 0);

	assert_text(counts, campaign->manifest, 77, text);
	free(text);
}

/* As campaign_make, but asks nothing of what this release runs. */
static void
campaign_parse(struct campaign *campaign, const struct campaign_wish *with)
{
	struct manifest_fault fault;
	char *json;

	*campaign = (struct campaign){0};
	json = campaign_json(campaign, with);
	campaign->manifest = manifest_parse(bytes_of_string(json), &fault);
	free(json);
	if (campaign->manifest == NULL)
		fail_msg("%s: %s", fault.path, fault.sentence);
}

enum {
	votes_count = 60,
	moves = 600
};

static void
votes_random(const struct campaign *campaign, struct test_random *random,
	     struct recount_vote *votes)
{
	for (size_t i = 0; i < votes_count; i++) {
		votes[i] = (struct recount_vote){.vote.voter = i};
		campaign_vote_random(campaign, random, &votes[i].vote, votes[i].choices,
				     recount_choices_max);
	}
}

/* Adding and subtracting in any order leaves what a recount of those still in finds. */
static void
any_order_equals_a_recount(void **state)
{
	static struct recount_vote votes[votes_count];
	struct test_random random = test_random_make(20261);
	struct campaign campaign;
	struct counts counts;

	campaign_parse(&campaign, *state);
	counts = counts_make(campaign.manifest);
	counts.in_tree = votes_count;
	counts.replaced = votes_count;
	votes_random(&campaign, &random, votes);
	for (size_t i = 0; i < moves; i++) {
		move(&counts, &campaign, &votes[test_random_below(&random, votes_count)]);
		if (i % 20 == 0)
			assert_recount(&counts, &campaign, votes, votes_count);
	}
	for (size_t i = 0; i < votes_count; i++) {
		if (votes[i].counted)
			move(&counts, &campaign, &votes[i]);
	}
	assert_recount(&counts, &campaign, votes, votes_count);
	assert_int_equal(counts.ballots, 0);
	counts.replaced = counts.in_tree = 0;
	assert_true(
	    bytes_all_zero(bytes_make(counts.districts, counts_memory(campaign.manifest))));
	counts_drop(&counts);
	campaign_free(&campaign);
}

/* What some ballots count, taken out at once, leaves the others' counts. */
static void
a_part_is_taken_out(void **state)
{
	static struct recount_vote votes[votes_count];
	struct test_random random = test_random_make(20262);
	struct campaign campaign;
	struct counts counts, part;

	campaign_parse(&campaign, *state);
	counts = counts_make(campaign.manifest);
	part = counts_make(campaign.manifest);
	counts.in_tree = counts.replaced = votes_count;
	votes_random(&campaign, &random, votes);
	for (size_t i = 0; i < votes_count; i++) {
		move(&counts, &campaign, &votes[i]);
		if (i % 3 > 0)
			continue;
		votes[i].counted = false;
		move(&part, &campaign, &votes[i]);
		votes[i].counted = false;
	}
	counts_take_out(&counts, &part, campaign.manifest);
	counts.replaced += part.ballots;
	assert_recount(&counts, &campaign, votes, votes_count);
	counts_drop(&counts);
	counts_drop(&part);
	campaign_free(&campaign);
}

/* One contest, three options: o2 o0; o2; o1 o2 o0. */
static void
a_ranking_by_hand(void **state)
{
	static const struct campaign_wish three = {.ranked = true, .options = 3, .max = 3};
	static const struct recount_vote rankings[] = {
	    {.vote.choices_count = 2, .choices = {{0, 0, 2}, {0, 2, 1}}},
	    {.vote.choices_count = 1, .choices = {{0, 2, 1}}},
	    {.vote.choices_count = 3, .choices = {{0, 0, 3}, {0, 1, 1}, {0, 2, 2}}},
	};
	static const uint64_t positions[3][3] = {{0, 1, 1}, {1, 0, 0}, {2, 1, 0}};
	static const uint64_t pairs[3][3] = {{0, 1, 0}, {1, 0, 1}, {3, 2, 0}};
	static const int64_t scores[3] = {2, 3, 5};
	const struct manifest_contest *contest;
	struct campaign campaign;
	struct counts counts;

	(void)state;
	campaign_parse(&campaign, &three);
	contest = &campaign.manifest->contests[0];
	counts = counts_make(campaign.manifest);
	for (size_t i = 0; i < 3; i++) {
		struct recount_vote vote = rankings[i];

		vote.vote.choices = vote.choices;
		move(&counts, &campaign, &vote);
	}
	for (size_t a = 0; a < 3; a++) {
		assert_int_equal(counts.options[a].score, scores[a]);
		assert_memory_equal(counts_positions(&counts, contest, a), positions[a],
				    sizeof positions[a]);
		for (size_t b = 0; b < 3; b++)
			assert_int_equal(counts_pair(&counts, contest, a, b), pairs[a][b]);
		assert_null(counts_cell_at(&counts, contest, a, 0)); /* one district votes */
	}
	counts_drop(&counts);
	campaign_free(&campaign);
}

/* Contest 1 is voted on in d1 alone, contest 2 in d0 and d2. */
static void
cells_stand_where_several_districts_vote(void **state)
{
	static const struct campaign_choice in_d2[] = {{0, 1, 1}, {2, 5, 1}};
	static const struct campaign_choice in_d1[] = {{0, 1, 1}, {1, 3, 1}};
	struct recount_vote votes[] = {
	    {.vote = {.district = 2, .choices = in_d2, .choices_count = 2}},
	    {.vote = {.district = 1, .choices = in_d1, .choices_count = 2}}};
	const struct manifest_contest *contests;
	struct campaign campaign;
	struct counts counts;

	(void)state;
	campaign_parse(&campaign, &wish);
	contests = campaign.manifest->contests;
	counts = counts_make(campaign.manifest);
	move(&counts, &campaign, &votes[0]);
	move(&counts, &campaign, &votes[1]);
	assert_int_equal(counts_cell_at(&counts, &contests[0], 1, 0)->votes, 0);
	assert_int_equal(counts_cell_at(&counts, &contests[0], 1, 1)->votes, 1);
	assert_int_equal(counts_cell_at(&counts, &contests[0], 1, 2)->score, 1);
	assert_null(counts_cell_at(&counts, &contests[1], 3, 0));
	assert_int_equal(counts_cell_at(&counts, &contests[2], 5, 1)->votes, 1);
	assert_int_equal(counts_cell_at(&counts, &contests[2], 5, 0)->votes, 0);
	assert_null(counts_positions(&counts, &contests[0], 1));
	counts_drop(&counts);
	campaign_free(&campaign);
}

static void
golden_text(void **state)
{
	struct bytes json = test_vector_view("counts.txt", "manifest");
	struct bytes salt = test_vector_view("counts.txt", "salt");
	struct bytes text = test_vector_view("counts.txt", "counts");
	static const char *const names[] = {"ballot-1", "ballot-2", "ballot-3",
					    "ballot-4", "ballot-5", "ballot-6"};
	struct ballot ballots[6];
	struct manifest_fault fault;
	struct manifest *manifest = manifest_parse(json, &fault);
	struct counts counts;
	uint8_t hash[TALLY_HASH_SIZE];

	(void)state;
	assert_non_null(manifest);
	counts = counts_make(manifest);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(
		    ballot_parse(test_vector_view("counts.txt", names[i]), &ballots[i]),
		    TALLY_ACCEPTED);
		counts_add(&counts, manifest, &ballots[i]);
	}
	counts_subtract(&counts, manifest, &ballots[0]); /* the sixth replaces it */
	counts.in_tree = 6;
	counts.enrolled = 2;
	counts.replaced = 1;
	assert_text(&counts, manifest, 8, (const char *)text.data);
	counts_text_hash(text, salt.data, hash);
	assert_memory_equal(hash, test_vector_view("counts.txt", "hash").data, sizeof hash);
	counts_drop(&counts);
	manifest_free(manifest);
}

static void
the_text_bound_holds(void **state)
{
	struct campaign campaign;
	struct counts counts;
	size_t max;
	uint8_t *memory;
	struct writer text;

	campaign_parse(&campaign, *state);
	counts = counts_make(campaign.manifest);
	counts.ballots = counts.replaced = counts.voided = counts.in_tree = UINT64_MAX;
	memset(counts.districts, 0xff, counts_memory(campaign.manifest));
	for (size_t i = 0; i < campaign.manifest->options_count; i++)
		counts.options[i].score = INT64_MIN;
	for (size_t i = 0; i < campaign.manifest->cells_count; i++)
		counts.cells[i].score = INT64_MIN;
	for (size_t i = 0; i < campaign.manifest->pairs_count; i++)
		counts.above[i] = 0; /* so that every pair is as large as votes are */
	max = counts_text_max(campaign.manifest);
	memory = malloc(max);
	text = writer_make(memory, max);
	counts_text_write(&text, &counts, campaign.manifest, UINT64_MAX);
	assert_false(text.failed);
	free(memory);
	counts_drop(&counts);
	campaign_free(&campaign);
}

static void
written_read_and_copied(void **state)
{
	struct campaign campaign;
	struct counts a, b;
	uint8_t memory[16384];
	struct writer writer = writer_make(memory, sizeof memory);
	struct reader reader;

	campaign_parse(&campaign, *state);
	a = counts_make(campaign.manifest);
	b = counts_make(campaign.manifest);
	a.ballots = 1;
	a.replaced = 2;
	a.voided = 3;
	a.in_tree = 4;
	a.enrolled = 5;
	for (size_t i = 0; i < counts_memory(campaign.manifest) / 8; i++)
		a.districts[i] = 1000 + i;
	assert_false(counts_equal(&a, &b, campaign.manifest));
	counts_copy(&b, &a, campaign.manifest);
	assert_true(counts_equal(&a, &b, campaign.manifest));
	b.enrolled++;
	assert_false(counts_equal(&a, &b, campaign.manifest));
	b.enrolled--;
	b.districts[counts_memory(campaign.manifest) / 8 - 1]--;
	assert_false(counts_equal(&a, &b, campaign.manifest));
	counts_write(&writer, &a, campaign.manifest);
	assert_int_equal(writer.size, 5 * 8 + counts_memory(campaign.manifest));
	reader = reader_make(writer_view(&writer));
	assert_true(counts_read(&reader, &b, campaign.manifest));
	assert_true(reader_done(&reader));
	assert_true(counts_equal(&a, &b, campaign.manifest));
	reader = reader_make(bytes_make(memory, writer.size - 1));
	assert_false(counts_read(&reader, &b, campaign.manifest));
	counts_drop(&a);
	counts_drop(&b);
	campaign_free(&campaign);
}

int
main(void)
{
	static struct campaign_wish marked, ranked;
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_prestate(any_order_equals_a_recount, &marked),
	    cmocka_unit_test_prestate(any_order_equals_a_recount, &ranked),
	    cmocka_unit_test_prestate(a_part_is_taken_out, &marked),
	    cmocka_unit_test_prestate(a_part_is_taken_out, &ranked),
	    cmocka_unit_test(a_ranking_by_hand),
	    cmocka_unit_test(cells_stand_where_several_districts_vote),
	    cmocka_unit_test(golden_text),
	    cmocka_unit_test_prestate(the_text_bound_holds, &marked),
	    cmocka_unit_test_prestate(the_text_bound_holds, &ranked),
	    cmocka_unit_test_prestate(written_read_and_copied, &marked),
	    cmocka_unit_test_prestate(written_read_and_copied, &ranked),
	};

	marked = wish;
	ranked = ranked_wish;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
