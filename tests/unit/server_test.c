#include "tests/lib/patience.h"
#include "tests/lib/test.h"

#include "limits.h"
#include "shell/server.h"
#include "tally/status.h"
#include "tests/lib/caller.h"
#include "tests/lib/running.h"
#include "tests/lib/snapshot.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct running running;
static struct test_child child;

/* Votes of voters [first, end); their indices. */
static void
vote(struct tally_connection *connection, uint64_t first, uint64_t end, uint64_t *indices)
{
	for (uint64_t voter = first; voter < end; voter++)
		assert_int_equal(running_vote(&running, connection, voter, 1, &indices[voter]),
				 TALLY_ACCEPTED);
}

/* The same ballots again get the same answers. */
static void
vote_again(struct tally_connection *connection, uint64_t first, uint64_t end,
	   const uint64_t *indices)
{
	uint64_t index;

	for (uint64_t voter = first; voter < end; voter++) {
		assert_int_equal(running_vote(&running, connection, voter, 1, &index),
				 TALLY_ACCEPTED);
		assert_int_equal(index, indices[voter]);
	}
}

static void
serves_and_stops(void **state)
{
	struct founded founded;
	struct tally_connection *connection;
	struct tally_client_event answer;
	uint64_t indices[60];
	uint8_t tag[TALLY_TAG_SIZE];

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	assert_said(&running.child, "ready: tally.example/test, 2 entries;");
	connection = running_connect(&running);
	vote(connection, 0, 60, indices);
	assert_in_range(indices[0], 2, 3); /* behind PHASE, and perhaps a TALLY */
	vote_again(connection, 0, 60, indices);
	campaign_tag(59, tag);
	assert_int_equal(tally_status(connection, tag, &answer), TALLY_CLIENT_FINE);
	assert_true(answer.known);
	assert_int_equal(answer.index, indices[59]);
	assert_int_equal(tally_state(connection, &answer), TALLY_CLIENT_FINE);
	assert_int_equal(answer.state.phase, TALLY_PHASE_OPEN);
	/* The client checks the proof. */
	assert_int_equal(tally_receipt(connection, indices[30], &answer), TALLY_CLIENT_FINE);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_RECEIPT);
	assert_int_equal(tally_receipt(connection, indices[59] + 9999, &answer), 0);
	assert_int_equal(answer.verdict, TALLY_NOT_FOUND);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	assert_said(&running.child, "stopping: ");
	assert_said(&running.child, "answered accepted: 120\n");
	assert_said(&running.child, "stopped with ");
	/* A last checkpoint is public, and the poll book kept. */
	assert_true(founded_has(&founded, "public/checkpoint"));
	assert_true(founded_has(&founded, "state/book.mdb"));
	running_start(&running, &founded);
	connection = running_connect(&running);
	vote_again(connection, 0, 60, indices);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGINT), TALLY_EXIT_FINE);
	founded_free(&founded);
}

/* L1: whatever was answered is there after kill -9. */
static void
killed_at_any_time(void **state)
{
	struct founded founded;
	struct tally_connection *connection;
	uint64_t indices[100];

	(void)state;
	founded_make(&founded, &running_wish, true);
	for (uint64_t round = 0; round < 5; round++) {
		running_start(&running, &founded);
		connection = running_connect(&running);
		vote_again(connection, 0, 20 * round, indices);
		vote(connection, 20 * round, 20 * round + 20, indices);
		assert_int_equal(running_stop(&running, SIGKILL), -SIGKILL);
		tally_close(connection);
	}
	running_start(&running, &founded);
	connection = running_connect(&running);
	vote_again(connection, 0, 100, indices);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
}

/* A reader that goes on asking while the server stops. */
struct reader_thread {
	struct tally_connection *connection;
	uint64_t index;
	atomic_uint receipts;
};

static void *
read_on(void *context)
{
	struct reader_thread *reader = context;
	struct tally_client_event answer;

	while (tally_receipt(reader->connection, reader->index, &answer) == TALLY_CLIENT_FINE &&
	       answer.kind == TALLY_CLIENT_EVENT_RECEIPT)
		reader->receipts++;
	return NULL;
}

static void
stops_while_it_is_asked(void **state)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	struct reader_thread readers[4];
	pthread_t threads[4];
	struct founded founded;
	uint64_t indices[10];

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	for (size_t i = 0; i < 4; i++)
		readers[i] = (struct reader_thread){.connection = running_connect(&running)};
	vote(readers[0].connection, 0, 10, indices);
	for (size_t i = 0; i < 4; i++) {
		readers[i].index = indices[i];
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
	}
	for (unsigned i = 0, waited = 0; i < 4 && waited < TEST_PATIENCE_MS; waited++)
		if (readers[i].receipts > 1)
			i++;
		else
			nanosleep(&pause, NULL);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_true(readers[i].receipts > 1);
		tally_close(readers[i].connection);
	}
	founded_free(&founded);
}

