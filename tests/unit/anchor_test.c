#include "tests/lib/test.h"

#include "shell/remembered.h"
#include "tests/lib/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t campaign[TALLY_HASH_SIZE] = {0xca};
static const uint8_t another[TALLY_HASH_SIZE] = {0xcb};

/* Two data directories, and a place for the one anchor of both. */
static struct remembered one;
static struct remembered two;
static int one_fd;
static int two_fd;
static char anchor[300];

static struct checkpoint
checkpoint_of(uint64_t size, uint8_t fork)
{
	struct checkpoint checkpoint = {.size = size};

	be64_store(checkpoint.root, size * 31);
	checkpoint.root[31] = fork;
	return checkpoint;
}

static void
begin(void)
{
	struct checkpoint checkpoint = checkpoint_of(5, 0);

	assert_int_equal(disk_directory(here.fd, "one", 0700, &one_fd), DISK_OK);
	assert_int_equal(disk_directory(here.fd, "two", 0700, &two_fd), DISK_OK);
	snprintf(anchor, sizeof anchor, "%s/anchor", here.path);
	assert_int_equal(
	    remembered_create(&one, one_fd, anchor, campaign, &checkpoint, BYTES_OF("note")),
	    DISK_OK);
}

static void
end(void)
{
	remembered_close(&one);
	close(one_fd);
	close(two_fd);
}

static int
adopt(const uint8_t *id, uint64_t size, uint8_t fork)
{
	struct checkpoint checkpoint = checkpoint_of(size, fork);

	return remembered_adopt(&two, two_fd, anchor, id, &checkpoint, BYTES_OF("note"));
}

static void
in_use(int status)
{
	assert_int_equal(status, DISK_FAILED);
	assert_non_null(strstr(disk_error(), "two of them would sign two histories"));
	remembered_close(&two);
}

/* L5: the log goes on in one place alone. */
static void
one_at_a_time(void **state)
{
	(void)state;
	begin();
	in_use(remembered_peek(&two, AT_FDCWD, anchor));
	in_use(adopt(campaign, 5, 0));
	assert_int_equal(faccessat(two_fd, "remembered", F_OK, 0), -1);
	remembered_close(&one);
	assert_int_equal(remembered_peek(&two, AT_FDCWD, anchor), DISK_OK);
	assert_int_equal(two.checkpoint.size, 5);
	assert_int_equal(adopt(campaign, 5, 0), DISK_OK);
	assert_int_equal(two.sequence, 2);
	assert_int_equal(remembered_open(&one, one_fd), DISK_FAILED);
	remembered_close(&one);
	remembered_close(&two);
	assert_int_equal(remembered_open(&one, one_fd), DISK_OK);
	in_use(remembered_open(&two, two_fd));
	end();
}

/* What was asked of the anchor before may no longer hold. */
static void
gone_on_meanwhile(void **state)
{
	static const struct {
		const uint8_t *id;
		uint64_t size;
		uint8_t fork;
	} refused[] = {{campaign, 4, 0}, {campaign, 5, 1}, {another, 5, 0}, {another, 9, 0}};

	(void)state;
	begin();
	remembered_close(&one);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		assert_int_equal(adopt(refused[i].id, refused[i].size, refused[i].fork),
				 DISK_DAMAGED);
		assert_non_null(strstr(disk_error(), "of 5 entries"));
		remembered_close(&two);
		assert_int_equal(faccessat(two_fd, "remembered", F_OK, 0), -1);
	}
	assert_int_equal(remembered_peek(&two, AT_FDCWD, anchor), DISK_OK);
	assert_int_equal(two.sequence, 1);
	assert_int_equal(adopt(campaign, 9, 0), DISK_OK);
	remembered_close(&two);
	end();
}

/* A stranger's copy may hold anything under that name. */
static void
no_file(void **state)
{
	(void)state;
	begin();
	assert_int_equal(mkfifoat(two_fd, "remembered", 0600), 0);
	assert_int_not_equal(remembered_peek(&two, two_fd, "remembered"), DISK_OK);
	assert_int_not_equal(remembered_peek(&two, AT_FDCWD, here.path), DISK_OK);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FOLDER(one_at_a_time),
	    WITH_FOLDER(gone_on_meanwhile),
	    WITH_FOLDER(no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
