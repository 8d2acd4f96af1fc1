/* wire: the socket protocol's numbers, version 1.
 *
 * A connection is a sequence of frames in each direction: a 12-byte header
 *
 *   offset size
 *   0      4    payload size in bytes, at most TALLY_WIRE_PAYLOAD_MAX
 *   4      1    message (enum tally_message)
 *   5      3    zero
 *   8      4    correlation id: chosen by the client, repeated in the answer
 *
 * then the payload. The layouts of the payloads are in include/README.md. */
#ifndef TALLY_WIRE_H
#define TALLY_WIRE_H

enum {
	TALLY_WIRE_VERSION = 1,
	TALLY_WIRE_HEADER_SIZE = 12,
	TALLY_WIRE_PAYLOAD_MAX = 65536,
	TALLY_WIRE_PORT = 7300,
	TALLY_HTTP_PORT = 7380,
};

enum tally_message {
	/* client to server */
	TALLY_MESSAGE_AUTH = 1,
	TALLY_MESSAGE_SUBMIT = 2,
	TALLY_MESSAGE_STATUS = 3,
	TALLY_MESSAGE_RECEIPT = 4,
	TALLY_MESSAGE_CHECKPOINT = 5,
	TALLY_MESSAGE_RESULTS = 6,
	TALLY_MESSAGE_NOTICE = 7,
	TALLY_MESSAGE_STATE = 8,
	TALLY_MESSAGE_COSIGN = 9,
	TALLY_MESSAGE_ENTRIES = 10,
	TALLY_MESSAGE_SHEET = 11,
	/* server to client */
	TALLY_MESSAGE_HELLO = 129,
	TALLY_MESSAGE_WELCOME = 130,
	TALLY_MESSAGE_VERDICT = 131,
	TALLY_MESSAGE_STATUS_IS = 132,
	TALLY_MESSAGE_RECEIPT_IS = 133,
	TALLY_MESSAGE_CHECKPOINT_IS = 134,
	TALLY_MESSAGE_RESULTS_ARE = 135,
	TALLY_MESSAGE_STATE_IS = 136,
	TALLY_MESSAGE_ENTRIES_ARE = 137,
	TALLY_MESSAGE_GOODBYE = 143,
};

#endif
