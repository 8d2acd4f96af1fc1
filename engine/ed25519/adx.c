#include "ed25519/adx.h"

#include <string.h>

#ifdef __x86_64__

/* a * the word at b + offset onto five words, of which the last is new. xor leaves both carries
 * clear, mov as they are. */
#define ROW(offset, r0, r1, r2, r3, r4) \
	"movq " offset "(%[b]), %%rdx\n\t" \
	"xorl %k[high], %k[high]\n\t" \
	"mulxq (%[a]), %[low], %[high]\n\t" \
	"adcxq %[low], " r0 "\n\t" \
	"adoxq %[high], " r1 "\n\t" \
	"mulxq 8(%[a]), %[low], %[high]\n\t" \
	"adcxq %[low], " r1 "\n\t" \
	"adoxq %[high], " r2 "\n\t" \
	"mulxq 16(%[a]), %[low], %[high]\n\t" \
	"adcxq %[low], " r2 "\n\t" \
	"adoxq %[high], " r3 "\n\t" \
	"mulxq 24(%[a]), %[low], " r4 "\n\t" \
	"adcxq %[low], " r3 "\n\t" \
	"movl $0, %k[high]\n\t" \
	"adoxq %[high], " r4 "\n\t" \
	"adcxq %[high], " r4 "\n\t"

/* 38 * upper onto lower and the word above it. */
#define FOLD(upper, lower, above) \
	"mulxq " upper ", %[low], %[high]\n\t" \
	"adcxq %[low], " lower "\n\t" \
	"adoxq %[high], " above "\n\t"

