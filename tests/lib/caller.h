/* caller: asks an HTTP server on loopback over a bare socket, byte by byte as a test wants. */
#ifndef TALLY_TESTS_CALLER_H
#define TALLY_TESTS_CALLER_H

#include "tests/lib/test.h"

enum {
	CALLER_ANSWER_MAX = 256 * 1024
};

struct caller_answer {
	int status; /* 0: there was none */
	size_t head_size;
	size_t body_size;
	const char *body;
	char bytes[CALLER_ANSWER_MAX + 1]; /* NUL after the end */
};

/* A connection that waits for what it reads. */
int
caller_dial(uint16_t port);

/* False if the other end does not take it. */
bool
caller_send(int fd, const void *bytes, size_t size);

/* Fails unless what recv has just returned, and errno, say that the server has closed. */
void
caller_see_end(ssize_t got);

/* Reads until the server closes, and closes. Fails if nothing comes for TEST_PATIENCE_S. */
void
caller_hear(int fd, struct caller_answer *answer);

/* Begins a request and goes on a byte at a time until the server has closed; fails after 20
 * seconds. */
void
caller_trickle(uint16_t port);

/* One request with nothing else to say; `headers` are lines that end with CRLF. */
void
caller_ask(uint16_t port, const char *method, const char *path, const char *headers,
	   struct caller_answer *answer);

/* The value of a header, in a static buffer; NULL if there is none. */
const char *
caller_header(const struct caller_answer *answer, const char *name);

#endif
