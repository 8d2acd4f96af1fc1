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

/* The vote's choice of `option` in the contest; NULL if it made none. */
static const struct campaign_choice *
choice_of(const struct recount_vote *vote, size_t contest, size_t option)
{
	for (size_t i = 0; i < vote->vote.choices_count; i++) {
		if (vote->choices[i].contest == contest && vote->choices[i].option == option)
			return &vote->choices[i];
	}
	return NULL;
}

/* Choices of a vote in the contest, blank as one. */
static size_t
choices_in(const struct recount_vote *vote, size_t contest)
{
	size_t found = 0;

	for (size_t i = 0; i < vote->vote.choices_count; i++)
		found += vote->choices[i].contest == contest;
	return found;
}

/* What the votes of `district` (of all: -1) say of one option. */
struct said {
	size_t votes;
	size_t first;
	long long score;
};

static struct said
option_recount(const struct recount *recount, size_t contest, size_t option, long district)
{
	bool ranked =
	    recount->campaign->manifest->contests[contest].method == MANIFEST_METHOD_RANKED;
	struct said said = {0};

	for (size_t i = 0; i < recount->count; i++) {
		const struct recount_vote *vote = &recount->votes[i];
		const struct campaign_choice *choice = choice_of(vote, contest, option);

		if (!vote->counted || choice == NULL ||
		    (district >= 0 && vote->vote.district != district))
			continue;
		said.votes++;
		said.first += choice->value == 1;
		said.score += ranked ? (long long)choices_in(vote, contest) - choice->value + 1
				     : choice->value;
	}
	return said;
}

static void
districts_recount(const struct recount *recount, size_t at, size_t option)
{
	const struct manifest *manifest = recount->campaign->manifest;
	const struct manifest_contest *contest = &manifest->contests[at];
	size_t voting = 0;

	for (size_t d = 0; d < manifest->districts_count; d++)
		voting += contest->districts[d];
	for (size_t d = 0; d < manifest->districts_count && voting > 1; d++) {
		struct said said = option_recount(recount, at, option, (long)d);

		if (said.votes == 0)
			continue;
		fprintf(recount->text, "in %s votes %zu score %lld", manifest->districts[d].id,
			said.votes, said.score);
		if (contest->method == MANIFEST_METHOD_RANKED)
			fprintf(recount->text, " first %zu", said.first);
		fprintf(recount->text, "\n");
	}
}

static void
positions_recount(const struct recount *recount, size_t at, size_t option)
{
	uint32_t max = recount->campaign->manifest->contests[at].max;

	fprintf(recount->text, "positions");
	for (int32_t rank = 1; rank <= (int32_t)max; rank++) {
		size_t there = 0;

		for (size_t i = 0; i < recount->count; i++) {
			const struct campaign_choice *choice =
			    choice_of(&recount->votes[i], at, option);

			there += recount->votes[i].counted && choice != NULL &&
				 choice->value == rank;
		}
		fprintf(recount->text, " %zu", there);
	}
	fprintf(recount->text, "\n");
}

/* Votes that prefer option a to b. */
static size_t
preferring(const struct recount *recount, size_t contest, size_t a, size_t b)
{
	size_t found = 0;

	for (size_t i = 0; i < recount->count; i++) {
		const struct recount_vote *vote = &recount->votes[i];
		const struct campaign_choice *one = choice_of(vote, contest, a);
		const struct campaign_choice *other = choice_of(vote, contest, b);

		if (vote->counted && one != NULL)
			found += other == NULL || one->value < other->value;
	}
	return found;
}

static void
pairs_recount(const struct recount *recount, size_t at)
{
	const struct manifest_contest *contest = &recount->campaign->manifest->contests[at];

	for (size_t a = 0; a < contest->options_count; a++) {
		fprintf(recount->text, "pairs %s", contest->options[a].id);
		for (size_t b = 0; b < contest->options_count; b++)
			fprintf(recount->text, " %zu", preferring(recount, at, a, b));
		fprintf(recount->text, "\n");
	}
}

static void
ballots_recount(const struct recount *recount, size_t at)
{
	const struct manifest_contest *contest = &recount->campaign->manifest->contests[at];
	size_t blank = 0, abstained = 0, ballots = 0;

	for (size_t i = 0; i < recount->count; i++) {
		const struct recount_vote *vote = &recount->votes[i];

		if (!vote->counted || !manifest_votes_in(contest, vote->vote.district))
			continue;
		if (choice_of(vote, at, TALLY_CHOICES_BLANK) != NULL)
			blank++;
		else if (choices_in(vote, at) == 0)
			abstained++;
		else
			ballots++;
	}
	fprintf(recount->text, "contest %s ballots %zu blank %zu abstained %zu\n", contest->id,
		ballots, blank, abstained);
}

static void
contest_recount(const struct recount *recount, size_t at)
{
	const struct manifest_contest *contest = &recount->campaign->manifest->contests[at];
	bool ranked = contest->method == MANIFEST_METHOD_RANKED;

	ballots_recount(recount, at);
	for (size_t o = 0; o < contest->options_count; o++) {
		struct said said = option_recount(recount, at, o, -1);

		fprintf(recount->text, "option %s votes %zu score %lld\n",
			contest->options[o].id, said.votes, said.score);
		districts_recount(recount, at, o);
		if (ranked)
			positions_recount(recount, at, o);
	}
	if (ranked)
		pairs_recount(recount, at);
}

char *
recount_text(const struct campaign *campaign, const struct recount_vote *votes, size_t count,
	     uint64_t index, size_t enrolled)
{
	const struct manifest *manifest = campaign->manifest;
	char *text = NULL;
	size_t size = 0;
	size_t voided = 0;
	struct recount recount = {campaign, votes, count, open_memstream(&text, &size)};

	assert_non_null(recount.text);
	fprintf(recount.text, "tally/counts/v1\ncampaign ");
	for (size_t i = 0; i < TALLY_HASH_SIZE; i++)
		fprintf(recount.text, "%02x", manifest->id[i]);
	fprintf(recount.text, "\nindex %llu\n", (unsigned long long)index);
	for (size_t i = 0; i < count; i++)
		voided += votes[i].voided;
	fprintf(recount.text, "ballots %zu replaced %zu voided %zu in_tree %zu\n",
		counted(&recount, -1), count - counted(&recount, -1) - voided, voided, count);
	if (campaign->roster.count > 0)
		fprintf(recount.text, "roster %llu enrolled %zu\n",
			(unsigned long long)campaign->roster.count, enrolled);
	for (size_t i = 0; i < manifest->districts_count; i++)
		fprintf(recount.text, "district %s ballots %zu\n", manifest->districts[i].id,
			counted(&recount, (long)i));
	for (size_t i = 0; i < manifest->contests_count; i++)
		contest_recount(&recount, i);
	assert_int_equal(fclose(recount.text), 0);
	return text;
}
