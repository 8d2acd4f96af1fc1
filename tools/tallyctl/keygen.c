#include <sodium.h>
#include <stdio.h>

#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/tallyctl/commands.h"

enum {
	KEY_NAME = 'n',
	KEY_OUT = 'o',
	KEY_COSIGNER = 'c',
};

struct options {
	const char *name;
	const char *out;
	bool cosigner;
};

static const struct argp_option option_table[] = {
    {"name", KEY_NAME, "NAME", 0, "name of the key; a log key has the campaign's origin", 0},
    {"out", KEY_OUT, "FILE", 0, "private key file to create; FILE.pub gets the vkey", 0},
    {"cosigner", KEY_COSIGNER, NULL, 0, "a witness's key, for tally-verify --cosign", 0},
    {0},
};

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_NAME:
		options->name = argument;
		return 0;
	case KEY_OUT:
		options->out = argument;
		return 0;
	case KEY_COSIGNER:
		options->cosigner = true;
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->name, "--name");
		command_need(state, options->out, "--out");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void
print_vkey(const struct note_key *key, bool cosigner)
{
	uint8_t text[NOTE_VKEY_TEXT_MAX];
	struct writer writer = writer_make(text, sizeof text);

	note_key_write_as(&writer, cosigner ? NOTE_KEY_COSIGNER : NOTE_KEY_ED25519, key);
	CHECK(!writer.failed);
	printf("%.*s\n", (int)writer.size, (const char *)text);
}

int
keygen_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table, take, NULL, "Makes an Ed25519 key and prints its vkey.",
	    NULL,         NULL, NULL};
	struct options options = {0};
	struct note_private_key key;
	enum tally_exit code;
	bool made;

	command_parse(&argp, argc, argv, &options);
	made = options.cosigner ? keyfile_generate_cosigner(options.name, &key)
				: keyfile_generate(options.name, &key);
	if (!made) {
		complain("'%s' is not a key name: 1 to %d bytes without white space or '+'",
			 options.name, NOTE_NAME_MAX);
		return TALLY_EXIT_USAGE;
	}
	code = options.cosigner ? keyfile_cosigner_create(options.out, &key)
				: keyfile_create(options.out, &key);
	if (code == TALLY_EXIT_FINE)
		print_vkey(&key.key, options.cosigner);
	sodium_memzero(&key, sizeof key);
	return code;
}
