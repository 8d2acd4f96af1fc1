/* machine: what is inside a struct tally_client, and what a server's message does to it.
 * client.c has the functions that include/tally/client.h promises.
 *
 * Thread: one at a time. No allocation: machine and output buffer are the caller's memory. */
#ifndef TALLY_CLIENT_MACHINE_H
#define TALLY_CLIENT_MACHINE_H

#include "base/bytes.h"
#include "frame/frame.h"
#include "limits.h"
#include "tally/client.h"
#include "tree/note.h"

enum machine_state {
	MACHINE_HELLO,   /* the server speaks first */
	MACHINE_WELCOME, /* AUTH is on its way */
	MACHINE_READY,
	MACHINE_GONE,
	MACHINE_BROKEN,
	MACHINE_STATES,
};

/* A request whose answer is owed. */
struct machine_request {
	uint8_t message;
	uint32_t correlation;
	uint64_t asked; /* the index, or the contest */
};

/* Requests whose answers come in their order: a ring. */
struct machine_lane {
	struct machine_request *ring;
	size_t capacity; /* of the ring */
	size_t window;   /* what the server allows, at most the capacity */
	size_t first;
	size_t count;
};

struct tally_client {
	enum machine_state state;
	uint8_t campaign[TALLY_HASH_SIZE];
	struct note_key log;
	struct tally_client_key key; /* wiped once AUTH is written; id 0: anonymous */
	uint8_t nonce[TALLY_NONCE_SIZE];
	uint32_t payload_max;
	uint32_t correlation; /* of the last request */

	struct checkpoint newest;
	size_t newest_size; /* of the note; 0: none seen yet */
	char newest_note[TALLY_CHECKPOINT_SIZE_MAX];

	struct machine_lane requests; /* lane one */
	struct machine_lane reads;    /* lane two */
	struct machine_request requests_ring[window_requests];
	struct machine_request reads_ring[window_reads];

	uint8_t *output;
	size_t output_capacity;
	size_t output_first; /* of the bytes not sent yet */
	size_t output_end;

	size_t input_first;
	size_t input_end;
	uint8_t input[TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX];
};

/* Checks the move against the table of allowed ones. */
void
machine_move(struct tally_client *client, enum machine_state to);

/* Verifies a signed checkpoint and remembers it if it is the newest. FINE, BAD_CHECKPOINT or
 * SPLIT_VIEW. */
MUST_USE int
machine_checkpoint(struct tally_client *client, struct bytes note, struct checkpoint *out);

/* A writer over the free end of the output buffer, which machine_written then takes in. */
struct writer
machine_writer(struct tally_client *client);

void
machine_written(struct tally_client *client, const struct writer *writer);

/* Takes one frame of the server: FINE and perhaps an event, or why the machine
 * is broken. */
MUST_USE int
machine_take(struct tally_client *client, const struct frame *frame,
	     struct tally_client_event *event);

#endif
