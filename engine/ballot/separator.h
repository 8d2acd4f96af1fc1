/* separator: the NUL-terminated words a signed message begins with, "tally/NOUN/vDIGITS".
 *
 * They keep a signature over one kind of message from being good for another.
 * Any thread; no allocation. */
#ifndef TALLY_BALLOT_SEPARATOR_H
#define TALLY_BALLOT_SEPARATOR_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/status.h"

/* The bytes of a TALLY_SEPARATOR_ literal, with its NUL. */
#define SEPARATOR_OF(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal)})

/* TALLY_ACCEPTED and `reader` past it if the separator comes next; TALLY_UNKNOWN_VERSION if the
 * same noun with another version does; else TALLY_MALFORMED. */
MUST_USE enum tally_verdict
separator_take(struct reader *reader, struct bytes separator);

#endif
