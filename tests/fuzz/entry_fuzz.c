/* Any bytes as an entry, and as a bundle of entries. What parses is written again: one entry
 * has one encoding. */
#include "ledger/batch.h"
#include "ledger/entry.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_written(const struct entry *entry, struct bytes bytes)
{
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	if (entry->kind == TALLY_ENTRY_PHASE)
		entry_phase_write(&writer, entry->phase, entry->cause, entry->minute);
	else if (entry->kind == TALLY_ENTRY_TALLY)
		entry_tally_write(&writer, entry->covered, entry->salt, entry->hash);
	else if (entry->kind == TALLY_ENTRY_CAMPAIGN && entry->parts == 1)
		entry_campaign_write(&writer, entry->body, 0);
	else
		return;
	CHECK(!writer.failed);
	CHECK(bytes_equal(writer_view(&writer), bytes));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = bytes_make(data, size);
	struct reader area = reader_make(bytes);
	struct entry entry;
	size_t used = 0;

	if (entry_parse(bytes, &entry)) {
		CHECK(entry_kind_name(entry.kind)[0] != '?');
		check_written(&entry, bytes);
	}
	for (;;) {
		struct bytes next = batch_entry_next(&area);

		if (next.data == NULL)
			break;
		used += 2 + next.size;
		if (entry_parse(next, &entry))
			check_written(&entry, next);
	}
	CHECK(used <= size);
	CHECK((used == size) == !area.failed);
	return 0;
}
