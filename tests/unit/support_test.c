#include "outcome/support.h"

#include "tests/lib/assembly.h"

static bool
look(const struct election *election, struct election_result *result)
{
	(void)election;
	(void)result;
	return true;
}

static void
values_or_names(void **state)
{
	const int64_t costs[] = {1, 1, 1, 1};
	struct assembly poll;
	struct support support;

	(void)state;
	assembly_make(&poll, 4, costs, 1);
	assembly_vote(&poll, 2, "a0b3d");
	assembly_vote(&poll, 1, "a5b-1c7");
	poll.running[3] = 0;
	assembly_decide(&poll, look);
	assert_true(support_make(&support, &poll.election, true));
	assert_int_equal(support.first[1] - support.first[0], 1);
	assert_int_equal(support.supporters[support.first[0]].value, 5);
	assert_int_equal(support.total[0], 5);
	assert_int_equal(support.total[1], 6);
	assert_int_equal(support.most[1], 3);
	assert_int_equal(support.total[2], 7);
	assert_int_equal(support.first[4] - support.first[3], 0);
	assert_int_equal(support.total[3], 0);
	support_free(&support);

	assert_true(support_make(&support, &poll.election, false));
	assert_int_equal(support.first[1] - support.first[0], 2);
	assert_int_equal(support.total[0], 3);
	assert_int_equal(support.total[1], 3);
	assert_int_equal(support.total[2], 1);
	assert_int_equal(support.most[2], 1);
	for (size_t k = 1; k < support.first[1]; k++)
		assert_true(support.supporters[k - 1].row < support.supporters[k].row);
	support_free(&support);
	assembly_free(&poll);
}

static void
nobody(void **state)
{
	const int64_t costs[] = {1};
	struct assembly poll;
	struct support support;

	(void)state;
	assembly_make(&poll, 1, costs, 1);
	assembly_decide(&poll, look);
	assert_true(support_make(&support, &poll.election, false));
	assert_int_equal(support.total[0], 0);
	assert_int_equal(support.first[1], 0);
	support_free(&support);
	assembly_free(&poll);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_or_names),
	    cmocka_unit_test(nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
