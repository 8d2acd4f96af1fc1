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

bool
cosignature_parse(struct bytes line, struct cosignature *out)
{
	struct reader reader = reader_make(line);
	uint8_t blob[BLOB_SIZE];
	const uint8_t *space;
	struct bytes text;

	reader_expect(&reader, bytes_of_string(dash));
	if (reader.failed || line.size > COSIGNATURE_LINE_MAX)
		return false;
	space = memchr(reader.at, ' ', reader_left(&reader));
	if (space == NULL)
		return false;
	out->name = reader_bytes(&reader, (size_t)(space - reader.at));
	reader_expect(&reader, BYTES_OF(" "));
	text = reader_bytes(&reader, BLOB_TEXT_SIZE);
	reader_expect(&reader, BYTES_OF("\n"));
	if (!reader_done(&reader) || !note_name_valid(out->name) ||
	    text_base64_parse(text, blob, sizeof blob) != BLOB_SIZE)
		return false;
	out->id = be32_load(blob);
	out->time = be64_load(blob + ID_SIZE);
	memcpy(out->signature, blob + ID_SIZE + TIME_SIZE, sizeof out->signature);
	return out->time <= time_max;
}

bool
cosignature_is_of(const struct cosignature *cosignature, const struct note_key *key)
{
	return cosignature->id == key->id &&
	       bytes_equal(cosignature->name, bytes_of_string(key->name));
}

bool
cosignature_verify(struct bytes line, struct bytes text, const struct note_key *key,
		   uint64_t *time)
{
	uint8_t memory[MESSAGE_MAX];
	struct writer message = writer_make(memory, sizeof memory);
	struct cosignature cosignature;

	if (!cosignature_parse(line, &cosignature) || !cosignature_is_of(&cosignature, key))
		return false;
	*time = cosignature.time;
	message_write(&message, *time, text);
	return !message.failed &&
	       crypto_sign_verify_detached(cosignature.signature, message.data, message.size,
					   key->public_key) == 0;
}
