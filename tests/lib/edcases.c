#include "tests/lib/edcases.h"

#include <sodium.h>

enum {
	TABLES = 32, /* keys with a table at a time */
};

/* The tables of the keys last asked for. */
struct shelf {
	struct keytable tables[TABLES];
	void *memory[TABLES];
	size_t count;
	unsigned window;
};

static void *
entries_alloc(unsigned window)
{
	size_t size = keytable_size(window) + KEYTABLE_ALIGNMENT - 1;
	void *memory = aligned_alloc(KEYTABLE_ALIGNMENT, size - size % KEYTABLE_ALIGNMENT);

	assert_non_null(memory);
	return memory;
}

/* NULL for a key that is refused. */
static const struct keytable *
shelf_find(struct shelf *shelf, const uint8_t key[TALLY_KEY_SIZE])
{
	for (size_t i = 0; i < shelf->count; i++) {
		if (memcmp(shelf->tables[i].key, key, TALLY_KEY_SIZE) == 0)
			return &shelf->tables[i];
	}
	assert_true(shelf->count < TABLES);
	if (shelf->memory[shelf->count] == NULL)
		shelf->memory[shelf->count] = entries_alloc(shelf->window);
	if (!keytable_make(&shelf->tables[shelf->count], key, shelf->window,
			   shelf->memory[shelf->count]))
		return NULL;
	return &shelf->tables[shelf->count++];
}

static void
shelf_free(struct shelf *shelf)
{
	for (size_t i = 0; i < TABLES; i++)
		free(shelf->memory[i]);
}

static void
verdict_check(const struct edcase *item, bool verdict, size_t number)
{
	char key[2 * TALLY_KEY_SIZE + 1], signature[2 * TALLY_SIGNATURE_SIZE + 1];

	if (verdict == item->genuine)
		return;
	sodium_bin2hex(key, sizeof key, item->key, sizeof item->key);
	sodium_bin2hex(signature, sizeof signature, item->signature, sizeof item->signature);
	fail_msg("case %zu: libsodium %d, here %d; key %s signature %s message of %zu bytes",
		 number, item->genuine, verdict, key, signature, item->message_size);
}

/* Fills items with the cases from *at on, as many as tables and the batch allow; a case whose key
 * is refused must not be genuine, and is none of the items. */
static size_t
batch_take(struct shelf *shelf, const struct edcase *cases, size_t count, size_t *at,
	   size_t batch_size, struct ed25519_item *items, const struct edcase **of)
{
	size_t taken = 0;

	shelf->count = shelf->count < TABLES ? shelf->count : 0;
	for (; *at < count && taken < batch_size && shelf->count < TABLES; ++*at) {
		const struct edcase *item = &cases[*at];
		const struct keytable *key = shelf_find(shelf, item->key);

		if (key == NULL) {
			verdict_check(item, false, *at);
			continue;
		}
		of[taken] = item;
		items[taken++] = (struct ed25519_item){
		    .signature = item->signature,
		    .message = bytes_make(item->message, item->message_size),
		    .key = key,
		    .genuine = !item->genuine};
	}
	return taken;
}

size_t
edcases_run(edcases_verify *verify, const struct edcase *cases, size_t count, unsigned window,
	    size_t batch_max)
{
	static struct ed25519_item items[ED25519_BATCH_MAX + 100];
	static const struct edcase *of[ED25519_BATCH_MAX + 100];
	struct shelf shelf = {.window = window};
	void *memory = entries_alloc(window);
	size_t genuine = 0, batch_size = 1;
	struct keytable base;

	assert_true(batch_max <= ED25519_BATCH_MAX + 100);
	keytable_make_base(&base, window, memory);
	for (size_t at = 0; at < count; batch_size = batch_size % batch_max + 1) {
		size_t taken = batch_take(&shelf, cases, count, &at, batch_size, items, of);

		verify(&base, items, taken);
		for (size_t i = 0; i < taken; i++) {
			verdict_check(of[i], items[i].genuine, (size_t)(of[i] - cases));
			genuine += items[i].genuine;
		}
	}
	shelf_free(&shelf);
	free(memory);
	return genuine;
}
