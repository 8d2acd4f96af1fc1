/* pointx: points of the curve, one in each lane, and the addition of an entry of a table to each.
 *
 * What the next addition asks for is what is kept: Y - X, Y + X, T and 2Z of extended coordinates
 * (x = X / Z, y = Y / Z, T = X Y / Z). The addition is that of keytable.h: complete, seven
 * multiplications. Pure; thread: any; no allocation. */
#ifndef TALLY_ED25519_POINTX_H
#define TALLY_ED25519_POINTX_H

#include "ed25519/fieldx.h"
#include "ed25519/keytable.h"

struct pointx {
	struct fieldx difference, sum, t;
	struct fieldx_wide twice_z; /* not carried */
};

/* Entries as they are added; signs are applied. */
struct pointx_entry {
	struct fieldx difference, sum, product; /* y - x, y + x, 2dxy */
};

/* The same point, without T. */
struct pointx_result {
	struct fieldx twice_x, twice_y, twice_z;
};

LANES_INLINE struct pointx
pointx_identity(void)
{
	struct fieldx one = fieldx_small(1);

	return (struct pointx){one, one, fieldx_small(0), fieldx_widen(fieldx_small(2))};
}

/* One packed entry for each lane, negated where the mask has 1. */
LANES_INLINE struct pointx_entry
pointx_load(const uint8_t *const entry[LANES_COUNT], uint8_t negative)
{
	struct lanes word[12], sum[4], difference[4];

	lanes_load_entries(entry, word);
	LANES_UNROLL
	for (unsigned i = 0; i < 4; i++) {
		sum[i] = lanes_select(negative, word[i], word[4 + i]);
		difference[i] = lanes_select(negative, word[4 + i], word[i]);
	}
	return (struct pointx_entry){fieldx_load(difference), fieldx_load(sum),
				     fieldx_negate(fieldx_load(word + 8), negative)};
}

LANES_INLINE struct pointx
pointx_add(struct pointx p, struct pointx_entry q)
{
	struct fieldx_wide a = fieldx_multiply(p.difference, q.difference);
	struct fieldx_wide b = fieldx_multiply(p.sum, q.sum);
	struct fieldx_wide c = fieldx_multiply(p.t, q.product);
	struct fieldx e = fieldx_carry(fieldx_difference(b, a));
	struct fieldx h = fieldx_carry(fieldx_sum(b, a));
	struct fieldx f = fieldx_carry(fieldx_difference(p.twice_z, c));
	struct fieldx g = fieldx_carry(fieldx_sum(p.twice_z, c));
	struct fieldx_wide x = fieldx_multiply(e, f);
	struct fieldx_wide y = fieldx_multiply(g, h);

	return (struct pointx){
	    fieldx_carry(fieldx_difference(y, x)), fieldx_carry(fieldx_sum(y, x)),
	    fieldx_carry(fieldx_multiply(e, h)), fieldx_double(fieldx_multiply(f, g))};
}

LANES_INLINE struct pointx_result
pointx_finish(struct pointx p)
{
	struct fieldx_wide sum = fieldx_widen(p.sum), difference = fieldx_widen(p.difference);

	return (struct pointx_result){fieldx_carry(fieldx_difference(sum, difference)),
				      fieldx_carry(fieldx_sum(sum, difference)),
				      fieldx_carry(p.twice_z)};
}

#endif
