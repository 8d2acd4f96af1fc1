#include "shell/health.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limits.h"
#include "shell/address.h"
#include "shell/disk.h"

struct health {
	struct MHD_Daemon *daemon;
	uint16_t port;
	pthread_mutex_t lock; /* of what follows */
	bool ok;
	char why[256];
};

static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result = MHD_NO;

	if (response == NULL)
		return MHD_NO;
	if (MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8") &&
	    MHD_add_response_header(response, "Cache-Control", "no-store") &&
	    (status != MHD_HTTP_METHOD_NOT_ALLOWED ||
	     MHD_add_response_header(response, "Allow", "GET, HEAD")))
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
reply_health(struct health *health, struct MHD_Connection *connection)
{
	char text[sizeof health->why + 1];
	bool ok;

	CHECK(pthread_mutex_lock(&health->lock) == 0);
	ok = health->ok;
	snprintf(text, sizeof text, "%s\n", ok ? "ok" : health->why);
	CHECK(pthread_mutex_unlock(&health->lock) == 0);
	return reply(connection, ok ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, text);
}

/* Answers as soon as the headers are there, which is what keeps MHD from reading a body. */
static enum MHD_Result
answer(void *context, struct MHD_Connection *connection, const char *path, const char *method,
       const char *version, const char *body, size_t *body_size, void **request)
{
	(void)version;
	(void)body;
	(void)body_size;
	(void)request;
	if (strcmp(path, "/healthz") != 0)
		return reply(connection, MHD_HTTP_NOT_FOUND, "not found\n");
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return reply(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
	return reply_health(context, connection);
}

/* Paths are compared as they came: "%2f" is no slash and "%00" ends nothing. */
static size_t
leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

static int
listen_on(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1;
	int error;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
	    bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	    listen(fd, http_backlog_max) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* A listening socket, or -1 and the sentence. */
static int
open_door(const char *host, uint16_t port)
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
		fd = listen_on(at);
	if (fd < 0)
		(void)disk_fail_errno("listen for HTTP on", where);
	freeaddrinfo(addresses);
	return fd;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage address = {0};
	socklen_t size = sizeof address;

	CHECK(getsockname(fd, (struct sockaddr *)&address, &size) == 0);
	return address_port((struct sockaddr *)&address);
}

struct health *
health_start(const char *host, uint16_t port)
{
	struct health *health = calloc(1, sizeof *health);
	int fd = open_door(host, port);

	if (fd < 0)
		goto fail;
	CHECK(health != NULL);
	health->port = port_of(fd);
	CHECK(pthread_mutex_init(&health->lock, NULL) == 0);
	health_set(health, false, "starting");
	health->daemon =
	    MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL,
			     answer, health, MHD_OPTION_LISTEN_SOCKET, fd,
			     MHD_OPTION_CONNECTION_LIMIT, (unsigned)http_connections_max,
			     MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)http_deadline_s,
			     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)http_connection_bytes,
			     MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_END);
	if (health->daemon != NULL)
		return health;
	/* MHD may have closed fd, so it is not closed twice here. */
	(void)disk_fail_errno("serve HTTP on", host);
	pthread_mutex_destroy(&health->lock);
fail:
	free(health);
	return NULL;
}

uint16_t
health_port(const struct health *health)
{
	return health->port;
}

void
health_set(struct health *health, bool ok, const char *why)
{
	CHECK(ok || why != NULL);
	CHECK(pthread_mutex_lock(&health->lock) == 0);
	health->ok = ok;
	snprintf(health->why, sizeof health->why, "%s", ok ? "" : why);
	CHECK(pthread_mutex_unlock(&health->lock) == 0);
}

void
health_stop(struct health *health)
{
	if (health == NULL)
		return;
	MHD_stop_daemon(health->daemon);
	pthread_mutex_destroy(&health->lock);
	free(health);
}
