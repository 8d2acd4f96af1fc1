/* keytable: precomputed multiples of one point, for keys that are known long before their
 * signatures arrive: -A of a signer's key, or the base point B.
 *
 * Scalars are cut into signed digits of `window` bits; the table has a row for each digit, so a
 * multiplication is one addition a row and no doubling:
 *
 *   s = sum of digit[r] * 2^(window * r),  -2^(window-1) <= digit <= 2^(window-1)
 *   entry (r, j) = j * 2^(window * r) * P,  0 <= j <= 2^(window-1); entry (r, 0) is the identity
 *
 * An entry is 96 bytes: y + x, y - x and 2dxy of the affine point, each 32 bytes, little-endian,
 * below p. The sign of a digit swaps the first two and negates the third. Entry (r, j) stands at
 * 96 * (r * (2^(window-1) + 1) + j).
 *
 * Only public values: nothing here runs in constant time. Threads: immutable once made. No
 * allocation: memory is the caller's. Source: RFC 8032 section 5.1; Hisil, Wong, Carter, Dawson
 * 2008 (additions for a = -1, complete because d is no square). */
#ifndef TALLY_ED25519_KEYTABLE_H
#define TALLY_ED25519_KEYTABLE_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"

enum {
	KEYTABLE_ENTRY_SIZE = 96,
	KEYTABLE_WINDOW_LEAST = 4,
	KEYTABLE_WINDOW_MAX = 12,
	KEYTABLE_ROWS_MAX = 64, /* of the smallest window */
	KEYTABLE_ALIGNMENT = 64,
};

struct keytable {
	uint8_t
	    key[TALLY_KEY_SIZE]; /* A as in the signature's hash; for the base point zeros */
	unsigned window;
	unsigned rows;          /* ceil(253 / window): scalars are below L < 2^253 */
	const uint8_t *entries; /* rows x (2^(window-1) + 1) x KEYTABLE_ENTRY_SIZE */
};

/* Entries of a row: 2^(window-1) + 1. */
size_t
keytable_entries(unsigned window);

/* Bytes of all entries. */
size_t
keytable_size(unsigned window);

/* The same where another table stands behind it: rounded up to KEYTABLE_ALIGNMENT. */
size_t
keytable_room(unsigned window);

/* The table of -A. `memory` is aligned to KEYTABLE_ALIGNMENT and has keytable_size(window) bytes;
 * it stays the caller's and must outlive the table. False if A is not canonical, not a point, or of
 * small order: no signature of such a key is accepted (P1). */
MUST_USE bool
keytable_make(struct keytable *table, const uint8_t key[TALLY_KEY_SIZE], unsigned window,
	      void *memory);

/* The table of B. */
void
keytable_make_base(struct keytable *table, unsigned window, void *memory);

#endif
