/* mirror_wire: the entries of a running log, fetched with an authority's key into a replica.
 *
 * Up to the newest working checkpoint, also while the results are sealed. The server is shown the
 * newest checkpoint that is here: one that does not contain it stops taking ballots. */
#ifndef TALLY_TOOLS_MIRROR_WIRE_H
#define TALLY_TOOLS_MIRROR_WIRE_H

#include "tally/client.h"
#include "tools/lib/replica.h"
#include "tools/lib/peer.h"

struct mirror_wire {
	struct peer peer;
	struct note_private_key authority;
	struct tally_connection *connection; /* NULL: none at present */
	struct replica *replica;
};

/* Brings the replica up to the server's newest working checkpoint. TALLY_EXIT_FAILED: an alarm;
 * TALLY_EXIT_WORLD: network or disk, another time perhaps; TALLY_EXIT_USAGE: it is not for us. */
MUST_USE enum tally_exit
mirror_wire_update(struct mirror_wire *wire, struct trouble *trouble);

/* Hangs up. */
void
mirror_wire_close(struct mirror_wire *wire);

#endif
