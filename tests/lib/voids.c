#include "tests/lib/voids.h"

static int
compare(const void *left, const void *right)
{
	return memcmp(left, right, TALLY_TAG_SIZE);
}

static struct bytes
body(const struct notice_void *voided, uint8_t *memory)
{
	struct writer writer = writer_make(memory, VOIDS_BODY_MAX);

	notice_void_write(&writer, voided);
	assert_false(writer.failed);
	return writer_view(&writer);
}

struct bytes
voids_of_tags(const uint64_t *voters, size_t count, enum notice_fate fate, uint8_t *memory)
{
	static uint8_t tags[NOTICE_TAGS_MAX][TALLY_TAG_SIZE];
	struct notice_void voided = {.fate = fate,
				     .tags_count = count,
				     .tags = tags[0],
				     .reason = bytes_of_string("a mistake")};

	assert_true(count > 0 && count <= NOTICE_TAGS_MAX);
	for (size_t i = 0; i < count; i++)
		campaign_tag(voters[i], tags[i]);
	qsort(tags, count, sizeof tags[0], compare);
	return body(&voided, memory);
}

struct bytes
voids_of_signer(uint32_t key_id, uint64_t first, uint64_t last, enum notice_fate fate,
		uint8_t *memory)
{
	struct notice_void voided = {.fate = fate,
				     .signer = key_id,
				     .first = first,
				     .last = last,
				     .reason = bytes_of_string("a broken frontend")};

	return body(&voided, memory);
}
