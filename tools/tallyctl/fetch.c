#include "tools/tallyctl/fetch.h"

#include <inttypes.h>
#include <time.h>

#include "tools/lib/complain.h"

enum {
	attempts_max = 6,
	pause_ms = 50,
	pause_max_ms = 1000
};

void
fetch_pause(unsigned attempt)
{
	unsigned ms = attempt < 5 ? pause_ms << attempt : pause_max_ms;
	const struct timespec time = {.tv_sec = ms / 1000,
				      .tv_nsec = (long)(ms % 1000) * 1000000};

	nanosleep(&time, NULL);
}

enum tally_exit
fetch_receipt(struct tally_connection *connection, uint64_t index,
	      struct tally_client_event *answer)
{
	for (unsigned attempt = 0; attempt < attempts_max; attempt++) {
		if (attempt)
			fetch_pause(attempt);
		if (tally_receipt(connection, index, answer) != TALLY_CLIENT_FINE) {
			complain("%s", tally_trouble(connection));
			return TALLY_EXIT_WORLD;
		}
		if (answer->kind == TALLY_CLIENT_EVENT_RECEIPT)
			return TALLY_EXIT_FINE;
		if (answer->class != TALLY_CLASS_LATER)
			break;
	}
	complain("no receipt of entry %" PRIu64 ": %s", index,
		 tally_verdict_text(answer->verdict)->sentence);
	return TALLY_EXIT_FAILED;
}
