/* notice: an authority's signed order that changes a running campaign.
 *
 *   offset size
 *   0      16   "tally/notice/v1" NUL
 *   16     32   campaign id
 *   48     4    number: 1 for a campaign's first notice, then the previous plus one
 *   52     32   SHA-256 of the previous notice's bytes, signature included; zeros for the first
 *   84     1    kind (enum tally_notice_kind)
 *   85     2    body size b
 *   87     b    body
 *   87+b   4    key id of the authority
 *   91+b   64   Ed25519 signature by the authority over all that precedes it
 *
 * Bodies: extend = i64 the new closing time, seconds since 1970, a whole minute of the years 1970
 * to 9999; close = empty; unseal = i64 the time from which results are public, written alike.
 * The bodies of the other kinds are defined with the release that implements them.
 *
 * Views point into the parsed memory. Any thread; no allocation. */
#ifndef TALLY_BALLOT_NOTICE_H
#define TALLY_BALLOT_NOTICE_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"
#include "tally/status.h"

struct notice {
	struct bytes bytes;
	struct bytes signed_bytes;
	const uint8_t *campaign; /* 32 */
	uint32_t number;
	const uint8_t *previous; /* 32 */
	unsigned kind; /* enum tally_notice_kind, or a number this release does not know */
	struct bytes body;
	int64_t closes;  /* extend: the new closing time */
	int64_t unseals; /* unseal: from when on results are public */
	uint32_t key_id;
	const uint8_t *signature; /* 64 */
};

/* TALLY_ACCEPTED and *out filled, or TALLY_TOO_LARGE, TALLY_MALFORMED (also: a body that does not
 * fit its kind, a time that is not a whole minute), TALLY_UNKNOWN_VERSION, TALLY_NOT_SUPPORTED (a
 * kind 1 to 11 that this release does not implement: all but extend, close and unseal; an unknown
 * number is TALLY_MALFORMED). */
MUST_USE enum tally_verdict
notice_parse(struct bytes bytes, struct notice *out);

struct notice_head {
	const uint8_t *campaign;
	uint32_t number;
	const uint8_t *previous;
	enum tally_notice_kind kind;
};

/* Writes and signs a whole notice with the authority's 64-byte libsodium secret key. */
void
notice_write(struct writer *writer, const struct notice_head *head, struct bytes body,
	     uint32_t key_id, const uint8_t *secret_key);

/* "extend", "close", ...; NULL for a number without a kind. */
const char *
notice_kind_name(unsigned kind);

/* SHA-256 of the notice's bytes: what the next one must name. */
void
notice_hash(const struct notice *notice, uint8_t hash[TALLY_HASH_SIZE]);

#endif
