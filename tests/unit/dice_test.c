#include "tools/lib/dice.h"

#include "tests/lib/test.h"

/* As splitmix64.c of its author prints them for the seed 1234567. */
static void
the_published_sequence(void **state)
{
	static const uint64_t published[] = {
	    UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
	    UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
	    UINT64_C(16408922859458223821)};
	struct dice dice = {1234567};

	(void)state;
	for (size_t i = 0; i < sizeof published / sizeof *published; i++)
		assert_true(dice_next(&dice) == published[i]);
}

static void
each_pair_has_dice_of_its_own(void **state)
{
	uint64_t first[64];

	(void)state;
	for (uint64_t i = 0; i < 64; i++) {
		struct dice dice = dice_make(i / 8, i % 8), again = dice_make(i / 8, i % 8);

		first[i] = dice_next(&dice);
		assert_true(first[i] == dice_next(&again));
		assert_true(dice_next(&dice) == dice_next(&again));
		for (uint64_t j = 0; j < i; j++)
			assert_true(first[j] != first[i]);
	}
}

/* 6,000 throws of six faces: each 1,000 times, give or take seven standard deviations. */
static void
every_face_comes_up(void **state)
{
	struct dice dice = dice_make(1, 2);
	unsigned faces[6] = {0};

	(void)state;
	for (int i = 0; i < 6000; i++) {
		uint64_t face = dice_below(&dice, 6);

		assert_true(face < 6);
		faces[face]++;
	}
	for (int i = 0; i < 6; i++)
		assert_in_range(faces[i], 800, 1200);
	assert_int_equal(dice_below(&dice, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_published_sequence),
	    cmocka_unit_test(each_pair_has_dice_of_its_own),
	    cmocka_unit_test(every_face_comes_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
