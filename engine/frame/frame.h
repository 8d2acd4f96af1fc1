/* frame: the wire protocol's bytes to messages and back. Views, no copies.
 *
 * Header: see tally/wire.h. Payloads, offsets from the payload's first byte:
 *
 *   HELLO (server, at once)       AUTH (client, first)            WELCOME (server)
 *   0   2  lowest version         0   2  version chosen           0  2  version in use
 *   2   2  highest version        2   4  key id, 0: anonymous     2  2  zero
 *   4   32 campaign id            6   32 client nonce             4  4  window: requests
 *   36  32 log public key         38  64 signature, zeros when    8  4  window: reads
 *   68  32 server nonce                  anonymous
 *   100 4  payload maximum        102 n  newest checkpoint seen,
 *   104 4  window: requests              a signed note, or nothing
 *   108 4  window: reads
 *   112 4  idle limit, seconds
 *   116 n  newest checkpoint, a signed note
 *   The signature of AUTH covers "tally/hello/v1" NUL, campaign id, server nonce, client nonce,
 *   log public key.
 *
 *   SUBMIT  0 n ballot            NOTICE 0 n notice               VERDICT
 *   STATUS  0 32 tag              STATUS_IS                       0  2  verdict
 *                                 0  1  1 known, 0 none           2  1  class
 *                                 1  1  zero                      3  1  zero
 *                                 2  2  revision                  4  8  index, all ones: none
 *                                 4  8  index                     12 n  sentence, UTF-8
 *   RECEIPT 0 8 index             RECEIPT_IS   0 8 index, 8 n receipt text
 *   CHECKPOINT (empty)            CHECKPOINT_IS 0 n signed note
 *   RESULTS 0 2 contest           RESULTS_ARE  0 8 entries covered, 8 8 ballots, 16 8 replaced,
 *                                 24 8 voided, 32 8 in tree, 40 2 contests, 42 2 contest,
 *                                 44 8 contest ballots, 52 8 blank, 60 8 abstained,
 *                                 68 4 options k, 72 k times: u64 votes, i64 score
 *   ENTRIES 0 8 first, 8 8 size   ENTRIES_ARE 0 8 first, 8 2 count, 10 count times: 0 2 size n,
 *                                 2 n entry
 *   STATE (empty)                 STATE_IS 0 1 phase, 1 3 zero, 4 4 notices, 8 8 opens,
 *                                 16 8 closes, 24 8 log size, 32 32 hash of the last notice
 *   COSIGN  0 8 tree size, 8 n cosignature line, its line feed included; a VERDICT answers
 *   GOODBYE (server)              0 2 verdict, 2 1 class, 3 1 zero, 4 n sentence; then it closes
 *
 * Parsers return true only for exactly that shape: what the tables call zero or empty is so,
 * verdict and class are both 0 or neither, a tag that is not known has zeros, there are as many
 * options as said, at least one entry and no empty one. Views point into the payload. Any thread;
 * no allocation. */
#ifndef TALLY_FRAME_FRAME_H
#define TALLY_FRAME_FRAME_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"
#include "tally/status.h"
#include "tally/wire.h"

#define FRAME_NO_INDEX UINT64_MAX

enum {
	FRAME_OPTION_SIZE = 16,
	FRAME_ENTRIES_HEAD = 10, /* of ENTRIES_ARE, before the entries */
};

struct frame {
	uint8_t message;
	uint32_t correlation;
	struct bytes payload;
};

/* Parses the frame at the front. Bytes used; 0: more are needed; -1: not a frame (payload too
 * large or the zero bytes are not zero): the stream cannot be followed any further. */
MUST_USE long
frame_next(struct bytes stream, struct frame *out);

struct frame_hello {
	uint16_t version_min;
	uint16_t version_max;
	const uint8_t *campaign;
	const uint8_t *log_key;
	const uint8_t *nonce;
	uint32_t payload_max;
	uint32_t window_requests;
	uint32_t window_reads;
	uint32_t idle_s;
	struct bytes checkpoint;
};

