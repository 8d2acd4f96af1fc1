#include "tools/tallyctl/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/replica.h"
#include "tools/lib/source.h"
#include "tools/tallyctl/mirror_wire.h"

enum {
	KEY_OUT = 'o',
	KEY_KEY = 'k',
	KEY_CONNECT = 'c',
	KEY_LOG_KEY = 0x1000,
	KEY_CAMPAIGN,
	KEY_FOLLOW,
	KEY_INTERVAL,
	KEY_UNTIL,
	ATTEMPTS = 5, /* without --follow */
	INTERVAL_USUAL_S = 10,
	INTERVAL_MAX_S = 240, /* below the server's patience with a silent connection */
};

struct options {
	const char *url;
	const char *out;
	const char *key;
	struct peer_options peer;
	bool follow;
	unsigned interval_s;
	uint64_t until;
};

static const struct argp_option option_table[] = {
    {"out", KEY_OUT, "DIR", 0, "the folder of the copy", 0},
    {"key", KEY_KEY, "KEY", 0, "of a URL: the log's vkey; with --connect: an authority's key",
     0},
    {"connect", KEY_CONNECT, "HOST:PORT", 0, "copy from the server itself", 0},
    {"log-key", KEY_LOG_KEY, "VKEY", 0, "with --connect: the log key it must have", 0},
    {"campaign", KEY_CAMPAIGN, "ID", 0, "with --connect: the campaign it must run", 0},
    {"follow", KEY_FOLLOW, NULL, 0, "go on as the log grows; a line for each checkpoint", 0},
    {"interval", KEY_INTERVAL, "S", 0, "seconds between two looks (10)", 0},
    {"until", KEY_UNTIL, "SIZE", 0, "with --follow: end once so many entries are here", 0},
    {0},
};

