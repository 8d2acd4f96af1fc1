#include "tests/lib/test.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/adopt.h"
#include "tally/status.h"
#include "tests/lib/child.h"
#include "tests/lib/relic.h"
#include "tests/lib/snapshot.h"
#include "tests/lib/startup.h"

static const struct campaign_wish first = {0};
static struct relic relic;

static size_t
count(void)
{
	return relic.founded.log.count;
}

/* What is made starts, holds every entry, and goes on as any data directory does. */
static void
adopts(void **state)
{
	static const struct campaign_wish wishes[] = {
	    {0}, {.revisions_max = 5}, {.signing = TALLY_SIGNING_VOTER, .revisions_max = 5}};
	struct stat about;
	char path[400];

	(void)state;
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		relic_make(&relic, &wishes[i], NULL);
		relic_adopts(&relic);
		assert_restores(&relic.founded, count());
		snprintf(path, sizeof path, "%s/log.key", relic.founded.data);
		assert_int_equal(stat(path, &about), 0);
		assert_int_equal(about.st_mode & 07777, 0600);
		assert_restores(&relic.founded, count());
		relic_free(&relic);
	}
}

/* The anchor goes on: it remembers what was adopted, and the new directory knows it. */
static void
anchor_goes_on(void **state)
{
	static const size_t before[] = {1, 300, 0};
	struct remembered remembered;

	(void)state;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		relic_make(&relic, &first, NULL);
		relic_anchor(&relic, before[i] > 0 ? before[i] : count());
		relic.adopt.newest = NULL;
		relic_adopts(&relic);
		assert_int_equal(remembered_peek(&remembered, AT_FDCWD, relic.founded.anchor),
				 DISK_OK);
		assert_int_equal(remembered.checkpoint.size, count());
		assert_int_equal(remembered.sequence, 2);
		assert_restores(&relic.founded, count());
		relic_free(&relic);
	}
}

static void
anchor_is_made(void **state)
{
	struct remembered remembered;

	(void)state;
	relic_make(&relic, &first, NULL);
	relic.adopt.anchor = relic.founded.anchor;
	relic_adopts(&relic);
	assert_int_equal(remembered_peek(&remembered, AT_FDCWD, relic.founded.anchor), DISK_OK);
	assert_int_equal(remembered.checkpoint.size, count());
	assert_restores(&relic.founded, count());
	relic_free(&relic);
}

static void
somebody_must_say_which_is_newest(void **state)
{
	(void)state;
	relic_make(&relic, &first, NULL);
	relic.adopt.newest = NULL;
	relic_refused(&relic, TALLY_EXIT_USAGE, "--newest FILE");
	relic.adopt.anchor = relic.founded.anchor; /* not there: it remembers nothing */
	relic_refused(&relic, TALLY_EXIT_USAGE, "there is no anchor yet: it says nothing");
	assert_int_equal(access(relic.founded.anchor, F_OK), -1);
	relic_free(&relic);
}

/* L5: a copy that does not contain what was signed; both sizes are named. */
static void
copy_is_behind(void **state)
{
	(void)state;
	relic_make(&relic, &first, NULL);
	test_log_publish(&relic.founded.log, relic.copy, 300);
	relic_refused(&relic, TALLY_EXIT_FAILED,
		      "has 300 entries, and this log has signed 646");
	relic_anchor(&relic, 301);
	relic_newest(&relic, 299);
	relic_refused(&relic, TALLY_EXIT_FAILED,
		      "has 300 entries, and this log has signed 301");
	relic.adopt.newest = NULL;
	relic_refused(&relic, TALLY_EXIT_FAILED,
		      "has 300 entries, and this log has signed 301");
	relic_free(&relic);
}

