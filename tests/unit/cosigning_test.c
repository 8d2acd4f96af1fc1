#include "tests/lib/naive.h"
#include "tests/lib/witness.h"

enum {
	EVERY_S = 20,
	WAIT_S = 8,
};

static void
wait_out(struct stage *stage)
{
	stage_run(stage, WAIT_S * 1000 + 500);
}

/* The vote is open, and all entries are offered. */
static struct stage *
open_stage(size_t witnesses)
{
	const struct stage_wish wish = {.campaign = {.publish_min = 1,
						     .publish_every_s = EVERY_S,
						     .witnesses = witnesses,
						     .witness_wait_s = WAIT_S}};
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	stage_sleep(stage, EVERY_S * 1000 + 500);
	assert_int_equal(stage->offered.size, stage->entries_count);
	assert_int_equal(stage->published_count, 1); /* the manifest alone */
	stage->published_count = 0;
	return stage;
}

static void
end(struct stage *stage)
{
	stage_run(stage, 500);
	naive_compare(stage);
	stage_free(stage);
}

static uint32_t
cosign(struct guest *guest, size_t place)
{
	return witness_sends(guest, place, guest->stage->offered.size);
}

static void
test_all_sign(void **state)
{
	struct stage *stage = open_stage(2);
	struct guest guest = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	cosign(&guest, 1);
	stage_run(stage, 100);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), FRAME_NO_INDEX);
	assert_int_equal(stage->published_count, 0);
	cosign(&guest, 0);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->published_count, 1); /* at once */
	assert_int_equal(witness_lines(stage, 0), 1);
	assert_int_equal(witness_lines(stage, 1), 1);
	assert_int_equal(stage->published[0].size, stage->entries_count);
	end(stage);
}

static void
test_some_sign(void **state)
{
	struct stage *stage = open_stage(3);
	struct guest guest = guest_join(stage, 0);

	(void)state;
	cosign(&guest, 2);
	stage_run(stage, WAIT_S * 1000 - 1500);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->published_count, 0);
	stage_run(stage, 2000);
	assert_int_equal(stage->published_count, 1);
	assert_int_equal(witness_lines(stage, 0), 0);
	assert_int_equal(witness_lines(stage, 1), 0);
	assert_int_equal(witness_lines(stage, 2), 1);
	end(stage);
}

/* The wait is part of the cadence; lines are of one checkpoint only. */
static void
test_nobody_signs(void **state)
{
	struct stage *stage = open_stage(1);
	struct guest guest = guest_join(stage, 0);

	(void)state;
	wait_out(stage);
	assert_int_equal(stage->published_count, 1);
	assert_int_equal(witness_lines(stage, 0), 0);
	assert_int_equal(stage->offered.size, 0);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, (EVERY_S - WAIT_S - 2) * 1000);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->offered.size, 0);
	stage_run(stage, 2000);
	assert_int_equal(stage->offered.size, stage->entries_count);
	cosign(&guest, 0);
	stage_run(stage, 500);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->published_count, 2);
	assert_int_equal(witness_lines(stage, 0), 1);
	end(stage);
}