struct frame_auth {
	uint16_t version;
	uint32_t key_id;
	const uint8_t *nonce;
	const uint8_t *signature;
	struct bytes checkpoint;
};

struct frame_welcome {
	uint16_t version;
	uint32_t window_requests;
	uint32_t window_reads;
};

struct frame_verdict {
	uint16_t verdict;
	uint8_t class;
	uint64_t index; /* FRAME_NO_INDEX: none */
	struct bytes sentence;
};

struct frame_receipt {
	uint64_t index;
	struct bytes text;
};

struct frame_cosign {
	uint64_t tree_size;
	struct bytes line; /* unread */
};

struct frame_status {
	bool known;
	uint16_t revision;
	uint64_t index;
};

struct frame_results {
	uint64_t covered;
	uint64_t ballots;
	uint64_t replaced;
	uint64_t voided;
	uint64_t in_tree;
	uint16_t contests_count;
	uint16_t contest;
	uint64_t contest_ballots;
	uint64_t blank;
	uint64_t abstained;
	uint32_t options_count;
	struct bytes options; /* FRAME_OPTION_SIZE bytes each */
};

struct frame_entries {
	uint64_t first;
	uint16_t count;
	struct bytes entries; /* each behind its u16 size */
};

struct frame_state {
	uint8_t phase;
	uint32_t notices_count;
	int64_t opens;
	int64_t closes;
	uint64_t size;
	const uint8_t *notice_hash; /* 32 */
};

MUST_USE bool
frame_hello_parse(struct bytes payload, struct frame_hello *out);
MUST_USE bool
frame_auth_parse(struct bytes payload, struct frame_auth *out);
MUST_USE bool
frame_welcome_parse(struct bytes payload, struct frame_welcome *out);
MUST_USE bool
frame_verdict_parse(struct bytes payload, struct frame_verdict *out);
/* Its index is FRAME_NO_INDEX. */
MUST_USE bool
frame_goodbye_parse(struct bytes payload, struct frame_verdict *out);
MUST_USE bool
frame_receipt_parse(struct bytes payload, struct frame_receipt *out);
MUST_USE bool
frame_cosign_parse(struct bytes payload, struct frame_cosign *out);
MUST_USE bool
frame_status_parse(struct bytes payload, struct frame_status *out);
MUST_USE bool
frame_results_parse(struct bytes payload, struct frame_results *out);
MUST_USE bool
frame_entries_parse(struct bytes payload, struct frame_entries *out);
MUST_USE bool
frame_state_parse(struct bytes payload, struct frame_state *out);

/* Each writes one whole frame, header included; the writer fails if it does not fit. */
void
frame_write(struct writer *writer, uint8_t message, uint32_t correlation, struct bytes payload);
void
frame_hello_write(struct writer *writer, const struct frame_hello *hello);
void
frame_auth_write(struct writer *writer, const struct frame_auth *auth);
void
frame_welcome_write(struct writer *writer, const struct frame_welcome *welcome);
/* Class and sentence come from the verdict table; an accepted answer carries no sentence. */
void
frame_verdict_write(struct writer *writer, uint32_t correlation, enum tally_verdict verdict,
		    uint64_t index);
void
frame_status_write(struct writer *writer, uint32_t correlation,
		   const struct frame_status *status);
void
frame_receipt_write(struct writer *writer, uint32_t correlation, uint64_t index,
		    struct bytes receipt);
void
frame_results_write(struct writer *writer, uint32_t correlation,
		    const struct frame_results *results);
void
frame_entries_write(struct writer *writer, uint32_t correlation,
		    const struct frame_entries *entries);
void
frame_state_write(struct writer *writer, uint32_t correlation, const struct frame_state *state);
void
frame_goodbye_write(struct writer *writer, enum tally_verdict verdict);

/* What an AUTH's signature covers. */
enum {
	FRAME_PROOF_SIZE = 15 + 4 * 32
};

void
frame_proof_message(const uint8_t *campaign, const uint8_t *server_nonce,
		    const uint8_t *client_nonce, const uint8_t *log_key,
		    uint8_t message[FRAME_PROOF_SIZE]);

#endif