static void
before_and_after(void **state)
{
	struct campaign_wish wish = running_wish;
	struct founded founded;
	struct tally_connection *connection;
	uint64_t index;

	(void)state;
	wish.opens = "2098-01-01T00:00:00Z";
	founded_make(&founded, &wish, false);
	running_start(&running, &founded);
	connection = running_connect(&running);
	assert_int_equal(running_vote(&running, connection, 1, 1, &index), TALLY_NOT_OPEN_YET);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
	/* Downtime across the closing time: CLOSE stands before any ballot. */
	wish.opens = "2020-01-01T00:00:00Z";
	wish.closes = "2020-01-02T00:00:00Z";
	founded_make(&founded, &wish, false);
	running_start(&running, &founded);
	connection = running_connect(&running);
	assert_int_equal(running_vote(&running, connection, 1, 1, &index), TALLY_CLOSED);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	assert_said(&running.child, "voting is closed");
	founded_free(&founded);
}

/* doors */

static int
run(void *context)
{
	return server_run(context);
}

static struct server_options
options_for(const struct founded *founded)
{
	return (struct server_options){.data = founded->data,
				       .listen = "127.0.0.1:0",
				       .http = "127.0.0.1:0",
				       .workers_count = 1};
}

static void
ends(const struct server_options *options, int code, const char *line)
{
	struct server_options copy = *options;

	assert_int_equal(test_child_run(&child, run, &copy), code);
	assert_said(&child, line);
}

/* L6 */
static void
a_second_server(void **state)
{
	struct founded founded;
	struct server_options options;
	char line[64];

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	options = options_for(&founded);
	snprintf(line, sizeof line, "in use: locked by process %d\n", (int)running.child.pid);
	ends(&options, TALLY_EXIT_WORLD, line);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
}

static void
doors_in_use(void **state)
{
	struct founded founded;
	struct founded other;
	struct server_options options;
	char address[64];

	(void)state;
	founded_make(&founded, &running_wish, false);
	founded_make(&other, &running_wish, false);
	running_start(&running, &founded);
	options = options_for(&other);
	snprintf(address, sizeof address, "127.0.0.1:%u", running.port);
	options.listen = address;
	ends(&options, TALLY_EXIT_WORLD, "address already in use");
	options.listen = "127.0.0.1:0";
	snprintf(address, sizeof address, "127.0.0.1:%u", running.http);
	options.http = address;
	ends(&options, TALLY_EXIT_WORLD, address);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	/* What was begun before the door was found shut is there, whole. */
	running_start(&running, &other);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
	founded_free(&other);
}

/* Wrong options touch nothing, not even the lock. */
static void
bad_addresses(void **state)
{
	static const char *const wrong[] = {"",
					    "7300",
					    "127.0.0.1",
					    "127.0.0.1:",
					    ":7300",
					    "127.0.0.1:http",
					    "127.0.0.1:65536",
					    "127.0.0.1:-1",
					    "127.0.0.1: 1",
					    "127.0.0.1:99999999999999999999"};
	static const char *const bare[] = {"0.0.0.0:0", "[::]:0", "192.0.2.1:7300"};
	struct founded founded;
	struct server_options options;
	char *before;
	char *after;

	(void)state;
	founded_make(&founded, &running_wish, false);
	before = test_snapshot(founded.folder.path, NULL);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		options = options_for(&founded);
		options.listen = wrong[i];
		ends(&options, TALLY_EXIT_USAGE, ": expected HOST:PORT\n");
		options = options_for(&founded);
		options.http = wrong[i];
		ends(&options, TALLY_EXIT_USAGE, ": expected HOST:PORT\n");
	}
	options = options_for(&founded);
	options.listen = "300.1.1.1:7300";
	ends(&options, TALLY_EXIT_USAGE, "--listen 300.1.1.1:7300: ");
	for (size_t i = 0; i < sizeof bare / sizeof *bare; i++) {
		options.listen = bare[i];
		ends(&options, TALLY_EXIT_USAGE, "or say --plain\n");
	}
	after = test_snapshot(founded.folder.path, NULL);
	assert_string_equal(before, after);
	/* With --plain the rule is passed (and the address is nobody's here). */
	options.listen = "192.0.2.1:7300";
	options.plain = true;
	ends(&options, TALLY_EXIT_WORLD, "listening at 192.0.2.1:7300: ");
	free(before);
	free(after);
	founded_free(&founded);
}

