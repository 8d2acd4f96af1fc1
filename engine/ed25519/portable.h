/* portable: ed25519_portable of batch.h: one signature after the other, in plain C.
 *
 * Two tables are read at places that nothing can guess, of more bytes than a core keeps near: so
 * the entries a signature needs are listed before the first is added, and fetched some additions
 * ahead. */
#ifndef TALLY_ED25519_PORTABLE_H
#define TALLY_ED25519_PORTABLE_H

#include "ed25519/batch.h"

enum {
	PORTABLE_AHEAD = 3, /* additions between asking for an entry and needing it */
};

#endif
