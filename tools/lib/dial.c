#include "tools/lib/dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t
dial_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What became of a connection under way: 0, or an errno. */
static int
outcome(int fd, int64_t deadline_ms)
{
	struct pollfd poller = {.fd = fd, .events = POLLOUT};
	int error = 0;
	socklen_t size = sizeof error;
	int found;

	do {
		int64_t left = deadline_ms - dial_now_ms();

		found = poll(&poller, 1, left > 0 ? (int)left : 0);
	} while (found < 0 && errno == EINTR);
	if (found == 0)
		return ETIMEDOUT;
	if (found < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		return errno;
	return error;
}

/* Connects to one address; -1, and errno says why. */
static int
try(const struct addrinfo *address, int64_t deadline_ms)
{
	int one = 1;
	int error = 0;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, address->ai_addr, address->ai_addrlen) != 0 && errno != EINPROGRESS)
		error = errno;
	else
		error = outcome(fd, deadline_ms);
	if (error == 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		return fd;
	}
	close(fd);
	errno = error;
	return -1;
}

int
dial(const char *host, uint16_t port, int64_t deadline_ms, const char **why)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char service[8];
	int fd = -1;
	int error;

	snprintf(service, sizeof service, "%u", port);
	error = getaddrinfo(host, service, &hints, &found);
	if (error != 0) {
		*why = gai_strerror(error);
		return -1;
	}
	for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
		fd = try(at, deadline_ms);
	error = errno;
	freeaddrinfo(found);
	if (fd < 0)
		*why = strerror(error);
	return fd;
}
