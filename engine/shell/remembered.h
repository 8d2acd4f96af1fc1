/* remembered: the newest checkpoint the log has signed, written and synced before it leaves the
 * process (L5).
 *
 * DIR/remembered, and a second copy at the anchor if there is one (its path is the only line of
 * DIR/anchor): two slots of 4096 bytes, written in turn.
 *
 *   offset size
 *   0      8    "tallyrem"
 *   8      4    version, 1
 *   12     4    size of the note n
 *   16     8    sequence number, from 1
 *   24     32   campaign id
 *   56     8    tree size
 *   64     32   root
 *   96     n    the signed checkpoint, at most 3,968 bytes; then zeros
 *   4088   8    XXH3-64 of the bytes [0, 4088)
 *
 * The valid slot of the greatest sequence number counts. No valid slot in either file, or two
 * slots that say different roots for one size: refuse to start. Of file and anchor the larger
 * tree counts: a data directory restored from an older backup stands below its anchor.
 *
 * Whoever has an anchor open holds a lock (flock) on it: a second process that would go on from it,
 * with another data directory, is refused (DISK_FAILED). The lock ends with the process.
 *
 * Thread: start, then the signer alone. */
#ifndef TALLY_SHELL_REMEMBERED_H
#define TALLY_SHELL_REMEMBERED_H

#include "shell/disk.h"
#include "tree/note.h"

enum {
	REMEMBERED_SLOT_SIZE = 4096,
	REMEMBERED_NOTE_MAX = 3968,
};

struct remembered {
	int fd;        /* -1: closed */
	int anchor_fd; /* -1: no anchor */
	char anchor[4096];
	uint8_t campaign[TALLY_HASH_SIZE];
	uint64_t sequence;
	struct checkpoint checkpoint;
	size_t note_size;
	uint8_t note[REMEMBERED_NOTE_MAX];
};

/* Makes the files (which must not exist) with a first checkpoint. `anchor` may be NULL. */
MUST_USE int
remembered_create(struct remembered *remembered, int dir_fd, const char *anchor,
		  const uint8_t campaign[TALLY_HASH_SIZE], const struct checkpoint *checkpoint,
		  struct bytes note);

/* The same beside an anchor that exists: it remembers this checkpoint, too. DISK_DAMAGED if it is
 * of another campaign, or remembers a larger tree or another one of this size. */
MUST_USE int
remembered_adopt(struct remembered *remembered, int dir_fd, const char *anchor,
		 const uint8_t campaign[TALLY_HASH_SIZE], const struct checkpoint *checkpoint,
		 struct bytes note);

/* What one such file alone says (an anchor that nobody has open, somebody's DIR/remembered);
 * nothing stays open. */
MUST_USE int
remembered_peek(struct remembered *remembered, int dir_fd, const char *name);

/* Reads what is remembered. */
MUST_USE int
remembered_open(struct remembered *remembered, int dir_fd);

/* Writes and syncs the next slot, in the anchor too. After a failure the process must end. */
MUST_USE int
remembered_write(struct remembered *remembered, const struct checkpoint *checkpoint,
		 struct bytes note);

/* Writes and syncs what is remembered once more, as the next slot, in both places: the process that
 * wrote it may have ended before a sync, or before the anchor had it. Not in place: a torn write
 * must leave what was read. After a failure the process must end. */
MUST_USE int
remembered_repeat(struct remembered *remembered);

void
remembered_close(struct remembered *remembered);

#endif
