/* target: what `load` and `sweep` have in common: which server, which ballots, how many
 * connections, what is looked at meanwhile, and how it is told. */
#ifndef TALLY_BENCH_TARGET_H
#define TALLY_BENCH_TARGET_H

#include <argp.h>

#include "bench/tally-bench/load.h"
#include "bench/tally-bench/report.h"

struct target {
	struct peer_options peer_options;
	struct report_options report;
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

/* --seconds, of either command: above 0, at most SCHEDULE_SECONDS_MAX. */
double
target_seconds(struct argp_state *state, const char *text);

/* Makes runs (set->runs, runs_count) against the target, which is open. */
typedef enum tally_exit
target_runs(void *context, struct run_set *set);

/* All of a command behind its options: keys and ballots are read, the server's campaign is learnt,
 * `runs` makes at most runs_max runs, and what they measured is told. Complains. */
MUST_USE enum tally_exit
target_sit(struct target *target, struct run_set *set, size_t runs_max, target_runs *runs,
	   void *context);

#endif
