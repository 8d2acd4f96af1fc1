/* turn: how soon a thread gets a processor that others want too.
 *
 * Both are for the calling thread, and a request: where the kernel refuses or does not know it,
 * nothing is lost but the order. */
#ifndef TALLY_SHELL_TURN_H
#define TALLY_SHELL_TURN_H

enum {
	TURN_KEEPER = 10,   /* a ninth of what others get */
	TURN_PUBLISHER = 5, /* a third: it must keep up with a server that is never idle */
};

/* It does a little and waits again, and voters wait for it: when it wakes it goes before those who
 * have much to do. Linux from 6.12 takes the wish for short slices so (sched_setattr, EEVDF);
 * its share of the time and its niceness stay what they are. Threads that it makes afterwards do
 * not inherit the wish, nor a negative niceness. */
void
turn_soon(void);

/* It has much to do and nobody waits for it: so much nicer than the process. */
void
turn_late(int niceness);

#endif