/* L5: another history, of the same size and of a smaller one, by whoever remembers it. */
static void
copy_is_a_fork(void **state)
{
	static const size_t sizes[] = {646, 300, 1};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct bytes entry;

		relic_make(&relic, &first, NULL);
		entry = test_log_entry(&relic.founded.log, 0);
		test_log_replace(&relic.founded.log, 0, bytes_make(entry.data, entry.size - 1));
		relic_newest(&relic, sizes[i]);
		relic_refused(&relic, TALLY_EXIT_FAILED, "newest has signed");
		relic_refused(&relic, TALLY_EXIT_FAILED, "and the copy itself says that no");
		relic_anchor(&relic, sizes[i]);
		relic.adopt.newest = NULL;
		relic_refused(&relic, TALLY_EXIT_FAILED, "anchor has signed");
		relic_free(&relic);
	}
}

static void
what_is_given_is_not_usable(void **state)
{
	struct relic other;

	(void)state;
	relic_make(&relic, &first, NULL);
	relic_make(&other, &(struct campaign_wish){.origin = "tally.example/other"}, NULL);
	relic_anchor(&other, 1);
	relic.adopt.anchor = other.founded.anchor;
	relic_refused(&relic, TALLY_EXIT_USAGE, "it is the anchor of another log");
	relic.adopt.anchor = NULL;
	relic.adopt.newest = other.newest;
	relic_refused(&relic, TALLY_EXIT_USAGE, "no checkpoint signed by the log's key");
	relic.adopt.newest = NULL;
	relic.adopt.anchor = relic.newest;
	relic_refused(&relic, TALLY_EXIT_USAGE, "no anchor: --newest takes checkpoints");
	relic.adopt.anchor = "/nowhere/anchor";
	relic_refused(&relic, TALLY_EXIT_WORLD, "/nowhere/anchor: no anchor can be made");
	relic.adopt.anchor = NULL;
	relic.adopt.newest = relic.newest;
	relic.adopt.log_key = relic.newest;
	relic_refused(&relic, TALLY_EXIT_USAGE, "it is not a private key");
	relic.adopt.log_key = other.founded.key;
	relic.adopt.newest = other.newest;
	relic_refused(&relic, TALLY_EXIT_FAILED, "the copy, or the key, is another log's");
	relic.adopt = (struct adopt){.copy = "/nowhere",
				     .data = relic.founded.data,
				     .log_key = relic.founded.key,
				     .newest = relic.newest,
				     .workers_count = 1};
	relic_refused(&relic, TALLY_EXIT_USAGE, "/nowhere");
	relic_free(&other);
	relic_free(&relic);
}

/* An anchor of the same key and another campaign: the key was used twice. */
static void
anchor_of_another_campaign(void **state)
{
	struct relic other;

	(void)state;
	relic_make(&relic, &first, NULL);
	relic_make(&other, &(struct campaign_wish){.max = 1}, NULL);
	relic_anchor(&other, 1);
	relic.adopt.anchor = other.founded.anchor;
	relic_refused(&relic, TALLY_EXIT_USAGE, "it is the anchor of another campaign");
	relic_free(&other);
	relic_free(&relic);
}

static int
adopt(void *context)
{
	return adopt_run(context);
}

/* A new directory that a crash has left half made, and any other that is not empty. */
static void
data_must_be_empty(void **state)
{
	static struct test_child child;
	char *before, *after;

	(void)state;
	relic_make(&relic, &first, NULL);
	relic_adopts(&relic);
	assert_int_equal(test_child_run(&child, adopt, &relic.adopt), TALLY_EXIT_USAGE);
	assert_said(&child, "the directory is not empty");
	founded_remove(&relic.founded, "remembered");
	before = founded_snapshot(&relic.founded, ".");
	assert_int_equal(test_child_run(&child, adopt, &relic.adopt), TALLY_EXIT_USAGE);
	assert_said(&child, "was never finished: remove it and run --init again");
	after = founded_snapshot(&relic.founded, ".");
	assert_string_equal(before, after);
	free(before);
	free(after);
	relic_free(&relic);
}

