#include "outcome/profile.h"

#include "tests/lib/test.h"

enum {
	pairs_max = 8
};

/* One contest's choices, as a ballot has them. */
struct marks {
	uint8_t bytes[pairs_max * BALLOT_CHOICE_SIZE];
	struct ballot_choices choices;
};

static void
mark(struct marks *marks, uint16_t option, int32_t value)
{
	uint8_t *at = marks->bytes + (size_t)marks->choices.count * BALLOT_CHOICE_SIZE;

	assert_in_range(marks->choices.count, 0, pairs_max - 1);
	be16_store(at, option);
	be32_store(at + 2, (uint32_t)value);
	marks->choices.count++;
	marks->choices.pairs = marks->bytes;
}

/* Options of the bits of `set`, all with `value`. */
static void
add_set(struct profile *profile, unsigned set, int32_t value)
{
	struct marks marks = {.choices = {.count = 0}};

	for (uint16_t option = 0; option < pairs_max; option++) {
		if ((set & 1U << option) != 0)
			mark(&marks, option, value);
	}
	assert_true(profile_add(profile, &marks.choices));
}

static bool
same(const struct profile *a, const struct profile *b)
{
	if (a->ballots != b->ballots || a->rows_count != b->rows_count)
		return false;
	for (size_t i = 0; i < a->rows_count; i++) {
		const struct profile_row *left = &a->rows[i];
		const struct profile_row *right = &b->rows[i];

		if (left->weight != right->weight || left->count != right->count)
			return false;
		for (size_t j = 0; j < left->count; j++) {
			struct profile_choice x = a->choices[left->first + j];
			struct profile_choice y = b->choices[right->first + j];

			if (x.option != y.option || x.value != y.value)
				return false;
		}
	}
	return true;
}

static void
equal_ballots_are_one_row(void **state)
{
	struct profile profile;

	(void)state;
	profile_init(&profile);
	add_set(&profile, 0x5, 1);
	add_set(&profile, 0x1, 1);
	add_set(&profile, 0x5, 1);
	add_set(&profile, 0x5, -1);
	assert_true(profile_settle(&profile));
	assert_int_equal(profile.ballots, 4);
	assert_int_equal(profile.rows_count, 3);
	/* (0,-1)(2,-1) before (0,1) before (0,1)(2,1) */
	assert_int_equal(profile.choices[profile.rows[0].first].value, -1);
	assert_int_equal(profile.rows[0].count, 2);
	assert_int_equal(profile.rows[1].count, 1);
	assert_int_equal(profile.rows[2].count, 2);
	assert_int_equal(profile.rows[2].weight, 2);
	assert_int_equal(profile.choices[profile.rows[2].first + 1].option, 2);
	profile_free(&profile);
}

static void
ballots_without_choices_are_not_in_it(void **state)
{
	struct ballot_choices blank = {.blank = true};
	struct ballot_choices none = {.count = 0};
	struct profile profile;

	(void)state;
	profile_init(&profile);
	assert_true(profile_add(&profile, &blank));
	assert_true(profile_add(&profile, &none));
	assert_int_equal(profile.ballots, 0);
	assert_true(profile_settle(&profile));
	assert_int_equal(profile.rows_count, 0);
	profile_free(&profile);
}

/* 20,000 ballots in two orders: one profile, rows strictly ascending, nothing lost. */
static void
the_order_of_ballots_does_not_matter(void **state)
{
	enum {
		ballots = 20000
	};
	static unsigned sets[ballots];
	struct test_random random = test_random_make(11);
	struct profile forth;
	struct profile back;
	uint64_t weights = 0;

	(void)state;
	profile_init(&forth);
	profile_init(&back);
	for (size_t i = 0; i < ballots; i++)
		sets[i] = 1 + (unsigned)test_random_below(&random, 255 * 40);
	for (size_t i = 0; i < ballots; i++) {
		add_set(&forth, sets[i] % 255 + 1, (int32_t)(sets[i] / 255) - 20);
		add_set(&back, sets[ballots - 1 - i] % 255 + 1,
			(int32_t)(sets[ballots - 1 - i] / 255) - 20);
	}
	assert_true(profile_settle(&forth));
	assert_true(profile_settle(&back));
	assert_in_range(forth.rows_count, 5000, 255 * 41);
	assert_true(same(&forth, &back));
	for (size_t i = 0; i < forth.rows_count; i++)
		weights += forth.rows[i].weight;
	assert_int_equal(weights, ballots);
	back.rows[17].weight++;
	assert_false(same(&forth, &back));
	profile_free(&forth);
	profile_free(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(equal_ballots_are_one_row),
	    cmocka_unit_test(ballots_without_choices_are_not_in_it),
	    cmocka_unit_test(the_order_of_ballots_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
