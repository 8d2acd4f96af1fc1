#include "outcome/lineup.h"

/* Walks the line with the pool's money; from where it stops nobody is reached. */
static void
walk(const struct election *election, const struct lineup *lineup,
     struct election_result *result)
{
	bool stops = election->contest->outcome.rule == MANIFEST_RULE_GREEDY_STOP;
	bool stopped = false;
	int64_t left = election->budget;

	for (size_t i = 0; i < lineup->count; i++) {
		struct election_step step =
		    lineup_step(election, lineup, i, ELECTION_NOT_REACHED);

		if (stopped) {
			if (election->running[step.option] == 0)
				step.act = ELECTION_WITHDRAWN;
		} else if (lineup_admits(election, result, &step)) {
			step.act = step.cost <= left ? ELECTION_TAKEN
				   : stops           ? ELECTION_STOPPED
						     : ELECTION_TOO_DEAR;
			stopped = step.act == ELECTION_STOPPED;
		}
		if (step.act == ELECTION_TAKEN) {
			left -= step.cost;
			election_win(result, step.option);
		}
		step.left = left;
		election_step(result, &step);
	}
}

bool
greedy_decide(const struct election *election, struct election_result *result)
{
	struct lineup lineup;
	bool made = lineup_make(election, &lineup);

	if (made)
		walk(election, &lineup, result);
	lineup_free(&lineup);
	return made && !result->failed;
}
