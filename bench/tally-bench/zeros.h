/* zeros: a file as the ledger preallocates its segments: filled with zeros, and synced. */
#ifndef TALLY_BENCH_ZEROS_H
#define TALLY_BENCH_ZEROS_H

#include <stdint.h>

#include "base/check.h"

/* A file of so many bytes without a name in `folder`, open for reading and writing, the caller's to
 * close; or -1, and errno says why. */
MUST_USE int
zeros_file(const char *folder, uint64_t size);

#endif
