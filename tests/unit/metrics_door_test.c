#include "shell/metrics_door.h"

#include <netinet/in.h>
#include <pthread.h>

#include "limits.h"
#include "shell/clock.h"
#include "shell/disk.h"
#include "tests/lib/caller.h"

static struct metrics metrics;

static struct metrics_door *
open_at(uint16_t port, unsigned request_ms)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons(port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	return metrics_door_start((const struct sockaddr *)&address, &metrics, request_ms);
}

static int
begin(void **state, unsigned request_ms)
{
	struct metrics_door *door;

	metrics_init(&metrics, "libsodium", "", 0);
	door = open_at(0, request_ms);
	if (door == NULL)
		fail_msg("%s", disk_error());
	*state = door;
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
tear_down(void **state)
{
	metrics_door_stop(*state);
	return 0;
}

static void
ask(struct metrics_door *door, const char *method, const char *path,
    struct caller_answer *answer)
{
	caller_ask(metrics_door_port(door), method, path, "", answer);
}

static void
shows_metrics_and_nothing_else(void **state)
{
	static struct caller_answer answer;

	ask(*state, "GET", "/metrics", &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(caller_header(&answer, "Content-Type"),
			    "text/plain; version=0.0.4; charset=utf-8");
	assert_string_equal(caller_header(&answer, "Cache-Control"), "no-store");
	assert_non_null(strstr((const char *)answer.body, "\ntallyd_commits_total 0\n"));
	ask(*state, "HEAD", "/metrics", &answer);
	assert_int_equal(answer.status, 200);
	ask(*state, "GET", "/", &answer);
	assert_int_equal(answer.status, 404);
	ask(*state, "GET", "/metrics/", &answer);
	assert_int_equal(answer.status, 404);
	ask(*state, "POST", "/metrics", &answer);
	assert_int_equal(answer.status, 405);
	assert_string_equal(caller_header(&answer, "Allow"), "GET, HEAD");
}

static void
a_taken_port_is_said(void **state)
{
	assert_null(open_at(metrics_door_port(*state), 0));
	assert_non_null(strstr(disk_error(), "127.0.0.1"));
	metrics_door_stop(NULL);
}

/* Less than the silence that would end it. */
static void
a_trickle_ends(void **state)
{
	uint64_t start = clock_mono_ms();

	caller_trickle(metrics_door_port(*state));
	assert_in_range(clock_mono_ms() - start, 250, 1000 * http_silence_s - 1000);
}

static void *
count(void *context)
{
	(void)context;
	for (unsigned i = 0; i < 20000; i++)
		metrics_verified(&metrics, 1, i);
	return NULL;
}

/* Counting goes on while it is read; what is read never goes back. */
static void
may_be_asked_while_it_counts(void **state)
{
	static struct caller_answer answer;
	static const char name[] = "\ntallyd_verify_requests_total ";
	unsigned long before = 0;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, count, NULL), 0);
	for (unsigned i = 0; i < 20; i++) {
		const char *found;
		unsigned long seen;

		ask(*state, "GET", "/metrics", &answer);
		found = strstr((const char *)answer.body, name);
		assert_non_null(found);
		seen = strtoul(found + sizeof name - 1, NULL, 10);
		assert_true(seen >= before);
		before = seen;
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	ask(*state, "GET", "/metrics", &answer);
	assert_non_null(
	    strstr((const char *)answer.body, "\ntallyd_verify_requests_total 20000\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(shows_metrics_and_nothing_else, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_taken_port_is_said, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_trickle_ends, set_up_impatient, tear_down),
	    cmocka_unit_test_setup_teardown(may_be_asked_while_it_counts, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("metrics_door", tests, NULL, NULL);
}
