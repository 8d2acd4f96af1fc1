#include "shell/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shell/address.h"
#include "shell/disk.h"

static socklen_t
size_of(const struct sockaddr *address)
{
	return address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					      : sizeof(struct sockaddr_in);
}

static int
listen_on(const struct sockaddr *address, int backlog)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1;
	int error;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
	    bind(fd, address, size_of(address)) == 0 && listen(fd, backlog) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t size = sizeof address;

	CHECK(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
	return address_port((struct sockaddr *)&address);
}

int
listener_open_at(const struct sockaddr *address, int backlog, uint16_t *bound)
{
	int fd = listen_on(address, backlog);
	char where[INET6_ADDRSTRLEN] = "?";
	int error = errno;

	if (fd >= 0) {
		*bound = port_of(fd);
		return fd;
	}
	(void)getnameinfo(address, size_of(address), where, sizeof where, NULL, 0,
			  NI_NUMERICHOST);
	errno = error;
	(void)disk_fail_errno("listen for HTTP on", where);
	return -1;
}

int
listener_open(const char *host, uint16_t port, int backlog, uint16_t *bound)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *addresses;
	char where[300];
	char service[8];
	int fd = -1;
	int error;

	snprintf(where, sizeof where, "%s:%u", host, (unsigned)port);
	snprintf(service, sizeof service, "%u", (unsigned)port);
	error = getaddrinfo(host, service, &hints, &addresses);
	if (error != 0) {
		(void)disk_fail(DISK_FAILED, "listen for HTTP on %s: %s", where,
				gai_strerror(error));
		return -1;
	}
	for (struct addrinfo *at = addresses; fd < 0 && at != NULL; at = at->ai_next)
		fd = listen_on(at->ai_addr, backlog);
	if (fd < 0)
		(void)disk_fail_errno("listen for HTTP on", where);
	else
		*bound = port_of(fd);
	freeaddrinfo(addresses);
	return fd;
}
