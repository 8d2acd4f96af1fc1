/* note: C2SP signed notes v1.0.0, and the checkpoints of C2SP tlog-checkpoint v1.0.0 in them.
 *
 *   text ending in a newline
 *   empty line
 *   U+2014 SP name SP base64(key id (4) || signature) newline, one or more
 *
 * Text and signatures part at the last empty line; the signed bytes are the text with its final
 * newline. Unknown (name, id) pairs are ignored; a failing signature of a known key refuses the
 * whole note. A checkpoint is the text `origin LF size LF base64(root) LF`; extension lines are
 * refused, as deployed witnesses do. Any thread; no allocation. */
#ifndef TALLY_TREE_NOTE_H
#define TALLY_TREE_NOTE_H

#include "tree/key.h"

enum {
	NOTE_SIGNATURES_MAX = 32
};

/* True if the note has a valid type-01 signature of `key` (and no invalid one of it). *text is
 * the signed text, a view into `note`. */
MUST_USE bool
note_open(struct bytes note, const struct note_key *key, struct bytes *text);

/* The signed text of a note whose signatures are verified elsewhere, a view into `note`; nothing
 * if it is no note. */
struct bytes
note_text(struct bytes note);

/* Appends the empty line (if the writer holds only the text so far, from its first byte) and one
 * signature line of `key` over the text. */
void
note_sign(struct writer *writer, const struct note_private_key *key);

struct checkpoint {
	uint64_t size;
	uint8_t root[TALLY_HASH_SIZE];
};

/* Parses the text of a checkpoint. False if malformed or of another origin. */
MUST_USE bool
checkpoint_parse(struct bytes text, struct bytes origin, struct checkpoint *out);

/* note_open, then checkpoint_parse with the key's name as origin. */
MUST_USE bool
checkpoint_open(struct bytes note, const struct note_key *key, struct checkpoint *out);

/* Writes a whole signed checkpoint, origin = the key's name. */
void
checkpoint_write(struct writer *writer, const struct checkpoint *checkpoint,
		 const struct note_private_key *key);

#endif
