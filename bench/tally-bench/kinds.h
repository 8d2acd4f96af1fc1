/* kinds: what a ballot of a made file is, and which verdict a tallyd in the open phase, to which
 * nothing of the file has been sent before, has for it.
 *
 * Beside FILE lies FILE.kinds:
 *
 *   offset size
 *   0      20   "tally-bench/kinds/1" NUL
 *   20     8    size of FILE in bytes (big-endian, as the next)
 *   28     8    ballots in FILE, n
 *   36     n    a byte for each ballot, in order: its kind (enum kind) */
#ifndef TALLY_BENCH_KINDS_H
#define TALLY_BENCH_KINDS_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/status.h"

#define KINDS_MAGIC "tally-bench/kinds/1"

enum {
	KINDS_HEADER_SIZE = sizeof KINDS_MAGIC + 16,
};

enum kind {
	KIND_FRESH,    /* a voter's first */
	KIND_REPEAT,   /* an earlier one, byte for byte: its first answer again */
	KIND_REVOTE,   /* policy last: the voter's next revision */
	KIND_SECOND,   /* policy first: another vote of a voter who has voted */
	KIND_BIT,      /* forged, all that follow; here: one bit of the signature is another */
	KIND_SCALAR,   /* S + L in place of S: the equation holds, the rule does not */
	KIND_KEY,      /* signed with another key under the right key's name */
	KIND_CHANGED,  /* another vote under the signature of an earlier one */
	KIND_CAMPAIGN, /* made and signed for another campaign */
	KIND_STRANGER, /* signing mode frontend: by a key that is not listed */
	KIND_CERTIFICATE, /* signing mode voter: the registrar's signature is another */
	KIND_NONE,        /* of a file without .kinds: nothing is foretold */
	KINDS_COUNT = KIND_NONE,
};

const char *
kind_name(enum kind kind);

/* Not of KIND_NONE. */
enum tally_verdict
kind_verdict(enum kind kind);

void
kinds_header_write(uint8_t header[KINDS_HEADER_SIZE], uint64_t file_size, uint64_t count);

/* False unless the bytes are a .kinds file of ballots of that file size. */
MUST_USE bool
kinds_parse(struct bytes bytes, uint64_t file_size, uint64_t *count, const uint8_t **kinds);

#endif
