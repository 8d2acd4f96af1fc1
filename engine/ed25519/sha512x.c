#include "ed25519/sha512x.h"

#include "base/check.h"

enum {
	BLOCK_SIZE = 128,
	LENGTH_SIZE = 16, /* in bits, big-endian, at the end of the last block */
	HEAD_SIZE = 2 * SHA512X_HALF_SIZE,
};

static const uint64_t round_constants[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static const uint64_t initial_state[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* One message on its way through a lane. */
struct lane {
	struct sha512x_message *message; /* NULL: idle */
	size_t at;                       /* bytes of first, second and rest in blocks before */
	const uint8_t *block;            /* the next one: within the message, or `made` */
	uint8_t made[BLOCK_SIZE];
};

static size_t
message_size(const struct sha512x_message *message)
{
	return HEAD_SIZE + message->rest.size;
}

static void
block_make(struct lane *lane, size_t size)
{
	const struct sha512x_message *message = lane->message;
	size_t filled = 0, left;

	if (lane->at == 0) {
		memcpy(lane->made, message->first, SHA512X_HALF_SIZE);
		memcpy(lane->made + SHA512X_HALF_SIZE, message->second, SHA512X_HALF_SIZE);
		filled = HEAD_SIZE;
	}
	if (lane->at + filled < size) {
		left = size - lane->at - filled;
		if (left > BLOCK_SIZE - filled)
			left = BLOCK_SIZE - filled;
		memcpy(lane->made + filled, message->rest.data + lane->at + filled - HEAD_SIZE,
		       left);
		filled += left;
	}
	memset(lane->made + filled, 0, BLOCK_SIZE - filled);
	if (filled < BLOCK_SIZE && lane->at + filled == size)
		lane->made[filled] = 0x80;
	if (lane->at + BLOCK_SIZE >= size + 1 + LENGTH_SIZE) {
		be64_store(lane->made + BLOCK_SIZE - 16, (uint64_t)size >> 61);
		be64_store(lane->made + BLOCK_SIZE - 8, (uint64_t)size << 3);
	}
}

/* Points `block` to the block at `at`. */
static void
block_next(struct lane *lane)
{
	size_t size = message_size(lane->message);

	if (lane->at >= HEAD_SIZE && lane->at + BLOCK_SIZE <= size) {
		lane->block = lane->message->rest.data + lane->at - HEAD_SIZE;
		return;
	}
	block_make(lane, size);
	lane->block = lane->made;
}

/* Goes on behind the block just hashed; true if it was the last one. */
static bool
lane_advance(struct lane *lane)
{
	size_t size = message_size(lane->message);

	if (lane->at + BLOCK_SIZE >= size + 1 + LENGTH_SIZE)
		return true;
	lane->at += BLOCK_SIZE;
	block_next(lane);
	return false;
}

/* w[i]: word i of the blocks. */
static void
words_load(const struct lane lanes[LANES_COUNT], struct lanes w[16])
{
	for (unsigned at = 0; at < 16; at += LANES_COUNT) {
		for (unsigned i = 0; i < LANES_COUNT; i++)
			w[at + i] = lanes_swap_bytes(lanes_load(lanes[i].block + 8 * at));
		lanes_transpose(w + at);
	}
}

static void
words_expand(struct lanes w[16])
{
	LANES_UNROLL
	for (unsigned i = 0; i < 16; i++) {
		struct lanes a = w[(i + 1) % 16], b = w[(i + 14) % 16];
		struct lanes small0 = lanes_xor3(lanes_rotate_right(a, 1),
						 lanes_rotate_right(a, 8), lanes_right(a, 7));
		struct lanes small1 = lanes_xor3(lanes_rotate_right(b, 19),
						 lanes_rotate_right(b, 61), lanes_right(b, 6));

		w[i] = lanes_add(lanes_add(w[i], w[(i + 9) % 16]), lanes_add(small0, small1));
	}
}

/* One round on state s, whose h stands at s[last]; what was d becomes e, what was h becomes a. */
LANES_INLINE void
one_round(struct lanes s[8], unsigned turn, struct lanes word, uint64_t constant)
{
#define S(letter) s[((letter) + 16 - turn) % 8]
	struct lanes big1 =
	    lanes_xor3(lanes_rotate_right(S(4), 14), lanes_rotate_right(S(4), 18),
		       lanes_rotate_right(S(4), 41));
	struct lanes big0 =
	    lanes_xor3(lanes_rotate_right(S(0), 28), lanes_rotate_right(S(0), 34),
		       lanes_rotate_right(S(0), 39));
	struct lanes t = lanes_add(lanes_add(S(7), lanes_add(word, lanes_all(constant))),
				   lanes_add(big1, lanes_choose(S(4), S(5), S(6))));

	S(3) = lanes_add(S(3), t);
	S(7) = lanes_add(t, lanes_add(big0, lanes_majority(S(0), S(1), S(2))));
#undef S
}

static void
compress(struct lanes state[8], struct lanes w[16])
{
	struct lanes s[8];

	LANES_UNROLL
	for (unsigned i = 0; i < 8; i++)
		s[i] = state[i];
	for (unsigned done = 0; done < 80; done += 16) {
		if (done != 0)
			words_expand(w);
		LANES_UNROLL
		for (unsigned i = 0; i < 16; i++)
			one_round(s, i % 8, w[i], round_constants[done + i]);
	}
	LANES_UNROLL
	for (unsigned i = 0; i < 8; i++)
		state[i] = lanes_add(state[i], s[i]);
}

/* Digests of the lanes in the mask. */
static void
digests_store(const struct lanes state[8], const struct lane lanes[LANES_COUNT], uint8_t mask)
{
	struct lanes row[8];

	for (unsigned i = 0; i < 8; i++)
		row[i] = lanes_swap_bytes(state[i]);
	for (unsigned at = 0; at < 8; at += LANES_COUNT) {
		lanes_transpose(row + at);
		for (unsigned i = 0; i < LANES_COUNT; i++) {
			if ((mask >> i & 1) != 0)
				lanes_store(lanes[i].message->digest + 8 * at, row[at + i]);
		}
	}
}

/* The lanes of the mask begin a message each, or become idle if none is left. */
static size_t
lanes_begin(struct lane lanes[LANES_COUNT], uint8_t mask, struct sha512x_message *messages,
	    size_t count)
{
	size_t taken = 0;

	for (unsigned i = 0; i < LANES_COUNT; i++) {
		if ((mask >> i & 1) == 0)
			continue;
		lanes[i].message = taken < count ? &messages[taken++] : NULL;
		lanes[i].block = lanes[i].made; /* whatever it holds, if idle */
		lanes[i].at = 0;
		if (lanes[i].message != NULL)
			block_next(&lanes[i]);
	}
	return taken;
}

void
LANES_NAME(sha512x)(struct sha512x_message *messages, size_t count)
{
	struct lane lanes[LANES_COUNT] = {0};
	struct lanes state[8], w[16];
	uint8_t free_lanes = LANES_ALL;
	size_t begun = 0, ended = 0;

	while (ended < count) {
		uint8_t done = 0;

		begun += lanes_begin(lanes, free_lanes, messages + begun, count - begun);
		for (unsigned i = 0; i < 8 && free_lanes != 0; i++)
			state[i] =
			    lanes_select(free_lanes, state[i], lanes_all(initial_state[i]));
		words_load(lanes, w);
		compress(state, w);
		for (unsigned i = 0; i < LANES_COUNT; i++) {
			if (lanes[i].message != NULL && lane_advance(&lanes[i])) {
				done |= (uint8_t)(1u << i);
				ended++;
			}
		}
		if (done != 0)
			digests_store(state, lanes, done);
		free_lanes = done;
	}
	CHECK(begun == count);
}
