#include "tests/lib/slowrules.h"

#include <sodium.h>
#include <string.h>

void
slow_take(struct slow_list *won, size_t option)
{
	CHECK(won->count < SLOW_OPTIONS_MAX);
	won->options[won->count++] = (uint16_t)option;
}

bool
slow_has(const struct slow_list *won, size_t option)
{
	for (size_t i = 0; i < won->count; i++)
		if (won->options[i] == option)
			return true;
	return false;
}

static const struct profile_choice *
choice_of(const struct slow *slow, size_t row, size_t option)
{
	const struct profile_row *ballot = &slow->given->votes->rows[row];

	for (size_t i = ballot->first; i < ballot->first + ballot->count; i++)
		if (slow->given->votes->choices[i].option == option)
			return &slow->given->votes->choices[i];
	return NULL;
}

int64_t
slow_value(const struct slow *slow, size_t row, size_t option)
{
	const struct profile_choice *choice = choice_of(slow, row, option);

	return choice ? choice->value : SLOW_UNNAMED;
}

void
slow_seed(const uint8_t campaign[32], struct bytes body, uint8_t seed[32])
{
	static const char words[] = "tally/draw/v1"; /* and its zero */
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)words, sizeof(words));
	crypto_hash_sha256_update(&state, campaign, 32);
	crypto_hash_sha256_update(&state, body.data, body.size);
	crypto_hash_sha256_final(&state, seed);
}

/* The i-th number of the draw of a contest. */
static uint64_t
drawn_number(const struct slow_case *given, uint64_t i)
{
	uint8_t text[32 + 2 + 8];
	uint8_t hash[32];
	uint64_t number = 0;

	memcpy(text, given->seed, 32);
	text[32] = (uint8_t)(given->contest_place / 256);
	text[33] = (uint8_t)(given->contest_place % 256);
	for (size_t at = 0; at < 8; at++)
		text[34 + at] = (uint8_t)(i >> (56 - 8 * at));
	crypto_hash_sha256(hash, text, sizeof(text));
	for (size_t at = 0; at < 8; at++)
		number = number * 256 + hash[at];
	return number;
}

static void
draw(const struct slow_case *given, uint16_t *place)
{
	size_t n = given->contest->options_count;
	uint16_t order[SLOW_OPTIONS_MAX];
	uint64_t i = 0;

	for (size_t at = 0; at < n; at++)
		order[at] = (uint16_t)at;
	for (size_t j = n - 1; j >= 1; j--) {
		uint64_t unfair = (UINT64_MAX % (j + 1) + 1) % (j + 1); /* 2^64 mod j + 1 */
		uint64_t number = drawn_number(given, i++);
		uint16_t other;

		while (number > UINT64_MAX - unfair)
			number = drawn_number(given, i++);
		other = order[j];
		order[j] = order[number % (j + 1)];
		order[number % (j + 1)] = other;
	}
	for (size_t at = 0; at < n; at++)
		place[order[at]] = (uint16_t)at;
}

/* Is `a` before `b` by cost, then as listed? */
static bool
before(const struct manifest_contest *contest, size_t a, size_t b)
{
	int64_t difference = contest->options[a].cost - contest->options[b].cost;

	if (contest->outcome.ties == MANIFEST_TIES_CHEAPER && difference != 0)
		return difference < 0;
	if (contest->outcome.ties == MANIFEST_TIES_DEARER && difference != 0)
		return difference > 0;
	return a < b;
}

void
slow_tie_order(const struct slow_case *given, uint16_t *place)
{
	const struct manifest_contest *contest = given->contest;

	if (contest->outcome.ties == MANIFEST_TIES_DRAWN) {
		draw(given, place);
		return;
	}
	for (size_t a = 0; a < contest->options_count; a++) {
		place[a] = 0;
		if (contest->outcome.ties == MANIFEST_TIES_GIVEN)
			while (contest->outcome.ties_given[place[a]] != a)
				place[a]++;
		else
			for (size_t b = 0; b < contest->options_count; b++)
				place[a] += b != a && before(contest, b, a);
	}
}

static void
count_votes(struct slow *slow)
{
	const struct profile *votes = slow->given->votes;

	for (size_t row = 0; row < votes->rows_count; row++) {
		int64_t weight = (int64_t)votes->rows[row].weight;
		int64_t named = (int64_t)votes->rows[row].count;

		slow->ballots += named > 0 ? weight : 0;
		for (size_t option = 0; option < slow->options; option++) {
			const struct profile_choice *choice = choice_of(slow, row, option);

			if (!choice)
				continue;
			slow->votes[option] += weight;
			if (slow->contest->method == MANIFEST_METHOD_RANKED)
				slow->score[option] += weight * (named - choice->value + 1);
			else
				slow->score[option] += weight * choice->value;
		}
	}
}

