/* route: what a path of an HTTP request names.
 *
 *   /healthz /readyz                     how this process is
 *   /receipt/<index>                     made when asked
 *   /checkpoint /checkpoint.next         files of the public log that are replaced,
 *   /law/list /results
 *   /tile/... /tally/<index>             and files that never change
 *   /law/<index> /roster
 *
 * Every path has one spelling: numbers are parsed and the name is written anew, so that nothing a
 * stranger wrote reaches a system call. Paths come as the request line has them, without a query;
 * "%2e" is three characters that no name has. Any thread; no allocation. */
#ifndef TALLY_SHELL_ROUTE_H
#define TALLY_SHELL_ROUTE_H

#include "base/bytes.h"
#include "tree/tile.h"

enum route_kind {
	ROUTE_NONE,
	ROUTE_HEALTH,
	ROUTE_READY,
	ROUTE_RECEIPT, /* index */
	ROUTE_FILE,    /* name, content, and whether it changes */
};

enum route_content {
	ROUTE_BYTES,
	ROUTE_TEXT,
	ROUTE_JSON,
};

struct route {
	enum route_kind kind;
	uint64_t index;
	char name[TILE_PATH_MAX]; /* below DIR/public */
	enum route_content content;
	bool changes;
};

/* ROUTE_NONE for any other path. */
void
route_find(struct bytes path, struct route *out);

#endif
