#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/complain.h"
#include "tools/lib/http.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/source.h"
#include "tools/lib/cast.h"
#include "tools/tallyctl/commands.h"
#include "tools/tallyctl/logfolder.h"
#include "tools/lib/manifestfile.h"
#include "tools/lib/peer.h"
#include "tools/tallyctl/show.h"
#include "tools/tallyctl/sighting.h"

enum {
	KEY_IDENTITY = 'i',
	KEY_TAG_SECRET = 't',
	KEY_CAMPAIGN = 'm',
	KEY_CONNECT = 'c',
	KEY_KEY = 'k',
	KEY_LOG = 'l',
	KEY_JSON = 'j',
	line_max = 1024,
};

struct options {
	char *identity;
	const char *tag_secret;
	const char *campaign;
	const char *connect;
	const char *key;
	const char *log;
	bool as_json;
};

static const struct argp_option option_table[] = {
    {"identity", KEY_IDENTITY, "TEXT", 0, "whose ballot; - reads a line from stdin", 0},
    {"tag-secret", KEY_TAG_SECRET, "FILE", 0, "64 hexadecimal digits", 0},
    {"campaign", KEY_CAMPAIGN, "FILE.json", 0, "the manifest", 0},
    {"connect", KEY_CONNECT, "HOST:PORT", 0, "ask this server; needs --key", 0},
    {"key", KEY_KEY, "FILE", 0, "a frontend's private key", 0},
    {"log", KEY_LOG, "DIR|URL", 0, "search this public log", 0},
    {"json", KEY_JSON, NULL, 0, "one JSON object", 0},
    {0},
};

