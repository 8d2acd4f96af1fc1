#include "bench/tally-bench/kinds.h"

#include "tests/lib/test.h"

static void
kinds_fit_their_file(void **state)
{
	uint8_t memory[KINDS_HEADER_SIZE + 3];
	const uint8_t *kinds;
	uint64_t count;

	(void)state;
	kinds_header_write(memory, 1234, 3);
	memset(memory + KINDS_HEADER_SIZE, KIND_CERTIFICATE, 3);
	assert_true(kinds_parse(bytes_make(memory, sizeof memory), 1234, &count, &kinds));
	assert_int_equal(count, 3);
	assert_ptr_equal(kinds, memory + KINDS_HEADER_SIZE);
	assert_false(kinds_parse(bytes_make(memory, sizeof memory), 1235, &count, &kinds));
	assert_false(kinds_parse(bytes_make(memory, sizeof memory - 1), 1234, &count, &kinds));
	assert_false(kinds_parse(bytes_make(memory, 20), 1234, &count, &kinds));
	kinds_header_write(memory, 1234, 2);
	assert_false(kinds_parse(bytes_make(memory, sizeof memory), 1234, &count, &kinds));
	kinds_header_write(memory, 1234, 3);
	memory[KINDS_HEADER_SIZE + 1] = KIND_NONE;
	assert_false(kinds_parse(bytes_make(memory, sizeof memory), 1234, &count, &kinds));
	memory[KINDS_HEADER_SIZE + 1] = KIND_FRESH;
	memory[0] = 'T';
	assert_false(kinds_parse(bytes_make(memory, sizeof memory), 1234, &count, &kinds));
}

static void
the_bytes_are_those_of_the_header(void **state)
{
	uint8_t header[KINDS_HEADER_SIZE];

	(void)state;
	kinds_header_write(header, UINT64_C(0x0102030405060708), 258);
	assert_int_equal(KINDS_HEADER_SIZE, 36);
	assert_memory_equal(header, "tally-bench/kinds/1\0\1\2\3\4\5\6\7\10\0\0\0\0\0\0\1\2",
			    36);
}

/* What README.md tells of each. */
static void
each_has_its_name_and_its_verdict(void **state)
{
	static const struct {
		enum kind kind;
		const char *name;
		enum tally_verdict verdict;
	} told[] = {
	    {KIND_FRESH, "fresh", TALLY_ACCEPTED},
	    {KIND_REPEAT, "repeat", TALLY_ACCEPTED},
	    {KIND_REVOTE, "revote", TALLY_ACCEPTED},
	    {KIND_SECOND, "second", TALLY_HAS_VOTED},
	    {KIND_BIT, "forged-bit", TALLY_BAD_SIGNATURE},
	    {KIND_SCALAR, "forged-scalar", TALLY_BAD_SIGNATURE},
	    {KIND_KEY, "forged-key", TALLY_BAD_SIGNATURE},
	    {KIND_CHANGED, "forged-changed", TALLY_BAD_SIGNATURE},
	    {KIND_CAMPAIGN, "forged-campaign", TALLY_WRONG_CAMPAIGN},
	    {KIND_STRANGER, "forged-stranger", TALLY_UNKNOWN_SIGNER},
	    {KIND_CERTIFICATE, "forged-certificate", TALLY_BAD_CERTIFICATE},
	};

	(void)state;
	assert_int_equal(sizeof told / sizeof *told, KINDS_COUNT);
	for (size_t i = 0; i < KINDS_COUNT; i++) {
		assert_int_equal(told[i].kind, i);
		assert_string_equal(kind_name(told[i].kind), told[i].name);
		assert_int_equal(kind_verdict(told[i].kind), told[i].verdict);
	}
	assert_string_equal(kind_name(KIND_NONE), "not-told");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kinds_fit_their_file),
	    cmocka_unit_test(the_bytes_are_those_of_the_header),
	    cmocka_unit_test(each_has_its_name_and_its_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
