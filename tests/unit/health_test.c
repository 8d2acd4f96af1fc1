#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limits.h"
#include "shell/disk.h"
#include "shell/health.h"

static int
set_up(void **state)
{
	struct health *health = health_start("127.0.0.1", 0);

	*state = health;
	return health == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	health_stop(*state);
	return 0;
}

static int
dial(const struct health *health)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(health_port(health))};
	const struct timeval patience = {.tv_sec = 20};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
			 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

/* Reads until the server closes; the text is in a buffer of each thread. */
static const char *
hear(int fd)
{
	static _Thread_local char answer[4096];
	size_t size = 0;
	ssize_t got = 1;

	while (got > 0 && size < sizeof answer - 1) {
		got = recv(fd, answer + size, sizeof answer - 1 - size, 0);
		if (got > 0)
			size += (size_t)got;
	}
	answer[size] = 0;
	close(fd);
	return answer;
}

static const char *
ask(const struct health *health, const char *request)
{
	int fd = dial(health);

	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	return hear(fd);
}

/* One request with nothing else to say. */
static const char *
ask_for(const struct health *health, const char *method, const char *path)
{
	char request[256];

	snprintf(request, sizeof request,
		 "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", method, path);
	return ask(health, request);
}

static void
assert_answer(const char *answer, int status, const char *body)
{
	const char *end = strstr(answer, "\r\n\r\n");
	char start[32];

	snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
	assert_memory_equal(answer, start, strlen(start));
	assert_non_null(end);
	assert_string_equal(end + 4, body);
}

static void
says_what_was_set(void **state)
{
	struct health *health = *state;
	char long_why[1000];
	const char *answer;

	assert_answer(ask_for(health, "GET", "/healthz"), 503, "starting\n");
	health_set(health, true, NULL);
	answer = ask_for(health, "GET", "/healthz");
	assert_answer(answer, 200, "ok\n");
	assert_non_null(strstr(answer, "Content-Type: text/plain"));
	assert_non_null(strstr(answer, "Cache-Control: no-store"));
	health_set(health, false, "write ledger/000001: Input/output error");
	assert_answer(ask_for(health, "GET", "/healthz"), 503,
		      "write ledger/000001: Input/output error\n");
	memset(long_why, 'y', sizeof long_why);
	long_why[sizeof long_why - 1] = 0;
	health_set(health, false, long_why);
	long_why[255] = '\n';
	long_why[256] = 0;
	assert_answer(ask_for(health, "GET", "/healthz"), 503, long_why);
	health_set(health, true, NULL);
	assert_answer(ask_for(health, "GET", "/healthz?from=probe"), 200, "ok\n");
}

static void
head_has_no_body(void **state)
{
	struct health *health = *state;
	const char *answer;

	health_set(health, true, NULL);
	answer = ask_for(health, "HEAD", "/healthz");
	assert_answer(answer, 200, "");
	assert_non_null(strstr(answer, "Content-Length: 3\r\n"));
	health_set(health, false, "no");
	assert_answer(ask_for(health, "HEAD", "/healthz"), 503, "");
}

static void
refuses_all_else(void **state)
{
	static const char *const paths[] = {"/",         "/healthz/",   "/health",
					    "/HEALTHZ",  "/../healthz", "/checkpoint",
					    "//healthz", "/healthz%00x"};
	static const char *const methods[] = {"POST",    "PUT",   "DELETE",
					      "OPTIONS", "TRACE", "get"};
	struct health *health = *state;

	health_set(health, true, NULL);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		assert_answer(ask_for(health, "GET", paths[i]), 404, "not found\n");
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		const char *answer = ask_for(health, methods[i], "/healthz");

		assert_answer(answer, 405, "only GET and HEAD\n");
		assert_non_null(strstr(answer, "Allow: GET, HEAD\r\n"));
	}
}

/* The answer comes although the announced body never does, and the connection ends. */
static void
reads_no_body(void **state)
{
	struct health *health = *state;

	health_set(health, true, NULL);
	assert_answer(ask(health, "POST /healthz HTTP/1.1\r\nHost: x\r\n"
				  "Content-Length: 1000000\r\n\r\nabc"),
		      405, "only GET and HEAD\n");
	assert_answer(ask(health, "GET /healthz HTTP/1.1\r\nHost: x\r\n"
				  "Content-Length: 1000000\r\n\r\n"),
		      200, "ok\n");
	assert_answer(ask(health, "GET /healthz HTTP/1.1\r\nHost: x\r\n"
				  "Transfer-Encoding: chunked\r\n\r\n"),
		      200, "ok\n");
}

