/* lanesprobe: what is inline in lanes.h, fieldx.h and pointx.h, as functions, once for each body.
 *
 * Eight lanes go in and come out; a body of four takes them by fours. Those for ifma and avx2 are
 * for processors that have it alone. */
#ifndef TALLY_TESTS_LANESPROBE_H
#define TALLY_TESTS_LANESPROBE_H

#include "ed25519/lanes.h"

/* What lanes_test looks at, each of in[0], in[1], in[2] and a mask. */
enum lanesprobe_result {
	LANESPROBE_ADD,
	LANESPROBE_SUBTRACT,
	LANESPROBE_AND,
	LANESPROBE_OR,
	LANESPROBE_LEFT_13,
	LANESPROBE_RIGHT_51,
	LANESPROBE_ROTATE_41,
	LANESPROBE_XOR3,
	LANESPROBE_CHOOSE,
	LANESPROBE_MAJORITY,
	LANESPROBE_SELECT,
	LANESPROBE_EQUAL, /* 1 or 0 */
	LANESPROBE_SWAP_BYTES,
	LANESPROBE_MADD_LOW, /* from here on not of a body that has no such product */
	LANESPROBE_MADD_HIGH,
	LANESPROBE_RESULTS,
};

/* What fieldx_test looks at; limbs as they come out. */
enum lanesprobe_field {
	LANESPROBE_MULTIPLY,
	LANESPROBE_SQUARE,
	LANESPROBE_CARRY,      /* of a taken as wide */
	LANESPROBE_SUM,        /* of a and b taken as wide */
	LANESPROBE_DIFFERENCE, /* likewise */
	LANESPROBE_NEGATE,     /* a, in the lanes of the mask */
	LANESPROBE_WIDEN,
	LANESPROBE_INVERT,
	LANESPROBE_WORDS, /* four words, then zeros */
	LANESPROBE_LOAD,  /* of four words in a */
	LANESPROBE_FIELDS,
};

struct lanesprobe {
	unsigned lanes;
	bool has_doubles; /* limbs of fieldx.h have a sign: here two's complement */
	void (*operations)(uint64_t in[3][8], uint8_t mask,
			   uint64_t out[LANESPROBE_RESULTS][8]);
	void (*transpose)(uint64_t *rows); /* as many of as many as there are lanes */
	void (*columns)(const uint8_t *const row[8], uint64_t out[4][8]);
	void (*field)(enum lanesprobe_field what, uint64_t a[5][8], uint64_t b[5][8],
		      uint8_t mask, uint64_t out[5][8]);
	/* The encodings of the sums of entries[0, count) with their signs, from the identity. */
	void (*sums)(const uint8_t *const (*entries)[8], const uint8_t *negative, size_t count,
		     uint8_t encoded[8][32]);
};

extern const struct lanesprobe lanesprobe_ifma, lanesprobe_avx2, lanesprobe_emulated;

/* The bodies that can run here: the emulated one, and those that the processor has. */
size_t
lanesprobe_bodies(const struct lanesprobe *bodies[3]);

#endif
