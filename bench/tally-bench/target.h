/* target: what `load` and `sweep` have in common: which server, which ballots, how many
 * connections, what is looked at meanwhile. */
#ifndef TALLY_BENCH_TARGET_H
#define TALLY_BENCH_TARGET_H

#include <argp.h>

#include "bench/tally-bench/load.h"

struct target {
	struct peer_options peer_options;
	const char *key_paths[LOAD_KEYS_MAX];
	const char *ballots;
	struct load_options load;
	struct peer peer;
	struct note_private_key keys[LOAD_KEYS_MAX];
	struct deck deck;
};

/* The children of a command's argp; their input is a struct target, of target_make. */
extern const struct argp_child target_argp_children[];

struct target
target_make(void);

/* Reads keys and ballots, learns the server's campaign; complains. target_close is due. */
MUST_USE enum tally_exit
target_open(struct target *target);

void
target_close(struct target *target);

/* Runs the set begins with: server, campaign, file, time. */
void
target_describe(const struct target *target, struct run_set *set);

#endif
