#include "tree/proof.h"

#include <sodium.h>

#include "base/text.h"

enum {
	LEVEL_BITS = 8,
	HASH_TEXT_SIZE = 44,
	EXTRA_PIECE = 4096, /* a multiple of 4 */
};

static const char first_line[] = "c2sp.org/tlog-proof@v1";

/* The leaves [first, end) of a proof's subtree. */
struct range {
	uint64_t first;
	uint64_t end;
};

/* The subtrees of a proof, met from the root down; a proof lists them from the leaf up. */
struct ranges {
	size_t count;
	bool full;
	struct range items[PROOF_HASHES_MAX];
};

static void
ranges_push(struct ranges *ranges, uint64_t first, uint64_t end)
{
	if (ranges->count == PROOF_HASHES_MAX)
		ranges->full = true;
	else
		ranges->items[ranges->count++] = (struct range){first, end};
}

/* The largest power of two below n. n > 1. */
static uint64_t
split_point(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* MTH of the 2^height leaves from `first`, a multiple of 2^height: at most 128 hashes of the
 * highest level that has them, all in one tile. */
static bool
perfect_root(uint64_t first, int height, proof_source *source, void *context,
	     struct tree_hash *root)
{
	struct tree_hash hashes[TALLY_TILE_WIDTH / 2];
	int level = height / LEVEL_BITS;
	unsigned width = 1u << height % LEVEL_BITS;

	if (!source(context, level, first >> level * LEVEL_BITS, width, hashes))
		return false;
	tile_root(hashes, width, root);
	return true;
}

/* MTH of a range as RFC 6962 splits them: its perfect subtrees, largest first, are the peaks of
 * a frontier. */
static bool
range_root(struct range range, proof_source *source, void *context, struct tree_hash *root)
{
	struct frontier frontier = {.size = range.end - range.first};
	uint64_t left = frontier.size;
	uint64_t at = range.first;

	for (int i = 0; left > 0; i++) {
		int height = 63 - __builtin_clzll(left);

		if (!perfect_root(at, height, source, context, &frontier.peaks[i]))
			return false;
		at += (uint64_t)1 << height;
		left -= (uint64_t)1 << height;
	}
	frontier_root(&frontier, root);
	return true;
}

static bool
ranges_hash(const struct ranges *ranges, proof_source *source, void *context, struct proof *out)
{
	out->count = 0;
	if (ranges->full)
		return false;
	for (size_t i = ranges->count; i-- > 0;)
		if (!range_root(ranges->items[i], source, context, &out->hashes[out->count++]))
			return false;
	return true;
}

bool
proof_inclusion(uint64_t index, uint64_t size, proof_source *source, void *context,
		struct proof *out)
{
	struct ranges siblings = {.count = 0};
	uint64_t first = 0;
	uint64_t end = size;

	CHECK(index < size);
	while (end - first > 1) {
		uint64_t middle = first + split_point(end - first);

		if (index < middle) {
			ranges_push(&siblings, middle, end);
			end = middle;
		} else {
			ranges_push(&siblings, first, middle);
			first = middle;
		}
	}
	return ranges_hash(&siblings, source, context, out);
}

bool
proof_consistency(uint64_t old_size, uint64_t size, proof_source *source, void *context,
		  struct proof *out)
{
	struct ranges subtrees = {.count = 0};
	uint64_t first = 0;
	uint64_t end = size;

	CHECK(old_size > 0);
	CHECK(old_size <= size);
	while (end != old_size) {
		uint64_t middle = first + split_point(end - first);

		if (old_size <= middle) {
			ranges_push(&subtrees, middle, end);
			end = middle;
		} else {
			ranges_push(&subtrees, first, middle);
			first = middle;
		}
	}
	/* a subtree that begins at 0 is the old tree itself, which the verifier has */
	if (first > 0)
		ranges_push(&subtrees, first, end);
	return ranges_hash(&subtrees, source, context, out);
}

/* One step up a verifier's path: `place` and `last` are the places of the node and of the
 * level's last node. True if the hash given is the left sibling. A node that is last without a
 * sibling rises until it has one on its left. */
static bool
sibling_is_left(uint64_t *place, uint64_t *last)
{
	bool left = (*place & 1) != 0 || *place == *last;

	if (left)
		while ((*place & 1) == 0 && *place != 0) {
			*place >>= 1;
			*last >>= 1;
		}
	*place >>= 1;
	*last >>= 1;
	return left;
}

bool
proof_inclusion_verify(const struct proof *proof, uint64_t index, uint64_t size,
		       const struct tree_hash *leaf, const struct tree_hash *root)
{
	struct tree_hash hash = *leaf;
	uint64_t place = index;
	uint64_t last = size - 1;

	CHECK(proof->count <= PROOF_HASHES_MAX);
	if (index >= size)
		return false;
	for (size_t i = 0; i < proof->count; i++) {
		if (last == 0)
			return false;
		if (sibling_is_left(&place, &last))
			tree_node(&proof->hashes[i], &hash, &hash);
		else
			tree_node(&hash, &proof->hashes[i], &hash);
	}
	return last == 0 && tree_hash_equal(&hash, root);
}

static bool
no_growth_verify(const struct proof *proof, uint64_t old_size, const struct tree_hash *old_root,
		 const struct tree_hash *root)
{
	struct tree_hash empty;

	crypto_hash_sha256(empty.bytes, NULL, 0);
	if (old_size == 0)
		root = &empty;
	return proof->count == 0 && tree_hash_equal(old_root, root);
}

bool
proof_consistency_verify(const struct proof *proof, uint64_t old_size, uint64_t size,
			 const struct tree_hash *old_root, const struct tree_hash *root)
{
	uint64_t place = old_size - 1;
	uint64_t last = size - 1;
	size_t next = 0;
	struct tree_hash old_hash, hash;

	CHECK(proof->count <= PROOF_HASHES_MAX);
	if (old_size == size || old_size == 0)
		return no_growth_verify(proof, old_size, old_root, root);
	if (old_size > size || proof->count == 0)
		return false;
	while (place & 1) {
		place >>= 1;
		last >>= 1;
	}
	/* the old tree is one perfect subtree: the path begins with the root we have */
	old_hash = place == 0 ? *old_root : proof->hashes[next++];
	hash = old_hash;
	for (; next < proof->count; next++) {
		if (last == 0)
			return false;
		if (sibling_is_left(&place, &last)) {
			tree_node(&proof->hashes[next], &old_hash, &old_hash);
			tree_node(&proof->hashes[next], &hash, &hash);
		} else {
			tree_node(&hash, &proof->hashes[next], &hash);
		}
	}
	return last == 0 && tree_hash_equal(&old_hash, old_root) &&
	       tree_hash_equal(&hash, root);
}

bool
proof_root(uint64_t size, proof_source *source, void *context, struct tree_hash *root)
{
	return range_root((struct range){0, size}, source, context, root);
}

static void
write_from_index(struct writer *writer, uint64_t index, const struct proof *proof,
		 struct bytes checkpoint)
{
	CHECK(proof->count <= PROOF_HASHES_MAX);
	writer_string(writer, "index ");
	writer_decimal(writer, index);
	writer_u8(writer, '\n');
	for (size_t i = 0; i < proof->count; i++) {
		text_base64_write(writer, bytes_make(proof->hashes[i].bytes, TALLY_HASH_SIZE));
		writer_u8(writer, '\n');
	}
	writer_u8(writer, '\n');
	writer_bytes(writer, checkpoint);
}

void
receipt_write(struct writer *writer, uint64_t index, const struct proof *proof,
	      struct bytes checkpoint)
{
	writer_string(writer, first_line);
	writer_u8(writer, '\n');
	write_from_index(writer, index, proof, checkpoint);
}

void
receipt_write_extra(struct writer *writer, struct bytes extra, uint64_t index,
		    const struct proof *proof, struct bytes checkpoint)
{
	CHECK(extra.size > 0);
	writer_string(writer, first_line);
	writer_string(writer, "\nextra ");
	text_base64_write(writer, extra);
	writer_u8(writer, '\n');
	write_from_index(writer, index, proof, checkpoint);
}

/* The rest of `line` after `word`. */
static bool
after_word(struct bytes line, struct bytes word, struct bytes *rest)
{
	struct reader reader = reader_make(line);

	reader_expect(&reader, word);
	*rest = reader_bytes(&reader, reader_left(&reader));
	return !reader.failed;
}

/* Piece by piece: only the last one may hold padding. */
static bool
extra_valid(struct bytes value)
{
	uint8_t unread[EXTRA_PIECE / 4 * 3];

	while (value.size > EXTRA_PIECE) {
		if (text_base64_parse(bytes_make(value.data, EXTRA_PIECE), unread,
				      sizeof unread) != sizeof unread)
			return false;
		value = bytes_make(value.data + EXTRA_PIECE, value.size - EXTRA_PIECE);
	}
	return text_base64_parse(value, unread, sizeof unread) > 0;
}

static bool
index_parse(struct bytes *text, struct receipt *out)
{
	struct bytes line, value;

	out->extra = bytes_make(NULL, 0);
	if (!text_line_next(text, &line))
		return false;
	if (after_word(line, BYTES_OF("extra "), &value)) {
		if (!extra_valid(value) || !text_line_next(text, &line))
			return false;
		out->extra = value;
	}
	return after_word(line, BYTES_OF("index "), &value) &&
	       text_decimal_parse(value, &out->index);
}

static bool
hashes_parse(struct bytes *text, struct proof *proof)
{
	struct bytes line;

	proof->count = 0;
	while (text_line_next(text, &line)) {
		if (line.size == 0)
			return true;
		if (proof->count == PROOF_HASHES_MAX || line.size != HASH_TEXT_SIZE ||
		    text_base64_parse(line, proof->hashes[proof->count++].bytes,
				      TALLY_HASH_SIZE) != TALLY_HASH_SIZE)
			return false;
	}
	return false;
}

bool
receipt_parse(struct bytes text, struct receipt *out)
{
	struct bytes line;

	if (!text_line_next(&text, &line) || !bytes_equal(line, bytes_of_string(first_line)))
		return false;
	if (!index_parse(&text, out) || !hashes_parse(&text, &out->proof))
		return false;
	out->checkpoint = text;
	return text.size > 0;
}
