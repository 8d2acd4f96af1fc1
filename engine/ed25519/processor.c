/* What this processor has. Built without its options, so that it runs on every one. */
#include "ed25519/signatures.h"

#ifdef __x86_64__

#include <cpuid.h>

enum {
	/* leaf 7, ebx */
	CPUID_AVX2 = 1 << 5,
	CPUID_BMI2 = 1 << 8,
	CPUID_F = 1 << 16,
	CPUID_DQ = 1 << 17,
	CPUID_ADX = 1 << 19,
	CPUID_IFMA = 1 << 21,
	CPUID_BW = 1 << 30,
	/* leaf 1, ecx; OSXSAVE: xgetbv may be asked */
	CPUID_FMA = 1 << 12,
	CPUID_OSXSAVE = 1 << 27,
	/* xcr0: the operating system keeps xmm, ymm; masks, upper halves of zmm, zmm 16 to 31 */
	XCR0_AVX = 0x06,
	XCR0_AVX512 = 0xe6,
};

static const unsigned cpuid_vl = 1u << 31;

static bool
has_seventh(unsigned wanted)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & wanted) == wanted;
}

/* Bits of leaf 1's ecx, of xcr0 and of leaf 7's ebx, all of them. */
static bool
has(unsigned first, unsigned kept, unsigned seventh)
{
	unsigned a, b, c, d;

	first |= CPUID_OSXSAVE;
	if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & first) != first)
		return false;
	__asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	if ((a & kept) != kept)
		return false;
	return has_seventh(seventh);
}

bool
ed25519_adx_available(void)
{
	return has_seventh(CPUID_BMI2 | CPUID_ADX);
}

bool
ed25519_avx2_available(void)
{
	return has(CPUID_FMA, XCR0_AVX, CPUID_AVX2);
}

bool
ed25519_ifma_available(void)
{
	return has(0, XCR0_AVX512, CPUID_F | CPUID_DQ | CPUID_IFMA | CPUID_BW | cpuid_vl);
}

#else

bool
ed25519_adx_available(void)
{
	return false;
}

bool
ed25519_avx2_available(void)
{
	return false;
}

bool
ed25519_ifma_available(void)
{
	return false;
}

#endif
