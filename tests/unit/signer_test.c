#include "tests/lib/patience.h"
#include "tests/lib/test.h"

#include "shell/signer.h"
#include "tests/lib/descriptor.h"
#include "tests/lib/published.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
	NOTES_MAX = 64
};

/* A ledger that grows, and a desk to sign it at. */
struct scene {
	struct test_store *store;
	struct test_random random;
	struct note_private_key key;
	struct remembered remembered;
	struct signer_desk desk;
	/* what a signer's thread said, under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned notes;
	unsigned failed;
	bool unremembered; /* a note came that was not on disk yet */
	struct checkpoint newest;
	char why[512];
};

static struct tree_hash
root_of(const struct scene *scene, uint64_t size)
{
	struct tree_hash root;

	published_root(scene->store->entries, 0, size, root.bytes);
	return root;
}

static struct checkpoint
checkpoint_of(const struct scene *scene, uint64_t size)
{
	struct checkpoint checkpoint = {.size = size};

	published_root(scene->store->entries, 0, size, checkpoint.root);
	return checkpoint;
}

/* A founded log: one entry, signed. */
static struct scene *
scene_make(uint64_t seed)
{
	static const uint8_t key_seed[TALLY_SEED_SIZE] = {7};
	struct scene *scene = calloc(1, sizeof *scene);
	struct checkpoint first;
	struct tree_hash leaf;
	uint8_t memory[512];
	struct writer note = writer_make(memory, sizeof memory);

	assert_non_null(scene);
	scene->random = test_random_make(seed);
	scene->store = test_store_make(64 * 1024);
	test_store_grow(scene->store, &scene->random, 1, 60);
	note_private_key_make(&scene->key, BYTES_OF("tally.example/test"), key_seed);
	first = checkpoint_of(scene, 1);
	checkpoint_write(&note, &first, &scene->key);
	assert_int_equal(remembered_create(&scene->remembered, scene->store->folder.fd, NULL,
					   scene->store->campaign, &first, writer_view(&note)),
			 DISK_OK);
	scene->desk = (struct signer_desk){.archive = scene->store->archive,
					   .tree = treefile_open(scene->store->folder.fd),
					   .remembered = &scene->remembered,
					   .key = &scene->key};
	assert_non_null(scene->desk.tree);
	tree_leaf(scene->store->entries[0], &leaf);
	frontier_append(&scene->desk.frontier, &leaf);
	assert_int_equal(treefile_append(scene->desk.tree, &leaf, 1), DISK_OK);
	pthread_mutex_init(&scene->lock, NULL);
	pthread_cond_init(&scene->changed, NULL);
	return scene;
}

static void
scene_free(struct scene *scene)
{
	remembered_close(&scene->remembered);
	treefile_close(scene->desk.tree);
	test_store_free(scene->store);
	pthread_mutex_destroy(&scene->lock);
	pthread_cond_destroy(&scene->changed);
	free(scene);
}

static void
grow(struct scene *scene, size_t size)
{
	test_store_grow(scene->store, &scene->random, size, 200);
}

/* What a start would read now. */
static struct checkpoint
on_disk(const struct scene *scene)
{
	struct remembered remembered;
	struct checkpoint opened;

	assert_int_equal(remembered_open(&remembered, scene->store->folder.fd), DISK_OK);
	remembered_close(&remembered);
	assert_true(checkpoint_open(bytes_make(remembered.note, remembered.note_size),
				    &scene->key.key, &opened));
	assert_int_equal(opened.size, remembered.checkpoint.size);
	assert_memory_equal(opened.root, remembered.checkpoint.root, TALLY_HASH_SIZE);
	return opened;
}

static void
assert_signed(const struct scene *scene, uint64_t size)
{
	struct checkpoint expected = checkpoint_of(scene, size);
	struct checkpoint found = on_disk(scene);

	assert_int_equal(found.size, size);
	assert_memory_equal(found.root, expected.root, TALLY_HASH_SIZE);
}

static int
sign(struct scene *scene, uint64_t size)
{
	struct tree_hash root = root_of(scene, size);

	return signer_sign(&scene->desk, size, &root);
}

/* on the caller's thread */

static void
signs_what_was_committed(void **state)
{
	struct scene *scene = scene_make(7301);
	struct tree_hash root;
	struct tree_hash found;

	(void)state;
	for (uint64_t size = 1; size < 2000; size += test_random_below(&scene->random, 300)) {
		grow(scene, size);
		assert_int_equal(sign(scene, size), DISK_OK);
		assert_signed(scene, size);
		assert_int_equal(treefile_size(scene->desk.tree), size);
		root = root_of(scene, size);
		assert_true(proof_root(size, treefile_source, scene->desk.tree, &found));
		assert_true(tree_hash_equal(&root, &found));
	}
	assert_true(scene->store->segments_count > 2);
	scene_free(scene);
}

