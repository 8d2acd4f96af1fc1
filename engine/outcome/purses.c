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
	purses->money = calloc(election->profile->rows_count + 1, sizeof *purses->money);
	purses->price_of = calloc(options_count + 1, sizeof *purses->price_of);
	purses->live = calloc(purses->support.first[options_count] + 1, sizeof *purses->live);
	purses->live_count = calloc(options_count + 1, sizeof *purses->live_count);
	purses->paid = calloc(options_count + 1, sizeof *purses->paid);
	if (!purses->money || !purses->price_of || !purses->live || !purses->live_count ||
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
	free(purses->money);
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
	for (size_t k = 0; k < profile->rows_count; k++)
		purses->money[k] = endowment > 0 ? (int64_t)endowment : -1;
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

/* price * value, or more than anybody has. */
static uint64_t
due_of(uint64_t price, int32_t value)
{
	uint64_t due;

	return __builtin_mul_overflow(price, (uint64_t)value, &due) ? UINT64_MAX : due;
}

/* Without branches on what a voter has: a processor cannot foresee it. */
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
		int64_t money = purses->money[supporter.row];
		bool live = money >= 0;
		bool pays = live && due_of(price, supporter.value) < (uint64_t)money;
		uint64_t weight = live ? supporter.weight : 0;
		uint64_t poor = pays ? 0 : weight;

		to[kept] = supporter;
		kept += live;
		split.weight += weight;
		split.poor_weight += poor;
		split.poor += (purses_wide)(uint64_t)money * poor;
		split.paying += (weight - poor) * (uint64_t)supporter.value;
	}
	purses->live_count[option] = kept;
	return split;
}

/* One voter's money, over the denominator of the prices. */
static void
money_of(const struct purses *purses, uint32_t row, mpz_t out)
{
	const struct support *support = &purses->support;

	mpz_set(out, purses->prices.endowment);
	for (size_t k = support->row_first[row]; k < support->row_first[row + 1]; k++) {
		uint16_t price = purses->price_of[support->row_options[k]];

		if (price != ELECTION_NOBODY)
			mpz_submul_ui(out, purses->prices.price[price],
				      (unsigned long)support_value(support, k));
	}
}

static void
add_paid(struct purses *purses, const struct supporter *supporter)
{
	const struct support *support = &purses->support;
	uint32_t end = support->row_first[supporter->row + 1];

	for (size_t k = support->row_first[supporter->row]; k < end; k++) {
		uint16_t price = purses->price_of[support->row_options[k]];
		int32_t value = support->row_values ? support->row_values[k] : 1;

		if (price != ELECTION_NOBODY)
			purses->paid[price] += supporter->weight * (uint64_t)value;
	}
}

/* What the money as it is known says: 1 poor at a price of at least `low`, -1 not poor at one of at
 * most `high`, 0 it does not say. */
static int
known_poor(const struct purses *purses, int64_t money, int32_t value, uint64_t low,
	   uint64_t high)
{
	bool poor = (uint64_t)money + purses->error < due_of(low, value);
	uint64_t due = due_of(high, value);
	bool rich = due < PURSES_MONEY_MAX && (uint64_t)money > due + purses->error;

	return poor - rich;
}

/* Has a supporter at most price * value? The price lies in [floor, floor + 1] / 2^scale, or below
 * 0 with a floor of 0. */
static bool
is_poor(struct purses *purses, const struct supporter *supporter,
	const struct purses_price *price, uint64_t floor)
{
	int known = known_poor(purses, purses->money[supporter->row], supporter->value, floor,
			       floor + 1);

	if (known != 0)
		return known > 0;
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

/* What the poor of a split have paid before is in purses->paid. */
static void
split_add(struct purses *purses, struct purses_split *split, const struct supporter *supporter,
	  bool poor)
{
	split->weight += supporter->weight;
	if (poor) {
		split->poor_weight += supporter->weight;
		add_paid(purses, supporter);
	} else {
		split->paying += supporter->weight * (uint64_t)supporter->value;
	}
}

static struct purses_split
split_exactly(struct purses *purses, uint16_t option, const struct purses_price *price)
{
	struct purses_split split = {0};
	uint64_t floor = floor_of(purses, price);
	size_t count;
	const struct supporter *from = supporters(purses, option, &count);

	memset(purses->paid, 0, purses->prices.count * sizeof *purses->paid);
	for (size_t k = 0; k < count; k++) {
		if (purses->money[from[k].row] >= 0)
			split_add(purses, &split, &from[k],
				  is_poor(purses, &from[k], price, floor));
	}
	return split;
}

/* By the money as it is known, somewhere in [low, high]. *sure: it is the same all over. */
static struct purses_split
split_between(struct purses *purses, uint16_t option, uint64_t low, uint64_t high, bool *sure)
{
	struct purses_split split = {0};
	bool unknown = false;
	size_t count;
	const struct supporter *from = supporters(purses, option, &count);

	memset(purses->paid, 0, purses->prices.count * sizeof *purses->paid);
	for (size_t k = 0; k < count; k++) {
		int64_t money = purses->money[from[k].row];
		int known = known_poor(purses, money, from[k].value, low, high);

		unknown |= money >= 0 && known == 0;
		if (money >= 0)
			split_add(purses, &split, &from[k], known > 0);
	}
	*sure = !unknown;
	return split;
}

void
purses_money(struct purses *purses, uint16_t option, mpz_t out)
{
	bool sure;
	struct purses_split split =
	    split_between(purses, option, 2 * PURSES_MONEY_MAX, 2 * PURSES_MONEY_MAX, &sure);

	CHECK(sure);
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
static void
raise_price(struct purses *purses, uint16_t option, int64_t cost, struct purses_price *out)
{
	struct purses_price next;
	bool risen = true;

	mpz_init(next.number);
	while (risen) {
		struct purses_split split = split_exactly(purses, option, out);

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
purses_price(struct purses *purses, uint16_t option, int64_t cost, uint64_t low, uint64_t high,
	     struct purses_price *out)
{
	bool sure;
	struct purses_split split = split_between(purses, option, low, high, &sure);

	if (!price_of_split(purses, &split, cost, out)) {
		split = split_between(purses, option, 0, high, &sure);
		sure = false;
		CHECK(price_of_split(purses, &split, cost, out));
	}
	if (!sure)
		raise_price(purses, option, cost, out);
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
	uint64_t weight = 0;

	for (size_t k = 0; k < count; k++) {
		int64_t *money = &purses->money[from[k].row];
		bool poor;
		int64_t due;

		if (*money < 0)
			continue;
		poor = is_poor(purses, &from[k], price, floor);
		due = poor ? *money : (int64_t)(floor * (uint64_t)from[k].value);
		CHECK(*money >= due);
		paid += (purses_wide)(uint64_t)due * from[k].weight;
		weight += from[k].weight;
		*money = poor ? -1 : *money - due;
	}
	CHECK(paid <= wanted + (purses_wide)purses->error * weight);
	CHECK(wanted <= paid + (purses_wide)purses->error * weight);
	purses->price_of[option] = (uint16_t)purses->prices.count;
	prices_add(&purses->prices, price->number, price->parts);
}
