#include "tests/lib/test.h"

#include "base/text.h"
#include "shell/publisher.h"
#include "tests/lib/published.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SIZES_MAX = 512
};

/* A ledger, its tree, a publisher. */
struct scene {
	struct test_store *store;
	struct treefile *tree;
	struct publisher *publisher;
	struct test_random random;
	char public[300];
	uint64_t sizes[SIZES_MAX];
	size_t sizes_count;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	bool done;
	int status;
	char why[512];
};

static void
published(void *context, int status, const char *why)
{
	struct scene *scene = context;

	pthread_mutex_lock(&scene->mutex);
	scene->done = true;
	scene->status = status;
	snprintf(scene->why, sizeof scene->why, "%s", why);
	pthread_cond_signal(&scene->wake);
	pthread_mutex_unlock(&scene->mutex);
}

static void
scene_start(struct scene *scene)
{
	scene->publisher = publisher_start(scene->store->folder.fd, scene->store->archive,
					   scene->tree, published, scene);
	assert_non_null(scene->publisher);
}

static void
scene_restart(struct scene *scene)
{
	publisher_stop(scene->publisher);
	scene_start(scene);
}

static struct scene *
scene_make(uint64_t seed)
{
	struct scene *scene = calloc(1, sizeof *scene);

	assert_non_null(scene);
	scene->random = test_random_make(seed);
	scene->store = test_store_make(1024 * 1024);
	scene->tree = treefile_open(scene->store->folder.fd);
	assert_non_null(scene->tree);
	snprintf(scene->public, sizeof scene->public, "%s/public", scene->store->folder.path);
	pthread_mutex_init(&scene->mutex, NULL);
	pthread_cond_init(&scene->wake, NULL);
	scene_start(scene);
	return scene;
}

static void
scene_free(struct scene *scene)
{
	publisher_stop(scene->publisher);
	treefile_close(scene->tree);
	test_store_free(scene->store);
	pthread_mutex_destroy(&scene->mutex);
	pthread_cond_destroy(&scene->wake);
	free(scene);
}

static void
scene_grow(struct scene *scene, size_t size)
{
	test_store_grow(scene->store, &scene->random, size, 40);
	for (size_t i = treefile_size(scene->tree); i < scene->store->size; i++) {
		struct tree_hash leaf;

		tree_leaf(scene->store->entries[i], &leaf);
		assert_int_equal(treefile_append(scene->tree, &leaf, 1), DISK_OK);
	}
}

static size_t
scene_note(struct scene *scene, struct checkpoint *checkpoint, uint8_t note[512])
{
	struct writer writer = writer_make(note, 512);

	published_root(scene->store->entries, 0, checkpoint->size, checkpoint->root);
	writer_string(&writer, "tally.example/test\n");
	writer_decimal(&writer, checkpoint->size);
	writer_u8(&writer, '\n');
	text_base64_write(&writer, bytes_make(checkpoint->root, 32));
	writer_string(&writer, "\n\n\xe2\x80\x94 tally.example/test AAAA\n");
	return writer.size;
}

static int
scene_wait(struct scene *scene)
{
	pthread_mutex_lock(&scene->mutex);
	while (!scene->done)
		pthread_cond_wait(&scene->wake, &scene->mutex);
	scene->done = false;
	pthread_mutex_unlock(&scene->mutex);
	return scene->status;
}

static int
scene_publish(struct scene *scene, uint64_t size)
{
	struct checkpoint checkpoint = {.size = size};
	uint8_t note[512];
	size_t note_size = scene_note(scene, &checkpoint, note);

	publisher_publish(scene->publisher,
			  &(struct publication){.checkpoint = checkpoint,
						.note = bytes_make(note, note_size)});
	return scene_wait(scene);
}

static void
public_path(const struct scene *scene, const char *name, char path[400])
{
	snprintf(path, 400, "%s/%s", scene->public, name);
}

static void
checkpoint_is(struct scene *scene, uint64_t size)
{
	struct checkpoint checkpoint = {.size = size};
	uint8_t note[512];
	size_t note_size = scene_note(scene, &checkpoint, note);
	char path[400];
	uint8_t *found;
	size_t found_size;

	public_path(scene, "checkpoint", path);
	found = test_file_read(path, &found_size);
	assert_non_null(found);
	assert_true(bytes_equal(bytes_make(found, found_size), bytes_make(note, note_size)));
	free(found);
	assert_int_equal(publisher_size(scene->publisher), size);
}

