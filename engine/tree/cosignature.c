#include "tree/cosignature.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

enum {
	ID_SIZE = 4,
	TIME_SIZE = 8,
	BLOB_SIZE = ID_SIZE + TIME_SIZE + TALLY_SIGNATURE_SIZE,
	BLOB_TEXT_SIZE = 104,
	HEAD_SIZE = 48, /* "cosignature/v1", "time ", 19 digits, newlines */
	MESSAGE_MAX = HEAD_SIZE + TALLY_CHECKPOINT_SIZE_MAX,
};

_Static_assert((BLOB_SIZE + 2) / 3 * 4 == BLOB_TEXT_SIZE, "base64 with its padding");

static const uint64_t time_max = INT64_MAX;
static const char dash[] = "\xe2\x80\x94 ";

static void
message_write(struct writer *writer, uint64_t time, struct bytes text)
{
	writer_string(writer, "cosignature/v1\ntime ");
	writer_decimal(writer, time);
	writer_u8(writer, '\n');
	writer_bytes(writer, text);
}

void
cosignature_write(struct writer *writer, struct bytes text, uint64_t time,
		  const struct note_private_key *key)
{
	uint8_t memory[MESSAGE_MAX];
	struct writer message = writer_make(memory, sizeof memory);
	uint8_t blob[BLOB_SIZE];

	CHECK(text.size > 0 && text.data[text.size - 1] == '\n');
	CHECK(time <= time_max);
	message_write(&message, time, text);
	CHECK(!message.failed);
	be32_store(blob, key->key.id);
	be64_store(blob + ID_SIZE, time);
	CHECK(crypto_sign_detached(blob + ID_SIZE + TIME_SIZE, NULL, message.data, message.size,
				   key->secret) == 0);
	writer_string(writer, dash);
	writer_string(writer, key->key.name);
	writer_u8(writer, ' ');
	text_base64_write(writer, bytes_make(blob, sizeof blob));
	writer_u8(writer, '\n');
}

static bool
line_parse(struct bytes line, const struct note_key *key, uint8_t blob[BLOB_SIZE])
{
	struct reader reader = reader_make(line);
	struct bytes text;

	reader_expect(&reader, bytes_of_string(dash));
	reader_expect(&reader, bytes_of_string(key->name));
	reader_expect(&reader, BYTES_OF(" "));
	text = reader_bytes(&reader, BLOB_TEXT_SIZE);
	reader_expect(&reader, BYTES_OF("\n"));
	return !reader.failed && reader_left(&reader) == 0 &&
	       text_base64_parse(text, blob, BLOB_SIZE) == BLOB_SIZE &&
	       be32_load(blob) == key->id;
}

bool
cosignature_verify(struct bytes line, struct bytes text, const struct note_key *key,
		   uint64_t *time)
{
	uint8_t memory[MESSAGE_MAX];
	struct writer message = writer_make(memory, sizeof memory);
	uint8_t blob[BLOB_SIZE];

	if (!line_parse(line, key, blob))
		return false;
	*time = be64_load(blob + ID_SIZE);
	if (*time > time_max)
		return false;
	message_write(&message, *time, text);
	return !message.failed &&
	       crypto_sign_verify_detached(blob + ID_SIZE + TIME_SIZE, message.data,
					   message.size, key->public_key) == 0;
}
