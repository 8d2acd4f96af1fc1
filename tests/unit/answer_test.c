#include "tests/lib/test.h"

#include <sodium.h>

#include "tests/lib/peer.h"

static struct session session;
static char note[512];

static struct bytes
receipt(void)
{
	return bytes_make(session.receipt, session.receipt_size);
}

/* Feeds one frame to which the client must answer with this status. */
static void
breaks(struct tally_client *client, const struct writer *server, int status)
{
	struct tally_client_event event;

	peer_feed(client, server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_BROKEN);
	assert_int_equal(event.status, status);
}

static void
verdicts(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
	assert_int_equal(tally_client_notice(client, "n", 1, NULL), 0);
	frame_verdict_write(&server, 1, TALLY_HAS_VOTED, 41);
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_VERDICT);
	assert_int_equal(event.request, TALLY_MESSAGE_SUBMIT);
	assert_int_equal(event.verdict, TALLY_HAS_VOTED);
	assert_int_equal(event.class, TALLY_CLASS_FINAL);
	assert_int_equal(event.index, 41);
	assert_memory_equal(event.text, "this voter has", 14);
	server = peer_server();
	frame_verdict_write(&server, 2, TALLY_ACCEPTED, 42);
	peer_feed(client, &server, &event);
	assert_int_equal(event.request, TALLY_MESSAGE_NOTICE);
	assert_int_equal(event.verdict, TALLY_ACCEPTED);
	assert_int_equal(event.class, TALLY_CLASS_ACCEPTED);
	assert_int_equal(event.text_size, 0);
	assert_int_equal(tally_client_owed(client), 0);
}

/* A verdict newer than this client: its class says what to do. */
static void
unknown_verdict(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
	frame_write(&server, TALLY_MESSAGE_VERDICT, 1,
		    BYTES_OF("\x02\x00\x03\x00\xff\xff\xff\xff\xff\xff\xff\xffnew"));
	peer_feed(client, &server, &event);
	assert_int_equal(event.verdict, 512);
	assert_int_equal(event.class, TALLY_CLASS_MEND);
	assert_true(event.index == TALLY_CLIENT_NO_INDEX);
	assert_memory_equal(event.text, "new", 3);
}

static void
status(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;
	struct frame_status known = {true, 3, 77};
	struct frame_status unknown = {false, 0, 0};

	(void)state;
	assert_int_equal(tally_client_status(client, session.tag, NULL), 0);
	assert_int_equal(tally_client_status(client, session.tag, NULL), 0);
	frame_status_write(&server, 1, &known);
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_STATUS);
	assert_true(event.known);
	assert_int_equal(event.revision, 3);
	assert_int_equal(event.index, 77);
	server = peer_server();
	frame_status_write(&server, 2, &unknown);
	peer_feed(client, &server, &event);
	assert_false(event.known);
	assert_true(event.index == TALLY_CLIENT_NO_INDEX);
}

static void
receipts(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	assert_int_equal(tally_client_receipt(client, 2, NULL), 0);
	frame_receipt_write(&server, 1, 2, receipt());
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_RECEIPT);
	assert_int_equal(event.index, 2);
	assert_int_equal(event.tree_size, SESSION_ENTRIES);
	assert_true(bytes_equal(bytes_make(event.text, event.text_size), receipt()));
}

/* What a client makes of this receipt as an answer to the question for `asked`. */
static int
receipt_status(uint64_t asked, uint64_t index, struct bytes text)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;

	assert_int_equal(tally_client_receipt(client, asked, NULL), 0);
	frame_receipt_write(&server, 1, index, text);
	peer_feed(client, &server, &event);
	return event.status;
}

