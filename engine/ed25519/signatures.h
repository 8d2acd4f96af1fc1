/* signatures: many of them, by keys that have tables, each accepted or refused by itself.
 *
 * The predicate is that of libsodium 1.0.18, bit for bit (P1): S < L; R not of small order (the
 * sign bit of its encoding ignored); encode([S]B - [k]A) = R byte for byte, where
 * k = SHA-512(R, A, message) mod L; A was looked at when its table was made. R is never decoded.
 * No random coefficients: items share nothing but one field inversion, to which a refused one
 * contributes 1.
 *
 * Four implementations: portable C, sums by mulx, adcx and adox, four side by side with AVX2 and
 * FMA, and eight with AVX-512 IFMA. Threads: any; no allocation; scratch on the stack, below
 * 256 KiB. */
#ifndef TALLY_ED25519_SIGNATURES_H
#define TALLY_ED25519_SIGNATURES_H

#include "ed25519/keytable.h"

enum {
	ED25519_BATCH_MAX =
	    256, /* items that share an inversion; more are cut into such batches */
	ED25519_S = TALLY_SIGNATURE_SIZE / 2, /* a signature is R, and from here on S */
};

struct ed25519_item {
	const uint8_t *signature; /* TALLY_SIGNATURE_SIZE bytes: R, S */
	struct bytes message;
	const struct keytable *key;
	bool genuine; /* out */
};

void
ed25519_portable(const struct keytable *base, struct ed25519_item *items, size_t count);

/* The processor has mulx, adcx and adox. Asks it: not for every batch. */
bool
ed25519_adx_available(void);

/* Only where ed25519_adx_available(): there better than ed25519_portable. */
void
ed25519_adx(const struct keytable *base, struct ed25519_item *items, size_t count);

/* The processor has AVX2 and FMA, and an operating system that keeps their registers. */
bool
ed25519_avx2_available(void);

/* Only where ed25519_avx2_available(): there better than ed25519_adx, but for one or two items. The
 * caller's floating-point environment (rounding, flags, traps) does not matter, and stays. */
void
ed25519_avx2(const struct keytable *base, struct ed25519_item *items, size_t count);

/* What this processor has: AVX-512 F, IFMA, VL, DQ, BW, and an operating system that keeps them. */
bool
ed25519_ifma_available(void);

/* Only where ed25519_ifma_available(). */
void
ed25519_ifma(const struct keytable *base, struct ed25519_item *items, size_t count);

#endif
