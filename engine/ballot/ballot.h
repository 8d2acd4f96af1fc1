/* ballot: the bytes a signer signs to cast one vote, parsed into views.
 *
 *   offset size
 *   0      16   "tally/ballot/v1" NUL
 *   16     32   campaign id
 *   48     32   voter tag
 *   80     2    revision, 1 for a first vote
 *   82     2    district: its place in the manifest, 0 where there are none
 *   84     1    signing mode: 1 frontend, 2 voter
 *   85     c    for every contest of the district, in manifest order:
 *                 u16 n      count of choices (0: abstains; 0xffff: blank, no choices follow)
 *                 n times    u16 option (its place in the contest), i32 value;
 *                            options strictly ascending
 *   85+c   s    signer: mode 1: u32 key id of a frontend
 *                       mode 2: u32 key id of a registrar, u64 serial, voter key (32),
 *                               the registrar's signature of the certificate (64)
 *   85+c+s 64   Ed25519 signature over all that precedes it
 *
 * A vote has exactly one encoding. What the choices may be is the campaign's rule
 * (campaign/rules.h); here only the shape is checked. The identity of a ballot is the BLAKE2b of
 * its signed bytes, never of the signature.
 *
 * A parsed ballot points into the memory it was parsed from: read interest as long as the ballot
 * is used. Any thread; no allocation. */
#ifndef TALLY_BALLOT_BALLOT_H
#define TALLY_BALLOT_BALLOT_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"
#include "tally/status.h"

enum {
	BALLOT_CHOICES_OFFSET = 85,
	BALLOT_CHOICE_SIZE = 6,
	BALLOT_DIGEST_SIZE = 16,
};

/* Greatest serial of a certificate; the poll book keeps it plus one. */
#define BALLOT_SERIAL_MAX (UINT64_MAX - 1)

struct ballot {
	struct bytes bytes;        /* everything, signature included */
	struct bytes signed_bytes; /* without the signature */
	struct bytes choices;      /* c bytes: the contests, one after the other */
	const uint8_t *campaign;   /* 32 */
	const uint8_t *tag;        /* 32 */
	const uint8_t *signature;  /* 64 */
	uint16_t revision;
	uint16_t district;
	enum tally_signing signing;
	uint32_t key_id;            /* of the frontend, or of the registrar in voter mode */
	uint64_t serial;            /* voter mode, else 0 */
	const uint8_t *voter_key;   /* 32, voter mode, else NULL */
	const uint8_t *certificate; /* 64: the registrar's signature, voter mode, else NULL */
};

/* TALLY_ACCEPTED and *out filled, or TALLY_TOO_LARGE, TALLY_MALFORMED, TALLY_UNKNOWN_VERSION (the
 * separator is of another version; the signing mode is unknown). A revision of 0 is
 * TALLY_BAD_REVISION. */
MUST_USE enum tally_verdict
ballot_parse(struct bytes bytes, struct ballot *out);

/* The choices of one contest. */
struct ballot_choices {
	bool blank;
	uint16_t count;
	const uint8_t *pairs; /* count * BALLOT_CHOICE_SIZE bytes */
};

struct ballot_choice {
	uint16_t option;
	int32_t value;
};

/* Takes the next contest's choices from `reader` (made from ballot.choices); the reader has
 * failed if they are cut short. */
struct ballot_choices
ballot_choices_next(struct reader *reader);

struct ballot_choice
ballot_choice_at(const struct ballot_choices *choices, size_t at);

/* Writes everything up to the choices, for whoever makes ballots. */
struct ballot_head {
	const uint8_t *campaign;
	const uint8_t *tag;
	uint16_t revision;
	uint16_t district;
	enum tally_signing signing;
};

void
ballot_head_write(struct writer *writer, const struct ballot_head *head);

void
ballot_blank_write(struct writer *writer);

/* `choices` already ascending by option. */
void
ballot_choices_write(struct writer *writer, const struct ballot_choice *choices, size_t count);

/* Ends a ballot: the signer block, then the signature with the 64-byte libsodium secret key of
 * that signer. The writer must hold the ballot from its first byte. */
void
ballot_frontend_sign(struct writer *writer, uint32_t key_id, const uint8_t *secret_key);

struct ballot_certificate; /* ballot/certificate.h */

void
ballot_voter_sign(struct writer *writer, const struct ballot_certificate *certificate,
		  const uint8_t *secret_key);

/* First 16 bytes of BLAKE2b-256 of the signed bytes. */
void
ballot_digest(const struct ballot *ballot, uint8_t digest[BALLOT_DIGEST_SIZE]);

#endif
