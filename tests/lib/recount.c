#include "tests/lib/recount.h"

struct recount {
	const struct campaign *campaign;
	const struct recount_vote *votes;
	size_t count;
	FILE *text;
};

/* Counted votes of `district`; of all districts if it is -1. */
static size_t
counted(const struct recount *recount, long district)
{
	size_t found = 0;

	for (size_t i = 0; i < recount->count; i++) {
		const struct recount_vote *vote = &recount->votes[i];

		if (vote->counted && (district < 0 || vote->vote.district == district))
			found++;
	}
	return found;
}

/* Choices of a vote in `contest`: how many; how many of `option`, and the points they give. */
static size_t
choices_in(const struct recount_vote *vote, size_t contest, long option, long long *points)
{
	size_t found = 0;

	for (size_t i = 0; i < vote->vote.choices_count; i++) {
		const struct campaign_choice *choice = &vote->choices[i];

		if (choice->contest != contest || (option >= 0 && choice->option != option))
			continue;
		*points += choice->value;
		found++;
	}
	return found;
}

static void
contest_recount(const struct recount *recount, size_t at)
{
	const struct manifest_contest *contest = &recount->campaign->manifest->contests[at];
	size_t blank = 0, abstained = 0, ballots = 0;
	long long points = 0;

	for (size_t i = 0; i < recount->count; i++) {
		const struct recount_vote *vote = &recount->votes[i];

		if (!vote->counted || !manifest_votes_in(contest, vote->vote.district))
			continue;
		if (choices_in(vote, at, TALLY_CHOICES_BLANK, &points) > 0)
			blank++;
		else if (choices_in(vote, at, -1, &points) == 0)
			abstained++;
		else
			ballots++;
	}
	fprintf(recount->text, "contest %s ballots %zu blank %zu abstained %zu\n", contest->id,
		ballots, blank, abstained);
	for (size_t o = 0; o < contest->options_count; o++) {
		size_t votes = 0;

		points = 0;
		for (size_t i = 0; i < recount->count; i++) {
			if (recount->votes[i].counted)
				votes += choices_in(&recount->votes[i], at, (long)o, &points);
		}
		fprintf(recount->text, "option %s votes %zu score %lld\n",
			contest->options[o].id, votes, points);
	}
}

char *
recount_text(const struct campaign *campaign, const struct recount_vote *votes, size_t count,
	     uint64_t index)
{
	const struct manifest *manifest = campaign->manifest;
	char *text = NULL;
	size_t size = 0;
	struct recount recount = {campaign, votes, count, open_memstream(&text, &size)};

	assert_non_null(recount.text);
	fprintf(recount.text, "tally/counts/v1\ncampaign ");
	for (size_t i = 0; i < TALLY_HASH_SIZE; i++)
		fprintf(recount.text, "%02x", manifest->id[i]);
	fprintf(recount.text, "\nindex %llu\n", (unsigned long long)index);
	fprintf(recount.text, "ballots %zu replaced %zu voided 0 in_tree %zu\n",
		counted(&recount, -1), count - counted(&recount, -1), count);
	for (size_t i = 0; i < manifest->districts_count; i++)
		fprintf(recount.text, "district %s ballots %zu\n", manifest->districts[i].id,
			counted(&recount, (long)i));
	for (size_t i = 0; i < manifest->contests_count; i++)
		contest_recount(&recount, i);
	assert_int_equal(fclose(recount.text), 0);
	return text;
}