static void
check_options(struct argp_state *state, const struct options *options)
{
	command_need(state, options->out, "--out");
	command_need(state, options->key, "--key");
	if ((options->url != NULL) == (options->peer.connect != NULL))
		argp_error(state,
			   "name one source: an http:// or https:// address, or --connect");
	if (options->peer.connect != NULL)
		command_need(state, options->peer.log_key, "--log-key");
	else if (!http_is_url(options->url))
		argp_error(state,
			   "'%s' is no http:// or https:// address; a folder is copied "
			   "with cp",
			   options->url);
	else if (options->peer.log_key != NULL || options->peer.campaign != NULL)
		argp_error(state, "--log-key and --campaign go with --connect");
	if (!options->follow && options->until > 0)
		argp_error(state, "--until goes with --follow");
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_OUT:
		options->out = argument;
		return 0;
	case KEY_KEY:
		options->key = argument;
		return 0;
	case KEY_CONNECT:
		options->peer.connect = argument;
		return 0;
	case KEY_LOG_KEY:
		options->peer.log_key = argument;
		return 0;
	case KEY_CAMPAIGN:
		options->peer.campaign = argument;
		return 0;
	case KEY_FOLLOW:
		options->follow = true;
		return 0;
	case KEY_INTERVAL:
		options->interval_s =
		    (unsigned)command_number(state, "--interval", argument, 1, INTERVAL_MAX_S);
		return 0;
	case KEY_UNTIL:
		options->until = command_number(state, "--until", argument, 1, UINT64_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (options->url != NULL)
			argp_error(state, "one address only");
		options->url = argument;
		return 0;
	case ARGP_KEY_END:
		check_options(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* One copy in the making; `look` brings it up to what there is. */
struct copying {
	const struct options *options;
	struct source source; /* of an address */
	struct publiclog folder;
	struct mirror_wire wire;
	struct replica replica;
	enum tally_exit (*look)(struct copying *copying, struct trouble *trouble);
	uint64_t told; /* entries at the last line */
};

static void
tell(struct copying *copying)
{
	const struct checkpoint *checkpoint = &copying->replica.newest;
	char root[2 * TALLY_HASH_SIZE + 1];
	struct writer writer = writer_make(root, sizeof root - 1);
	char now[32] = "";
	time_t seconds = time(NULL);
	struct tm parts;

	if (checkpoint->size == copying->told)
		return;
	text_hex_write(&writer, bytes_make(checkpoint->root, sizeof checkpoint->root));
	root[writer.size] = '\0';
	if (gmtime_r(&seconds, &parts) != NULL)
		(void)strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &parts);
	printf("%s %" PRIu64 " entries with root %s, %" PRIu64 " more%s\n", now,
	       checkpoint->size, root, checkpoint->size - copying->told,
	       copying->replica.sealed ? " (hashes alone: its entries are sealed)" : "");
	(void)fflush(stdout);
	copying->told = checkpoint->size;
}

static enum tally_exit
look_at_address(struct copying *copying, struct trouble *trouble)
{
	struct replica *replica = &copying->replica;
	const struct mirror *mirror = &copying->source.mirror;
	enum tally_exit code = source_refresh(&copying->source, trouble);

	if (code != TALLY_EXIT_FINE || mirror->checkpoint.size == replica->newest.size)
		return code;
	if (mirror->sealed)
		code = replica_reuse_hashes(replica, mirror->checkpoint.size, trouble);
	else
		code = replica_reuse(replica, mirror->checkpoint.size, trouble);
	if (code == TALLY_EXIT_FINE)
		code =
		    replica_prove(replica, &mirror->checkpoint, bytes_make(NULL, 0), trouble);
	if (code == TALLY_EXIT_FAILED)
		source_take_back(&copying->source);
	if (code == TALLY_EXIT_FINE)
		source_complete(&copying->source, mirror->checkpoint.size, mirror->sealed);
	return code;
}

static enum tally_exit
look_at_server(struct copying *copying, struct trouble *trouble)
{
	return mirror_wire_update(&copying->wire, trouble);
}

static void
pause_s(unsigned seconds)
{
	const struct timespec pause = {.tv_sec = seconds};

	nanosleep(&pause, NULL);
}

static enum tally_exit
copy_all(struct copying *copying)
{
	const struct options *options = copying->options;
	unsigned attempts = 0;
	struct trouble trouble;
	enum tally_exit code;

	for (;;) {
		code = replica_recover(&copying->replica, &trouble);
		if (code == TALLY_EXIT_FINE)
			code = copying->look(copying, &trouble);
		if (code == TALLY_EXIT_FINE)
			tell(copying);
		else
			complain("%s%s", code == TALLY_EXIT_FAILED ? "ALERT: " : "",
				 trouble.sentence);
		if (code != TALLY_EXIT_FINE && code != TALLY_EXIT_WORLD)
			return code;
		attempts = code == TALLY_EXIT_FINE ? 0 : attempts + 1;
		if (!options->follow && (attempts == 0 || attempts == ATTEMPTS))
			return code;
		if (options->until > 0 && copying->told >= options->until)
			return code;
		pause_s(options->follow ? options->interval_s : attempts);
	}
}

static enum tally_exit
copy_address(struct copying *copying)
{
	const struct options *options = copying->options;
	struct note_key key;
	struct trouble trouble;
	enum tally_exit code = keyfile_public_read(options->key, &key);

	if (code != TALLY_EXIT_FINE)
		return code;
	code = source_open(&copying->source, options->url, options->out, &key, NULL, NULL,
			   &trouble);
	if (code == TALLY_EXIT_FINE) {
		code = replica_open(&copying->replica, &copying->source.log, &key, false,
				    &trouble);
		if (code != TALLY_EXIT_FINE)
			source_close(&copying->source);
	}
	if (code != TALLY_EXIT_FINE) {
		complain("%s", trouble.sentence);
		return code;
	}
	copying->look = look_at_address;
	code = copy_all(copying);
	replica_close(&copying->replica);
	source_close(&copying->source);
	return code;
}

static enum tally_exit
open_folder(struct copying *copying)
{
	const char *out = copying->options->out;
	struct trouble trouble;
	enum tally_exit code;

	if (mkdir(out, 0700) != 0 && errno != EEXIST)
		return complain_errno("cannot make %s", out);
	code = publiclog_open(&copying->folder, out, &trouble);
	if (code == TALLY_EXIT_FINE) {
		code = replica_open(&copying->replica, &copying->folder,
				    &copying->wire.peer.log, true, &trouble);
		if (code != TALLY_EXIT_FINE)
			publiclog_close(&copying->folder);
	}
	if (code != TALLY_EXIT_FINE)
		complain("%s", trouble.sentence);
	return code;
}

static enum tally_exit
copy_server(struct copying *copying)
{
	struct mirror_wire *wire = &copying->wire;
	enum tally_exit code;

	if (!peer_aim(&wire->peer, &copying->options->peer))
		return TALLY_EXIT_USAGE;
	code = keyfile_read(copying->options->key, &wire->authority);
	if (code == TALLY_EXIT_FINE)
		code = open_folder(copying);
	if (code == TALLY_EXIT_FINE) {
		wire->replica = &copying->replica;
		copying->look = look_at_server;
		code = copy_all(copying);
		mirror_wire_close(wire);
		replica_close(&copying->replica);
		publiclog_close(&copying->folder);
	}
	explicit_bzero(&wire->authority, sizeof wire->authority);
	return code;
}

int
mirror_run(int argc, char **argv)
{
	const struct argp argp = {option_table,
				  take,
				  "[URL]",
				  "Keeps a complete copy of a log in a folder: of a public one "
				  "from its address, or with "
				  "an authority's key from the server itself, up to the newest "
				  "signed entry and also while "
				  "the results are sealed. Entries, tiles and root are checked "
				  "against the checkpoint; "
				  "ballots are not: that is what tally-verify does.",
				  NULL,
				  NULL,
				  NULL};
	struct options options = {.interval_s = INTERVAL_USUAL_S};
	static struct copying copying;

	command_parse(&argp, argc, argv, &options);
	copying = (struct copying){.options = &options};
	return options.url != NULL ? copy_address(&copying) : copy_server(&copying);
}
