#include "outcome/order.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct lot {
	const uint8_t *seed;
	uint16_t contest;
	uint64_t drawn;
};

static uint64_t
lot_draw(struct lot *lot)
{
	uint8_t bytes[TALLY_HASH_SIZE + 2 + 8];
	uint8_t hash[TALLY_HASH_SIZE];

	memcpy(bytes, lot->seed, TALLY_HASH_SIZE);
	be16_store(bytes + TALLY_HASH_SIZE, lot->contest);
	be64_store(bytes + TALLY_HASH_SIZE + 2, lot->drawn++);
	crypto_hash_sha256(hash, bytes, sizeof bytes);
	return be64_load(hash);
}

/* Uniform in [0, below): numbers of the last, incomplete stretch are not used. */
static uint64_t
lot_below(struct lot *lot, uint64_t below)
{
	uint64_t over = (UINT64_MAX % below + 1) % below; /* 2^64 mod below */
	uint64_t number = lot_draw(lot);

	while (over != 0 && number >= UINT64_MAX - over + 1)
		number = lot_draw(lot);
	return number % below;
}

/* options[place] in the order drawn. */
static void
shuffle(const uint8_t *seed, size_t contest, uint16_t *options, size_t count)
{
	struct lot lot = {seed, (uint16_t)contest, 0};

	for (size_t j = count - 1; j > 0; j--) {
		size_t with = (size_t)lot_below(&lot, j + 1);
		uint16_t option = options[j];

		options[j] = options[with];
		options[with] = option;
	}
}

static bool
dearer(const struct manifest_contest *contest, uint16_t a, uint16_t b)
{
	return contest->options[a].cost > contest->options[b].cost;
}

/* Stable, so that equal ones stay as listed. */
static void
by_cost(const struct manifest_contest *contest, bool cheaper_first, uint16_t *options)
{
	for (size_t i = 1; i < contest->options_count; i++) {
		uint16_t option = options[i];
		size_t at = i;

		for (; at > 0; at--) {
			uint16_t before = options[at - 1];

			if (cheaper_first ? !dearer(contest, before, option)
					  : !dearer(contest, option, before))
				break;
			options[at] = before;
		}
		options[at] = option;
	}
}

bool
order_make(const struct manifest *manifest, size_t contest_place, const struct law *law,
	   uint16_t *places)
{
	const struct manifest_contest *contest = &manifest->contests[contest_place];
	const struct manifest_outcome *outcome = &contest->outcome;
	uint16_t options[contest_options_max];

	CHECK(contest->options_count <= contest_options_max);
	for (uint16_t i = 0; i < contest->options_count; i++)
		options[i] = outcome->ties == MANIFEST_TIES_GIVEN ? outcome->ties_given[i] : i;
	if (outcome->ties == MANIFEST_TIES_CHEAPER || outcome->ties == MANIFEST_TIES_DEARER)
		by_cost(contest, outcome->ties == MANIFEST_TIES_CHEAPER, options);
	if (outcome->ties == MANIFEST_TIES_DRAWN) {
		if (law == NULL || law->draw_missing)
			return false;
		shuffle(law->draw, contest_place, options, contest->options_count);
	}
	for (size_t i = 0; i < contest->options_count; i++)
		places[options[i]] = (uint16_t)(i + 1);
	return true;
}

static bool
comes_before(const int64_t *strength, const uint16_t *places, uint16_t a, uint16_t b)
{
	if (strength[a] != strength[b])
		return strength[a] > strength[b];
	return places[a] < places[b];
}

/* Runs of one, two, four, ... options are merged, back and forth between two lists. */
bool
order_sort(uint16_t *options, size_t count, const int64_t *strength, const uint16_t *places)
{
	uint16_t *spare = malloc((count + 1) * sizeof *spare);
	uint16_t *from = options;
	uint16_t *to = spare;

	if (spare == NULL)
		return false;
	for (size_t run = 1; run < count; run *= 2) {
		uint16_t *swap = from;

		for (size_t i = 0, low = 0; low < count; low += 2 * run) {
			size_t middle = low + run < count ? low + run : count;
			size_t high = middle + run < count ? middle + run : count;
			size_t left = low;
			size_t right = middle;

			while (i < high) {
				bool take_left =
				    left < middle &&
				    (right == high ||
				     !comes_before(strength, places, from[right], from[left]));

				to[i++] = take_left ? from[left++] : from[right++];
			}
		}
		from = to;
		to = swap;
	}
	if (from != options)
		memcpy(options, from, count * sizeof *options);
	free(spare);
	return true;
}
