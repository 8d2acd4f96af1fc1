#include "tools/lib/seal.h"

#include "tests/lib/test.h"

static const char *
breach(const char *text)
{
	return seal_breach(bytes_of_string(text));
}

static void
lets_turnout_pass(void **state)
{
	static const char *const kept[] = {
	    "{\"sealed\":true}",
	    "{\"campaign\":\"00\",\"test\":true,\"index\":9,\"phase\":\"open\",\"sealed\":true,"
	    "\"turnout\":7,\"districts\":[],\"checkpoint\":\"x\"}",
	    "{\"sealed\":true,\"districts\":[{\"id\":\"a\",\"turnout\":11},"
	    "{\"id\":\"b\",\"turnout\":null},{\"id\":\"c\",\"turnout\":null}]}",
	    "{\"sealed\":true,\"districts\":[{\"id\":\"a\",\"turnout\":null}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (breach(kept[i]) != NULL)
			fail_msg("%s: %s", kept[i], breach(kept[i]));
}

static void
finds_what_tells_more(void **state)
{
	static const char *const broken[][2] = {
	    {"", "no JSON object"},
	    {"[]", "no JSON object"},
	    {"{}", "does not say"},
	    {"{\"sealed\":false}", "does not say"},
	    {"{\"sealed\":true,\"sealed\":true}", "no JSON object"},
	    {"{\"sealed\":true,\"contests\":[]}", "more than the turnout"},
	    {"{\"sealed\":true,\"ballots\":3}", "more than the turnout"},
	    {"{\"sealed\":true,\"campaign\":{\"park\":7}}", "more than the turnout"},
	    {"{\"sealed\":true,\"turnout\":[4,3]}", "more than the turnout"},
	    {"{\"sealed\":true,\"districts\":{\"park\":7}}", "more than the turnout"},
	    {"{\"sealed\":true,\"districts\":[{\"id\":\"a\",\"turnout\":\"9\"},"
	     "{\"id\":\"b\",\"turnout\":null}]}",
	     "more of a district"},
	    {"{\"sealed\":true,\"districts\":[{\"id\":[7],\"turnout\":11}]}",
	     "more of a district"},
	    {"{\"sealed\":true,\"districts\":[{\"id\":\"a\",\"ballots\":20}]}",
	     "more of a district"},
	    {"{\"sealed\":true,\"districts\":[7]}", "more of a district"},
	    {"{\"sealed\":true,\"districts\":[{\"id\":\"a\",\"turnout\":10}]}", "so few"},
	    {"{\"sealed\":true,\"districts\":[{\"id\":\"a\",\"turnout\":11},"
	     "{\"id\":\"b\",\"turnout\":null}]}",
	     "one district alone"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		const char *why = breach(broken[i][0]);

		if (why == NULL || strstr(why, broken[i][1]) == NULL)
			fail_msg("%s: %s", broken[i][0], why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lets_turnout_pass),
	    cmocka_unit_test(finds_what_tells_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
