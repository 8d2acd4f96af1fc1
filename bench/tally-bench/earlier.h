/* earlier: what the JSON of an earlier `load` or `sweep` tells a plan. */
#ifndef TALLY_BENCH_EARLIER_H
#define TALLY_BENCH_EARLIER_H

#include "base/check.h"
#include "verify/verifier.h"

struct earlier {
	bool voters_sign;
	bool has_path;     /* by which tallyd verified: it is the plan's */
	double cpu_ns;     /* of tallyd, of a ballot answered */
	double rate;       /* answers per second */
	double data_bytes; /* on disk, of a ballot accepted; 0: not known */
};

/* The first run in the file: of a sweep, saturation. It must be one in a closed loop with the
 * server's processor time, by `verifier` if it says so. Complains. */
MUST_USE enum tally_exit
earlier_read(const char *path, enum verifier_path verifier, struct earlier *out);

#endif
