/* scalar: integers modulo L = 2^252 + 27742317777372353535851937790883648493, the order of B: as
 * 32 bytes, little-endian, and as the signed digits that tables are read by (keytable.h).
 *
 * Thread: any. No allocation. */
#ifndef TALLY_ED25519_SCALAR_H
#define TALLY_ED25519_SCALAR_H

#include "ed25519/keytable.h"

enum {
	SCALAR_SIZE = 32,
	SCALAR_WIDE_SIZE = 64,
};

/* Below L? */
bool
scalar_is_canonical(const uint8_t scalar[SCALAR_SIZE]);

/* scalar + L modulo 2^256: of a signature's S another form, which no verifier may take (P1). */
void
scalar_add_order(uint8_t scalar[SCALAR_SIZE]);

/* wide mod L. */
void
scalar_reduce(uint8_t scalar[SCALAR_SIZE], const uint8_t wide[SCALAR_WIDE_SIZE]);

/* k = SHA-512(R, A, message) mod L; R is the first half of the signature. */
void
scalar_challenge(uint8_t k[SCALAR_SIZE], const uint8_t r[TALLY_KEY_SIZE],
		 const uint8_t key[TALLY_KEY_SIZE], struct bytes message);

/* digits[0, rows) of a scalar below L, each in [-2^(window-1), 2^(window-1)]. */
void
scalar_digits(int16_t digits[KEYTABLE_ROWS_MAX], const uint8_t scalar[SCALAR_SIZE],
	      unsigned window, unsigned rows);

#endif
