/* turn: how soon a thread gets a processor that others want too. */
#ifndef TALLY_SHELL_TURN_H
#define TALLY_SHELL_TURN_H

enum {
	TURN_KEEPER = 10,   /* a ninth of what others get */
	TURN_PUBLISHER = 5, /* a third: it must keep up with a server that is never idle */
};

/* The calling thread has much to do and nobody waits for it: it is so much nicer than it was, and
 * so are threads that it makes afterwards. A request: where the kernel refuses, nothing is lost
 * but the order. */
void
turn_late(int niceness);

#endif
