/* The rule P1 against other people's vectors, and against our own of every torsion. */
#include "tests/lib/test.h"

#include <jansson.h>
#include <sodium.h>

#include "verify/genuine.h"
#include "verify/trial.h"

static json_t *
data_load(const char *name)
{
	const char *path = test_data(name);
	json_error_t error;
	json_t *root;

	if (path == NULL)
		return NULL;
	root = json_load_file(path, 0, &error);
	if (root == NULL)
		fail_msg("%s: %s", path, error.text);
	return root;
}

static size_t
hex_of(const json_t *object, const char *key, uint8_t *out, size_t capacity)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return test_hex(text, out, capacity);
}

/* A signature of another size than 64 cannot even be carried: refused. */
static bool
accepts(const json_t *item, const char *message_name, const char *signature_name,
	const uint8_t key[32])
{
	uint8_t message[2048], signature[128];
	size_t message_size = hex_of(item, message_name, message, sizeof message);
	size_t size = hex_of(item, signature_name, signature, sizeof signature);

	return size == 64 &&
	       verify_signature(signature, bytes_make(message, message_size), key);
}

static void
wycheproof(void **state)
{
	json_t *root = data_load("ed25519/wycheproof_ed25519_test.json");
	size_t group_at, test_at, count = 0, mismatches = 0;
	json_t *group, *test;

	(void)state;
	if (root == NULL)
		skip();
	json_array_foreach(json_object_get(root, "testGroups"), group_at, group)
	{
		uint8_t key[32];

		hex_of(json_object_get(group, "publicKey"), "pk", key, sizeof key);
		json_array_foreach(json_object_get(group, "tests"), test_at, test)
		{
			const char *result = json_string_value(json_object_get(test, "result"));

			mismatches +=
			    accepts(test, "msg", "sig", key) != (strcmp(result, "valid") == 0);
			count++;
		}
	}
	json_decref(root);
	assert_int_equal(count, 151);
	assert_int_equal(mismatches, 0);
}

static void
speccheck(void **state)
{
	static const char expected[] = "XXXVXXXXXXXX";
	json_t *root = data_load("ed25519/speccheck_cases.json");
	size_t at;
	json_t *item;

	(void)state;
	if (root == NULL)
		skip();
	assert_int_equal(json_array_size(root), 12);
	json_array_foreach(root, at, item)
	{
		uint8_t key[32];

		hex_of(item, "pub_key", key, sizeof key);
		assert_int_equal(accepts(item, "message", "signature", key) ? 'V' : 'X',
				 expected[at]);
	}
	json_decref(root);
}

static void
torsion(void **state)
{
	json_t *root = data_load("ed25519/torsion_differential.json");
	size_t at, accepted = 0, mismatches = 0;
	json_t *item, *cases;

	(void)state;
	if (root == NULL)
		skip();
	cases = json_object_get(root, "cases");
	assert_int_equal(json_array_size(cases), 1628);
	json_array_foreach(cases, at, item)
	{
		uint8_t key[32];
		bool verdict;

		hex_of(item, "pk", key, sizeof key);
		verdict = accepts(item, "msg", "sig", key);
		accepted += verdict;
		mismatches += verdict != json_integer_value(json_object_get(item, "libsodium"));
	}
	json_decref(root);
	assert_int_equal(accepted, 141);
	assert_int_equal(mismatches, 0);
}

static void
self_test(void **state)
{
	(void)state;
	assert_true(trial_libsodium());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wycheproof),
	    cmocka_unit_test(speccheck),
	    cmocka_unit_test(torsion),
	    cmocka_unit_test(self_test),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
