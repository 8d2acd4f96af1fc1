#include "ed25519/field8.h"

/* a^(2^count) */
static __attribute__((noinline)) struct field8
power2(struct field8 a, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		a = field8_carry(field8_square(a));
	return a;
}

static __attribute__((noinline)) struct field8
times(struct field8 a, struct field8 b)
{
	return field8_carry(field8_multiply(a, b));
}

/* Exponents are 2^n - 1, but for the last: 2^255 - 21 = (2^250 - 1) 2^5 + 11. */
struct field8
field8_invert(struct field8 a)
{
	struct field8 a2 = power2(a, 1);
	struct field8 a9 = times(power2(a2, 2), a);
	struct field8 a11 = times(a9, a2);
	struct field8 n5 = times(power2(a11, 1), a9);
	struct field8 n10 = times(power2(n5, 5), n5);
	struct field8 n20 = times(power2(n10, 10), n10);
	struct field8 n40 = times(power2(n20, 20), n20);
	struct field8 n50 = times(power2(n40, 10), n10);
	struct field8 n100 = times(power2(n50, 50), n50);
	struct field8 n200 = times(power2(n100, 100), n100);
	struct field8 n250 = times(power2(n200, 50), n50);

	return times(power2(n250, 5), a11);
}