static error_t
take_end(struct argp_state *state, const struct options *options)
{
	command_need(state, options->identity, "--identity");
	command_need(state, options->tag_secret, "--tag-secret");
	command_need(state, options->campaign, "--campaign");
	if (!options->connect && !options->log)
		argp_error(state, "where? --connect or --log is missing");
	if (options->connect)
		command_need(state, options->key, "--key");
	return 0;
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_IDENTITY:
		options->identity = argument;
		return 0;
	case KEY_TAG_SECRET:
		options->tag_secret = argument;
		return 0;
	case KEY_CAMPAIGN:
		options->campaign = argument;
		return 0;
	case KEY_CONNECT:
		options->connect = argument;
		return 0;
	case KEY_KEY:
		options->key = argument;
		return 0;
	case KEY_LOG:
		options->log = argument;
		return 0;
	case KEY_JSON:
		options->as_json = true;
		return 0;
	case ARGP_KEY_END:
		return take_end(state, options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

struct lookup {
	const struct options *options;
	struct manifest *manifest;
	uint8_t tag[TALLY_TAG_SIZE];
	struct tally_client_event status; /* the server's answer */
	bool asked;
	bool barred;
	struct sighting sighting;
	bool searched;
};

/* Makes the tag, and lets the identity disappear from memory and from the list of processes. */
static enum tally_exit
find_tag(struct lookup *lookup, char *identity)
{
	uint8_t secret[KEYFILE_SECRET_SIZE];
	enum tally_exit code = keyfile_secret_read(lookup->options->tag_secret, secret);
	long error = 0;

	if (code == TALLY_EXIT_FINE)
		error =
		    cast_tag(lookup->manifest, secret, bytes_of_string(identity), lookup->tag);
	sodium_memzero(secret, sizeof secret);
	memset(identity, '*', strlen(identity));
	if (!error)
		return code;
	complain("--identity: %s", tally_identity_error_text(error));
	return TALLY_EXIT_USAGE;
}

static enum tally_exit
identify(struct lookup *lookup)
{
	char line[line_max];
	enum tally_exit code;

	if (strcmp(lookup->options->identity, "-") != 0)
		return find_tag(lookup, lookup->options->identity);
	if (!fgets(line, sizeof line, stdin)) {
		complain("--identity: stdin has no line");
		return TALLY_EXIT_USAGE;
	}
	line[strcspn(line, "\n")] = 0;
	code = find_tag(lookup, line);
	sodium_memzero(line, sizeof line);
	return code;
}

static enum tally_exit
ask(struct lookup *lookup, const struct peer *peer, const struct note_private_key *key)
{
	struct tally_client_event *answer = &lookup->status;
	struct tally_connection *connection;
	enum tally_exit code = peer_connect(peer, key, &connection);

	if (code != TALLY_EXIT_FINE)
		return code;
	if (tally_status(connection, lookup->tag, answer) != TALLY_CLIENT_FINE) {
		complain("%s", tally_trouble(connection));
		code = TALLY_EXIT_WORLD;
	} else if (answer->kind == TALLY_CLIENT_EVENT_VERDICT &&
		   answer->verdict == TALLY_BARRED) {
		lookup->barred = true;
	} else if (answer->kind != TALLY_CLIENT_EVENT_STATUS) {
		complain("the server does not tell: %s",
			 tally_verdict_text(answer->verdict)->sentence);
		code = TALLY_EXIT_WORLD;
	}
	lookup->asked = code == TALLY_EXIT_FINE;
	tally_close(connection);
	return code;
}

static enum tally_exit
ask_server(struct lookup *lookup)
{
	struct peer peer = {.has_campaign = true, .has_log = true};
	struct note_private_key key = {0};
	enum tally_exit code;

	if (!peer_address(&peer, lookup->options->connect))
		return TALLY_EXIT_USAGE;
	memcpy(peer.campaign, lookup->manifest->id, sizeof peer.campaign);
	peer.log = lookup->manifest->log_key;
	code = keyfile_read(lookup->options->key, &key);
	if (code == TALLY_EXIT_FINE)
		code = ask(lookup, &peer, &key);
	sodium_memzero(&key, sizeof key);
	return code;
}

static enum tally_exit
search_log(struct lookup *lookup)
{
	const char *log = lookup->options->log;
	struct source source = {0};
	struct trouble trouble = {0};
	enum tally_exit code;

	if (http_is_url(log)) {
		code = source_open(&source, log, NULL, &lookup->manifest->log_key, NULL, NULL,
				   &trouble);
		if (code != TALLY_EXIT_FINE)
			return logfolder_complain(&trouble);
		code = source_refresh(&source, &trouble);
	} else {
		code = logfolder_open(&source.log, log);
		if (code != TALLY_EXIT_FINE)
			return code;
	}
	if (code == TALLY_EXIT_FINE)
		code = sighting_make(&source.log, lookup->manifest, lookup->tag,
				     &lookup->sighting, &trouble);
	lookup->searched = code == TALLY_EXIT_FINE;
	source_close(&source);
	if (code == TALLY_EXIT_FINE)
		return code;
	(void)logfolder_complain(&trouble);
	return TALLY_EXIT_WORLD; /* 1 would say that there is no ballot */
}

static bool
is_voided(const struct tally_client_event *status)
{
	return status->known && status->index == TALLY_CLIENT_NO_INDEX;
}

static void
print(const struct lookup *lookup)
{
	json_t *tag = show_hex(bytes_make(lookup->tag, sizeof lookup->tag));

	printf("tag %s\n", json_string_value(tag));
	json_decref(tag);
	if (lookup->barred)
		printf("server: its ballot was voided, and the tag is barred\n");
	else if (lookup->asked && is_voided(&lookup->status))
		printf(
		    "server: a ballot, revision %u, that was voided: the tag may vote again\n",
		    lookup->status.revision);
	else if (lookup->asked && lookup->status.known)
		printf("server: a ballot, revision %u, entry %" PRIu64 "\n",
		       lookup->status.revision, lookup->status.index);
	else if (lookup->asked)
		printf("server: no ballot\n");
	if (lookup->searched)
		sighting_print(&lookup->sighting);
}

static json_t *
server_json(const struct lookup *lookup)
{
	const struct tally_client_event *status = &lookup->status;

	if (lookup->barred)
		return json_pack("{s:b, s:s}", "known", 1, "voided", "barred");
	if (!status->known)
		return json_pack("{s:b}", "known", 0);
	if (is_voided(status))
		return json_pack("{s:b, s:i, s:s}", "known", 1, "revision", status->revision,
				 "voided", "again");
	return json_pack("{s:b, s:i, s:I}", "known", 1, "revision", status->revision, "index",
			 (json_int_t)status->index);
}

static void
print_json(const struct lookup *lookup, bool found)
{
	json_t *object =
	    json_pack("{s:o, s:b}", "tag",
		      show_hex(bytes_make(lookup->tag, sizeof lookup->tag)), "found", found);

	CHECK(object);
	if (lookup->asked)
		CHECK(json_object_set_new(object, "server", server_json(lookup)) == 0);
	if (lookup->searched)
		CHECK(json_object_set_new(object, "log",
					  json_pack("{s:I, s:O}", "size",
						    (json_int_t)lookup->sighting.size,
						    "ballots", lookup->sighting.ballots)) == 0);
	show_print(object, true);
}

/* Where one cannot be asked, the other still is. */
static enum tally_exit
find(struct lookup *lookup)
{
	const struct options *options = lookup->options;
	enum tally_exit asked = options->connect ? ask_server(lookup) : TALLY_EXIT_FINE;
	enum tally_exit searched = options->log ? search_log(lookup) : TALLY_EXIT_FINE;

	return asked > searched ? asked : searched;
}

static enum tally_exit
work(struct lookup *lookup)
{
	const struct options *options = lookup->options;
	enum tally_exit code = manifestfile_read(options->campaign, &lookup->manifest);
	bool found;

	if (code == TALLY_EXIT_FINE)
		code = identify(lookup);
	if (code == TALLY_EXIT_FINE)
		code = find(lookup);
	if (!lookup->asked && !lookup->searched)
		return code;
	found = lookup->barred || (lookup->asked && lookup->status.known) ||
		lookup->sighting.count > 0;
	if (options->as_json)
		print_json(lookup, found);
	else
		print(lookup);
	if (code != TALLY_EXIT_FINE)
		return code;
	return found ? TALLY_EXIT_FINE : TALLY_EXIT_FAILED;
}

int
lookup_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Finds a voter's ballots: \"I was told I already voted\"."
	    "\vThe identity is made into the voter tag here and goes nowhere. Whoever sees the "
	    "output learns what that person voted. Exit code 0 if there is a ballot, 1 if "
	    "there "
	    "is none. Nothing is proven: that is tally-verify's work.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {0};
	struct lookup lookup = {.options = &options};
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	code = work(&lookup);
	if (lookup.searched)
		json_decref(lookup.sighting.ballots);
	manifest_free(lookup.manifest);
	return code;
}
