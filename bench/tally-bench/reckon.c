#include "bench/tally-bench/reckon.h"

#include <math.h>

#include "limits.h"

enum {
	ENTRY_OVERHEAD = 3, /* size and kind */
};

double
reckon_batch_max(double ballot_bytes)
{
	return fmin(batch_entries_max,
		    floor(batch_bytes_max / (ballot_bytes + ENTRY_OVERHEAD)));
}

static struct reckon_need
need(double needed, double there)
{
	return (struct reckon_need){needed, there, needed / there};
}

static double
least(double a, double b, double c)
{
	return fmin(a, fmin(b, c));
}

struct reckon
reckon(const struct reckon_vote *vote, const struct reckon_parts *parts)
{
	struct reckon out = {.binds = RECKON_CORES};
	double cpu_ns = parts->verify_ns + parts->beyond_ns;
	double loop_ns = parts->beyond_ns * parts->loop_share;
	double batch_max = reckon_batch_max(vote->ballot_bytes);
	double memory = parts->fixed_bytes + vote->voters * parts->voter_bytes;

	out.needs[RECKON_CORES] = need(vote->peak * cpu_ns / 1e9 / RECKON_FULL, parts->cores);
	out.needs[RECKON_LOOP] = need(vote->peak * loop_ns / 1e9 / RECKON_FULL, 1);
	out.needs[RECKON_SYNC] =
	    need(vote->peak * parts->sync_ns / 1e9 / RECKON_FULL, batch_max);
	out.needs[RECKON_MEMORY] = need(memory / RECKON_FULL, parts->memory_bytes);
	out.needs[RECKON_DISK] =
	    need(vote->voters * parts->disk_bytes / RECKON_DISK_FULL, parts->free_bytes);
	if (parts->seen_rate > 0)
		out.needs[RECKON_SEEN] = need(vote->peak / RECKON_FULL, parts->seen_rate);
	for (unsigned i = 1; i < RECKON_PARTS; i++)
		if (out.needs[i].share > out.needs[out.binds].share)
			out.binds = (enum reckon_part)i;
	out.rate_max = RECKON_FULL * 1e9 *
		       least(parts->cores / cpu_ns, 1 / loop_ns, batch_max / parts->sync_ns);
	if (parts->seen_rate > 0)
		out.rate_max = fmin(out.rate_max, RECKON_FULL * parts->seen_rate);
	out.syncs = fmin(vote->peak, 1e9 / parts->sync_ns);
	return out;
}