static void
no_data(void **state)
{
	struct server_options options = {
	    .data = "/nowhere/at/all", .listen = "127.0.0.1:0", .http = "127.0.0.1:0"};

	(void)state;
	ends(&options, TALLY_EXIT_WORLD, "open /nowhere/at/all: No such file or directory");
}

/* strangers */

static int
dial(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(port),
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const struct timeval patience = {.tv_sec = TEST_PATIENCE_S};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void
says_that_it_is_ready(void **state)
{
	struct founded founded;
	char answer[512] = "";
	size_t size = 0;
	ssize_t got;
	int fd;

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	fd = dial(running.http);
	assert_int_equal(send(fd, "GET /healthz HTTP/1.0\r\n\r\n", 25, MSG_NOSIGNAL), 25);
	while ((got = recv(fd, answer + size, sizeof answer - 1 - size, 0)) > 0)
		size += (size_t)got;
	close(fd);
	assert_non_null(strstr(answer, " 200 "));
	assert_non_null(strstr(answer, "\r\n\r\nok\n"));
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
}

/* Noise, silence and half a frame cost a stranger his connection, and nobody else anything. */
static void
strangers_at_the_door(void **state)
{
	struct test_random random = test_random_make(7401);
	struct founded founded;
	struct tally_connection *connection;
	uint64_t indices[40];
	uint8_t noise[300];
	int fds[40];

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	connection = running_connect(&running);
	for (size_t i = 0; i < 40; i++) {
		fds[i] = dial(running.port);
		test_random_fill(&random, noise, sizeof noise);
		send(fds[i], noise, (size_t)test_random_below(&random, sizeof noise),
		     MSG_NOSIGNAL);
		if (i % 3 == 0)
			close(fds[i]);
		vote(connection, i, i + 1, indices);
	}
	for (size_t i = 0; i < 40; i++)
		if (i % 3 != 0)
			close(fds[i]);
	vote_again(connection, 0, 40, indices);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
}

/* More than the HTTP door takes sit there and say half a request: frontends do not notice. */
static void
a_siege_of_the_http_door(void **state)
{
	enum {
		crowd = http_connections_max + 50
	};
	static const char half[] = "GET /checkpoint HTTP/1.1\r\nA: ";
	static int fds[crowd];
	struct founded founded;
	struct tally_connection *connection;
	uint64_t indices[200];

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	for (size_t i = 0; i < crowd; i++) {
		fds[i] = caller_dial(running.http);
		assert_true(caller_send(fds[i], half, sizeof half - 1));
	}
	connection = running_connect(&running);
	vote(connection, 0, 200, indices);
	tally_close(connection);
	for (size_t i = 0; i < crowd; i++)
		close(fds[i]);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
}

/* public/results is of the size that public/checkpoint has. */
static void
assert_results(const struct founded *founded, const char *ballots)
{
	size_t size;
	char *note = (char *)founded_read(founded, "public/checkpoint", &size);
	char *json = (char *)founded_read(founded, "public/results", &size);
	char index[40];

	snprintf(index, sizeof index, ",\"index\":%lu,", strtoul(strchr(note, '\n'), NULL, 10));
	assert_non_null(strstr(json, index));
	assert_non_null(strstr(json, ballots));
	free(json);
	free(note);
}

/* Also those of a publication that a crash has cut behind its checkpoint. */
static void
results_are_published(void **state)
{
	struct founded founded;
	struct tally_connection *connection;
	uint64_t indices[7];

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	connection = running_connect(&running);
	vote(connection, 0, 7, indices);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	assert_results(&founded, "\"ballots\":7,");
	founded_remove(&founded, "public/results");
	founded_remove(&founded, "published");
	running_start(&running, &founded);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	assert_results(&founded, "\"ballots\":7,");
	founded_free(&founded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(serves_and_stops),
	    cmocka_unit_test(killed_at_any_time),
	    cmocka_unit_test(stops_while_it_is_asked),
	    cmocka_unit_test(before_and_after),
	    cmocka_unit_test(a_second_server),
	    cmocka_unit_test(doors_in_use),
	    cmocka_unit_test(bad_addresses),
	    cmocka_unit_test(no_data),
	    cmocka_unit_test(says_that_it_is_ready),
	    cmocka_unit_test(strangers_at_the_door),
	    cmocka_unit_test(results_are_published),
	    cmocka_unit_test(a_siege_of_the_http_door),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
