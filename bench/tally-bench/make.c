#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tally-bench/amount.h"
#include "bench/tally-bench/commands.h"
#include "bench/tally-bench/press.h"
#include "campaign/roster.h"
#include "tools/lib/complain.h"
#include "tools/lib/crew.h"
#include "tools/lib/interrupt.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/manifestfile.h"
#include "tools/lib/wholefile.h"

enum {
	KEY_CAMPAIGN = 'c',
	KEY_VOTERS = 'n',
	KEY_OUT = 'o',
	KEY_REPEATS = 'r',
	KEY_REVOTES = 'v',
	KEY_FORGED = 'f',
	KEY_SEED = 's',
	KEY_KEY = 'k',
	KEY_ROSTER = 0x100,
	KEY_THREADS = 't',
	voters_most = 100000000,
};

struct options {
	const char *folder;
	const char *out;
	const char *roster;
	const char *keys[MINT_KEYS_MAX];
	size_t keys_count;
	unsigned threads;
	struct deal_wish wish;
};

static const struct argp_option option_table[] = {
    {"campaign", KEY_CAMPAIGN, "FOLDER", 0, "campaign.json, and the keys that sign in it", 0},
    {"voters", KEY_VOTERS, "N", 0, "voters, each with a first ballot", 0},
    {"out", KEY_OUT, "FILE", 0, "the ballots; what each is goes to FILE.kinds", 0},
    {"repeats", KEY_REPEATS, "SHARE", 0, "of the ballots, earlier ones sent again (0)", 0},
    {"revotes", KEY_REVOTES, "SHARE", 0,
     "other votes of voters who have voted: the next revision, or under policy first what "
     "has-voted answers (0)",
     0},
    {"forged", KEY_FORGED, "SHARE", 0, "forgeries of six kinds (0)", 0},
    {"seed", KEY_SEED, "N", 0, "other voters, other votes; the same seed, the same file (1)",
     0},
    {"key", KEY_KEY, "FILE", 0,
     "a key that signs, again for each; else all of the folder's *.key that the campaign lists",
     0},
    {"roster", KEY_ROSTER, "FILE", 0, "where the campaign has one: its voters vote", 0},
    {"threads", KEY_THREADS, "N", 0, "that sign (all processors)", 0},
    {0},
};

static void
take_share(struct argp_state *state, const char *name, const char *text, double *out)
{
	if (!amount_share(text, out) || *out >= 1)
		argp_error(state, "%s is a share such as 1%% or 0.01, not '%s'", name, text);
}

