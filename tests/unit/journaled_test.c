/* Connections that keep a journal. */
#include "tests/lib/notebook.h"
#include "tests/lib/patience.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* A server that looks into the client's journal whenever a ballot arrives. */
struct spy {
	int listener;
	int socket;
	uint16_t port;
	uint64_t quit_after; /* ballots: closes in place of an answer */
	uint64_t arrived;
	uint64_t unwritten; /* ballots that came before they were in the journal */
	size_t size;
	uint8_t in[4 * TALLY_CLIENT_OUTPUT_MIN];
	uint8_t out[64 * 1024];
	pthread_t thread;
};

static void
spy_take(struct spy *spy, const struct frame *frame, struct writer *out)
{
	if (frame->message == TALLY_MESSAGE_AUTH) {
		session_welcome(out, 16, 8);
		return;
	}
	if (frame->message != TALLY_MESSAGE_SUBMIT) {
		frame_verdict_write(out, frame->correlation, TALLY_NOT_FOUND, FRAME_NO_INDEX);
		return;
	}
	spy->arrived++;
	spy->unwritten += notebook_content().tape.ballots < spy->arrived;
	if (spy->arrived < spy->quit_after)
		frame_verdict_write(out, frame->correlation,
				    spy->arrived % 3 == 0 ? TALLY_CLOSED : TALLY_ACCEPTED,
				    spy->arrived % 3 == 0 ? FRAME_NO_INDEX : spy->arrived);
}

static bool
spy_serve(struct spy *spy)
{
	struct writer out = writer_make(spy->out, sizeof spy->out);
	struct frame frame;
	ssize_t got = recv(spy->socket, spy->in + spy->size, sizeof spy->in - spy->size, 0);
	long used;

	spy->size += got > 0 ? (size_t)got : 0;
	while (got > 0 && (used = frame_next(bytes_make(spy->in, spy->size), &frame)) > 0) {
		spy_take(spy, &frame, &out);
		spy->size -= (size_t)used;
		memmove(spy->in, spy->in + used, spy->size);
	}
	return got > 0 && spy->arrived < spy->quit_after &&
	       send(spy->socket, spy->out, out.size, MSG_NOSIGNAL) == (ssize_t)out.size;
}

static void *
spy_run(void *context)
{
	struct spy *spy = context;
	struct writer out = writer_make(spy->out, sizeof spy->out);

	spy->socket = accept(spy->listener, NULL, NULL);
	session_hello(&notebook.session, &out);
	if (send(spy->socket, spy->out, out.size, MSG_NOSIGNAL) == (ssize_t)out.size)
		while (spy_serve(spy))
			continue;
	close(spy->socket);
	return NULL;
}

static struct spy *
spy_start(uint64_t quit_after)
{
	static struct spy spy;
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;

	memset(&spy, 0, sizeof spy);
	spy.quit_after = quit_after;
	spy.listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(spy.listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(spy.listener, 1), 0);
	assert_int_equal(getsockname(spy.listener, (struct sockaddr *)&address, &size), 0);
	spy.port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&spy.thread, NULL, spy_run, &spy), 0);
	return &spy;
}

static void
spy_end(struct spy *spy)
{
	assert_int_equal(pthread_join(spy->thread, NULL), 0);
	close(spy->listener);
	assert_int_equal(spy->unwritten, 0);
}

static int
connect_to(const struct spy *spy, struct tally_journal *journal,
	   struct tally_connection **connection)
{
	struct tally_connect_options wanted = {.host = "127.0.0.1",
					       .port = spy->port,
					       .client = session_config(&notebook.session),
					       .journal = journal,
					       .connect_timeout_ms = TEST_PATIENCE_MS,
					       .answer_timeout_ms = TEST_PATIENCE_MS};

	return tally_connect(connection, &wanted, notebook.trouble);
}

static bool
next_ballot(void *context, const void **ballot, size_t *size)
{
	uint64_t *left = context;

	*ballot = left;
	*size = 100;
	return *left > 0 && (*left)-- > 0;
}

static bool
ignore_answer(void *context, uint64_t place, const struct tally_client_event *answer)
{
	(void)context;
	(void)place;
	(void)answer;
	return true;
}

/* The connection ends in the middle: what was sent is in the journal, and what was answered. */
static void
written_before_it_leaves(void **state)
{
	static uint64_t ballots[13];
	struct tally_journal *journal = notebook_open();
	struct spy *spy = spy_start(70);
	struct tally_connection *connection;
	struct tally_client_event answer;
	struct notebook_content content;

	(void)state;
	ballots[0] = 200;
	assert_int_equal(connect_to(spy, journal, &connection), 0);
	assert_int_equal(tally_submit(connection, "one", 3, &answer), 0);
	assert_int_equal(notebook_content().answers, 1);
	assert_int_equal(tally_receipt(connection, 1, &answer), 0);
	assert_int_equal(answer.verdict, TALLY_NOT_FOUND); /* no answer to a ballot */
	assert_int_equal(tally_submit(connection, "two", 3, &answer), 0);
	assert_int_equal(notebook_content().answers, 2);
	assert_int_equal(tally_submit_all(connection, next_ballot, ignore_answer, ballots),
			 TALLY_CLIENT_LOST);
	tally_close(connection);
	spy_end(spy);
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	content = notebook_content();
	assert_in_range(content.tape.ballots, 70, 70 + 16);
	assert_in_range(content.answers, 1, 69);
	assert_int_equal(content.tape.sealed, content.file_size);
}

/* Without room for the journal nothing leaves. */
static void
nothing_leaves_unwritten(void **state)
{
	static uint64_t ballots[13];
	struct tally_journal *journal = notebook_open();
	struct spy *spy = spy_start(1000);
	struct tally_connection *connection;
	struct rlimit before;

	(void)state;
	ballots[0] = 200;
	assert_int_equal(connect_to(spy, journal, &connection), 0);
	before = notebook_limit(4000);
	assert_int_equal(tally_submit_all(connection, next_ballot, ignore_answer, ballots),
			 TALLY_CLIENT_JOURNAL);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_non_null(strstr(tally_trouble(connection), "keep the journal: write journal "));
	assert_int_equal(tally_submit(connection, "b", 1, &(struct tally_client_event){0}),
			 TALLY_CLIENT_JOURNAL);
	tally_close(connection);
	spy_end(spy);
	assert_in_range(spy->arrived, 1, 40);
	assert_int_equal(tally_journal_close(journal, notebook.trouble), TALLY_CLIENT_JOURNAL);
}

static void
of_another_key(void **state)
{
	struct tally_journal_options wanted = notebook_options();
	struct tally_journal *journal;
	struct tally_connection *connection;
	struct tally_client_key other;
	struct spy spy = {.port = 1};

	(void)state;
	assert_true(tally_client_key_make("front.example/b", notebook.session.tag, &other));
	wanted.key = &other;
	assert_int_equal(tally_journal_open(&journal, &wanted, notebook.trouble), 0);
	assert_int_equal(connect_to(&spy, journal, &connection), TALLY_CLIENT_BAD_CONFIG);
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, notebook_begin, notebook_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(written_before_it_leaves),
	    TEST(nothing_leaves_unwritten),
	    TEST(of_another_key),
	};

	return cmocka_run_group_tests(tests, notebook_setup, NULL);
}
