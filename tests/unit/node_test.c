#include "campaign/node.h"

#include "tests/lib/test.h"

/* One document, read afresh by each test. */
static json_t *tree;
static struct manifest_fault fault;
static struct node_reading reading;

static struct node
load(const char *json)
{
	tree = json_loads(json, JSON_DECODE_ANY, NULL);
	assert_non_null(tree);
	fault = (struct manifest_fault){{0}, {0}};
	reading = (struct node_reading){.fault = &fault};
	return node_root(&reading, tree);
}

static int
unload(void **state)
{
	(void)state;
	json_decref(tree);
	tree = NULL;
	arena_free(&reading.arena);
	return 0;
}

static void
assert_fault(const char *path, const char *sentence)
{
	assert_true(reading.failed);
	assert_string_equal(fault.path, path);
	assert_string_equal(fault.sentence, sentence);
}

static void
a_path_names_every_step(void **state)
{
	struct node root = load("{\"a\":[[1,{\"b\":true}]]}");
	struct node a = node_key(&root, "a");
	struct node first = node_at(&a, 0);
	struct node second = node_at(&first, 1);
	struct node b = node_key(&second, "b");

	(void)state;
	assert_true(node_boolean_or_false(&second, "b"));
	assert_int_equal(node_integer(&b, 0, 9), 0);
	assert_fault("$.a[0][1].b", "is not an integer from 0 to 9");
}

static void
the_first_fault_stays(void **state)
{
	struct node root = load("{\"a\":1,\"b\":\"x\"}");
	struct node a = node_key(&root, "a");
	struct node b;

	(void)state;
	node_fault(&a, "is bad");
	node_fault(&root, "is worse");
	b = node_key(&root, "b");
	assert_false(node_present(&b));
	assert_string_equal(node_text(&b, 10), "");
	assert_int_equal(node_integer(&a, 0, 9), 0);
	assert_int_equal(node_array(&a, 1, 2), 0);
	assert_null(node_take(&a, 1, 1));
	assert_fault("$.a", "is bad");
}

static void
keys_are_known_or_refused(void **state)
{
	static const char *const keys[] = {"a", "b", NULL};
	struct node root = load("{\"b\":1}");

	(void)state;
	node_object(&root, keys);
	assert_false(reading.failed);
	node_forbid(&root, "a", "may not be");
	assert_false(reading.failed);
	(void)node_key(&root, "a");
	assert_fault("$.a", "is missing");
	unload(state);

	root = load("{\"b\":1,\"c\":2}");
	node_object(&root, keys);
	assert_fault("$.c", "is not a key that is known here");
	unload(state);

	root = load("{\"b\":1}");
	node_forbid(&root, "b", "may not be");
	assert_fault("$.b", "may not be");
	unload(state);

	root = load("[]");
	node_object(&root, keys);
	assert_fault("$", "is not an object");
}

static void
integers_keep_their_range(void **state)
{
	static const struct {
		const char *json;
		bool good;
	} cases[] = {{"[-5]", true},     {"[7]", true},     {"[-6]", false},
		     {"[8]", false},     {"[1.0]", false},  {"[1e0]", false},
		     {"[\"1\"]", false}, {"[null]", false}, {"[true]", false}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct node root = load(cases[i].json);
		struct node node = node_at(&root, 0);

		(void)node_integer(&node, -5, 7);
		assert_int_equal(reading.failed, !cases[i].good);
		if (!cases[i].good)
			assert_fault("$[0]", "is not an integer from -5 to 7");
		unload(state);
	}
	(void)load("{}");
}

static void
absent_members_have_their_default(void **state)
{
	struct node root = load("{\"n\":3}");
	struct node absent = node_maybe(&root, "x");

	(void)state;
	assert_int_equal(node_integer_or(&root, "n", 0, 9, 5), 3);
	assert_int_equal(node_integer_or(&root, "m", 0, 9, 5), 5);
	assert_false(node_boolean_or_false(&root, "m"));
	assert_string_equal(node_identifier(&absent), "");
	assert_int_equal(node_array(&absent, 1, 2), 0);
	assert_false(reading.failed);
}

static void
texts_and_identifiers(void **state)
{
	struct node root = load("[\"\xc8\x99\",\"a b\",\"\"]");
	struct node at[3];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		at[i] = node_at(&root, i);
	assert_string_equal(node_text(&at[0], 2), "\xc8\x99");
	assert_string_equal(node_text(&at[1], 3), "a b");
	assert_string_equal(node_identifier(&at[0]), "\xc8\x99");
	assert_false(reading.failed);
	assert_string_equal(node_identifier(&at[1]), "");
	assert_fault("$[1]", "is not an identifier: 1 to 64 bytes without white space");
	reading.failed = false;
	(void)node_text(&at[1], 2);
	assert_fault("$[1]", "its number of bytes is not from 1 to 2");
	reading.failed = false;
	(void)node_text(&at[2], 2);
	assert_fault("$[2]", "its number of bytes is not from 1 to 2");
}

