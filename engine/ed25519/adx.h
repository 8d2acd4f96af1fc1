/* adx: the sum of a signature's steps with the instructions mulx, adcx and adox of x86-64
 * processors (Intel since 2015, AMD since 2017): two chains of carries side by side make four words
 * of 64 bits cheaper than field.h's five of 51.
 *
 * A value here is any of 256 bits, congruent modulo p; 2^256 = 38. So:
 *
 *   product   512 bits; the upper half times 38 onto the lower: its fifth word is at most 38; that
 *             times 38 onto the rest: should this carry, what is left is below 38 * 38 + 38, and 38
 *             more stay in the lowest word
 *   sum       a carry is 38; adding that carries again only if it leaves less than 38, and then 38
 *             more stay in the lowest word; a difference likewise, with borrows
 */
#ifndef TALLY_ED25519_ADX_H
#define TALLY_ED25519_ADX_H

#include "ed25519/point.h"
#include "ed25519/steps.h"

struct words {
	uint64_t word[4];
};

/* All of this only where ed25519_adx_available() (signatures.h).
 *
 * Extended coordinates but for T, which is left 0: the sum is there to be encoded. */
void
adx_sum(struct point *sum, const struct steps *steps);

#ifdef __x86_64__
/* What the sum is made of, for the tests. out may be a or b. */
void
adx_mul(struct words *out, const struct words *a, const struct words *b);

void
adx_add(struct words *out, const struct words *a, const struct words *b);

void
adx_sub(struct words *out, const struct words *a, const struct words *b);
#endif

#endif
