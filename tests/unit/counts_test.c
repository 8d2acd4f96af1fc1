#include "tally/counts.h"

#include "tests/lib/campaign.h"
#include "tests/lib/recount.h"
#include "tests/lib/vector.h"

static const struct campaign_wish wish = {
    .districts = 3, .contests = 4, .options = 6, .max = 4, .blank = true, .revisions_max = 9};

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
	char *text = recount_text(campaign, votes, count, 77);

	assert_text(counts, campaign->manifest, 77, text);
	free(text);
}

/* Adding and subtracting in any order leaves what a recount of those still in finds. */
static void
any_order_equals_a_recount(void **state)
{
	enum {
		votes_count = 60,
		moves = 600
	};
	static struct recount_vote votes[votes_count];
	struct test_random random = test_random_make(20261);
	struct campaign campaign;
	struct counts counts;

	(void)state;
	campaign_make(&campaign, &wish);
	counts = counts_make(campaign.manifest);
	counts.in_tree = votes_count;
	counts.replaced = votes_count;
	for (size_t i = 0; i < votes_count; i++) {
		votes[i].vote.voter = i;
		campaign_vote_random(&campaign, &random, &votes[i].vote, votes[i].choices,
				     recount_choices_max);
	}
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

static void
golden_text(void **state)
{
	struct bytes json = test_vector_view("counts.txt", "manifest");
	struct bytes salt = test_vector_view("counts.txt", "salt");
	struct bytes text = test_vector_view("counts.txt", "counts");
	static const char *const names[] = {"ballot-1", "ballot-2", "ballot-3", "ballot-4"};
	struct ballot ballots[4];
	struct manifest_fault fault;
	struct manifest *manifest = manifest_parse(json, &fault);
	struct counts counts;
	uint8_t hash[TALLY_HASH_SIZE];

	(void)state;
	assert_non_null(manifest);
	counts = counts_make(manifest);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(
		    ballot_parse(test_vector_view("counts.txt", names[i]), &ballots[i]),
		    TALLY_ACCEPTED);
		counts_add(&counts, manifest, &ballots[i]);
	}
	counts_subtract(&counts, manifest, &ballots[0]); /* the fourth replaces it */
	counts.in_tree = 4;
	counts.replaced = 1;
	assert_text(&counts, manifest, 6, (const char *)text.data);
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

	(void)state;
	campaign_make(&campaign, &wish);
	counts = counts_make(campaign.manifest);
	counts.ballots = counts.replaced = counts.voided = counts.in_tree = UINT64_MAX;
	memset(counts.districts, 0xff, counts_memory(campaign.manifest));
	for (size_t i = 0; i < campaign.manifest->options_count; i++)
		counts.options[i].score = INT64_MIN;
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
	uint8_t memory[4096];
	struct writer writer = writer_make(memory, sizeof memory);
	struct reader reader;

	(void)state;
	campaign_make(&campaign, &wish);
	a = counts_make(campaign.manifest);
	b = counts_make(campaign.manifest);
	a.ballots = 1;
	a.replaced = 2;
	a.voided = 3;
	a.in_tree = 4;
	for (size_t i = 0; i < counts_memory(campaign.manifest) / 8; i++)
		a.districts[i] = 1000 + i;
	assert_false(counts_equal(&a, &b, campaign.manifest));
	counts_copy(&b, &a, campaign.manifest);
	assert_true(counts_equal(&a, &b, campaign.manifest));
	b.options[23].score--;
	assert_false(counts_equal(&a, &b, campaign.manifest));
	counts_write(&writer, &a, campaign.manifest);
	assert_int_equal(writer.size, 4 * 8 + counts_memory(campaign.manifest));
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
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_order_equals_a_recount),
	    cmocka_unit_test(golden_text),
	    cmocka_unit_test(the_text_bound_holds),
	    cmocka_unit_test(written_read_and_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
