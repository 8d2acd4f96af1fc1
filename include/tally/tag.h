/* tag: from a voter's identity to the voter tag in a ballot. Run by frontends, never by tallyd.
 *
 *   tag = BLAKE2b-256(key = tag secret (32 bytes),
 *                     "tally/tag/v1" NUL || tag_context (32, from the manifest) || identity)
 *
 * The secret is not optional: identities are so few that a hash without a key is turned back
 * into all of them in minutes. Everyone who holds it can do the same. The context gives one
 * person unrelated tags in different campaigns.
 *
 * One person must have one tag, so the identity is brought to one form first. Bytes are ASCII
 * unless said; where a byte is not named below, the identity is refused, never repaired.
 *
 *   cnp     Romanian personal numeric code. Spaces (0x20), dots and dashes are left out,
 * wherever they stand; 13 digits must remain, the first not 0, the last the control digit: the
 *           sum of the first twelve times 2 7 9 1 4 6 3 5 8 2 7 9, modulo 11, where 10 counts
 *           as 1. Date and county are not looked into: registers hold codes that break their
 *           rules. Result: the 13 digits.
 *   phone   ITU-T E.164. Spaces (0x20), dashes, dots and parentheses are left out; a leading 00
 *           becomes +. What remains must be + and 8 to 15 digits, the first not 0. Refused as a
 *           national form: a number without + or 00 (0722...: which country?), and a trunk zero
 *           kept behind the country code (a 0 right behind an opening parenthesis; +400...),
 *           because it would give the same telephone a second tag. Result: + and the digits.
 *   opaque  1 to 256 bytes, any, taken as they are. If they are text, the frontend sees to it
 *           that there is one spelling.
 *
 * Thread: any. No allocation; nothing is kept. The caller wipes identity and secret. */
#ifndef TALLY_TAG_H
#define TALLY_TAG_H

#include <stddef.h>
#include <stdint.h>

#include "tally/formats.h"

enum {
	TALLY_TAG_SECRET_SIZE = 32,
	TALLY_TAG_CONTEXT_SIZE = 32,
	TALLY_IDENTITY_SIZE_MAX = 256, /* as given, and as normalised */
};

/* The manifest's "identity". */
enum tally_identity {
	TALLY_IDENTITY_CNP = 0,
	TALLY_IDENTITY_PHONE = 1,
	TALLY_IDENTITY_OPAQUE = 2,
};

enum tally_identity_error {
	TALLY_IDENTITY_BAD_KIND = -1,
	TALLY_IDENTITY_BAD_LENGTH = -2,    /* too few or too many digits or bytes */
	TALLY_IDENTITY_BAD_CHARACTER = -3, /* a byte that has no place there */
	TALLY_IDENTITY_BAD_CONTROL = -4,   /* cnp: control digit, or a first digit 0 */
	TALLY_IDENTITY_NATIONAL = -5,      /* phone: not in international form */
	TALLY_IDENTITY_NO_ROOM = -6,       /* larger than `capacity` */
};

/* Bytes written to `out`, or one of enum tally_identity_error (`out` is then undefined).
 * TALLY_IDENTITY_SIZE_MAX bytes are room enough for every kind. */
long
tally_identity_normalise(enum tally_identity kind, const void *text, size_t text_size,
			 uint8_t *out, size_t capacity);

/* A sentence for people; never NULL. */
const char *
tally_identity_error_text(long error);

/* `identity` is what tally_identity_normalise has written. */
void
tally_tag(const uint8_t secret[TALLY_TAG_SECRET_SIZE],
	  const uint8_t context[TALLY_TAG_CONTEXT_SIZE], const uint8_t *identity,
	  size_t identity_size, uint8_t tag[TALLY_TAG_SIZE]);

#endif