/* Not all that is durable has to be signed at once. */
static void
signs_up_to_the_size_asked(void **state)
{
	struct scene *scene = scene_make(7302);

	(void)state;
	grow(scene, 700);
	for (uint64_t size = 100; size <= 700; size += 100) {
		assert_int_equal(sign(scene, size), DISK_OK);
		assert_signed(scene, size);
	}
	assert_int_equal(sign(scene, 701), DISK_ABSENT);
	assert_signed(scene, 700);
	scene_free(scene);
}

static void
assert_refused(struct scene *scene, uint64_t size, const struct tree_hash *root)
{
	struct checkpoint before = on_disk(scene);
	struct checkpoint after;

	assert_int_equal(signer_sign(&scene->desk, size, root), DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "nothing is signed"));
	after = on_disk(scene);
	assert_int_equal(before.size, after.size);
	assert_memory_equal(before.root, after.root, TALLY_HASH_SIZE);
	assert_int_equal(scene->remembered.checkpoint.size, before.size);
}

/* The loop's memory has another tree than the disk. */
static void
another_root(void **state)
{
	struct scene *scene = scene_make(7303);
	struct tree_hash root;

	(void)state;
	grow(scene, 300);
	root = root_of(scene, 300);
	root.bytes[31] ^= 1;
	assert_refused(scene, 300, &root);
	scene_free(scene);
}

/* Where entry `index` stands in the only segment. */
static off_t
find_entry(const struct scene *scene, size_t index)
{
	static uint8_t bytes[64 * 1024];
	struct bytes entry = scene->store->entries[index];

	assert_int_equal(scene->store->segments_count, 1);
	assert_int_equal(
	    disk_read_at(scene->store->segment_fd, "segment", bytes, sizeof bytes, 0), DISK_OK);
	for (size_t at = 0; at + entry.size <= sizeof bytes; at++)
		if (memcmp(bytes + at, entry.data, entry.size) == 0)
			return (off_t)at;
	fail();
	return 0;
}

static void
put(const struct scene *scene, off_t at, struct bytes bytes)
{
	assert_int_equal(disk_write_at(scene->store->segment_fd, "segment", bytes.data,
				       bytes.size, (uint64_t)at),
			 DISK_OK);
}

static void
put_two(struct scene *scene)
{
	for (int i = 0; i < 2; i++)
		test_store_put(scene->store, i == 0 ? BYTES_OF("an entry of one voter")
						    : BYTES_OF("an entry of another 1"));
	test_store_commit(scene->store);
}

/* Between commit and signature a bit of an entry changes on disk. */
static void
an_entry_changed_on_disk(void **state)
{
	struct scene *scene = scene_make(7304);
	struct tree_hash root;
	off_t at;

	(void)state;
	grow(scene, 50);
	assert_int_equal(sign(scene, 50), DISK_OK);
	put_two(scene);
	root = root_of(scene, 52);
	at = find_entry(scene, 51);
	put(scene, at, BYTES_OF("an entry of another 0"));
	assert_refused(scene, 52, &root);
	assert_signed(scene, 50);
	scene_free(scene);
}

static void
two_entries_exchanged(void **state)
{
	struct scene *scene = scene_make(7305);
	struct tree_hash root;
	off_t first;
	off_t second;

	(void)state;
	grow(scene, 50);
	put_two(scene);
	root = root_of(scene, 52);
	first = find_entry(scene, 50);
	second = find_entry(scene, 51);
	put(scene, first, scene->store->entries[51]);
	put(scene, second, scene->store->entries[50]);
	assert_refused(scene, 52, &root);
	assert_signed(scene, 1);
	scene_free(scene);
}

/* The tree's files cannot be written. */
static void
no_room_for_the_tree(void **state)
{
	struct scene *scene = scene_make(7306);
	struct rlimit before;
	struct rlimit limit;
	int status;

	(void)state;
	grow(scene, 300);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	status = sign(scene, 300);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(status, DISK_FAILED);
	assert_non_null(strstr(disk_error(), "write tree/0: "));
	assert_signed(scene, 1);
	scene_free(scene);
}

/* on its own thread */

static void
on_note(void *context, struct bytes note)
{
	struct scene *scene = context;
	struct remembered remembered;
	bool found = remembered_open(&remembered, scene->store->folder.fd) == DISK_OK;

	remembered_close(&remembered);
	pthread_mutex_lock(&scene->lock);
	scene->notes++;
	if (!found || !bytes_equal(note, bytes_make(remembered.note, remembered.note_size)) ||
	    !checkpoint_open(note, &scene->key.key, &scene->newest))
		scene->unremembered = true;
	pthread_cond_signal(&scene->changed);
	pthread_mutex_unlock(&scene->lock);
}

static void
on_failed(void *context, const char *why)
{
	struct scene *scene = context;

	pthread_mutex_lock(&scene->lock);
	scene->failed++;
	snprintf(scene->why, sizeof scene->why, "%s", why);
	pthread_cond_signal(&scene->changed);
	pthread_mutex_unlock(&scene->lock);
}

static struct signer_thread *
start(struct scene *scene)
{
	struct signer_calls calls = {on_note, on_failed, scene};
	struct signer_thread *signer = signer_start(&scene->desk, &calls);

	assert_non_null(signer);
	return signer;
}

