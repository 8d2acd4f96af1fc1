#include "campaign/rules.h"

#include "campaign/method.h"

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

static enum tally_verdict
contest_check(const struct manifest_contest *contest, struct reader *reader)
{
	const struct method *method = method_of(contest->method);
	struct ballot_choices choices = ballot_choices_next(reader);
	enum tally_verdict verdict;

	if (reader->failed)
		return TALLY_MALFORMED;
	if (choices.blank)
		return contest->blank ? TALLY_ACCEPTED : TALLY_BLANK_NOT_ALLOWED;
	if (choices.count == 0)
		return TALLY_ACCEPTED;
	verdict = options_check(contest, &choices);
	if (verdict != TALLY_ACCEPTED)
		return verdict;
	return method->check == NULL ? TALLY_NOT_SUPPORTED : method->check(contest, &choices);
}

enum tally_verdict
rules_check(const struct manifest *manifest, const struct ballot *ballot)
{
	struct reader reader = reader_make(ballot->choices);

	if (!bytes_equal(bytes_make(ballot->campaign, TALLY_HASH_SIZE),
			 bytes_make(manifest->id, TALLY_HASH_SIZE)))
		return TALLY_WRONG_CAMPAIGN;
	if (ballot->signing != manifest->signing)
		return TALLY_MALFORMED;
	if (ballot->district >= manifest_districts(manifest))
		return TALLY_UNKNOWN_DISTRICT;
	if (ballot->revision > manifest->revisions_max)
		return TALLY_BAD_REVISION;
	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		enum tally_verdict verdict;

		if (!manifest_votes_in(contest, ballot->district))
			continue;
		verdict = contest_check(contest, &reader);
		if (verdict != TALLY_ACCEPTED)
			return verdict;
	}
	return reader_done(&reader) ? TALLY_ACCEPTED : TALLY_MALFORMED;
}
