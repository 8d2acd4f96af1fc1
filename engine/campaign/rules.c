#include "campaign/rules.h"

#include "campaign/method.h"
#include "limits.h"

static enum tally_verdict
options_check(const struct manifest_contest *contest, const struct ballot_choices *choices)
{
	long before = -1;

	for (size_t i = 0; i < choices->count; i++) {
		long option = ballot_choice_at(choices, i).option;

		if ((size_t)option >= contest->options_count)
			return TALLY_UNKNOWN_OPTION;
		if (option <= before)
			return TALLY_NOT_CANONICAL;
		before = option;
	}
	return TALLY_ACCEPTED;
}

/* What a ballot does in one contest. */
struct made {
	uint32_t count; /* choices */
	int64_t cost;   /* MANIFEST_MONEY_MAX keeps the sum from overflowing */
};

/* Of all choices, or of those among the marked options. */
static struct made
made_of(const struct manifest_contest *contest, const struct ballot_choices *choices,
	const uint8_t *options)
{
	struct made made = {0};

	for (size_t i = 0; i < choices->count; i++) {
		size_t option = ballot_choice_at(choices, i).option;

		if (options != NULL && options[option] == 0)
			continue;
		made.count++;
		made.cost += contest->options[option].cost;
	}
	return made;
}

static bool
within(int64_t cap, int64_t cost)
{
	return cap < 0 || cost <= cap;
}

static enum tally_verdict
size_check(const struct manifest_contest *contest, const struct made *made)
{
	if (made->count < contest->min)
		return TALLY_TOO_FEW_CHOICES;
	if (made->count > contest->max)
		return TALLY_TOO_MANY_CHOICES;
	return within(contest->budget_cap, made->cost) ? TALLY_ACCEPTED : TALLY_OVER_BUDGET;
}

static bool
groups_kept(const struct manifest_contest *contest, const struct ballot_choices *choices,
	    const struct manifest_group *groups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct made made = made_of(contest, choices, groups[i].options);

		if (made.count < groups[i].min || made.count > groups[i].max ||
		    !within(groups[i].budget_cap, made.cost))
			return false;
	}
	return true;
}

/* Options without a zone lie in none. */
static enum tally_verdict
zones_check(const struct manifest_contest *contest, const struct ballot_choices *choices,
	    uint16_t district)
{
	const struct manifest_limits *limits = &contest->limits;
	uint64_t seen[(districts_max + 63) / 64] = {0};
	uint32_t zones = 0, own = 0, others = 0;

	for (size_t i = 0; i < choices->count; i++) {
		const struct manifest_option *option =
		    &contest->options[ballot_choice_at(choices, i).option];
		uint64_t *word = &seen[option->zone_at / 64];
		uint64_t bit = (uint64_t)1 << option->zone_at % 64;

		if (option->zone == NULL)
			continue;
		zones += (*word & bit) == 0;
		*word |= bit;
		own += option->zone_at == district;
		others += option->zone_at != district;
	}
	if (own > limits->own_max || others > limits->other_max ||
	    !groups_kept(contest, choices, limits->zones, limits->zones_count))
		return TALLY_ZONE_LIMIT;
	return zones > limits->zones_max ? TALLY_TOO_MANY_ZONES : TALLY_ACCEPTED;
}

static enum tally_verdict
groups_check(const struct manifest_contest *contest, const struct ballot_choices *choices,
	     uint16_t district)
{
	const struct manifest_limits *limits = &contest->limits;
	enum tally_verdict verdict;

	if (!groups_kept(contest, choices, limits->categories, limits->categories_count))
		return TALLY_CATEGORY_LIMIT;
	verdict = zones_check(contest, choices, district);
	for (size_t i = 0; i < limits->exclusions_count && verdict == TALLY_ACCEPTED; i++) {
		if (made_of(contest, choices, limits->exclusions[i].options).count > 1)
			verdict = TALLY_EXCLUSIVE_OPTIONS;
	}
	return verdict;
}

