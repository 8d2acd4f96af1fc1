#include "tools/tallyctl/testimony.h"

#include "tests/lib/test.h"
#include "tests/lib/vector.h"

static struct bytes
golden_line(void)
{
	struct bytes without = test_vector_view("tree.txt", "checkpoint.3");
	struct bytes with = test_vector_view("tree.txt", "checkpoint.3.cosigned");

	return bytes_make(with.data + without.size, with.size - without.size);
}

static void
the_size_is_told_before(void **state)
{
	static const struct {
		const char *line;
		uint64_t size; /* 0: not told */
	} lines[] = {
	    {"2026-11-21T20:00:00Z PASS: 646 entries with root 00ff, 1 more; 5 ballots "
	     "counted\n",
	     646},
	    {"all checks passed: public: 18446744073709551615 entries with root 00ff\n",
	     UINT64_MAX},
	    {"0 entries with root e3b0\n", 0},
	    {"7 entries with root 1, of old 9 entries with root 2\n", 9},
	    {"entries with root 00ff\n", 0},
	    {" entries with root 00ff\n", 0},
	    {"many entries with root 00ff\n", 0},
	    {"007 entries with root 00ff\n", 0},
	    {"18446744073709551616 entries with root 00ff\n", 0},
	    {"646 entries\n", 0},
	    {"\n", 0},
	    {"", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct testimony testimony = {0};

		assert_false(testimony_take(&testimony, bytes_of_string(lines[i].line)));
		assert_true(testimony.size == lines[i].size);
		assert_int_equal(testimony.has_size, lines[i].size > 0 || i == 2);
		assert_true(testimony_take(&testimony, golden_line()));
		assert_true(testimony.size == lines[i].size);
		assert_true(
		    bytes_equal(testimony.cosignature.name, BYTES_OF("witness.example/w1")));
	}
}

static void
what_begins_as_a_cosignature_and_is_none(void **state)
{
	struct testimony testimony = {0};
	struct bytes line = golden_line();
	struct bytes log = BYTES_OF("\xe2\x80\x94 tally.example/test "
				    "auLR0PyaGgaSJyfzwnWEyALnZXYtSjrLwc1XkKPGep9VRTQAJBl6"
				    "THu1S1jXHF74MyP6cq4DbihxOiApEQ/t5AlX0QY=\n");

	(void)state;
	line.size--;
	assert_true(testimony_begins(line));
	assert_false(testimony_take(&testimony, line));
	assert_true(testimony_begins(log));
	assert_false(testimony_take(&testimony, log));
	assert_false(testimony_begins(BYTES_OF("\xe2\x80\x94")));
	assert_false(testimony_begins(BYTES_OF("- witness\n")));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_size_is_told_before),
	    cmocka_unit_test(what_begins_as_a_cosignature_and_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
