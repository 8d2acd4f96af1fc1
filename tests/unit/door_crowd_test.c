#include "shell/door.h"

#include <sys/socket.h>
#include <unistd.h>

#include "limits.h"
#include "shell/clock.h"
#include "tests/lib/gallery.h"

static int
set_up(void **state)
{
	*state = gallery_visit(0);
	return 0;
}

static int
set_up_impatient(void **state)
{
	*state = gallery_visit(300);
	return 0;
}

static int
tear_down(void **state)
{
	gallery_leave(*state);
	return 0;
}

static void
survives_nonsense(void **state)
{
	struct test_random random = test_random_make(7380);
	struct gallery_visit *visit = *state;
	static char flood[4 * http_connection_bytes];
	uint8_t noise[512];
	int fd;

	for (int i = 0; i < 50; i++) {
		fd = caller_dial(visit->port);
		test_random_fill(&random, noise, sizeof noise);
		memcpy(noise, "GET /tile/", i % 2 == 0 ? 10 : 0);
		memcpy(noise + sizeof noise - 4, "\r\n\r\n", 4);
		(void)caller_send(fd, noise, 1 + test_random_below(&random, sizeof noise));
		close(fd);
	}
	/* Headers beyond a connection's memory. */
	memset(flood, 'a', sizeof flood - 1);
	memcpy(flood, "GET /checkpoint HTTP/1.1\r\nA: ", 29);
	fd = caller_dial(visit->port);
	(void)caller_send(fd, flood, sizeof flood - 1);
	caller_hear(fd, &visit->answer);
	assert_int_not_equal(visit->answer.status, 200);
	caller_ask(visit->port, "GET", "/checkpoint", "", &visit->answer);
	assert_int_equal(visit->answer.status, 200);
}

/* Who reads a byte now and then is not waited for: a text of 256 MiB does not fit into sockets. */
static void
slow_readers_end(void **state)
{
	static const char request[] = "GET /tally/5 HTTP/1.1\r\nHost: x\r\n\r\n";
	struct gallery_visit *visit = *state;
	uint64_t begin = clock_mono_ms();
	const size_t size = 256 * 1024 * 1024;
	char path[400];
	char bytes[64 * 1024] = "";
	size_t seen = 0;
	ssize_t got = 1;
	int fd;

	test_file_write(visit->gallery.public, "tally/5", BYTES_OF(""));
	snprintf(path, sizeof path, "%s/tally/5", visit->gallery.public);
	assert_int_equal(truncate(path, (off_t)size), 0);
	fd = caller_dial(visit->port);
	assert_true(caller_send(fd, request, sizeof request - 1));
	while (got > 0 && clock_mono_ms() - begin < 3000) {
		got = recv(fd, bytes + seen, 1, 0);
		seen += got > 0;
		usleep(20000);
	}
	assert_int_equal(strncmp(bytes, "HTTP/1.1 200", 12), 0);
	while (got > 0) {
		got = recv(fd, bytes, sizeof bytes, 0);
		seen += got > 0 ? (size_t)got : 0;
	}
	caller_see_end(got);
	assert_in_range(seen, sizeof bytes + 1, size - 1);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(survives_nonsense, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(slow_readers_end, set_up_impatient, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
