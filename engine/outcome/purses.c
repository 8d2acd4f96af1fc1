#include "outcome/purses.h"

#include <stdlib.h>
#include <string.h>

bool
purses_make(struct purses *purses, const struct election *election, bool by_value)
{
	size_t options_count = election->contest->options_count;

	*purses = (struct purses){.election = election};
	mpz_inits(purses->have, purses->due, NULL);
	if (!support_make(&purses->support, election, by_value) ||
	    !prices_init(&purses->prices, options_count)) {
		purses_free(purses);
		return false;
	}
	purses->purses = calloc(election->profile->rows_count + 1, sizeof *purses->purses);
	purses->price_of = calloc(options_count + 1, sizeof *purses->price_of);
	purses->live = calloc(purses->support.first[options_count] + 1, sizeof *purses->live);
	purses->live_count = calloc(options_count + 1, sizeof *purses->live_count);
	purses->paid = calloc(options_count + 1, sizeof *purses->paid);
	if (!purses->purses || !purses->price_of || !purses->live || !purses->live_count ||
	    !purses->paid) {
		purses_free(purses);
		return false;
	}
	return true;
}

void
purses_free(struct purses *purses)
{
	support_free(&purses->support);
	prices_free(&purses->prices);
	free(purses->purses);
	free(purses->price_of);
	free(purses->live);
	free(purses->live_count);
	free(purses->paid);
	mpz_clears(purses->have, purses->due, NULL);
	*purses = (struct purses){0};
}

/* The largest scale at which an endowment is below PURSES_MONEY_MAX. What is kept is wrong by the
 * endowment's part below 1 and, for each price paid, by value times its part below 1. */
static void
set_scale(struct purses *purses, const mpz_t total)
{
	size_t total_bits = mpz_sizeinbase(total, 2);
	size_t ballots_bits = 0;

	for (uint64_t rest = purses->election->ballots; rest > 0; rest >>= 1)
		ballots_bits++;
	CHECK(total_bits <= 61 + ballots_bits);
	purses->scale = (unsigned)(61 + ballots_bits - total_bits);
	purses->error = 1;
	for (size_t k = 0; k < purses->support.options_count; k++)
		purses->error += (uint64_t)purses->support.most[k];
}

void
purses_begin(struct purses *purses, const mpz_t total)
{
	const struct profile *profile = purses->election->profile;
	uint64_t endowment;

	prices_begin(&purses->prices, total, purses->election->ballots);
	set_scale(purses, total);
	mpz_mul_2exp(purses->have, total, purses->scale);
	mpz_fdiv_q_ui(purses->have, purses->have, purses->election->ballots);
	endowment = mpz_get_ui(purses->have);
	CHECK(endowment < PURSES_MONEY_MAX);
	for (size_t k = 0; k < profile->rows_count; k++) {
		purses->purses[k].money = endowment > 0 ? (int64_t)endowment : -1;
		purses->purses[k].weight = profile->rows[k].weight;
	}
	for (size_t k = 0; k < purses->support.options_count; k++) {
		purses->price_of[k] = ELECTION_NOBODY;
		purses->live_count[k] = SIZE_MAX;
	}
}

/* Those of an option's supporters who may have anything left. */
static const struct supporter *
supporters(const struct purses *purses, uint16_t option, size_t *count)
{
	size_t first = purses->support.first[option];

	if (purses->live_count[option] != SIZE_MAX) {
		*count = purses->live_count[option];
		return purses->live + first;
	}
	*count = purses->support.first[option + 1] - first;
	return purses->support.supporters + first;
}

struct purses_split
purses_split(struct purses *purses, uint16_t option, uint64_t price)
{
	struct purses_split split = {0};
	size_t count;
	size_t kept = 0;
	const struct supporter *from = supporters(purses, option, &count);
	struct supporter *to = purses->live + purses->support.first[option];

	for (size_t k = 0; k < count; k++) {
		struct supporter supporter = from[k];
		const struct purse *purse = &purses->purses[supporter.row];

		if (purse->money < 0)
			continue;
		to[kept++] = supporter;
		split.weight += purse->weight;
		if ((purses_wide)price * (uint64_t)supporter.value < (uint64_t)purse->money) {
			split.paying += purse->weight * (uint64_t)supporter.value;
		} else {
			split.poor_weight += purse->weight;
			split.poor += (purses_wide)(uint64_t)purse->money * purse->weight;
		}
	}
	purses->live_count[option] = kept;
	return split;
}

/* One voter's money, over the denominator of the prices. */
static void
money_of(const struct purses *purses, uint32_t row, mpz_t out)
{
	const struct profile *profile = purses->election->profile;
	const struct profile_row *line = &profile->rows[row];

	mpz_set(out, purses->prices.endowment);
	for (size_t k = line->first; k < line->first + line->count; k++) {
		const struct profile_choice *choice = &profile->choices[k];
		uint16_t price = purses->price_of[choice->option];

		if (price != ELECTION_NOBODY)
			mpz_submul_ui(out, purses->prices.price[price],
				      (unsigned long)support_value(&purses->support, choice));
	}
}

static void
add_paid(struct purses *purses, uint32_t row)
{
	const struct profile *profile = purses->election->profile;
	const struct profile_row *line = &profile->rows[row];

	for (size_t k = line->first; k < line->first + line->count; k++) {
		const struct profile_choice *choice = &profile->choices[k];
		uint16_t price = purses->price_of[choice->option];

		if (price != ELECTION_NOBODY)
			purses->paid[price] +=
			    line->weight * (uint64_t)support_value(&purses->support, choice);
	}
}