/* The files are seen before the station hears that they are there. */
static void
test_quick_witness(void **state)
{
	struct stage_wish wish = {.campaign = {.witnesses = 1}};
	struct stage *stage = stage_make(&wish, (struct test_random){1});
	struct station_publication due;
	struct guest guest;

	(void)state;
	stage->delays[STAGE_PUBLISH] = (struct stage_delay){1000, 1000, false};
	stage_run(stage, 900);
	assert_int_equal(stage_pending(stage, STAGE_PUBLISH), 1);
	station_publication(stage->station, &due);
	assert_true(due.waiting);
	stage->offered = due.checkpoint;
	stage->offered_size = due.note.size;
	memcpy(stage->offered_note, due.note.data, due.note.size);
	guest = guest_join(stage, GUEST_ANONYMOUS);
	cosign(&guest, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_run(stage, 2100);
	assert_int_equal(stage->published_count, 1);
	assert_int_equal(witness_lines(stage, 0), 1);
	end(stage);
}

static void
test_refusals(void **state)
{
	struct stage *stage = open_stage(2);
	struct guest guest = guest_join(stage, GUEST_ANONYMOUS);
	uint64_t size = stage->offered.size;
	uint8_t memory[8 + COSIGNATURE_LINE_MAX + 1] = {0};
	struct writer writer = writer_make(memory, sizeof memory);
	struct note_private_key stranger;
	uint8_t seed[TALLY_SEED_SIZE] = {'x'};

	(void)state;
	writer_u64(&writer, size);
	for (size_t length = 0; length <= 9; length++)
		guest_ask(&guest, TALLY_MESSAGE_COSIGN, bytes_make(memory, length));
	stage_run(stage, 200);
	for (size_t length = 0; length <= 9; length++)
		guest_expect(&guest, TALLY_MALFORMED);
	witness_sends(&guest, 0, size - 1);
	witness_sends(&guest, 0, size + 1);
	witness_sends(&guest, 0, UINT64_MAX);
	stage_run(stage, 100);
	for (size_t i = 0; i < 3; i++)
		guest_expect(&guest, TALLY_NOT_FOUND);
	note_private_key_make_as(&stranger, NOTE_KEY_COSIGNER, BYTES_OF("stranger.example"),
				 seed);
	cosignature_write(&writer, witness_text(stage), WITNESS_TIME, &stranger);
	guest_ask(&guest, TALLY_MESSAGE_COSIGN, writer_view(&writer));
	/* the log's own line, and a witness's name on a stranger's signature */
	writer.size = 8;
	writer_bytes(&writer, bytes_make(stage->offered_note + witness_text(stage).size + 1,
					 stage->offered_size - witness_text(stage).size - 1));
	guest_ask(&guest, TALLY_MESSAGE_COSIGN, writer_view(&writer));
	stranger.key = stage->campaign.witnesses[0].key;
	writer.size = 8;
	cosignature_write(&writer, witness_text(stage), WITNESS_TIME, &stranger);
	guest_ask(&guest, TALLY_MESSAGE_COSIGN, writer_view(&writer));
	stage_run(stage, 200);
	guest_expect(&guest, TALLY_UNKNOWN_SIGNER);
	guest_expect(&guest, TALLY_MALFORMED);
	guest_expect(&guest, TALLY_BAD_SIGNATURE);
	wait_out(stage);
	assert_int_equal(witness_lines(stage, 0) + witness_lines(stage, 1), 0);
	witness_sends(&guest, 0, size);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_NOT_FOUND); /* nothing waits */
	end(stage);
}

/* Told twice that it is accepted, and once in the note; also if both are verified at once. */
static void
test_twice(void **state)
{
	struct stage *stage = open_stage(2);
	struct guest first = guest_join(stage, GUEST_ANONYMOUS);
	struct guest second = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	stage_hold(stage, STAGE_READ);
	cosign(&first, 0);
	cosign(&second, 0);
	stage_run(stage, 100);
	assert_int_equal(stage_pending(stage, STAGE_READ), 2);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 100);
	guest_expect(&first, TALLY_ACCEPTED);
	guest_expect(&second, TALLY_ACCEPTED);
	assert_int_equal(stage->published_count, 0);
	cosign(&first, 0);
	stage_run(stage, 100);
	cosign(&first, 1);
	stage_run(stage, 100);
	guest_expect(&first, TALLY_ACCEPTED);
	guest_expect(&first, TALLY_ACCEPTED);
	assert_int_equal(stage->published_count, 1);
	assert_int_equal(witness_lines(stage, 0), 1);
	assert_int_equal(witness_lines(stage, 1), 1);
	end(stage);
}

/* A line still being verified when the wait is over comes too late. */
static void
test_too_late(void **state)
{
	struct stage *stage = open_stage(1);
	struct guest guest = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	stage_hold(stage, STAGE_READ);
	cosign(&guest, 0);
	wait_out(stage);
	assert_int_equal(stage->published_count, 1);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_NOT_FOUND);
	assert_int_equal(witness_lines(stage, 0), 0);
	end(stage);
}

