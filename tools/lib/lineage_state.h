/* lineage_state: the records that lineage sorts; for lineage*.c alone. */
#ifndef TALLY_TOOLS_LINEAGE_STATE_H
#define TALLY_TOOLS_LINEAGE_STATE_H

#include "tools/lib/lineage.h"

/* What a record without a ballot says of its tag. */
enum lineage_event {
	LINEAGE_VOID_AGAIN = NOTICE_AGAIN,
	LINEAGE_VOID_BARRED = NOTICE_BARRED,
	LINEAGE_ROSTER, /* at index 0: the manifest commits to it */
	LINEAGE_ENROL,
};

struct lineage_record {
	struct sorter_place at; /* key: the tag */
	uint64_t serial;   /* of the certificate; where frontends sign, the ballot's rank */
	uint32_t signer;   /* key id; of no ballot: enum lineage_event */
	uint16_t revision; /* 0: no ballot */
	uint16_t district;
	uint8_t voter_key[]; /* TALLY_KEY_SIZE of them in voter mode */
};

struct lineage_holder {
	struct sorter_place at; /* key: the voter's */
	uint8_t tag[TALLY_TAG_SIZE];
};

/* A void by signer. */
struct lineage_sweep {
	uint64_t index;
	struct notice_void voided;
};

/* lineage.previous of a ballot: 0 if it is the first of its tag, this if those before it count no
 * more, else the ballot it replaces, + 1. */
#define LINEAGE_BEHIND_VOID UINT64_MAX

enum {
	LINEAGE_RECORD_SIZE = sizeof(struct lineage_record),
	LINEAGE_VOTER_RECORD_SIZE = LINEAGE_RECORD_SIZE + TALLY_KEY_SIZE,
};

_Static_assert(LINEAGE_RECORD_SIZE == 56, "as lineage.h says");
_Static_assert(LINEAGE_VOTER_RECORD_SIZE % _Alignof(struct lineage_record) == 0,
	       "records in a row");

static inline bool
lineage_voters_sign(const struct lineage *lineage)
{
	return lineage->manifest->signing == TALLY_SIGNING_VOTER;
}

/* Room for one more of `size` bytes behind `count`; NULL if memory is short. */
MUST_USE void *
lineage_grow(void *array, size_t *capacity, size_t count, size_t size);

enum tally_exit
lineage_no_memory(uint64_t entries, struct trouble *trouble);

#endif
