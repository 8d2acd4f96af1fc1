#include "tests/lib/ballotbox.h"

#include <string.h>

#include "tests/lib/test.h"

void
ballotbox_init(struct ballotbox *box, const struct manifest_contest *contest)
{
	static const uint8_t district = 1; /* the only one votes in both */

	static const struct manifest_option options[BALLOTBOX_OPTIONS_FIRST];
	struct manifest_contest *own = &box->contests[BALLOTBOX_CONTEST];

	*box = (struct ballotbox){
	    .contests = {{.id = "other",
			  .method = MANIFEST_METHOD_APPROVAL,
			  .all_districts = true,
			  .districts = &district,
			  .options = options,
			  .options_count = BALLOTBOX_OPTIONS_FIRST},
			 *contest},
	};
	own->all_districts = true;
	own->districts = &district;
	own->options_first = BALLOTBOX_OPTIONS_FIRST;
	box->manifest.contests = box->contests;
	box->manifest.contests_count = BALLOTBOX_CONTEST + 1;
	box->manifest.options_count = BALLOTBOX_OPTIONS_FIRST + contest->options_count;
	if (contest->method == MANIFEST_METHOD_RANKED) {
		size_t count = contest->options_count;

		own->max = (uint32_t)count;
		box->manifest.positions_count = count * count;
		box->manifest.pairs_count = count * count;
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
		ballot_choices_write(&writer, NULL, 0);
		ballot_choices_write(&writer, choices, vote->count);
		ballot.choices = writer_view(&writer);
		for (uint64_t i = 0; i < vote->weight; i++) {
			counts_add(&box->counts, &box->manifest, &ballot);
			reader = reader_make(ballot.choices);
			(void)ballot_choices_next(&reader);
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
	assert_int_equal(
	    outcome_decide(&given, BALLOTBOX_CONTEST, &box->profile, &box->outcome),
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
