/* dial: a TCP connection to a host by its name or address, before a moment. Part of libtally. */
#ifndef TALLY_TOOLS_DIAL_H
#define TALLY_TOOLS_DIAL_H

#include <stdint.h>

/* Milliseconds of the monotonic clock. */
int64_t
dial_now_ms(void);

/* A non-blocking socket that is connected to one of the host's addresses, the first that answers;
 * or -1, and *why: a text that lasts until the next call of strerror. */
int
dial(const char *host, uint16_t port, int64_t deadline_ms, const char **why);

#endif
