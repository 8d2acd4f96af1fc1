#include "shell/route.h"

#include "tests/lib/test.h"

static struct route
find(const char *path)
{
	struct route route;

	memset(&route, 0xa5, sizeof route);
	route_find(bytes_of_string(path), &route);
	return route;
}

static void
assert_file(const char *path, enum route_content content, bool changes)
{
	struct route route = find(path);

	assert_int_equal(route.kind, ROUTE_FILE);
	assert_string_equal(route.name, path + 1);
	assert_int_equal(route.content, content);
	assert_int_equal(route.changes, changes);
}

static void
every_route(void **state)
{
	(void)state;
	assert_int_equal(find("/healthz").kind, ROUTE_HEALTH);
	assert_int_equal(find("/readyz").kind, ROUTE_READY);
	assert_int_equal(find("/receipt/0").kind, ROUTE_RECEIPT);
	assert_int_equal(find("/receipt/0").index, 0);
	assert_int_equal(find("/receipt/18446744073709551615").index, UINT64_MAX);
	assert_file("/checkpoint", ROUTE_TEXT, true);
	assert_file("/checkpoint.next", ROUTE_TEXT, true);
	assert_file("/law/list", ROUTE_TEXT, true);
	assert_file("/results", ROUTE_JSON, true);
	assert_file("/roster", ROUTE_BYTES, false);
	assert_file("/law/0", ROUTE_TEXT, true);
	assert_file("/tally/18446744073709551615", ROUTE_TEXT, false);
	assert_file("/tile/0/000", ROUTE_BYTES, false);
	assert_file("/tile/7/x001/x234/067.p/255", ROUTE_BYTES, false);
	assert_file("/tile/entries/255.p/1", ROUTE_BYTES, false);
}

static void
one_spelling_each(void **state)
{
	static const char *const paths[] = {
	    "",
	    "/",
	    "//",
	    "healthz",
	    "checkpoint",
	    "//checkpoint",
	    "/./checkpoint",
	    "/../checkpoint",
	    "/checkpoint/",
	    "/checkpoint.tmp",
	    "/Checkpoint",
	    "/checkpoint%20",
	    "/%63heckpoint",
	    "/public/checkpoint",
	    "/results/",
	    "/roster/",
	    "/results.json",
	    "/law",
	    "/law/",
	    "/law/list/",
	    "/law/01",
	    "/law/-1",
	    "/tally",
	    "/tally/",
	    "/tally/00",
	    "/tally/+1",
	    "/tally/1.tmp",
	    "/tally/../checkpoint",
	    "/tally/%31",
	    "/tally/18446744073709551616",
	    "/receipt/",
	    "/receipt/1/",
	    "/receipt/0x1",
	    "/receipt/99999999999999999999",
	    "/tile/",
	    "/tile/8/000",
	    "/tile/64/000",
	    "/tile/00/000",
	    "/tile/0/0",
	    "/tile/0/0000",
	    "/tile/0/x000/001",
	    "/tile/0/1000",
	    "/tile/0/000.p/0",
	    "/tile/0/000.p/256",
	    "/tile/0/000.p/01",
	    "/tile/0/000.p",
	    "/tile/0/000.p/",
	    "/tile/0/../0/000",
	    "/tile/0//000",
	    "/tile/-1/000",
	    "/tile/data/000",
	    "/tile/entries/000/",
	    "/log.key",
	    "/../log.key",
	    "/remembered",
	};

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		if (find(paths[i]).kind != ROUTE_NONE)
			fail_msg("%s names something", paths[i]);
}

/* Whatever comes: a file's name is its path, without what could lead elsewhere. */
static void
strangers_choose_no_names(void **state)
{
	static const char *const pieces[] = {"/",   "..",   ".",     "tile", "entries", "x001",
					     "000", ".p/7", "tally", "law",  "1",       "%2e"};
	struct test_random random = test_random_make(7380);
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < 200000; i++) {
		char path[200] = "/";
		size_t size = 1;
		struct route route;

		for (uint64_t left = test_random_below(&random, 8); left > 0; left--)
			size +=
			    (size_t)snprintf(path + size, sizeof path - size, "%s",
					     pieces[test_random_below(
						 &random, sizeof pieces / sizeof pieces[0])]);
		route = find(path);
		if (route.kind != ROUTE_FILE)
			continue;
		found++;
		assert_string_equal(route.name, path + 1);
		assert_null(strstr(route.name, ".."));
		assert_null(strstr(route.name, "//"));
		assert_null(strchr(route.name, '%'));
	}
	assert_true(found > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_route),
	    cmocka_unit_test(one_spelling_each),
	    cmocka_unit_test(strangers_choose_no_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