static void
bad_receipts(void **state)
{
	struct bytes good = receipt();
	struct bytes cut = bytes_make(good.data, good.size - 1);
	char text[700];
	int size;

	(void)state;
	assert_int_equal(receipt_status(2, 2, good), TALLY_CLIENT_FINE);
	assert_int_equal(receipt_status(1, 2, good), TALLY_CLIENT_BAD_RECEIPT);
	assert_int_equal(receipt_status(1, 1, good), TALLY_CLIENT_BAD_RECEIPT);
	assert_int_equal(receipt_status(2, 1, good), TALLY_CLIENT_BAD_RECEIPT);
	assert_int_equal(receipt_status(2, 2, cut), TALLY_CLIENT_BAD_CHECKPOINT);
	assert_int_equal(receipt_status(2, 2, BYTES_OF("x")), TALLY_CLIENT_BAD_RECEIPT);
	/* an index beyond the tree */
	size = snprintf(text, sizeof text, "c2sp.org/tlog-proof@v1\nindex 3\n\n%.*s",
			(int)session.checkpoint_size, session.checkpoint);
	assert_int_equal(receipt_status(3, 3, bytes_make(text, (size_t)size)),
			 TALLY_CLIENT_BAD_RECEIPT);
}

static void
checkpoints(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;
	struct bytes newer = session_checkpoint(&session, 5, 0xab, note);
	const char *newest;
	size_t size;

	(void)state;
	assert_int_equal(tally_client_checkpoint(client, NULL), 0);
	frame_write(&server, TALLY_MESSAGE_CHECKPOINT_IS, 1, newer);
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_CHECKPOINT);
	assert_int_equal(event.tree_size, 5);
	assert_true(bytes_equal(bytes_make(event.text, event.text_size), newer));
	newest = tally_client_newest(client, &size);
	assert_true(bytes_equal(bytes_make(newest, size), newer));

	assert_int_equal(tally_client_checkpoint(client, NULL), 0);
	newer = session_checkpoint(&session, 5, 0xac, note);
	server = peer_server();
	frame_write(&server, TALLY_MESSAGE_CHECKPOINT_IS, 2, newer);
	breaks(client, &server, TALLY_CLIENT_SPLIT_VIEW);
}

static void
bad_checkpoint(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct bytes newer = session_checkpoint(&session, 5, 0xab, note);

	(void)state;
	note[20] ^= 1; /* in the size or the root: signed bytes */
	assert_int_equal(tally_client_checkpoint(client, NULL), 0);
	frame_write(&server, TALLY_MESSAGE_CHECKPOINT_IS, 1, newer);
	breaks(client, &server, TALLY_CLIENT_BAD_CHECKPOINT);
}

static void
results(void **state)
{
	uint8_t options[2 * FRAME_OPTION_SIZE] = {0};
	struct frame_results sent = {.covered = 100,
				     .in_tree = 90,
				     .contests_count = 4,
				     .contest = 3,
				     .options_count = 2};
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;
	uint64_t votes;
	int64_t score;

	(void)state;
	be64_store(options + 16, 70);
	be64_store(options + 24, (uint64_t)-7);
	sent.options = bytes_make(options, sizeof options);
	assert_int_equal(tally_client_results(client, 3, NULL), 0);
	frame_results_write(&server, 1, &sent);
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_RESULTS);
	assert_int_equal(event.results.covered, 100);
	assert_int_equal(event.results.in_tree, 90);
	assert_int_equal(event.results.contest, 3);
	assert_int_equal(event.results.options_count, 2);
	tally_client_option(&event.results, 1, &votes, &score);
	assert_int_equal(votes, 70);
	assert_true(score == -7);

	assert_int_equal(tally_client_results(client, 2, NULL), 0);
	server = peer_server();
	frame_results_write(&server, 2, &sent); /* of contest 3, not 2 */
	breaks(client, &server, TALLY_CLIENT_BAD_SHAPE);
}