/* Strangers' bad lines wait in the strangers' places; a member's line and ballots pass them. */
static void
test_flood(void **state)
{
	struct stage *stage = open_stage(1);
	struct guest floods[40];
	struct guest member = guest_join(stage, 0);
	uint8_t memory[8 + COSIGNATURE_LINE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct note_private_key forger = stage->campaign.authorities[0];

	(void)state;
	forger.key = stage->campaign.witnesses[0].key;
	writer_u64(&writer, stage->offered.size);
	cosignature_write(&writer, witness_text(stage), WITNESS_TIME, &forger);
	stage_hold(stage, STAGE_READ);
	for (size_t i = 0; i < 40; i++) {
		floods[i] = guest_join(stage, GUEST_ANONYMOUS);
		for (size_t n = 0; n < 2 * window_reads; n++)
			guest_ask(&floods[i], TALLY_MESSAGE_COSIGN, writer_view(&writer));
	}
	stage_run(stage, 100);
	assert_int_equal(stage->station->reads_taken, reads_anonymous_max);
	assert_true(stage_pending(stage, STAGE_READ) <= stage->wish.workers + 1);
	cosign(&member, 0);
	guest_vote(&member, 1, 1, 0);
	stage_run(stage, 100);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 100);
	assert_int_equal(stage->published_count, 1);
	assert_int_equal(witness_lines(stage, 0), 1);
	stage_run(stage, 2000);
	assert_int_equal(stage->station->reads_taken, 0);
	stage_run(stage, 500);
	assert_true(stage_count(stage, TALLY_ENTRY_BALLOT) == 1);
	stage_free(stage);
}

static void
test_stop_while_waiting(void **state)
{
	struct stage *stage = open_stage(2);
	struct guest guest = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	cosign(&guest, 0);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_step(stage, (struct station_event){.kind = STATION_STOP});
	stage_run(stage, 1000);
	assert_true(stage->stopped);
	assert_int_equal(stage->published[stage->published_count - 1].size,
			 stage->entries_count);
	assert_int_equal(witness_lines(stage, 0), 1);
	end(stage);
}

/* What is due only when stopping is not offered to anybody. */
static void
test_stop_with_new_ballots(void **state)
{
	struct stage *stage = open_stage(1);
	struct guest guest = guest_join(stage, 0);
	size_t asked;

	(void)state;
	cosign(&guest, 0);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 500);
	guest_expect(&guest, TALLY_ACCEPTED);
	asked = stage->asked[STAGE_PUBLISH];
	stage_step(stage, (struct station_event){.kind = STATION_STOP});
	stage_run(stage, 1000);
	assert_true(stage->stopped);
	assert_int_equal(stage->asked[STAGE_PUBLISH], asked + 1);
	assert_int_equal(stage->published[stage->published_count - 1].size,
			 stage->entries_count);
	assert_int_equal(witness_lines(stage, 0), 0);
	end(stage);
}

/* Offered, cosigned, and then not published: what was accepted is published when it can be. */
static void
test_accepted_lines_are_kept(void **state)
{
	struct stage *stage = open_stage(2);
	struct guest guest = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	stage->publish_fails = true;
	cosign(&guest, 1);
	wait_out(stage);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->published_count, 0);
	stage->publish_fails = false;
	stage->offered.size = 0;
	stage_run(stage, 5000);
	assert_int_equal(stage->offered.size, stage->entries_count); /* for the other one */
	assert_int_equal(stage->published_count, 0);
	cosign(&guest, 0);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->published_count, 1);
	assert_int_equal(witness_lines(stage, 0), 1);
	assert_int_equal(witness_lines(stage, 1), 1);
	end(stage);
}

