#include "ed25519/steps.h"

#include "ed25519/scalar.h"

static void
append(struct steps *steps, const struct keytable *table, const uint8_t scalar[SCALAR_SIZE])
{
	const size_t row_size = keytable_entries(table->window) * KEYTABLE_ENTRY_SIZE;
	const uint8_t *row = table->entries;
	int16_t digits[KEYTABLE_ROWS_MAX];

	scalar_digits(digits, scalar, table->window, table->rows);
	for (unsigned i = 0; i < table->rows; i++, row += row_size) {
		const int sign = digits[i] >> 15; /* 0 or -1 */
		const size_t magnitude = (size_t)((digits[i] ^ sign) - sign);

		steps->negative[steps->count] = sign & 1;
		steps->entries[steps->count++] = row + magnitude * KEYTABLE_ENTRY_SIZE;
	}
}

void
steps_make(struct steps *steps, const struct keytable *base, const struct ed25519_item *item)
{
	uint8_t k[SCALAR_SIZE];

	steps->count = 0;
	scalar_challenge(k, item->signature, item->key->key, item->message);
	append(steps, base, item->signature + ED25519_S);
	append(steps, item->key, k);
	for (size_t i = 0; i < STEPS_AHEAD; i++) {
		steps->entries[steps->count + i] = steps->entries[steps->count - 1];
		steps_fetch(steps->entries[i]);
	}
}
