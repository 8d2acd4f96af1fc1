#include "tests/lib/witness.h"

#include "base/text.h"

struct bytes
witness_text(const struct stage *stage)
{
	return note_text(bytes_make(stage->offered_note, stage->offered_size));
}

uint32_t
witness_sends(struct guest *guest, size_t place, uint64_t tree_size)
{
	uint8_t memory[8 + COSIGNATURE_LINE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	writer_u64(&writer, tree_size);
	cosignature_write(&writer, witness_text(guest->stage), WITNESS_TIME,
			  &guest->stage->campaign.witnesses[place]);
	assert_false(writer.failed);
	return guest_ask(guest, TALLY_MESSAGE_COSIGN, writer_view(&writer));
}

/* The lines behind the log's own signature. */
static struct bytes
lines_behind(const struct stage *stage, struct bytes *text)
{
	struct bytes note = bytes_make(stage->published_note, stage->published_size);
	struct checkpoint checkpoint;
	struct bytes rest;
	struct bytes line;
	size_t own;

	assert_true(checkpoint_open(note, &stage->campaign.log.key, &checkpoint));
	*text = note_text(note);
	rest = bytes_make(note.data + text->size + 1, note.size - text->size - 1);
	assert_true(text_line_next(&rest, &line));
	own = (size_t)(rest.data - note.data);
	assert_true(
	    checkpoint_open(bytes_make(note.data, own), &stage->campaign.log.key, &checkpoint));
	return rest;
}

static unsigned
lines_of(struct bytes lines, struct bytes text, const struct note_key *key)
{
	struct bytes line;
	unsigned count = 0;
	uint64_t time;

	while (text_line_next(&lines, &line))
		count +=
		    cosignature_verify(bytes_make(line.data, line.size + 1), text, key, &time);
	return count;
}

unsigned
witness_lines(const struct stage *stage, size_t place)
{
	struct bytes text;
	struct bytes lines = lines_behind(stage, &text);

	return lines_of(lines, text, &stage->campaign.witnesses[place].key);
}

unsigned
witness_lines_all(const struct stage *stage)
{
	struct bytes text;
	struct bytes lines = lines_behind(stage, &text);
	struct bytes line;
	unsigned valid = 0;
	unsigned there = 0;

	for (size_t i = 0; i < stage->campaign.manifest->witnesses_count; i++) {
		unsigned found = lines_of(lines, text, &stage->campaign.witnesses[i].key);

		assert_true(found <= 1);
		valid += found;
	}
	while (text_line_next(&lines, &line))
		there++;
	assert_int_equal(there, valid);
	return valid;
}
