/* parts: what a ballot's parts cost on this machine, measured in a few seconds.
 *
 * CPU is the thread's own time, so that what else runs here blurs it less; a sync is real time. */
#ifndef TALLY_BENCH_PARTS_H
#define TALLY_BENCH_PARTS_H

#include "base/check.h"
#include "bench/tally-bench/run.h"
#include "verify/verifier.h"

/* CPU of one signature by a listed key, over messages of that size, in nanoseconds; the path is
 * available. About a second. */
double
parts_verify_ns(enum verifier_path path, size_t ballot_bytes);

/* CPU of the parts of all else that can be measured without a server: a ballot through a socket and
 * its answer back, copied, hashed into the tree, put under a checksum. Less than a server takes. */
double
parts_beyond_ns(size_t ballot_bytes);

struct parts_sync {
	double mean_ns;
	double p99_ns;
	uint64_t count;
	double free_bytes; /* of that file system */
};

/* Writes of `bytes` to a file without a name in `folder`, preallocated and zero-filled as the
 * ledger's segments are, each followed by fdatasync; about a second. Complains where it cannot. */
MUST_USE enum tally_exit
parts_sync(const char *folder, size_t bytes, struct parts_sync *out);

#endif
