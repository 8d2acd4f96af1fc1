#include "tests/lib/patience.h"
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/session.h"

static struct session session;

/* A server that serves one connection on a thread, as far as its `plan` goes. */
struct fake {
	int listener;
	int socket;
	uint16_t port;
	pthread_t thread;
	uint32_t window;
	uint64_t quit_after; /* answers; then `quit` */
	enum {
		QUIT_NEVER,
		QUIT_CLOSE,
		QUIT_GOODBYE,
		QUIT_SILENT
	} quit;
	uint64_t answered;
	size_t deepest; /* requests seen in one read */
	size_t buffered;
	uint8_t buffer[4 * TALLY_CLIENT_OUTPUT_MIN];
	uint8_t out[256 * 1024];
};

static bool
fake_send(struct fake *fake, const struct writer *writer)
{
	size_t sent = 0;

	while (sent < writer->size) {
		ssize_t step =
		    send(fake->socket, writer->data + sent, writer->size - sent, MSG_NOSIGNAL);

		if (step <= 0)
			return false;
		sent += (size_t)step;
	}
	return true;
}

static void
fake_answer(struct fake *fake, const struct frame *frame, struct writer *out)
{
	static uint8_t hash[32];
	struct frame_status known = {true, 1, 2};
	struct frame_state phase = {TALLY_PHASE_OPEN, 0, 1, 2, 3, hash};
	struct frame_results results = {.contests_count = 1, .options = {hash, 0}};
	struct frame_entries entries = {0, 1, BYTES_OF("\0\1e")};

	switch (frame->message) {
	case TALLY_MESSAGE_SUBMIT:
		frame_verdict_write(out, frame->correlation,
				    frame->payload.data[0] == 'x' ? TALLY_HAS_VOTED
								  : TALLY_ACCEPTED,
				    fake->answered);
		break;
	case TALLY_MESSAGE_STATUS:
		frame_status_write(out, frame->correlation, &known);
		break;
	case TALLY_MESSAGE_RECEIPT:
		frame_receipt_write(out, frame->correlation, 2,
				    bytes_make(session.receipt, session.receipt_size));
		break;
	case TALLY_MESSAGE_CHECKPOINT:
		frame_write(out, TALLY_MESSAGE_CHECKPOINT_IS, frame->correlation,
			    bytes_make(session.checkpoint, session.checkpoint_size));
		break;
	case TALLY_MESSAGE_RESULTS:
		frame_results_write(out, frame->correlation, &results);
		break;
	case TALLY_MESSAGE_ENTRIES:
		entries.first = be64_load(frame->payload.data);
		frame_entries_write(out, frame->correlation, &entries);
		break;
	case TALLY_MESSAGE_STATE:
		frame_state_write(out, frame->correlation, &phase);
		break;
	case TALLY_MESSAGE_AUTH:
		session_welcome(out, fake->window, 8);
		fake->answered--;
		break;
	default:
		frame_verdict_write(out, frame->correlation, TALLY_NOTICE_OUT_OF_ORDER,
				    FRAME_NO_INDEX);
	}
	fake->answered++;
}

static bool
fake_done(const struct fake *fake)
{
	return fake->quit != QUIT_NEVER && fake->answered >= fake->quit_after;
}

/* Answers all whole frames in the buffer. */
static void
fake_serve(struct fake *fake, struct writer *out)
{
	struct frame frame;
	size_t used = 0;
	size_t found = 0;
	long step;

	while (!fake_done(fake) &&
	       (step = frame_next(bytes_make(fake->buffer + used, fake->buffered - used),
				  &frame)) > 0) {
		fake_answer(fake, &frame, out);
		used += (size_t)step;
		found++;
	}
	memmove(fake->buffer, fake->buffer + used, fake->buffered - used);
	fake->buffered -= used;
	if (found > fake->deepest)
		fake->deepest = found;
}

static void *
fake_run(void *argument)
{
	struct fake *fake = argument;
	struct writer out = writer_make(fake->out, sizeof fake->out);
	ssize_t got = 1;

	fake->socket = accept(fake->listener, NULL, NULL);
	session_hello(&session, &out);
	while (fake_send(fake, &out) && !fake_done(fake) && got > 0) {
		out = writer_make(fake->out, sizeof fake->out);
		got = recv(fake->socket, fake->buffer + fake->buffered,
			   sizeof fake->buffer - fake->buffered, 0);
		fake->buffered += got > 0 ? (size_t)got : 0;
		fake_serve(fake, &out);
	}
	out = writer_make(fake->out, sizeof fake->out);
	if (fake->quit == QUIT_GOODBYE) {
		frame_goodbye_write(&out, TALLY_STOPPING);
		fake_send(fake, &out);
	}
	if (fake->quit == QUIT_SILENT)
		while (recv(fake->socket, fake->buffer, sizeof fake->buffer, 0) > 0)
			continue;
	close(fake->socket);
	return NULL;
}

