/* pace: how soon the loop looks at its sockets, workers and disk again.
 *
 * A look costs much the same whether it finds one ballot or fifty; so do the parcel, the batch, the
 * sync and the answers that follow from it. While many requests wait for those anyway, the
 * loop rests a little between two looks, so that more travel together and the processors do
 * something else: about as long as the workers need for what waits. A lone ballot never waits for
 * it; nor do as many as half of what fits: they are large parcels and batches anyway, and their
 * senders wait for answers before they send more. Bounds in limits.h.
 *
 * Threads: the loop. */
#ifndef TALLY_SHELL_PACE_H
#define TALLY_SHELL_PACE_H

#include <stddef.h>
#include <stdint.h>

struct pace {
	unsigned workers_count; /* at least 1 */
	uint64_t looked_ns;     /* when the last look began, by clock_mono_ns */
};

/* How long to rest now, in ns, before the next look: 0 if few requests wait, or enough time has
 * passed since the last one. `waiting`: taken and not answered. */
uint64_t
pace_rest_ns(const struct pace *pace, uint64_t now_ns, size_t waiting);

/* Rests so long, and looks now. */
void
pace_keep(struct pace *pace, size_t waiting);

#endif
