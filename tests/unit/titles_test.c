#include "campaign/titles.h"

#include "limits.h"
#include "tests/lib/test.h"

/* Reads {"titles": ..}; true if it was accepted. */
static bool
read_titles(const char *titles, struct manifest_fault *fault)
{
	char *json;
	json_t *tree;
	struct node_reading reading = {.fault = fault};
	struct node root;

	assert_true(asprintf(&json, "{\"titles\":%s}", titles) > 0);
	tree = json_loads(json, 0, NULL);
	assert_non_null(tree);
	root = node_root(&reading, tree);
	(void)titles_read(&root);
	json_decref(tree);
	arena_free(&reading.arena);
	free(json);
	return !reading.failed;
}

static void
languages_and_texts(void **state)
{
	static const struct {
		const char *titles;
		const char *path; /* NULL: accepted */
	} cases[] = {
	    {"{\"ro\":\"x\"}", NULL},
	    {"{\"ab-cdefg\":\"x\"}", NULL},
	    {"{\"ab-cdefgh\":\"x\"}", "$.titles.ab-cdefgh"},
	    {"{\"r\":\"x\"}", "$.titles.r"},
	    {"{\"rO\":\"x\"}", "$.titles.rO"},
	    {"{\"ro\":\"\"}", "$.titles.ro"},
	    {"{\"ro\":7}", "$.titles.ro"},
	    {"{\"ro\":\"x\",\"en\":\"\\u0007\"}", "$.titles.en"},
	    {"{}", "$.titles"},
	    {"[]", "$.titles"},
	    {"\"x\"", "$.titles"},
	};
	struct manifest_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(read_titles(cases[i].titles, &fault), cases[i].path == NULL);
		if (cases[i].path != NULL)
			assert_string_equal(fault.path, cases[i].path);
	}
}

static void
bounds(void **state)
{
	char text[title_bytes_max + 32];
	struct manifest_fault fault;

	(void)state;
	snprintf(text, sizeof text, "{\"ro\":\"%0*d\"}", title_bytes_max, 7);
	assert_true(read_titles(text, &fault));
	snprintf(text, sizeof text, "{\"ro\":\"%0*d\"}", title_bytes_max + 1, 7);
	assert_false(read_titles(text, &fault));
	for (size_t count = languages_max; count <= languages_max + 1; count++) {
		size_t size = 1;

		text[0] = '{';
		for (size_t i = 0; i < count; i++)
			size +=
			    (size_t)snprintf(text + size, sizeof text - size, "%s\"x%c\":\"x\"",
					     i > 0 ? "," : "", (char)('a' + i));
		snprintf(text + size, sizeof text - size, "}");
		assert_int_equal(read_titles(text, &fault), count == languages_max);
	}
}

/* Title in the order of the manifest: the first one stands in for a missing language. */
static void
order_is_kept(void **state)
{
	json_t *tree =
	    json_loads("{\"titles\":{\"ro\":\"1\",\"hu\":\"2\",\"de\":\"3\"}}", 0, NULL);
	struct manifest_fault fault;
	struct node_reading reading = {.fault = &fault};
	struct node root = node_root(&reading, tree);
	struct manifest_titles titles = titles_read(&root);

	(void)state;
	assert_int_equal(titles.count, 3);
	assert_string_equal(titles.titles[0].language, "ro");
	assert_string_equal(titles.titles[2].text, "3");
	assert_string_equal(manifest_title_in(&titles, "hu"), "2");
	assert_string_equal(manifest_title_in(&titles, "en"), "1");
	json_decref(tree);
	arena_free(&reading.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(languages_and_texts),
	    cmocka_unit_test(bounds),
	    cmocka_unit_test(order_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
