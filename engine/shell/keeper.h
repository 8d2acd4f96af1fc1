/* keeper: the follower: a thread that carries the poll book to its home (shell/home.h) behind
 * the loop.
 *
 * The loop hands it a state at a batch boundary that is durable and below the remembered
 * checkpoint; the keeper syncs the treefile, advances the home, reports. A failure is reported
 * and costs nothing but a longer start: the ledger is the truth. For the same reason its thread
 * comes last, as the door's does (nice_last). */
#ifndef TALLY_SHELL_KEEPER_H
#define TALLY_SHELL_KEEPER_H

#include "shell/home.h"
#include "shell/treefile.h"

struct keeper;

/* Called on the keeper's thread when a state is kept or not; `why` valid during the call. */
typedef void
keeper_done(void *context, int status, const char *why);

/* NULL on failure. `manifest`, `archive` and `tree` stay until keeper_stop. */
MUST_USE struct keeper *
keeper_start(int dir_fd, const struct manifest *manifest, struct archive *archive,
	     struct treefile *tree, keeper_done *done, void *context);

/* Not while one is under way. Copies the state and its blob. */
void
keeper_keep(struct keeper *keeper, const struct home_state *state);

/* Ends the thread after the state under way. */
void
keeper_stop(struct keeper *keeper);

#endif
