#include "tools/tallyctl/deliver.h"

#include <inttypes.h>
#include <stdio.h>

#include "ballot/sheet.h"
#include "tally/client.h"
#include "tools/lib/complain.h"

struct delivery {
	struct tally_connection *connection;
	bool accepted; /* one was */
	size_t out_of_order;
};

/* Prints what became of it. */
static enum tally_exit
tell(struct delivery *delivery, const struct sheet *sheet,
     const struct tally_client_event *answer)
{
	const struct tally_verdict_text *text = tally_verdict_text(answer->verdict);

	if (answer->verdict == TALLY_ACCEPTED) {
		printf("sheet %" PRIu32 " %s %" PRIu64 "\n", sheet->number, text->name,
		       answer->index);
		delivery->accepted = true;
		return TALLY_EXIT_FINE;
	}
	printf("sheet %" PRIu32 " %s\n", sheet->number, text->name);
	if (answer->verdict == TALLY_SHEET_OUT_OF_ORDER && !delivery->accepted) {
		delivery->out_of_order++;
		return TALLY_EXIT_FINE;
	}
	complain("sheet %" PRIu32 " is refused: %s; the ones behind it were not sent",
		 sheet->number, text->sentence);
	return TALLY_EXIT_FAILED;
}

static enum tally_exit
deliver_one(struct delivery *delivery, struct bytes bytes)
{
	struct tally_client_event answer;
	struct sheet sheet;

	if (sheet_parse(bytes, &sheet) != TALLY_ACCEPTED) {
		complain("that is no sheet");
		return TALLY_EXIT_USAGE;
	}
	if (tally_sheet(delivery->connection, bytes.data, bytes.size, &answer) !=
	    TALLY_CLIENT_FINE) {
		complain("sheet %" PRIu32 ": %s", sheet.number,
			 tally_trouble(delivery->connection));
		return TALLY_EXIT_WORLD;
	}
	return tell(delivery, &sheet, &answer);
}

enum tally_exit
deliver_sheets(const struct peer *peer, const struct note_private_key *key,
	       const struct ballotfile *sheets)
{
	struct delivery delivery = {0};
	enum tally_exit code = peer_connect(peer, key, &delivery.connection);

	if (code != TALLY_EXIT_FINE)
		return code;
	for (size_t i = 0; i < sheets->count && code == TALLY_EXIT_FINE; i++)
		code = deliver_one(&delivery, sheets->ballots[i]);
	tally_close(delivery.connection);
	if (delivery.out_of_order == 0 || code > TALLY_EXIT_FAILED)
		return code;
	complain("%zu sheets are out of order: the log has others of their numbers, or these "
		 "very ones from before",
		 delivery.out_of_order);
	return TALLY_EXIT_FAILED;
}
