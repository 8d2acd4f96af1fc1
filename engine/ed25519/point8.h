/* point8: eight points of the curve side by side, and the addition of eight entries of tables.
 *
 * What the next addition asks for is what is kept: Y - X, Y + X, T and 2Z of extended coordinates
 * (x = X / Z, y = Y / Z, T = X Y / Z). The addition is that of keytable.h: complete, seven
 * multiplications. Pure; thread: any; no allocation. */
#ifndef TALLY_ED25519_POINT8_H
#define TALLY_ED25519_POINT8_H

#include "ed25519/field8.h"
#include "ed25519/keytable.h"

struct point8 {
	struct field8 difference, sum, t;
	struct field8_wide twice_z; /* limbs below 2^62 */
};

/* Eight entries as they are added; signs are applied. */
struct point8_entry {
	struct field8 difference, sum, product; /* y - x, y + x, 2dxy */
};

/* The same point, without T. */
struct point8_result {
	struct field8 twice_x, twice_y, twice_z;
};

LANES_INLINE struct point8
point8_identity(void)
{
	struct field8 one = field8_small(1);

	return (struct point8){one, one, field8_small(0), field8_widen(field8_small(2))};
}

/* One packed entry for each lane, negated where the mask has 1. */
LANES_INLINE struct point8_entry
point8_load(const uint8_t *const entry[LANES_COUNT], uint8_t negative)
{
	const uint8_t *third[LANES_COUNT];
	struct lanes word[8], sum[4], difference[4], product[4];

	LANES_UNROLL
	for (unsigned i = 0; i < LANES_COUNT; i++) {
		word[i] = lanes_load(entry[i]);
		third[i] = entry[i] + LANES_SIZE;
	}
	lanes_transpose(word);
	lanes_load_columns(third, product);
	LANES_UNROLL
	for (unsigned i = 0; i < 4; i++) {
		sum[i] = lanes_select(negative, word[i], word[4 + i]);
		difference[i] = lanes_select(negative, word[4 + i], word[i]);
	}
	return (struct point8_entry){field8_load(difference), field8_load(sum),
				     field8_negate(field8_load(product), negative)};
}

LANES_INLINE struct point8
point8_add(struct point8 p, struct point8_entry q)
{
	struct field8_wide a = field8_multiply(p.difference, q.difference);
	struct field8_wide b = field8_multiply(p.sum, q.sum);
	struct field8_wide c = field8_multiply(p.t, q.product);
	struct field8 e = field8_carry(field8_difference(b, a));
	struct field8 h = field8_carry(field8_sum(b, a));
	struct field8 f = field8_carry(field8_difference(p.twice_z, c));
	struct field8 g = field8_carry(field8_sum(p.twice_z, c));
	struct field8_wide x = field8_multiply(e, f);
	struct field8_wide y = field8_multiply(g, h);

	return (struct point8){
	    field8_carry(field8_difference(y, x)), field8_carry(field8_sum(y, x)),
	    field8_carry(field8_multiply(e, h)), field8_double(field8_multiply(f, g))};
}

LANES_INLINE struct point8_result
point8_finish(struct point8 p)
{
	struct field8_wide sum = field8_widen(p.sum), difference = field8_widen(p.difference);

	return (struct point8_result){field8_carry(field8_difference(sum, difference)),
				      field8_carry(field8_sum(sum, difference)),
				      field8_carry(p.twice_z)};
}

#endif
