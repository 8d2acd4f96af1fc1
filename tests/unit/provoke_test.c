#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

#include "station/provoke.h"

static void
tag_make(uint16_t number, uint8_t tag[TALLY_TAG_SIZE])
{
	memcpy(tag, PROVOKE_TEXT, sizeof PROVOKE_TEXT - 1);
	be16_store(tag + TALLY_TAG_SIZE - 2, number);
}

static void
every_number(void **state)
{
	uint8_t tag[TALLY_TAG_SIZE];

	(void)state;
	for (unsigned number = 0; number <= UINT16_MAX; number++) {
		tag_make((uint16_t)number, tag);
		assert_int_equal(provoke_verdict(tag),
				 number < TALLY_VERDICTS_COUNT ? number : TALLY_ACCEPTED);
	}
}

/* One byte of the text is another: a tag like others. */
static void
other_text(void **state)
{
	uint8_t tag[TALLY_TAG_SIZE];

	(void)state;
	for (size_t i = 0; i < TALLY_TAG_SIZE - 2; i++) {
		tag_make(TALLY_PAUSED, tag);
		tag[i] ^= 0x20;
		assert_int_equal(provoke_verdict(tag), TALLY_ACCEPTED);
	}
}

static struct stage *
open_stage(bool rehearsal, bool real)
{
	struct stage_wish wish = {.rehearsal = rehearsal, .campaign = {.real = real}};
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	stage_run(stage, 500);
	return stage;
}

/* A ballot of that tag for `option`. */
static void
submit(struct guest *guest, uint16_t number, uint16_t option)
{
	const struct campaign *campaign = &guest->stage->campaign;
	const struct note_private_key *frontend = &campaign->frontends[0];
	struct ballot_choice choice = {option, 1};
	uint8_t tag[TALLY_TAG_SIZE];
	uint8_t memory[512];
	struct ballot_head head = {campaign->manifest->id, tag, 1, 0, TALLY_SIGNING_FRONTEND};
	struct writer ballot = writer_make(memory, sizeof memory);

	tag_make(number, tag);
	ballot_head_write(&ballot, &head);
	ballot_choices_write(&ballot, &choice, 1);
	ballot_frontend_sign(&ballot, frontend->key.id, frontend->secret);
	assert_false(ballot.failed);
	guest_submit(guest, writer_view(&ballot));
}

static void
assert_no_ballot(struct guest *guest, uint16_t number)
{
	struct frame frame;
	struct frame_status status;
	uint8_t tag[TALLY_TAG_SIZE];

	tag_make(number, tag);
	guest_ask(guest, TALLY_MESSAGE_STATUS, bytes_make(tag, sizeof tag));
	stage_run(guest->stage, 50);
	assert_true(guest_next(guest, &frame));
	assert_true(frame_status_parse(frame.payload, &status));
	assert_false(status.known);
}

/* Every refusal, twice, in the order of arrival; nothing enters the log. */
static void
every_refusal(void **state)
{
	struct stage *stage = open_stage(true, false);
	struct guest guest = guest_join(stage, 0);

	(void)state;
	for (uint16_t number = 1; number < TALLY_VERDICTS_COUNT; number++) {
		submit(&guest, number, 0);
		submit(&guest, number, 1);
		guest_vote(&guest, number, 1, 0);
	}
	stage_run(stage, 100);
	for (uint16_t number = 1; number < TALLY_VERDICTS_COUNT; number++) {
		assert_int_equal(guest_expect(&guest, number), FRAME_NO_INDEX);
		assert_int_equal(guest_expect(&guest, number), FRAME_NO_INDEX);
		guest_expect(&guest, TALLY_ACCEPTED);
	}
	assert_int_equal(stage_count(stage, TALLY_ENTRY_BALLOT), TALLY_VERDICTS_COUNT - 1);
	assert_no_ballot(&guest, TALLY_HAS_VOTED);
	naive_compare(stage);
	stage_free(stage);
}

/* 0 and numbers without a verdict are voters like others: once. */
static void
ordinary_numbers(void **state)
{
	static const uint16_t numbers[] = {0, TALLY_VERDICTS_COUNT, UINT16_MAX};
	struct stage *stage = open_stage(true, false);
	struct guest guest = guest_join(stage, 0);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		submit(&guest, numbers[i], 0);
		submit(&guest, numbers[i], 1);
		stage_run(stage, 50);
		guest_expect(&guest, TALLY_ACCEPTED);
		guest_expect(&guest, TALLY_HAS_VOTED);
	}
	naive_compare(stage);
	stage_free(stage);
}

/* What is wrong with the ballot itself is said first. */
static void
not_genuine(void **state)
{
	struct stage *stage = open_stage(true, false);
	struct guest guest = guest_join(stage, 0);

	(void)state;
	submit(&guest, TALLY_PAUSED, 3);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_UNKNOWN_OPTION);
	stage_free(stage);
}

static void
assert_ordinary(struct stage *stage)
{
	struct guest guest = guest_join(stage, 0);

	submit(&guest, TALLY_PAUSED, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	naive_compare(stage);
	stage_free(stage);
}

/* Without --test, and with it in a campaign that is none: a voter like others. */
static void
only_in_rehearsals(void **state)
{
	(void)state;
	assert_ordinary(open_stage(false, false));
	assert_ordinary(open_stage(true, true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_number),  cmocka_unit_test(other_text),
	    cmocka_unit_test(every_refusal), cmocka_unit_test(ordinary_numbers),
	    cmocka_unit_test(not_genuine),   cmocka_unit_test(only_in_rehearsals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
