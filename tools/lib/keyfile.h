/* keyfile: private keys, public keys and tag secrets as files.
 *
 *   FILE       one line: a private key text of tree/key.h; mode 0600
 *   FILE.pub   one line: its vkey
 *   tag secret one line: 64 lower-case hexadecimal digits; mode 0600
 *
 * A file that others can read is used, with a warning. What goes wrong is complained about
 * here; the answer is the exit code it deserves. Wipe what is read with sodium_memzero. */
#ifndef TALLY_TOOLS_KEYFILE_H
#define TALLY_TOOLS_KEYFILE_H

#include "tally/status.h"
#include "tree/key.h"

enum {
	KEYFILE_SIZE_MAX = 1024 * 1024,
	KEYFILE_SECRET_SIZE = 32
};

/* A new key of that name, from the system's randomness. False if the name is not valid. */
MUST_USE bool
keyfile_generate(const char *name, struct note_private_key *key);

/* The same for the key of a cosigner (type 04). */
MUST_USE bool
keyfile_generate_cosigner(const char *name, struct note_private_key *key);

MUST_USE enum tally_exit
keyfile_cosigner_read(const char *path, struct note_private_key *key);

MUST_USE enum tally_exit
keyfile_cosigner_create(const char *path, const struct note_private_key *key);

MUST_USE enum tally_exit
keyfile_read(const char *path, struct note_private_key *key);

/* Writes `path` and `path`.pub; neither may exist. Both or none. */
MUST_USE enum tally_exit
keyfile_create(const char *path, const struct note_private_key *key);

/* `what` is a vkey, or the path of a file that holds one. */
MUST_USE enum tally_exit
keyfile_public_read(const char *what, struct note_key *key);

MUST_USE enum tally_exit
keyfile_secret_read(const char *path, uint8_t secret[KEYFILE_SECRET_SIZE]);

MUST_USE enum tally_exit
keyfile_secret_create(const char *path, const uint8_t secret[KEYFILE_SECRET_SIZE]);

#endif
