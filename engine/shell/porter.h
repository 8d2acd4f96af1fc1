/* porter: lets HTTP clients in and sees them out: libmicrohttpd on a thread of its own, behind a
 * socket that listens.
 *
 * At most `connections_max` connections; one more waits until another has gone. A connection is
 * closed after http_silence_s seconds of silence, and, with bytes trickling, when a request has not
 * been answered `request_ms` after it could begin (shell/visits.h). What a request is answered
 * is the caller's: `answer` runs on the thread. Paths come as they were sent: "%2f" is no slash and
 * "%00" ends nothing. */
#ifndef TALLY_SHELL_PORTER_H
#define TALLY_SHELL_PORTER_H

#include <microhttpd.h>

#include "base/check.h"

struct porter;

struct porter_options {
	const char *what; /* is served: for an error's text */
	int listener;     /* given: whatever comes of it, not the caller's */
	unsigned connections_max;
	unsigned request_ms; /* 0: http_request_ms */
	int niceness;        /* shell/turn.h */
	MHD_AccessHandlerCallback answer;
	void *context; /* of it; held */
};

/* NULL on failure: disk_error() says why. */
MUST_USE struct porter *
porter_start(const struct porter_options *options);

/* Stops listening, closes every connection, ends the thread. NULL is fine. */
void
porter_stop(struct porter *porter);

#endif
