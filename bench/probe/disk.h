/* disk: the probe's log: one file, preallocated and filled with zeros, written by one thread, one
 * commit at a time: pwrite, fdatasync. At its end it begins anew at its beginning: the probe keeps
 * nothing, and blocks that were written once cost the same again. */
#ifndef TALLY_BENCH_DISK_H
#define TALLY_BENCH_DISK_H

#include <uv.h>

#include "base/bytes.h"

enum {
	DISK_BYTES = 64 * 1024 * 1024
};

/* `committed` is called on the loop's thread. Makes the file in `folder`, without a name. */
void
disk_begin(uv_loop_t *loop, const char *folder, void (*committed)(void));

/* The bytes are the disk's until `committed`; at most DISK_BYTES. */
void
disk_commit(struct bytes bytes);

#endif
