#include "tests/lib/press.h"

#include "tests/lib/published.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	TALLY_AT = 700,
	ENTRIES = 1100,
};

/* A sealed campaign: two TALLY entries, whose texts are "early" and "late". */
static struct press *
sealed_press(uint64_t seed)
{
	struct press *press = press_make_sealed(seed);

	press_grow(press, 10);
	assert_int_equal(press_tally(press, "early"), 10);
	press_grow(press, TALLY_AT);
	assert_int_equal(press_tally(press, "late"), TALLY_AT);
	press_grow(press, ENTRIES);
	press_text(press, 10, "early");
	press_text(press, TALLY_AT, "late");
	return press;
}

static void
mark_is(struct press *press, const char *name, const char *mark)
{
	char path[400];
	uint8_t *found;
	size_t size;

	snprintf(path, sizeof path, "%s/%s", press->store->folder.path, name);
	found = test_file_read(path, &size);
	if (mark == NULL) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_true(bytes_equal(bytes_make(found, size), bytes_of_string(mark)));
	free(found);
}

static bool
has_text(struct press *press, uint64_t index, const char *text)
{
	uint8_t salt[32];
	uint8_t hash[32];

	press_text_hash(text, salt, hash);
	return publisher_has_text(press->publisher, index, salt, hash);
}

static bool
waits(struct press *press, const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "sealed/tally/%s", name);
	return faccessat(press->store->folder.fd, path, F_OK, 0) == 0;
}

static void
nothing_before_all_after(void **state)
{
	struct press *press = sealed_press(7601);

	(void)state;
	press_publish_and_check(press, 600);
	press_publish_and_check(press, 1000);
	assert_true(press_exists(press, "law/list"));
	assert_true(waits(press, "10"));
	assert_true(waits(press, "700"));
	assert_true(has_text(press, 10, "early"));
	assert_true(publisher_texts_proven(press->publisher) == 0);
	mark_is(press, "unsealed", NULL);
	press->sealing = false;
	press_publish_and_check(press, ENTRIES);
	assert_true(press_exists(press, "tally/10"));
	assert_true(press_exists(press, "tally/700"));
	assert_true(press_exists(press, "law/list"));
	assert_false(waits(press, "10"));
	assert_false(waits(press, "700"));
	assert_true(has_text(press, 10, "early"));
	assert_true(publisher_texts_proven(press->publisher) == ENTRIES);
	mark_is(press, "unsealed", "1100");
	press_grow(press, 1300);
	press_publish_and_check(press, 1300);
	mark_is(press, "unsealed", "1300");
	press_free(press);
}

/* A restart while sealed keeps the texts: nothing of them is in public, all of them are had. */
static void
over_a_restart(void **state)
{
	struct press *press = sealed_press(7602);

	(void)state;
	press_publish_and_check(press, 800);
	press_restart(press);
	assert_true(has_text(press, 10, "early"));
	assert_true(has_text(press, TALLY_AT, "late"));
	press_plant(press, "tally/10", "early");
	assert_int_equal(unlinkat(press->store->folder.fd, "sealed/tally/10", 0), 0);
	assert_false(has_text(press, 10, "early")); /* what is in public will go */
	press_text(press, 10, "early");
	press->sealing = false;
	press_publish_and_check(press, ENTRIES);
	assert_true(has_text(press, 10, "early"));
	press_free(press);
}

/* A folder where the file belongs stops the publication there. */
static void
stop_at(struct press *press, const char *file)
{
	char name[100];
	char path[400];

	press_path(press, file, path);
	assert_true(unlink(path) == 0 || errno == ENOENT);
	snprintf(name, sizeof name, "%s/in-the-way", file);
	press_plant(press, name, "");
	assert_int_not_equal(press_publish(press, press->store->size), DISK_OK);
	publisher_stop(press->publisher);
	press_path(press, name, path);
	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = 0;
	assert_int_equal(rmdir(path), 0);
}

static void
tear(struct press *press, const char *file)
{
	if (press_exists(press, file))
		press_plant(press, file, "torn");
}

/* The publication stops at each file in turn, as at a crash; what had been written before, and
 * was not proven, is torn. The next process's publication makes all of it. */
static void
cut_at_every_file(void **state)
{
	static const char *const files[] = {
	    "tally/10",         "tally/700",        "tile/entries/000",
	    "tile/entries/001", "tile/entries/003", "tile/entries/004.p/76",
	    "tile/0/003",       "tile/1/000.p/4",   "law/list",
	    "checkpoint",
	};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct press *press = sealed_press(7603);

		press_publish_and_check(press, 600);
		press->sealing = false;
		stop_at(press, files[i]);
		if (faccessat(press->store->folder.fd, "unsealed", F_OK, 0) != 0) {
			tear(press, "tile/entries/000");
			tear(press, "tally/10");
		}
		tear(press, "tile/0/003");
		press_start(press);
		press_publish_and_check(press, ENTRIES);
		assert_true(has_text(press, 10, "early"));
		assert_true(has_text(press, TALLY_AT, "late"));
		press_free(press);
	}
}

