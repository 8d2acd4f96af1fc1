#include "tests/lib/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "shell/copy.h"
#include "tests/lib/relic.h"

static struct relic relic;

static int
open_copy(struct copy *copy, const char *path)
{
	return copy_open(copy, path, &relic.founded.log.campaign.log.key);
}

static int
read_one(uint64_t number, struct copy_bundle *bundle)
{
	struct copy copy;
	int status;

	assert_int_equal(open_copy(&copy, relic.copy), DISK_OK);
	status = copy_read(&copy, number, bundle);
	copy_close(&copy);
	return status;
}

static void
reads_every_entry(void **state)
{
	struct copy_bundle bundle = {.data = NULL};
	struct copy copy;

	(void)state;
	relic_make(&relic, NULL, NULL);
	assert_int_equal(open_copy(&copy, relic.copy), DISK_OK);
	assert_int_equal(copy.checkpoint.size, relic.founded.log.count);
	assert_int_equal(copy_bundles(&copy), 3);
	for (uint64_t n = 0; n < 3; n++) {
		assert_int_equal(copy_read(&copy, n, &bundle), DISK_OK);
		assert_int_equal(bundle.first, n * 256);
		for (unsigned i = 0; i < bundle.count; i++)
			assert_true(
			    bytes_equal(bundle.entries[i],
					test_log_entry(&relic.founded.log, bundle.first + i)));
	}
	assert_int_equal(bundle.first + bundle.count, relic.founded.log.count);
	copy_bundle_free(&bundle);
	copy_close(&copy);
	relic_free(&relic);
}

/* The last bundle of a smaller tree may be there only as the front of a full one. */
static void
front_of_a_full_bundle(void **state)
{
	struct copy_bundle bundle = {.data = NULL};
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	relic_make(&relic, NULL, NULL);
	test_file_write(relic.copy, "checkpoint",
			test_log_checkpoint(&relic.founded.log, 300, memory));
	assert_int_equal(read_one(1, &bundle), DISK_OK);
	assert_int_equal(bundle.count, 44);
	copy_bundle_free(&bundle);
	relic_free(&relic);
}

static void
refuses_shapes(void **state)
{
	struct copy_bundle bundle = {.data = NULL};
	const uint8_t empty[2] = {0};
	char path[400];
	struct stat about;

	(void)state;
	relic_make(&relic, NULL, NULL);
	snprintf(path, sizeof path, "%s/tile/entries/000", relic.copy);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(truncate(path, about.st_size + 1), 0);
	assert_int_equal(read_one(0, &bundle), DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "tile/entries/000: it goes on behind entry 255"));
	assert_int_equal(truncate(path, about.st_size - 1), 0);
	assert_int_equal(read_one(0, &bundle), DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "tile/entries/000: it ends before entry 255"));
	test_file_write(relic.copy, "tile/entries/000", bytes_make(empty, sizeof empty));
	assert_int_equal(read_one(0, &bundle), DISK_DAMAGED);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(read_one(0, &bundle), DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "an authority's copy has them"));
	copy_bundle_free(&bundle);
	relic_free(&relic);
}

static void
refuses_folders(void **state)
{
	struct copy copy;

	(void)state;
	relic_make(&relic, NULL, NULL);
	assert_int_equal(open_copy(&copy, "/nowhere"), DISK_ABSENT);
	assert_int_equal(open_copy(&copy, relic.founded.folder.path), DISK_DAMAGED);
	copy_close(&copy);
	test_file_write(relic.copy, "checkpoint", BYTES_OF("x"));
	assert_int_equal(open_copy(&copy, relic.copy), DISK_DAMAGED);
	copy_close(&copy);
	relic_free(&relic);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_every_entry),
	    cmocka_unit_test(front_of_a_full_bundle),
	    cmocka_unit_test(refuses_shapes),
	    cmocka_unit_test(refuses_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
