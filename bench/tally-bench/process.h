/* process: what the system says of another process, from /proc. */
#ifndef TALLY_BENCH_PROCESS_H
#define TALLY_BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Since the process began, but for memory_bytes. */
struct process_figures {
	uint64_t
	    cpu_ns; /* of all its threads, user and system; in steps of the system's tick */
	uint64_t memory_bytes;  /* resident, now */
	bool has_written;       /* we may see it: same user, or root */
	uint64_t written_bytes; /* by the page cache's account: whole folios, see README.md */
	uint64_t switches;      /* context switches of the threads it has now */
};

/* False if there is no such process (any more). */
bool
process_look(pid_t pid, struct process_figures *out);

/* User and system time of this process. */
uint64_t
process_own_cpu_ns(void);

#endif
