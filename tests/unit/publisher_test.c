#include "tests/lib/test.h"

#include "tests/lib/press.h"
#include "tests/lib/published.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void
every_size_is_whole(void **state)
{
	struct press *press = press_make(7301);
	uint64_t size = 0;

	(void)state;
	assert_int_equal(publisher_size(press->publisher), 0);
	press_publish_and_check(press, 0);
	while (size < 1500) {
		size += 1 + test_random_below(&press->random, 90);
		press_grow(press, size + test_random_below(&press->random, 20));
		press_publish_and_check(press, size);
		if (test_random_below(&press->random, 6) == 0)
			press_restart(press);
		press_checkpoint_is(press, size);
	}
	for (size = 1535; size < 1538; size++) {
		press_grow(press, size);
		press_publish_and_check(press, size);
	}
	press_publish_and_check(press, 1537); /* the same again, as with new cosignatures */
	press_free(press);
}

static void
three_levels(void **state)
{
	struct press *press = press_make(7302);

	(void)state;
	press_grow(press, 65800);
	press_publish_and_check(press, 65534);
	press_publish_and_check(press, 65800);
	assert_true(press_exists(press, "tile/2/000.p/1"));
	assert_true(press_exists(press, "tile/1/000"));
	assert_false(press_exists(press, "tile/1/000.p"));
	press_free(press);
}

/* What a crash at any point of a publication leaves is made right by the next one. */
static void
crash_leftovers(void **state)
{
	struct press *press = press_make(7303);

	(void)state;
	press_grow(press, 900);
	press_publish_and_check(press, 100);
	press_publish_and_check(press, 600);
	publisher_stop(press->publisher);
	press_plant(press, "checkpoint.tmp", "cut");
	press_plant(press, "tile/0/003.tmp", "cut");
	press_plant(press, "tile/0/002.p/200", "a partial of a size that was never published");
	press_plant(press, "tile/0/002.p/88", "");
	press_plant(press, "tile/entries/002", "a full bundle, torn by the crash");
	press_plant(press, "tile/0/001.p/7", "full long ago, not removed yet");
	press_plant(press, "tile/0/900", "beyond");
	press_plant(press, "tile/1/000.p/250", "beyond");
	press_plant(press, "tile/7/x123/456.p/5", "beyond");
	press_plant(press, "index.html", "not ours");
	press_plant(press, "tile/readme", "not ours");
	press_start(press);
	assert_int_equal(press_publish(press, 800), DISK_OK);
	assert_true(press_exists(press, "index.html"));
	assert_true(press_exists(press, "tile/readme"));
	assert_int_equal(unlinkat(press->store->folder.fd, "public/tile/readme", 0), 0);
	published_check(press->public, press->store->entries, 800, NULL, 0);
	assert_false(press_exists(press, "tile/0/001.p"));
	press_free(press);
}

static void
mark_is(struct press *press, const char *mark)
{
	if (mark == NULL)
		assert_int_equal(unlinkat(press->store->folder.fd, "published", 0), 0);
	else
		assert_int_equal(disk_replace(press->store->folder.fd, "published",
					      bytes_of_string(mark), 0644, false),
				 DISK_OK);
}

/* Without a mark to believe, everything is made anew. */
static void
doubtful_mark(void **state)
{
	static const char *const marks[] = {NULL,  "", "12x", "99999999999999999999999",
					    "701", "5"};
	struct press *press = press_make(7304);

	(void)state;
	press_grow(press, 800);
	press_publish_and_check(press, 700);
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		publisher_stop(press->publisher);
		mark_is(press, marks[i]);
		press_plant(press, "tile/0/000", "wrong");
		press_plant(press, "tile/entries/001", "wrong");
		press_start(press);
		assert_int_equal(publisher_size(press->publisher), 700);
		press_publish_and_check(press, 700);
	}
	publisher_stop(press->publisher);
	press_plant(press, "checkpoint", "rubbish");
	press_plant(press, "tile/0/000", "wrong");
	press_start(press);
	assert_int_equal(publisher_size(press->publisher), 0);
	press_publish_and_check(press, 700);
	/* Below a mark that is believed, files are left alone: that is what it is for. */
	publisher_stop(press->publisher);
	press_plant(press, "tile/0/000", "wrong");
	press_start(press);
	assert_int_equal(press_publish(press, 701), DISK_OK);
	assert_false(press_exists(press, "tile/0/000.tmp"));
	assert_int_equal(unlinkat(press->store->folder.fd, "published", 0), 0);
	press_restart(press);
	press_publish_and_check(press, 701);
	press_free(press);
}

