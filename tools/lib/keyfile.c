#include "tools/lib/keyfile.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"

static bool
generate(const char *name, enum note_key_type type, struct note_private_key *key)
{
	uint8_t seed[TALLY_SEED_SIZE];

	if (!note_name_valid(bytes_of_string(name)))
		return false;
	randombytes_buf(seed, sizeof seed);
	note_private_key_make_as(key, type, bytes_of_string(name), seed);
	sodium_memzero(seed, sizeof seed);
	return true;
}

bool
keyfile_generate(const char *name, struct note_private_key *key)
{
	return generate(name, NOTE_KEY_ED25519, key);
}

bool
keyfile_generate_cosigner(const char *name, struct note_private_key *key)
{
	return generate(name, NOTE_KEY_COSIGNER, key);
}

/* The line a file holds, without its newline; a view into `file`. */
static struct bytes
first_line(const struct wholefile *file)
{
	size_t size = file->size;

	if (size && file->data[size - 1] == '\n')
		size--;
	return bytes_make(file->data, size);
}

static void
forget(struct wholefile *file)
{
	sodium_memzero(file->data, file->size);
	free(file->data);
}

static enum tally_exit
private_read(const char *path, struct wholefile *file)
{
	enum tally_exit code = wholefile_read(path, KEYFILE_SIZE_MAX, file);

	if (code == TALLY_EXIT_FINE && S_ISREG(file->mode) && (file->mode & 077))
		complain("warning: %s can be read by others (mode %03o); chmod 600 it", path,
			 (unsigned)(file->mode & 0777));
	return code;
}

static enum tally_exit
read_as(const char *path, enum note_key_type type, struct note_private_key *key)
{
	struct wholefile file;
	enum tally_exit code = private_read(path, &file);

	if (code != TALLY_EXIT_FINE)
		return code;
	if (!note_private_key_parse_as(first_line(&file), type, key)) {
		complain("%s: not a private key%s", path,
			 type == NOTE_KEY_COSIGNER
			     ? " of a cosigner (tallyctl keygen --cosigner makes one)"
			     : "");
		code = TALLY_EXIT_USAGE;
	}
	forget(&file);
	return code;
}

enum tally_exit
keyfile_read(const char *path, struct note_private_key *key)
{
	return read_as(path, NOTE_KEY_ED25519, key);
}

enum tally_exit
keyfile_cosigner_read(const char *path, struct note_private_key *key)
{
	return read_as(path, NOTE_KEY_COSIGNER, key);
}

static enum tally_exit
public_create(const char *path, enum note_key_type type, const struct note_key *key)
{
	uint8_t text[NOTE_VKEY_TEXT_MAX + 1];
	struct writer writer = writer_make(text, sizeof text);
	char *name;
	enum tally_exit code;

	note_key_write_as(&writer, type, key);
	writer_u8(&writer, '\n');
	CHECK(!writer.failed);
	if (asprintf(&name, "%s.pub", path) < 0)
		return complain_errno("cannot create %s.pub", path);
	code = wholefile_create(name, 0644, writer_view(&writer));
	free(name);
	return code;
}

static enum tally_exit
create(const char *path, enum note_key_type type, const struct note_private_key *key)
{
	uint8_t text[NOTE_PRIVATE_TEXT_MAX + 1];
	struct writer writer = writer_make(text, sizeof text);
	enum tally_exit code;

	note_private_key_write_as(&writer, type, key);
	writer_u8(&writer, '\n');
	CHECK(!writer.failed);
	code = wholefile_create(path, 0600, writer_view(&writer));
	sodium_memzero(text, sizeof text);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = public_create(path, type, &key->key);
	if (code != TALLY_EXIT_FINE)
		unlink(path);
	return code;
}

enum tally_exit
keyfile_create(const char *path, const struct note_private_key *key)
{
	return create(path, NOTE_KEY_ED25519, key);
}

enum tally_exit
keyfile_cosigner_create(const char *path, const struct note_private_key *key)
{
	return create(path, NOTE_KEY_COSIGNER, key);
}

enum tally_exit
keyfile_public_read(const char *what, struct note_key *key)
{
	struct wholefile file;
	enum tally_exit code;

	if (note_key_parse(bytes_of_string(what), key))
		return TALLY_EXIT_FINE;
	code = wholefile_read(what, KEYFILE_SIZE_MAX, &file);
	if (code != TALLY_EXIT_FINE)
		return code;
	if (!note_key_parse(first_line(&file), key)) {
		complain("%s: not a public key (vkey)", what);
		code = TALLY_EXIT_USAGE;
	}
	free(file.data);
	return code;
}

enum tally_exit
keyfile_secret_read(const char *path, uint8_t secret[KEYFILE_SECRET_SIZE])
{
	struct wholefile file;
	enum tally_exit code = private_read(path, &file);

	if (code != TALLY_EXIT_FINE)
		return code;
	if (!text_hex_parse(first_line(&file), secret, KEYFILE_SECRET_SIZE)) {
		complain("%s: not a tag secret: 64 lower-case hexadecimal digits", path);
		code = TALLY_EXIT_USAGE;
	}
	forget(&file);
	return code;
}

enum tally_exit
keyfile_secret_create(const char *path, const uint8_t secret[KEYFILE_SECRET_SIZE])
{
	uint8_t text[2 * KEYFILE_SECRET_SIZE + 1];
	struct writer writer = writer_make(text, sizeof text);
	enum tally_exit code;

	text_hex_write(&writer, bytes_make(secret, KEYFILE_SECRET_SIZE));
	writer_u8(&writer, '\n');
	code = wholefile_create(path, 0600, writer_view(&writer));
	sodium_memzero(text, sizeof text);
	return code;
}
