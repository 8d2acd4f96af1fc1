/* listener: a listening TCP socket by name and port. Any thread. */
#ifndef TALLY_SHELL_LISTENER_H
#define TALLY_SHELL_LISTENER_H

#include "base/check.h"

#include <stdint.h>
#include <sys/socket.h>

/* Listens on `host` (a name or an address of either family) and `port` (0: any free one), with
 * room for `backlog` connections that nobody has accepted yet. A descriptor that does not block,
 * and *bound is the port; -1 on failure: disk_error() says why. */
MUST_USE int
listener_open(const char *host, uint16_t port, int backlog, uint16_t *bound);

/* The same at an address that is known already, and at no other. */
MUST_USE int
listener_open_at(const struct sockaddr *address, int backlog, uint16_t *bound);

#endif
