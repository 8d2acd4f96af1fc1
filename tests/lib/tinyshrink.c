#include "tests/lib/tinyelection.h"

/* Keeps the change if they still disagree. */
static bool
try_change(struct tiny_election *election, const struct tiny_election *changed)
{
	if (memcmp(election, changed, sizeof(*election)) == 0 || tiny_agree(changed))
		return false;
	*election = *changed;
	return true;
}

static void
drop_ballot(struct tiny_election *election, size_t ballot)
{
	election->ballots_count--;
	memcpy(election->value[ballot], election->value[election->ballots_count],
	       sizeof(election->value[ballot]));
}

/* The last option goes: its place in rankings is closed up. */
static void
drop_last_option(struct tiny_election *election)
{
	size_t last = --election->options_count;
	size_t kept = 0;

	for (size_t i = 0; i < election->ballots_count; i++)
		for (size_t j = 0; j < last; j++)
			if (election->method == MANIFEST_METHOD_RANKED &&
			    election->value[i][last] != TINY_UNNAMED &&
			    election->value[i][j] > election->value[i][last])
				election->value[i][j]--;
	for (size_t i = 0; i <= last; i++)
		if (election->ties[i] != last)
			election->ties[kept++] = election->ties[i];
	if (election->outcome.seats > last)
		election->outcome.seats = (uint32_t)last;
}

static bool
shrink_numbers(struct tiny_election *election)
{
	struct tiny_election next = *election;
	bool changed = false;

#define TRY(change) \
	do { \
		next = *election; \
		change; \
		changed |= try_change(election, &next); \
	} while (0)
	for (size_t i = 0; i < election->options_count; i++) {
		TRY(next.cost[i] = 0);
		TRY(next.cost[i] /= 2);
		TRY(next.cost[i] -= next.cost[i] > 0);
		TRY(next.withdrawn[i] = 0);
		TRY(next.left_out[i] = 0);
		TRY(next.pool[i] = 0);
	}
	for (size_t i = 0; i < TINY_POOLS_MAX; i++) {
		TRY(next.budget[i] = 0);
		TRY(next.budget[i] -= next.budget[i] > 0);
	}
	TRY(next.outcome.ties = MANIFEST_TIES_LISTED);
	TRY(next.outcome.top_up.given = false);
	TRY(next.outcome.top_up.leftovers = false);
	TRY(next.outcome.top_up.percent = 0);
	TRY(next.outcome.top_up.gap_max = -1);
	TRY(next.outcome.exclusions_count = 0);
	TRY(next.outcome.threshold = 0);
	TRY(next.outcome.threshold_percent = 0);
	TRY(next.outcome.utilitarian = false);
	TRY(next.outcome.comparison = false);
	TRY(next.outcome.add1 = MANIFEST_ADD1_NONE);
	TRY(next.outcome.add1_step = 1);
	TRY(next.outcome.seats = 1);
#undef TRY
	return changed;
}

static bool
shrink_ballots(struct tiny_election *election)
{
	struct tiny_election next;
	bool changed = false;

	for (size_t i = election->ballots_count; i-- > 0;) {
		next = *election;
		drop_ballot(&next, i);
		changed |= try_change(election, &next);
	}
	for (size_t i = 0; i < election->ballots_count; i++)
		for (size_t j = 0; j < election->options_count; j++) {
			next = *election;
			if (election->method != MANIFEST_METHOD_RANKED)
				next.value[i][j] = TINY_UNNAMED;
			changed |= try_change(election, &next);
		}
	return changed;
}

void
tiny_shrink(struct tiny_election *election)
{
	bool changed = true;

	while (changed) {
		struct tiny_election next = *election;

		changed = shrink_ballots(election);
		changed |= shrink_numbers(election);
		next = *election;
		if (election->options_count > 1) {
			drop_last_option(&next);
			changed |= try_change(election, &next);
		}
	}
}
