/* forerunner: reads the ledger ahead of a replay, on threads of its own, and finds out what each
 * entry alone tells (station_glance): its leaf, and a ballot's shape and digest.
 *
 * A replay is in order and on one thread; what can be known without order is two thirds of its
 * work. Entries are handed over in order, some thousands at a time; at most threads + 2 such
 * portions exist, of PORTION_BYTES each and one entry more.
 *
 * Thread: one caller. The archive holds the entries from the start on. */
#ifndef TALLY_SHELL_FORERUNNER_H
#define TALLY_SHELL_FORERUNNER_H

#include "shell/archive.h"
#include "station/station.h"

enum {
	FORERUNNER_THREADS_MAX = 8
};

struct forerunner;

/* For the entries [first, end); `threads` at least 1, more than the greatest number are not
 * started. NULL on failure. */
MUST_USE struct forerunner *
forerunner_start(struct archive *archive, uint64_t first, uint64_t end, unsigned threads);

/* The next entries: glances[0, *count), valid until the next call; *count 0: that was all. A
 * failure to read comes in its turn, in place of some entries before it. */
MUST_USE int
forerunner_next(struct forerunner *forerunner, const struct station_glance **glances,
		size_t *count);

/* Before or behind the end; ends the threads. */
void
forerunner_stop(struct forerunner *forerunner);

#endif
