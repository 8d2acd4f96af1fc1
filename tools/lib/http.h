/* http: files of a web server, one whole file at a time.
 *
 * A struct http is one kept connection for one thread at a time. Every wait has an end, every
 * answer a largest size, every failure a bounded number of further attempts with growing
 * pauses; at most three redirects, and from https only to https. Certificates are checked
 * against the system's. The build that `make tally-verify-static` makes has tools/lib/offline
 * in its place: there http_open always refuses. */
#ifndef TALLY_TOOLS_HTTP_H
#define TALLY_TOOLS_HTTP_H

#include "base/check.h"
#include "tools/lib/trouble.h"

#include <stddef.h>

struct http;

struct http_patience {
	unsigned connect_ms; /* until the server has answered the call */
	unsigned stall_s;    /* a transfer slower than 1 kB/s for so long is given up */
	unsigned total_s;    /* one transfer */
	unsigned attempts;   /* of one file, 1 or more */
	unsigned pause_ms;   /* before the second attempt; doubles, up to 16 times as much */
};

/* 10 s, 20 s, 600 s; 5 attempts, the second after 250 ms. */
struct http_patience
http_patience_usual(void);

/* True if the text begins with http:// or https://. */
bool
http_is_url(const char *text);

/* TALLY_EXIT_USAGE where `base` is no URL that names can be put behind. */
MUST_USE enum tally_exit
http_open(struct http **out, const char *base, const struct http_patience *patience,
	  struct trouble *trouble);

void
http_close(struct http *http);

/* GET base/name. *found is false if the server says that there is none (404, 410). *data is
 * malloc'ed, or *data of *capacity bytes reused and grown. An answer of more than `size_max`
 * bytes is TALLY_EXIT_FAILED; anything else that yields no file is TALLY_EXIT_WORLD. */
MUST_USE enum tally_exit
http_get(struct http *http, const char *name, size_t size_max, uint8_t **data, size_t *capacity,
	 size_t *size, bool *found, struct trouble *trouble);

#endif