static void
texts_come_with_their_checkpoint(void **state)
{
	struct press *press = press_make(7305);
	uint8_t salt[32];
	uint8_t hash[32];

	(void)state;
	press_text_hash("five", salt, hash);
	press_grow(press, 5);
	assert_int_equal(press_tally(press, "five"), 5);
	press_grow(press, 10);
	assert_int_equal(press_tally(press, "ten"), 10);
	press_grow(press, 20);
	press_text(press, 10, "ten");
	assert_false(publisher_has_text(press->publisher, 5, salt, hash));
	press_text(press, 5, "five");
	press_publish_and_check(press, 5);
	assert_false(press_exists(press, "tally/5"));
	press_publish_and_check(press, 6);
	assert_true(press_exists(press, "tally/5"));
	assert_false(press_exists(press, "tally/10"));
	assert_true(publisher_has_text(press->publisher, 5, salt, hash));
	press_plant(press, "tally/5", "sixx");
	assert_false(publisher_has_text(press->publisher, 5, salt, hash));
	press_text(press, 5, "five");
	press_publish_and_check(press, 20);
	assert_true(publisher_has_text(press->publisher, 5, salt, hash));
	assert_true(press_exists(press, "tally/10"));
	hash[31] ^= 1;
	assert_false(publisher_has_text(press->publisher, 5, salt, hash));
	assert_false(publisher_has_text(press->publisher, 7, salt, hash));
	press_free(press);
}

static void
flip(struct press *press, const char *name, uint64_t offset)
{
	uint8_t byte;
	int fd;

	assert_int_equal(disk_open(press->store->folder.fd, name, O_RDWR, 0, &fd), DISK_OK);
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
	struct press *press = press_make(7307);

	(void)state;
	press_grow(press, 500);
	press_publish_and_check(press, 10);
	for (size_t i = 0; i < sizeof flips / sizeof *flips; i++) {
		flip(press, flips[i].name, flips[i].offset);
		assert_int_equal(press_publish(press, 500), DISK_DAMAGED);
		assert_true(strlen(press->why) > 10);
		press_checkpoint_is(press, 10);
		flip(press, flips[i].name, flips[i].offset);
		press_restart(press);
	}
	press_publish_and_check(press, 500);
	assert_int_equal(press_publish(press, 499), DISK_DAMAGED);
	press_checkpoint_is(press, 500);
	press_free(press);
}

static void
wrong_root_is_not_published(void **state)
{
	struct press *press = press_make(7308);
	struct checkpoint checkpoint = {.size = 50};
	uint8_t note[512];
	size_t note_size;

	(void)state;
	press_grow(press, 50);
	note_size = press_note(press, &checkpoint, note);
	checkpoint.root[0] ^= 1;
	publisher_publish(press->publisher,
			  &(struct publication){.checkpoint = checkpoint,
						.note = bytes_make(note, note_size)});
	assert_int_equal(press_wait(press), DISK_DAMAGED);
	assert_false(press_exists(press, "checkpoint"));
	assert_int_equal(publisher_size(press->publisher), 0);
	checkpoint.size = 51;
	publisher_publish(press->publisher,
			  &(struct publication){.checkpoint = checkpoint,
						.note = bytes_make(note, note_size)});
	assert_int_equal(press_wait(press), DISK_FAILED);
	press_free(press);
}

/* The disk takes no more in the middle of a publication: nothing moves, and the next one, with
 * room again, is whole. */