static void
ids_are_new_and_then_known(void **state)
{
	struct node root = load("[\"a\",\"b\",\"a\",\"c\"]");
	json_t *ids = json_object();
	struct node at[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		at[i] = node_at(&root, i);
	assert_string_equal(node_identifier_new(&at[0], ids), "a");
	assert_string_equal(node_identifier_new(&at[1], ids), "b");
	assert_int_equal(node_identifier_place(&at[2], ids, "is not known"), 0);
	assert_int_equal(node_identifier_place(&at[1], ids, "is not known"), 1);
	assert_false(reading.failed);
	(void)node_identifier_new(&at[2], ids);
	assert_fault("$[2]", "is there twice");
	reading.failed = false;
	(void)node_identifier_place(&at[3], ids, "is not known");
	assert_fault("$[3]", "is not known");
	json_decref(ids);
}

static void
lists_mark_places(void **state)
{
	struct node root = load("[[\"b\"],[\"a\",\"b\"],[\"a\",\"c\"],[\"a\",\"a\"],[]]");
	json_t *ids = json_pack("{s:i,s:i}", "a", 0, "b", 1);
	static const uint8_t both[] = {1, 1}, second[] = {0, 1};
	struct node at[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		at[i] = node_at(&root, i);
	assert_memory_equal(node_marks(&at[0], 1, ids, "is not known"), second, 2);
	assert_memory_equal(node_marks(&at[1], 1, ids, "is not known"), both, 2);
	assert_false(reading.failed);
	assert_null(node_marks(&at[2], 1, ids, "is not known"));
	assert_fault("$[2][1]", "is not known");
	reading.failed = false;
	assert_null(node_marks(&at[3], 1, ids, "is not known"));
	assert_fault("$[3][1]", "is there twice");
	reading.failed = false;
	assert_null(node_marks(&at[4], 1, ids, "is not known"));
	assert_fault("$[4]", "its number of elements is not from 1 to 2");
	json_decref(ids);
}

static void
sizes_of_arrays_and_objects(void **state)
{
	struct node root = load("[[1,2],{\"a\":1}]");
	struct node array = node_at(&root, 0);
	struct node object = node_at(&root, 1);

	(void)state;
	assert_int_equal(node_array(&array, 2, 2), 2);
	assert_int_equal(node_members(&object, 1, 1), 1);
	assert_false(reading.failed);
	assert_int_equal(node_array(&array, 3, 4), 0);
	assert_fault("$[0]", "its number of elements is not from 3 to 4");
	reading.failed = false;
	assert_int_equal(node_array(&array, 0, 1), 0);
	assert_true(reading.failed);
	reading.failed = false;
	assert_int_equal(node_array(&object, 0, 1), 0);
	assert_fault("$[1]", "is not an array");
	reading.failed = false;
	assert_int_equal(node_members(&object, 2, 3), 0);
	assert_fault("$[1]", "its number of members is not from 2 to 3");
}

static void
choices_hashes_and_minutes(void **state)
{
	static const char *const names[] = {"yes", "no", NULL};
	struct node root = load("[\"no\",\"perhaps\",\"1970-01-01T00:02:00Z\"]");
	struct node no = node_at(&root, 0);
	struct node perhaps = node_at(&root, 1);
	struct node minute = node_at(&root, 2);
	uint8_t hash[TALLY_HASH_SIZE];

	(void)state;
	assert_int_equal(node_choice(&no, names), 1);
	assert_int_equal(node_minute(&minute), 120);
	assert_false(reading.failed);
	(void)node_choice(&perhaps, names);
	assert_fault("$[1]", "is not one of yes, no");
	reading.failed = false;
	node_hash(&no, hash);
	assert_fault("$[0]", "is not 64 lower-case hexadecimal digits");
}

#define TEST(name) cmocka_unit_test_teardown(name, unload)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_path_names_every_step),           TEST(the_first_fault_stays),
	    TEST(keys_are_known_or_refused),         TEST(integers_keep_their_range),
	    TEST(absent_members_have_their_default), TEST(texts_and_identifiers),
	    TEST(ids_are_new_and_then_known),        TEST(lists_mark_places),
	    TEST(sizes_of_arrays_and_objects),       TEST(choices_hashes_and_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
