/* door: HTTP. Whoever watches the vote reads the public log, the results and receipts here.
 *
 *   GET or HEAD (all else is 405), paths as in shell/route.h (all else is 404):
 *   /healthz          200 "ok\n" while ballots can be stored, else 503 and the reason
 *   /readyz           200 "ok\n" if a ballot sent now could be accepted, else 503 and the reason
 *   /receipt/<index>  tlog-proof of an entry under the published checkpoint; 404 if it is beyond
 *   files             of DIR/public, as reply.h says
 *
 * Read-only: no request body is ever read. Who may stay, and for how long: shell/porter.h.
 *
 * It shares nothing with the loop but one small struct under a lock: what it shows are files that
 * appear by rename, and the treefile below the published size, which no longer changes. Its thread
 * comes last (nice_last). door_set may be called by any thread. */
#ifndef TALLY_SHELL_DOOR_H
#define TALLY_SHELL_DOOR_H

#include "shell/treefile.h"
#include "tally/status.h"

struct door;

struct door_options {
	const char *host;               /* a name or an address of either family */
	uint16_t port;                  /* 0: any free one */
	int dir_fd;                     /* the data directory; DIR/public is opened */
	struct treefile *tree;          /* held */
	const struct note_key *log_key; /* held; signs the checkpoints */
	unsigned connections_max;
	unsigned request_ms; /* as the porter's */
};

/* Answers /healthz with 503 "starting" until the first door_set. NULL on failure: disk_error()
 * says why. */
MUST_USE struct door *
door_start(const struct door_options *options);

/* The port it listens on. */
uint16_t
door_port(const struct door *door);

/* What /healthz and /readyz answer from now on. `trouble`: NULL, or why no ballot can be stored;
 * copied, cut at 255 bytes. `refusal`: NULL, or why one sent now would be refused; it must last
 * as long as the door. */
void
door_set(struct door *door, const char *trouble, const char *refusal);

/* Stops listening, closes every connection, ends the thread. NULL is fine. */
void
door_stop(struct door *door);

#endif
