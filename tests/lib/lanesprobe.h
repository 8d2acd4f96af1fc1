/* lanesprobe: what is inline in lanes.h, field8.h and point8.h, as functions, once for each body.
 *
 * The unsuffixed ones are for processors with ed25519_ifma_available() alone. */
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
	LANESPROBE_MADD_LOW,
	LANESPROBE_MADD_HIGH,
	LANESPROBE_SELECT,
	LANESPROBE_EQUAL, /* the mask, in every lane */
	LANESPROBE_SWAP_BYTES,
	LANESPROBE_RESULTS,
};

/* What field8_test looks at; limbs as they come out. */
enum lanesprobe_field {
	LANESPROBE_MULTIPLY,
	LANESPROBE_SQUARE,
	LANESPROBE_CARRY,      /* of a taken as wide */
	LANESPROBE_SUM,        /* of a and b taken as wide */
	LANESPROBE_DIFFERENCE, /* likewise */
	LANESPROBE_NEGATE,     /* a, in the lanes of the mask */
	LANESPROBE_PICK,       /* a, b in the lanes of the mask */
	LANESPROBE_INVERT,
	LANESPROBE_WORDS, /* four words, then zeros */
	LANESPROBE_LOAD,  /* of four words in a */
	LANESPROBE_FIELDS,
};

struct lanesprobe {
	void (*lanes)(uint64_t in[3][8], uint8_t mask, uint64_t out[LANESPROBE_RESULTS][8]);
	void (*transpose)(uint64_t rows[8][8]);
	void (*columns)(const uint8_t *const row[8], uint64_t out[4][8]);
	void (*field)(enum lanesprobe_field what, uint64_t a[5][8], uint64_t b[5][8],
		      uint8_t mask, uint64_t out[5][8]);
	/* The encodings of the sums of entries[0, count) with their signs, from the identity. */
	void (*sums)(const uint8_t *const (*entries)[8], const uint8_t *negative, size_t count,
		     uint8_t encoded[8][32]);
};

extern const struct lanesprobe lanesprobe, lanesprobe_emulated;

/* The bodies that can run here: the emulated one, and the native one where there is one. */
size_t
lanesprobe_bodies(const struct lanesprobe *bodies[2]);

#endif
