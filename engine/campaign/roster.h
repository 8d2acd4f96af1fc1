/* roster: who may vote, and where: as the manifest commits to it.
 *
 *   offset size
 *   0      32   voter tag
 *   32     2    district: its place in the manifest
 *
 * for every voter. Valid if and only if tags ascend strictly, every district exists, there are as
 * many records as the manifest says, and the RFC 6962 root over the records as leaves is the
 * manifest's. Pure: the bytes lie where the caller has them, unchanged as long as they are asked.
 * Any thread; no allocation. */
#ifndef TALLY_CAMPAIGN_ROSTER_H
#define TALLY_CAMPAIGN_ROSTER_H

#include "campaign/manifest.h"
#include "tree/frontier.h"

enum {
	ROSTER_RECORD_SIZE = TALLY_TAG_SIZE + 2,
	ROSTER_ABSENT = -1,
};

struct roster {
	const uint8_t *records;
	uint64_t count;
};

/* The tag's district, or ROSTER_ABSENT. */
int
roster_find(const struct roster *roster, const uint8_t tag[TALLY_TAG_SIZE]);

/* A roster in the order of its records, as it is read or made. */
struct roster_check {
	size_t districts;
	struct frontier frontier; /* its size: the records taken */
	uint8_t last[TALLY_TAG_SIZE];
};

void
roster_check_init(struct roster_check *check, const struct manifest *manifest);

/* The next record: NULL, or what is wrong with it, and then it is not taken. */
MUST_USE const char *
roster_check_take(struct roster_check *check, const uint8_t record[ROSTER_RECORD_SIZE]);

/* All have been taken: NULL, or how they are not those that the manifest commits to. */
MUST_USE const char *
roster_check_end(const struct roster_check *check, const struct manifest *manifest);

#endif
