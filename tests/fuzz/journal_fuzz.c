/* What tally_journal_get takes, tally_journal_put_* writes again: the same bytes, the same tape. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "tally/journal.h"

static uint8_t again[TALLY_JOURNAL_FRAME_SIZE + TALLY_JOURNAL_SUBMIT_MAX];

static size_t
put(struct tally_journal_tape *tape, const struct tally_journal_record *record)
{
	if (record->kind == TALLY_JOURNAL_SUBMIT)
		return tally_journal_put_submit(tape, record->ballot, record->ballot_size,
						again);
	return tally_journal_put_answer(tape, record->number, record->verdict, record->index,
					again);
}

static void
record_check(const struct tally_journal_tape *before, const struct tally_journal_tape *after,
	     const struct tally_journal_record *record, struct bytes bytes)
{
	static const uint8_t public_key[TALLY_KEY_SIZE] = {1};
	struct tally_journal_tape tape = *before;

	CHECK(record->offset == before->offset);
	CHECK(after->offset == before->offset + bytes.size);
	if (record->kind == TALLY_JOURNAL_SEAL) {
		CHECK(!tally_journal_seal_valid(record, public_key));
		CHECK(after->sealed == after->offset);
		return;
	}
	CHECK(put(&tape, record) == bytes.size);
	CHECK(memcmp(again, bytes.data, bytes.size) == 0);
	CHECK(memcmp(&tape, after, sizeof tape) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally_journal_tape tape = {0};
	struct tally_journal_tape before;
	struct tally_journal_record record;
	long used = tally_journal_get_head(&tape, data, size);

	while (used > 0) {
		before = tape;
		used =
		    tally_journal_get(&tape, data + tape.offset, size - tape.offset, &record);
		CHECK(tape.offset <= size);
		if (used > 0)
			record_check(&before, &tape, &record,
				     bytes_make(data + before.offset, (size_t)used));
		else
			CHECK(memcmp(&tape, &before, sizeof tape) == 0);
	}
	CHECK(tally_journal_fault_text(used) != NULL);
	return 0;
}
