#include "tools/lib/winners.h"

#include <stdlib.h>

#include "limits.h"

static enum tally_exit
no_memory(struct trouble *trouble)
{
	return trouble_set(trouble, TALLY_EXIT_WORLD, "not enough memory to decide who wins");
}

/* Adds a counted ballot to the profiles that are wanted: one for each contest, or NULL. */
static bool
ballot_add(const struct manifest *manifest, const struct ballot *ballot,
	   struct profile *const *profiles)
{
	struct reader reader = reader_make(ballot->choices);
	bool added = true;

	for (size_t i = 0; i < manifest->contests_count && added; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		struct ballot_choices choices;

		if (!manifest_votes_in(contest, ballot->district))
			continue;
		choices = ballot_choices_next(&reader);
		if (profiles[i] != NULL)
			added = profile_add(profiles[i], &choices);
	}
	return added;
}

static bool
bundle_add(const struct bundle *bundle, const struct recount *recount,
	   struct profile *const *profiles)
{
	bool added = true;

	for (unsigned i = 0; i < bundle->count && added; i++) {
		struct entry entry;
		struct ballot ballot;

		if (bundle->first + i >= recount->replay.index)
			break;
		CHECK(entry_parse(bundle->entries[i], &entry));
		if (entry.kind != TALLY_ENTRY_BALLOT ||
		    ousted_has(&recount->ousted, bundle->first + i))
			continue;
		CHECK(ballot_parse(entry.body, &ballot) == TALLY_ACCEPTED);
		added = ballot_add(recount->manifest, &ballot, profiles);
	}
	return added;
}

static enum tally_exit
profiles_read(const struct scroll *scroll, const struct recount *recount,
	      struct profile *const *profiles, struct trouble *trouble)
{
	uint64_t end = recount->replay.index;
	enum tally_exit status = TALLY_EXIT_FINE;
	struct bundle bundle;

	CHECK(end <= scroll->size);
	bundle_init(&bundle);
	for (uint64_t n = 0; n * TALLY_TILE_WIDTH < end && status == TALLY_EXIT_FINE; n++) {
		status = scroll_read(scroll, n, &bundle, trouble);
		if (status == TALLY_EXIT_FINE && !bundle_add(&bundle, recount, profiles))
			status = no_memory(trouble);
	}
	bundle_free(&bundle);
	for (size_t i = 0; i < recount->manifest->contests_count; i++) {
		if (status == TALLY_EXIT_FINE && profiles[i] != NULL &&
		    !profile_settle(profiles[i]))
			status = no_memory(trouble);
	}
	return status;
}

enum tally_exit
winners_profile(const struct scroll *scroll, const struct recount *recount, size_t contest,
		struct profile *profile, struct trouble *trouble)
{
	struct profile *wanted[contests_max] = {NULL};

	profile_init(profile);
	wanted[contest] = profile;
	return profiles_read(scroll, recount, wanted, trouble);
}

enum tally_exit
winners_profiles(const struct scroll *scroll, const struct recount *recount,
		 struct profile *profiles, struct trouble *trouble)
{
	const struct manifest *manifest = recount->manifest;
	struct profile *wanted[contests_max] = {NULL};
	bool any = false;

	for (size_t i = 0; i < manifest->contests_count; i++) {
		profile_init(&profiles[i]);
		if (!outcome_needs_profile(&manifest->contests[i]))
			continue;
		wanted[i] = &profiles[i];
		any = true;
	}
	return any ? profiles_read(scroll, recount, wanted, trouble) : TALLY_EXIT_FINE;
}

static enum tally_exit
contests_decide(const struct recount *recount, const struct profile *profiles,
		struct winners *out, struct trouble *trouble)
{
	struct outcome_given given = {.manifest = recount->manifest,
				      .counts = &recount->replay.counts,
				      .law = &recount->replay.law};

	for (size_t i = 0; i < out->contests_count; i++) {
		struct winners_contest *contest = &out->contests[i];

		contest->status = outcome_decide(&given, i, &profiles[i], &contest->outcome);
		if (contest->status == OUTCOME_NO_MEMORY)
			return no_memory(trouble);
	}
	return TALLY_EXIT_FINE;
}

enum tally_exit
winners_decide(const struct scroll *scroll, const struct recount *recount, struct winners *out,
	       struct trouble *trouble)
{
	size_t count = recount->manifest->contests_count;
	struct profile *profiles = calloc(count, sizeof *profiles);
	enum tally_exit status = TALLY_EXIT_FINE;

	*out = (struct winners){count, calloc(count, sizeof *out->contests)};
	if (profiles == NULL || out->contests == NULL)
		status = no_memory(trouble);
	if (status == TALLY_EXIT_FINE)
		status = winners_profiles(scroll, recount, profiles, trouble);
	if (status == TALLY_EXIT_FINE)
		status = contests_decide(recount, profiles, out, trouble);
	for (size_t i = 0; i < count && profiles != NULL; i++)
		profile_free(&profiles[i]);
	free(profiles);
	if (status != TALLY_EXIT_FINE)
		winners_free(out);
	return status;
}

void
winners_free(struct winners *winners)
{
	for (size_t i = 0; i < winners->contests_count && winners->contests != NULL; i++)
		outcome_free(&winners->contests[i].outcome);
	free(winners->contests);
	*winners = (struct winners){0};
}
