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
	stage_run(stage, 200);
	naive_compare(stage);
	stage_free(stage);
}

/* --- bytes -------------------------------------------------------------------------------- */

static void
test_byte_by_byte(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	uint8_t ballot[TALLY_BALLOT_SIZE_MAX];
	uint8_t memory[1024];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	frame_write(&writer, TALLY_MESSAGE_SUBMIT, 1, guest_ballot(stage, 1, 1, 0, ballot));
	frame_write(&writer, TALLY_MESSAGE_SUBMIT, 2, guest_ballot(stage, 1, 1, 0, ballot));
	assert_false(writer.failed);
	for (size_t i = 0; i < writer.size; i++) {
		stage_send(stage, guest.number, bytes_make(memory + i, 1));
		stage_settle(stage);
		assert_true(guest_is_there(&guest));
	}
	stage_run(stage, 50);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED),
			 guest_expect(&guest, TALLY_ACCEPTED));
	end(stage);
}

/* The window in one go, more than the buffer holds: taken as far as there is room, then on. */
static void
test_more_than_the_buffer(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.campaign = {.voters_max = 5000}});
	struct guest guest = guest_join(stage, 0);
	size_t total;

	(void)state;
	for (uint64_t voter = 0; voter < 3000; voter++)
		guest_vote(&guest, voter, 1, 0);
	stage_run(stage, 1000);
	assert_int_equal(guest_verdicts(&guest, TALLY_ACCEPTED, &total), 3000);
	assert_int_equal(total, 3000);
	end(stage);
}

/* A guest that reads slowly gets every answer, in order, across many turns of the ring; what is
 * kept for it is bounded, and it is not read from while there is no room. */
static void
test_slow_reader(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct stage_socket *socket = &stage->sockets[guest.number];
	const struct connection *connection = &stage->station->connections[guest.number];
	uint32_t asked = 20000;
	uint32_t answered = 0;
	struct frame frame;

	(void)state;
	socket->slow = true;
	for (uint32_t i = 0; i < asked; i++)
		guest_ask(&guest, TALLY_MESSAGE_STATE, bytes_make(NULL, 0));
	stage_run(stage, 500);
	assert_true(connection->output_size > 200 * 1024);
	assert_true(connection->output_size + connection->owed_bytes <= send_bytes);
	assert_true(socket->in_first < socket->in_end);
	for (int i = 0; answered < asked && i < 4000; i++) {
		socket->budget += 1 + (size_t)test_random_below(&stage->random, 2000);
		stage_run(stage, 5);
		while (guest_next(&guest, &frame)) {
			assert_int_equal(frame.message, TALLY_MESSAGE_STATE_IS);
			assert_int_equal(frame.correlation, ++answered);
		}
	}
	assert_int_equal(answered, asked);
	end(stage);
}

/* --- deadlines ---------------------------------------------------------------------------- */

static void
test_auth_deadline(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct frame hello;
	struct guest silent = guest_connect(stage, &hello);
	struct guest half = guest_connect(stage, &hello);

	(void)state;
	stage_run(stage, auth_deadline_ms - 100);
	stage_send(stage, half.number, BYTES_OF("\x00\x00\x00\x66\x01"));
	assert_true(guest_is_there(&silent));
	stage_run(stage, 200);
	assert_false(guest_is_there(&silent));
	assert_false(guest_is_there(&half));
	end(stage);
}

static void
test_idle_deadline(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest idle = guest_join(stage, 0);
	struct guest stranger = guest_join(stage, GUEST_ANONYMOUS);
	struct guest busy = guest_join(stage, 0);
	struct guest owed = guest_join(stage, 0);
	size_t total;

	(void)state;
	stage_hold(stage, STAGE_VERIFY);
	guest_vote(&owed, 1, 1, 0);
	for (int i = 0; i < 4; i++) {
		stage_sleep(stage, idle_deadline_ms / 4 - 2000);
		guest_ask(&busy, (enum tally_message)TALLY_MESSAGE_STATUS,
			  bytes_make("", 0)); /* malformed, but a sign of life */
	}
	assert_true(guest_is_there(&idle));
	stage_sleep(stage, 10000);
	assert_false(guest_is_there(&idle));
	assert_false(guest_is_there(&stranger));
	assert_true(guest_is_there(&busy));
	assert_true(guest_is_there(&owed)); /* it waits for us */
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 100);
	guest_expect(&owed, TALLY_ACCEPTED);
	assert_int_equal(guest_verdicts(&busy, TALLY_MALFORMED, &total), 4);
	end(stage);
}

