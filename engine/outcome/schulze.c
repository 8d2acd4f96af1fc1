#include <stdlib.h>
#include <string.h>

#include "outcome/election.h"
#include "outcome/order.h"

struct schulze {
	const struct election *election;
	size_t count;      /* options of the contest */
	uint64_t *paths;   /* [a * count + b]: the strongest path from a to b */
	uint16_t *ranking; /* all that run, the best first */
	size_t ranked;
	uint8_t *waiting;       /* per option: runs, and is not in the ranking yet */
	uint8_t *beats;         /* [a * count + b]: 1 if a beats b */
	uint16_t *beaten;       /* per option: of those that wait so many beat it */
	uint16_t *beaten_first; /* the same when all wait */
};

static bool
schulze_take(struct schulze *schulze, const struct election *election)
{
	size_t count = election->contest->options_count;

	*schulze = (struct schulze){.election = election,
				    .count = count,
				    .paths = malloc(count * count * sizeof *schulze->paths),
				    .ranking = malloc(count * sizeof *schulze->ranking),
				    .waiting = malloc(count),
				    .beats = malloc(count * count),
				    .beaten = malloc(count * sizeof *schulze->beaten),
				    .beaten_first = calloc(count, sizeof *schulze->beaten)};
	return schulze->paths != NULL && schulze->ranking != NULL && schulze->waiting != NULL &&
	       schulze->beats != NULL && schulze->beaten != NULL &&
	       schulze->beaten_first != NULL;
}

static void
schulze_free(struct schulze *schulze)
{
	free(schulze->paths);
	free(schulze->ranking);
	free(schulze->waiting);
	free(schulze->beats);
	free(schulze->beaten);
	free(schulze->beaten_first);
}

/* A victory is as strong as it has ballots; a defeat or a draw is no path. Options that do not run
 * are on no path. */
static void
paths_begin(struct schulze *schulze)
{
	const struct election *election = schulze->election;
	size_t n = schulze->count;

	for (size_t a = 0; a < n; a++) {
		for (size_t b = 0; b < n; b++) {
			uint64_t forth = election->pairs[a * n + b];
			bool wins = election->running[a] != 0 && election->running[b] != 0 &&
				    forth > election->pairs[b * n + a];

			schulze->paths[a * n + b] = wins ? forth : 0;
		}
	}
}

/* The strongest path is the one whose weakest step is strongest. */
static void
paths_widen(struct schulze *schulze)
{
	size_t n = schulze->count;

	for (size_t via = 0; via < n; via++) {
		const uint64_t *onward = &schulze->paths[via * n];

		for (size_t a = 0; a < n; a++) {
			uint64_t *path = &schulze->paths[a * n];
			uint64_t first = path[via];

			for (size_t b = 0; b < n && first > 0; b++) {
				uint64_t weakest = first < onward[b] ? first : onward[b];

				if (weakest > path[b] && a != b)
					path[b] = weakest;
			}
		}
	}
}

static uint64_t
path(const struct schulze *schulze, uint16_t from, uint16_t to)
{
	return schulze->paths[from * schulze->count + to];
}

/* One beats another to which it has the stronger path. */
static void
beaten_count(struct schulze *schulze)
{
	for (uint16_t a = 0; a < schulze->count; a++) {
		for (uint16_t b = 0; b < schulze->count; b++) {
			bool beats = path(schulze, a, b) > path(schulze, b, a);

			schulze->beats[a * schulze->count + b] = beats;
			schulze->beaten_first[b] += beats;
		}
	}
}

/* The unbeaten option that comes first in the tie order; *several if there is another one. */
static uint16_t
best_of(const struct schulze *schulze, const uint16_t *places, bool *several)
{
	uint16_t best = ELECTION_NOBODY;

	*several = false;
	for (uint16_t option = 0; option < schulze->count; option++) {
		if (schulze->waiting[option] == 0 || schulze->beaten[option] > 0)
			continue;
		*several = best != ELECTION_NOBODY;
		if (best == ELECTION_NOBODY || places[option] < places[best])
			best = option;
	}
	return best;
}

