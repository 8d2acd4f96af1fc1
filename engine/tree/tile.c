#include "tree/tile.h"

#include "base/text.h"

enum {
	GROUPS_MAX = 7, /* of three digits, in 2^64 */
	NUMBER_BITS = 56,
};

_Static_assert(TALLY_TILE_WIDTH == 1 << TILE_HEIGHT, "a full tile is a perfect tree");

uint64_t
tile_hashes(int level, uint64_t size)
{
	CHECK(level >= TILE_LEVEL_ENTRIES);
	CHECK(level < TILE_LEVELS_MAX);
	return level <= 0 ? size : size >> 8 * level;
}

static void
number_write(struct writer *writer, uint64_t number)
{
	unsigned groups[GROUPS_MAX];
	int count = 0;

	do {
		groups[count++] = (unsigned)(number % 1000);
		number /= 1000;
	} while (number > 0);
	while (count-- > 0) {
		if (count > 0)
			writer_u8(writer, 'x');
		writer_u8(writer, (uint8_t)('0' + groups[count] / 100));
		writer_u8(writer, (uint8_t)('0' + groups[count] / 10 % 10));
		writer_u8(writer, (uint8_t)('0' + groups[count] % 10));
		if (count > 0)
			writer_u8(writer, '/');
	}
}

void
tile_path(const struct tile *tile, char path[TILE_PATH_MAX])
{
	struct writer writer = writer_make(path, TILE_PATH_MAX);

	CHECK(tile->level >= TILE_LEVEL_ENTRIES);
	CHECK(tile->level < TILE_LEVELS_MAX);
	CHECK(tile->width >= 1);
	CHECK(tile->width <= TALLY_TILE_WIDTH);
	writer_string(&writer, "tile/");
	if (tile->level == TILE_LEVEL_ENTRIES)
		writer_string(&writer, "entries");
	else
		writer_decimal(&writer, (uint64_t)tile->level);
	writer_u8(&writer, '/');
	number_write(&writer, tile->number);
	if (tile->width < TALLY_TILE_WIDTH) {
		writer_string(&writer, ".p/");
		writer_decimal(&writer, tile->width);
	}
	writer_u8(&writer, 0);
	CHECK(!writer.failed);
}

static bool
comes_next(struct reader *reader, struct bytes expected)
{
	struct reader ahead = *reader;

	reader_expect(&ahead, expected);
	if (!ahead.failed)
		*reader = ahead;
	return !ahead.failed;
}

static unsigned
digit_next(struct reader *reader)
{
	uint8_t digit = (uint8_t)(reader_u8(reader) - '0');

	if (digit > 9)
		reader->failed = true;
	return digit;
}

/* Wraps on overflow, which the comparison of spellings then finds. */
static uint64_t
number_next(struct reader *reader)
{
	uint64_t number = 0;
	bool more = true;

	while (more && !reader->failed) {
		more = comes_next(reader, BYTES_OF("x"));
		for (int i = 0; i < 3; i++)
			number = number * 10 + digit_next(reader);
		if (more)
			reader_expect(reader, BYTES_OF("/"));
	}
	return number;
}

static unsigned
width_next(struct reader *reader)
{
	struct bytes digits;
	uint64_t width;

	if (!comes_next(reader, BYTES_OF(".p/")))
		return TALLY_TILE_WIDTH;
	digits = reader_bytes(reader, reader_left(reader));
	if (!text_decimal_parse(digits, &width) || width >= TALLY_TILE_WIDTH)
		return 0;
	return (unsigned)width;
}

bool
tile_path_parse(struct bytes path, struct tile *tile)
{
	struct reader reader = reader_make(path);
	char canonical[TILE_PATH_MAX];

	reader_expect(&reader, BYTES_OF("tile/"));
	tile->level = TILE_LEVEL_ENTRIES;
	if (!comes_next(&reader, BYTES_OF("entries")))
		tile->level = (int)digit_next(&reader);
	reader_expect(&reader, BYTES_OF("/"));
	tile->number = number_next(&reader);
	tile->width = width_next(&reader);
	if (!reader_done(&reader) || tile->level >= TILE_LEVELS_MAX || tile->width == 0 ||
	    tile->number >> NUMBER_BITS != 0)
		return false;
	tile_path(tile, canonical);
	return bytes_equal(bytes_of_string(canonical), path);
}

static void
full_root(const struct tree_hash *hashes, struct tree_hash *root)
{
	struct tree_hash nodes[TALLY_TILE_WIDTH / 2];
	size_t count = TALLY_TILE_WIDTH / 2;

	tree_nodes(hashes, count, nodes);
	for (; count > 1; count /= 2)
		tree_nodes(nodes, count / 2, nodes);
	*root = nodes[0];
}

void
tile_root(const struct tree_hash *hashes, unsigned width, struct tree_hash *root)
{
	struct frontier frontier;

	CHECK(width >= 1);
	CHECK(width <= TALLY_TILE_WIDTH);
	if (width == TALLY_TILE_WIDTH) {
		full_root(hashes, root);
		return;
	}
	frontier_init(&frontier);
	for (unsigned i = 0; i < width; i++)
		frontier_append(&frontier, &hashes[i]);
	frontier_root(&frontier, root);
}
