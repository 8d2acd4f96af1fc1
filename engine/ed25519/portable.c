#include "ed25519/portable.h"

#include <string.h>

#include "ed25519/point.h"
#include "ed25519/scalar.h"

/* What is added to the sum, one for each row of the two tables, and in what sign. */
struct steps {
	const uint8_t *entries[2 * KEYTABLE_ROWS_MAX + PORTABLE_AHEAD];
	uint8_t negative[2 * KEYTABLE_ROWS_MAX];
	size_t count;
};

static void
steps_append(struct steps *steps, const struct keytable *table,
	     const uint8_t scalar[SCALAR_SIZE])
{
	const size_t row_size = keytable_entries(table->window) * KEYTABLE_ENTRY_SIZE;
	const uint8_t *row = table->entries;
	int16_t digits[KEYTABLE_ROWS_MAX];

	scalar_digits(digits, scalar, table->window, table->rows);
	for (unsigned i = 0; i < table->rows; i++, row += row_size) {
		const unsigned negative = digits[i] < 0;
		const int magnitude = negative ? -digits[i] : digits[i];

		steps->negative[steps->count] = (uint8_t)negative;
		steps->entries[steps->count++] = row + magnitude * KEYTABLE_ENTRY_SIZE;
	}
}

static void
fetch(const uint8_t *entry)
{
	__builtin_prefetch(entry);
	__builtin_prefetch(entry + KEYTABLE_ENTRY_SIZE - 1);
}

/* Fetching ends on the last entry, time and again: no condition in the loop. */
static struct point
steps_sum(struct steps *steps)
{
	struct point sum = point_identity();

	for (size_t i = 0; i < PORTABLE_AHEAD; i++) {
		steps->entries[steps->count + i] = steps->entries[steps->count - 1];
		fetch(steps->entries[i]);
	}
	for (size_t i = 0; i < steps->count; i++) {
		fetch(steps->entries[i + PORTABLE_AHEAD]);
		sum = point_add_entry(&sum, steps->entries[i], steps->negative[i]);
	}
	return sum;
}

/* [S]B - [k]A */
static struct point
expected_point(const struct keytable *base, const struct ed25519_item *item)
{
	uint8_t k[SCALAR_SIZE];
	struct steps steps;

	steps.count = 0;
	scalar_challenge(k, item->signature, item->key->key, item->message);
	steps_append(&steps, base, item->signature + FIELD_SIZE);
	steps_append(&steps, item->key, k);
	return steps_sum(&steps);
}

static void
batch(const struct keytable *base, struct ed25519_item *items, size_t count)
{
	struct point points[ED25519_BATCH_MAX];
	struct field before[ED25519_BATCH_MAX], product = field_one, inverse;
	uint8_t encoded[FIELD_SIZE];

	for (size_t i = 0; i < count; i++) {
		const uint8_t *signature = items[i].signature;

		items[i].genuine = scalar_is_canonical(signature + FIELD_SIZE) &&
				   !point_small_order(signature);
		points[i] =
		    items[i].genuine ? expected_point(base, &items[i]) : point_identity();
		before[i] = product;
		product = field_mul(&product, &points[i].z);
	}
	inverse = field_invert(&product);
	for (size_t i = count; i-- > 0;) {
		product = field_mul(&inverse, &before[i]);
		inverse = field_mul(&inverse, &points[i].z);
		point_encode(encoded, &points[i], &product);
		items[i].genuine =
		    items[i].genuine && memcmp(encoded, items[i].signature, FIELD_SIZE) == 0;
	}
}

void
ed25519_portable(const struct keytable *base, struct ed25519_item *items, size_t count)
{
	for (size_t done = 0; done < count; done += ED25519_BATCH_MAX) {
		const size_t left = count - done;

		batch(base, items + done, left < ED25519_BATCH_MAX ? left : ED25519_BATCH_MAX);
	}
}
