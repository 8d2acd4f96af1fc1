#include "ed25519/steps.h"

#include <string.h>

void
steps_list(const uint8_t **entries, size_t stride, uint8_t *negative, unsigned bit,
	   const struct keytable *table, const uint8_t scalar[SCALAR_SIZE])
{
	const size_t row_size = keytable_entries(table->window) * KEYTABLE_ENTRY_SIZE;
	const uint8_t *row = table->entries;
	int16_t digits[KEYTABLE_ROWS_MAX];

	scalar_digits(digits, scalar, table->window, table->rows);
	for (unsigned i = 0; i < table->rows; i++, row += row_size) {
		const int sign = digits[i] >> 15; /* 0 or -1 */
		const size_t magnitude = (size_t)((digits[i] ^ sign) - sign);

		entries[i * stride] = row + magnitude * KEYTABLE_ENTRY_SIZE;
		negative[i] |= (uint8_t)((sign & 1) << bit);
	}
}

void
steps_make(struct steps *steps, const struct keytable *base, const struct ed25519_item *item)
{
	uint8_t k[SCALAR_SIZE];

	scalar_challenge(k, item->signature, item->key->key, item->message);
	steps->count = base->rows + item->key->rows;
	memset(steps->negative, 0, steps->count);
	steps_list(steps->entries, 1, steps->negative, 0, base, item->signature + ED25519_S);
	steps_list(steps->entries + base->rows, 1, steps->negative + base->rows, 0, item->key,
		   k);
	for (size_t i = 0; i < STEPS_AHEAD; i++) {
		steps->entries[steps->count + i] = steps->entries[steps->count - 1];
		steps_fetch(steps->entries[i]);
	}
}
