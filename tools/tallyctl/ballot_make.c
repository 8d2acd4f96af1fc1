#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "tools/lib/ballotfile.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/cast.h"
#include "tools/tallyctl/choices.h"
#include "tools/tallyctl/commands.h"
#include "tools/lib/manifestfile.h"

enum {
	KEY_CAMPAIGN = 'c',
	KEY_KEY = 'k',
	KEY_TAG_SECRET = 't',
	KEY_IDENTITY = 'i',
	KEY_CHOOSE = 0x100,
	KEY_DISTRICT = 'd',
	KEY_REVISION = 'r',
	KEY_OUT = 'o',
};

struct options {
	const char *campaign;
	const char *key;
	const char *tag_secret;
	const char *identity;
	char *choose[contests_max]; /* CONTEST=OPTION,OPTION.. */
	size_t choose_count;
	const char *district;
	uint16_t revision;
	const char *out;
};

static const struct argp_option option_table[] = {
    {"campaign", KEY_CAMPAIGN, "FILE.json", 0, "the manifest", 0},
    {"key", KEY_KEY, "FILE", 0, "the frontend's private key", 0},
    {"tag-secret", KEY_TAG_SECRET, "FILE", 0, "64 hexadecimal digits", 0},
    {"identity", KEY_IDENTITY, "TEXT", 0, "who votes: never leaves this program", 0},
    {"choose", KEY_CHOOSE, "CONTEST=OPTION[,OPTION..]", 0,
     "choices in a contest: options, best first where they are ranked; OPTION:POINTS where "
     "points are given; or CONTEST=blank. A contest not named: abstains",
     0},
    {"district", KEY_DISTRICT, "ID", 0, "the voter's district", 0},
    {"revision", KEY_REVISION, "N", 0, "1 for a first vote (default)", 0},
    {"out", KEY_OUT, "FILE", 0, "where to write the ballot; - is stdout", 0},
    {0},
};

