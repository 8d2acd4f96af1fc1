/* results: asks over the wire for the counts of a contest, without a key; prints the number of
 * ballots counted, or the verdict that refuses.
 *
 *   results PORT CAMPAIGN LOG.pub CONTEST */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "tally/client.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/manifestfile.h"

int
main(int count, char **arguments)
{
	struct note_key log;
	struct tally_connect_options options = {.host = "127.0.0.1"};
	char trouble[TALLY_TROUBLE_MAX];
	struct tally_connection *connection;
	struct tally_client_event answer;
	struct manifest *manifest;

	if (count != 5 || sodium_init() < 0 ||
	    manifestfile_read(arguments[2], &manifest) != TALLY_EXIT_FINE ||
	    keyfile_public_read(arguments[3], &log) != TALLY_EXIT_FINE)
		return TALLY_EXIT_USAGE;
	options.port = (uint16_t)atoi(arguments[1]);
	options.client.campaign = manifest->id;
	options.client.log_name = log.name;
	options.client.log_key = log.public_key;
	if (tally_connect(&connection, &options, trouble) != TALLY_CLIENT_FINE) {
		fprintf(stderr, "results: %s\n", trouble);
		return TALLY_EXIT_WORLD;
	}
	if (tally_results(connection, (uint16_t)atoi(arguments[4]), &answer) !=
	    TALLY_CLIENT_FINE)
		return TALLY_EXIT_WORLD;
	if (answer.kind == TALLY_CLIENT_EVENT_RESULTS)
		printf("%llu\n", (unsigned long long)answer.results.ballots);
	else
		printf("%s\n", tally_verdict_text(answer.verdict)->name);
	tally_close(connection);
	manifest_free(manifest);
	return TALLY_EXIT_FINE;
}
