/* reckon: what a vote needs, by arithmetic from what one ballot and one sync cost here.
 *
 * Pure: no clock, no disk. Head-room: a machine is planned to be RECKON_FULL busy at the peak, and
 * a disk RECKON_DISK_FULL full at the end. */
#ifndef TALLY_BENCH_RECKON_H
#define TALLY_BENCH_RECKON_H

#include <stdint.h>

/* What is wished. */
struct reckon_vote {
	double voters; /* with a ballot each */
	double peak;   /* ballots a second */
	double ballot_bytes;
};

/* What a part costs, and what this machine has. */
struct reckon_parts {
	double verify_ns;  /* CPU of one ballot's signature */
	double beyond_ns;  /* and of all else about it */
	double loop_share; /* of beyond_ns, on the one thread that keeps the order */
	double sync_ns;    /* a write and its sync, on average */
	double sync_p99_ns;
	double disk_bytes;  /* a ballot, when all is written */
	double voter_bytes; /* of memory */
	double fixed_bytes; /* of memory, whatever the vote */
	double cores;
	double memory_bytes;
	double free_bytes; /* of the disk */
	double seen_rate;  /* ballots/s that a whole server reached here; 0: none was seen */
};

enum reckon_part {
	RECKON_CORES,  /* cores */
	RECKON_LOOP,   /* cores: of the one thread, at most 1 */
	RECKON_SYNC,   /* entries a commit, of batch_entries_max or what fits batch_bytes_max */
	RECKON_MEMORY, /* bytes */
	RECKON_DISK,   /* bytes */
	RECKON_SEEN,   /* ballots/s; all zeros where none was seen */
	RECKON_PARTS,
};

struct reckon_need {
	double needed; /* with head-room */
	double there;
	double share; /* needed / there: above 1 it is not enough */
};

struct reckon {
	struct reckon_need needs[RECKON_PARTS];
	enum reckon_part binds; /* the largest share */
	double rate_max; /* ballots/s at which cores, loop or sync would be used up to the
				   head-room; never more than of what was seen */
	double syncs;    /* a second at the peak: the disk is never idle then */
};

/* Of the cores and of memory; of the disk. */
static const double RECKON_FULL = 0.7;
static const double RECKON_DISK_FULL = 0.8;

/* All parts are above 0. */
struct reckon
reckon(const struct reckon_vote *vote, const struct reckon_parts *parts);

/* Entries of such ballots that one commit takes. */
double
reckon_batch_max(double ballot_bytes);

#endif
