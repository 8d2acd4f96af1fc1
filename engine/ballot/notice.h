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
 * Bodies (all of a kind's fields, nothing behind them):
 *   extend    i64 the new closing time, seconds since 1970, a whole minute of 1970 to 9999
 *   pause     empty
 *   resume    empty
 *   close     empty
 *   unseal    i64 the time from which results are public, written as that of extend
 *   revoke    u8 whose key (1 a frontend's, 2 a registrar's), u32 key id
 *   withdraw  u16 contest, u16 option: their places in the manifest and in the contest
 *   void      u8 fate (1 again, 2 barred), u8 by (1 tags, 2 signer);
 *             by tags: u16 n, 1 to 1,900, n tags (32 bytes each) strictly ascending;
 *             by signer: u32 key id, u64 first, u64 last: indexes, first <= last < first + 65,536;
 *             then the reason: a text as that of draw
 *   enrol     u16 n, 1 to 1,900, n times tag (32), u16 district; tags strictly ascending
 *   draw      what was drawn: 1 to 1,024 bytes of UTF-8 without control characters
 *   text      1 to 8,192 bytes of UTF-8 without control characters but line feeds
 *
 * Views point into the parsed memory. Any thread; no allocation. */
#ifndef TALLY_BALLOT_NOTICE_H
#define TALLY_BALLOT_NOTICE_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"
#include "tally/status.h"

enum {
	NOTICE_TAGS_MAX = 1900,
	NOTICE_SPAN_MAX = 65536, /* entries that a void by signer looks at */
	NOTICE_REASON_MAX = 1024,
	NOTICE_TEXT_MAX = 8192,
	NOTICE_ENROLMENT_SIZE = TALLY_TAG_SIZE + 2,
};

enum notice_holder {
	NOTICE_FRONTEND = 1,
	NOTICE_REGISTRAR = 2,
};

enum notice_fate {
	NOTICE_AGAIN = 1,
	NOTICE_BARRED = 2,
};

/* Which ballots a void takes out. */
struct notice_void {
	enum notice_fate fate;
	size_t tags_count;   /* 0: by signer */
	const uint8_t *tags; /* TALLY_TAG_SIZE bytes each */
	uint32_t signer;     /* key id in the ballot's signer block */
	uint64_t first;
	uint64_t last;
	struct bytes reason;
};

struct notice {
	struct bytes bytes;
	struct bytes signed_bytes;
	const uint8_t *campaign; /* 32 */
	uint32_t number;
	const uint8_t *previous; /* 32 */
	unsigned kind;           /* enum tally_notice_kind */
	struct bytes body;
	int64_t closes;            /* extend: the new closing time */
	int64_t unseals;           /* unseal: from when on results are public */
	enum notice_holder holder; /* revoke */
	uint32_t revoked;          /* revoke: key id */
	uint16_t contest;          /* withdraw */
	uint16_t option;           /* withdraw */
	struct notice_void voided; /* void */
	size_t enrolments_count;   /* enrol */
	const uint8_t *enrolments; /* enrol: NOTICE_ENROLMENT_SIZE bytes each */
	uint32_t key_id;
	const uint8_t *signature; /* 64 */
};

/* TALLY_ACCEPTED and *out filled, or TALLY_TOO_LARGE, TALLY_MALFORMED (also: a kind that does not
 * exist, a body that does not fit its kind), TALLY_UNKNOWN_VERSION. */
MUST_USE enum tally_verdict
notice_parse(struct bytes bytes, struct notice *out);

/* May a notice of that kind (void: its reason; draw; text) carry this text? */
bool
notice_text_fits(unsigned kind, struct bytes text);

/* Is the ballot one that this void, by signer, asks for? `index` is its place in the log. */
bool
notice_void_names(const struct notice_void *voided, uint32_t signer, uint64_t index);

/* Bodies. What the caller gives must fit the table above. */
void
notice_revoke_write(struct writer *writer, enum notice_holder holder, uint32_t key_id);

void
notice_withdraw_write(struct writer *writer, uint16_t contest, uint16_t option);

void
notice_void_write(struct writer *writer, const struct notice_void *voided);

/* `enrolments`: NOTICE_ENROLMENT_SIZE bytes each. */
void
notice_enrol_write(struct writer *writer, const uint8_t *enrolments, size_t count);

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
