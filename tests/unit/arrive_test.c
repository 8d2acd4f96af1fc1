#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

static struct stage *
open_stage(struct stage_wish wish)
{
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	stage_run(stage, 500);
	return stage;
}

static void
end(struct stage *stage)
{
	stage_run(stage, 500);
	naive_compare(stage);
	stage_free(stage);
}

/* --- refusals at the door ----------------------------------------------------------------- */

static void
test_refused_at_the_door(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct guest stranger = guest_join(stage, GUEST_ANONYMOUS);
	static uint8_t bytes[TALLY_WIRE_PAYLOAD_MAX];

	(void)state;
	guest_submit(&guest, bytes_make(bytes, TALLY_BALLOT_SIZE_MAX + 1));
	guest_submit(&guest, bytes_make(bytes, TALLY_BALLOT_SIZE_MAX));
	guest_submit(&guest, bytes_make(bytes, TALLY_WIRE_PAYLOAD_MAX));
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, bytes_make(bytes, TALLY_NOTICE_SIZE_MAX + 1));
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, bytes_make(bytes, TALLY_NOTICE_SIZE_MAX));
	guest_ask(&guest, TALLY_MESSAGE_STATUS, bytes_make(bytes, TALLY_TAG_SIZE - 1));
	guest_ask(&guest, TALLY_MESSAGE_STATUS, bytes_make(bytes, TALLY_TAG_SIZE + 1));
	guest_ask(&guest, TALLY_MESSAGE_STATE, bytes_make(bytes, 1));
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&stranger, 2, 1, 0);
	guest_status(&stranger, 1);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_TOO_LARGE);
	guest_expect(&guest, TALLY_MALFORMED);
	guest_expect(&guest, TALLY_TOO_LARGE);
	guest_expect(&guest, TALLY_TOO_LARGE);
	guest_expect(&guest, TALLY_MALFORMED);
	guest_expect(&guest, TALLY_MALFORMED);
	guest_expect(&guest, TALLY_MALFORMED);
	guest_expect(&guest, TALLY_MALFORMED);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&stranger, TALLY_NOT_FOR_YOU);
	guest_expect(&stranger, TALLY_NOT_FOR_YOU);
	end(stage);
}

/* Under policy last a ballot takes twice its room: the largest frames still fit a parcel. */
static void
test_largest_frames_with_revotes(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.campaign = {.revisions_max = 3}});
	struct guest guest = guest_join(stage, 0);
	static uint8_t bytes[TALLY_WIRE_PAYLOAD_MAX];

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	for (int i = 0; i < 3; i++) {
		guest_submit(&guest, bytes_make(bytes, TALLY_WIRE_PAYLOAD_MAX));
		guest_ask(&guest, TALLY_MESSAGE_NOTICE,
			  bytes_make(bytes, TALLY_NOTICE_SIZE_MAX));
		guest_submit(&guest, bytes_make(bytes, TALLY_BALLOT_SIZE_MAX));
		guest_vote(&guest, 1, (uint16_t)(2 + i), 1);
	}
	guest_ask(&guest, (enum tally_message)200, bytes_make(bytes, TALLY_WIRE_PAYLOAD_MAX));
	stage_run(stage, 200);
	for (int i = 0; i < 3; i++) {
		guest_expect(&guest, TALLY_TOO_LARGE);
		guest_expect(&guest, TALLY_MALFORMED);
		guest_expect(&guest, TALLY_MALFORMED);
		guest_expect(&guest, i < 2 ? TALLY_ACCEPTED : TALLY_BAD_REVISION);
	}
	guest_expect_goodbye(&guest, TALLY_MALFORMED);
	end(stage);
}

