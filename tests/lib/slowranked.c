#include "tests/lib/slowrules.h"

/* Ballots whose best continuing option is this one. */
static int64_t
first_preferences(const struct slow *slow, const bool *continues, size_t option)
{
	const struct profile *votes = slow->given->votes;
	int64_t firsts = 0;

	for (size_t row = 0; row < votes->rows_count; row++) {
		int64_t rank = slow_value(slow, row, option);
		bool first = rank != SLOW_UNNAMED;

		for (size_t other = 0; other < slow->options && first; other++) {
			int64_t its = slow_value(slow, row, other);

			if (continues[other] && its != SLOW_UNNAMED && its < rank)
				first = false;
		}
		if (first)
			firsts += (int64_t)votes->rows[row].weight;
	}
	return firsts;
}

/* One loser after another until one is left: whoever has more than half on the way stays. */
void
slow_runoff(const struct slow *slow, struct slow_list *won)
{
	bool continues[SLOW_OPTIONS_MAX];
	size_t count = 0;

	for (size_t option = 0; option < slow->options; option++) {
		continues[option] = slow->runs[option];
		count += slow->runs[option];
	}
	for (; count > 1; count--) {
		int loser = -1;
		int64_t fewest = 0;

		for (int option = 0; option < (int)slow->options; option++) {
			int64_t firsts;

			if (!continues[option])
				continue;
			firsts = first_preferences(slow, continues, (size_t)option);
			if (loser < 0 || firsts < fewest ||
			    (firsts == fewest && slow->place[option] > slow->place[loser])) {
				loser = option;
				fewest = firsts;
			}
		}
		continues[loser] = false;
	}
	for (size_t option = 0; option < slow->options; option++)
		if (continues[option])
			slow_take(won, option);
}

/* Ballots that put `a` before `b`: those that do not name `b` do, if they name `a`. */
static int64_t
preferring(const struct slow *slow, size_t a, size_t b)
{
	const struct profile *votes = slow->given->votes;
	int64_t sum = 0;

	for (size_t row = 0; row < votes->rows_count; row++) {
		int64_t first = slow_value(slow, row, a);
		int64_t second = slow_value(slow, row, b);

		if (first != SLOW_UNNAMED && (second == SLOW_UNNAMED || first < second))
			sum += (int64_t)votes->rows[row].weight;
	}
	return sum;
}

static int64_t width[SLOW_OPTIONS_MAX][SLOW_OPTIONS_MAX];

/* Whatever path can be made wider by a step in between is, until none can. */
static void
widen(const struct slow *slow)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t a = 0; a < slow->options; a++)
			for (size_t b = 0; b < slow->options; b++)
				for (size_t via = 0; via < slow->options; via++) {
					int64_t path = width[a][via] < width[via][b]
							   ? width[a][via]
							   : width[via][b];

					if (a != b && path > width[a][b]) {
						width[a][b] = path;
						changed = true;
					}
				}
	}
}

static void
direct_links(const struct slow *slow)
{
	for (size_t a = 0; a < slow->options; a++)
		for (size_t b = 0; b < slow->options; b++) {
			int64_t ahead;

			width[a][b] = 0;
			if (a == b || !slow->runs[a] || !slow->runs[b])
				continue;
			ahead = preferring(slow, a, b);
			if (ahead > preferring(slow, b, a))
				width[a][b] = ahead;
		}
}

/* Seats go to whom none of the rest beats, the first of them in the tie order. */
void
slow_schulze(const struct slow *slow, struct slow_list *won)
{
	direct_links(slow);
	widen(slow);
	while (won->count < slow->contest->outcome.seats) {
		int best = -1;

		for (int a = 0; a < (int)slow->options; a++) {
			bool beaten = false;

			if (!slow->runs[a] || slow_has(won, (size_t)a))
				continue;
			for (size_t b = 0; b < slow->options; b++)
				if (slow->runs[b] && !slow_has(won, b) &&
				    width[b][a] > width[a][b])
					beaten = true;
			if (!beaten && (best < 0 || slow->place[a] < slow->place[best]))
				best = a;
		}
		if (best < 0)
			return;
		slow_take(won, (size_t)best);
	}
}