/* The public/ of a data directory; what that directory remembers counts as well. */
static void
adopts_a_data_directory(void **state)
{
	char inner[400];
	struct remembered remembered;
	struct checkpoint checkpoint = {.size = count()};
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct test_log *log = &relic.founded.log;

	(void)state;
	relic_make(&relic, &first, NULL);
	snprintf(inner, sizeof inner, "%s/public", relic.founded.folder.path);
	assert_int_equal(rename(relic.copy, inner), 0);
	relic.adopt.copy = relic.founded.folder.path;
	checkpoint.size = count();
	test_log_root(log, 0, count(), checkpoint.root);
	assert_int_equal(remembered_create(&remembered, relic.founded.folder.fd, NULL,
					   log->campaign.manifest->id, &checkpoint,
					   test_log_checkpoint(log, count(), memory)),
			 DISK_OK);
	remembered_close(&remembered);
	test_log_publish(log, inner, 300);
	relic_newest(&relic, 300);
	relic_refused(
	    &relic, TALLY_EXIT_FAILED,
	    "has 300 entries, and this log has signed 646 (what this directory remembers)");
	test_log_publish(log, inner, count());
	relic_adopts(&relic);
	assert_restores(&relic.founded, count());
	relic_free(&relic);
}

/* L5: a checkpoint that lies about in the copy was signed, whoever put it there; only one that the
 * log's key has not signed says nothing. */
static void
what_lies_about_counts(void **state)
{
	static const char *const names[] = {"ahead", "checkpoint.next",
					    "public/checkpoint.next"};
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char words[100];
		struct bytes note;

		relic_make(&relic, &first, NULL);
		test_log_publish(&relic.founded.log, relic.copy, 300);
		relic_newest(&relic, 300);
		note = test_log_checkpoint(&relic.founded.log, 301, memory);
		test_file_write(relic.copy, names[i], note);
		snprintf(words, sizeof words,
			 "has 300 entries, and this log has signed 301 (%s)", names[i]);
		relic_refused(&relic, TALLY_EXIT_FAILED, words);
		memory[note.size - 10] ^= 1;
		test_file_write(relic.copy, names[i], note);
		relic_adopts(&relic);
		relic_free(&relic);
	}
}

/* L6 */
static void
its_tallyd_still_runs(void **state)
{
	char path[400];
	int fd;

	(void)state;
	relic_make(&relic, &first, NULL);
	snprintf(path, sizeof path, "%s/lock", relic.copy);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	relic_refused(&relic, TALLY_EXIT_WORLD, "copy is in use: stop its tallyd first");
	close(fd);
	relic_adopts(&relic);
	relic_free(&relic);
}

/* A damaged copy is refused with file and index, and nothing is made. */
static void
copy_is_damaged(void **state)
{
	char path[400];

	(void)state;
	relic_make(&relic, &first, NULL);
	snprintf(path, sizeof path, "%s/tile/entries/001", relic.copy);
	assert_int_equal(truncate(path, 700), 0);
	relic_refused(&relic, TALLY_EXIT_FAILED, "tile/entries/001: it ends before entry 260");
	assert_int_equal(unlink(path), 0);
	relic_refused(&relic, TALLY_EXIT_FAILED,
		      "tile/entries/001: the entries from 256 on are missing");
	snprintf(path, sizeof path, "%s/checkpoint", relic.copy);
	assert_int_equal(truncate(path, 90), 0);
	relic_refused(&relic, TALLY_EXIT_FAILED, "copy/checkpoint: it is no checkpoint");
	relic_free(&relic);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(adopts),
	    cmocka_unit_test(anchor_goes_on),
	    cmocka_unit_test(anchor_is_made),
	    cmocka_unit_test(somebody_must_say_which_is_newest),
	    cmocka_unit_test(copy_is_behind),
	    cmocka_unit_test(copy_is_a_fork),
	    cmocka_unit_test(what_is_given_is_not_usable),
	    cmocka_unit_test(anchor_of_another_campaign),
	    cmocka_unit_test(data_must_be_empty),
	    cmocka_unit_test(adopts_a_data_directory),
	    cmocka_unit_test(what_lies_about_counts),
	    cmocka_unit_test(its_tallyd_still_runs),
	    cmocka_unit_test(copy_is_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
