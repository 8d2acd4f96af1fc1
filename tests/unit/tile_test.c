#include "tests/lib/test.h"

#include "tests/lib/merkle.h"
#include "tree/tile.h"

static void
assert_path(int level, uint64_t number, unsigned width, const char *expected)
{
	struct tile tile = {level, number, width};
	struct tile back;
	char path[TILE_PATH_MAX];

	tile_path(&tile, path);
	assert_string_equal(path, expected);
	assert_true(tile_path_parse(bytes_of_string(path), &back));
	assert_int_equal(back.level, level);
	assert_true(back.number == number);
	assert_int_equal(back.width, width);
}

static void
paths(void **state)
{
	(void)state;
	assert_path(0, 5, 256, "tile/0/005");
	assert_path(0, 0, 1, "tile/0/000.p/1");
	assert_path(1, 999, 255, "tile/1/999.p/255");
	assert_path(2, 1000, 256, "tile/2/x001/000");
	assert_path(0, 1234067, 256, "tile/0/x001/x234/067");
	assert_path(TILE_LEVEL_ENTRIES, 1234067, 17, "tile/entries/x001/x234/067.p/17");
	assert_path(0, ((uint64_t)1 << 56) - 1, 255,
		    "tile/0/x072/x057/x594/x037/x927/935.p/255");
	assert_path(7, 0, 10, "tile/7/000.p/10");
}

/* s = 70,000: 273 full tiles and a partial one of 112 at level 0; one and 17 at level 1; one
 * hash at level 2. */
static void
widths(void **state)
{
	(void)state;
	assert_int_equal(tile_hashes(0, 70000), 273 * 256 + 112);
	assert_int_equal(tile_hashes(TILE_LEVEL_ENTRIES, 70000), 70000);
	assert_int_equal(tile_hashes(1, 70000), 1 * 256 + 17);
	assert_int_equal(tile_hashes(2, 70000), 1);
	assert_int_equal(tile_hashes(3, 70000), 0);
	assert_int_equal(tile_hashes(0, 256), 256);
	assert_int_equal(tile_hashes(1, 256), 1);
	assert_int_equal(tile_hashes(1, 255), 0);
	assert_int_equal(tile_hashes(0, 0), 0);
	assert_int_equal(tile_hashes(7, UINT64_MAX), 255);
	assert_path(0, 273, 112, "tile/0/273.p/112");
	assert_path(1, 1, 17, "tile/1/001.p/17");
	assert_path(2, 0, 1, "tile/2/000.p/1");
}

static void
random_tiles_come_back(void **state)
{
	struct test_random random = test_random_make(0x74696c65);

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct tile tile = {(int)test_random_below(&random, TILE_LEVELS_MAX + 1) - 1,
				    test_random_next(&random) >>
					(8 + test_random_below(&random, 56)),
				    1 + (unsigned)test_random_below(&random, 256)};
		struct tile back;
		char path[TILE_PATH_MAX];

		tile_path(&tile, path);
		assert_true(tile_path_parse(bytes_of_string(path), &back));
		assert_int_equal(back.level, tile.level);
		assert_true(back.number == tile.number);
		assert_int_equal(back.width, tile.width);
	}
}

static void
other_spellings_are_refused(void **state)
{
	static const char *const spellings[] = {
	    "",
	    "tile",
	    "tile/",
	    "tile/0",
	    "tile/0/",
	    "tile/0/5",
	    "tile/0/05",
	    "tile/0/0005",
	    "tile/0/00x",
	    "tile/0/x005",
	    "tile/0/x000/005",
	    "tile/0/x001/",
	    "tile/0/x001/x234",
	    "tile/0/001/234",
	    "tile/0/x001x234/067",
	    "tile/0/X001/234",
	    "tile/0/005.p",
	    "tile/0/005.p/",
	    "tile/0/005.p/0",
	    "tile/0/005.p/01",
	    "tile/0/005.p/256",
	    "tile/0/005.p/257",
	    "tile/0/005.p/4294967297",
	    "tile/0/005.p/18446744073709551617",
	    "tile/0/005.p/1/",
	    "tile/0/005.p/1 ",
	    "tile/0/005.p/-1",
	    "tile/0/005/",
	    "tile/0/005\n",
	    "/tile/0/005",
	    "tile//005",
	    "tile/00/005",
	    "tile/8/005",
	    "tile/63/000",
	    "tile/-1/005",
	    "tile/data/005",
	    "tile/entries",
	    "tile/entriesx/005",
	    "tile/8/0/005",
	    "tile/0/../005",
	    /* 2^56 and 2^64 + 5 */
	    "tile/0/x072/x057/x594/x037/x927/936",
	    "tile/0/x018/x446/x744/x073/x709/x551/621",
	    "tile/0/x001/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/000",
	};
	struct tile tile;

	(void)state;
	for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
		if (tile_path_parse(bytes_of_string(spellings[i]), &tile))
			fail_msg("accepted: %s", spellings[i]);
	assert_false(tile_path_parse(BYTES_OF("tile/0/005\0"), &tile));
	assert_false(tile_path_parse(BYTES_OF("tile/0/\0"
					      "005"),
				     &tile));
}

static void
roots(void **state)
{
	struct tree_hash hashes[256];

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		uint8_t entry = (uint8_t)i;

		tree_leaf(bytes_make(&entry, 1), &hashes[i]);
	}
	for (unsigned width = 1; width <= 256; width++) {
		struct tree_hash expected = merkle_root(hashes, width);
		struct tree_hash root;

		tile_root(hashes, width, &root);
		assert_true(tree_hash_equal(&root, &expected));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paths),
	    cmocka_unit_test(widths),
	    cmocka_unit_test(random_tiles_come_back),
	    cmocka_unit_test(other_spellings_are_refused),
	    cmocka_unit_test(roots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
