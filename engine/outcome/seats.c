#include "outcome/lineup.h"

/* Walks the line: whoever may win takes a seat while there are any. */
static void
walk(const struct election *election, const struct lineup *lineup,
     struct election_result *result)
{
	uint32_t seats = election->contest->outcome.seats;

	for (size_t i = 0; i < lineup->count; i++) {
		struct election_step step = lineup_step(
		    election, lineup, i, seats > 0 ? ELECTION_TAKEN : ELECTION_LOST);

		if (lineup_admits(election, result, &step) && seats > 0) {
			seats--;
			election_win(result, step.option);
		}
		election_step(result, &step);
	}
}

bool
seats_decide(const struct election *election, struct election_result *result)
{
	struct lineup lineup;
	bool made = lineup_make(election, &lineup);

	if (made)
		walk(election, &lineup, result);
	lineup_free(&lineup);
	return made && !result->failed;
}
