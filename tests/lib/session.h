/* session: a log of a few entries and the server's side of a connection, from fixed keys and
 * nonces, so that every byte of it can be written down.
 *
 *   log key         seed 32 bytes of 07, tally.example/test
 *   frontend key    seed 32 bytes of 09, front.example/a
 *   authority key   seed 32 bytes of 0a, authority.example/1
 *   server nonce    32 bytes of 51         client nonce    32 bytes of c1
 *   campaign id     SHA-256 of the manifest given, which is entry 0
 *   entry 1         PHASE open, by the clock, minute 28333333
 *   entry 2         a ballot of the frontend: tag 32 bytes of 74, revision 1, district 0, one
 *                   contest, options 0 and 2, each with value 1 */
#ifndef TALLY_TESTS_SESSION_H
#define TALLY_TESTS_SESSION_H

#include "frame/frame.h"
#include "tally/client.h"
#include "tree/frontier.h"
#include "tree/note.h"

enum {
	SESSION_ENTRIES = 3
};

struct session {
	struct note_private_key log;
	struct note_private_key frontend;
	struct note_private_key authority;
	char log_vkey[NOTE_VKEY_TEXT_MAX];
	uint8_t campaign[TALLY_HASH_SIZE];
	uint8_t server_nonce[TALLY_NONCE_SIZE];
	uint8_t client_nonce[TALLY_NONCE_SIZE];
	uint8_t tag[TALLY_TAG_SIZE];
	uint8_t phase[7];
	uint8_t ballot[512];
	size_t ballot_size;
	struct tree_hash leaves[SESSION_ENTRIES];
	char opening[512]; /* checkpoint of the first two entries */
	size_t opening_size;
	char checkpoint[512]; /* of all three */
	size_t checkpoint_size;
	char receipt[1024]; /* of entry 2 under it */
	size_t receipt_size;
	struct tally_client_key key; /* the frontend's, as the client takes it */
};

/* `manifest` is at most 65,000 bytes. */
void
session_make(struct session *session, struct bytes manifest);

/* A checkpoint of `size` entries whose root is 32 bytes of `fill`. */
struct bytes
session_checkpoint(const struct session *session, uint64_t size, uint8_t fill,
		   char memory[512]);

/* The ballot of `revision`, signed by the frontend. */
size_t
session_ballot(const struct session *session, uint16_t revision, uint8_t ballot[512]);

void
session_sign(const struct note_private_key *key, struct bytes message,
	     uint8_t signature[TALLY_SIGNATURE_SIZE]);

/* The server's frames that open a connection. */
void
session_hello(const struct session *session, struct writer *writer);

void
session_welcome(struct writer *writer, uint32_t window_requests, uint32_t window_reads);

/* What a client of this server is configured with; output is the caller's to add. */
struct tally_client_config
session_config(const struct session *session);

#endif
