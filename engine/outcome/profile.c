#include "outcome/profile.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	slots_first = 1024, /* a power of two */
	list_first = 256
};

/* An open table of rows by their choices: row + 1, or 0 in a free slot. */
struct profile_index {
	size_t slots_count; /* a power of two, at least twice the rows */
	size_t *slots;
	size_t rows_capacity;
	size_t choices_capacity;
};

void
profile_init(struct profile *profile)
{
	*profile = (struct profile){0};
}

static void
index_free(struct profile *profile)
{
	if (profile->index != NULL)
		free(profile->index->slots);
	free(profile->index);
	profile->index = NULL;
}

void
profile_free(struct profile *profile)
{
	index_free(profile);
	free(profile->rows);
	free(profile->choices);
	profile_init(profile);
}

/* Strangers choose what is hashed: a hash in which they cannot collide rows cheaply. */
static size_t
hash_of(const struct profile_choice *choices, size_t count)
{
	_Static_assert(BALLOT_CHOICE_SIZE == 6, "u16 and i32");
	crypto_generichash_state state;
	uint8_t digest[crypto_generichash_BYTES_MIN];
	uint8_t bytes[BALLOT_CHOICE_SIZE];

	crypto_generichash_init(&state, NULL, 0, sizeof digest);
	for (size_t i = 0; i < count; i++) {
		be16_store(bytes, choices[i].option);
		be32_store(bytes + 2, (uint32_t)choices[i].value);
		crypto_generichash_update(&state, bytes, sizeof bytes);
	}
	crypto_generichash_final(&state, digest, sizeof digest);
	return (size_t)be64_load(digest);
}

static int
choices_compare(const struct profile_choice *a, size_t a_count, const struct profile_choice *b,
		size_t b_count)
{
	for (size_t i = 0; i < a_count && i < b_count; i++) {
		if (a[i].option != b[i].option)
			return a[i].option < b[i].option ? -1 : 1;
		if (a[i].value != b[i].value)
			return a[i].value < b[i].value ? -1 : 1;
	}
	return a_count == b_count ? 0 : a_count < b_count ? -1 : 1;
}

static int
rows_compare(const struct profile *profile, const struct profile_row *a,
	     const struct profile_row *b)
{
	return choices_compare(&profile->choices[a->first], a->count,
			       &profile->choices[b->first], b->count);
}

/* The slot of the row with these choices, or the free one where it belongs. */
static size_t *
slot_of(const struct profile *profile, const struct profile_choice *choices, size_t count)
{
	const struct profile_index *index = profile->index;
	size_t at = hash_of(choices, count) & (index->slots_count - 1);

	while (index->slots[at] != 0) {
		const struct profile_row *row = &profile->rows[index->slots[at] - 1];

		if (choices_compare(&profile->choices[row->first], row->count, choices,
				    count) == 0)
			break;
		at = (at + 1) & (index->slots_count - 1);
	}
	return &index->slots[at];
}

/* Doubles the table; the rows find their slots anew. */
static bool
index_grow(struct profile *profile)
{
	struct profile_index *index = profile->index;
	size_t count = index->slots_count == 0 ? slots_first : 2 * index->slots_count;
	size_t *slots = calloc(count, sizeof *slots);

	if (slots == NULL)
		return false;
	free(index->slots);
	index->slots = slots;
	index->slots_count = count;
	for (size_t i = 0; i < profile->rows_count; i++) {
		const struct profile_row *row = &profile->rows[i];

		*slot_of(profile, &profile->choices[row->first], row->count) = i + 1;
	}
	return true;
}

/* `list` with room for `more` behind `count`; NULL, and `list` as it was, if there is none. */
static void *
list_grow(void *list, size_t count, size_t more, size_t *capacity, size_t size)
{
	size_t wanted = *capacity == 0 ? list_first : *capacity;
	void *grown;

	while (wanted - count < more)
		wanted *= 2;
	if (wanted == *capacity)
		return list;
	grown = realloc(list, wanted * size);
	if (grown != NULL)
		*capacity = wanted;
	return grown;
}

/* Room for one more row of so many choices. */
static bool
make_room(struct profile *profile, size_t count)
{
	struct profile_index *index = profile->index;
	void *rows;
	void *choices;

	if (index == NULL)
		profile->index = index = calloc(1, sizeof *index);
	if (index == NULL)
		return false;
	if (2 * (profile->rows_count + 1) > index->slots_count && !index_grow(profile))
		return false;
	rows = list_grow(profile->rows, profile->rows_count, 1, &index->rows_capacity,
			 sizeof *profile->rows);
	if (rows == NULL)
		return false;
	profile->rows = rows;
	choices = list_grow(profile->choices, profile->choices_count, count,
			    &index->choices_capacity, sizeof *profile->choices);
	if (choices == NULL)
		return false;
	profile->choices = choices;
	return true;
}

bool
profile_add(struct profile *profile, const struct ballot_choices *choices)
{
	struct profile_choice *added;
	size_t *slot;

	if (choices->blank || choices->count == 0)
		return true;
	if (!make_room(profile, choices->count))
		return false;
	added = &profile->choices[profile->choices_count];
	for (size_t i = 0; i < choices->count; i++) {
		struct ballot_choice choice = ballot_choice_at(choices, i);

		added[i] = (struct profile_choice){choice.option, choice.value};
	}
	profile->ballots++;
	slot = slot_of(profile, added, choices->count);
	if (*slot != 0) {
		profile->rows[*slot - 1].weight++;
		return true;
	}
	profile->rows[profile->rows_count++] = (struct profile_row){
	    .weight = 1, .first = profile->choices_count, .count = choices->count};
	profile->choices_count += choices->count;
	*slot = profile->rows_count;
	return true;
}

/* Merges two ordered runs next to each other: from[low, middle) and from[middle, high). */
static void
merge(const struct profile *profile, const struct profile_row *from, struct profile_row *to,
      size_t low, size_t middle, size_t high)
{
	size_t left = low;
	size_t right = middle;

	for (size_t i = low; i < high; i++) {
		if (left < middle &&
		    (right == high || rows_compare(profile, &from[left], &from[right]) < 0))
			to[i] = from[left++];
		else
			to[i] = from[right++];
	}
}

bool
profile_settle(struct profile *profile)
{
	size_t count = profile->rows_count;
	struct profile_row *from = profile->rows;
	struct profile_row *to = count == 0 ? NULL : malloc(count * sizeof *to);

	index_free(profile);
	if (count == 0)
		return true;
	if (to == NULL)
		return false;
	for (size_t run = 1; run < count; run *= 2) {
		struct profile_row *swap = from;

		for (size_t low = 0; low < count; low += 2 * run) {
			size_t middle = low + run < count ? low + run : count;
			size_t high = middle + run < count ? middle + run : count;

			merge(profile, from, to, low, middle, high);
		}
		from = to;
		to = swap;
	}
	profile->rows = from;
	free(to);
	return true;
}
