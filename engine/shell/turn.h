/* turn: how soon a thread gets a processor that others want too. */
#ifndef TALLY_SHELL_TURN_H
#define TALLY_SHELL_TURN_H

/* The calling thread has much to do and nobody waits for it: it is so much nicer than it was
 * (nice_late, nice_last in limits.h), and so are threads that it makes afterwards. A request:
 * where the kernel refuses, nothing is lost but the order. */
void
turn_late(int niceness);

#endif
