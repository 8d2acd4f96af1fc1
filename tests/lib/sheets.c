#include "tests/lib/sheets.h"

struct bytes
sheet_made(const struct campaign *campaign, const struct sheet_wish *wish, uint8_t *memory)
{
	const struct note_private_key *key = &campaign->frontends[wish->frontend];
	const char *counted_by = wish->counted_by == NULL ? "desk 3" : wish->counted_by;
	struct sheet_head head = {campaign->manifest->id, wish->number, wish->district,
				  wish->papers, bytes_of_string(counted_by)};
	struct writer writer = writer_make(memory, TALLY_SHEET_SIZE_MAX);

	sheet_head_write(&writer, &head);
	for (size_t i = 0; i < wish->contests_count; i++) {
		const struct sheet_totals *totals = &wish->contests[i];

		sheet_contest_write(&writer, totals->ballots, totals->blank, totals->rows,
				    totals->rows_count);
	}
	sheet_sign(&writer, key->key.id, key->secret);
	assert_false(writer.failed);
	return writer_view(&writer);
}