static void
leave(struct schulze *schulze, uint16_t option)
{
	const uint8_t *beats = &schulze->beats[option * schulze->count];

	schulze->waiting[option] = 0;
	for (uint16_t other = 0; other < schulze->count; other++)
		schulze->beaten[other] -= beats[other];
}

/* Makes the ranking under a tie order down to `most` options. `ties`, if not NULL, is marked for
 * those that another unbeaten one stood beside. */
static void
rank(struct schulze *schulze, const uint16_t *places, size_t most, uint8_t *ties)
{
	memcpy(schulze->waiting, schulze->election->running, schulze->count);
	memcpy(schulze->beaten, schulze->beaten_first,
	       schulze->count * sizeof *schulze->beaten);
	for (schulze->ranked = 0; schulze->ranked < most; schulze->ranked++) {
		bool several;
		uint16_t best = best_of(schulze, places, &several);

		if (best == ELECTION_NOBODY)
			return;
		leave(schulze, best);
		schulze->ranking[schulze->ranked] = best;
		if (ties != NULL)
			ties[schulze->ranked] = several;
	}
}

static void
tell(const struct schulze *schulze, const uint8_t *ties, struct election_result *result)
{
	const struct election *election = schulze->election;
	size_t seats = election->contest->outcome.seats;

	for (size_t i = 0; i < schulze->ranked; i++) {
		uint16_t option = schulze->ranking[i];
		bool last = i + 1 == schulze->ranked;
		uint16_t other = last ? ELECTION_NOBODY : schulze->ranking[i + 1];
		struct election_step step = {
		    .act = i < seats ? ELECTION_TAKEN : ELECTION_LOST,
		    .option = option,
		    .other = other,
		    .tie = ties[i] != 0,
		    .strength = last ? -1 : (int64_t)path(schulze, option, other),
		    .other_strength = last ? -1 : (int64_t)path(schulze, other, option),
		    .cost = election->contest->options[option].cost,
		    .left = -1,
		};

		election_step(result, &step);
		if (i < seats)
			election_win(result, option);
	}
	for (uint16_t i = 0; i < schulze->count; i++) {
		struct election_step step = {.act = ELECTION_WITHDRAWN,
					     .option = i,
					     .other = ELECTION_NOBODY,
					     .strength = -1,
					     .other_strength = -1,
					     .cost = election->contest->options[i].cost,
					     .left = -1};

		if (election->running[i] == 0)
			election_step(result, &step);
	}
}

/* Only who wins is asked, so the ranking is made no longer than the seats. */
static bool
ties_mark(struct schulze *schulze, struct election_result *result)
{
	static const uint16_t nudges[] = {ORDER_FRONT, ORDER_BACK};
	uint16_t *places = malloc(schulze->count * sizeof *places);

	if (places == NULL)
		return false;
	for (size_t i = 0; i < 2 * result->steps_count; i++) {
		struct election_step *step = &result->steps[i / 2];

		if (!step->tie || step->tie_mattered)
			continue;
		memcpy(places, schulze->election->order, schulze->count * sizeof *places);
		places[step->option] = nudges[i % 2];
		rank(schulze, places, result->winners_count, NULL);
		step->tie_mattered = !election_same_options(
		    result->winners, result->winners_count, schulze->ranking, schulze->ranked);
	}
	free(places);
	return true;
}

static bool
decide(struct schulze *schulze, struct election_result *result)
{
	const struct election *election = schulze->election;
	uint8_t *ties = malloc(schulze->count);

	if (ties == NULL)
		return false;
	paths_begin(schulze);
	paths_widen(schulze);
	beaten_count(schulze);
	rank(schulze, election->order, schulze->count, ties);
	tell(schulze, ties, result);
	free(ties);
	return !result->failed && (election->winners_only || ties_mark(schulze, result));
}

bool
schulze_decide(const struct election *election, struct election_result *result)
{
	struct schulze schulze;
	bool done;

	CHECK(election->pairs != NULL);
	done = schulze_take(&schulze, election) && decide(&schulze, result);
	schulze_free(&schulze);
	return done;
}
