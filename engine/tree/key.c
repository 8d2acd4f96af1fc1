#include "tree/key.h"

#include <string.h>

#include <sodium.h>

#include "base/text.h"
#include "limits.h"

enum {
	BLOB_SIZE = 1 + TALLY_KEY_SIZE,
	BLOB_TEXT_SIZE = 44,
	ID_TEXT_SIZE = 8,
};

_Static_assert((int)TALLY_SEED_SIZE == (int)TALLY_KEY_SIZE,
	       "seeds and keys share one text form");
_Static_assert((int)NOTE_NAME_MAX == (int)name_bytes_max, "one bound, stated for two readers");

static const char private_prefix[] = "PRIVATE+TALLY+";

bool
note_name_valid(struct bytes name)
{
	return name.size <= NOTE_NAME_MAX && text_word(name) &&
	       memchr(name.data, '+', name.size) == NULL;
}

void
note_key_make_as(struct note_key *key, enum note_key_type type, struct bytes name,
		 const uint8_t public_key[TALLY_KEY_SIZE])
{
	const uint8_t between[] = {'\n', (uint8_t)type};
	crypto_hash_sha256_state state;
	uint8_t digest[crypto_hash_sha256_BYTES];

	CHECK(note_name_valid(name));
	memset(key, 0, sizeof *key);
	memcpy(key->name, name.data, name.size);
	memcpy(key->public_key, public_key, TALLY_KEY_SIZE);
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, name.data, name.size);
	crypto_hash_sha256_update(&state, between, sizeof between);
	crypto_hash_sha256_update(&state, public_key, TALLY_KEY_SIZE);
	crypto_hash_sha256_final(&state, digest);
	key->id = be32_load(digest);
}

void
note_key_make(struct note_key *key, struct bytes name, const uint8_t public_key[TALLY_KEY_SIZE])
{
	note_key_make_as(key, NOTE_KEY_ED25519, name, public_key);
}

/* Takes `name+hex8+base64(type || 32 bytes)` apart. */
static bool
key_text_split(struct bytes text, enum note_key_type type, struct bytes *name, uint32_t *id,
	       uint8_t blob[BLOB_SIZE])
{
	const uint8_t *plus = text.size == 0 ? NULL : memchr(text.data, '+', text.size);
	struct reader reader;
	struct bytes digits;
	uint8_t id_bytes[4];

	if (plus == NULL)
		return false;
	*name = bytes_make(text.data, (size_t)(plus - text.data));
	reader = reader_make(bytes_make(plus + 1, text.size - name->size - 1));
	digits = reader_bytes(&reader, ID_TEXT_SIZE);
	reader_expect(&reader, BYTES_OF("+"));
	if (reader_left(&reader) != BLOB_TEXT_SIZE || !note_name_valid(*name) ||
	    !text_hex_parse(digits, id_bytes, sizeof id_bytes) ||
	    text_base64_parse(bytes_make(reader.at, BLOB_TEXT_SIZE), blob, BLOB_SIZE) !=
		BLOB_SIZE)
		return false;
	*id = be32_load(id_bytes);
	return blob[0] == type;
}

static void
key_text_write(struct writer *writer, enum note_key_type type, const struct note_key *key,
	       const uint8_t body[32])
{
	uint8_t id[4];
	uint8_t blob[BLOB_SIZE] = {(uint8_t)type};

	be32_store(id, key->id);
	memcpy(blob + 1, body, BLOB_SIZE - 1);
	writer_string(writer, key->name);
	writer_u8(writer, '+');
	text_hex_write(writer, bytes_make(id, sizeof id));
	writer_u8(writer, '+');
	text_base64_write(writer, bytes_make(blob, sizeof blob));
	sodium_memzero(blob, sizeof blob);
}

bool
note_key_parse_as(struct bytes text, enum note_key_type type, struct note_key *key)
{
	struct bytes name;
	uint32_t id;
	uint8_t blob[BLOB_SIZE];

	if (!key_text_split(text, type, &name, &id, blob))
		return false;
	note_key_make_as(key, type, name, blob + 1);
	return key->id == id && crypto_core_ed25519_is_valid_point(key->public_key) == 1;
}

bool
note_key_parse(struct bytes text, struct note_key *key)
{
	return note_key_parse_as(text, NOTE_KEY_ED25519, key);
}

void
note_key_write_as(struct writer *writer, enum note_key_type type, const struct note_key *key)
{
	key_text_write(writer, type, key, key->public_key);
}

void
note_key_write(struct writer *writer, const struct note_key *key)
{
	note_key_write_as(writer, NOTE_KEY_ED25519, key);
}

void
note_private_key_make_as(struct note_private_key *key, enum note_key_type type,
			 struct bytes name, const uint8_t seed[TALLY_SEED_SIZE])
{
	uint8_t public_key[TALLY_KEY_SIZE];

	CHECK(crypto_sign_seed_keypair(public_key, key->secret, seed) == 0);
	note_key_make_as(&key->key, type, name, public_key);
}

void
note_private_key_make(struct note_private_key *key, struct bytes name,
		      const uint8_t seed[TALLY_SEED_SIZE])
{
	note_private_key_make_as(key, NOTE_KEY_ED25519, name, seed);
}

bool
note_private_key_parse_as(struct bytes text, enum note_key_type type,
			  struct note_private_key *key)
{
	struct bytes prefix = bytes_of_string(private_prefix);
	struct bytes name;
	uint32_t id;
	uint8_t blob[BLOB_SIZE];
	bool split;

	if (text.size > 0 && text.data[text.size - 1] == '\n')
		text.size--;
	if (text.size < prefix.size || !bytes_equal(bytes_make(text.data, prefix.size), prefix))
		return false;
	text = bytes_make(text.data + prefix.size, text.size - prefix.size);
	split = key_text_split(text, type, &name, &id, blob);
	if (split)
		note_private_key_make_as(key, type, name, blob + 1);
	sodium_memzero(blob, sizeof blob);
	return split && key->key.id == id;
}

bool
note_private_key_parse(struct bytes text, struct note_private_key *key)
{
	return note_private_key_parse_as(text, NOTE_KEY_ED25519, key);
}

void
note_private_key_write_as(struct writer *writer, enum note_key_type type,
			  const struct note_private_key *key)
{
	writer_string(writer, private_prefix);
	key_text_write(writer, type, &key->key, key->secret);
}

void
note_private_key_write(struct writer *writer, const struct note_private_key *key)
{
	note_private_key_write_as(writer, NOTE_KEY_ED25519, key);
}
