/* entry: one leaf of the log. Its first byte is its kind (tally/formats.h).
 *
 *   CAMPAIGN  1  u16 part (from 0), u16 parts, then at most 65,000 bytes of the manifest; every
 *                part but the last holds exactly 65,000
 *   BALLOT    2  the submitted ballot, byte for byte
 *   TALLY     3  u64 covered (this entry's own index: the counts of all entries before it),
 *                salt (32), SHA-256(salt || canonical text) (32)
 *   PHASE     4  u8 phase, u8 cause, u32 minutes since 1970
 *   NOTICE    5  the submitted notice, byte for byte
 *   SHEET     6  the submitted sheet, byte for byte
 *
 * Views point into the parsed memory. Any thread; no allocation. */
#ifndef TALLY_LEDGER_ENTRY_H
#define TALLY_LEDGER_ENTRY_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"

enum {
	ENTRY_CAMPAIGN_HEAD = 5,
	ENTRY_TALLY_SIZE = 1 + 8 + 32 + 32,
	ENTRY_PHASE_SIZE = 1 + 1 + 1 + 4,
};

struct entry {
	enum tally_entry_kind kind;
	struct bytes
	    body; /* CAMPAIGN: the part's bytes; BALLOT, NOTICE, SHEET: the submitted bytes */
	uint16_t part;          /* CAMPAIGN */
	uint16_t parts;         /* CAMPAIGN */
	uint64_t covered;       /* TALLY */
	const uint8_t *salt;    /* TALLY, 32 */
	const uint8_t *hash;    /* TALLY, 32 */
	enum tally_phase phase; /* PHASE: open or closed */
	enum tally_cause cause; /* PHASE */
	int64_t minute;         /* PHASE */
};

/* False for an unknown kind or a wrong shape. The body of a BALLOT, NOTICE or SHEET is not looked
 * into. */
MUST_USE bool
entry_parse(struct bytes bytes, struct entry *out);

void
entry_campaign_write(struct writer *writer, struct bytes manifest, uint16_t part);

/* Parts a manifest of that size makes; at least 1. */
uint16_t
entry_campaign_parts(size_t manifest_size);

void
entry_tally_write(struct writer *writer, uint64_t covered, const uint8_t salt[32],
		  const uint8_t hash[32]);

void
entry_phase_write(struct writer *writer, enum tally_phase phase, enum tally_cause cause,
		  int64_t minute);

/* "CAMPAIGN", ...; "?" for others. */
const char *
entry_kind_name(unsigned kind);

#endif
