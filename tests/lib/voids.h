/* voids: bodies of notices void, for tests. */
#ifndef TALLY_TESTS_VOIDS_H
#define TALLY_TESTS_VOIDS_H

#include "tests/lib/campaign.h"

enum {
	VOIDS_BODY_MAX = 64 + NOTICE_TAGS_MAX * TALLY_TAG_SIZE
};

/* The body that names these voters' tags, in `memory` (VOIDS_BODY_MAX); voters may be in any
 * order, but no one twice. */
struct bytes
voids_of_tags(const uint64_t *voters, size_t count, enum notice_fate fate, uint8_t *memory);

struct bytes
voids_of_signer(uint32_t key_id, uint64_t first, uint64_t last, enum notice_fate fate,
		uint8_t *memory);

#endif
