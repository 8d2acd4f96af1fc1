#include "tests/lib/press.h"

#include "base/text.h"
#include "ledger/entry.h"
#include "tests/lib/published.h"

#include <sodium.h>
#include <unistd.h>

static void
on_published(void *context, int status, const char *why)
{
	struct press *press = context;

	pthread_mutex_lock(&press->mutex);
	press->done = true;
	press->status = status;
	snprintf(press->why, sizeof press->why, "%s", why);
	pthread_cond_signal(&press->wake);
	pthread_mutex_unlock(&press->mutex);
}

void
press_start(struct press *press)
{
	press->publisher = publisher_start(press->store->folder.fd, press->store->archive,
					   press->tree, press->sealed, on_published, press);
	assert_non_null(press->publisher);
}

void
press_restart(struct press *press)
{
	publisher_stop(press->publisher);
	press_start(press);
}

static struct press *
make(uint64_t seed, bool sealed)
{
	struct press *press = calloc(1, sizeof *press);

	assert_non_null(press);
	press->sealed = sealed;
	press->sealing = sealed;
	press->random = test_random_make(seed);
	press->store = test_store_make(1024 * 1024);
	press->tree = treefile_open(press->store->folder.fd);
	assert_non_null(press->tree);
	snprintf(press->public, sizeof press->public, "%s/public", press->store->folder.path);
	pthread_mutex_init(&press->mutex, NULL);
	pthread_cond_init(&press->wake, NULL);
	press_start(press);
	return press;
}

struct press *
press_make(uint64_t seed)
{
	return make(seed, false);
}

struct press *
press_make_sealed(uint64_t seed)
{
	return make(seed, true);
}

void
press_free(struct press *press)
{
	publisher_stop(press->publisher);
	treefile_close(press->tree);
	test_store_free(press->store);
	pthread_mutex_destroy(&press->mutex);
	pthread_cond_destroy(&press->wake);
	free(press);
}

static void
tree_grow(struct press *press)
{
	for (size_t i = treefile_size(press->tree); i < press->store->size; i++) {
		struct tree_hash leaf;

		tree_leaf(press->store->entries[i], &leaf);
		assert_int_equal(treefile_append(press->tree, &leaf, 1), DISK_OK);
	}
}

void
press_grow(struct press *press, size_t size)
{
	test_store_grow(press->store, &press->random, size, 40);
	tree_grow(press);
}

void
press_text_hash(const char *text, uint8_t salt[32], uint8_t hash[32])
{
	uint8_t message[200];

	memset(salt, 9, 32);
	memcpy(message, salt, 32);
	memcpy(message + 32, text, strlen(text));
	crypto_hash_sha256(hash, message, 32 + strlen(text));
}

uint64_t
press_tally(struct press *press, const char *text)
{
	uint64_t index = press->store->size;
	uint8_t memory[ENTRY_TALLY_SIZE];
	struct writer entry = writer_make(memory, sizeof memory);
	uint8_t salt[32];
	uint8_t hash[32];

	press_text_hash(text, salt, hash);
	entry_tally_write(&entry, index, salt, hash);
	test_store_put(press->store, writer_view(&entry));
	test_store_commit(press->store);
	tree_grow(press);
	return index;
}

void
press_text(struct press *press, uint64_t index, const char *text)
{
	assert_int_equal(publisher_text(press->publisher, index, bytes_of_string(text)),
			 DISK_OK);
}

size_t
press_note(struct press *press, struct checkpoint *checkpoint, uint8_t note[512])
{
	struct writer writer = writer_make(note, 512);

	published_root(press->store->entries, 0, checkpoint->size, checkpoint->root);
	writer_string(&writer, "tally.example/test\n");
	writer_decimal(&writer, checkpoint->size);
	writer_u8(&writer, '\n');
	text_base64_write(&writer, bytes_make(checkpoint->root, 32));
	writer_string(&writer, "\n\n\xe2\x80\x94 tally.example/test AAAA\n");
	return writer.size;
}

int
press_wait(struct press *press)
{
	pthread_mutex_lock(&press->mutex);
	while (!press->done)
		pthread_cond_wait(&press->wake, &press->mutex);
	press->done = false;
	pthread_mutex_unlock(&press->mutex);
	return press->status;
}

int
press_publish_as(struct press *press, uint64_t size, bool waiting)
{
	struct checkpoint checkpoint = {.size = size};
	uint8_t note[512];
	size_t note_size = press_note(press, &checkpoint, note);

	publisher_publish(press->publisher,
			  &(struct publication){.checkpoint = checkpoint,
						.note = bytes_make(note, note_size),
						.sealed = press->sealing,
						.waiting = waiting});
	return press_wait(press);
}

int
press_publish(struct press *press, uint64_t size)
{
	return press_publish_as(press, size, false);
}

void
press_path(const struct press *press, const char *name, char path[400])
{
	snprintf(path, 400, "%s/%s", press->public, name);
}

void
press_note_is(struct press *press, const char *name, uint64_t size)
{
	struct checkpoint checkpoint = {.size = size};
	uint8_t note[512];
	size_t note_size = press_note(press, &checkpoint, note);
	char path[400];
	uint8_t *found;
	size_t found_size;

	press_path(press, name, path);
	found = test_file_read(path, &found_size);
	assert_non_null(found);
	assert_true(bytes_equal(bytes_make(found, found_size), bytes_make(note, note_size)));
	free(found);
}

void
press_checkpoint_is(struct press *press, uint64_t size)
{
	press_note_is(press, "checkpoint", size);
	assert_int_equal(publisher_size(press->publisher), size);
}

void
press_publish_and_check(struct press *press, uint64_t size)
{
	if (press_publish(press, size) != DISK_OK)
		fail_msg("%s", press->why);
	assert_true(press->sizes_count < PRESS_SIZES_MAX);
	press->sizes[press->sizes_count++] = size;
	press_checkpoint_is(press, size);
	if (press->sealing)
		published_check_sealed(press->public, press->store->entries, size, press->sizes,
				       press->sizes_count);
	else
		published_check(press->public, press->store->entries, size, press->sizes,
				press->sizes_count);
}

void
press_plant(struct press *press, const char *name, const char *bytes)
{
	char path[400];

	snprintf(path, sizeof path, "public/%s", name);
	assert_int_equal(
	    disk_replace(press->store->folder.fd, path, bytes_of_string(bytes), 0644, false),
	    DISK_OK);
}

bool
press_exists(const struct press *press, const char *name)
{
	char path[400];

	press_path(press, name, path);
	return access(path, F_OK) == 0;
}