static void
publish_and_check(struct scene *scene, uint64_t size)
{
	if (scene_publish(scene, size) != DISK_OK)
		fail_msg("%s", scene->why);
	assert_true(scene->sizes_count < SIZES_MAX);
	scene->sizes[scene->sizes_count++] = size;
	checkpoint_is(scene, size);
	published_check(scene->public, scene->store->entries, size, scene->sizes,
			scene->sizes_count);
}

static void
plant(struct scene *scene, const char *name, const char *bytes)
{
	char path[400];

	snprintf(path, sizeof path, "public/%s", name);
	assert_int_equal(
	    disk_replace(scene->store->folder.fd, path, bytes_of_string(bytes), 0644, false),
	    DISK_OK);
}

static bool
exists(const struct scene *scene, const char *name)
{
	char path[400];

	public_path(scene, name, path);
	return access(path, F_OK) == 0;
}

static void
every_size_is_whole(void **state)
{
	struct scene *scene = scene_make(7301);
	uint64_t size = 0;

	(void)state;
	assert_int_equal(publisher_size(scene->publisher), 0);
	publish_and_check(scene, 0);
	while (size < 1500) {
		size += 1 + test_random_below(&scene->random, 90);
		scene_grow(scene, size + test_random_below(&scene->random, 20));
		publish_and_check(scene, size);
		if (test_random_below(&scene->random, 6) == 0)
			scene_restart(scene);
		checkpoint_is(scene, size);
	}
	for (size = 1535; size < 1538; size++) {
		scene_grow(scene, size);
		publish_and_check(scene, size);
	}
	publish_and_check(scene, 1537); /* the same again, as with new cosignatures */
	scene_free(scene);
}

static void
three_levels(void **state)
{
	struct scene *scene = scene_make(7302);

	(void)state;
	scene_grow(scene, 65800);
	publish_and_check(scene, 65534);
	publish_and_check(scene, 65800);
	assert_true(exists(scene, "tile/2/000.p/1"));
	assert_true(exists(scene, "tile/1/000"));
	assert_false(exists(scene, "tile/1/000.p"));
	scene_free(scene);
}

/* What a crash at any point of a publication leaves is made right by the next one. */
static void
crash_leftovers(void **state)
{
	struct scene *scene = scene_make(7303);

	(void)state;
	scene_grow(scene, 900);
	publish_and_check(scene, 100);
	publish_and_check(scene, 600);
	publisher_stop(scene->publisher);
	plant(scene, "checkpoint.tmp", "cut");
	plant(scene, "tile/0/003.tmp", "cut");
	plant(scene, "tile/0/002.p/200", "a partial of a size that was never published");
	plant(scene, "tile/0/002.p/88", "");
	plant(scene, "tile/entries/002", "a full bundle, torn by the crash");
	plant(scene, "tile/0/001.p/7", "full long ago, not removed yet");
	plant(scene, "tile/0/900", "beyond");
	plant(scene, "tile/1/000.p/250", "beyond");
	plant(scene, "tile/7/x123/456.p/5", "beyond");
	plant(scene, "index.html", "not ours");
	plant(scene, "tile/readme", "not ours");
	scene_start(scene);
	assert_int_equal(scene_publish(scene, 800), DISK_OK);
	assert_true(exists(scene, "index.html"));
	assert_true(exists(scene, "tile/readme"));
	assert_int_equal(unlinkat(scene->store->folder.fd, "public/tile/readme", 0), 0);
	published_check(scene->public, scene->store->entries, 800, NULL, 0);
	assert_false(exists(scene, "tile/0/001.p"));
	scene_free(scene);
}

static void
mark_is(struct scene *scene, const char *mark)
{
	if (mark == NULL)
		assert_int_equal(unlinkat(scene->store->folder.fd, "published", 0), 0);
	else
		assert_int_equal(disk_replace(scene->store->folder.fd, "published",
					      bytes_of_string(mark), 0644, false),
				 DISK_OK);
}

/* Without a mark to believe, everything is made anew. */
static void
doubtful_mark(void **state)
{
	static const char *const marks[] = {NULL,  "", "12x", "99999999999999999999999",
					    "701", "5"};
	struct scene *scene = scene_make(7304);

	(void)state;
	scene_grow(scene, 800);
	publish_and_check(scene, 700);
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		publisher_stop(scene->publisher);
		mark_is(scene, marks[i]);
		plant(scene, "tile/0/000", "wrong");
		plant(scene, "tile/entries/001", "wrong");
		scene_start(scene);
		assert_int_equal(publisher_size(scene->publisher), 700);
		publish_and_check(scene, 700);
	}
	publisher_stop(scene->publisher);
	plant(scene, "checkpoint", "rubbish");
	plant(scene, "tile/0/000", "wrong");
	scene_start(scene);
	assert_int_equal(publisher_size(scene->publisher), 0);
	publish_and_check(scene, 700);
	/* Below a mark that is believed, files are left alone: that is what it is for. */
	publisher_stop(scene->publisher);
	plant(scene, "tile/0/000", "wrong");
	scene_start(scene);
	assert_int_equal(scene_publish(scene, 701), DISK_OK);
	assert_false(exists(scene, "tile/0/000.tmp"));
	assert_int_equal(unlinkat(scene->store->folder.fd, "published", 0), 0);
	scene_restart(scene);
	publish_and_check(scene, 701);
	scene_free(scene);
}