/* Has a supporter at most price * value? The price lies in [floor, floor + 1] / 2^scale, or below
 * 0 with a floor of 0. */
static bool
is_poor(struct purses *purses, const struct supporter *supporter,
	const struct purses_price *price, uint64_t floor)
{
	purses_wide money = (uint64_t)purses->purses[supporter->row].money;
	purses_wide least = (purses_wide)floor * (uint64_t)supporter->value;

	if (money + purses->error < least)
		return true;
	if (money > least + (uint64_t)supporter->value + purses->error)
		return false;
	money_of(purses, supporter->row, purses->have);
	mpz_mul_ui(purses->have, purses->have, price->parts);
	mpz_mul_ui(purses->due, price->number, (unsigned long)supporter->value);
	return mpz_cmp(purses->have, purses->due) <= 0;
}

static uint64_t
floor_of(struct purses *purses, const struct purses_price *price)
{
	if (mpz_sgn(price->number) < 0)
		return 0;
	mpz_mul_2exp(purses->have, price->number, purses->scale);
	mpz_mul_ui(purses->due, purses->prices.denominator, price->parts);
	mpz_fdiv_q(purses->have, purses->have, purses->due);
	return mpz_cmp_ui(purses->have, PURSES_MONEY_MAX) < 0 ? mpz_get_ui(purses->have)
							      : PURSES_MONEY_MAX;
}

/* Splits at that price, or, if it is NULL, at `floor` by the money as it is known. Leaves in
 * purses->paid what the poor have paid before. */
static struct purses_split
split_exactly(struct purses *purses, uint16_t option, const struct purses_price *price,
	      uint64_t floor)
{
	struct purses_split split = {0};
	size_t count;
	const struct supporter *from = supporters(purses, option, &count);

	memset(purses->paid, 0, purses->prices.count * sizeof *purses->paid);
	for (size_t k = 0; k < count; k++) {
		const struct purse *purse = &purses->purses[from[k].row];
		bool poor;

		if (purse->money < 0)
			continue;
		if (price)
			poor = is_poor(purses, &from[k], price, floor);
		else
			poor = (purses_wide)floor * (uint64_t)from[k].value >
			       (uint64_t)purse->money;
		split.weight += purse->weight;
		if (poor) {
			split.poor_weight += purse->weight;
			add_paid(purses, from[k].row);
		} else {
			split.paying += purse->weight * (uint64_t)from[k].value;
		}
	}
	return split;
}

void
purses_money(struct purses *purses, uint16_t option, mpz_t out)
{
	struct purses_split split = split_exactly(purses, option, NULL, 2 * PURSES_MONEY_MAX);

	CHECK(split.paying == 0);
	prices_left(&purses->prices, out, split.poor_weight, purses->paid);
}

/* The price at which the poor of a split give all they have and the others pay the rest; false if
 * there are no others. Whatever the split, that is at most the true price: at a price nobody pays
 * more than what it has, nor more than price * value. */
static bool
price_of_split(struct purses *purses, const struct purses_split *split, int64_t cost,
	       struct purses_price *out)
{
	if (split->paying == 0)
		return false;
	prices_left(&purses->prices, purses->have, split->poor_weight, purses->paid);
	mpz_mul_ui(out->number, purses->prices.denominator, (unsigned long)cost);
	mpz_sub(out->number, out->number, purses->have);
	out->parts = split->paying;
	return true;
}

/* The true price, and no smaller one, is the price of its own split. */
void
purses_price(struct purses *purses, uint16_t option, int64_t cost, uint64_t low,
	     struct purses_price *out)
{
	struct purses_price next;
	struct purses_split split = split_exactly(purses, option, NULL, low);
	bool risen = true;

	if (!price_of_split(purses, &split, cost, out)) {
		split = split_exactly(purses, option, NULL, 0);
		CHECK(price_of_split(purses, &split, cost, out));
	}
	mpz_init(next.number);
	while (risen) {
		split = split_exactly(purses, option, out, floor_of(purses, out));
		if (!price_of_split(purses, &split, cost, &next))
			break; /* all of them give all they have */
		mpz_mul_ui(purses->have, next.number, out->parts);
		mpz_mul_ui(purses->due, out->number, next.parts);
		risen = mpz_cmp(purses->have, purses->due) > 0;
		CHECK(mpz_cmp(purses->have, purses->due) >= 0);
		mpz_set(out->number, next.number);
		out->parts = next.parts;
	}
	mpz_clear(next.number);
}

void
purses_pay(struct purses *purses, uint16_t option, int64_t cost,
	   const struct purses_price *price)
{
	size_t count;
	const struct supporter *from = supporters(purses, option, &count);
	uint64_t floor = floor_of(purses, price);
	purses_wide wanted = (purses_wide)(uint64_t)cost << purses->scale;
	purses_wide paid = 0;
	purses_wide slack = 0;

	for (size_t k = 0; k < count; k++) {
		struct purse *purse = &purses->purses[from[k].row];
		int64_t due;

		if (purse->money < 0)
			continue;
		slack += (purses_wide)purses->error * purse->weight;
		if (is_poor(purses, &from[k], price, floor)) {
			paid += (purses_wide)(uint64_t)purse->money * purse->weight;
			purse->money = -1;
			continue;
		}
		due = (int64_t)(floor * (uint64_t)from[k].value);
		CHECK(purse->money >= due);
		purse->money -= due;
		paid += (purses_wide)(uint64_t)due * purse->weight;
	}
	CHECK(paid <= wanted + slack);
	CHECK(wanted <= paid + slack);
	purses->price_of[option] = (uint16_t)purses->prices.count;
	prices_add(&purses->prices, price->number, price->parts);
}
