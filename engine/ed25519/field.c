#include "ed25519/field.h"

const struct field field_one = {{1}};
const struct field field_d = {
    {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}};
const struct field field_2d = {
    {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff}};
const struct field field_sqrt_m1 = {
    {0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d}};

/* One round of carries, around the end: limbs below 2^51 but for the lowest, which what came
 * around may push over by less than 2^9. */
static void
carry_once(struct field *a)
{
	for (int i = 0; i < FIELD_LIMBS - 1; i++) {
		a->limb[i + 1] += a->limb[i] >> 51;
		a->limb[i] &= FIELD_MASK;
	}
	a->limb[0] += 19 * (a->limb[4] >> 51);
	a->limb[4] &= FIELD_MASK;
}

/* The second round carries around only if the lowest limb came out small: then all are below
 * 2^51. What is then p or more is less than 2p: adding 19 shows it at bit 255. */
static struct field
reduce(const struct field *a)
{
	struct field reduced = *a;
	uint64_t above;

	carry_once(&reduced);
	carry_once(&reduced);
	above = (reduced.limb[0] + 19) >> 51;
	for (int i = 1; i < FIELD_LIMBS; i++)
		above = (reduced.limb[i] + above) >> 51;
	reduced.limb[0] += 19 * above;
	for (int i = 0; i < FIELD_LIMBS - 1; i++) {
		reduced.limb[i + 1] += reduced.limb[i] >> 51;
		reduced.limb[i] &= FIELD_MASK;
	}
	reduced.limb[4] &= FIELD_MASK;
	return reduced;
}

void
field_store(uint8_t bytes[FIELD_SIZE], const struct field *a)
{
	const struct field r = reduce(a);

	const uint64_t words[] = {htole64(r.limb[0] | r.limb[1] << 51),
				  htole64(r.limb[1] >> 13 | r.limb[2] << 38),
				  htole64(r.limb[2] >> 26 | r.limb[3] << 25),
				  htole64(r.limb[3] >> 39 | r.limb[4] << 12)};

	memcpy(bytes, words, sizeof words);
}

bool
field_is_zero(const struct field *a)
{
	const struct field r = reduce(a);

	return (r.limb[0] | r.limb[1] | r.limb[2] | r.limb[3] | r.limb[4]) == 0;
}

bool
field_equal(const struct field *a, const struct field *b)
{
	const struct field left = reduce(a), right = reduce(b);

	return memcmp(&left, &right, sizeof left) == 0;
}

bool
field_is_odd(const struct field *a)
{
	return reduce(a).limb[0] & 1;
}

/* a^(2^count) * b */
static struct field
raise(const struct field *a, int count, const struct field *b)
{
	struct field power = *a;

	for (int i = 0; i < count; i++)
		power = field_square(&power);
	return field_mul(&power, b);
}

/* a^(2^250 - 1), and a^11 on the way. */
static struct field
power_250(const struct field *a, struct field *a11)
{
	const struct field a2 = field_square(a);
	const struct field a9 = raise(&a2, 2, a);
	struct field a5, a10, a20, a40, a50, a100, a200;

	*a11 = field_mul(&a9, &a2);
	a5 = raise(a11, 1, &a9); /* 2^5 - 1, and so on */
	a10 = raise(&a5, 5, &a5);
	a20 = raise(&a10, 10, &a10);
	a40 = raise(&a20, 20, &a20);
	a50 = raise(&a40, 10, &a10);
	a100 = raise(&a50, 50, &a50);
	a200 = raise(&a100, 100, &a100);
	return raise(&a200, 50, &a50);
}

struct field
field_invert(const struct field *a)
{
	struct field a11;
	const struct field power = power_250(a, &a11);

	return raise(&power, 5, &a11); /* 2^255 - 32 + 11 = p - 2 */
}

struct field
field_power_p58(const struct field *a)
{
	struct field a11;
	const struct field power = power_250(a, &a11);

	return raise(&power, 2, a); /* 2^252 - 4 + 1 = (p - 5) / 8 */
}
