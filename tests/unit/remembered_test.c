#include "tests/lib/test.h"

#include "shell/remembered.h"
#include "tests/lib/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum {
	FILE_SIZE = 2 * REMEMBERED_SLOT_SIZE
};

static const uint8_t campaign[TALLY_HASH_SIZE] = {0xca};

/* A data directory, and beside it a place for an anchor. */
struct scene {
	struct test_folder folder;
	int dir_fd;
	char anchor[300];
	struct remembered remembered;
};

static struct checkpoint
checkpoint_of(uint64_t size)
{
	struct checkpoint checkpoint = {.size = size};

	be64_store(checkpoint.root, size * 31);
	return checkpoint;
}

static struct bytes
note_of(uint64_t size)
{
	static char text[64];

	snprintf(text, sizeof text, "a note of size %llu", (unsigned long long)size);
	return bytes_of_string(text);
}

static struct scene
scene_make(void)
{
	struct scene scene = {.folder = test_folder_make()};

	assert_int_equal(disk_directory(scene.folder.fd, "data", 0700, &scene.dir_fd), DISK_OK);
	snprintf(scene.anchor, sizeof scene.anchor, "%s/anchor", scene.folder.path);
	return scene;
}

static void
scene_free(struct scene *scene)
{
	remembered_close(&scene->remembered);
	close(scene->dir_fd);
	test_folder_remove(&scene->folder);
}

static void
found(struct scene *scene, const char *anchor, uint64_t size)
{
	struct checkpoint checkpoint = checkpoint_of(size);

	if (remembered_create(&scene->remembered, scene->dir_fd, anchor, campaign, &checkpoint,
			      note_of(size)) != DISK_OK)
		fail_msg("%s", disk_error());
}

static void
write_size(struct scene *scene, uint64_t size)
{
	struct checkpoint checkpoint = checkpoint_of(size);

	assert_int_equal(remembered_write(&scene->remembered, &checkpoint, note_of(size)),
			 DISK_OK);
}

static int
reopen(struct scene *scene)
{
	remembered_close(&scene->remembered);
	return remembered_open(&scene->remembered, scene->dir_fd);
}

static void
assert_remembers(const struct remembered *remembered, uint64_t size)
{
	struct checkpoint expected = checkpoint_of(size);

	assert_int_equal(remembered->checkpoint.size, size);
	assert_memory_equal(remembered->checkpoint.root, expected.root, TALLY_HASH_SIZE);
	assert_true(
	    bytes_equal(bytes_make(remembered->note, remembered->note_size), note_of(size)));
	assert_memory_equal(remembered->campaign, campaign, TALLY_HASH_SIZE);
}

static void
assert_reopens(struct scene *scene, uint64_t size)
{
	if (reopen(scene) != DISK_OK)
		fail_msg("%s", disk_error());
	assert_remembers(&scene->remembered, size);
}

