#include "tools/tallyctl/statement.h"

#include "tests/lib/test.h"

#define HEAD "{\"campaign\":\"00\",\"test\":false,\"index\":9,\"phase\":\"open\","
#define LIVE \
	HEAD "\"ballots\":5,\"replaced\":1,\"voided\":0,\"in_tree\":6," \
	     "\"districts\":[{\"id\":\"d\",\"ballots\":5}],\"contests\":[" \
	     "{\"id\":\"c\",\"ballots\":4,\"blank\":1,\"abstained\":0,\"options\":[" \
	     "{\"id\":\"o\",\"votes\":4,\"score\":-4}],\"winners\":[],\"outcome\":\"none\"}]," \
	     "\"checkpoint\":\"n\\n\"}\n"
#define SEALED \
	HEAD "\"sealed\":true,\"turnout\":30,\"districts\":[" \
	     "{\"id\":\"d\",\"turnout\":30},{\"id\":\"e\",\"turnout\":11}]," \
	     "\"checkpoint\":\"n\\n\"}\n"

#define PAPER \
	",\"paper\":{\"sheets\":2,\"papers\":50,\"contests\":[{\"id\":\"c\",\"ballots\":45," \
	"\"blank\":0,\"abstained\":5,\"options\":[{\"id\":\"o\",\"votes\":7,\"score\":7}]}]}}" \
	"\n"

/* LIVE, with sheets. */
static const char *
with_paper(void)
{
	static char text[1000];

	snprintf(text, sizeof text, "%.*s%s", (int)sizeof LIVE - 3, LIVE, PAPER);
	return text;
}

static json_t *
parse(const char *text)
{
	const char *why;
	json_t *statement = statement_parse(bytes_of_string(text), &why);

	assert_int_equal(statement == NULL, why != NULL);
	return statement;
}

static void
both_forms(void **state)
{
	json_t *live = parse(LIVE);
	json_t *sealed = parse(SEALED);
	json_t *paper = parse(with_paper());

	(void)state;
	assert_non_null(paper);
	json_decref(paper);
	assert_non_null(live);
	assert_non_null(sealed);
	assert_false(statement_sealed(live));
	assert_true(statement_sealed(sealed));
	json_decref(live);
	json_decref(sealed);
}

/* `text` with the first `old` replaced is refused. */
static void
assert_refused(const char *text, const char *old, const char *new)
{
	const char *found = strstr(text, old);
	char changed[1000];

	assert_non_null(found);
	snprintf(changed, sizeof changed, "%.*s%s%s", (int)(found - text), text, new,
		 found + strlen(old));
	if (parse(changed) != NULL)
		fail_msg("taken: %s", changed);
}

static void
nothing_else(void **state)
{
	(void)state;
	assert_null(parse(""));
	assert_null(parse("[]"));
	assert_null(parse("<html>"));
	assert_refused(LIVE, "}\n", "");
	assert_refused(LIVE, "\"campaign\"", "\"test\"");
	assert_refused(LIVE, "\"open\"", "1");
	assert_refused(LIVE, "\"index\":9", "\"index\":-9");
	assert_refused(LIVE, "\"ballots\":5,", "");
	assert_refused(LIVE, "\"ballots\":5}", "\"ballots\":\"5\"}");
	assert_refused(LIVE, "\"in_tree\":6", "\"in_tree\":6.5");
	assert_refused(LIVE, "\"votes\":4", "\"votes\":null");
	assert_refused(LIVE, "\"winners\":[]", "\"winners\":{}");
	assert_refused(LIVE, "\"id\":\"o\"", "\"id\":\"\\u001b[2J\"");
	assert_refused(LIVE, "\"id\":\"c\"", "\"id\":7");
	assert_refused(LIVE, "\"checkpoint\"", "\"check\"");
	assert_refused(with_paper(), "\"sheets\":2", "\"sheets\":-2");
	assert_refused(with_paper(), "\"papers\":50,", "");
	assert_refused(with_paper(), "\"abstained\":5", "\"abstained\":\"5\"");
	assert_refused(with_paper(), "\"votes\":7", "\"votes\":-7");
	assert_refused(with_paper(), "\"paper\":{", "\"paper\":[],\"p\":{");
	assert_refused(SEALED, "\"turnout\":30", "\"turnout\":\"30\"");
	assert_refused(SEALED, "\"turnout\":11", "\"turnout\":10");
	assert_refused(SEALED, "\"turnout\":11", "\"turnout\":null");
	assert_refused(SEALED, "\"sealed\"", "\"ballots\":9,\"sealed\"");
	assert_refused(SEALED, "true", "false");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_forms),
	    cmocka_unit_test(nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
