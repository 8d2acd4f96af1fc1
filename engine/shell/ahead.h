/* ahead: DIR/ahead: a checkpoint that the log key has signed and this ledger does not contain, as
 * somebody has shown it (L5).
 *
 * Its presence says that this data directory is older than what was promised, or forked. It is
 * kept so that a restart does not forget it: a ledger that does not contain it does not start. One
 * that does (the right copy has been restored) removes it. Thread: start, then the loop. */
#ifndef TALLY_SHELL_AHEAD_H
#define TALLY_SHELL_AHEAD_H

#include "shell/treefile.h"
#include "tree/note.h"

/* Keeps a signed note, synced. One that is there already stays. */
MUST_USE int
ahead_keep(int dir_fd, struct bytes note);

/* DISK_OK if there is none, or the tree of `size` leaves contains it; DISK_DAMAGED and a sentence
 * if it does not. A file whose signature is not the log key's says nothing and is removed. */
MUST_USE int
ahead_check(int dir_fd, const struct note_key *log_key, struct treefile *tree, uint64_t size);

#endif