static void
assert_refused(struct scene *scene, const char *sentence)
{
	assert_int_equal(reopen(scene), DISK_DAMAGED);
	if (strstr(disk_error(), sentence) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", disk_error(), sentence);
}

static void
load(int dir_fd, const char *name, uint8_t bytes[FILE_SIZE])
{
	int fd;

	assert_int_equal(disk_open(dir_fd, name, O_RDONLY, 0, &fd), DISK_OK);
	assert_int_equal(disk_read_at(fd, name, bytes, FILE_SIZE, 0), DISK_OK);
	assert_int_equal(lseek(fd, 0, SEEK_END), FILE_SIZE);
	close(fd);
}

static void
store(int dir_fd, const char *name, const uint8_t *bytes, size_t size)
{
	int fd;

	assert_int_equal(disk_open(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd),
			 DISK_OK);
	assert_int_equal(disk_write_at(fd, name, bytes, size, 0), DISK_OK);
	close(fd);
}

static void
slot_seal(uint8_t *slot)
{
	be64_store(slot + 4088, XXH3_64bits(slot, 4088));
}

/* A slot written by the header's table alone. */
static void
slot_make(uint8_t *slot, uint64_t sequence, uint64_t size, uint8_t fork)
{
	struct checkpoint checkpoint = checkpoint_of(size);
	struct bytes note = note_of(size);

	memset(slot, 0, REMEMBERED_SLOT_SIZE);
	memcpy(slot, "tallyrem\0\0\0\1", 12);
	be32_store(slot + 12, (uint32_t)note.size);
	be64_store(slot + 16, sequence);
	memcpy(slot + 24, campaign, TALLY_HASH_SIZE);
	be64_store(slot + 56, size);
	memcpy(slot + 64, checkpoint.root, TALLY_HASH_SIZE);
	slot[64 + 31] = fork;
	memcpy(slot + 96, note.data, note.size);
	slot_seal(slot);
}

static void
remembers_what_was_written(void **state)
{
	struct scene scene = scene_make();

	(void)state;
	found(&scene, NULL, 3);
	assert_remembers(&scene.remembered, 3);
	assert_int_equal(scene.remembered.anchor_fd, -1);
	assert_reopens(&scene, 3);
	for (uint64_t size = 4; size < 20; size++) {
		write_size(&scene, size);
		assert_remembers(&scene.remembered, size);
		assert_reopens(&scene, size);
		assert_int_equal(scene.remembered.sequence, size - 2);
	}
	write_size(&scene, 19); /* the same size may be signed again */
	assert_reopens(&scene, 19);
	assert_int_equal(scene.remembered.sequence, 18);
	scene_free(&scene);
}

static void
bytes_of_the_table(void **state)
{
	struct scene scene = scene_make();
	uint8_t bytes[FILE_SIZE];
	uint8_t slot[REMEMBERED_SLOT_SIZE];
	uint8_t zeros[REMEMBERED_SLOT_SIZE] = {0};
	struct stat about;

	(void)state;
	found(&scene, NULL, 3);
	load(scene.dir_fd, "remembered", bytes);
	slot_make(slot, 1, 3, 0);
	assert_memory_equal(bytes + REMEMBERED_SLOT_SIZE, slot, sizeof slot);
	assert_memory_equal(bytes, zeros, sizeof zeros);
	write_size(&scene, 8);
	load(scene.dir_fd, "remembered", bytes);
	assert_memory_equal(bytes + REMEMBERED_SLOT_SIZE, slot, sizeof slot);
	slot_make(slot, 2, 8, 0);
	assert_memory_equal(bytes, slot, sizeof slot);
	assert_int_equal(fstatat(scene.dir_fd, "remembered", &about, 0), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	scene_free(&scene);
}

static void
largest_note(void **state)
{
	struct scene scene = scene_make();
	struct checkpoint checkpoint = checkpoint_of(9);
	static uint8_t note[REMEMBERED_NOTE_MAX];

	(void)state;
	memset(note, 'n', sizeof note);
	found(&scene, NULL, 3);
	assert_int_equal(
	    remembered_write(&scene.remembered, &checkpoint, bytes_make(note, sizeof note)),
	    DISK_OK);
	assert_int_equal(reopen(&scene), DISK_OK);
	assert_int_equal(scene.remembered.note_size, sizeof note);
	assert_memory_equal(scene.remembered.note, note, sizeof note);
	scene_free(&scene);
}

/* Whatever a torn write leaves of one slot, the other one counts. */
static void
a_torn_slot(void **state)
{
	struct scene scene = scene_make();
	uint8_t good[FILE_SIZE];
	uint8_t bytes[FILE_SIZE];

	(void)state;
	found(&scene, NULL, 3);
	write_size(&scene, 4);
	load(scene.dir_fd, "remembered", good);
	for (size_t at = 0; at < FILE_SIZE;
	     at += at % 4096 < 200 || at % 4096 > 4080 ? 1 : 61) {
		memcpy(bytes, good, sizeof bytes);
		bytes[at] ^= 0x10;
		store(scene.dir_fd, "remembered", bytes, sizeof bytes);
		assert_reopens(&scene, at < REMEMBERED_SLOT_SIZE ? 3 : 4);
	}
	for (size_t cut = 0; cut <= REMEMBERED_SLOT_SIZE; cut += 512) {
		memcpy(bytes, good, sizeof bytes);
		memset(bytes + cut, 0, REMEMBERED_SLOT_SIZE - cut);
		store(scene.dir_fd, "remembered", bytes, sizeof bytes);
		assert_reopens(&scene, cut == REMEMBERED_SLOT_SIZE ? 4 : 3);
		memcpy(bytes, good, sizeof bytes);
		memset(bytes, 0, cut);
		store(scene.dir_fd, "remembered", bytes, sizeof bytes);
		assert_reopens(&scene, cut == 0 ? 4 : 3);
	}
	/* What follows goes into the torn slot. */
	memset(bytes, 0, REMEMBERED_SLOT_SIZE);
	store(scene.dir_fd, "remembered", bytes, sizeof bytes);
	assert_reopens(&scene, 3);
	write_size(&scene, 7);
	assert_reopens(&scene, 7);
	load(scene.dir_fd, "remembered", bytes);
	assert_memory_equal(bytes + REMEMBERED_SLOT_SIZE, good + REMEMBERED_SLOT_SIZE,
			    REMEMBERED_SLOT_SIZE);
	scene_free(&scene);
}

/* Sealed, but not what this version writes. */
static void
a_strange_slot(void **state)
{
	static const struct {
		size_t offset;
		uint8_t value;
	} changes[] = {{0, 'T'}, {7, 0}, {11, 2}, {8, 1}, {12, 1}, {14, 0xff}, {23, 0}};
	struct scene scene = scene_make();
	uint8_t bytes[FILE_SIZE];

	(void)state;
	found(&scene, NULL, 3);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		slot_make(bytes, 2, 4, 0);
		slot_make(bytes + REMEMBERED_SLOT_SIZE, 1, 3, 0);
		bytes[changes[i].offset] = changes[i].value;
		slot_seal(bytes);
		store(scene.dir_fd, "remembered", bytes, sizeof bytes);
		assert_reopens(&scene, 3);
	}
	scene_free(&scene);
}

static void
no_valid_slot(void **state)
{
	struct scene scene = scene_make();
	uint8_t bytes[FILE_SIZE] = {0};

	(void)state;
	assert_int_equal(remembered_open(&scene.remembered, scene.dir_fd), DISK_ABSENT);
	store(scene.dir_fd, "remembered", bytes, sizeof bytes);
	assert_refused(&scene, "neither slot is valid");
	slot_make(bytes, 2, 4, 0);
	store(scene.dir_fd, "remembered", bytes, FILE_SIZE - 1);
	assert_refused(&scene, "read remembered: it ends at 8191");
	store(scene.dir_fd, "remembered", bytes, 0);
	assert_refused(&scene, "read remembered: it ends at 0");
	scene_free(&scene);
}

static void
newest_by_size_and_sequence(void **state)
{
	struct scene scene = scene_make();
	uint8_t bytes[FILE_SIZE];

	(void)state;
	slot_make(bytes, 8, 5, 0);
	slot_make(bytes + REMEMBERED_SLOT_SIZE, 9, 5, 0);
	store(scene.dir_fd, "remembered", bytes, sizeof bytes);
	assert_reopens(&scene, 5);
	assert_int_equal(scene.remembered.sequence, 9);
	slot_make(bytes, 10, 5, 0);
	store(scene.dir_fd, "remembered", bytes, sizeof bytes);
	assert_reopens(&scene, 5);
	assert_int_equal(scene.remembered.sequence, 10);
	scene_free(&scene);
}

static void
a_fork_between_slots(void **state)
{
	struct scene scene = scene_make();
	uint8_t bytes[FILE_SIZE];

	(void)state;
	slot_make(bytes, 2, 5, 0);
	slot_make(bytes + REMEMBERED_SLOT_SIZE, 3, 5, 1);
	store(scene.dir_fd, "remembered", bytes, sizeof bytes);
	assert_refused(&scene, "this log has forked");
	scene_free(&scene);
}

static void
the_anchor_is_a_copy(void **state)
{
	struct scene scene = scene_make();
	uint8_t file[FILE_SIZE];
	uint8_t anchor[FILE_SIZE];

	(void)state;
	found(&scene, scene.anchor, 3);
	for (uint64_t size = 4; size < 8; size++) {
		load(scene.dir_fd, "remembered", file);
		load(AT_FDCWD, scene.anchor, anchor);
		assert_memory_equal(file, anchor, sizeof file);
		assert_reopens(&scene, size - 1);
		assert_true(scene.remembered.anchor_fd >= 0);
		write_size(&scene, size);
	}
	/* Either of the two is enough. */
	load(scene.dir_fd, "remembered", file);
	memset(anchor, 0, sizeof anchor);
	store(scene.dir_fd, "remembered", anchor, sizeof anchor);
	assert_reopens(&scene, 7);
	store(scene.dir_fd, "remembered", file, sizeof file);
	store(AT_FDCWD, scene.anchor, anchor, sizeof anchor);
	assert_reopens(&scene, 7);
	store(scene.dir_fd, "remembered", anchor, sizeof anchor);
	assert_refused(&scene, "nobody knows what this log has signed");
	/* But what was promised must be there. */
	store(scene.dir_fd, "remembered", file, sizeof file);
	assert_int_equal(unlink(scene.anchor), 0);
	assert_int_equal(reopen(&scene), DISK_ABSENT);
	assert_non_null(strstr(disk_error(), scene.anchor));
	scene_free(&scene);
}

static void
an_anchor_ahead(void **state)
{
	struct scene scene = scene_make();
	uint8_t old[FILE_SIZE];

	(void)state;
	found(&scene, scene.anchor, 3);
	write_size(&scene, 5);
	load(scene.dir_fd, "remembered", old);
	write_size(&scene, 6);
	write_size(&scene, 9);
	write_size(&scene, 12);
	store(scene.dir_fd, "remembered", old, sizeof old);
	assert_reopens(&scene, 12);
	write_size(&scene, 13);
	assert_reopens(&scene, 13);
	assert_int_equal(scene.remembered.sequence, 6);
	/* And behind: the crash came between the two writes. */
	store(AT_FDCWD, scene.anchor, old, sizeof old);
	assert_reopens(&scene, 13);
	write_size(&scene, 14);
	store(scene.dir_fd, "remembered", old, sizeof old);
	assert_reopens(&scene, 14);
	scene_free(&scene);
}

/* Every slot is compared with every other, not only with the one that counts. */
static void
a_fork_beside_the_anchor(void **state)
{
	struct scene scene = scene_make();
	uint8_t file[FILE_SIZE];
	uint8_t anchor[FILE_SIZE];

	(void)state;
	found(&scene, scene.anchor, 3);
	slot_make(file, 4, 5, 0);
	slot_make(file + REMEMBERED_SLOT_SIZE, 5, 7, 0);
	slot_make(anchor, 4, 5, 0);
	slot_make(anchor + REMEMBERED_SLOT_SIZE, 5, 7, 1);
	store(scene.dir_fd, "remembered", file, sizeof file);
	store(AT_FDCWD, scene.anchor, anchor, sizeof anchor);
	assert_refused(&scene, "this log has forked");
	assert_non_null(strstr(disk_error(), scene.anchor));
	slot_make(anchor, 4, 5, 1);
	slot_make(anchor + REMEMBERED_SLOT_SIZE, 5, 9, 0);
	store(AT_FDCWD, scene.anchor, anchor, sizeof anchor);
	assert_refused(&scene, "this log has forked");
	slot_make(anchor, 4, 5, 0);
	store(AT_FDCWD, scene.anchor, anchor, sizeof anchor);
	assert_reopens(&scene, 9);
	scene_free(&scene);
}

static void
another_campaigns_anchor(void **state)
{
	struct scene scene = scene_make();
	uint8_t anchor[FILE_SIZE] = {0};

	(void)state;
	found(&scene, scene.anchor, 3);
	slot_make(anchor, 4, 50, 0);
	anchor[24] ^= 1;
	slot_seal(anchor);
	store(AT_FDCWD, scene.anchor, anchor, sizeof anchor);
	assert_refused(&scene, "it belongs to another campaign");
	/* Also where its root would look like a fork. */
	slot_make(anchor, 4, 3, 1);
	anchor[24] ^= 1;
	slot_seal(anchor);
	store(AT_FDCWD, scene.anchor, anchor, sizeof anchor);
	assert_refused(&scene, "it belongs to another campaign");
	scene_free(&scene);
}

static int
create_fails(struct scene *scene, const char *anchor)
{
	struct checkpoint checkpoint = checkpoint_of(3);
	int status = remembered_create(&scene->remembered, scene->dir_fd, anchor, campaign,
				       &checkpoint, note_of(3));

	remembered_close(&scene->remembered);
	return status;
}

static void
nothing_is_overwritten(void **state)
{
	struct scene scene = scene_make();
	uint8_t before[FILE_SIZE];
	uint8_t after[FILE_SIZE];

	(void)state;
	found(&scene, scene.anchor, 3);
	load(scene.dir_fd, "remembered", before);
	assert_int_equal(create_fails(&scene, NULL), DISK_FAILED);
	assert_non_null(strstr(disk_error(), "remembered: File exists"));
	load(scene.dir_fd, "remembered", after);
	assert_memory_equal(before, after, sizeof before);
	scene_free(&scene);
}

/* A log that was promised an anchor does not come into being without it. */
static void
no_log_without_its_anchor(void **state)
{
	struct scene scene = scene_make();
	uint8_t before[FILE_SIZE] = {1, 2, 3};
	uint8_t after[FILE_SIZE];
	char inside[400];

	(void)state;
	store(AT_FDCWD, scene.anchor, before, sizeof before);
	assert_int_equal(create_fails(&scene, scene.anchor), DISK_FAILED);
	assert_non_null(strstr(disk_error(), "anchor: File exists"));
	load(AT_FDCWD, scene.anchor, after);
	assert_memory_equal(before, after, sizeof before);
	assert_int_equal(remembered_open(&scene.remembered, scene.dir_fd), DISK_ABSENT);
	assert_int_equal(create_fails(&scene, "/nowhere/at/all/anchor"), DISK_ABSENT);
	assert_int_equal(remembered_open(&scene.remembered, scene.dir_fd), DISK_ABSENT);
	/* Nor with one that is its own pointer. */
	snprintf(inside, sizeof inside, "%s/data/anchor", scene.folder.path);
	assert_int_equal(create_fails(&scene, inside), DISK_FAILED);
	assert_int_equal(remembered_open(&scene.remembered, scene.dir_fd), DISK_ABSENT);
	scene_free(&scene);
}

static void
a_relative_anchor(void **state)
{
	struct scene scene = scene_make();
	int was = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(was >= 0);
	assert_int_equal(fchdir(scene.folder.fd), 0);
	found(&scene, "anchor", 3);
	assert_int_equal(fchdir(was), 0);
	assert_string_equal(scene.remembered.anchor, scene.anchor);
	write_size(&scene, 4);
	assert_reopens(&scene, 4);
	assert_string_equal(scene.remembered.anchor, scene.anchor);
	assert_true(scene.remembered.anchor_fd >= 0);
	close(was);
	scene_free(&scene);
}

static void
an_anchor_path_too_long(void **state)
{
	struct scene scene = scene_make();
	static char path[6000];
	size_t size = (size_t)snprintf(path, sizeof path, "%s", scene.folder.path);

	(void)state;
	while (size < sizeof path - 10) {
		memcpy(path + size, "/.", 2);
		size += 2;
	}
	memcpy(path + size, "/anchor", 8);
	assert_int_equal(create_fails(&scene, path), DISK_FAILED);
	assert_non_null(strstr(disk_error(), "its path is too long"));
	assert_int_equal(create_fails(&scene, path + 1), DISK_FAILED);
	assert_non_null(strstr(disk_error(), "its path is too long"));
	assert_int_equal(remembered_open(&scene.remembered, scene.dir_fd), DISK_ABSENT);
	scene_free(&scene);
}

static void
a_failed_write_is_said(void **state)
{
	struct scene scene = scene_make();
	struct checkpoint checkpoint = checkpoint_of(4);
	char name[32];
	int fd;

	(void)state;
	found(&scene, scene.anchor, 3);
	snprintf(name, sizeof name, "/proc/self/fd/%d", scene.remembered.anchor_fd);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(dup2(fd, scene.remembered.anchor_fd) >= 0);
	assert_int_equal(remembered_write(&scene.remembered, &checkpoint, note_of(4)),
			 DISK_FAILED);
	assert_non_null(strstr(disk_error(), scene.anchor));
	assert_reopens(&scene, 4); /* the file has it, the anchor not */
	assert_true(dup2(fd, scene.remembered.fd) >= 0);
	assert_int_equal(remembered_write(&scene.remembered, &checkpoint, note_of(4)),
			 DISK_FAILED);
	close(fd);
	assert_reopens(&scene, 4);
	scene_free(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(remembers_what_was_written),
	    cmocka_unit_test(bytes_of_the_table),
	    cmocka_unit_test(largest_note),
	    cmocka_unit_test(a_torn_slot),
	    cmocka_unit_test(a_strange_slot),
	    cmocka_unit_test(no_valid_slot),
	    cmocka_unit_test(newest_by_size_and_sequence),
	    cmocka_unit_test(a_fork_between_slots),
	    cmocka_unit_test(the_anchor_is_a_copy),
	    cmocka_unit_test(an_anchor_ahead),
	    cmocka_unit_test(a_fork_beside_the_anchor),
	    cmocka_unit_test(another_campaigns_anchor),
	    cmocka_unit_test(nothing_is_overwritten),
	    cmocka_unit_test(no_log_without_its_anchor),
	    cmocka_unit_test(a_relative_anchor),
	    cmocka_unit_test(an_anchor_path_too_long),
	    cmocka_unit_test(a_failed_write_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