static error_t
take_end(struct argp_state *state, const struct options *options)
{
	command_need(state, options->campaign, "--campaign");
	command_need(state, options->key, "--key");
	command_need(state, options->tag_secret, "--tag-secret");
	command_need(state, options->identity, "--identity");
	command_need(state, options->out, "--out");
	return 0;
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_CAMPAIGN:
		options->campaign = argument;
		return 0;
	case KEY_KEY:
		options->key = argument;
		return 0;
	case KEY_TAG_SECRET:
		options->tag_secret = argument;
		return 0;
	case KEY_IDENTITY:
		options->identity = argument;
		return 0;
	case KEY_CHOOSE:
		if (options->choose_count == contests_max)
			argp_error(state, "--choose is there more than %d times", contests_max);
		options->choose[options->choose_count++] = argument;
		return 0;
	case KEY_DISTRICT:
		options->district = argument;
		return 0;
	case KEY_REVISION:
		options->revision =
		    (uint16_t)command_number(state, "--revision", argument, 1, UINT16_MAX);
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

/* A ballot in the making. */
struct making {
	const struct options *options;
	struct manifest *manifest;
	struct note_private_key key;
	uint8_t secret[KEYFILE_SECRET_SIZE];
	struct cast_vote vote;
	struct cast_contest contests[contests_max];
	struct ballot_choice choices[contests_max][choices_max];
};

static enum tally_exit
find_district(struct making *making)
{
	const struct manifest *manifest = making->manifest;
	const char *id = making->options->district;

	if (!manifest->districts_count && !id)
		return TALLY_EXIT_FINE;
	for (size_t i = 0; id && i < manifest->districts_count; i++)
		if (strcmp(manifest->districts[i].id, id) == 0) {
			making->vote.district = (uint16_t)i;
			return TALLY_EXIT_FINE;
		}
	if (id)
		complain("the campaign has no district '%s'", id);
	else
		complain("the campaign has districts: --district is missing");
	return TALLY_EXIT_USAGE;
}

static const struct manifest_contest *
find_contest(const struct making *making, const char *id)
{
	const struct manifest *manifest = making->manifest;

	for (size_t i = 0; i < manifest->contests_count; i++)
		if (strcmp(manifest->contests[i].id, id) == 0) {
			if (manifest_votes_in(&manifest->contests[i], making->vote.district))
				return &manifest->contests[i];
			complain("contest '%s' is not on the ballots of this district", id);
			return NULL;
		}
	complain("the campaign has no contest '%s'", id);
	return NULL;
}

static enum tally_exit
choose(struct making *making, char *text)
{
	const struct manifest_contest *contest;
	char *equals = strchr(text, '=');
	char sentence[CHOICES_SENTENCE_MAX];
	size_t place;

	if (!equals) {
		complain("--choose is CONTEST=OPTION,.., not '%s'", text);
		return TALLY_EXIT_USAGE;
	}
	*equals = 0;
	contest = find_contest(making, text);
	if (!contest)
		return TALLY_EXIT_USAGE;
	place = (size_t)(contest - making->manifest->contests);
	if (choices_read(contest, equals + 1, making->choices[place], &making->contests[place],
			 sentence))
		return TALLY_EXIT_FINE;
	complain("%s", sentence);
	return TALLY_EXIT_USAGE;
}

static enum tally_exit
find_tag(struct making *making)
{
	long error = cast_tag(making->manifest, making->secret,
			      bytes_of_string(making->options->identity), making->vote.tag);

	if (!error)
		return TALLY_EXIT_FINE;
	complain("--identity: %s", tally_identity_error_text(error));
	return TALLY_EXIT_USAGE;
}

static enum tally_exit
load(struct making *making)
{
	const struct options *options = making->options;
	enum tally_exit code = manifestfile_read(options->campaign, &making->manifest);

	if (code == TALLY_EXIT_FINE)
		code = keyfile_read(options->key, &making->key);
	if (code == TALLY_EXIT_FINE)
		code = keyfile_secret_read(options->tag_secret, making->secret);
	if (code == TALLY_EXIT_FINE &&
	    !manifest_frontend_find(making->manifest, making->key.key.id))
		complain("warning: the campaign does not list this key: unknown-signer");
	return code;
}

static enum tally_exit
write_ballot(const struct making *making)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct ballotfile_maker file = {0};
	enum tally_exit code;

	if (!cast_ballot(&writer, making->manifest, &making->vote, &making->key)) {
		complain("the ballot is larger than %d bytes", TALLY_BALLOT_SIZE_MAX);
		return TALLY_EXIT_USAGE;
	}
	ballotfile_append(&file, writer_view(&writer));
	code = wholefile_write(making->options->out, ballotfile_view(&file));
	free(file.data);
	return code;
}

static enum tally_exit
make(struct making *making)
{
	enum tally_exit code = load(making);

	if (code == TALLY_EXIT_FINE)
		code = find_district(making);
	for (size_t i = 0; i < making->options->choose_count && code == TALLY_EXIT_FINE; i++)
		code = choose(making, making->options->choose[i]);
	if (code == TALLY_EXIT_FINE)
		code = find_tag(making);
	return code == TALLY_EXIT_FINE ? write_ballot(making) : code;
}

int
ballot_make_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Makes one signed ballot. The campaign's limits are not checked:"
	    " 'ballot show --campaign' does."
	    "\vChoices, once for each contest:\n"
	    "  --choose projects=park,library    options of a single, approval or\n"
	    "                                    knapsack contest\n"
	    "  --choose mayor=ana,ion,eva        ranked: the best first\n"
	    "  --choose budget=park:3,library:2  cumulative, score: OPTION:POINTS\n"
	    "  --choose projects=blank           a blank vote\n"
	    "OPTION:VALUE is taken by every method as it stands: to see what is refused.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {.revision = 1};
	struct making *making = calloc(1, sizeof *making);
	enum tally_exit code;

	CHECK(making);
	command_parse(&argp, argc, argv, &options);
	making->options = &options;
	making->vote.revision = options.revision;
	making->vote.contests = making->contests;
	code = make(making);
	manifest_free(making->manifest);
	sodium_memzero(making, sizeof *making);
	free(making);
	return code;
}