static void
decide_seats(const struct slow *slow, const int64_t *strength)
{
	struct slow_pool all = {.budget = 0};
	struct slow_greedy greedy = {.strength = strength};
	struct slow_list list = {.count = 0};

	for (size_t option = 0; option < slow->options; option++)
		all.has[option] = true;
	slow_greedy(slow, &all, &greedy, &list);
	for (size_t i = 0; i < list.count && i < slow->contest->outcome.seats; i++)
		slow_take(slow->won, list.options[i]);
}

struct missed {
	int option; /* -1: none */
	int64_t gap;
	int64_t left;
	bool seen;
};

static bool
may_be_topped_up(const struct slow *slow, const struct missed *missed)
{
	const struct manifest_top_up *rule = &slow->contest->outcome.top_up;

	if (missed->option < 0 || missed->seen)
		return false;
	if (rule->gap_max >= 0 && missed->gap > rule->gap_max)
		return false;
	return missed->left * 100 >=
	       slow->contest->options[missed->option].cost * rule->percent;
}

static void
top_up(const struct slow *slow, struct missed *missed, size_t count, const int64_t *strength)
{
	const struct manifest_top_up *rule = &slow->contest->outcome.top_up;
	int64_t money = rule->reserve;

	for (size_t i = 0; i < count; i++)
		if (rule->leftovers && missed[i].option < 0)
			money += missed[i].left;
	for (;;) {
		struct missed *best = NULL;

		for (size_t i = 0; i < count; i++) {
			int a = missed[i].option;
			int b = best ? best->option : -1;

			if (may_be_topped_up(slow, &missed[i]) &&
			    (!best || strength[a] > strength[b] ||
			     (strength[a] == strength[b] && slow->place[a] < slow->place[b])))
				best = &missed[i];
		}
		if (!best)
			return;
		best->seen = true;
		if (best->gap > money || slow_excluded(slow, slow->won, (size_t)best->option))
			continue;
		money -= best->gap;
		slow_take(slow->won, (size_t)best->option);
	}
}

static void
decide_pools(const struct slow *slow)
{
	const struct manifest_outcome *rule = &slow->contest->outcome;
	const int64_t *strength = rule->by_score ? slow->score : slow->votes;
	struct missed missed[SLOW_OPTIONS_MAX] = {{0}};

	for (size_t i = 0; i < rule->pools_count; i++) {
		struct slow_pool pool = {.budget = rule->pools[i].budget};
		struct slow_greedy greedy = {
		    .strength = strength,
		    .stop = rule->rule == MANIFEST_RULE_GREEDY_STOP,
		};

		for (size_t option = 0; option < slow->options; option++)
			pool.has[option] = rule->pools[i].options[option];
		if (rule->rule == MANIFEST_RULE_SHARES) {
			slow_shares(slow, &pool, slow->won);
		} else if (rule->rule == MANIFEST_RULE_PHRAGMEN) {
			slow_phragmen(slow, &pool, slow->won);
		} else {
			slow_greedy(slow, &pool, &greedy, slow->won);
			missed[i].option = greedy.missed;
			missed[i].left = greedy.left;
			if (greedy.missed >= 0)
				missed[i].gap =
				    slow->contest->options[greedy.missed].cost - greedy.left;
		}
	}
	if (rule->top_up.given)
		top_up(slow, missed, rule->pools_count, strength);
}

static void
decide(struct slow *slow)
{
	const struct manifest_outcome *rule = &slow->contest->outcome;
	int64_t zero_based[SLOW_OPTIONS_MAX];

	for (size_t option = 0; option < slow->options; option++)
		zero_based[option] = slow->score[option] - slow->votes[option];
	switch (rule->rule) {
	case MANIFEST_RULE_NONE:
		return;
	case MANIFEST_RULE_COUNT:
		decide_seats(slow, rule->by_score ? slow->score : slow->votes);
		return;
	case MANIFEST_RULE_BORDA:
		decide_seats(slow, rule->last_is_zero ? zero_based : slow->score);
		return;
	case MANIFEST_RULE_RUNOFF:
		slow_runoff(slow, slow->won);
		return;
	case MANIFEST_RULE_SCHULZE:
		slow_schulze(slow, slow->won);
		return;
	case MANIFEST_RULE_GREEDY_SKIP:
	case MANIFEST_RULE_GREEDY_STOP:
	case MANIFEST_RULE_SHARES:
	case MANIFEST_RULE_PHRAGMEN:
		decide_pools(slow);
		return;
	}
}

void
slow_decide(const struct slow_case *given, struct slow_list *won)
{
	struct slow slow = {
	    .given = given,
	    .contest = given->contest,
	    .options = given->contest->options_count,
	    .won = won,
	};

	CHECK(slow.options <= SLOW_OPTIONS_MAX);
	won->count = 0;
	slow_tie_order(given, slow.place);
	for (size_t option = 0; option < slow.options; option++)
		slow.runs[option] =
		    !given->withdrawn[option] && !given->contest->outcome.left_out[option];
	count_votes(&slow);
	decide(&slow);
}
