#include "tests/lib/edcases.h"

#include <sodium.h>

enum {
	KEYS = 12,
	SMALL = 12,
};

/* Every point of small order, then those encodings of some that are not canonical. */
static const char *const small_texts[SMALL] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};

/* Little-endian. */
static const char order_text[] =
    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

struct signer {
	uint8_t secret[32]; /* a scalar below L */
	uint8_t key[32];    /* its multiple of B, and for some a point of small order */
};

struct workshop {
	struct test_random *random;
	struct signer signers[KEYS];
	uint8_t small[SMALL][32];
	uint8_t order[32];
};

static void
scalar_random(struct workshop *shop, uint8_t scalar[32])
{
	uint8_t wide[64];

	test_random_fill(shop->random, wide, sizeof wide);
	crypto_core_ed25519_scalar_reduce(scalar, wide);
}

/* scalar * B, plus some point of small order. */
static void
point_make(struct workshop *shop, uint8_t point[32], const uint8_t scalar[32], bool torsion)
{
	assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(point, scalar), 0);
	if (torsion)
		assert_int_equal(
		    crypto_core_ed25519_add(point, point,
					    shop->small[test_random_below(shop->random, 8)]),
		    0);
}

static void
workshop_make(struct workshop *shop, struct test_random *random)
{
	shop->random = random;
	test_hex(order_text, shop->order, sizeof shop->order);
	for (size_t i = 0; i < SMALL; i++)
		test_hex(small_texts[i], shop->small[i], sizeof shop->small[i]);
	for (size_t i = 0; i < KEYS; i++) {
		scalar_random(shop, shop->signers[i].secret);
		point_make(shop, shop->signers[i].key, shop->signers[i].secret, i % 3 == 0);
	}
}

/* S = r + k a, or r - k a if wrong. */
static void
sign(const struct signer *signer, struct edcase *item, const uint8_t r[32], bool wrong)
{
	crypto_hash_sha512_state state;
	uint8_t hash[64], k[32], product[32];

	memcpy(item->key, signer->key, sizeof item->key);
	crypto_hash_sha512_init(&state);
	crypto_hash_sha512_update(&state, item->signature, 32);
	crypto_hash_sha512_update(&state, item->key, 32);
	crypto_hash_sha512_update(&state, item->message, item->message_size);
	crypto_hash_sha512_final(&state, hash);
	crypto_core_ed25519_scalar_reduce(k, hash);
	crypto_core_ed25519_scalar_mul(product, k, signer->secret);
	if (wrong)
		crypto_core_ed25519_scalar_sub(item->signature + 32, r, product);
	else
		crypto_core_ed25519_scalar_add(item->signature + 32, r, product);
}

static void
honest(struct workshop *shop, struct edcase *item, bool wrong)
{
	const struct signer *signer = &shop->signers[test_random_below(shop->random, KEYS)];
	uint8_t r[32];

	item->message_size = test_random_below(shop->random, 300);
	test_random_fill(shop->random, item->message, item->message_size);
	scalar_random(shop, r);
	point_make(shop, item->signature, r, test_random_below(shop->random, 4) == 0);
	sign(signer, item, r, wrong);
}

static void
bit_flip(struct workshop *shop, uint8_t *bytes, size_t size)
{
	if (size > 0)
		bytes[test_random_below(shop->random, size)] ^=
		    (uint8_t)(1U << test_random_below(shop->random, 8));
}

/* S + L, up to 15 times: as far as 256 bits go. */
static void
order_add(struct workshop *shop, struct edcase *item)
{
	for (uint64_t times = 1 + test_random_below(shop->random, 15); times > 0; times--)
		sodium_add(item->signature + 32, shop->order, 32);
}

/* R of small order, or not canonical, and S such that the equation holds but for that. */
static void
small_sign(struct workshop *shop, struct edcase *item)
{
	const uint8_t r[32] = {0};

	memcpy(item->signature, shop->small[test_random_below(shop->random, SMALL)], 32);
	sign(&shop->signers[test_random_below(shop->random, KEYS)], item, r, false);
}

/* S = L - 4 ... L + 3, or 0 ... 7 */
static void
edge_set(struct workshop *shop, struct edcase *item)
{
	uint8_t four[32] = {4}, offset[32] = {(uint8_t)test_random_below(shop->random, 8)};

	memset(item->signature + 32, 0, 32);
	if (test_random_below(shop->random, 4) != 0) {
		memcpy(item->signature + 32, shop->order, 32);
		sodium_sub(item->signature + 32, four, 32);
	}
	sodium_add(item->signature + 32, offset, 32);
}

static void
mutate(struct workshop *shop, struct edcase *item, uint64_t kind)
{
	switch (kind) {
	case 0:
		bit_flip(shop, item->signature, 32);
		break;
	case 1:
		bit_flip(shop, item->signature + 32, 32);
		break;
	case 2:
		bit_flip(shop, item->message, item->message_size);
		break;
	case 3:
		item->message_size ^= 1;
		break;
	case 4:
		order_add(shop, item);
		break;
	case 5:
		small_sign(shop, item);
		break;
	case 6:
		edge_set(shop, item);
		break;
	case 7:
		item->signature[31] ^= 0x80;
		break;
	case 8:
		memcpy(item->key, shop->signers[test_random_below(shop->random, KEYS)].key, 32);
		break;
	case 9:
		memcpy(item->key, shop->small[test_random_below(shop->random, SMALL)], 32);
		break;
	case 10:
		honest(shop, item, true);
		break;
	default: /* stays honest */
		break;
	}
}

struct edcase *
edcases_mutants(struct test_random *random, size_t count)
{
	struct edcase *cases = calloc(count, sizeof cases[0]);
	struct workshop shop;

	assert_non_null(cases);
	workshop_make(&shop, random);
	for (size_t i = 0; i < count; i++) {
		struct edcase *item = &cases[i];

		honest(&shop, item, false);
		mutate(&shop, item, test_random_below(random, 16));
		item->genuine = crypto_sign_verify_detached(item->signature, item->message,
							    item->message_size, item->key) == 0;
	}
	return cases;
}
