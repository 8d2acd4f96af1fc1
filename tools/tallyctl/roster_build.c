#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/census.h"
#include "tools/tallyctl/commands.h"
#include "tools/lib/manifestfile.h"

enum {
	KEY_CENSUS = 256,
	KEY_SECRET,
	KEY_CAMPAIGN,
	KEY_IDENTITY,
	KEY_BIRTH,
	KEY_AGE_MIN,
	KEY_AGE_MAX,
	KEY_ON,
	KEY_DISTRICT,
	KEY_DISTRICTS,
	KEY_OUT,
	AGE_MOST = 200,
};

struct options {
	const char *path;
	const char *secret;
	const char *campaign;
	const char *on;
	const char *out;
	struct census census;
};

static const struct argp_option option_table[] = {
    {"census", KEY_CENSUS, "FILE.csv", 0, "the register: a heading, `;` between fields", 0},
    {"secret", KEY_SECRET, "FILE", 0, "the tag secret: 64 hexadecimal digits", 0},
    {"campaign", KEY_CAMPAIGN, "FILE.json", 0, "the manifest, without its roster yet", 0},
    {"identity-column", KEY_IDENTITY, "NAME", 0, "who somebody is (the first column)", 0},
    {"birth-column", KEY_BIRTH, "NAME", 0, "day of birth, 2008-02-29 (what the CNP says)", 0},
    {"age-min", KEY_AGE_MIN, "YEARS", 0, "leave out who is younger", 0},
    {"age-max", KEY_AGE_MAX, "YEARS", 0, "leave out who is older", 0},
    {"on", KEY_ON, "DATE", 0, "on this day: with ages", 0},
    {"district-column", KEY_DISTRICT, "NAME", 0, "where somebody votes: a district's id", 0},
    {"districts", KEY_DISTRICTS, "FILE.csv", 0, "or a code, and here CODE;DISTRICT lines", 0},
    {"out", KEY_OUT, "FILE", 0, "the roster; it must not exist yet", 0},
    {0},
};

static void
take_end(struct argp_state *state, struct options *options)
{
	struct census *census = &options->census;

	command_need(state, options->path, "--census");
	command_need(state, options->secret, "--secret");
	command_need(state, options->campaign, "--campaign");
	command_need(state, options->out, "--out");
	if (census->aged)
		command_need(state, options->on, "--on");
	if (!census->aged && (options->on != NULL || census->birth != NULL))
		argp_error(state, "--on and --birth-column go with --age-min and --age-max");
	if (options->on != NULL && !birth_parse(bytes_of_string(options->on), &census->on))
		argp_error(state, "'%s' is no day such as 2026-11-23", options->on);
	if (census->districts != NULL && census->district == NULL)
		argp_error(state, "--districts goes with --district-column");
}

static int
take_age(struct argp_state *state, struct options *options, const char *name, const char *text)
{
	options->census.aged = true;
	return (int)command_number(state, name, text, 0, AGE_MOST);
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	struct census *census = &options->census;

	switch (key) {
	case KEY_CENSUS:
		options->path = argument;
		return 0;
	case KEY_SECRET:
		options->secret = argument;
		return 0;
	case KEY_CAMPAIGN:
		options->campaign = argument;
		return 0;
	case KEY_IDENTITY:
		census->identity = argument;
		return 0;
	case KEY_BIRTH:
		census->birth = argument;
		return 0;
	case KEY_AGE_MIN:
		census->age_min = take_age(state, options, "--age-min", argument);
		return 0;
	case KEY_AGE_MAX:
		census->age_max = take_age(state, options, "--age-max", argument);
		return 0;
	case KEY_ON:
		options->on = argument;
		return 0;
	case KEY_DISTRICT:
		census->district = argument;
		return 0;
	case KEY_DISTRICTS:
		census->districts = argument;
		return 0;
	case KEY_OUT:
		options->out = argument;
		return 0;
	case ARGP_KEY_END:
		take_end(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What the columns must be for this campaign. */
static bool
fits(const struct census *census)
{
	const struct manifest *manifest = census->manifest;

	if (manifest->districts_count > 0 && census->district == NULL)
		complain("the campaign has districts: --district-column is missing");
	else if (manifest->districts_count == 0 && census->district != NULL)
		complain("the campaign has no districts: --district-column means nothing");
	else if (census->aged && census->birth == NULL &&
		 manifest->identity != MANIFEST_IDENTITY_CNP)
		complain("ages take --birth-column: the campaign's identities are no CNP");
	else
		return true;
	return false;
}

static void
report(const struct census *census)
{
	struct roster_check check;
	struct tree_hash root;
	char hex[2 * TALLY_HASH_SIZE + 1];
	struct writer writer = writer_make(hex, sizeof hex - 1);

	roster_check_init(&check, census->manifest);
	for (size_t i = 0; i < census->count; i++)
		CHECK(roster_check_take(&check, census->records + i * ROSTER_RECORD_SIZE) ==
		      NULL);
	frontier_root(&check.frontier, &root);
	text_hex_write(&writer, bytes_make(root.bytes, sizeof root.bytes));
	hex[writer.size] = 0;
	for (unsigned i = CENSUS_TAKEN + 1; i < CENSUS_REFUSALS; i++)
		if (census->refused[i] > 0)
			complain("%zu left out: %s", census->refused[i],
				 census_refusal_text((enum census_refusal)i));
	printf("\"roster\": {\"root\": \"%s\", \"count\": %zu}\n", hex, census->count);
}

/* Ages are no fault of a row. */
static bool
is_whole(const struct census *census)
{
	for (unsigned i = CENSUS_TAKEN + 1; i < CENSUS_REFUSALS; i++)
		if (census->refused[i] > 0 && i != CENSUS_TOO_YOUNG && i != CENSUS_TOO_OLD)
			return false;
	return true;
}

static enum tally_exit
build(const struct options *options, struct census *census)
{
	enum tally_exit code = keyfile_secret_read(options->secret, census->secret);

	if (code == TALLY_EXIT_FINE)
		code = census_read(census, options->path);
	if (code != TALLY_EXIT_FINE)
		return code;
	if (census->count == 0) {
		complain("%s: nobody in it may vote", options->path);
		return TALLY_EXIT_FAILED;
	}
	code =
	    wholefile_create(options->out, 0644,
			     bytes_make(census->records, census->count * ROSTER_RECORD_SIZE));
	if (code != TALLY_EXIT_FINE)
		return code;
	report(census);
	return is_whole(census) ? TALLY_EXIT_FINE : TALLY_EXIT_FAILED;
}

int
roster_build_run(int argc, char **argv)
{
	const struct argp argp = {option_table,
				  take,
				  NULL,
				  "Makes a roster of a register of inhabitants, and prints what"
				  " the manifest says of it. Rows that are left out are told by"
				  " line and reason; exit code 1 if any was, but for ages.",
				  NULL,
				  NULL,
				  NULL};
	struct options options = {.census = {.age_max = AGE_MOST}};
	struct manifest *manifest;
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	code = manifestfile_read(options.campaign, &manifest);
	if (code != TALLY_EXIT_FINE)
		return code;
	options.census.manifest = manifest;
	code = fits(&options.census) ? build(&options, &options.census) : TALLY_EXIT_USAGE;
	census_free(&options.census);
	manifest_free(manifest);
	return code;
}
