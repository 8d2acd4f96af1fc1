/* answer: matches a server's answers with the requests they are owed to.
 *
 * An answer belongs to the oldest request of its lane or to none; correlation ids are unique over
 * both lanes, so that a VERDICT finds its lane by itself. Thread: the machine's. */
#ifndef TALLY_CLIENT_ANSWER_H
#define TALLY_CLIENT_ANSWER_H

#include "client/machine.h"

/* A frame to a ready machine that is no GOODBYE: FINE and an event, or BAD_SHAPE, UNEXPECTED,
 * OUT_OF_ORDER, BAD_RECEIPT, BAD_CHECKPOINT, SPLIT_VIEW. */
MUST_USE int
answer_take(struct tally_client *client, const struct frame *frame,
	    struct tally_client_event *event);

#endif
