#include "tests/lib/ballotbox.h"

#include <string.h>

#include "tests/lib/test.h"

void
ballotbox_init(struct ballotbox *box, const struct manifest_contest *contest)
{
	static const uint8_t district = 1; /* the only one votes in it */

	*box = (struct ballotbox){.contest = *contest};
	box->contest.all_districts = true;
	box->contest.districts = &district;
	box->manifest.contests = &box->contest;
	box->manifest.contests_count = 1;
	box->manifest.options_count = contest->options_count;
	if (contest->method == MANIFEST_METHOD_RANKED) {
		size_t options = contest->options_count;

		box->contest.max = (uint32_t)options;
		box->manifest.positions_count = options * options;
		box->manifest.pairs_count = options * options;
	}
	box->memory = aligned_alloc(8, counts_memory(&box->manifest));
	assert_non_null(box->memory);
	counts_init(&box->counts, &box->manifest, box->memory);
	profile_init(&box->profile);
}

void
ballotbox_drop(struct ballotbox *box, const struct profile *votes)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct ballot_choice choices[SLOW_OPTIONS_MAX];

	for (size_t row = 0; row < votes->rows_count; row++) {
		const struct profile_row *vote = &votes->rows[row];
		struct writer writer = writer_make(memory, sizeof(memory));
		struct ballot ballot = {.revision = 1};
		struct ballot_choices read;
		struct reader reader;

		for (size_t i = 0; i < vote->count; i++)
			choices[i] =
			    (struct ballot_choice){votes->choices[vote->first + i].option,
						   votes->choices[vote->first + i].value};
		ballot_choices_write(&writer, choices, vote->count);
		ballot.choices = writer_view(&writer);
		for (uint64_t i = 0; i < vote->weight; i++) {
			counts_add(&box->counts, &box->manifest, &ballot);
			reader = reader_make(ballot.choices);
			read = ballot_choices_next(&reader);
			assert_true(profile_add(&box->profile, &read));
		}
	}
}

void
ballotbox_decide(struct ballotbox *box, struct slow_list *won)
{
	const struct outcome_given given = {
	    .manifest = &box->manifest, .counts = &box->counts, .law = &box->law};

	assert_true(profile_settle(&box->profile));
	assert_int_equal(outcome_decide(&given, 0, &box->profile, &box->outcome),
			 OUTCOME_DECIDED);
	won->count = 0;
	for (size_t i = 0; i < box->outcome.result.winners_count; i++)
		won->options[won->count++] = box->outcome.result.winners[i];
}

void
ballotbox_free(struct ballotbox *box)
{
	outcome_free(&box->outcome);
	profile_free(&box->profile);
	free(box->memory);
}
