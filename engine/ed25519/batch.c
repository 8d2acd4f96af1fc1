#include "ed25519/batch.h"

#include <string.h>

#include "ed25519/adx.h"
#include "ed25519/portable.h"
#include "ed25519/scalar.h"

/* Left as it is until it is written: to clear it would take as long as a signature. */
#define SCRATCH __attribute__((uninitialized))

typedef void
sum_function(struct point *sum, const struct steps *steps);

/* Of what is refused before any arithmetic, the identity. */
static void
item_begin(sum_function *sum, const struct keytable *base, struct ed25519_item *item,
	   struct point *expected)
{
	SCRATCH struct steps steps;

	item->genuine = scalar_is_canonical(item->signature + ED25519_S) &&
			!point_small_order(item->signature);
	if (item->genuine) {
		steps_make(&steps, base, item);
		sum(expected, &steps);
	} else {
		*expected = point_identity();
	}
}

static void
item_end(struct ed25519_item *item, const struct point *expected, const struct field *inverse)
{
	uint8_t encoded[FIELD_SIZE];

	point_encode(encoded, expected, inverse);
	item->genuine = item->genuine && memcmp(encoded, item->signature, sizeof encoded) == 0;
}

static void
round_run(sum_function *sum, const struct keytable *base, struct ed25519_item *items,
	  size_t count)
{
	SCRATCH struct point points[ED25519_BATCH_MAX];
	SCRATCH struct field before[ED25519_BATCH_MAX];
	struct field product = field_one, inverse;

	for (size_t i = 0; i < count; i++) {
		item_begin(sum, base, &items[i], &points[i]);
		before[i] = product;
		product = field_mul(&product, &points[i].z);
	}
	inverse = field_invert(&product);
	for (size_t i = count; i-- > 0;) {
		product = field_mul(&inverse, &before[i]);
		inverse = field_mul(&inverse, &points[i].z);
		item_end(&items[i], &points[i], &product);
	}
}

static void
run(sum_function *sum, const struct keytable *base, struct ed25519_item *items, size_t count)
{
	for (size_t done = 0; done < count; done += ED25519_BATCH_MAX) {
		const size_t left = count - done;

		round_run(sum, base, items + done,
			  left < ED25519_BATCH_MAX ? left : ED25519_BATCH_MAX);
	}
}

void
ed25519_portable(const struct keytable *base, struct ed25519_item *items, size_t count)
{
	run(portable_sum, base, items, count);
}

void
ed25519_adx(const struct keytable *base, struct ed25519_item *items, size_t count)
{
	run(adx_sum, base, items, count);
}
