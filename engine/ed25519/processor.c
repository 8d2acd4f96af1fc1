/* What this processor has. Built without its options, so that it runs on every one. */
#include "ed25519/batch.h"

#ifdef __x86_64__

#include <cpuid.h>

enum {
	/* leaf 7, ebx */
	CPUID_F = 1 << 16,
	CPUID_DQ = 1 << 17,
	CPUID_IFMA = 1 << 21,
	CPUID_BW = 1 << 30,
	/* leaf 1, ecx: xgetbv may be asked */
	CPUID_OSXSAVE = 1 << 27,
	/* xcr0: the operating system keeps xmm, ymm, masks, upper halves of zmm, zmm 16 to 31 */
	XCR0_NEEDED = 0xe6,
};

static const unsigned cpuid_vl = 1u << 31;

bool
ed25519_ifma_available(void)
{
	const unsigned needed = CPUID_F | CPUID_DQ | CPUID_IFMA | CPUID_BW | cpuid_vl;
	unsigned a, b, c, d, kept;

	if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & CPUID_OSXSAVE) == 0)
		return false;
	__asm__("xgetbv" : "=a"(kept), "=d"(d) : "c"(0));
	if ((kept & XCR0_NEEDED) != XCR0_NEEDED)
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & needed) == needed;
}

#else

bool
ed25519_ifma_available(void)
{
	return false;
}

#endif
