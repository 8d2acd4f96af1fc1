/* notices: sends one notice, as often as asked, byte for byte the same; prints "verdict index"
 * (or "verdict -") for each. For what tallyctl will not do: notices out of order, again, and of
 * another campaign.
 *
 *   notices PORT CAMPAIGN LOG.pub KEY close|text|stray|replay|SECONDS SKIP TIMES
 *
 * SECONDS is the new closing time of an extend; `stray` is a text for another campaign; `replay` a
 * text, then another one, and then the first so often again. SKIP is added to the number that would
 * be right.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ballot/notice.h"
#include "tally/client.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"
#include "tools/lib/manifestfile.h"

static struct tally_connection *
dial(const char *port, const struct manifest *manifest, const char *vkey_path)
{
	struct note_key log;
	struct tally_connect_options options = {
	    .host = "127.0.0.1",
	    .port = (uint16_t)atoi(port),
	    .client = {.campaign = manifest->id,
		       .log_name = log.name,
		       .log_key = log.public_key},
	};
	char trouble[TALLY_TROUBLE_MAX];
	struct tally_connection *connection = NULL;

	if (keyfile_public_read(vkey_path, &log) == TALLY_EXIT_FINE &&
	    tally_connect(&connection, &options, trouble) != TALLY_CLIENT_FINE)
		fprintf(stderr, "notices: %s\n", trouble);
	return connection;
}

static bool
is_word(char **arguments, const char *word)
{
	return strcmp(arguments[5], word) == 0;
}

static void
make(const struct manifest *manifest, const struct note_private_key *key, char **arguments,
     const struct tally_client_state *state, struct writer *writer)
{
	bool texts = is_word(arguments, "text") || is_word(arguments, "stray") ||
		     is_word(arguments, "replay");
	uint8_t campaign[TALLY_HASH_SIZE];
	struct notice_head head = {
	    .campaign = campaign,
	    .number = state->notices_count + 1 + (uint32_t)atoi(arguments[6]),
	    .previous = state->notice_hash,
	    .kind = texts ? TALLY_NOTICE_TEXT : TALLY_NOTICE_EXTEND,
	};
	struct bytes body = bytes_of_string("Booth 7 has moved.");
	uint8_t time[8];

	memcpy(campaign, manifest->id, sizeof campaign);
	campaign[0] ^= is_word(arguments, "stray");
	be64_store(time, strtoull(arguments[5], NULL, 10));
	if (is_word(arguments, "close"))
		head.kind = TALLY_NOTICE_CLOSE;
	if (!texts)
		body = bytes_make(time, head.kind == TALLY_NOTICE_CLOSE ? 0 : sizeof time);
	notice_write(writer, &head, body, key->key.id, key->secret);
	CHECK(!writer->failed);
}

/* The notice that comes behind the newest one. */
static bool
follow(struct tally_connection *connection, const struct manifest *manifest,
       const struct note_private_key *key, char **arguments, struct writer *writer)
{
	struct tally_client_event answer;

	if (tally_state(connection, &answer) != TALLY_CLIENT_FINE ||
	    answer.kind != TALLY_CLIENT_EVENT_STATE)
		return false;
	make(manifest, key, arguments, &answer.state, writer);
	return true;
}

static bool
tell(struct tally_connection *connection, struct bytes notice)
{
	struct tally_client_event answer;

	if (tally_notice(connection, notice.data, notice.size, &answer) != TALLY_CLIENT_FINE)
		return false;
	printf("%s ", tally_verdict_text(answer.verdict)->name);
	if (answer.index == TALLY_CLIENT_NO_INDEX)
		puts("-");
	else
		printf("%llu\n", (unsigned long long)answer.index);
	return true;
}

int
main(int count, char **arguments)
{
	uint8_t memory[2][512];
	struct writer writers[] = {writer_make(memory[0], sizeof memory[0]),
				   writer_make(memory[1], sizeof memory[1])};
	struct tally_connection *connection;
	struct note_private_key key;
	struct manifest *manifest;
	struct bytes notice;
	bool told;

	if (count != 8 || sodium_init() < 0 ||
	    manifestfile_read(arguments[2], &manifest) != TALLY_EXIT_FINE ||
	    keyfile_read(arguments[4], &key) != TALLY_EXIT_FINE)
		return TALLY_EXIT_USAGE;
	connection = dial(arguments[1], manifest, arguments[3]);
	if (connection == NULL)
		return TALLY_EXIT_WORLD;
	told = follow(connection, manifest, &key, arguments, &writers[0]);
	notice = writer_view(&writers[0]);
	if (told && is_word(arguments, "replay"))
		told = tell(connection, notice) &&
		       follow(connection, manifest, &key, arguments, &writers[1]) &&
		       tell(connection, writer_view(&writers[1]));
	for (int i = 0; i < atoi(arguments[7]) && told; i++)
		told = tell(connection, notice);
	tally_close(connection);
	manifest_free(manifest);
	return told ? TALLY_EXIT_FINE : TALLY_EXIT_WORLD;
}
