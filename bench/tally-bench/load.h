/* load: one run of a deck of ballots against a live tallyd: closed loop, or by a schedule. */
#ifndef TALLY_BENCH_LOAD_H
#define TALLY_BENCH_LOAD_H

#include "bench/tally-bench/meter.h"

enum {
	LOAD_KEYS_MAX = 16,
	LOAD_THREADS_MAX = 64,
	LOAD_CONNECTIONS_MAX = connections_members_max,
};

struct load_options {
	struct peer *peer; /* learnt */
	size_t keys_count; /* connection i speaks as key i % keys_count */
	const struct note_private_key *keys;
	struct deck *deck;    /* a hand for each connection */
	unsigned connections; /* a multiple of the threads */
	unsigned threads;
	unsigned window;
	bool resend;
	const struct schedule *schedule; /* NULL: closed loop */
	bool endless;                    /* the schedule lasts as long as the ballots do */
	double seconds;                  /* closed loop: of sending; 0: until the ballots end */
	uint64_t count;                  /* ballots; 0: all */
	double patience_s;               /* without any answer */
	struct meter_sources sources;
};

/* Fills *run (all zero but its label). TALLY_EXIT_FINE if every ballot sent was answered; FAILED if
 * answers were not those foretold; INTERRUPTED (and what there is is measured); WORLD, with a
 * complaint: no connection (then nothing is measured), or ballots without an answer; USAGE, with
 * complaints, and nothing is measured: the server has refused key, campaign or log key for good. */
MUST_USE enum tally_exit
load_run_once(const struct load_options *options, struct run *run);

/* From now on SIGINT and SIGTERM end the sending, not the program. */
void
load_arm(void);

#endif