/* A question a second later is a new second. */
static void
test_status_slows_down(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct guest other = guest_join(stage, 0);
	struct frame frame;
	int known = 0;

	(void)state;
	for (int i = 0; i < status_per_second + 3; i++)
		guest_status(&guest, 1);
	guest_status(&other, 1);
	stage_run(stage, 100);
	while (known < status_per_second && guest_next(&guest, &frame) &&
	       frame.message == TALLY_MESSAGE_STATUS_IS)
		known++;
	assert_int_equal(known, status_per_second);
	guest.answered = status_per_second;
	for (int i = 0; i < 3; i++)
		guest_expect(&guest, TALLY_SLOW_DOWN);
	assert_true(guest_next(&other, &frame)); /* each connection for itself */
	assert_int_equal(frame.message, TALLY_MESSAGE_STATUS_IS);
	stage_run(stage, 1000);
	guest_status(&guest, 1);
	stage_run(stage, 100);
	assert_true(guest_next(&guest, &frame));
	assert_int_equal(frame.message, TALLY_MESSAGE_STATUS_IS);
	end(stage);
}

/* What came before is answered, what came after is not looked at. */
static void
malformed_ends(struct bytes rubbish)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);

	stage_hold(stage, STAGE_COMMIT);
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 1, 1, 1);
	stage_send(stage, guest.number, rubbish);
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 100);
	guest_expect_nothing(&guest);
	assert_true(guest_is_there(&guest));
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_HAS_VOTED);
	guest_expect_goodbye(&guest, TALLY_MALFORMED);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_BALLOT), 1);
	end(stage);
}

static void
test_malformed_ends(void **state)
{
	(void)state;
	malformed_ends(BYTES_OF("\xff\xff\xff\xff\x02\x00\x00\x00\x00\x00\x00\x01"));
	malformed_ends(BYTES_OF("\x00\x00\x00\x00\x02\x01\x00\x00\x00\x00\x00\x01"));
	malformed_ends(BYTES_OF("\x00\x00\x00\x01\x63\x00\x00\x00\x00\x00\x00\x01x"));
	malformed_ends(BYTES_OF("\x00\x00\x00\x00\x83\x00\x00\x00\x00\x00\x00\x01"));
}

/* What came at one moment is one job and one batch, whoever sent it. */
static void
test_together(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.together = true, .workers = 4});
	struct guest guests[4];
	size_t jobs;
	size_t batches;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		guests[i] = guest_join(stage, 0);
	stage_run(stage, 100);
	jobs = stage->asked[STAGE_VERIFY];
	batches = stage->batches_count;
	for (size_t i = 0; i < 4; i++)
		guest_vote(&guests[i], i + 1, 1, 0);
	stage_run(stage, 100);
	assert_int_equal(stage->asked[STAGE_VERIFY], jobs + 1);
	assert_int_equal(stage->batches_count, batches + 1);
	for (size_t i = 0; i < 4; i++)
		guest_expect(&guests[i], TALLY_ACCEPTED);
	end(stage);
}

/* --- windows ------------------------------------------------------------------------------ */

/* Workers stand still and everybody sends without end: what is taken is bounded, nobody loses
 * anything, and when the workers go on everything is answered. */
static void
test_workers_stand_still(void **state)
{
	enum {
		guests_count = 5,
		each = 2500
	};
	struct stage *stage = open_stage(
	    (struct stage_wish){.workers = 3, .campaign = {.voters_max = guests_count * each}});
	struct guest guests[guests_count];
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = guest_ballot(stage, 1, 1, 0, memory);
	size_t taken = 0;
	size_t total;

	(void)state;
	memory[ballot.size - 1] ^= 1;
	stage_hold(stage, STAGE_VERIFY);
	for (size_t i = 0; i < guests_count; i++)
		guests[i] = guest_join(stage, 0);
	for (size_t i = 0; i < guests_count; i++)
		for (size_t k = 0; k < each; k++)
			guest_submit(&guests[i], ballot);
	stage_run(stage, 500);
	assert_int_equal(stage_pending(stage, STAGE_VERIFY), 6); /* a full one behind each */
	for (size_t i = 0; i < guests_count; i++) {
		const struct connection *connection =
		    &stage->station->connections[guests[i].number];

		taken += connection->owed_requests;
		assert_true(connection->owed_requests <= window_requests);
		assert_true(stage->sockets[guests[i].number].paused);
		assert_true(stage->sockets[guests[i].number].in_first <
			    stage->sockets[guests[i].number].in_end);
	}
	assert_true(taken <= pipeline_items);
	assert_true(taken >= pipeline_items - 4 * parcel_items_plain);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 5000);
	for (size_t i = 0; i < guests_count; i++) {
		assert_int_equal(guest_verdicts(&guests[i], TALLY_BAD_SIGNATURE, &total), each);
		assert_int_equal(total, each);
	}
	end(stage);
}

