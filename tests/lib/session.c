#include "tests/lib/session.h"

#include <sodium.h>
#include <string.h>

#include "ballot/ballot.h"
#include "limits.h"
#include "tree/proof.h"

static void
keys_make(struct session *session)
{
	uint8_t seed[TALLY_SEED_SIZE];
	struct writer vkey = writer_make(session->log_vkey, sizeof session->log_vkey - 1);

	memset(seed, 0x07, sizeof seed);
	note_private_key_make(&session->log, BYTES_OF("tally.example/test"), seed);
	memset(seed, 0x09, sizeof seed);
	note_private_key_make(&session->frontend, BYTES_OF("front.example/a"), seed);
	memset(seed, 0x0a, sizeof seed);
	note_private_key_make(&session->authority, BYTES_OF("authority.example/1"), seed);
	memset(seed, 0x09, sizeof seed);
	CHECK(tally_client_key_make("front.example/a", seed, &session->key));
	note_key_write(&vkey, &session->log.key);
	session->log_vkey[vkey.size] = 0;
}

size_t
session_ballot(const struct session *session, uint16_t revision, uint8_t ballot[512])
{
	static const struct ballot_choice choices[] = {{0, 1}, {2, 1}};
	struct ballot_head head = {session->campaign, session->tag, revision, 0,
				   TALLY_SIGNING_FRONTEND};
	struct writer writer = writer_make(ballot, 512);

	ballot_head_write(&writer, &head);
	ballot_choices_write(&writer, choices, 2);
	ballot_frontend_sign(&writer, session->frontend.key.id, session->frontend.secret);
	CHECK(!writer.failed);
	return writer.size;
}

static void
leaf_make(struct tree_hash *leaf, struct bytes head, struct bytes body)
{
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	struct writer entry = writer_make(memory, sizeof memory);

	writer_bytes(&entry, head);
	writer_bytes(&entry, body);
	CHECK(!entry.failed);
	tree_leaf(writer_view(&entry), leaf);
}

static size_t
note_make(const struct session *session, uint64_t size, const struct tree_hash *root,
	  char note[512])
{
	struct writer writer = writer_make(note, 512);
	struct checkpoint checkpoint = {.size = size};

	memcpy(checkpoint.root, root->bytes, sizeof checkpoint.root);
	checkpoint_write(&writer, &checkpoint, &session->log);
	CHECK(!writer.failed);
	return writer.size;
}

static void
receipt_make(struct session *session)
{
	struct writer receipt = writer_make(session->receipt, sizeof session->receipt);
	struct proof proof = {.count = 1};
	struct tree_hash root;

	tree_node(&session->leaves[0], &session->leaves[1], &proof.hashes[0]);
	tree_node(&proof.hashes[0], &session->leaves[2], &root);
	session->opening_size = note_make(session, 2, &proof.hashes[0], session->opening);
	session->checkpoint_size =
	    note_make(session, SESSION_ENTRIES, &root, session->checkpoint);
	receipt_write(&receipt, 2, &proof,
		      bytes_make(session->checkpoint, session->checkpoint_size));
	CHECK(!receipt.failed);
	session->receipt_size = receipt.size;
}

void
session_make(struct session *session, struct bytes manifest)
{
	static const uint8_t opened[] = {TALLY_ENTRY_PHASE, TALLY_PHASE_OPEN,
					 TALLY_CAUSE_CLOCK};

	memset(session, 0, sizeof *session);
	keys_make(session);
	crypto_hash_sha256(session->campaign, manifest.data, manifest.size);
	memset(session->server_nonce, 0x51, sizeof session->server_nonce);
	memset(session->client_nonce, 0xc1, sizeof session->client_nonce);
	memset(session->tag, 0x74, sizeof session->tag);
	session->ballot_size = session_ballot(session, 1, session->ballot);
	memcpy(session->phase, opened, sizeof opened);
	be32_store(session->phase + 3, 28333333);
	leaf_make(&session->leaves[0], BYTES_OF("\x01\x00\x00\x00\x01"), manifest);
	leaf_make(&session->leaves[1], bytes_make(session->phase, sizeof session->phase),
		  BYTES_OF(""));
	leaf_make(&session->leaves[2], BYTES_OF("\x02"),
		  bytes_make(session->ballot, session->ballot_size));
	receipt_make(session);
}

struct bytes
session_checkpoint(const struct session *session, uint64_t size, uint8_t fill, char memory[512])
{
	struct tree_hash root;

	memset(root.bytes, fill, sizeof root.bytes);
	return bytes_make(memory, note_make(session, size, &root, memory));
}

void
session_sign(const struct note_private_key *key, struct bytes message,
	     uint8_t signature[TALLY_SIGNATURE_SIZE])
{
	CHECK(crypto_sign_detached(signature, NULL, message.data, message.size, key->secret) ==
	      0);
}

void
session_hello(const struct session *session, struct writer *writer)
{
	struct frame_hello hello = {
	    .version_min = 1,
	    .version_max = 1,
	    .campaign = session->campaign,
	    .log_key = session->log.key.public_key,
	    .nonce = session->server_nonce,
	    .payload_max = TALLY_WIRE_PAYLOAD_MAX,
	    .window_requests = window_requests,
	    .window_reads = window_reads,
	    .idle_s = idle_deadline_ms / 1000,
	    .checkpoint = bytes_make(session->checkpoint, session->checkpoint_size),
	};

	frame_hello_write(writer, &hello);
}

void
session_welcome(struct writer *writer, uint32_t requests, uint32_t reads)
{
	struct frame_welcome welcome = {1, requests, reads};

	frame_welcome_write(writer, &welcome);
}

struct tally_client_config
session_config(const struct session *session)
{
	return (struct tally_client_config){
	    .campaign = session->campaign,
	    .log_vkey = session->log_vkey,
	    .key = &session->key,
	    .nonce = session->client_nonce,
	};
}
