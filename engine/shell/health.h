/* health: the HTTP door, so far with one room behind it: is this process fit to take ballots?
 *
 *   GET or HEAD /healthz   200 "ok\n" while it is, else 503 and the reason, one line of text
 *   other methods there    405; every other path: 404
 *
 * Read-only: no request body is ever read. At most http_connections_max connections (limits.h),
 * one request each, closed after http_deadline_s seconds of silence.
 *
 * libmicrohttpd serves on a thread of its own; health_set may be called by any thread. */
#ifndef TALLY_SHELL_HEALTH_H
#define TALLY_SHELL_HEALTH_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

struct health;

/* Listens on `host` (a name or an address of either family) and `port` (0: any free one), and
 * answers 503 "starting" until the first health_set. NULL on failure: disk_error() says why. */
MUST_USE struct health *
health_start(const char *host, uint16_t port);

/* The port it listens on. */
uint16_t
health_port(const struct health *health);

/* What is answered from now on. Copies `why`, cut at 255 bytes; not used (may be NULL) if `ok`. */
void
health_set(struct health *health, bool ok, const char *why);

/* Stops listening, closes every connection, ends the thread. NULL is fine. */
void
health_stop(struct health *health);

#endif
