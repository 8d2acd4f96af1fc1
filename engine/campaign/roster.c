#include "campaign/roster.h"

#include <string.h>

int
roster_find(const struct roster *roster, const uint8_t tag[TALLY_TAG_SIZE])
{
	uint64_t low = 0, high = roster->count;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		const uint8_t *record = roster->records + middle * ROSTER_RECORD_SIZE;
		int order = memcmp(record, tag, TALLY_TAG_SIZE);

		if (order == 0)
			return be16_load(record + TALLY_TAG_SIZE);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return ROSTER_ABSENT;
}

void
roster_check_init(struct roster_check *check, const struct manifest *manifest)
{
	memset(check, 0, sizeof *check);
	check->districts = manifest_districts(manifest);
	frontier_init(&check->frontier);
}

const char *
roster_check_take(struct roster_check *check, const uint8_t record[ROSTER_RECORD_SIZE])
{
	struct tree_hash leaf;
	int order = memcmp(record, check->last, TALLY_TAG_SIZE);

	if (check->frontier.size > 0 && order == 0)
		return "a tag is there twice";
	if (check->frontier.size > 0 && order < 0)
		return "the tags do not ascend";
	if (be16_load(record + TALLY_TAG_SIZE) >= check->districts)
		return "the campaign has no such district";
	tree_leaf(bytes_make(record, ROSTER_RECORD_SIZE), &leaf);
	frontier_append(&check->frontier, &leaf);
	memcpy(check->last, record, sizeof check->last);
	return NULL;
}

const char *
roster_check_end(const struct roster_check *check, const struct manifest *manifest)
{
	struct tree_hash root;

	if (check->frontier.size != manifest->roster_count)
		return "it has not as many voters as the manifest says";
	frontier_root(&check->frontier, &root);
	return memcmp(root.bytes, manifest->roster_root, sizeof root.bytes) == 0
		   ? NULL
		   : "its root is not the one that the manifest commits to";
}
