/* cosignature: C2SP tlog-cosignature v1: at that time, the largest consistent tree its maker has
 * seen.
 *
 *   line    = U+2014 SP name SP base64(key id (4) || time (8) || signature (64)) newline
 *   signed  = "cosignature/v1" LF "time " decimal LF, then the whole text of the checkpoint, up
 *             to and with its last newline, without any signature line
 *   time    = seconds of Unix time, at most 2^63 - 1; numbers are big-endian
 *
 * Keys are of type 04 (NOTE_KEY_COSIGNER of tree/key.h), and serve nothing else. Any thread; no
 * allocation. */
#ifndef TALLY_TREE_COSIGNATURE_H
#define TALLY_TREE_COSIGNATURE_H

#include "tree/key.h"

enum {
	COSIGNATURE_LINE_MAX = 3 + 1 + NOTE_NAME_MAX + 1 + 104 + 1
};

/* Appends the line over a checkpoint's `text`, which is at most TALLY_CHECKPOINT_SIZE_MAX bytes
 * and ends in a newline. `key` is of type 04. */
void
cosignature_write(struct writer *writer, struct bytes text, uint64_t time,
		  const struct note_private_key *key);

/* What a line says; nothing of it is verified. */
struct cosignature {
	struct bytes name; /* in the line */
	uint32_t id;
	uint64_t time;
	uint8_t signature[TALLY_SIGNATURE_SIZE];
};

/* True if `line`, newline included, has exactly the shape above. */
MUST_USE bool
cosignature_parse(struct bytes line, struct cosignature *out);

/* True if it names this key, of type 04. */
MUST_USE bool
cosignature_is_of(const struct cosignature *cosignature, const struct note_key *key);

/* True if `line`, newline included, is a valid cosignature of `key`, of type 04, over `text`. */
MUST_USE bool
cosignature_verify(struct bytes line, struct bytes text, const struct note_key *key,
		   uint64_t *time);

#endif
