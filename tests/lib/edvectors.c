#include "tests/lib/edcases.h"

#include <jansson.h>
#include <sodium.h>

struct list {
	struct edcase *cases;
	size_t count, capacity;
};

static void
append(struct list *list, const json_t *key, const json_t *message, const json_t *signature)
{
	struct edcase item = {.message_size = 0};
	uint8_t long_signature[128];

	if (test_hex(json_string_value(signature), long_signature, sizeof long_signature) !=
	    sizeof item.signature)
		return;
	assert_int_equal(test_hex(json_string_value(key), item.key, sizeof item.key),
			 sizeof item.key);
	item.message_size =
	    test_hex(json_string_value(message), item.message, sizeof item.message);
	memcpy(item.signature, long_signature, sizeof item.signature);
	item.genuine = crypto_sign_verify_detached(item.signature, item.message,
						   item.message_size, item.key) == 0;
	assert_true(list->count < list->capacity);
	list->cases[list->count++] = item;
}

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

static void
wycheproof(struct list *list)
{
	json_t *root = data_load("ed25519/wycheproof_ed25519_test.json"), *group, *test;
	size_t group_at, test_at;

	json_array_foreach(json_object_get(root, "testGroups"), group_at, group)
	{
		json_t *key = json_object_get(json_object_get(group, "publicKey"), "pk");

		json_array_foreach(json_object_get(group, "tests"), test_at, test) append(
		    list, key, json_object_get(test, "msg"), json_object_get(test, "sig"));
	}
	json_decref(root);
}

static void
speccheck(struct list *list)
{
	json_t *root = data_load("ed25519/speccheck_cases.json"), *item;
	size_t at;

	json_array_foreach(root, at, item)
	    append(list, json_object_get(item, "pub_key"), json_object_get(item, "message"),
		   json_object_get(item, "signature"));
	json_decref(root);
}

static void
torsion(struct list *list)
{
	json_t *root = data_load("ed25519/torsion_differential.json"), *item;
	size_t at;

	json_array_foreach(json_object_get(root, "cases"), at, item)
	    append(list, json_object_get(item, "pk"), json_object_get(item, "msg"),
		   json_object_get(item, "sig"));
	json_decref(root);
}

struct edcase *
edcases_vectors(size_t *count)
{
	struct list list = {.capacity = 2048};

	list.cases = calloc(list.capacity, sizeof list.cases[0]);
	assert_non_null(list.cases);
	wycheproof(&list);
	speccheck(&list);
	torsion(&list);
	*count = list.count;
	if (list.count > 0)
		return list.cases;
	free(list.cases);
	return NULL;
}