static void
fake_start(struct fake *fake)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;

	fake->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fake->listener, 1), 0);
	assert_int_equal(getsockname(fake->listener, (struct sockaddr *)&address, &size), 0);
	fake->port = ntohs(address.sin_port);
	if (fake->window == 0)
		fake->window = 64;
	assert_int_equal(pthread_create(&fake->thread, NULL, fake_run, fake), 0);
}

static void
fake_end(struct fake *fake)
{
	assert_int_equal(pthread_join(fake->thread, NULL), 0);
	close(fake->listener);
}

static struct fake *
fake_make(void)
{
	static struct fake fake;

	memset(&fake, 0, sizeof fake);
	return &fake;
}

static struct tally_connect_options
options_for(uint16_t port)
{
	return (struct tally_connect_options){
	    .host = "127.0.0.1",
	    .port = port,
	    .client = session_config(&session),
	    .connect_timeout_ms = TEST_PATIENCE_MS,
	    .answer_timeout_ms = TEST_PATIENCE_MS,
	};
}

static struct tally_connection *
connection_to(const struct fake *fake)
{
	struct tally_connect_options options = options_for(fake->port);
	struct tally_connection *connection;
	char trouble[TALLY_TROUBLE_MAX];

	if (tally_connect(&connection, &options, trouble) != TALLY_CLIENT_FINE)
		fail_msg("%s", trouble);
	return connection;
}

static void
one_of_each(void **state)
{
	struct fake *fake = fake_make();
	struct tally_connection *connection;
	struct tally_client_event answer;
	size_t size;

	(void)state;
	fake_start(fake);
	connection = connection_to(fake);
	assert_int_equal(tally_submit(connection, "ballot", 6, &answer), 0);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_VERDICT);
	assert_int_equal(answer.verdict, TALLY_ACCEPTED);
	assert_int_equal(tally_notice(connection, "notice", 6, &answer), 0);
	assert_int_equal(answer.verdict, TALLY_NOTICE_OUT_OF_ORDER);
	assert_int_equal(tally_status(connection, session.tag, &answer), 0);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_STATUS);
	assert_int_equal(tally_state(connection, &answer), 0);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_STATE);
	assert_int_equal(tally_receipt(connection, 2, &answer), 0);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_RECEIPT);
	assert_int_equal(tally_checkpoint(connection, &answer), 0);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_CHECKPOINT);
	assert_int_equal(tally_results(connection, 0, &answer), 0);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_RESULTS);
	assert_int_equal(tally_entries(connection, 1, 3, &answer), 0);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_ENTRIES);
	assert_true(answer.entries.first == 1);
	assert_int_equal(tally_cosign(connection, 3, "line\n", 5, &answer), 0);
	assert_int_equal(answer.request, TALLY_MESSAGE_COSIGN);
	assert_int_equal(answer.verdict, TALLY_NOTICE_OUT_OF_ORDER);
	assert_memory_equal(tally_newest(connection, &size), session.checkpoint,
			    session.checkpoint_size);
	tally_close(connection);
	fake_end(fake);
}

enum {
	PILE = 5000
};

/* Hands out PILE ballots, every seventh refused, and checks that answers come in order. */
struct pile {
	uint64_t given;
	uint64_t accepted;
	uint64_t refused;
	uint64_t stop_at;
	uint8_t ballot[300];
};

static bool
pile_next(void *context, const void **ballot, size_t *size)
{
	struct pile *pile = context;

	if (pile->given == PILE)
		return false;
	pile->ballot[0] = pile->given % 7 == 0 ? 'x' : 'b';
	pile->given++;
	*ballot = pile->ballot;
	*size = sizeof pile->ballot;
	return true;
}

static bool
pile_answer(void *context, uint64_t place, const struct tally_client_event *answer)
{
	struct pile *pile = context;

	assert_int_equal(place, pile->accepted + pile->refused);
	assert_int_equal(answer->verdict, place % 7 == 0 ? TALLY_HAS_VOTED : TALLY_ACCEPTED);
	if (answer->verdict == TALLY_ACCEPTED)
		pile->accepted++;
	else
		pile->refused++;
	return pile->stop_at == 0 || place < pile->stop_at;
}

