/* address: "HOST:PORT" as people write it. "[::1]:7300" for IPv6. Any thread; no allocation. */
#ifndef TALLY_SHELL_ADDRESS_H
#define TALLY_SHELL_ADDRESS_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
	ADDRESS_HOST_MAX = 256
};

struct address {
	char host[ADDRESS_HOST_MAX]; /* without brackets */
	uint16_t port;
};

/* False unless there is a host and, behind the last colon, a decimal port below 65,536. */
MUST_USE bool
address_parse(const char *text, struct address *out);

/* True if nothing sent there leaves this machine. */
bool
address_is_loopback(const struct sockaddr *address);

/* The port of an IPv4 or IPv6 address. */
uint16_t
address_port(const struct sockaddr *address);

#endif
