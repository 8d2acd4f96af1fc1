/* notices: sends one notice, as often as asked, byte for byte the same; prints "verdict index"
 * (or "verdict -") for each. For what tallyctl will not do: notices out of order, and again.
 *
 *   notices PORT CAMPAIGN LOG.pub KEY close|SECONDS SKIP TIMES
 *
 * SECONDS is the new closing time of an extend. SKIP is added to the number that would be right.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ballot/notice.h"
#include "tally/client.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/manifestfile.h"

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

static struct bytes
make(const struct manifest *manifest, const struct note_private_key *key, char **arguments,
     const struct tally_client_state *state, struct writer *writer)
{
	bool closes = strcmp(arguments[5], "close") == 0;
	struct notice_head head = {
	    .campaign = manifest->id,
	    .number = state->notices_count + 1 + (uint32_t)atoi(arguments[6]),
	    .previous = state->notice_hash,
	    .kind = closes ? TALLY_NOTICE_CLOSE : TALLY_NOTICE_EXTEND,
	};
	uint8_t time[8];

	be64_store(time, strtoull(arguments[5], NULL, 10));
	notice_write(writer, &head, bytes_make(time, closes ? 0 : sizeof time), key->key.id,
		     key->secret);
	CHECK(!writer->failed);
	return writer_view(writer);
}

int
main(int count, char **arguments)
{
	uint8_t memory[512];
	struct writer writer = writer_make(memory, sizeof memory);
	struct tally_client_event answer;
	struct tally_connection *connection;
	struct note_private_key key;
	struct manifest *manifest;
	struct bytes notice;

	if (count != 8 || sodium_init() < 0 ||
	    manifestfile_read(arguments[2], &manifest) != TALLY_EXIT_FINE ||
	    keyfile_read(arguments[4], &key) != TALLY_EXIT_FINE)
		return TALLY_EXIT_USAGE;
	connection = dial(arguments[1], manifest, arguments[3]);
	if (connection == NULL || tally_state(connection, &answer) != TALLY_CLIENT_FINE ||
	    answer.kind != TALLY_CLIENT_EVENT_STATE)
		return TALLY_EXIT_WORLD;
	notice = make(manifest, &key, arguments, &answer.state, &writer);
	for (int i = 0; i < atoi(arguments[7]); i++) {
		if (tally_notice(connection, notice.data, notice.size, &answer) !=
		    TALLY_CLIENT_FINE)
			return TALLY_EXIT_WORLD;
		printf("%s ", tally_verdict_text(answer.verdict)->name);
		if (answer.index == TALLY_CLIENT_NO_INDEX)
			puts("-");
		else
			printf("%llu\n", (unsigned long long)answer.index);
	}
	tally_close(connection);
	manifest_free(manifest);
	return TALLY_EXIT_FINE;
}
