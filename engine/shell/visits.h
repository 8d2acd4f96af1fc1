/* visits: since when each connection is at its present request, so that the ones that trickle can
 * be ended: silence alone is easily broken, a byte at a time.
 *
 * A request is being made from the moment its connection is there, or from the end of the request
 * before it, until its answer has left. Memory for as many connections as there may be; owned by
 * one thread. */
#ifndef TALLY_SHELL_VISITS_H
#define TALLY_SHELL_VISITS_H

#include "base/check.h"

#include <stdint.h>

struct visit {
	int fd; /* -1: free */
	uint64_t since_ms;
};

struct visits {
	struct visit *list;
	unsigned capacity;
};

/* `list` has `capacity` elements and is held. */
void
visits_init(struct visits *visits, struct visit *list, unsigned capacity);

/* A connection is there; NULL if there is no room. */
MUST_USE struct visit *
visits_begin(struct visits *visits, int fd, uint64_t now_ms);

/* Its request has ended, another may follow. */
void
visits_again(struct visit *visit, uint64_t now_ms);

/* The connection's socket is about to be closed. */
void
visits_end(struct visit *visit);

/* Shuts down (shutdown(2)) the sockets of requests older than `patience_ms`. */
void
visits_end_late(const struct visits *visits, uint64_t now_ms, uint64_t patience_ms);

#endif
