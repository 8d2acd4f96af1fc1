#include "tests/lib/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/patience.h"

enum {
	POLL_MS = 20
};

static bool
put(int client, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t sent = send(client, at, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

static void
put_head(int client, const char *status, size_t size, const char *more)
{
	char head[256];
	int used = snprintf(head, sizeof head,
			    "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n",
			    status, size, more);

	(void)put(client, head, (size_t)used);
}

/* "GET /path HTTP/1.1" and what follows up to the empty line; the path, or false. */
static bool
get_path(int client, char *path, size_t size)
{
	char request[2048];
	size_t used = 0;
	char *end;

	for (;;) {
		struct pollfd ready = {.fd = client, .events = POLLIN};
		ssize_t got;

		if (poll(&ready, 1, TEST_PATIENCE_MS) <= 0)
			return false;
		got = recv(client, request + used, sizeof request - 1 - used, 0);
		if (got <= 0)
			return false;
		used += (size_t)got;
		request[used] = '\0';
		if (strstr(request, "\r\n\r\n") != NULL)
			break;
	}
	end = strstr(request, " HTTP/");
	if (end == NULL || strncmp(request, "GET /", 5) != 0)
		return false;
	*end = '\0';
	if (strlen(request + 5) >= size)
		return false;
	strcpy(path, request + 5);
	return true;
}

static enum web_fault
fault_of(struct web *web, const char *path)
{
	enum web_fault fault = WEB_FINE;

	pthread_mutex_lock(&web->lock);
	if (web->times > 0 && strstr(path, web->where) != NULL) {
		web->times--;
		fault = web->fault;
	}
	pthread_mutex_unlock(&web->lock);
	return fault;
}

static void
wait_for_end(int client)
{
	char byte;
	struct pollfd gone = {.fd = client, .events = POLLIN};

	if (poll(&gone, 1, TEST_PATIENCE_MS) > 0)
		(void)recv(client, &byte, 1, 0);
}

static void
serve_file(const struct web *web, int client, const char *path, bool cut)
{
	char name[512];
	size_t size;
	uint8_t *data;

	snprintf(name, sizeof name, "%s/%s", web->folder, path);
	data = strstr(path, "..") != NULL ? NULL : test_file_read(name, &size);
	if (data == NULL) {
		put_head(client, "404 Not Found", 0, "");
		return;
	}
	put_head(client, "200 OK", size, "");
	(void)put(client, data, cut ? size / 2 : size);
	free(data);
}

static void
serve(struct web *web, int client)
{
	static const uint8_t zeros[65536];
	char path[256];

	if (!get_path(client, path, sizeof path))
		return;
	atomic_fetch_add(&web->requests, 1);
	switch (fault_of(web, path)) {
	case WEB_FINE:
		serve_file(web, client, path, false);
		break;
	case WEB_BUSY:
		put_head(client, "503 Service Unavailable", 0, "");
		break;
	case WEB_SHORT:
		serve_file(web, client, path, true);
		break;
	case WEB_SILENT:
		wait_for_end(client);
		break;
	case WEB_ENDLESS:
		put_head(client, "200 OK", (size_t)1 << 40, "");
		while (put(client, zeros, sizeof zeros))
			;
		break;
	case WEB_GONE:
		put_head(client, "404 Not Found", 0, "");
		break;
	case WEB_REDIRECT:
		put_head(client, "302 Found", 0, "Location: file:///etc/passwd\r\n");
		break;
	}
}

static void *
work(void *argument)
{
	struct web *web = argument;

	while (!web->stop) {
		struct pollfd ready = {.fd = web->listener, .events = POLLIN};
		int client;

		if (poll(&ready, 1, POLL_MS) <= 0)
			continue;
		client = accept(web->listener, NULL, NULL);
		if (client < 0)
			continue;
		serve(web, client);
		close(client);
	}
	return NULL;
}

void
web_start(struct web *web, const char *folder)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;

	*web = (struct web){.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	snprintf(web->folder, sizeof web->folder, "%s", folder);
	assert_true(web->listener >= 0);
	assert_int_equal(bind(web->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(web->listener, 64), 0);
	assert_int_equal(getsockname(web->listener, (struct sockaddr *)&address, &size), 0);
	snprintf(web->address, sizeof web->address, "http://127.0.0.1:%u",
		 (unsigned)ntohs(address.sin_port));
	assert_int_equal(pthread_mutex_init(&web->lock, NULL), 0);
	assert_int_equal(pthread_create(&web->thread, NULL, work, web), 0);
}

void
web_misbehave(struct web *web, enum web_fault fault, const char *where, unsigned times)
{
	pthread_mutex_lock(&web->lock);
	web->fault = fault;
	web->times = times;
	snprintf(web->where, sizeof web->where, "%s", where);
	pthread_mutex_unlock(&web->lock);
}

void
web_stop(struct web *web)
{
	web->stop = true;
	assert_int_equal(pthread_join(web->thread, NULL), 0);
	pthread_mutex_destroy(&web->lock);
	close(web->listener);
}
