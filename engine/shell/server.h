/* server: the doors: libuv's loop around the station, and the threads that do its chores
 * (engine/README.md has their table). */
#ifndef TALLY_SHELL_SERVER_H
#define TALLY_SHELL_SERVER_H

#include "verify/verifier.h"

typedef void
server_ready(void *context, uint16_t port, uint16_t http);

struct server_options {
	const char *data;          /* DIR */
	const char *listen;        /* HOST:PORT */
	const char *http;          /* HOST:PORT */
	const char *metrics;       /* HOST:PORT, or NULL: none are shown */
	bool plain;                /* listen beyond loopback without TLS */
	unsigned workers_count;    /* 1 to workers_max */
	enum verifier_path verify; /* one that is available */
	bool rehearsal;            /* tags may ask for refusals (station/provoke.h) */
	server_ready *ready;       /* called once ballots are taken, with both ports; or NULL */
	void *context;             /* of `ready` */
};

/* Runs until SIGTERM or SIGINT; an exit code. */
int
server_run(const struct server_options *options);

#endif
