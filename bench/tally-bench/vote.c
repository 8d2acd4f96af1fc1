#include "bench/tally-bench/vote.h"

#include <string.h>

#include "ballot/ballot.h"
#include "campaign/rules.h"
#include "limits.h"

enum {
	tries_max = 24,
	rare = 32, /* one of so many is blank, one abstains */
};

/* Choices of one contest in the making. */
struct pick {
	const struct manifest_contest *contest;
	uint8_t taken[contest_options_max];
	size_t count;
	int64_t money; /* left of the cap */
};

static bool
take(struct pick *pick, size_t option)
{
	int64_t cost = pick->contest->options[option].cost;

	if (pick->taken[option] != 0 || cost > pick->money)
		return false;
	pick->taken[option] = 1;
	pick->count++;
	pick->money -= cost;
	return true;
}

/* So many of those options (all: NULL) as the group asks for, from a random place on. */
static void
take_least(struct pick *pick, const struct manifest_group *group, struct dice *dice)
{
	size_t options = pick->contest->options_count;
	size_t at = dice_below(dice, options);
	uint32_t count = 0;

	for (size_t i = 0; i < options && count < group->min; i++) {
		size_t option = (at + i) % options;

		if (group->options[option] != 0)
			count += take(pick, option);
	}
}

/* Floyd's sample: every set of that size is as likely, in as many steps. */
static void
take_some(struct pick *pick, size_t wanted, struct dice *dice)
{
	size_t options = pick->contest->options_count;

	for (size_t i = options - (wanted < options ? wanted : options);
	     i < options && pick->count < wanted; i++) {
		if (!take(pick, dice_below(dice, i + 1)))
			take(pick, i);
	}
}

/* The later the try, the fewer. */
static size_t
size_draw(const struct manifest_contest *contest, unsigned try, struct dice *dice)
{
	size_t options = contest->options_count;
	size_t most = contest->max < options ? contest->max : options;
	size_t range = most > contest->min ? most - contest->min : 0;

	return contest->min + dice_below(dice, range * (tries_max - try) / tries_max + 1);
}

static void
pick_draw(struct pick *pick, unsigned try, struct dice *dice)
{
	const struct manifest_contest *contest = pick->contest;
	const struct manifest_limits *limits = &contest->limits;

	memset(pick->taken, 0, contest->options_count);
	pick->count = 0;
	pick->money = contest->budget_cap >= 0 ? contest->budget_cap : INT64_MAX;
	for (size_t i = 0; i < limits->categories_count; i++)
		take_least(pick, &limits->categories[i], dice);
	for (size_t i = 0; i < limits->zones_count; i++)
		take_least(pick, &limits->zones[i], dice);
	take_some(pick, size_draw(contest, try, dice), dice);
}

static void
ranks_draw(struct ballot_choice *choices, size_t count, struct dice *dice)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = dice_below(dice, i + 1);

		choices[i].value = choices[at].value;
		choices[at].value = (int32_t)i + 1;
	}
}

static void
points_draw(const struct manifest_contest *contest, struct ballot_choice *choices, size_t count,
	    struct dice *dice)
{
	int64_t least = contest->value_min;
	int64_t left =
	    contest->sum_points >= 0 ? contest->sum_points - least * (int64_t)count : INT64_MAX;

	for (size_t i = 0; i < count; i++) {
		int64_t range = (int64_t)contest->value_max - least;
		int64_t more;

		if (range > left)
			range = left > 0 ? left : 0;
		more = (int64_t)dice_below(dice, (uint64_t)range + 1);
		choices[i].value = (int32_t)(least + more);
		left -= more;
	}
}

static void
choices_write(struct writer *writer, const struct pick *pick, struct dice *dice)
{
	struct ballot_choice choices[choices_max];
	const struct manifest_contest *contest = pick->contest;
	size_t count = 0;

	for (size_t i = 0; i < contest->options_count && count < choices_max; i++)
		if (pick->taken[i] != 0)
			choices[count++] =
			    (struct ballot_choice){.option = (uint16_t)i, .value = 1};
	if (contest->method == MANIFEST_METHOD_RANKED)
		ranks_draw(choices, count, dice);
	else if (contest->method == MANIFEST_METHOD_CUMULATIVE ||
		 contest->method == MANIFEST_METHOD_SCORE)
		points_draw(contest, choices, count, dice);
	ballot_choices_write(writer, choices, count);
}

/* Would a ballot be taken that abstains from all contests behind `at`? */
static bool
allowed(const struct writer *writer, size_t from, const struct manifest *manifest,
	uint16_t district, size_t at)
{
	struct writer rest = *writer;
	struct ballot ballot = {.campaign = manifest->id,
				.revision = 1,
				.district = district,
				.signing = manifest->signing};

	for (size_t i = at + 1; i < manifest->contests_count; i++)
		if (manifest_votes_in(&manifest->contests[i], district))
			ballot_choices_write(&rest, NULL, 0);
	if (rest.failed)
		return false;
	ballot.choices = bytes_make(rest.data + from, rest.size - from);
	return rules_check(manifest, &ballot) == TALLY_ACCEPTED;
}

static void
contest_write(struct writer *writer, size_t from, const struct manifest *manifest,
	      uint16_t district, size_t at, struct dice *dice)
{
	struct pick pick = {.contest = &manifest->contests[at]};
	size_t size = writer->size;
	uint64_t mood = dice_below(dice, rare);

	if (mood == 0 && pick.contest->blank) {
		ballot_blank_write(writer);
		return;
	}
	for (unsigned try = 0; try < tries_max && mood != 1; try++) {
		pick_draw(&pick, try, dice);
		choices_write(writer, &pick, dice);
		if (allowed(writer, from, manifest, district, at))
			return;
		writer->size = size;
		writer->failed = false;
	}
	ballot_choices_write(writer, NULL, 0);
}

void
vote_write(struct writer *writer, const struct manifest *manifest, uint16_t district,
	   struct dice *dice)
{
	size_t from = writer->size;

	for (size_t i = 0; i < manifest->contests_count; i++)
		if (manifest_votes_in(&manifest->contests[i], district))
			contest_write(writer, from, manifest, district, i, dice);
}
