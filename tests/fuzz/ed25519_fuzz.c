/* A signature, changed: every way to verify it by tables that the processor has says what libsodium
 * says, of it alone and among others.
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

#include "ed25519/signatures.h"

enum {
	KEYS = 8,
	WINDOW = 5, /* tables of changed keys are made for one input each */
	ROOM = 1 << 17,
	HEAD = 2 + TALLY_SIGNATURE_SIZE,
	LAST = KEYS, /* the table of a key from the input */
	ALIKE = 3,
	COMPANY = 4 + ALIKE,
};

typedef void
batch_verify(const struct keytable *base, struct ed25519_item *items, size_t count);

static struct way {
	batch_verify *verify;
	bool (*available)(void);
	bool here;
} ways[] = {
    {.verify = ed25519_portable, .here = true},
    {ed25519_adx, ed25519_adx_available, false},
    {ed25519_avx2, ed25519_avx2_available, false},
    {ed25519_ifma, ed25519_ifma_available, false},
};

struct signer {
	uint8_t secret[32];
	uint8_t key[32];
};

static struct signer signers[KEYS];
static struct keytable base, tables[KEYS + 1], narrow;
static _Alignas(KEYTABLE_ALIGNMENT) uint8_t memory[KEYS + 3][ROOM];
static uint8_t honest[TALLY_SIGNATURE_SIZE]; /* of no bytes, by the first key */

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

static void
begin(void)
{
	if (base.entries != NULL)
		return;
	CHECK(sodium_init() >= 0);
	for (size_t i = 1; i < sizeof ways / sizeof ways[0]; i++)
		ways[i].here = ways[i].available();
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
	CHECK(keytable_make(&narrow, signers[0].key, WINDOW - 1, memory[KEYS + 2]));
	sign(honest, &signers[0], 0, bytes_make(NULL, 0));
}

/* Three that differ from the signature in a byte each; what is genuine among them, C says. */
static void
alike_make(struct ed25519_item items[ALIKE], uint8_t changed[ALIKE][TALLY_SIGNATURE_SIZE],
	   const struct ed25519_item *item)
{
	for (size_t i = 0; i < ALIKE; i++) {
		memcpy(changed[i], item->signature, sizeof changed[i]);
		changed[i][20 * i + item->signature[i] % 20] ^= item->signature[i + 32];
		items[i] = (struct ed25519_item){changed[i], item->message, item->key, false};
	}
	ed25519_portable(&base, items, ALIKE);
}

/* Wrong where it is filled in, so that a verdict left out is seen. */
static void
expect(const struct way *way, const struct ed25519_item *right, size_t count)
{
	struct ed25519_item items[COMPANY];

	for (size_t i = 0; i < count; i++) {
		items[i] = right[i];
		items[i].genuine = !right[i].genuine;
	}
	way->verify(&base, items, count);
	for (size_t i = 0; i < count; i++)
		CHECK(items[i].genuine == right[i].genuine);
}

/* In company: by a table of another window an honest one, and the same of another message; one
 * whose R is of small order. */
static void
compare(const struct keytable *key, const uint8_t *signature, struct bytes message)
{
	static const uint8_t small[TALLY_SIGNATURE_SIZE] = {1};
	uint8_t changed[ALIKE][TALLY_SIGNATURE_SIZE];
	struct ed25519_item items[COMPANY] = {
	    {honest, bytes_make(NULL, 0), &narrow, true},
	    {signature, message, key, false},
	    {small, message, key, false},
	    {honest, bytes_make("x", 1), &narrow, false},
	};

	items[1].genuine =
	    crypto_sign_verify_detached(signature, message.data, message.size, key->key) == 0;
	alike_make(items + COMPANY - ALIKE, changed, &items[1]);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		if (!ways[i].here)
			continue;
		expect(&ways[i], &items[1], 1);
		expect(&ways[i], items, COMPANY);
	}
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