/* The disk stands still: questions that need no worker fill parcels all the same. */
static void
test_disk_stands_still(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.workers = 1});
	struct guest guest = guest_join(stage, 0);
	struct guest asking[4];
	struct frame frame;
	size_t taken = 0;

	(void)state;
	stage_hold(stage, STAGE_COMMIT);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 20);
	for (size_t i = 0; i < 4; i++) {
		asking[i] = guest_join(stage, GUEST_ANONYMOUS);
		for (size_t k = 0; k < 400; k++)
			guest_ask(&asking[i], TALLY_MESSAGE_STATE, bytes_make(NULL, 0));
	}
	stage_run(stage, 100);
	for (size_t i = 0; i < 4; i++) {
		taken += stage->station->connections[asking[i].number].owed_requests;
		guest_expect_nothing(&asking[i]);
	}
	assert_int_equal(taken, 4 * 400);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 100);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 400; k++) {
			assert_true(guest_next(&asking[i], &frame));
			assert_int_equal(frame.message, TALLY_MESSAGE_STATE_IS);
			assert_int_equal(frame.correlation, k + 1);
		}
	end(stage);
}

/* S1: no connection is owed more answers than its window. */
static void
test_window(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct frame frame;
	uint32_t answered = 0;

	(void)state;
	stage_hold(stage, STAGE_COMMIT);
	guest_vote(&guest, 1, 1, 0);
	for (uint32_t i = 0; i < 2 * window_requests; i++)
		guest_ask(&guest, TALLY_MESSAGE_STATE, bytes_make(NULL, 0));
	stage_run(stage, 100);
	assert_int_equal(stage->station->connections[guest.number].owed_requests,
			 window_requests);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 100);
	while (guest_next(&guest, &frame))
		assert_int_equal(frame.correlation, ++answered);
	assert_int_equal(answered, 2 * window_requests + 1);
	end(stage);
}

/* --- fairness (S1) ------------------------------------------------------------------------ */

/* One key floods with forgeries over many connections; another sends one ballot at a time. It
 * waits for one round of the ring, not for the flood. */
static void
test_one_key_floods(void **state)
{
	enum {
		flooders = 40,
		each = 600
	};
	struct stage *stage = open_stage((struct stage_wish){
	    .workers = 1, .campaign = {.frontends = 2, .voters_max = 5000}});
	struct guest honest = guest_join(stage, 1);
	struct guest flood[flooders];
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = guest_ballot(stage, 1, 1, 0, memory);
	uint64_t voter = 100;
	unsigned answered = 0;
	size_t forged = 0;
	size_t total;

	(void)state;
	memory[ballot.size - 1] ^= 1;
	for (size_t i = 0; i < flooders; i++) {
		flood[i] = guest_join(stage, 0);
		for (size_t k = 0; k < each; k++)
			guest_submit(&flood[i], ballot);
	}
	guest_vote(&honest, voter, 1, 0);
	/* Two parcels in 10 ms: a round of the ring takes 640 ms. */
	stage->delays[STAGE_VERIFY] = (struct stage_delay){10, 10, false};
	for (int i = 0; i < 3000 / 5; i++) {
		stage_run(stage, 5);
		if (stage_received(stage, honest.number).size == 0)
			continue;
		guest_expect(&honest, TALLY_ACCEPTED);
		answered++;
		guest_vote(&honest, ++voter, 1, 0);
	}
	for (size_t i = 0; i < flooders; i++)
		forged += guest_verdicts(&flood[i], TALLY_BAD_SIGNATURE, &total);
	assert_true(forged < flooders * each); /* it was a flood all the time */
	assert_true(answered >= 3000 / 640);
	stage_free(stage);
}