static void
test_write_deadline(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest deaf = guest_join(stage, 0);
	struct guest slow = guest_join(stage, 0);

	(void)state;
	stage->sockets[deaf.number].slow = true;
	stage->sockets[slow.number].slow = true;
	guest_vote(&deaf, 1, 1, 0);
	guest_vote(&slow, 1, 1, 0);
	stage_sleep(stage, write_deadline_ms - 2000);
	assert_true(guest_is_there(&deaf));
	stage->sockets[slow.number].budget = 1;
	stage_sleep(stage, 5000);
	assert_false(guest_is_there(&deaf));
	assert_true(guest_is_there(&slow));
	stage->sockets[slow.number].budget = 1000;
	stage_run(stage, 50);
	guest_expect(&slow, TALLY_ACCEPTED);
	end(stage);
}

/* A goodbye that nobody reads does not keep the place. */
static void
test_goodbye_unread(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage->sockets[guest.number].slow = true;
	guest_ask(&guest, (enum tally_message)99, bytes_make(NULL, 0));
	stage_run(stage, 100);
	assert_true(guest_is_there(&guest));
	guest_vote(&guest, 1, 1, 0); /* not listened to any more */
	stage_sleep(stage, write_deadline_ms + 2000);
	assert_false(guest_is_there(&guest));
	assert_int_equal(stage_count(stage, TALLY_ENTRY_BALLOT), 0);
	end(stage);
}

/* --- strangers ---------------------------------------------------------------------------- */

/* Any number of people who say nothing: a frontend comes in and stays. */
static void
test_slow_strangers(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest early = guest_join(stage, 0);
	struct guest late;
	struct frame hello;
	unsigned there = 0;

	(void)state;
	for (int i = 0; i < 3 * connections_anonymous_max; i++) {
		guest_connect(stage, &hello);
		stage_run(stage, 5);
	}
	for (unsigned i = 0; i < connections_max; i++)
		there += stage->sockets[i].open;
	assert_true(there <= connections_anonymous_max + 1);
	late = guest_join(stage, 0);
	guest_vote(&early, 1, 1, 0);
	guest_vote(&late, 2, 1, 0);
	for (int i = 0; i < 3 * connections_anonymous_max; i++)
		guest_join(stage, GUEST_ANONYMOUS);
	stage_run(stage, 50);
	guest_expect(&early, TALLY_ACCEPTED);
	guest_expect(&late, TALLY_ACCEPTED);
	end(stage);
}

/* The one that has been there longest makes room, known or not. */
static void
test_oldest_stranger_goes(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guests[connections_anonymous_max];
	struct guest last;

	(void)state;
	for (int i = 0; i < connections_anonymous_max; i++) {
		guests[i] = guest_join(stage, GUEST_ANONYMOUS);
		stage_run(stage, 5);
	}
	assert_true(guest_is_there(&guests[0]));
	last = guest_join(stage, GUEST_ANONYMOUS);
	stage_run(stage, 5);
	assert_false(guest_is_there(&guests[0]));
	for (int i = 1; i < connections_anonymous_max; i++)
		assert_true(guest_is_there(&guests[i]));
	assert_true(guest_is_there(&last));
	end(stage);
}

/* --- coming and going --------------------------------------------------------------------- */

/* Places change hands in the middle of everything; nobody gets another's answers, nobody is
 * forgotten in a queue. */
static void
test_churn(void **state)
{
	struct stage *stage =
	    open_stage((struct stage_wish){.unordered = true,
					   .pieces = true,
					   .workers = 3,
					   .campaign = {.frontends = 4, .voters_max = 100000}});
	struct test_random random = test_random_make(5);
	struct guest guests[40];
	bool there[40] = {0};
	uint64_t voter = 0;
	size_t total;
	size_t answered = 0;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t at = (size_t)test_random_below(&random, 40);

		if (!there[at]) {
			guests[at] = guest_join(stage, (int)test_random_below(&random, 4));
			there[at] = true;
		} else if (test_random_below(&random, 4) == 0) {
			stage_disconnect(stage, guests[at].number);
			there[at] = false;
		} else {
			for (uint64_t i = test_random_below(&random, 10); i > 0; i--)
				guest_vote(&guests[at], ++voter, 1, 0);
			stage_settle(stage);
		}
		if (test_random_below(&random, 4) == 0)
			stage_run(stage, 10);
	}
	stage_run(stage, 3000);
	for (size_t i = 0; i < 40; i++) {
		if (!there[i])
			continue;
		guest_vote(&guests[i], ++voter, 1, 0);
		stage_run(stage, 200);
		answered += guest_verdicts(&guests[i], TALLY_ACCEPTED, &total);
		assert_int_equal(guests[i].answered, guests[i].correlation);
	}
	assert_true(answered > 0);
	end(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_byte_by_byte),
	    cmocka_unit_test(test_more_than_the_buffer),
	    cmocka_unit_test(test_slow_reader),
	    cmocka_unit_test(test_auth_deadline),
	    cmocka_unit_test(test_idle_deadline),
	    cmocka_unit_test(test_write_deadline),
	    cmocka_unit_test(test_goodbye_unread),
	    cmocka_unit_test(test_slow_strangers),
	    cmocka_unit_test(test_oldest_stranger_goes),
	    cmocka_unit_test(test_churn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
