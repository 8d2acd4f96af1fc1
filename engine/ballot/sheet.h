/* sheet: the totals of one sheet of paper ballots that a booth counted by hand, without voters.
 *
 *   offset size
 *   0      15   "tally/sheet/v1" NUL
 *   15     32   campaign id
 *   47     4    number: 1 for a booth's first sheet, then the previous plus one
 *   51     2    district
 *   53     4    papers: ballots counted, at least 1
 *   57     1    operator's size o, 1 to 64
 *   58     o    operator: who counted; UTF-8 without control characters
 *   58+o   t    totals, below
 *   58+o+t 4    key id of the booth, a frontend of the manifest
 *   62+o+t 64   Ed25519 signature by the booth over all that precedes it
 *
 * Totals: for every contest in which the district votes, in manifest order: u32 papers with a
 * choice in it, u32 blank ones, u16 n, then n times u16 option, u32 votes (papers naming it, at
 * least 1), i64 score (the sum of their points). Options strictly ascend. The rest abstained.
 *
 * Views point into the parsed memory. Any thread; no allocation. */
#ifndef TALLY_BALLOT_SHEET_H
#define TALLY_BALLOT_SHEET_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"
#include "tally/status.h"

enum {
	SHEET_OPERATOR_MAX = 64,
	SHEET_DIGEST_SIZE = 16,
};

struct sheet {
	struct bytes bytes;
	struct bytes signed_bytes;
	const uint8_t *campaign; /* 32 */
	uint32_t number;
	uint16_t district;
	uint32_t papers;
	struct bytes counted_by;
	struct bytes totals; /* t bytes: the contests, one after the other */
	uint32_t key_id;
	const uint8_t *signature; /* 64 */
};

/* TALLY_ACCEPTED and *out filled, or TALLY_TOO_LARGE, TALLY_MALFORMED, TALLY_UNKNOWN_VERSION. That
 * totals and manifest fit is the caller's to ask (campaign/sheetrules.h). */
MUST_USE enum tally_verdict
sheet_parse(struct bytes bytes, struct sheet *out);

struct sheet_contest {
	uint32_t ballots;
	uint32_t blank;
	uint16_t rows_count;
	const uint8_t *rows;
};

struct sheet_row {
	uint16_t option;
	uint32_t votes;
	int64_t score;
};

/* Takes the next contest from `reader` (made from sheet.totals); the reader has failed if it is cut
 * short. */
struct sheet_contest
sheet_contest_next(struct reader *reader);

struct sheet_row
sheet_row_at(const struct sheet_contest *contest, size_t at);

struct sheet_head {
	const uint8_t *campaign;
	uint32_t number;
	uint16_t district;
	uint32_t papers;
	struct bytes counted_by;
};

/* A sheet is written in this order: head, each contest, signature; the writer must hold it from its
 * first byte. */
void
sheet_head_write(struct writer *writer, const struct sheet_head *head);

void
sheet_contest_write(struct writer *writer, uint32_t ballots, uint32_t blank,
		    const struct sheet_row *rows, size_t count);

void
sheet_sign(struct writer *writer, uint32_t key_id, const uint8_t *secret_key);

/* First 16 bytes of BLAKE2b-256 of the signed bytes. */
void
sheet_digest(const struct sheet *sheet, uint8_t digest[SHEET_DIGEST_SIZE]);

#endif