static enum tally_verdict
contest_check(const struct manifest_contest *contest, uint16_t district, struct reader *reader,
	      struct made *made)
{
	struct ballot_choices choices = ballot_choices_next(reader);
	enum tally_verdict verdict;

	if (reader->failed)
		return TALLY_MALFORMED;
	if (choices.blank)
		return contest->blank ? TALLY_ACCEPTED : TALLY_BLANK_NOT_ALLOWED;
	if (choices.count == 0)
		return TALLY_ACCEPTED;
	verdict = options_check(contest, &choices);
	if (verdict == TALLY_ACCEPTED)
		verdict = method_of(contest->method)->check(contest, &choices);
	if (verdict != TALLY_ACCEPTED)
		return verdict;
	*made = made_of(contest, &choices, NULL);
	verdict = size_check(contest, made);
	return verdict == TALLY_ACCEPTED ? groups_check(contest, &choices, district) : verdict;
}

static enum tally_verdict
across_check(const struct manifest_across *across, const struct made *made, size_t count)
{
	uint32_t contests = 0;
	struct made all = {0};

	for (size_t i = 0; i < count; i++) {
		if (across->contests[i] == 0)
			continue;
		contests += made[i].count > 0;
		all.count += made[i].count;
		all.cost += made[i].cost;
	}
	if (all.count > across->max)
		return TALLY_TOO_MANY_ACROSS;
	if (contests > across->contests_max)
		return TALLY_TOO_MANY_CONTESTS;
	return within(across->budget_cap, all.cost) ? TALLY_ACCEPTED : TALLY_OVER_BUDGET;
}

static enum tally_verdict
choices_check(const struct manifest *manifest, const struct ballot *ballot)
{
	struct reader reader = reader_make(ballot->choices);
	struct made made[contests_max]; /* zeroing all of it would cost more than the checks */
	enum tally_verdict verdict = TALLY_ACCEPTED;

	for (size_t i = 0; i < manifest->contests_count && verdict == TALLY_ACCEPTED; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];

		made[i] = (struct made){0};
		if (manifest_votes_in(contest, ballot->district))
			verdict = contest_check(contest, ballot->district, &reader, &made[i]);
	}
	if (verdict == TALLY_ACCEPTED && !reader_done(&reader))
		verdict = TALLY_MALFORMED;
	for (size_t i = 0; i < manifest->across_count && verdict == TALLY_ACCEPTED; i++)
		verdict = across_check(&manifest->across[i], made, manifest->contests_count);
	return verdict;
}

/* Under `first` every void can ask for one more. */
static uint16_t
revision_max(const struct manifest *manifest)
{
	return manifest->revote == MANIFEST_REVOTE_FIRST ? revisions_limit
							 : manifest->revisions_max;
}

enum tally_verdict
rules_check(const struct manifest *manifest, const struct ballot *ballot)
{
	if (!bytes_equal(bytes_make(ballot->campaign, TALLY_HASH_SIZE),
			 bytes_make(manifest->id, TALLY_HASH_SIZE)))
		return TALLY_WRONG_CAMPAIGN;
	if (ballot->signing != manifest->signing)
		return TALLY_MALFORMED;
	if (ballot->district >= manifest_districts(manifest))
		return TALLY_UNKNOWN_DISTRICT;
	if (ballot->revision > revision_max(manifest))
		return TALLY_BAD_REVISION;
	return choices_check(manifest, ballot);
}

unsigned
rules_rank(const struct manifest *manifest, uint32_t key_id)
{
	const struct manifest_frontend *frontend;

	if (manifest->precedence == MANIFEST_PRECEDENCE_NONE)
		return 0;
	frontend = manifest_frontend_find(manifest, key_id);
	return frontend != NULL &&
	       frontend->booth == (manifest->precedence == MANIFEST_PRECEDENCE_BOOTH);
}

unsigned
rules_ballots_max(const struct manifest *manifest)
{
	unsigned ranks = manifest->precedence == MANIFEST_PRECEDENCE_NONE ? 1 : 2;

	return manifest->revisions_max * ranks;
}