static void
ask(struct scene *scene, struct signer_thread *signer, uint64_t size)
{
	struct tree_hash root = root_of(scene, size);

	signer_ask(signer, size, &root);
}

static void
wait_for(struct scene *scene, unsigned notes, unsigned failed)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += TEST_PATIENCE_S;
	pthread_mutex_lock(&scene->lock);
	while (scene->notes < notes || scene->failed < failed)
		if (pthread_cond_timedwait(&scene->changed, &scene->lock, &until) != 0)
			break;
	assert_int_equal(scene->notes, notes);
	assert_int_equal(scene->failed, failed);
	pthread_mutex_unlock(&scene->lock);
}

static void
remembered_before_it_is_handed_out(void **state)
{
	struct scene *scene = scene_make(7310);
	struct signer_thread *signer = start(scene);

	(void)state;
	for (unsigned i = 1; i <= 30; i++) {
		uint64_t size = 1 + i * 37;

		grow(scene, size);
		ask(scene, signer, size);
		wait_for(scene, i, 0);
		assert_false(scene->unremembered);
		assert_int_equal(scene->newest.size, size);
		assert_signed(scene, size);
	}
	signer_stop(signer);
	scene_free(scene);
}

static void
a_stop_waits_for_what_was_asked(void **state)
{
	struct scene *scene = scene_make(7311);
	struct signer_thread *signer = start(scene);

	(void)state;
	grow(scene, 500);
	ask(scene, signer, 500);
	signer_stop(signer);
	wait_for(scene, 1, 0);
	assert_signed(scene, 500);
	signer_stop(start(scene));
	scene_free(scene);
}

/* Once, no note, and nothing more afterwards. */
static void
a_failure_is_the_end(void **state)
{
	const struct timespec pause = {.tv_nsec = 30 * 1000000};
	struct scene *scene = scene_make(7312);
	struct signer_thread *signer = start(scene);
	off_t at;

	(void)state;
	grow(scene, 50);
	ask(scene, signer, 50);
	wait_for(scene, 1, 0);
	put_two(scene);
	at = find_entry(scene, 50);
	put(scene, at, BYTES_OF("An"));
	ask(scene, signer, 52);
	wait_for(scene, 1, 1);
	assert_non_null(strstr(scene->why, "nothing is signed"));
	put(scene, at, BYTES_OF("an"));
	ask(scene, signer, 52);
	nanosleep(&pause, NULL);
	wait_for(scene, 1, 1);
	assert_signed(scene, 50);
	signer_stop(signer);
	scene_free(scene);
}

static void
what_cannot_be_remembered_is_not_handed_out(void **state)
{
	struct scene *scene = scene_make(7313);
	struct signer_thread *signer;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_true(dup2(fd, scene->remembered.fd) >= 0);
	close(fd);
	grow(scene, 50);
	signer = start(scene);
	ask(scene, signer, 50);
	wait_for(scene, 0, 1);
	assert_non_null(strstr(scene->why, "write remembered: "));
	signer_stop(signer);
	assert_signed(scene, 1);
	scene_free(scene);
}

static int
tree_descriptor(const struct scene *scene)
{
	char path[400];

	snprintf(path, sizeof path, "%s/tree/0", scene->store->folder.path);
	return test_descriptor(path);
}

/* A full disk is no failure: it waits, and signs when there is space. */
static void
a_full_disk_is_waited_for(void **state)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000000};
	struct scene *scene = scene_make(7314);
	struct signer_thread *signer = start(scene);
	int fd = tree_descriptor(scene);
	int copy = dup(fd);

	(void)state;
	assert_true(copy >= 0);
	grow(scene, 50);
	test_descriptor_exchange(fd, "/dev/full", O_RDWR);
	ask(scene, signer, 50);
	nanosleep(&pause, NULL);
	wait_for(scene, 0, 0);
	assert_signed(scene, 1);
	assert_int_equal(dup2(copy, fd), fd);
	wait_for(scene, 1, 0);
	assert_signed(scene, 50);
	/* But not for ever, where the process is to end. */
	grow(scene, 60);
	test_descriptor_exchange(fd, "/dev/full", O_RDWR);
	ask(scene, signer, 60);
	signer_hurry(signer);
	wait_for(scene, 1, 1);
	assert_signed(scene, 50);
	signer_stop(signer);
	close(copy);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signs_what_was_committed),
	    cmocka_unit_test(signs_up_to_the_size_asked),
	    cmocka_unit_test(another_root),
	    cmocka_unit_test(an_entry_changed_on_disk),
	    cmocka_unit_test(two_entries_exchanged),
	    cmocka_unit_test(no_room_for_the_tree),
	    cmocka_unit_test(remembered_before_it_is_handed_out),
	    cmocka_unit_test(a_stop_waits_for_what_was_asked),
	    cmocka_unit_test(a_failure_is_the_end),
	    cmocka_unit_test(what_cannot_be_remembered_is_not_handed_out),
	    cmocka_unit_test(a_full_disk_is_waited_for),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
