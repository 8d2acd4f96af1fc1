#include "tree/note.h"

#include <string.h>

#include <sodium.h>

#include "base/text.h"

enum {
	ID_SIZE = 4,
	ROOT_TEXT_SIZE = 44,
	BLOB_MAX = TALLY_CHECKPOINT_SIZE_MAX, /* post-quantum signatures take kilobytes */
};

static const char dash[] = "\xe2\x80\x94 ";

struct signature {
	struct bytes name;
	uint32_t id;
	uint8_t blob[BLOB_MAX];
	size_t size; /* of blob, id included */
};

static bool
starts_with(struct bytes text, struct bytes prefix)
{
	return text.size >= prefix.size &&
	       bytes_equal(bytes_make(text.data, prefix.size), prefix);
}

static bool
signature_parse(struct bytes line, struct signature *out)
{
	struct bytes prefix = bytes_of_string(dash);
	const uint8_t *space;
	size_t left;
	long size;

	if (!starts_with(line, prefix) || line.size == prefix.size)
		return false;
	out->name.data = line.data + prefix.size;
	left = line.size - prefix.size;
	space = memchr(out->name.data, ' ', left);
	if (space == NULL)
		return false;
	out->name.size = (size_t)(space - out->name.data);
	if (!text_word(out->name) || memchr(out->name.data, '+', out->name.size) != NULL)
		return false;
	size = text_base64_parse(bytes_make(space + 1, left - out->name.size - 1), out->blob,
				 sizeof out->blob);
	if (size <= ID_SIZE)
		return false;
	out->size = (size_t)size;
	out->id = be32_load(out->blob);
	return true;
}

static bool
signature_is_of(const struct signature *signature, const struct note_key *key)
{
	return signature->id == key->id &&
	       bytes_equal(signature->name, bytes_of_string(key->name));
}

/* P1 */
static bool
signature_verify(const struct signature *signature, struct bytes text,
		 const struct note_key *key)
{
	return signature->size == ID_SIZE + TALLY_SIGNATURE_SIZE &&
	       crypto_sign_verify_detached(signature->blob + ID_SIZE, text.data, text.size,
					   key->public_key) == 0;
}

/* Parts a note at its last empty line. */
static bool
note_split(struct bytes note, struct bytes *text, struct bytes *signatures)
{
	for (size_t i = note.size; i >= 2; i--) {
		if (note.data[i - 1] != '\n' || note.data[i - 2] != '\n')
			continue;
		*text = bytes_make(note.data, i - 1);
		*signatures = bytes_make(note.data + i, note.size - i);
		return true;
	}
	return false;
}

struct bytes
note_text(struct bytes note)
{
	struct bytes text = bytes_make(NULL, 0);
	struct bytes signatures;

	(void)note_split(note, &text, &signatures);
	return text;
}

static bool
lines_clean(struct bytes text)
{
	struct bytes line;

	while (text_line_next(&text, &line))
		if (!text_utf8_clean(line))
			return false;
	return text.size == 0;
}

bool
note_open(struct bytes note, const struct note_key *key, struct bytes *text)
{
	struct bytes rest;
	struct bytes line;
	unsigned count = 0;
	bool verified = false;

	if (!note_split(note, text, &rest) || !lines_clean(*text))
		return false;
	while (text_line_next(&rest, &line)) {
		struct signature signature;

		if (++count > NOTE_SIGNATURES_MAX || !signature_parse(line, &signature))
			return false;
		if (!signature_is_of(&signature, key))
			continue;
		if (!signature_verify(&signature, *text, key))
			return false;
		verified = true;
	}
	return verified && rest.size == 0;
}

/* The text of a note under construction; nothing but text if no signature block follows. */
static struct bytes
note_text_so_far(struct bytes note, bool *is_signed)
{
	struct bytes text;
	struct bytes signatures;

	*is_signed = note_split(note, &text, &signatures) &&
		     starts_with(signatures, bytes_of_string(dash));
	return *is_signed ? text : note;
}

void
note_sign(struct writer *writer, const struct note_private_key *key)
{
	uint8_t blob[ID_SIZE + TALLY_SIGNATURE_SIZE];
	struct bytes text;
	bool is_signed;

	if (writer->failed)
		return;
	CHECK(writer->size > 0);
	CHECK(writer->data[writer->size - 1] == '\n');
	text = note_text_so_far(writer_view(writer), &is_signed);
	be32_store(blob, key->key.id);
	CHECK(crypto_sign_detached(blob + ID_SIZE, NULL, text.data, text.size, key->secret) ==
	      0);
	if (!is_signed)
		writer_u8(writer, '\n');
	writer_string(writer, dash);
	writer_string(writer, key->key.name);
	writer_u8(writer, ' ');
	text_base64_write(writer, bytes_make(blob, sizeof blob));
	writer_u8(writer, '\n');
}

bool
checkpoint_parse(struct bytes text, struct bytes origin, struct checkpoint *out)
{
	struct bytes line;

	if (!text_line_next(&text, &line) || !bytes_equal(line, origin))
		return false;
	if (!text_line_next(&text, &line) || !text_decimal_parse(line, &out->size))
		return false;
	if (!text_line_next(&text, &line) || line.size != ROOT_TEXT_SIZE)
		return false;
	return text_base64_parse(line, out->root, TALLY_HASH_SIZE) == TALLY_HASH_SIZE &&
	       text.size == 0;
}

bool
checkpoint_open(struct bytes note, const struct note_key *key, struct checkpoint *out)
{
	struct bytes text;

	return note_open(note, key, &text) &&
	       checkpoint_parse(text, bytes_of_string(key->name), out);
}

void
checkpoint_write(struct writer *writer, const struct checkpoint *checkpoint,
		 const struct note_private_key *key)
{
	struct writer note =
	    writer_make(writer->data + writer->size, writer->capacity - writer->size);

	note.failed = writer->failed;
	writer_string(&note, key->key.name);
	writer_u8(&note, '\n');
	writer_decimal(&note, checkpoint->size);
	writer_u8(&note, '\n');
	text_base64_write(&note, bytes_make(checkpoint->root, TALLY_HASH_SIZE));
	writer_u8(&note, '\n');
	note_sign(&note, key);
	writer->failed = note.failed;
	if (!note.failed)
		writer->size += note.size;
}