/* Two keys, one with thirty connections: each gets half of what is taken. */
static void
test_keys_share_alike(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){
	    .workers = 1, .campaign = {.frontends = 2, .voters_max = 5000}});
	struct guest single[3];
	struct guest many[30];
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = guest_ballot(stage, 1, 1, 0, memory);
	size_t of_single = 0;
	size_t of_many = 0;
	size_t total;

	(void)state;
	memory[ballot.size - 1] ^= 1;
	stage_hold(stage, STAGE_VERIFY);
	for (size_t i = 0; i < 30; i++) {
		many[i] = guest_join(stage, 0);
		for (size_t k = 0; k < 2000; k++)
			guest_submit(&many[i], ballot);
	}
	stage_run(stage, 50); /* the ring is full of it */
	for (size_t i = 0; i < 3; i++) {
		single[i] = guest_join(stage, 1);
		for (size_t k = 0; k < 6000; k++)
			guest_submit(&single[i], ballot);
	}
	stage->delays[STAGE_VERIFY] = (struct stage_delay){5, 5, false};
	stage_run(stage, 700);
	for (size_t i = 0; i < 30; i++)
		guest_verdicts(&many[i], TALLY_BAD_SIGNATURE, &total);
	for (size_t i = 0; i < 3; i++)
		guest_verdicts(&single[i], TALLY_BAD_SIGNATURE, &total);
	stage_run(stage, 1000);
	for (size_t i = 0; i < 30; i++)
		of_many += guest_verdicts(&many[i], TALLY_BAD_SIGNATURE, &total);
	for (size_t i = 0; i < 3; i++)
		of_single += guest_verdicts(&single[i], TALLY_BAD_SIGNATURE, &total);
	assert_in_range(of_single * 100 / (of_single + of_many), 40, 60);
	stage_free(stage);
}

/* --- closing ------------------------------------------------------------------------------ */

/* At the instant some ballots are in hand but not in line, because the ring is full; others
 * arrive after it. Those count, these do not. */
static void
test_closing_drains(void **state)
{
	enum {
		guests_count = 6,
		each = 1200
	};
	struct stage *stage = open_stage(
	    (struct stage_wish){.now = "2026-01-31T19:59:58Z",
				.workers = 1,
				.campaign = {.voters_max = 20000, .tally_every = 100000}});
	struct guest guests[guests_count];
	struct guest late;
	size_t in_hand = 0;
	size_t accepted = 0;
	size_t total;

	(void)state;
	stage_hold(stage, STAGE_VERIFY);
	for (size_t i = 0; i < guests_count; i++) {
		guests[i] = guest_join(stage, 0);
		for (size_t k = 0; k < each; k++)
			guest_vote(&guests[i], i * each + k, 1, 0);
	}
	late = guest_join(stage, 0);
	stage_run(stage, 1000);
	for (size_t i = 0; i < guests_count; i++) {
		const struct connection *connection =
		    &stage->station->connections[guests[i].number];
		size_t left = connection->received_end - connection->received_start;
		struct bytes ballot =
		    bytes_make(connection->received + connection->received_start, left);
		struct frame frame;
		long used;

		in_hand += connection->owed_requests;
		while ((used = frame_next(ballot, &frame)) > 0) {
			in_hand++;
			ballot = bytes_make(ballot.data + used, ballot.size - (size_t)used);
		}
	}
	assert_true(in_hand > pipeline_items - 200);
	assert_true(in_hand < guests_count * each);
	stage_run(stage, 2000); /* 20:00:00 */
	guest_vote(&late, 1000000, 1, 0);
	stage_run(stage, 1000);
	assert_true(stage->station->closing);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 4000);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_CLOSED);
	guest_expect(&late, TALLY_CLOSED);
	for (size_t i = 0; i < guests_count; i++) {
		size_t mine = guest_verdicts(&guests[i], TALLY_ACCEPTED, &total);

		accepted += mine;
		assert_int_equal(total, each); /* the rest: closed */
	}
	assert_int_equal(accepted, in_hand);
	end(stage);
}

