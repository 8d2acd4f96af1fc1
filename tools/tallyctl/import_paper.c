#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "campaign/sheetrules.h"
#include "tools/lib/ballotfile.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/tallyctl/commands.h"
#include "tools/lib/manifestfile.h"
#include "tools/tallyctl/papercsv.h"
#include "tools/tallyctl/sheetcsv.h"

enum {
	KEY_MANIFEST = 'm',
	KEY_KEY = 'k',
	KEY_TAG_SECRET = 't',
	KEY_BALLOTS = 'b',
	KEY_TOTALS = 0x100,
	KEY_FROM = 'f',
	KEY_OUT = 'o',
	CSV_BYTES_MAX = 256 * 1024 * 1024,
};

struct options {
	const char *manifest;
	const char *key;
	const char *tag_secret;
	const char *ballots;
	const char *totals;
	uint32_t from;
	const char *out;
};

static const struct argp_option option_table[] = {
    {"manifest", KEY_MANIFEST, "FILE.json", 0, "the campaign's manifest", 0},
    {"key", KEY_KEY, "FILE", 0, "the booth's private key", 0},
    {"ballots", KEY_BALLOTS, "FILE.csv", 0, "papers one by one: signed ballots are written", 0},
    {"tag-secret", KEY_TAG_SECRET, "FILE", 0, "with --ballots: 64 hexadecimal digits", 0},
    {"totals", KEY_TOTALS, "FILE.csv", 0, "totals of sheets, without voters", 0},
    {"from", KEY_FROM, "N", 0, "with --totals: leave out the sheets before number N", 0},
    {"out", KEY_OUT, "FILE", 0, "where ballots, or signed sheets, are written; - is stdout", 0},
    {0},
};

static error_t
take_end(struct argp_state *state, const struct options *options)
{
	command_need(state, options->manifest, "--manifest");
	command_need(state, options->key, "--key");
	if ((options->ballots == NULL) == (options->totals == NULL))
		argp_error(state, "either --ballots or --totals");
	if (options->ballots != NULL)
		command_need(state, options->tag_secret, "--tag-secret");
	command_need(state, options->out, "--out");
	return 0;
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_MANIFEST:
		options->manifest = argument;
		return 0;
	case KEY_KEY:
		options->key = argument;
		return 0;
	case KEY_TAG_SECRET:
		options->tag_secret = argument;
		return 0;
	case KEY_BALLOTS:
		options->ballots = argument;
		return 0;
	case KEY_TOTALS:
		options->totals = argument;
		return 0;
	case KEY_FROM:
		options->from =
		    (uint32_t)command_number(state, "--from", argument, 1, UINT32_MAX);
		return 0;
	case KEY_OUT:
		options->out = argument;
		return 0;
	case ARGP_KEY_END:
		return take_end(state, options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

struct import {
	const struct options *options;
	struct manifest *manifest;
	struct note_private_key key;
	struct ballotfile_maker made;
	size_t refused;
};

/* Totals that tallyd would refuse are told before anything leaves. */
static enum tally_exit
take_sheet(void *context, const struct sheetcsv_sheet *totals)
{
	struct import *import = context;
	static uint8_t memory[TALLY_SHEET_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	enum tally_verdict verdict = TALLY_TOO_LARGE;
	struct sheet sheet;

	if (totals->number < import->options->from)
		return TALLY_EXIT_FINE;
	sheetcsv_sign(&writer, import->manifest, totals, import->key.key.id,
		      import->key.secret);
	if (!writer.failed)
		verdict = sheet_parse(writer_view(&writer), &sheet);
	if (verdict == TALLY_ACCEPTED)
		verdict = sheetrules_check(import->manifest, &sheet);
	if (verdict != TALLY_ACCEPTED) {
		complain("%s:%zu: sheet %" PRIu32 ": %s", import->options->totals, totals->line,
			 totals->number, tally_verdict_text(verdict)->sentence);
		import->refused++;
		return TALLY_EXIT_FINE;
	}
	ballotfile_append(&import->made, writer_view(&writer));
	return TALLY_EXIT_FINE;
}

static enum tally_exit
import_totals(struct import *import)
{
	struct wholefile file;
	enum tally_exit code = wholefile_read(import->options->totals, CSV_BYTES_MAX, &file);

	if (code != TALLY_EXIT_FINE)
		return code;
	code = sheetcsv_read(import->options->totals, (char *)file.data, file.size,
			     import->manifest, take_sheet, import);
	free(file.data);
	if (code == TALLY_EXIT_FINE && import->refused > 0) {
		complain("%zu sheets cannot be: nothing was written", import->refused);
		code = TALLY_EXIT_FAILED;
	}
	return code;
}

static enum tally_exit
import_ballots(struct import *import)
{
	uint8_t secret[KEYFILE_SECRET_SIZE];
	struct wholefile file;
	enum tally_exit code = keyfile_secret_read(import->options->tag_secret, secret);

	if (code == TALLY_EXIT_FINE)
		code = wholefile_read(import->options->ballots, CSV_BYTES_MAX, &file);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = papercsv_read(import->options->ballots, (char *)file.data, file.size,
			     &(struct papercsv){.manifest = import->manifest,
						.key = &import->key,
						.secret = secret,
						.made = &import->made,
						.refused = &import->refused});
	sodium_memzero(secret, sizeof secret);
	sodium_memzero(file.data, file.size);
	free(file.data);
	return code;
}

static enum tally_exit
run(struct import *import)
{
	const struct options *options = import->options;
	enum tally_exit code = manifestfile_read(options->manifest, &import->manifest);

	if (code == TALLY_EXIT_FINE)
		code = keyfile_read(options->key, &import->key);
	if (code == TALLY_EXIT_FINE)
		code = options->totals != NULL ? import_totals(import) : import_ballots(import);
	if (code == TALLY_EXIT_FINE)
		code = wholefile_write(options->out, ballotfile_view(&import->made));
	if (code == TALLY_EXIT_FINE && import->refused > 0)
		code = TALLY_EXIT_FAILED;
	return code;
}

int
import_paper_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    "--ballots FILE.csv --tag-secret FILE --out FILE\n"
	    "--totals FILE.csv --out FILE",
	    "Turns paper into what tallyd takes. Papers of voters become ballots signed by the "
	    "booth's key, for 'tallyctl send'; totals counted by hand, without voters, become "
	    "signed sheets, which are counted apart.\v"
	    "Files are CSV with ';' between fields and a header. Papers: identity, district, "
	    "revision (1 if there is no such column), and a column for each contest: what "
	    "'tallyctl ballot make --choose' has behind '='; empty: abstains. Totals: sheet, "
	    "operator, district, papers, contest, option, ballots, blank, votes, score: a row "
	    "with the contest's ballots and blank and an empty option, then one for each "
	    "option "
	    "with votes.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {0};
	struct import import = {.options = &options};
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	code = run(&import);
	free(import.made.data);
	manifest_free(import.manifest);
	sodium_memzero(&import.key, sizeof import.key);
	return code;
}
