#include "shell/visits.h"

#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/test.h"

enum {
	PLACES = 3
};

/* A connection's two ends; the first is the visitor's socket in the server. */
struct pair {
	int fds[2];
};

static struct pair
pair_make(void)
{
	struct pair pair;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.fds), 0);
	return pair;
}

static bool
ended(const struct pair *pair)
{
	char byte;

	return recv(pair->fds[1], &byte, 1, MSG_DONTWAIT) == 0;
}

static void
late_ones_are_ended(void **state)
{
	struct visit list[PLACES];
	struct visits visits;
	struct pair early = pair_make();
	struct pair late = pair_make();
	struct pair gone = pair_make();
	struct visit *visit[PLACES];

	(void)state;
	visits_init(&visits, list, PLACES);
	visit[0] = visits_begin(&visits, early.fds[0], 1000);
	visit[1] = visits_begin(&visits, late.fds[0], 1000);
	visit[2] = visits_begin(&visits, gone.fds[0], 1000);
	assert_null(visits_begin(&visits, 77, 1000));
	visits_end(visit[2]);
	visits_again(visit[0], 1500);
	visits_end_late(&visits, 1999, 1000);
	assert_false(ended(&late));
	visits_end_late(&visits, 2000, 1000);
	assert_false(ended(&early));
	assert_true(ended(&late));
	assert_false(ended(&gone));
	/* Not again at every look, but it is not forgotten either. */
	visits_end_late(&visits, 2001, 1000);
	assert_int_equal(visit[1]->since_ms, 2000);
	visits_end_late(&visits, 3000, 1000);
	assert_int_equal(visit[1]->since_ms, 3000);
	assert_true(ended(&early));
	visits_end(visit[0]);
	visits_end(visit[1]);
	for (size_t i = 0; i < 2; i++) {
		close(early.fds[i]);
		close(late.fds[i]);
		close(gone.fds[i]);
	}
}

static void
places_are_used_again(void **state)
{
	struct visit list[PLACES];
	struct visits visits;

	(void)state;
	visits_init(&visits, list, PLACES);
	for (int round = 0; round < 10; round++) {
		struct visit *visit[PLACES];

		for (int i = 0; i < PLACES; i++) {
			visit[i] = visits_begin(&visits, 1000 + i, 1);
			assert_non_null(visit[i]);
		}
		for (int i = 0; i < PLACES; i++)
			visits_end(visit[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(late_ones_are_ended),
	    cmocka_unit_test(places_are_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