/* Of many bundles those that are proven are not made again. */
static void
step_by_step(void **state)
{
	struct press *press = press_make_sealed(7604);

	(void)state;
	press_grow(press, 66000);
	press_publish_and_check(press, 65600);
	press->sealing = false;
	stop_at(press, "tile/entries/257.p/208");
	mark_is(press, "unsealed", "65536");
	press_plant(press, "tile/entries/255", "below the mark");
	tear(press, "tile/entries/256");
	press_start(press);
	assert_int_equal(press_publish(press, 66000), DISK_OK);
	mark_is(press, "unsealed", "66000");
	publisher_stop(press->publisher);
	assert_int_equal(unlinkat(press->store->folder.fd, "unsealed", 0), 0);
	press_start(press); /* without the mark all of it is */
	press_publish_and_check(press, 66000);
	press_free(press);
}

static void
strays_are_removed_while_sealed(void **state)
{
	struct press *press = sealed_press(7605);
	uint64_t count;

	(void)state;
	press_publish_and_check(press, 600);
	press_plant(press, "tile/entries/000", "ballots");
	press_plant(press, "tile/entries/001.p/88", "ballots");
	press_plant(press, "tile/entries/000.tmp", "ballots");
	press_plant(press, "tally/10", "counts");
	press_plant(press, "tally/notes.txt", "counts");
	assert_int_equal(
	    disk_replace(press->store->folder.fd, "unsealed", BYTES_OF("512"), 0644, false),
	    DISK_OK);
	press_restart(press);
	assert_int_equal(publisher_seal(press->publisher, &count), DISK_OK);
	assert_int_equal(count, 5);
	assert_false(press_exists(press, "tile/entries"));
	assert_false(press_exists(press, "tally"));
	mark_is(press, "unsealed", "0");
	press_publish_and_check(press, 1000);
	assert_int_equal(publisher_seal(press->publisher, &count), DISK_OK);
	assert_int_equal(count, 0);
	press->sealing = false;
	press_publish_and_check(press, ENTRIES);
	press_free(press);
}

/* R1: what somebody puts there beside a running one is not made into a bundle, but goes with the
 * next publication that looks. */
static void
strays_are_not_mended(void **state)
{
	struct press *press = sealed_press(7608);

	(void)state;
	press_publish_and_check(press, 600);
	press_restart(press);
	press_plant(press, "tile/entries/001.p/88", "a name alone");
	press_publish_and_check(press, 1000);
	assert_false(press_exists(press, "tile/entries"));
	press_free(press);
}

/* A mark beyond the ledger proves no bundle either. */
static void
a_mark_beyond_the_ledger(void **state)
{
	struct press *press = sealed_press(7609);

	(void)state;
	press_publish_and_check(press, 600);
	assert_int_equal(
	    disk_replace(press->store->folder.fd, "unsealed", BYTES_OF("1101"), 0644, false),
	    DISK_OK);
	press_restart(press);
	press->sealing = false;
	press_publish_and_check(press, ENTRIES);
	press_free(press);
}

/* A public folder that is gone, or older than the marks, proves no bundle. */
static void
a_lost_folder_is_made_again(void **state)
{
	struct press *press = sealed_press(7607);

	(void)state;
	press_publish_and_check(press, 600);
	press->sealing = false;
	press_publish_and_check(press, 1000);
	publisher_stop(press->publisher);
	test_folder_clear(press->public);
	press_start(press);
	assert_true(publisher_texts_proven(press->publisher) == 0);
	press_text(press, 10, "early");
	press_text(press, TALLY_AT, "late");
	press_publish_and_check(press, ENTRIES);
	press_free(press);
}

static void
waits_for_cosignatures_sealed_and_not(void **state)
{
	struct press *press = sealed_press(7606);

	(void)state;
	assert_int_equal(press_publish_as(press, 600, true), DISK_OK);
	assert_false(press_exists(press, "tile/entries"));
	assert_true(press_exists(press, "law/list"));
	press_publish_and_check(press, 600);
	press->sealing = false;
	assert_int_equal(press_publish_as(press, ENTRIES, true), DISK_OK);
	assert_true(press_exists(press, "tile/entries/000"));
	press_checkpoint_is(press, 600);
	assert_true(waits(press, "10"));
	press_restart(press);
	press_publish_and_check(press, ENTRIES);
	assert_false(waits(press, "10"));
	press_free(press);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_before_all_after),
	    cmocka_unit_test(over_a_restart),
	    cmocka_unit_test(cut_at_every_file),
	    cmocka_unit_test(step_by_step),
	    cmocka_unit_test(strays_are_removed_while_sealed),
	    cmocka_unit_test(strays_are_not_mended),
	    cmocka_unit_test(a_mark_beyond_the_ledger),
	    cmocka_unit_test(a_lost_folder_is_made_again),
	    cmocka_unit_test(waits_for_cosignatures_sealed_and_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
