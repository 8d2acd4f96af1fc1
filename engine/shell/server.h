/* server: the doors: libuv's loop around the station, and the threads that do its chores.
 *
 *   thread        does                                   owns
 *   loop          sockets, station_step                  station, poll book
 *   workers       trip 1, receipts                       the parcel or read they were given
 *   committer     trip 2; its second thread: segments    the ledger's write side
 *   signer        re-hash, remember, sign                treefile's write side, remembered
 *   publisher     DIR/public
 *   keeper        DIR/state
 *   health        HTTP
 */
#ifndef TALLY_SHELL_SERVER_H
#define TALLY_SHELL_SERVER_H

#include <stdbool.h>

struct server_options {
	const char *data;       /* DIR */
	const char *listen;     /* HOST:PORT */
	const char *http;       /* HOST:PORT */
	bool plain;             /* listen beyond loopback without TLS */
	unsigned workers_count; /* 0: one per core */
};

/* Runs until SIGTERM or SIGINT; an exit code. */
int
server_run(const struct server_options *options);

#endif