static void
text_hash(const uint8_t salt[32], const char *text, uint8_t hash[32])
{
	uint8_t message[200];

	memcpy(message, salt, 32);
	memcpy(message + 32, text, strlen(text));
	crypto_hash_sha256(hash, message, 32 + strlen(text));
}

static void
texts_come_with_their_checkpoint(void **state)
{
	struct scene *scene = scene_make(7305);
	const uint8_t salt[32] = {9};
	uint8_t hash[32];

	(void)state;
	text_hash(salt, "five", hash);
	scene_grow(scene, 20);
	assert_int_equal(publisher_text(scene->publisher, 10, BYTES_OF("ten")), DISK_OK);
	assert_int_equal(publisher_text(scene->publisher, 5, BYTES_OF("five")), DISK_OK);
	assert_false(publisher_has_text(scene->publisher, 5, salt, hash));
	publish_and_check(scene, 5);
	assert_false(exists(scene, "tally/5"));
	publish_and_check(scene, 6);
	assert_true(exists(scene, "tally/5"));
	assert_false(exists(scene, "tally/10"));
	assert_true(publisher_has_text(scene->publisher, 5, salt, hash));
	plant(scene, "tally/5", "sixx");
	assert_false(publisher_has_text(scene->publisher, 5, salt, hash));
	assert_int_equal(publisher_text(scene->publisher, 5, BYTES_OF("five")), DISK_OK);
	publish_and_check(scene, 20);
	assert_true(publisher_has_text(scene->publisher, 5, salt, hash));
	assert_true(exists(scene, "tally/10"));
	hash[31] ^= 1;
	assert_false(publisher_has_text(scene->publisher, 5, salt, hash));
	assert_false(publisher_has_text(scene->publisher, 7, salt, hash));
	scene_free(scene);
}

static void
a_text_has_a_bound(void **state)
{
	struct scene *scene = scene_make(7306);
	const size_t size_max = 16 * 1024 * 1024;
	uint8_t *big = calloc(1, size_max + 1);

	(void)state;
	assert_non_null(big);
	assert_int_equal(publisher_text(scene->publisher, 0, bytes_make(big, size_max + 1)),
			 DISK_FULL);
	assert_int_equal(publisher_text(scene->publisher, 0, bytes_make(big, size_max)),
			 DISK_OK);
	scene_grow(scene, 1);
	publish_and_check(scene, 1);
	assert_true(exists(scene, "tally/0"));
	free(big);
	scene_free(scene);
}

static void
flip(struct scene *scene, const char *name, uint64_t offset)
{
	uint8_t byte;
	int fd;

	assert_int_equal(disk_open(scene->store->folder.fd, name, O_RDWR, 0, &fd), DISK_OK);
	assert_int_equal(disk_read_at(fd, name, &byte, 1, offset), DISK_OK);
	byte ^= 0x10;
	assert_int_equal(disk_write_at(fd, name, &byte, 1, offset), DISK_OK);
	close(fd);
}

/* Bits that changed on the disk after they were sequenced never reach the public. */
static void
flipped_bits_are_not_published(void **state)
{
	static const struct {
		const char *name;
		uint64_t offset;
	} flips[] = {
	    {"ledger/00000000.seg", 3000}, /* an entry's bytes, or a frame */
	    {"tree/0", 5},                 /* below a full tile */
	    {"tree/0", 450 * 32},          /* in the last, partial tile */
	    {"tree/1", 31},                /* a peak */
	};
	struct scene *scene = scene_make(7307);

	(void)state;
	scene_grow(scene, 500);
	publish_and_check(scene, 10);
	for (size_t i = 0; i < sizeof flips / sizeof *flips; i++) {
		flip(scene, flips[i].name, flips[i].offset);
		assert_int_equal(scene_publish(scene, 500), DISK_DAMAGED);
		assert_true(strlen(scene->why) > 10);
		checkpoint_is(scene, 10);
		flip(scene, flips[i].name, flips[i].offset);
		scene_restart(scene);
	}
	publish_and_check(scene, 500);
	assert_int_equal(scene_publish(scene, 499), DISK_DAMAGED);
	checkpoint_is(scene, 500);
	scene_free(scene);
}

