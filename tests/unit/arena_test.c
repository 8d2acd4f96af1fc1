#include "campaign/arena.h"

#include "tests/lib/test.h"

static void
pieces_are_zeroed_aligned_and_apart(void **state)
{
	struct arena arena = {NULL};
	uint8_t *pieces[64];

	(void)state;
	for (size_t i = 0; i < 64; i++) {
		size_t size = i * 401; /* altogether several blocks */

		pieces[i] = arena_take(&arena, size, 1);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % 8, 0);
		assert_true(bytes_all_zero(bytes_make(pieces[i], size)));
		memset(pieces[i], (int)i, size);
	}
	for (size_t i = 0; i < 64; i++) {
		for (size_t j = 0; j < i * 401; j++)
			assert_int_equal(pieces[i][j], i);
	}
	arena_free(&arena);
	assert_null(arena.newest);
	arena_free(&arena);
}

static void
a_piece_may_be_larger_than_a_block(void **state)
{
	struct arena arena = {NULL};
	uint8_t *large = arena_take(&arena, 1024, 1024);

	(void)state;
	assert_non_null(large);
	assert_true(bytes_all_zero(bytes_make(large, 1024 * 1024)));
	memset(large, 1, 1024 * 1024);
	assert_non_null(arena_take(&arena, 1, 1));
	arena_free(&arena);
}

static void
what_overflows_is_refused(void **state)
{
	struct arena arena = {NULL};

	(void)state;
	assert_null(arena_take(&arena, SIZE_MAX, 2));
	assert_null(arena_take(&arena, SIZE_MAX / 2, 3));
	assert_null(arena.newest);
}

static void
copies_end_with_a_nul(void **state)
{
	struct arena arena = {NULL};

	(void)state;
	assert_string_equal(arena_copy(&arena, BYTES_OF("abcdefgh")), "abcdefgh");
	assert_string_equal(arena_copy(&arena, bytes_make(NULL, 0)), "");
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
	    cmocka_unit_test(a_piece_may_be_larger_than_a_block),
	    cmocka_unit_test(what_overflows_is_refused),
	    cmocka_unit_test(copies_end_with_a_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
