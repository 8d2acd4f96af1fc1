/* guest: somebody at a stage's door who speaks in frames, politely or not.
 *
 * Correlations count from 1 on every connection. A place is a frontend's place in the campaign;
 * GUEST_ANONYMOUS proves nothing, GUEST_AUTHORITY the key of the campaign's first authority. */
#ifndef TALLY_TESTS_GUEST_H
#define TALLY_TESTS_GUEST_H

#include "tests/lib/stage.h"

enum {
	GUEST_ANONYMOUS = -1,
	GUEST_AUTHORITY = -2,
};

struct guest {
	struct stage *stage;
	unsigned number;
	uint64_t opened;
	uint32_t correlation; /* of the last request */
	uint32_t answered;    /* lane one: of the last answer */
};

/* Connects, shakes hands and waits for WELCOME. */
struct guest
guest_join(struct stage *stage, int place);

/* Connects and takes HELLO; nothing is sent. */
struct guest
guest_connect(struct stage *stage, struct frame *hello);

/* AUTH with this key (or anonymous), signed over this campaign; `seen` is a checkpoint's text. */
void
guest_auth(struct guest *guest, const struct frame *hello, int place, struct bytes seen);

/* Each sends a request and returns its correlation; nothing else happens yet. */
uint32_t
guest_ask(struct guest *guest, enum tally_message message, struct bytes payload);

uint32_t
guest_submit(struct guest *guest, struct bytes ballot);

/* A valid ballot of the voter: revision and option as said, signed by frontend 0. */
uint32_t
guest_vote(struct guest *guest, uint64_t voter, uint16_t revision, uint16_t option);

uint32_t
guest_status(struct guest *guest, uint64_t voter);

uint32_t
guest_receipt(struct guest *guest, uint64_t index);

/* Entries from `first` on, of a tree of that size. */
uint32_t
guest_entries(struct guest *guest, uint64_t first, uint64_t size);

/* The bytes of that ballot. */
struct bytes
guest_ballot(const struct stage *stage, uint64_t voter, uint16_t revision, uint16_t option,
	     uint8_t *memory);

/* The next frame received; false if there is none. Views are valid until the next call. */
bool
guest_next(struct guest *guest, struct frame *frame);

/* True while the connection stands. */
bool
guest_is_there(const struct guest *guest);

/* Fails unless the next frame is this verdict on the next request in order; its index. */
uint64_t
guest_expect(struct guest *guest, enum tally_verdict verdict);

/* Fails unless nothing has been received. */
void
guest_expect_nothing(struct guest *guest);

/* Fails unless the next frame is a GOODBYE with this verdict, nothing follows it, and the
 * connection ends. */
void
guest_expect_goodbye(struct guest *guest, enum tally_verdict verdict);

/* Verdicts received from now on, taken away: how many there are of `verdict`; all of them in
 * *total. Fails if they are out of order. */
size_t
guest_verdicts(struct guest *guest, enum tally_verdict verdict, size_t *total);

#endif