static void
entries(void **state)
{
	struct frame_entries sent = {7, 2, BYTES_OF("\0\3abc\0\1z")};
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;
	const uint8_t *entry;
	size_t size;

	(void)state;
	assert_int_equal(tally_client_entries(client, 7, 20, NULL), 0);
	frame_entries_write(&server, 1, &sent);
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_ENTRIES);
	assert_int_equal(event.request, TALLY_MESSAGE_ENTRIES);
	assert_true(event.entries.first == 7);
	assert_int_equal(event.entries.count, 2);
	assert_true(tally_client_entry(&event.entries, &entry, &size));
	assert_int_equal(size, 3);
	assert_memory_equal(entry, "abc", 3);
	assert_true(event.entries.first == 8);
	assert_true(tally_client_entry(&event.entries, &entry, &size));
	assert_int_equal(size, 1);
	assert_int_equal(entry[0], 'z');
	assert_false(tally_client_entry(&event.entries, &entry, &size));

	assert_int_equal(tally_client_entries(client, 8, 20, NULL), 0);
	server = peer_server();
	frame_entries_write(&server, 2, &sent); /* from 7 on, not 8 */
	breaks(client, &server, TALLY_CLIENT_BAD_SHAPE);
}

static void
state_of_the_campaign(void **state)
{
	uint8_t hash[32];
	struct frame_state sent = {TALLY_PHASE_OPEN, 2, 1700000000, 1700086400, 123, hash};
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	memset(hash, 0x5a, sizeof hash);
	assert_int_equal(tally_client_state(client, NULL), 0);
	frame_state_write(&server, 1, &sent);
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_STATE);
	assert_int_equal(event.state.phase, TALLY_PHASE_OPEN);
	assert_int_equal(event.state.notices_count, 2);
	assert_true(event.state.opens == 1700000000);
	assert_true(event.state.closes == 1700086400);
	assert_int_equal(event.state.log_size, 123);
	assert_memory_equal(event.state.notice_hash, hash, 32);
}

