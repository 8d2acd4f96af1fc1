#include "tools/tallyctl/deliver.h"

#include <inttypes.h>
#include <stdio.h>

#include "ballot/sheet.h"
#include "tally/client.h"
#include "tools/lib/complain.h"

/* Prints what became of it. */
static enum tally_exit
tell(const struct sheet *sheet, const struct tally_client_event *answer)
{
	const struct tally_verdict_text *text = tally_verdict_text(answer->verdict);

	if (answer->verdict == TALLY_ACCEPTED) {
		printf("sheet %" PRIu32 " %s %" PRIu64 "\n", sheet->number, text->name,
		       answer->index);
		return TALLY_EXIT_FINE;
	}
	printf("sheet %" PRIu32 " %s\n", sheet->number, text->name);
	complain("sheet %" PRIu32 " is refused: %s; the ones behind it were not sent",
		 sheet->number, text->sentence);
	return TALLY_EXIT_FAILED;
}

static enum tally_exit
deliver_one(struct tally_connection *connection, struct bytes bytes)
{
	struct tally_client_event answer;
	struct sheet sheet;

	if (sheet_parse(bytes, &sheet) != TALLY_ACCEPTED) {
		complain("that is no sheet");
		return TALLY_EXIT_USAGE;
	}
	if (tally_sheet(connection, bytes.data, bytes.size, &answer) != TALLY_CLIENT_FINE) {
		complain("sheet %" PRIu32 ": %s", sheet.number, tally_trouble(connection));
		return TALLY_EXIT_WORLD;
	}
	return tell(&sheet, &answer);
}

enum tally_exit
deliver_sheets(const struct peer *peer, const struct note_private_key *key,
	       const struct ballotfile *sheets)
{
	struct tally_connection *connection;
	enum tally_exit code = peer_connect(peer, key, &connection);

	if (code != TALLY_EXIT_FINE)
		return code;
	for (size_t i = 0; i < sheets->count && code == TALLY_EXIT_FINE; i++)
		code = deliver_one(connection, sheets->ballots[i]);
	tally_close(connection);
	return code;
}