static void
take_end(struct argp_state *state, const struct options *options)
{
	const struct deal_wish *wish = &options->wish;

	command_need(state, options->folder, "--campaign");
	command_need(state, options->out, "--out");
	if (wish->voters_count == 0)
		argp_error(state, "--voters is missing");
	if (wish->repeats + wish->revotes + wish->forged > 0.95)
		argp_error(state, "the shares leave less than 5%% for first ballots");
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	struct deal_wish *wish = &options->wish;

	switch (key) {
	case KEY_CAMPAIGN:
		options->folder = argument;
		return 0;
	case KEY_VOTERS:
		wish->voters_count =
		    command_number(state, "--voters", argument, 1, voters_most);
		return 0;
	case KEY_OUT:
		options->out = argument;
		return 0;
	case KEY_REPEATS:
		take_share(state, "--repeats", argument, &wish->repeats);
		return 0;
	case KEY_REVOTES:
		take_share(state, "--revotes", argument, &wish->revotes);
		return 0;
	case KEY_FORGED:
		take_share(state, "--forged", argument, &wish->forged);
		return 0;
	case KEY_SEED:
		wish->seed = command_number(state, "--seed", argument, 0, UINT64_MAX);
		return 0;
	case KEY_KEY:
		if (options->keys_count == MINT_KEYS_MAX)
			argp_error(state, "--key is there more than %d times", MINT_KEYS_MAX);
		options->keys[options->keys_count++] = argument;
		return 0;
	case KEY_ROSTER:
		options->roster = argument;
		return 0;
	case KEY_THREADS:
		options->threads =
		    (unsigned)command_number(state, "--threads", argument, 1, CREW_WORKERS_MAX);
		return 0;
	case ARGP_KEY_END:
		take_end(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Adds the key if it signs in this campaign. */
static enum tally_exit
key_add(struct mint *mint, const char *path, bool must)
{
	struct note_private_key key;
	enum tally_exit code = keyfile_read(path, &key);

	if (code != TALLY_EXIT_FINE)
		return code;
	if (mint_is_signer(mint->manifest, key.key.id) && mint->keys_count < MINT_KEYS_MAX) {
		mint->keys[mint->keys_count++] = key;
	} else if (must) {
		complain("%s: the campaign does not list this key among those who sign", path);
		code = TALLY_EXIT_USAGE;
	}
	sodium_memzero(&key, sizeof key);
	return code;
}

static int
is_key(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && strcmp(dot, ".key") == 0;
}

/* In the order of their names, so that the same folder makes the same file. */
static enum tally_exit
keys_find(struct mint *mint, const char *folder)
{
	enum tally_exit code = TALLY_EXIT_FINE;
	struct dirent **found;
	int count = scandir(folder, &found, is_key, alphasort);

	if (count < 0)
		return complain_errno("cannot read %s", folder);
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof path, "%s/%s", folder, found[i]->d_name);
		if (code == TALLY_EXIT_FINE)
			code = key_add(mint, path, false);
		free(found[i]);
	}
	free(found);
	return code;
}

static enum tally_exit
keys_read(struct mint *mint, const struct options *options)
{
	enum tally_exit code = TALLY_EXIT_FINE;

	if (options->keys_count == 0)
		code = keys_find(mint, options->folder);
	for (size_t i = 0; i < options->keys_count && code == TALLY_EXIT_FINE; i++)
		code = key_add(mint, options->keys[i], true);
	if (code == TALLY_EXIT_FINE && mint->keys_count == 0) {
		complain("%s: no private key there signs ballots of this campaign (%s)",
			 options->folder,
			 mint->manifest->signing == TALLY_SIGNING_VOTER ? "a registrar's"
									: "a frontend's");
		code = TALLY_EXIT_USAGE;
	}
	return code;
}

static enum tally_exit
roster_read(struct mint *mint, const char *path, struct wholefile *file)
{
	struct roster_check check;
	const char *wrong = NULL;
	enum tally_exit code;

	if (!mint->manifest->has_roster || path == NULL) {
		if (!mint->manifest->has_roster && path == NULL)
			return TALLY_EXIT_FINE;
		complain(path == NULL ? "the campaign has a roster: --roster is missing"
				      : "the campaign has no roster: --roster means nothing");
		return TALLY_EXIT_USAGE;
	}
	code = wholefile_read(path, SIZE_MAX / 4, file);
	if (code != TALLY_EXIT_FINE)
		return code;
	mint->roster = file->data;
	mint->roster_count = file->size / ROSTER_RECORD_SIZE;
	roster_check_init(&check, mint->manifest);
	for (uint64_t i = 0; i < mint->roster_count && wrong == NULL; i++)
		wrong = roster_check_take(&check, file->data + i * ROSTER_RECORD_SIZE);
	if (wrong == NULL)
		wrong = roster_check_end(&check, mint->manifest);
	if (wrong == NULL)
		return TALLY_EXIT_FINE;
	complain("%s: %s", path, wrong);
	return TALLY_EXIT_USAGE;
}

static enum tally_exit
fits(const struct mint *mint, const struct deal_wish *wish)
{
	uint64_t most = mint->manifest->voters_max;

	if (mint->roster != NULL && mint->roster_count < most)
		most = mint->roster_count;
	if (wish->voters_count <= most)
		return TALLY_EXIT_FINE;
	complain("the campaign takes %" PRIu64 " voters at most", most);
	return TALLY_EXIT_USAGE;
}

static void
tell(const struct press_counts *counts)
{
	for (int i = 0; i < KINDS_COUNT; i++)
		if (counts->kinds[i] > 0)
			printf("%s %" PRIu64 " %s\n", kind_name((enum kind)i), counts->kinds[i],
			       tally_verdict_text(kind_verdict((enum kind)i))->name);
}

static enum tally_exit
make(struct mint *mint, const struct options *options, struct wholefile *roster)
{
	const struct manifest *manifest = mint->manifest;
	struct deal_wish wish = options->wish;
	struct press_counts counts;
	enum tally_exit code = keys_read(mint, options);

	if (code == TALLY_EXIT_FINE)
		code = roster_read(mint, options->roster, roster);
	if (code == TALLY_EXIT_FINE)
		code = fits(mint, &wish);
	if (code != TALLY_EXIT_FINE)
		return code;
	wish.last = manifest->revote == MANIFEST_REVOTE_LAST;
	wish.revisions_max = manifest->revisions_max;
	wish.signing = manifest->signing;
	mint->seed = wish.seed;
	mint_ready(mint);
	code = press_run(mint, &wish, options->out, options->threads, &counts);
	if (code == TALLY_EXIT_FINE)
		tell(&counts);
	return code;
}

int
make_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Signs ballots of made-up voters beforehand, on all processors, as any campaign has"
	    " them: legal choices by chance, in its signing mode."
	    "\vOne line a kind: how many, and the verdict that a tallyd in the open phase has "
	    "for them. The same seed, folder and shares make the same file.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {.wish = {.seed = 1}, .threads = crew_size()};
	struct mint *mint = calloc(1, sizeof *mint);
	struct manifest *manifest = NULL;
	struct wholefile roster = {0};
	char path[PATH_MAX];
	enum tally_exit code;

	CHECK(mint != NULL);
	command_parse(&argp, argc, argv, &options);
	interrupt_arm();
	snprintf(path, sizeof path, "%s/campaign.json", options.folder);
	code = manifestfile_read(path, &manifest);
	if (code == TALLY_EXIT_FAILED)
		code = TALLY_EXIT_USAGE;
	mint->manifest = manifest;
	if (code == TALLY_EXIT_FINE)
		code = make(mint, &options, &roster);
	manifest_free(manifest);
	free(roster.data);
	sodium_memzero(mint, sizeof *mint);
	free(mint);
	return code;
}
