#include "tree/sha256pair.h"

#include <string.h>

#include "tree/sha256.h"

void
sha256_pair_plain(uint8_t prefix, const struct bytes messages[2], uint8_t *const digests[2])
{
	uint8_t first[TALLY_HASH_SIZE];

	sha256_of(bytes_make(&prefix, 1), messages[0], first);
	sha256_of(bytes_make(&prefix, 1), messages[1], digests[1]);
	memcpy(digests[0], first, sizeof first);
}

/* A function that is chosen while it is loaded needs glibc. */
#if defined __x86_64__ && defined __GLIBC__

#include <cpuid.h>
#include <immintrin.h>

#define NATIVE __attribute__((target("sha,sse4.1")))
#define INLINE static inline __attribute__((always_inline))

enum {
	BLOCK = 64,
	PADDING_MIN = 9, /* a one-bit, and the length */
	GROUPS = 16,     /* of four rounds */
	CPUID_SSE41 = 1 << 19,
	CPUID_SHA = 1 << 29,
};

/* FIPS 180-4, 4.2.2 */
static const uint32_t constants[4 * GROUPS] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

/* A message with its prefix and padding, block by block. */
struct message {
	const uint8_t *data;
	size_t whole;  /* blocks that hold no padding */
	size_t blocks; /* all of them */
	uint8_t first[BLOCK];
	uint8_t last[2 * BLOCK];
};

/* The registers of one digest: a, b, e, f and c, d, g, h, the highest first; a block's words. */
struct stream {
	__m128i abef, cdgh;
	__m128i words[4];
};

static void
message_init(struct message *message, uint8_t prefix, struct bytes bytes)
{
	size_t size = 1 + bytes.size;
	size_t left = size % BLOCK;
	uint8_t *last = message->last;

	message->data = bytes.data;
	message->whole = size / BLOCK;
	message->blocks = (size + PADDING_MIN + BLOCK - 1) / BLOCK;
	memset(last, 0, sizeof message->last);
	if (message->whole > 0) {
		message->first[0] = prefix;
		memcpy(message->first + 1, bytes.data, BLOCK - 1);
		memcpy(last, bytes.data + bytes.size - left, left);
	} else {
		last[0] = prefix;
		if (bytes.size > 0)
			memcpy(last + 1, bytes.data, bytes.size);
	}
	last[left] = 0x80;
	be64_store(last + (message->blocks - message->whole) * BLOCK - 8, 8 * (uint64_t)size);
}

static const uint8_t *
message_block(const struct message *message, size_t i)
{
	if (i >= message->whole)
		return message->last + (i - message->whole) * BLOCK;
	return i == 0 ? message->first : message->data + i * BLOCK - 1;
}

NATIVE INLINE void
block_load(struct stream *stream, const uint8_t *block)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	const __m128i *from = (const __m128i *)block;

#pragma GCC unroll 4
	for (int i = 0; i < 4; i++)
		stream->words[i] = _mm_shuffle_epi8(_mm_loadu_si128(from + i), swap);
}

/* Four rounds, and what they can prepare of the words of later ones. */
NATIVE INLINE void
rounds(struct stream *stream, int group)
{
	__m128i *words = stream->words;
	__m128i word = words[group & 3];
	__m128i *before = &words[(group + 3) & 3];
	__m128i *next = &words[(group + 1) & 3];
	__m128i sum =
	    _mm_add_epi32(word, _mm_load_si128((const __m128i *)(constants + 4 * group)));

	stream->cdgh = _mm_sha256rnds2_epu32(stream->cdgh, stream->abef, sum);
	if (group >= 3 && group < GROUPS - 1) {
		*next = _mm_add_epi32(*next, _mm_alignr_epi8(word, *before, 4));
		*next = _mm_sha256msg2_epu32(*next, word);
	}
	sum = _mm_shuffle_epi32(sum, 0x0e);
	stream->abef = _mm_sha256rnds2_epu32(stream->abef, stream->cdgh, sum);
	if (group >= 1 && group < GROUPS - 3)
		*before = _mm_sha256msg1_epu32(*before, word);
}

NATIVE INLINE void
stream_add(struct stream *stream, const struct stream *before)
{
	stream->abef = _mm_add_epi32(stream->abef, before->abef);
	stream->cdgh = _mm_add_epi32(stream->cdgh, before->cdgh);
}

