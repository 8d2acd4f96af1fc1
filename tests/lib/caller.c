#include "tests/lib/caller.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/patience.h"

int
caller_dial(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	const struct timeval patience = {.tv_sec = TEST_PATIENCE_S};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
			 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

bool
caller_send(int fd, const void *bytes, size_t size)
{
	return send(fd, bytes, size, MSG_NOSIGNAL) == (ssize_t)size;
}

void
caller_see_end(ssize_t got)
{
	if (got < 0 && errno != ECONNRESET)
		fail_msg("not closed by the server: %s", strerror(errno));
	assert_true(got <= 0);
}

void
caller_hear(int fd, struct caller_answer *answer)
{
	size_t size = 0;
	ssize_t got = 1;
	char *end;

	while (got > 0 && size < CALLER_ANSWER_MAX) {
		got = recv(fd, answer->bytes + size, CALLER_ANSWER_MAX - size, 0);
		if (got > 0)
			size += (size_t)got;
	}
	if (got <= 0)
		caller_see_end(got);
	close(fd);
	answer->bytes[size] = 0;
	answer->status = 0;
	answer->body = "";
	answer->body_size = 0;
	answer->head_size = size;
	end = strstr(answer->bytes, "\r\n\r\n");
	if (end == NULL || strncmp(answer->bytes, "HTTP/1.1 ", 9) != 0)
		return;
	answer->status = atoi(answer->bytes + 9);
	answer->body = end + 4;
	answer->head_size = (size_t)(answer->body - answer->bytes);
	answer->body_size = size - answer->head_size;
}

void
caller_trickle(uint16_t port)
{
	struct pollfd wait = {.fd = caller_dial(port), .events = POLLIN};

	assert_true(caller_send(wait.fd, "GET / HTTP/1.1\r\nA: ", 19));
	for (unsigned i = 0; poll(&wait, 1, 20) == 0 && caller_send(wait.fd, "a", 1); i++)
		assert_in_range(i, 0, 1000);
	close(wait.fd);
}

void
caller_ask(uint16_t port, const char *method, const char *path, const char *headers,
	   struct caller_answer *answer)
{
	char request[1024];
	int fd = caller_dial(port);
	int size = snprintf(request, sizeof request,
			    "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", method,
			    path, headers);

	assert_in_range(size, 1, sizeof request - 1);
	assert_true(caller_send(fd, request, (size_t)size));
	caller_hear(fd, answer);
}

const char *
caller_header(const struct caller_answer *answer, const char *name)
{
	static char value[256];
	char start[64];
	const char *found;
	size_t size;

	snprintf(start, sizeof start, "\r\n%s: ", name);
	found = strstr(answer->bytes, start);
	if (found == NULL || found >= answer->bytes + answer->head_size)
		return NULL;
	found += strlen(start);
	size = strcspn(found, "\r");
	assert_in_range(size, 0, sizeof value - 1);
	memcpy(value, found, size);
	value[size] = 0;
	return value;
}