/* Lane two overtakes lane one, and the other way round. */
static void
lanes_are_independent(void **state)
{
	static const uint32_t order[] = {3, 1, 4, 2};
	static const enum tally_message request[] = {
	    TALLY_MESSAGE_CHECKPOINT, TALLY_MESSAGE_SUBMIT, TALLY_MESSAGE_RECEIPT,
	    TALLY_MESSAGE_STATUS};
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
	assert_int_equal(tally_client_status(client, session.tag, NULL), 0);
	assert_int_equal(tally_client_checkpoint(client, NULL), 0);
	assert_int_equal(tally_client_receipt(client, 9, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		frame_verdict_write(&server, order[i], TALLY_SLOW_DOWN, FRAME_NO_INDEX);
	assert_int_equal(tally_client_receive(client, server.data, server.size), server.size);
	for (size_t i = 0; i < 4; i++) {
		assert_true(tally_client_event(client, &event));
		assert_int_equal(event.kind, TALLY_CLIENT_EVENT_VERDICT);
		assert_int_equal(event.correlation, order[i]);
		assert_int_equal(event.request, request[i]);
	}
	assert_int_equal(tally_client_owed(client), 0);
}

static void
out_of_order(void **state)
{
	static const uint32_t wrong[] = {2, 3, 5, 0, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct tally_client *client = peer_ready(&session, 10, 2);
		struct writer server = peer_server();

		for (int ballot = 0; ballot < 3; ballot++)
			assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
		assert_int_equal(tally_client_checkpoint(client, NULL), 0);
		frame_verdict_write(&server, wrong[i], TALLY_ACCEPTED, 1);
		breaks(client, &server, TALLY_CLIENT_OUT_OF_ORDER);
	}
}

static void
answered_twice(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
	frame_verdict_write(&server, 1, TALLY_ACCEPTED, 1);
	peer_feed(client, &server, &event);
	breaks(client, &server, TALLY_CLIENT_OUT_OF_ORDER);
}

/* Answers to another question than the one asked. */
static void
wrong_messages(void **state)
{
	static const uint8_t messages[] = {TALLY_MESSAGE_STATUS_IS,
					   TALLY_MESSAGE_RECEIPT_IS,
					   TALLY_MESSAGE_CHECKPOINT_IS,
					   TALLY_MESSAGE_RESULTS_ARE,
					   TALLY_MESSAGE_STATE_IS,
					   TALLY_MESSAGE_HELLO,
					   TALLY_MESSAGE_WELCOME,
					   TALLY_MESSAGE_SUBMIT,
					   0,
					   142,
					   255};

	(void)state;
	for (size_t i = 0; i < sizeof messages; i++) {
		struct tally_client *client = peer_ready(&session, 10, 2);
		struct writer server = peer_server();

		assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
		frame_write(&server, messages[i], 1, BYTES_OF("0123456789ab"));
		breaks(client, &server, TALLY_CLIENT_UNEXPECTED);
	}
}

/* Only a ballot, a notice or a cosignature can be accepted. */
static void
accepted_cosignature(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
	assert_int_equal(tally_client_cosign(client, 3, "line\n", 5, NULL), 0);
	frame_verdict_write(&server, 2, TALLY_ACCEPTED, FRAME_NO_INDEX); /* lane two */
	peer_feed(client, &server, &event);
	assert_int_equal(event.request, TALLY_MESSAGE_COSIGN);
	assert_int_equal(event.verdict, TALLY_ACCEPTED);
	assert_true(event.index == TALLY_CLIENT_NO_INDEX);
}

static void
accepted_question(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();

	(void)state;
	assert_int_equal(tally_client_status(client, session.tag, NULL), 0);
	frame_verdict_write(&server, 1, TALLY_ACCEPTED, 1);
	breaks(client, &server, TALLY_CLIENT_UNEXPECTED);
}

/* Each answer one byte too short. */
static void
short_answers(void **state)
{
	static const uint8_t requests[] = {TALLY_MESSAGE_VERDICT, TALLY_MESSAGE_STATUS_IS,
					   TALLY_MESSAGE_STATE_IS, TALLY_MESSAGE_RECEIPT_IS,
					   TALLY_MESSAGE_RESULTS_ARE};
	static const size_t sizes[] = {11, 11, 63, 8, 71};
	static const uint8_t zeros[71];

	(void)state;
	for (size_t i = 0; i < sizeof requests; i++) {
		struct tally_client *client = peer_ready(&session, 10, 2);
		struct writer server = peer_server();
		int asked[] = {tally_client_submit(client, "b", 1, NULL),
			       tally_client_status(client, session.tag, NULL),
			       tally_client_state(client, NULL),
			       tally_client_receipt(client, 0, NULL),
			       tally_client_results(client, 0, NULL)};
		struct tally_client_event event;

		for (uint32_t before = 1; before <= i && i < 3; before++)
			frame_verdict_write(&server, before, TALLY_SLOW_DOWN, 0);
		if (i == 4)
			frame_verdict_write(&server, 4, TALLY_SLOW_DOWN, 0);
		frame_write(&server, requests[i], (uint32_t)i + 1, bytes_make(zeros, sizes[i]));
		assert_int_equal(asked[i], 0);
		assert_int_equal(tally_client_receive(client, server.data, server.size),
				 server.size);
		while (tally_client_event(client, &event))
			if (event.kind == TALLY_CLIENT_EVENT_BROKEN)
				break;
		assert_int_equal(event.status, TALLY_CLIENT_BAD_SHAPE);
	}
}

static int
setup(void **state)
{
	(void)state;
	session_make(&session, BYTES_OF("{}"));
	return sodium_init() < 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts),
	    cmocka_unit_test(unknown_verdict),
	    cmocka_unit_test(status),
	    cmocka_unit_test(receipts),
	    cmocka_unit_test(bad_receipts),
	    cmocka_unit_test(checkpoints),
	    cmocka_unit_test(bad_checkpoint),
	    cmocka_unit_test(results),
	    cmocka_unit_test(entries),
	    cmocka_unit_test(state_of_the_campaign),
	    cmocka_unit_test(lanes_are_independent),
	    cmocka_unit_test(out_of_order),
	    cmocka_unit_test(answered_twice),
	    cmocka_unit_test(wrong_messages),
	    cmocka_unit_test(accepted_question),
	    cmocka_unit_test(accepted_cosignature),
	    cmocka_unit_test(short_answers),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
