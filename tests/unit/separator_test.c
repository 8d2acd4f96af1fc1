#include "tests/lib/test.h"

#include "ballot/separator.h"
#include "tally/formats.h"

static enum tally_verdict
take(struct bytes bytes, size_t *left)
{
	struct reader reader = reader_make(bytes);
	enum tally_verdict verdict =
	    separator_take(&reader, SEPARATOR_OF(TALLY_SEPARATOR_BALLOT));

	*left = reader_left(&reader);
	return verdict;
}

static void
takes_its_own(void **state)
{
	size_t left;

	(void)state;
	assert_int_equal(take(BYTES_OF("tally/ballot/v1\0rest"), &left), TALLY_ACCEPTED);
	assert_int_equal(left, 4);
	assert_int_equal(take(BYTES_OF("tally/ballot/v1\0"), &left), TALLY_ACCEPTED);
	assert_int_equal(left, 0);
}

static void
other_versions(void **state)
{
	size_t left;

	(void)state;
	assert_int_equal(take(BYTES_OF("tally/ballot/v2\0rest"), &left), TALLY_UNKNOWN_VERSION);
	assert_int_equal(left, 20);
	assert_int_equal(take(BYTES_OF("tally/ballot/v10\0"), &left), TALLY_UNKNOWN_VERSION);
	assert_int_equal(take(BYTES_OF("tally/ballot/v0\0"), &left), TALLY_UNKNOWN_VERSION);
	assert_int_equal(take(BYTES_OF("tally/ballot/v99999\0"), &left), TALLY_UNKNOWN_VERSION);
}

static void
other_bytes(void **state)
{
	const struct bytes refused[] = {
	    BYTES_OF(""),
	    BYTES_OF("tally/ballot/v1"), /* no NUL */
	    BYTES_OF("tally/ballot/v2"),
	    BYTES_OF("tally/ballot/v\0"),
	    BYTES_OF("tally/ballot/v-\0"),
	    BYTES_OF("tally/ballot/v1x\0"),
	    BYTES_OF("tally/ballot/v100000\0"),
	    BYTES_OF("tally/notice/v1\0"),
	    BYTES_OF("Tally/ballot/v1\0"),
	};
	size_t left;

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		assert_int_equal(take(refused[i], &left), TALLY_MALFORMED);
		assert_int_equal(left, refused[i].size);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(takes_its_own),
	    cmocka_unit_test(other_versions),
	    cmocka_unit_test(other_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
