#include "tools/tallyctl/choices.h"

#include "tests/lib/test.h"

static const struct manifest_option options[] = {{.id = "a"}, {.id = "b:1"}, {.id = "c"}};

struct choices_case {
	enum manifest_method method;
	const char *text;
	size_t count;
	struct ballot_choice expected[3];
};

static struct ballot_choice choices[choices_max];
static char sentence[CHOICES_SENTENCE_MAX];

static bool
read_as(enum manifest_method method, const char *text, struct cast_contest *out)
{
	const struct manifest_contest contest = {
	    .id = "x", .method = method, .options = options, .options_count = 3};
	char copy[64];

	snprintf(copy, sizeof copy, "%s", text);
	return choices_read(&contest, copy, choices, out, sentence);
}

static void
reads_every_method(void **state)
{
	static const struct choices_case cases[] = {
	    {MANIFEST_METHOD_SINGLE, "c", 1, {{2, 1}}},
	    {MANIFEST_METHOD_APPROVAL, "c,a", 2, {{0, 1}, {2, 1}}},
	    {MANIFEST_METHOD_KNAPSACK, "b:1", 1, {{1, 1}}},
	    {MANIFEST_METHOD_CUMULATIVE, "c:3,b:1:20", 2, {{1, 20}, {2, 3}}},
	    {MANIFEST_METHOD_SCORE, "a:-5,c:0", 2, {{0, -5}, {2, 0}}},
	    {MANIFEST_METHOD_RANKED, "c,a,b:1", 3, {{0, 2}, {1, 3}, {2, 1}}},
	    {MANIFEST_METHOD_RANKED, "", 0, {{0, 0}}},
	    {MANIFEST_METHOD_RANKED, "c:7,a", 2, {{0, 2}, {2, 7}}},
	    {MANIFEST_METHOD_APPROVAL, "a:-1,b:1:1,c", 3, {{0, -1}, {1, 1}, {2, 1}}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct cast_contest out;

		assert_true(read_as(cases[i].method, cases[i].text, &out));
		assert_false(out.blank);
		assert_int_equal(out.count, cases[i].count);
		for (size_t j = 0; j < out.count; j++) {
			assert_int_equal(out.choices[j].option, cases[i].expected[j].option);
			assert_int_equal(out.choices[j].value, cases[i].expected[j].value);
		}
	}
}

static void
reads_blank(void **state)
{
	struct cast_contest out;

	(void)state;
	assert_true(read_as(MANIFEST_METHOD_SCORE, "blank", &out));
	assert_true(out.blank);
	assert_int_equal(out.count, 0);
}

static void
tells_what_is_wrong(void **state)
{
	static const struct {
		enum manifest_method method;
		const char *text;
		const char *sentence;
	} cases[] = {
	    {MANIFEST_METHOD_APPROVAL, "d", "contest 'x' has no option 'd'"},
	    {MANIFEST_METHOD_APPROVAL, "d:2", "contest 'x' has no option 'd:2'"},
	    {MANIFEST_METHOD_APPROVAL, "a:x", "contest 'x' has no option 'a:x'"},
	    {MANIFEST_METHOD_APPROVAL, "a,,c", "contest 'x' has no option ''"},
	    {MANIFEST_METHOD_APPROVAL, "a,c,a", "contest 'x': option 'a' is there twice"},
	    {MANIFEST_METHOD_RANKED, "a,a", "contest 'x': option 'a' is there twice"},
	    {MANIFEST_METHOD_SCORE, "a", "'a' is not OPTION:POINTS"},
	    {MANIFEST_METHOD_SCORE, "a:", "'a:' is not OPTION:POINTS"},
	    {MANIFEST_METHOD_SCORE, "a: 1", "'a: 1' is not OPTION:POINTS"},
	    {MANIFEST_METHOD_SCORE, "a:1x", "'1x' is not a number of points"},
	    {MANIFEST_METHOD_SCORE, "a:2147483648", "'2147483648' is not a number of points"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct cast_contest out;

		assert_false(read_as(cases[i].method, cases[i].text, &out));
		assert_string_equal(sentence, cases[i].sentence);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_every_method),
	    cmocka_unit_test(reads_blank),
	    cmocka_unit_test(tells_what_is_wrong),
	};

	return cmocka_run_group_tests_name("choices", tests, NULL, NULL);
}