static void
full_disk(void **state)
{
	struct press *press = press_make(7309);
	struct rlimit before;
	struct rlimit small;

	(void)state;
	press_grow(press, 91);
	assert_int_equal(press_tally(press, "text"), 91);
	press_grow(press, 700);
	press_publish_and_check(press, 90);
	press_text(press, 91, "text");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (rlim_t limit = 0; limit < 8192; limit = limit * 2 + 50) {
		small = (struct rlimit){limit, before.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		assert_int_equal(press_publish(press, 700), DISK_FAILED);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_non_null(strstr(press->why, "File too large"));
		press_checkpoint_is(press, 90);
	}
	press_publish_and_check(press, 700);
	assert_true(press_exists(press, "tally/91"));
	press_free(press);
}

/* Loop and publisher at once; for the thread sanitizer. */
static void
beside_the_loop(void **state)
{
	struct press *press = press_make(7310);
	uint8_t salt[32];
	uint8_t hash[32];

	(void)state;
	press_text_hash("text", salt, hash);
	for (uint64_t size = 50; size < 1000; size += 50) {
		struct checkpoint checkpoint = {.size = size};
		uint8_t note[512];
		size_t note_size;

		press_grow(press, size - 7);
		assert_int_equal(press_tally(press, "text"), size - 7);
		press_grow(press, size);
		note_size = press_note(press, &checkpoint, note);
		publisher_publish(press->publisher,
				  &(struct publication){.checkpoint = checkpoint,
							.note = bytes_make(note, note_size)});
		press_text(press, size - 7, "text");
		press_grow(press, size + 30);
		(void)publisher_has_text(press->publisher, size - 7, salt, hash);
		assert_true(publisher_size(press->publisher) <= size);
		assert_int_equal(press_wait(press), DISK_OK);
		press->sizes[press->sizes_count++] = size;
	}
	published_check(press->public, press->store->entries, 950, press->sizes,
			press->sizes_count);
	press_publish_and_check(press, 980);
	assert_true(publisher_has_text(press->publisher, 43, salt, hash));
	press_free(press);
}

static void
stop_ends_what_is_under_way(void **state)
{
	struct press *press = press_make(7311);
	struct checkpoint checkpoint = {.size = 300};
	uint8_t note[512];
	size_t note_size;

	(void)state;
	press_grow(press, 300);
	note_size = press_note(press, &checkpoint, note);
	publisher_publish(press->publisher,
			  &(struct publication){.checkpoint = checkpoint,
						.note = bytes_make(note, note_size)});
	press_restart(press);
	assert_int_equal(press_wait(press), DISK_OK);
	press_checkpoint_is(press, 300);
	press_free(press);
}

/* For cosignatures: all is there but the checkpoint, which stays the older one. */
static void
one_that_waits(void **state)
{
	struct press *press = press_make(7312);

	(void)state;
	press_grow(press, 250);
	assert_int_equal(press_tally(press, "text"), 250);
	press_grow(press, 900);
	press_publish_and_check(press, 200);
	press_text(press, 250, "text");
	assert_int_equal(press_publish_as(press, 700, true), DISK_OK);
	press_checkpoint_is(press, 200);
	press_note_is(press, "checkpoint.next", 700);
	assert_true(press_exists(press, "tile/0/000.p/200"));
	assert_true(press_exists(press, "tile/entries/002.p/188"));
	assert_true(press_exists(press, "tally/250"));
	press_publish_and_check(press, 700);
	assert_false(press_exists(press, "checkpoint.next"));
	assert_int_equal(press_publish_as(press, 800, true), DISK_OK);
	press->sizes[press->sizes_count++] = 800;
	press_publish_and_check(press, 900); /* without having been cosigned at 800 */
	assert_false(press_exists(press, "checkpoint.next"));
	press_free(press);
}

static void
what_waited_over_a_restart(void **state)
{
	struct press *press = press_make(7313);
	const char *const stale[] = {"", "tally.example/test\nx\n", "tally.example/test\n300\n",
				     "tally.example/test\n299\n"};

	(void)state;
	press_grow(press, 700);
	press_publish_and_check(press, 300);
	for (size_t i = 0; i < sizeof stale / sizeof *stale; i++) {
		press_plant(press, "checkpoint.next", stale[i]);
		press_restart(press);
		assert_false(press_exists(press, "checkpoint.next"));
		press_checkpoint_is(press, 300);
	}
	assert_int_equal(press_publish_as(press, 600, true), DISK_OK);
	press_restart(press);
	press_note_is(press, "checkpoint.next", 600);
	press_checkpoint_is(press, 300);
	press_plant(press, "tile/entries/002.p/88", "torn by a crash while it waited");
	press_publish_and_check(press, 600);
	assert_false(press_exists(press, "checkpoint.next"));
	press_free(press);
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
	    cmocka_unit_test(flipped_bits_are_not_published),
	    cmocka_unit_test(wrong_root_is_not_published),
	    cmocka_unit_test(full_disk),
	    cmocka_unit_test(beside_the_loop),
	    cmocka_unit_test(stop_ends_what_is_under_way),
	    cmocka_unit_test(one_that_waits),
	    cmocka_unit_test(what_waited_over_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
