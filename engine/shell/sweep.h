/* sweep: what is removed from DIR/public, and what a crash left there.
 *
 * Files that are neither temporary nor named like a tile are left alone. Thread: the
 * publisher's. */
#ifndef TALLY_SHELL_SWEEP_H
#define TALLY_SHELL_SWEEP_H

#include "shell/tiles.h"

/* For the first publication after a start, before its tiles are made: walks all of DIR/public,
 * removes temporary files and tiles beyond `size`, makes the partials of unfinished tiles anew.
 */
MUST_USE int
sweep_mend(struct tiles *tiles, uint64_t size);

/* For a start while results are sealed: removes every bundle and every tally text, whatever a file
 * in their folders is called, and the folders; *count: how many files. */
MUST_USE int
sweep_sealed(struct tiles *tiles, uint64_t *count);

/* And at its end: removes every partial whose full tile exists at `size`. */
MUST_USE int
sweep_partials(struct tiles *tiles, uint64_t size);

/* The same, for tiles that became full between two sizes, without looking at any other. */
MUST_USE int
sweep_partials_since(struct tiles *tiles, uint64_t from, uint64_t size);

#endif