/* The window is full, the ring is not: what is in hand behind the window goes before the PHASE. */
static void
test_closing_behind_a_window(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){
	    .now = "2026-01-31T19:59:58Z", .campaign = {.voters_max = 20000}});
	struct guest guest = guest_join(stage, 0);
	const struct connection *connection = &stage->station->connections[guest.number];
	size_t total;

	(void)state;
	stage_hold(stage, STAGE_COMMIT);
	for (uint64_t voter = 0; voter < window_requests + 300; voter++)
		guest_vote(&guest, voter, 1, 0);
	stage_run(stage, 3000);
	assert_int_equal(connection->owed_requests, window_requests);
	assert_true(stage->station->closing);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 1000);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_CLOSED);
	assert_int_equal(guest_verdicts(&guest, TALLY_ACCEPTED, &total), window_requests + 300);
	end(stage);
}

/* Half a frame at the instant is not a ballot fully received; and it holds nobody up. */
static void
test_closing_with_half_a_frame(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.now = "2026-01-31T19:59:58Z"});
	struct guest guest = guest_join(stage, 0);
	struct guest greeted;
	struct frame hello;
	uint8_t memory[TALLY_WIRE_HEADER_SIZE + TALLY_BALLOT_SIZE_MAX];
	uint8_t ballot[TALLY_BALLOT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	frame_write(&writer, TALLY_MESSAGE_SUBMIT, 2, guest_ballot(stage, 2, 1, 0, ballot));
	guest_vote(&guest, 1, 1, 0);
	guest.correlation++;
	stage_send(stage, guest.number, bytes_make(memory, writer.size - 1));
	greeted = guest_connect(stage, &hello);
	stage_run(stage, 3000);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_CLOSED);
	stage_send(stage, guest.number, bytes_make(memory + writer.size - 1, 1));
	guest_auth(&greeted, &hello, 0, bytes_make(NULL, 0));
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_CLOSED);
	assert_true(guest_next(&greeted, &hello));
	assert_int_equal(hello.message, TALLY_MESSAGE_WELCOME);
	end(stage);
}

/* An authority that turns the vote on and off as fast as it can is obeyed; the lines about it and
 * a tally for every close stay within one step's bounds. */
static void
test_many_notices_at_once(void **state)
{
	enum {
		notices = 500
	};
	struct stage *stage = open_stage((struct stage_wish){.workers = 2});
	struct guest guests[4];
	static uint8_t memory[4][notices][256];
	struct bytes last = {NULL, 0};
	size_t total;
	size_t accepted = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		guests[i] = guest_join(stage, 0);
	stage_hold(stage, STAGE_VERIFY);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < notices; k++) {
			uint32_t number = (uint32_t)(i * notices + k + 1);

			last = campaign_notice(&stage->campaign, last, number,
					       number % 2 == 1 ? TALLY_NOTICE_CLOSE
							       : TALLY_NOTICE_EXTEND,
					       1769889600 + 60 * number, memory[i][k], 256);
			guest_ask(&guests[i], TALLY_MESSAGE_NOTICE, last);
			stage_settle(stage);
		}
	/* The first parcel comes back last: everything is sequenced in one step. */
	for (size_t i = 0; i < stage->chores_count; i++)
		if (stage->chores[i].kind == STAGE_VERIFY)
			stage->chores[i].due_ms += i == 0 ? 5000 : 0;
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 20000);
	for (size_t i = 0; i < 4; i++)
		accepted += guest_verdicts(&guests[i], TALLY_ACCEPTED, &total);
	assert_int_equal(accepted, 4 * notices);
	stage_free(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refused_at_the_door),
	    cmocka_unit_test(test_largest_frames_with_revotes),
	    cmocka_unit_test(test_status_slows_down),
	    cmocka_unit_test(test_malformed_ends),
	    cmocka_unit_test(test_together),
	    cmocka_unit_test(test_workers_stand_still),
	    cmocka_unit_test(test_disk_stands_still),
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_one_key_floods),
	    cmocka_unit_test(test_keys_share_alike),
	    cmocka_unit_test(test_closing_drains),
	    cmocka_unit_test(test_closing_behind_a_window),
	    cmocka_unit_test(test_closing_with_half_a_frame),
	    cmocka_unit_test(test_many_notices_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
