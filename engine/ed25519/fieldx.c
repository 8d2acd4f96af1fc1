#include "ed25519/fieldx.h"

/* a^(2^count) */
static __attribute__((noinline)) struct fieldx
power2(struct fieldx a, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		a = fieldx_carry(fieldx_square(a));
	return a;
}

static __attribute__((noinline)) struct fieldx
times(struct fieldx a, struct fieldx b)
{
	return fieldx_carry(fieldx_multiply(a, b));
}

/* Exponents are 2^n - 1, but for the last: 2^255 - 21 = (2^250 - 1) 2^5 + 11. */
struct fieldx
fieldx_invert(struct fieldx a)
{
	struct fieldx a2 = power2(a, 1);
	struct fieldx a9 = times(power2(a2, 2), a);
	struct fieldx a11 = times(a9, a2);
	struct fieldx n5 = times(power2(a11, 1), a9);
	struct fieldx n10 = times(power2(n5, 5), n5);
	struct fieldx n20 = times(power2(n10, 10), n10);
	struct fieldx n40 = times(power2(n20, 20), n20);
	struct fieldx n50 = times(power2(n40, 10), n10);
	struct fieldx n100 = times(power2(n50, 50), n50);
	struct fieldx n200 = times(power2(n100, 100), n100);
	struct fieldx n250 = times(power2(n200, 50), n50);

	return times(power2(n250, 5), a11);
}
