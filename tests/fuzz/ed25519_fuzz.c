/* A signature, changed: every way to verify it by tables says what libsodium says.
 *
 *   key      1 byte    which of the keys: half of them have a part of small order
 *   torsion  1 byte    which of the points of small order is added to R
 *   change   64 bytes  exclusive or with the signature
 *   message  the rest; what is signed is without its last byte if torsion > 127
 *
 * A key of 255: the first 32 bytes of the message instead, which get a table, or libsodium refuses
 * as well. */
#include "tests/fuzz/fuzz.h"

#include <sodium.h>
#include <string.h>

#include "ed25519/batch.h"

enum {
	KEYS = 8,
	WINDOW = 5, /* tables of changed keys are made for one input each */
	ROOM = 1 << 17,
	HEAD = 2 + TALLY_SIGNATURE_SIZE,
	LAST = KEYS, /* the table of a key from the input */
};

struct signer {
	uint8_t secret[32];
	uint8_t key[32];
};

static struct signer signers[KEYS];
static struct keytable base, tables[KEYS + 1];
static _Alignas(KEYTABLE_ALIGNMENT) uint8_t memory[KEYS + 2][ROOM];

/* A generator of the points of small order, times 0 to 7. */
static void
small_add(uint8_t point[32], unsigned times)
{
	static const uint8_t eighth[32] = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0,
					   0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
					   0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39,
					   0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};

	for (unsigned i = 0; i < times % 8; i++)
		CHECK(crypto_core_ed25519_add(point, point, eighth) == 0);
}

static void
begin(void)
{
	if (base.entries != NULL)
		return;
	CHECK(sodium_init() >= 0);
	CHECK(keytable_size(WINDOW) <= ROOM);
	for (unsigned i = 0; i < KEYS; i++) {
		uint8_t wide[64];

		memset(wide, (int)i + 1, sizeof wide);
		crypto_core_ed25519_scalar_reduce(signers[i].secret, wide);
		CHECK(crypto_scalarmult_ed25519_base_noclamp(signers[i].key,
							     signers[i].secret) == 0);
		small_add(signers[i].key, i < KEYS / 2 ? 0 : i);
		CHECK(keytable_make(&tables[i], signers[i].key, WINDOW, memory[i]));
	}
	keytable_make_base(&base, WINDOW, memory[KEYS + 1]);
}

/* R = r B + a point of small order, S = r + k a; r from the message. */
static void
sign(uint8_t signature[TALLY_SIGNATURE_SIZE], const struct signer *signer, unsigned torsion,
     struct bytes message)
{
	crypto_hash_sha512_state state;
	uint8_t hash[64], r[32], k[32];

	crypto_hash_sha512(hash, message.data, message.size);
	crypto_core_ed25519_scalar_reduce(r, hash);
	CHECK(crypto_scalarmult_ed25519_base_noclamp(signature, r) == 0);
	small_add(signature, torsion);
	crypto_hash_sha512_init(&state);
	crypto_hash_sha512_update(&state, signature, 32);
	crypto_hash_sha512_update(&state, signer->key, 32);
	crypto_hash_sha512_update(&state, message.data, message.size);
	crypto_hash_sha512_final(&state, hash);
	crypto_core_ed25519_scalar_reduce(k, hash);
	crypto_core_ed25519_scalar_mul(k, k, signer->secret);
	crypto_core_ed25519_scalar_add(signature + 32, r, k);
}

/* Four at once: the signature, and others of the same key that differ in a byte. */
static void
compare_company(const struct keytable *key, const uint8_t *signature, struct bytes message,
		bool genuine)
{
	uint8_t changed[3][TALLY_SIGNATURE_SIZE];
	struct ed25519_item items[4], right[3];

	for (size_t i = 0; i < 3; i++) {
		memcpy(changed[i], signature, sizeof changed[i]);
		changed[i][20 * i + signature[i] % 20] ^= signature[i + 32];
		items[i] = right[i] = (struct ed25519_item){changed[i], message, key, false};
	}
	items[3] = (struct ed25519_item){signature, message, key, !genuine};
	ed25519_portable(&base, right, 3);
	ed25519_avx2(&base, items, 4);
	for (size_t i = 0; i < 3; i++)
		CHECK(items[i].genuine == right[i].genuine);
	CHECK(items[3].genuine == genuine);
}

static void
compare(const struct keytable *key, const uint8_t *signature, struct bytes message)
{
	const bool genuine =
	    crypto_sign_verify_detached(signature, message.data, message.size, key->key) == 0;
	struct ed25519_item item = {signature, message, key, !genuine};

	ed25519_portable(&base, &item, 1);
	CHECK(item.genuine == genuine);
	item.genuine = !genuine;
	if (ed25519_adx_available()) {
		ed25519_adx(&base, &item, 1);
		CHECK(item.genuine == genuine);
	}
	if (ed25519_avx2_available())
		compare_company(key, signature, message, genuine);
}

/* The key is the message's first bytes: of itself or of a signer's key, changed. */
static void
key_try(uint8_t signature[TALLY_SIGNATURE_SIZE], struct bytes message)
{
	uint8_t key[32];

	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (i < message.size ? message.data[i] : 0) ^
			 (signature[0] & 1 ? signers[0].key[i] : 0);
	if (keytable_make(&tables[LAST], key, WINDOW, memory[LAST]))
		compare(&tables[LAST], signature, message);
	else
		CHECK(crypto_sign_verify_detached(signature, message.data, message.size, key) !=
		      0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t signature[TALLY_SIGNATURE_SIZE];
	struct bytes message, signed_part;

	begin();
	if (size < HEAD)
		return 0;
	message = signed_part = bytes_make(data + HEAD, size - HEAD);
	signed_part.size -= data[1] > 127 && message.size > 0;
	sign(signature, &signers[data[0] % KEYS], data[1], signed_part);
	for (size_t i = 0; i < sizeof signature; i++)
		signature[i] ^= data[2 + i];
	if (data[0] == 255)
		key_try(signature, message);
	else
		compare(&tables[data[0] % KEYS], signature, message);
	return 0;
}