/* A larger one is offered anew, without old lines. */
static void
test_publication_fails_after_the_wait(void **state)
{
	struct stage *stage = open_stage(1);
	struct guest guest = guest_join(stage, GUEST_ANONYMOUS);
	struct guest voter = guest_join(stage, 0);

	(void)state;
	stage->publish_fails = true;
	cosign(&guest, 0);
	stage_run(stage, 1000);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->published_count, 0);
	guest_vote(&voter, 1, 1, 0);
	stage_run(stage, 1000);
	guest_expect(&voter, TALLY_ACCEPTED);
	stage->publish_fails = false;
	stage->offered.size = 0;
	stage_run(stage, 5000);
	assert_int_equal(stage->published_count, 0);
	assert_int_equal(stage->offered.size, stage->entries_count);
	wait_out(stage);
	assert_int_equal(stage->published_count, 1);
	assert_int_equal(witness_lines(stage, 0), 0);
	end(stage);
}

/* The files cannot be made: nobody is asked to sign what is not there. */
static void
test_offering_fails(void **state)
{
	struct stage_wish wish = {.campaign = {.witnesses = 1, .witness_wait_s = WAIT_S}};
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	(void)state;
	stage->publish_fails = true;
	stage_run(stage, 16000);
	assert_in_range(stage->asked[STAGE_PUBLISH], 3, 4); /* every 5 s */
	assert_int_equal(stage->offered.size, 0);
	stage->publish_fails = false;
	stage_run(stage, 5000);
	assert_true(stage->offered.size > 0);
	stage_step(stage, (struct station_event){.kind = STATION_STOP});
	stage_run(stage, 500);
	assert_true(stage->stopped);
	end(stage);
}

static void
test_crash_while_waiting(void **state)
{
	struct stage *stage = open_stage(1);
	struct guest guest = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	stage_crash(stage);
	stage->offered.size = 0;
	stage_restart(stage, false);
	stage_run(stage, 1000);
	assert_int_equal(stage->published_count, 0);
	assert_int_equal(stage->offered.size, stage->entries_count);
	guest = guest_join(stage, GUEST_ANONYMOUS);
	cosign(&guest, 0);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(witness_lines(stage, 0), 1);
	end(stage);
}

/* L5: what waits is not published any more. */
static void
test_fallen_behind_while_waiting(void **state)
{
	struct stage *stage = open_stage(1);
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct guest guest;
	struct frame hello;

	(void)state;
	guest = guest_connect(stage, &hello);
	guest_auth(&guest, &hello, 0,
		   stage_forge_note(stage, stage->entries_count, 0x5a, memory));
	stage_run(stage, 1000);
	assert_int_equal(stage->ahead, 1);
	wait_out(stage);
	assert_int_equal(stage->published_count, 0);
	stage_free(stage);
}

/* The same where the publisher has not yet put what is to wait. */
static void
test_fallen_behind_while_offered(void **state)
{
	const struct stage_wish wish = {
	    .campaign = {.publish_min = 1, .witnesses = 1, .witness_wait_s = WAIT_S}};
	struct stage *stage = stage_make(&wish, (struct test_random){1});
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct guest guest;
	struct frame hello;

	(void)state;
	stage_hold(stage, STAGE_PUBLISH);
	stage_run(stage, 1000);
	assert_int_equal(stage->station->publishing, PUBLISHING_OFFERED);
	guest = guest_connect(stage, &hello);
	guest_auth(&guest, &hello, 0, stage_forge_note(stage, 1, 0x5a, memory));
	stage_run(stage, 1000);
	assert_int_equal(stage->ahead, 1);
	stage_release(stage, STAGE_PUBLISH);
	wait_out(stage);
	assert_int_equal(stage->published_count, 0);
	stage_free(stage);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_sign),
	    cmocka_unit_test(test_some_sign),
	    cmocka_unit_test(test_nobody_signs),
	    cmocka_unit_test(test_quick_witness),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_twice),
	    cmocka_unit_test(test_too_late),
	    cmocka_unit_test(test_flood),
	    cmocka_unit_test(test_stop_while_waiting),
	    cmocka_unit_test(test_stop_with_new_ballots),
	    cmocka_unit_test(test_accepted_lines_are_kept),
	    cmocka_unit_test(test_publication_fails_after_the_wait),
	    cmocka_unit_test(test_offering_fails),
	    cmocka_unit_test(test_crash_while_waiting),
	    cmocka_unit_test(test_fallen_behind_while_waiting),
	    cmocka_unit_test(test_fallen_behind_while_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
