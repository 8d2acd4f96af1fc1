/* crawl_readers: readers of a public log over HTTP, as auditors and caches are: each goes through
 * hash tiles and bundles, one kept connection each, the next file as soon as one has come.
 *
 *   crawl_readers PORT READERS SECONDS
 *
 * Says "crawling" on stderr when all have asked, goes on for SECONDS or until SIGTERM, prints files
 * and bytes a second. Ends with 1 if an answer is not 200, or none has come. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/lib/ticks.h"

enum {
	READERS_MAX = 256,
	HEAD_MAX = 4096,
};

struct reader {
	int fd;
	unsigned long next; /* which file */
	size_t head_size;   /* of what has come */
	size_t body_left;   /* once the head is whole */
	char head[HEAD_MAX + 1];
};

static volatile sig_atomic_t told_to_end;
static unsigned long port;
static unsigned long tiles; /* full ones */
static struct reader readers[READERS_MAX];
static unsigned long long files_count;
static unsigned long long bytes_count;

static void
fail(const char *what)
{
	fprintf(stderr, "crawl_readers: %s\n", what);
	exit(1);
}

static void
on_term(int number)
{
	(void)number;
	told_to_end = 1;
}

static int
dial(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		fail("cannot connect");
	return fd;
}

/* Full tiles at level 0, from the size in the checkpoint's second line. */
static unsigned long
look(void)
{
	static const char request[] = "GET /checkpoint HTTP/1.0\r\n\r\n";
	char answer[HEAD_MAX + 1];
	size_t size = 0;
	ssize_t got = 1;
	char *body;
	int fd = dial();

	if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
		fail("cannot ask");
	while (got > 0 && size < HEAD_MAX) {
		got = recv(fd, answer + size, HEAD_MAX - size, 0);
		size += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	answer[size] = 0;
	body = strstr(answer, "\r\n\r\n");
	body = body == NULL ? NULL : strchr(body + 4, '\n');
	return body == NULL ? 0 : strtoul(body, NULL, 10) / 256;
}

static void
ask(struct reader *reader)
{
	unsigned long number = reader->next / 2 % tiles;
	char request[128];
	char name[16];
	int size;

	if (number < 1000)
		snprintf(name, sizeof name, "%03lu", number);
	else
		snprintf(name, sizeof name, "x%03lu/%03lu", number / 1000 % 1000,
			 number % 1000);
	size = snprintf(request, sizeof request, "GET /tile/%s/%s HTTP/1.1\r\nHost: x\r\n\r\n",
			reader->next % 2 == 0 ? "0" : "entries", name);
	reader->next++;
	reader->head_size = 0;
	reader->body_left = 0;
	if (send(reader->fd, request, (size_t)size, MSG_NOSIGNAL) != size)
		fail("cannot ask");
}

/* What came behind the head; the next request once all has. */
static void
take_body(struct reader *reader, size_t size)
{
	if (size > reader->body_left)
		fail("more came than was announced");
	reader->body_left -= size;
	bytes_count += size;
	if (reader->body_left > 0)
		return;
	files_count++;
	ask(reader);
}

static void
take_head(struct reader *reader)
{
	char *end;
	char *length;

	reader->head[reader->head_size] = 0;
	end = strstr(reader->head, "\r\n\r\n");
	if (end == NULL)
		return;
	length = strstr(reader->head, "Content-Length: ");
	if (strncmp(reader->head, "HTTP/1.1 200 ", 13) != 0 || length == NULL)
		fail(reader->head);
	reader->body_left = strtoul(length + 16, NULL, 10);
	take_body(reader, reader->head_size - (size_t)(end + 4 - reader->head));
}

static void
take(struct reader *reader)
{
	static char body[256 * 1024];
	bool behind = reader->body_left > 0;
	ssize_t got = behind ? recv(reader->fd, body, sizeof body, 0)
			     : recv(reader->fd, reader->head + reader->head_size,
				    HEAD_MAX - reader->head_size, 0);

	if (got <= 0)
		fail("the server has closed a connection");
	if (behind) {
		take_body(reader, (size_t)got);
	} else {
		reader->head_size += (size_t)got;
		take_head(reader);
	}
}

static void
crawl(unsigned long count, double until)
{
	struct pollfd fds[READERS_MAX];

	for (unsigned long i = 0; i < count; i++) {
		readers[i].fd = dial();
		readers[i].next = i * 7;
		fds[i] = (struct pollfd){.fd = readers[i].fd, .events = POLLIN};
		ask(&readers[i]);
	}
	fprintf(stderr, "crawling\n");
	while (ticks_s(CLOCK_MONOTONIC) < until && !told_to_end) {
		if (poll(fds, count, 100) < 0)
			continue; /* SIGTERM */
		for (unsigned long i = 0; i < count; i++)
			if (fds[i].revents != 0)
				take(&readers[i]);
	}
}

int
main(int count, char **arguments)
{
	unsigned long readers_count = count > 2 ? strtoul(arguments[2], NULL, 10) : 0;
	double seconds = count > 3 ? strtod(arguments[3], NULL) : 0;
	double begin = ticks_s(CLOCK_MONOTONIC);

	if (readers_count < 1 || readers_count > READERS_MAX || seconds <= 0) {
		fprintf(stderr, "usage: crawl_readers PORT READERS SECONDS\n");
		return 2;
	}
	port = strtoul(arguments[1], NULL, 10);
	tiles = look();
	if (tiles == 0)
		fail("no full tile is published");
	signal(SIGTERM, on_term);
	crawl(readers_count, begin + seconds);
	seconds = ticks_s(CLOCK_MONOTONIC) - begin;
	if (files_count == 0)
		fail("nothing has come");
	printf("%.0f files/s, %.1f MB/s\n", (double)files_count / seconds,
	       (double)bytes_count / seconds / 1e6);
	return 0;
}
