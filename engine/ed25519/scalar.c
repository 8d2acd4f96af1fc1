/* libcrypto has declared its low-level functions old; they are the ones without an allocation. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "ed25519/scalar.h"

#include <endian.h>
#include <openssl/sha.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum {
	WORDS = 4,
};

static const uint64_t order[WORDS + 1] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0,
					  0x1000000000000000, 0};

/* floor(2^512 / L) */
static const uint64_t reciprocal[WORDS + 1] = {0xed9ce5a30a2c131b, 0x2106215d086329a7,
					       0xffffffffffffffeb, UINT64_MAX, 0xf};

/* Little-endian. */
static void
words_load(uint64_t *words, const uint8_t *from, size_t count)
{
	memcpy(words, from, count * sizeof words[0]);
	for (size_t i = 0; i < count; i++)
		words[i] = le64toh(words[i]);
}

static bool
below_order(const uint64_t *words, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		if (words[i] != order[i])
			return words[i] < order[i];
	}
	return false;
}

bool
scalar_is_canonical(const uint8_t scalar[SCALAR_SIZE])
{
	uint64_t words[WORDS];

	words_load(words, scalar, WORDS);
	return below_order(words, WORDS);
}

void
scalar_add_order(uint8_t scalar[SCALAR_SIZE])
{
	uint64_t words[WORDS];
	wide sum = 0;

	words_load(words, scalar, WORDS);
	for (int i = 0; i < WORDS; i++) {
		sum += (wide)words[i] + order[i];
		words[i] = htole64((uint64_t)sum);
		sum >>= 64;
	}
	memcpy(scalar, words, SCALAR_SIZE);
}

/* The lowest out_count words of a product of two numbers of WORDS + 1 words. */
static void
multiply(uint64_t *out, int out_count, const uint64_t *a, const uint64_t *b)
{
	for (int i = 0; i < out_count; i++)
		out[i] = 0;
	for (int i = 0; i <= WORDS; i++) {
		uint64_t carry = 0;

		for (int j = 0; j <= WORDS && i + j < out_count; j++) {
			wide sum = (wide)a[i] * b[j] + out[i + j] + carry;

			out[i + j] = (uint64_t)sum;
			carry = (uint64_t)(sum >> 64);
		}
		if (i + WORDS + 1 < out_count)
			out[i + WORDS + 1] = carry;
	}
}

/* a -= b, modulo 2^320 */
static void
subtract(uint64_t *a, const uint64_t *b)
{
	uint64_t borrow = 0;

	for (int i = 0; i <= WORDS; i++) {
		wide difference = (wide)a[i] - b[i] - borrow;

		a[i] = (uint64_t)difference;
		borrow = (uint64_t)(difference >> 64) & 1;
	}
}

/* Barrett: the Handbook of Applied Cryptography, algorithm 14.42, with words of 64 bits: the
 * estimate of the quotient is too small by two at most. */
void
scalar_reduce(uint8_t scalar[SCALAR_SIZE], const uint8_t bytes[SCALAR_WIDE_SIZE])
{
	uint64_t rest[2 * WORDS], product[2 * WORDS + 2], multiple[WORDS + 1];

	words_load(rest, bytes, 2 * WORDS);
	multiply(product, 2 * WORDS + 2, rest + WORDS - 1, reciprocal);
	multiply(multiple, WORDS + 1, product + WORDS + 1, order);
	subtract(rest, multiple);
	while (!below_order(rest, WORDS + 1))
		subtract(rest, order);
	for (int i = 0; i < WORDS; i++)
		rest[i] = htole64(rest[i]);
	memcpy(scalar, rest, SCALAR_SIZE);
}

void
scalar_challenge(uint8_t k[SCALAR_SIZE], const uint8_t r[TALLY_KEY_SIZE],
		 const uint8_t key[TALLY_KEY_SIZE], struct bytes message)
{
	uint8_t hash[SHA512_DIGEST_LENGTH];
	SHA512_CTX context;

	SHA512_Init(&context);
	SHA512_Update(&context, r, TALLY_KEY_SIZE);
	SHA512_Update(&context, key, TALLY_KEY_SIZE);
	SHA512_Update(&context, message.data, message.size);
	SHA512_Final(hash, &context);
	scalar_reduce(k, hash);
}

/* The topmost row has no one to carry to, and need not: with a window that divides 253 its digit is
 * at most 2^(window-1), and then what follows in a scalar below L is zeros. */
void
scalar_digits(int16_t digits[KEYTABLE_ROWS_MAX], const uint8_t scalar[SCALAR_SIZE],
	      unsigned window, unsigned rows)
{
	uint64_t words[WORDS + 1] = {0};
	unsigned carry = 0;

	words_load(words, scalar, WORDS);
	for (unsigned row = 0; row < rows; row++) {
		unsigned bit = row * window;
		wide pair = (wide)words[bit / 64 + 1] << 64 | words[bit / 64];
		unsigned digit =
		    ((unsigned)(pair >> (bit % 64)) & ((1U << window) - 1)) + carry;

		carry = digit > 1U << (window - 1);
		digits[row] = (int16_t)((int)digit - (int)(carry << window));
	}
}
