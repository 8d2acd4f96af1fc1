/* What notice_parse accepts, notice_write writes again: the same signed bytes. */
#include "tests/fuzz/fuzz.h"

#include "ballot/notice.h"

/* Any key will do: the signature is not compared. */
static const uint8_t secret_key[64] = {1};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t memory[TALLY_NOTICE_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct notice notice;
	uint8_t hash[TALLY_HASH_SIZE];

	if (notice_parse(bytes_make(data, size), &notice) != TALLY_ACCEPTED)
		return 0;
	notice_hash(&notice, hash);
	CHECK(notice_kind_name(notice.kind) != NULL);
	CHECK(notice.closes >= 0);
	CHECK(notice.closes % 60 == 0);
	notice_write(&writer,
		     &(struct notice_head){.campaign = notice.campaign,
					   .number = notice.number,
					   .previous = notice.previous,
					   .kind = (enum tally_notice_kind)notice.kind},
		     notice.body, notice.key_id, secret_key);
	CHECK(!writer.failed);
	CHECK(writer.size == size);
	CHECK(
	    bytes_equal(notice.signed_bytes, bytes_make(memory, size - TALLY_SIGNATURE_SIZE)));
	CHECK(notice.signature + TALLY_SIGNATURE_SIZE == data + size);
	return 0;
}
