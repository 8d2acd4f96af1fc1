/* forerunner: reads the ledger ahead of a replay, on threads of its own, and finds out what each
 * entry alone tells (station_glance): its leaf, and a ballot's shape, rules and digest; and the
 * roots of the tiles of which it has all leaves.
 *
 * A replay is in order and on one thread; what can be known without order is most of its work.
 * Entries are handed over in order, some thousands at a time; at most threads + 2 such portions
 * exist, of forerunner_bytes each and one entry more. They end with a tile, but for those that are
 * full of large entries before: then the tile that is cut is the caller's to hash.
 *
 * Thread: one caller, who may restore the station meanwhile. The archive holds the entries from
 * the start on. */
#ifndef TALLY_SHELL_FORERUNNER_H
#define TALLY_SHELL_FORERUNNER_H

#include "shell/archive.h"
#include "station/station.h"

struct forerunner;

/* For the entries [first, end); `threads` at least 1, more than forerunner_threads_max are
 * not started. NULL on failure. */
MUST_USE struct forerunner *
forerunner_start(struct archive *archive, const struct station *station, uint64_t first,
		 uint64_t end, unsigned threads);

/* Entries [first, first + count), and the roots of the whole tiles among them, in order. */
struct forerun {
	uint64_t first;
	size_t count;
	const struct station_glance *glances;
	const struct tree_hash *roots;
};

/* The next entries, valid until the next call; count 0: that was all. A failure to read comes in
 * its turn, in place of some entries before it. */
MUST_USE int
forerunner_next(struct forerunner *forerunner, struct forerun *run);

/* Of the tile that ends with entry first + i; NULL: not all of it is here, or none ends there. */
const struct tree_hash *
forerun_root(const struct forerun *run, size_t i);

/* Before or behind the end; ends the threads. */
void
forerunner_stop(struct forerunner *forerunner);

#endif
