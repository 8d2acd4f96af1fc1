#include "ed25519/signatures.h"

#include <string.h>

#include "ed25519/adx.h"
#include "ed25519/portable.h"
#include "ed25519/scalar.h"

typedef void
sum_function(struct point *sum, const struct steps *steps);

/* Of what is refused before any arithmetic, the identity. */
static void
item_begin(sum_function *sum, const struct keytable *base, struct ed25519_item *item,
	   struct point *expected)
{
	STEPS_SCRATCH struct steps steps;

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
	STEPS_SCRATCH struct point points[ED25519_BATCH_MAX];
	STEPS_SCRATCH struct field inverses[ED25519_BATCH_MAX];

	CHECK(count > 0);
	for (size_t i = 0; i < count; i++)
		item_begin(sum, base, &items[i], &points[i]);
	point_invert_all(inverses, points, count);
	for (size_t i = 0; i < count; i++)
		item_end(&items[i], &points[i], &inverses[i]);
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