static void
survives_nonsense(void **state)
{
	struct test_random random = test_random_make(7380);
	struct health *health = *state;
	static char flood[4 * http_connection_bytes];
	uint8_t noise[512];
	int fd;

	health_set(health, true, NULL);
	for (int i = 0; i < 50; i++) {
		fd = dial(health);
		test_random_fill(&random, noise, sizeof noise);
		memcpy(noise + sizeof noise - 4, "\r\n\r\n", 4);
		(void)send(fd, noise, 1 + test_random_below(&random, sizeof noise),
			   MSG_NOSIGNAL);
		close(fd);
	}
	/* Headers beyond a connection's memory. */
	memset(flood, 'a', sizeof flood - 1);
	memcpy(flood, "GET /healthz HTTP/1.1\r\nA: ", 26);
	fd = dial(health);
	(void)send(fd, flood, sizeof flood - 1, MSG_NOSIGNAL);
	assert_null(strstr(hear(fd), "200 OK"));
	assert_answer(ask_for(health, "GET", "/healthz"), 200, "ok\n");
}

/* More silent connections than there may be: one that comes later is answered when they end. */
static void
connections_are_limited(void **state)
{
	enum {
		crowd = http_connections_max + 8
	};
	struct health *health = *state;
	int fds[crowd];
	char byte;

	health_set(health, true, NULL);
	for (size_t i = 0; i < crowd; i++)
		fds[i] = dial(health);
	usleep(200000);
	for (size_t i = http_connections_max; i < crowd; i++) {
		static const char request[] = "GET /healthz HTTP/1.0\r\n\r\n";

		(void)send(fds[i], request, sizeof request - 1, MSG_NOSIGNAL);
	}
	usleep(200000);
	for (size_t i = http_connections_max; i < crowd; i++)
		assert_true(recv(fds[i], &byte, 1, MSG_DONTWAIT) <= 0);
	for (size_t i = 0; i < crowd; i++)
		close(fds[i]);
	assert_answer(ask_for(health, "GET", "/healthz"), 200, "ok\n");
}

/* A connection that says nothing is closed from the other side. */
static void
silence_ends(void **state)
{
	int fd = dial(*state);

	assert_string_equal(hear(fd), "");
}

static void
failures_say_why(void **state)
{
	char expected[128];

	assert_null(health_start("127.0.0.1", health_port(*state)));
	snprintf(expected, sizeof expected,
		 "listen for HTTP on 127.0.0.1:%u: Address already in use",
		 (unsigned)health_port(*state));
	assert_string_equal(disk_error(), expected);
	assert_null(health_start("no such host", 7380));
	assert_non_null(strstr(disk_error(), "listen for HTTP on no such host:7380: "));
	assert_null(health_start("192.0.2.1", 0));
	assert_non_null(strstr(disk_error(), "Cannot assign requested address"));
}

static void
six_and_names(void **state)
{
	struct health *health = health_start("localhost", 0);

	(void)state;
	assert_non_null(health);
	assert_int_not_equal(health_port(health), 0);
	health_stop(health);
	health = health_start("::1", 0);
	if (health == NULL) {
		printf("SKIPPED: %s\n", disk_error());
		skip();
	}
	assert_int_not_equal(health_port(health), 0);
	health_stop(health);
	health_stop(NULL);
}

static atomic_bool stop;

static void *
change_mind(void *context)
{
	for (unsigned i = 0; !atomic_load(&stop); i++)
		health_set(context, i % 2 == 0, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
	return NULL;
}

static void
set_by_any_thread(void **state)
{
	struct health *health = *state;
	pthread_t threads[2];

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, change_mind, health), 0);
	for (size_t i = 0; i < 100; i++) {
		const char *answer = ask_for(health, "GET", "/healthz");

		if (strstr(answer, "200 OK") != NULL)
			assert_answer(answer, 200, "ok\n");
		else if (strstr(answer, "starting") == NULL)
			assert_answer(answer, 503,
				      "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n");
	}
	atomic_store(&stop, true);
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(says_what_was_set, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(head_has_no_body, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(refuses_all_else, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(reads_no_body, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(survives_nonsense, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(connections_are_limited, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(silence_ends, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(failures_say_why, set_up, tear_down),
	    cmocka_unit_test(six_and_names),
	    cmocka_unit_test_setup_teardown(set_by_any_thread, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