static void
a_pile(void **state)
{
	struct fake *fake = fake_make();
	struct pile pile = {0};
	struct tally_connection *connection;

	(void)state;
	fake_start(fake);
	connection = connection_to(fake);
	assert_int_equal(tally_submit_all(connection, pile_next, pile_answer, &pile), 0);
	assert_int_equal(pile.accepted + pile.refused, PILE);
	assert_int_equal(pile.refused, (PILE + 6) / 7);
	tally_close(connection);
	fake_end(fake);
	assert_in_range(fake->deepest, 2, 64); /* pipelined, and within the window */
}

static void
stopped_by_the_sink(void **state)
{
	struct fake *fake = fake_make();
	struct pile pile = {.stop_at = 10};
	struct tally_connection *connection;
	struct tally_client_event answer;

	(void)state;
	fake_start(fake);
	connection = connection_to(fake);
	assert_int_equal(tally_submit_all(connection, pile_next, pile_answer, &pile), 0);
	assert_in_range(pile.accepted + pile.refused, 11, 10 + 2 * 64);
	/* nothing is owed: the next answer is the next question's */
	assert_int_equal(tally_state(connection, &answer), 0);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_STATE);
	tally_close(connection);
	fake_end(fake);
}

static void
too_large(void **state)
{
	static uint8_t large[TALLY_WIRE_PAYLOAD_MAX + 1];
	struct fake *fake = fake_make();
	struct tally_connection *connection;
	struct tally_client_event answer;

	(void)state;
	fake_start(fake);
	connection = connection_to(fake);
	assert_int_equal(tally_submit(connection, large, sizeof large, &answer),
			 TALLY_CLIENT_TOO_LARGE);
	assert_non_null(strstr(tally_trouble(connection), "larger than"));
	assert_int_equal(tally_submit(connection, "b", 1, &answer), 0);
	tally_close(connection);
	fake_end(fake);
}

/* The connection ends in the middle: what was answered is known, the rest is not. */
static void
ends_in_the_middle(void **state)
{
	static const int statuses[] = {[QUIT_CLOSE] = TALLY_CLIENT_LOST,
				       [QUIT_GOODBYE] = TALLY_CLIENT_GOODBYE,
				       [QUIT_SILENT] = TALLY_CLIENT_TIMEOUT};
	static const char *const words[] = {[QUIT_CLOSE] = "read from the server: ",
					    [QUIT_GOODBYE] = "the server is stopping",
					    [QUIT_SILENT] = "wait for the server: "};

	(void)state;
	for (int quit = QUIT_CLOSE; quit <= QUIT_SILENT; quit++) {
		struct fake *fake = fake_make();
		struct pile pile = {0};
		struct tally_connect_options options;
		struct tally_connection *connection;
		struct tally_client_event answer;
		char trouble[TALLY_TROUBLE_MAX];

		fake->quit = quit;
		fake->quit_after = 100;
		fake_start(fake);
		options = options_for(fake->port);
		if (quit == QUIT_SILENT)
			options.answer_timeout_ms = 300;
		assert_int_equal(tally_connect(&connection, &options, trouble), 0);
		assert_int_equal(tally_submit_all(connection, pile_next, pile_answer, &pile),
				 statuses[quit]);
		assert_in_range(pile.accepted + pile.refused, 0, 100);
		assert_non_null(strstr(tally_trouble(connection), words[quit]));
		assert_int_equal(tally_state(connection, &answer), statuses[quit]); /* sticky */
		tally_close(connection);
		fake_end(fake);
	}
}

static void
nobody_listens(void **state)
{
	struct tally_connect_options options = options_for(1);
	struct tally_connection *connection;
	char trouble[TALLY_TROUBLE_MAX];

	(void)state;
	assert_int_equal(tally_connect(&connection, &options, trouble), TALLY_CLIENT_WORLD);
	assert_null(connection);
	assert_string_equal(trouble, "connect to 127.0.0.1 port 1: Connection refused");
}

static void
wrong_campaign(void **state)
{
	struct fake *fake = fake_make();
	struct tally_connect_options options;
	struct tally_connection *connection;
	char trouble[TALLY_TROUBLE_MAX];

	(void)state;
	fake_start(fake);
	options = options_for(fake->port);
	options.client.campaign = session.tag;
	assert_int_equal(tally_connect(&connection, &options, trouble),
			 TALLY_CLIENT_WRONG_CAMPAIGN);
	assert_null(connection);
	assert_string_equal(trouble, "talk to the server: the server runs another campaign");
	fake_end(fake);
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
	    cmocka_unit_test(one_of_each),         cmocka_unit_test(a_pile),
	    cmocka_unit_test(stopped_by_the_sink), cmocka_unit_test(too_large),
	    cmocka_unit_test(ends_in_the_middle),  cmocka_unit_test(nobody_listens),
	    cmocka_unit_test(wrong_campaign),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
