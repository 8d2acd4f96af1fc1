#include "shell/porter.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limits.h"
#include "shell/clock.h"
#include "shell/listener.h"
#include "tests/lib/caller.h"

enum {
	PLACES = 8,
	NICENESS = 3,
};

/* A porter whose answer is the path as it came and how nice its thread is. */
struct lodge {
	struct porter *porter;
	uint16_t port;
	struct caller_answer answer;
};

static enum MHD_Result
echo(void *context, struct MHD_Connection *connection, const char *path, const char *method,
     const char *version, const char *body, size_t *body_size, void **request)
{
	static char again;
	char text[200];
	struct MHD_Response *response;
	enum MHD_Result result;

	(void)context;
	(void)method;
	(void)version;
	(void)body;
	(void)body_size;
	if (*request == NULL) {
		*request = &again;
		return MHD_YES;
	}
	snprintf(text, sizeof text, "%s %d.\n", path, getpriority(PRIO_PROCESS, 0));
	response = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	result = MHD_queue_response(connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static int
begin(void **state, unsigned request_ms)
{
	struct lodge *lodge = calloc(1, sizeof *lodge);

	assert_non_null(lodge);
	lodge->porter = porter_start(&(struct porter_options){
	    .what = "echoes",
	    .listener = listener_open("127.0.0.1", 0, PLACES, &lodge->port),
	    .connections_max = PLACES,
	    .request_ms = request_ms,
	    .niceness = NICENESS,
	    .answer = echo,
	    .context = lodge,
	});
	assert_non_null(lodge->porter);
	*state = lodge;
	return 0;
}

static int
set_up(void **state)
{
	return begin(state, 0);
}

static int
set_up_impatient(void **state)
{
	return begin(state, 300);
}

static int
set_up_patient(void **state)
{
	return begin(state, 2000);
}

static int
tear_down(void **state)
{
	struct lodge *lodge = *state;

	porter_stop(lodge->porter);
	free(lodge);
	return 0;
}

static void
answers_on_a_thread_of_its_own(void **state)
{
	struct lodge *lodge = *state;
	int nice = getpriority(PRIO_PROCESS, 0) + NICENESS;
	char expected[100];

	snprintf(expected, sizeof expected, "/a%%2fb%%00 %d.\n", nice < 19 ? nice : 19);
	caller_ask(lodge->port, "GET", "/a%2fb%00", "", &lodge->answer);
	assert_int_equal(lodge->answer.status, 200);
	assert_string_equal(lodge->answer.body, expected);
}

/* Asks and hears on a connection that stays open. */
static void
ask_on(int fd)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	char heard[1000] = "";
	size_t size = 0;

	assert_true(caller_send(fd, request, sizeof request - 1));
	while (strstr(heard, ".\n") == NULL) {
		ssize_t got = recv(fd, heard + size, sizeof heard - 1 - size, 0);

		assert_true(got > 0);
		size += (size_t)got;
		heard[size] = 0;
	}
}

/* One more than there may be waits until another one goes. */
static void
connections_are_limited(void **state)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	struct lodge *lodge = *state;
	int fds[PLACES];
	int late;
	char byte;

	for (size_t i = 0; i < PLACES; i++) {
		fds[i] = caller_dial(lodge->port);
		ask_on(fds[i]);
	}
	late = caller_dial(lodge->port);
	assert_true(caller_send(late, request, sizeof request - 1));
	for (size_t i = 0; i < PLACES; i++)
		ask_on(fds[i]);
	assert_true(recv(late, &byte, 1, MSG_DONTWAIT) < 0);
	close(fds[3]);
	caller_hear(late, &lodge->answer);
	assert_int_equal(lodge->answer.status, 200);
	for (size_t i = 0; i < PLACES; i++)
		if (i != 3)
			close(fds[i]);
}

/* A connection that says nothing is closed from the other side, long before it is late. */
static void
silence_ends(void **state)
{
	struct lodge *lodge = *state;
	uint64_t start = clock_mono_ms();
	int fd = caller_dial(lodge->port);
	char byte;

	caller_see_end(recv(fd, &byte, 1, 0));
	assert_in_range(clock_mono_ms() - start, 1000 * http_silence_s - 1000,
			http_request_ms - 1000);
	close(fd);
}

/* One that says a byte now and then is never silent, and ends all the same. */
static void
trickles_end(void **state)
{
	struct lodge *lodge = *state;
	uint64_t start = clock_mono_ms();

	caller_trickle(lodge->port);
	assert_in_range(clock_mono_ms() - start, 250, 1000 * http_silence_s - 1000);
}

/* Requests one after the other are each given their time. */
static void
the_patient_are_not_ended(void **state)
{
	struct lodge *lodge = *state;
	uint64_t start = clock_mono_ms();
	int fd = caller_dial(lodge->port);

	while (clock_mono_ms() - start < 2800) {
		ask_on(fd);
		usleep(50000);
	}
	close(fd);
}

/* Whoever is there sees the end of it; the socket that was given is closed. */
static void
stopping_ends_all(void **state)
{
	struct lodge *lodge = *state;
	uint16_t port = lodge->port;
	int fd = caller_dial(port);
	int listener;
	char byte;

	ask_on(fd);
	porter_stop(lodge->porter);
	lodge->porter = NULL;
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
	listener = listener_open("127.0.0.1", port, 1, &port);
	assert_true(listener >= 0);
	close(listener);
	porter_stop(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(answers_on_a_thread_of_its_own, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(connections_are_limited, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(silence_ends, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(trickles_end, set_up_impatient, tear_down),
	    cmocka_unit_test_setup_teardown(the_patient_are_not_ended, set_up_patient,
					    tear_down),
	    cmocka_unit_test_setup_teardown(stopping_ends_all, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