static void
wrong_root_is_not_published(void **state)
{
	struct scene *scene = scene_make(7308);
	struct checkpoint checkpoint = {.size = 50};
	uint8_t note[512];
	size_t note_size;

	(void)state;
	scene_grow(scene, 50);
	note_size = scene_note(scene, &checkpoint, note);
	checkpoint.root[0] ^= 1;
	publisher_publish(scene->publisher,
			  &(struct publication){.checkpoint = checkpoint,
						.note = bytes_make(note, note_size)});
	assert_int_equal(scene_wait(scene), DISK_DAMAGED);
	assert_false(exists(scene, "checkpoint"));
	assert_int_equal(publisher_size(scene->publisher), 0);
	checkpoint.size = 51;
	publisher_publish(scene->publisher,
			  &(struct publication){.checkpoint = checkpoint,
						.note = bytes_make(note, note_size)});
	assert_int_equal(scene_wait(scene), DISK_FAILED);
	scene_free(scene);
}

/* The disk takes no more in the middle of a publication: nothing moves, and the next one, with
 * room again, is whole. */
static void
full_disk(void **state)
{
	struct scene *scene = scene_make(7309);
	struct rlimit before;
	struct rlimit small;

	(void)state;
	scene_grow(scene, 700);
	publish_and_check(scene, 90);
	assert_int_equal(publisher_text(scene->publisher, 91, BYTES_OF("text")), DISK_OK);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (rlim_t limit = 0; limit < 8192; limit = limit * 2 + 50) {
		small = (struct rlimit){limit, before.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		assert_int_equal(scene_publish(scene, 700), DISK_FAILED);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_non_null(strstr(scene->why, "File too large"));
		checkpoint_is(scene, 90);
	}
	publish_and_check(scene, 700);
	assert_true(exists(scene, "tally/91"));
	scene_free(scene);
}

/* Loop and publisher at once; for the thread sanitizer. */
static void
beside_the_loop(void **state)
{
	struct scene *scene = scene_make(7310);
	const uint8_t salt[32] = {0};
	uint8_t hash[32];

	(void)state;
	text_hash(salt, "text", hash);
	for (uint64_t size = 50; size < 1000; size += 50) {
		struct checkpoint checkpoint = {.size = size};
		uint8_t note[512];
		size_t note_size;

		scene_grow(scene, size);
		note_size = scene_note(scene, &checkpoint, note);
		publisher_publish(scene->publisher,
				  &(struct publication){.checkpoint = checkpoint,
							.note = bytes_make(note, note_size)});
		assert_int_equal(publisher_text(scene->publisher, size - 7, BYTES_OF("text")),
				 DISK_OK);
		scene_grow(scene, size + 30);
		(void)publisher_has_text(scene->publisher, size - 7, salt, hash);
		assert_true(publisher_size(scene->publisher) <= size);
		assert_int_equal(scene_wait(scene), DISK_OK);
		scene->sizes[scene->sizes_count++] = size;
	}
	published_check(scene->public, scene->store->entries, 950, scene->sizes,
			scene->sizes_count);
	publish_and_check(scene, 980);
	assert_true(publisher_has_text(scene->publisher, 43, salt, hash));
	scene_free(scene);
}

static void
stop_ends_what_is_under_way(void **state)
{
	struct scene *scene = scene_make(7311);
	struct checkpoint checkpoint = {.size = 300};
	uint8_t note[512];
	size_t note_size;

	(void)state;
	scene_grow(scene, 300);
	note_size = scene_note(scene, &checkpoint, note);
	publisher_publish(scene->publisher,
			  &(struct publication){.checkpoint = checkpoint,
						.note = bytes_make(note, note_size)});
	scene_restart(scene);
	assert_int_equal(scene_wait(scene), DISK_OK);
	checkpoint_is(scene, 300);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_size_is_whole),
	    cmocka_unit_test(three_levels),
	    cmocka_unit_test(crash_leftovers),
	    cmocka_unit_test(doubtful_mark),
	    cmocka_unit_test(texts_come_with_their_checkpoint),
	    cmocka_unit_test(a_text_has_a_bound),
	    cmocka_unit_test(flipped_bits_are_not_published),
	    cmocka_unit_test(wrong_root_is_not_published),
	    cmocka_unit_test(full_disk),
	    cmocka_unit_test(beside_the_loop),
	    cmocka_unit_test(stop_ends_what_is_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
