/* descriptors: how many files and sockets this process may have open, and for how many HTTP
 * connections that is enough. Frontends' connections and the ledger come first. */
#ifndef TALLY_SHELL_DESCRIPTORS_H
#define TALLY_SHELL_DESCRIPTORS_H

#include "limits.h"

enum {
	descriptors_own = connections_max + files_max + metrics_connections_max,
	/* a connection and the file that is sent over it */
	descriptors_wanted = descriptors_own + 2 * http_connections_max,
	descriptors_least = descriptors_own + 2 * http_connections_least,
};

/* Raises the soft limit (RLIMIT_NOFILE) to descriptors_wanted, as far as the hard one allows. HTTP
 * connections that fit, at most http_connections_max; fewer after a line that says why; 0 if it is
 * not enough for http_connections_least, after a line too. */
unsigned
descriptors_raise(void);

#endif