NATIVE static void
compress(struct stream *kept, const uint8_t *block)
{
	struct stream stream = *kept;

	block_load(&stream, block);
#pragma GCC unroll 16
	for (int group = 0; group < GROUPS; group++)
		rounds(&stream, group);
	stream_add(kept, &stream);
}

NATIVE static void
compress_two(struct stream *kept, const uint8_t *first, const uint8_t *second)
{
	struct stream a = kept[0];
	struct stream b = kept[1];

	block_load(&a, first);
	block_load(&b, second);
#pragma GCC unroll 16
	for (int group = 0; group < GROUPS; group++) {
		rounds(&a, group);
		rounds(&b, group);
	}
	stream_add(&kept[0], &a);
	stream_add(&kept[1], &b);
}

NATIVE static void
digest_store(const struct stream *stream, uint8_t digest[TALLY_HASH_SIZE])
{
	const __m128i swap = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
	__m128i abcd = _mm_unpackhi_epi64(stream->cdgh, stream->abef);
	__m128i efgh = _mm_unpacklo_epi64(stream->cdgh, stream->abef);

	_mm_storeu_si128((__m128i *)digest, _mm_shuffle_epi8(abcd, swap));
	_mm_storeu_si128((__m128i *)(digest + 16), _mm_shuffle_epi8(efgh, swap));
}

NATIVE static void
pair_native(uint8_t prefix, const struct bytes messages[2], uint8_t *const digests[2])
{
	struct stream streams[2];
	struct message m[2];
	size_t i = 0;

	for (int side = 0; side < 2; side++) {
		message_init(&m[side], prefix, messages[side]);
		streams[side].abef =
		    _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
		streams[side].cdgh =
		    _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
	}
	for (; i < m[0].blocks && i < m[1].blocks; i++)
		compress_two(streams, message_block(&m[0], i), message_block(&m[1], i));
	for (int side = 0; side < 2; side++)
		for (size_t rest = i; rest < m[side].blocks; rest++)
			compress(&streams[side], message_block(&m[side], rest));
	for (int side = 0; side < 2; side++)
		digest_store(&streams[side], digests[side]);
}

/* Runs while the program is loaded, before sanitizers can be asked anything. */
#if defined __clang__
#define EARLY __attribute__((used, no_sanitize("coverage"), disable_sanitizer_instrumentation))
#else
#define EARLY __attribute__((used, no_sanitize("address", "undefined", "thread")))
#endif

EARLY INLINE bool
native_available(void)
{
	unsigned a, b, c, d;

	__cpuid(0, a, b, c, d);
	if (a < 7)
		return false;
	__cpuid(1, a, b, c, d);
	if ((c & CPUID_SSE41) == 0)
		return false;
	__cpuid_count(7, 0, a, b, c, d);
	return (b & CPUID_SHA) != 0;
}

EARLY static sha256_pair_function *
resolve(void)
{
	return native_available() ? pair_native : sha256_pair_plain;
}

void
sha256_pair(uint8_t prefix, const struct bytes messages[2], uint8_t *const digests[2])
    __attribute__((ifunc("resolve")));

#else

void
sha256_pair(uint8_t prefix, const struct bytes messages[2], uint8_t *const digests[2])
{
	sha256_pair_plain(prefix, messages, digests);
}

#endif

bool
sha256_pair_fits(sha256_pair_function *pair)
{
	enum {
		LENGTH_MAX = 192,
	};
	uint8_t memory[2 * LENGTH_MAX];
	bool fits = true;

	for (size_t i = 0; i < sizeof memory; i++)
		memory[i] = (uint8_t)(i * i + i / 7);
	for (size_t length = 0; length <= LENGTH_MAX; length++) {
		const struct bytes messages[2] = {
		    bytes_make(memory, length),
		    bytes_make(memory + length, (length * 5) % (LENGTH_MAX + 1))};
		uint8_t native[2][TALLY_HASH_SIZE], plain[2][TALLY_HASH_SIZE];

		pair((uint8_t)length, messages, (uint8_t *const[]){native[0], native[1]});
		sha256_pair_plain((uint8_t)length, messages,
				  (uint8_t *const[]){plain[0], plain[1]});
		fits &= memcmp(native, plain, sizeof native) == 0;
	}
	return fits;
}