static inline void
mul(struct words *out, const void *a, const void *b)
{
	uint64_t low, high;

	__asm__ volatile(
	    "movq (%[b]), %%rdx\n\t"
	    "mulxq (%[a]), %%r8, %%r9\n\t"
	    "mulxq 8(%[a]), %[low], %%r10\n\t"
	    "addq %[low], %%r9\n\t"
	    "mulxq 16(%[a]), %[low], %%r11\n\t"
	    "adcq %[low], %%r10\n\t"
	    "mulxq 24(%[a]), %[low], %%r12\n\t"
	    "adcq %[low], %%r11\n\t"
	    "adcq $0, %%r12\n\t" /* clang-format off */
			 ROW("8", "%%r9", "%%r10", "%%r11", "%%r12", "%%r13")
			 ROW("16", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14")
			 ROW("24", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15")
			 "movl $38, %%edx\n\t"
			 "xorl %k[high], %k[high]\n\t"
			 FOLD("%%r12", "%%r8", "%%r9")
			 FOLD("%%r13", "%%r9", "%%r10")
			 FOLD("%%r14", "%%r10", "%%r11") /* clang-format on */
	    "mulxq %%r15, %[low], %[high]\n\t"
	    "adcxq %[low], %%r11\n\t"
	    "movl $0, %k[low]\n\t"
	    "adoxq %[low], %[high]\n\t"
	    "adcxq %[low], %[high]\n\t"
	    "imulq $38, %[high], %[high]\n\t"
	    "addq %[high], %%r8\n\t"
	    "adcq $0, %%r9\n\t"
	    "adcq $0, %%r10\n\t"
	    "adcq $0, %%r11\n\t"
	    "sbbq %[low], %[low]\n\t"
	    "andl $38, %k[low]\n\t"
	    "addq %[low], %%r8\n\t"
	    "movq %%r8, (%[out])\n\t"
	    "movq %%r9, 8(%[out])\n\t"
	    "movq %%r10, 16(%[out])\n\t"
	    "movq %%r11, 24(%[out])\n\t"
	    : [low] "=&r"(low), [high] "=&r"(high)
	    : [a] "r"(a), [b] "r"(b), [out] "r"(out)
	    : "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc", "memory");
}

/* first and next: add and adc, or sub and sbb. */
#define CHAIN(first, next) \
	first "q (%[b]), %[r0]\n\t" next "q 8(%[b]), %[r1]\n\t" next \
	      "q 16(%[b]), %[r2]\n\t" next "q 24(%[b]), %[r3]\n\t" \
	      "sbbq %[fold], %[fold]\n\t" \
	      "andl $38, %k[fold]\n\t" first "q %[fold], %[r0]\n\t" next \
	      "q $0, %[r1]\n\t" next "q $0, %[r2]\n\t" next "q $0, %[r3]\n\t" \
	      "sbbq %[fold], %[fold]\n\t" \
	      "andl $38, %k[fold]\n\t" first "q %[fold], %[r0]\n\t"

#define CHAIN_RUN(out, a, b, first, next) \
	do { \
		struct words words_; \
		uint64_t fold_; \
\
		memcpy(&words_, a, sizeof words_); \
		__asm__(CHAIN(first, next) \
			: [r0] "+&r"(words_.word[0]), [r1] "+&r"(words_.word[1]), \
			  [r2] "+&r"(words_.word[2]), [r3] "+&r"(words_.word[3]), \
			  [fold] "=&r"(fold_) \
			: [b] "r"(b), "m"(*(const struct words *)(b)) \
			: "cc"); \
		*(out) = words_; \
	} while (0)

static inline void
add(struct words *out, const void *a, const void *b)
{
	CHAIN_RUN(out, a, b, "add", "adc");
}

static inline void
sub(struct words *out, const void *a, const void *b)
{
	CHAIN_RUN(out, a, b, "sub", "sbb");
}

struct extended {
	struct words x, y, z, t;
};

/* As point_add_entry: which of F and G is the difference, the sign says. */
static inline void
entry_add(struct extended *p, const uint8_t *entry, size_t negative)
{
	struct words a, b, c, e, h, fg[2];

	sub(&a, &p->y, &p->x);
	add(&b, &p->y, &p->x);
	mul(&a, &a, entry + FIELD_SIZE * (1 - negative));
	mul(&b, &b, entry + FIELD_SIZE * negative);
	mul(&c, &p->t, entry + 2 * FIELD_SIZE);
	add(&p->z, &p->z, &p->z);
	sub(&e, &b, &a);
	add(&h, &b, &a);
	sub(&fg[negative], &p->z, &c);
	add(&fg[1 - negative], &p->z, &c);
	mul(&p->x, &e, &fg[0]);
	mul(&p->y, &fg[1], &h);
	mul(&p->z, &fg[0], &fg[1]);
	mul(&p->t, &e, &h);
}

/* Bit 255, which field_load leaves out, is 19. */
static struct field
field_of(const struct words *a)
{
	uint8_t bytes[FIELD_SIZE];
	struct field field;

	memcpy(bytes, a, sizeof bytes);
	field = field_load(bytes);
	field.limb[0] += 19 * (a->word[3] >> 63);
	return field;
}

void
adx_sum(struct point *out, const struct steps *steps)
{
	struct extended sum = {.y = {{1}}, .z = {{1}}};

	for (size_t i = 0; i < steps->count; i++) {
		steps_fetch(steps->entries[i + STEPS_AHEAD]);
		entry_add(&sum, steps->entries[i], steps->negative[i]);
	}
	*out = (struct point){field_of(&sum.x), field_of(&sum.y), field_of(&sum.z), {{0}}};
}

void
adx_mul(struct words *out, const struct words *a, const struct words *b)
{
	mul(out, a, b);
}

void
adx_add(struct words *out, const struct words *a, const struct words *b)
{
	add(out, a, b);
}

void
adx_sub(struct words *out, const struct words *a, const struct words *b)
{
	sub(out, a, b);
}

#else

void
adx_sum(struct point *sum, const struct steps *steps)
{
	(void)sum;
	(void)steps;
	CHECK(ed25519_adx_available());
}

#endif
