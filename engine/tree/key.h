/* key: names, ids and texts of Ed25519 keys (C2SP signed-note v1.0.0).
 *
 *   key id = first 4 bytes of SHA-256(name || 0A || type || public key), big-endian
 *   vkey   = name "+" hex8(key id) "+" base64(type || public key)
 *   private key text = "PRIVATE+TALLY+" name "+" hex8(key id) "+" base64(type || seed)
 *
 * Type is 01, but for cosigners 04 (tree/cosignature.h); only the id and the texts tell them
 * apart: whoever holds a key knows what it is for. A name is not empty and has neither Unicode
 * white space nor "+". Any thread; no allocation. */
#ifndef TALLY_TREE_KEY_H
#define TALLY_TREE_KEY_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"

enum {
	NOTE_NAME_MAX = 128,
	NOTE_VKEY_TEXT_MAX = NOTE_NAME_MAX + 1 + 8 + 1 + 44 + 1,
	NOTE_PRIVATE_TEXT_MAX = NOTE_VKEY_TEXT_MAX + 16,
};

enum note_key_type {
	NOTE_KEY_ED25519 = 1,
	NOTE_KEY_COSIGNER = 4,
};

struct note_key {
	char name[NOTE_NAME_MAX + 1];
	uint32_t id;
	uint8_t public_key[TALLY_KEY_SIZE];
};

struct note_private_key {
	struct note_key key;
	uint8_t secret[64]; /* libsodium's form: seed || public key. Wipe with sodium_memzero */
};

MUST_USE bool
note_name_valid(struct bytes name);

/* Computes key->id from name and public key. `name` valid. */
void
note_key_make(struct note_key *key, struct bytes name,
	      const uint8_t public_key[TALLY_KEY_SIZE]);

/* False unless the text is a vkey of type 01 whose id fits and whose point is in the prime-order
 * group (crypto_core_ed25519_is_valid_point). No surrounding white space. */
MUST_USE bool
note_key_parse(struct bytes text, struct note_key *key);

void
note_key_write(struct writer *writer, const struct note_key *key);

/* The same of either type. */
void
note_key_make_as(struct note_key *key, enum note_key_type type, struct bytes name,
		 const uint8_t public_key[TALLY_KEY_SIZE]);

MUST_USE bool
note_key_parse_as(struct bytes text, enum note_key_type type, struct note_key *key);

void
note_key_write_as(struct writer *writer, enum note_key_type type, const struct note_key *key);

void
note_private_key_make(struct note_private_key *key, struct bytes name,
		      const uint8_t seed[TALLY_SEED_SIZE]);

/* One trailing newline is allowed. */
MUST_USE bool
note_private_key_parse(struct bytes text, struct note_private_key *key);

void
note_private_key_write(struct writer *writer, const struct note_private_key *key);

void
note_private_key_make_as(struct note_private_key *key, enum note_key_type type,
			 struct bytes name, const uint8_t seed[TALLY_SEED_SIZE]);

MUST_USE bool
note_private_key_parse_as(struct bytes text, enum note_key_type type,
			  struct note_private_key *key);

void
note_private_key_write_as(struct writer *writer, enum note_key_type type,
			  const struct note_private_key *key);

#endif
