#include "tests/lib/test.h"

#include "shell/founding.h"
#include "shell/start.h"
#include "tally/status.h"
#include "tests/lib/child.h"
#include "tests/lib/founded.h"
#include "tests/lib/snapshot.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static struct test_child child;

static int
start_and_end(void *context)
{
	struct start start;
	int code = founded_start(context, &start);

	start_end(&start);
	return code;
}

/* Exit code 3, a part of the line, and nothing is changed but DIR/lock. */
static void
refused(struct founded *founded, const char *line)
{
	char *before = test_snapshot(founded->folder.path, "data/lock");
	char *after;
	int code = test_child_run(&child, start_and_end, founded);

	assert_said(&child, line);
	assert_int_equal(code, TALLY_EXIT_WORLD);
	after = test_snapshot(founded->folder.path, "data/lock");
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
starts(struct founded *founded)
{
	int code = test_child_run(&child, start_and_end, founded);

	if (code != TALLY_EXIT_FINE)
		fail_msg("exit code %d; it said: %s", code, child.said);
}

static void
path_of(const struct founded *founded, const char *name, char path[600])
{
	snprintf(path, 600, "%s/%s", founded->data, name);
}

static void
remove_file(const struct founded *founded, const char *name)
{
	char path[600];

	path_of(founded, name, path);
	assert_int_equal(unlink(path), 0);
}

/* Exchanges a file of the directory. */
static void
replace(const struct founded *founded, const char *name, const void *bytes, size_t size)
{
	remove_file(founded, name);
	founded_write(founded, name, 0, bytes_make(bytes, size));
}

static void
peeked_size(struct founded *founded, const char *name, uint64_t size)
{
	struct remembered remembered;
	int fd;

	assert_int_equal(disk_open(AT_FDCWD, founded->data, O_RDONLY | O_DIRECTORY, 0, &fd),
			 DISK_OK);
	assert_int_equal(remembered_peek(&remembered, fd, name), DISK_OK);
	assert_int_equal(remembered.checkpoint.size, size);
	close(fd);
}

static void
from_a_founded_directory(void **state)
{
	struct founded founded;
	struct start start;
	uint8_t root[TALLY_HASH_SIZE];
	struct tree_hash found;

	(void)state;
	founded_make(&founded, NULL, false);
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_memory_equal(start.manifest->id, founded.log.campaign.manifest->id,
			    TALLY_HASH_SIZE);
	assert_true(bytes_equal(start.manifest->json, founded.log.campaign.manifest->json));
	assert_int_equal(archive_size(start.archive), founded.log.count);
	assert_int_equal(station_size(start.station), founded.log.count);
	assert_int_equal(station_durable(start.station), founded.log.count);
	test_log_root(&founded.log, 0, founded.log.count, root);
	station_root(start.station, &found);
	assert_memory_equal(found.bytes, root, sizeof root);
	assert_int_equal(treefile_size(start.tree), founded.log.count);
	assert_int_equal(start.remembered.sequence, 2); /* the same once more */
	assert_int_equal(start.remembered.checkpoint.size, founded.log.count);
	assert_int_equal(start.place.segment, 0);
	assert_int_equal(start.place.segments_count, 1);
	assert_int_equal(start.place.segment_bytes, committer_segment_bytes(1000));
	assert_int_equal(start.pollbook.voters_max, 1000);
	assert_memory_equal(start.key.secret, founded.log.campaign.log.secret, 64);
	start_end(&start);
	founded_free(&founded);
}

static void
starts_again_and_again(void **state)
{
	static const char *const folders[] = {"ledger", "tree"};
	struct founded founded;
	char *before[sizeof folders / sizeof *folders];

	(void)state;
	founded_make(&founded, NULL, true);
	starts(&founded);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		before[i] = founded_snapshot(&founded, folders[i]);
	for (int i = 0; i < 3; i++)
		starts(&founded);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char *after = founded_snapshot(&founded, folders[i]);

		assert_string_equal(before[i], after);
		free(before[i]);
		free(after);
	}
	peeked_size(&founded, "remembered", founded.log.count);
	peeked_size(&founded, founded.anchor, founded.log.count);
	founded_free(&founded);
}

/* L6 */
static void
one_process_at_a_time(void **state)
{
	struct founded founded;
	struct start start;
	char pid[64];
	size_t size;
	uint8_t *lock;

	(void)state;
	founded_make(&founded, NULL, false);
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	snprintf(pid, sizeof pid, "data is in use: locked by process %d\n", (int)getpid());
	refused(&founded, pid);
	lock = founded_read(&founded, "lock", &size);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	assert_string_equal((const char *)lock, pid);
	free(lock);
	start_end(&start);
	starts(&founded);
	founded_free(&founded);
}

/* The lock died with its process. */
static void
a_lock_left_behind(void **state)
{
	struct founded founded;
	struct start start;
	char pid[64];
	size_t size;
	uint8_t *lock;

	(void)state;
	founded_make(&founded, NULL, false);
	founded_write(&founded, "lock", 0, BYTES_OF("9999999999999"));
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	lock = founded_read(&founded, "lock", &size);
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	assert_string_equal((const char *)lock, pid);
	free(lock);
	start_end(&start);
	founded_free(&founded);
}

static void
what_is_no_data_directory(void **state)
{
	struct founded founded;

	(void)state;
	founded_prepare(&founded, NULL);
	refused(&founded, "data: No such file or directory");
	assert_int_equal(mkdir(founded.data, 0700), 0);
	refused(&founded, "open remembered: No such file or directory");
	snprintf(founded.data, sizeof founded.data, "%s", founded.json);
	refused(&founded, "campaign.json: Not a directory");
	founded_free(&founded);
}

/* A directory whose ledger is gone is not made into an empty one. */
static void
without_a_ledger(void **state)
{
	struct founded founded;
	char path[600];

	(void)state;
	founded_make(&founded, NULL, false);
	remove_file(&founded, "ledger/00000000.seg");
	refused(&founded, "ledger/00000000.seg at offset 0: there is no segment");
	path_of(&founded, "ledger", path);
	assert_int_equal(rmdir(path), 0);
	refused(&founded, "open ledger: No such file or directory");
	founded_free(&founded);
}

static void
the_key(void **state)
{
	struct founded founded;
	struct note_private_key key;
	uint8_t seed[TALLY_SEED_SIZE];
	char text[NOTE_PRIVATE_TEXT_MAX];
	struct writer writer = writer_make(text, sizeof text);

	(void)state;
	founded_make(&founded, NULL, false);
	replace(&founded, "log.key", "PRIVATE+TALLY+nonsense", 22);
	refused(&founded, "reading log.key: it is not a private key");
	replace(&founded, "log.key", "", 0);
	refused(&founded, "reading log.key: it is not a private key");
	note_private_key_write(&writer, &founded.log.campaign.authorities[0]);
	replace(&founded, "log.key", text, writer.size);
	refused(&founded, "reading log.key: the campaign names another key");
	writer = writer_make(text, sizeof text);
	memcpy(seed, founded.log.campaign.log.secret, sizeof seed);
	note_private_key_make(&key, BYTES_OF("tally.example/other"), seed);
	note_private_key_write(&writer, &key);
	replace(&founded, "log.key", text, writer.size);
	refused(&founded, "reading log.key: the campaign names another key");
	remove_file(&founded, "log.key");
	refused(&founded, "open log.key: ");
	founded_free(&founded);
}

/* what is remembered, and the anchor */

static void
remembered_slots(void **state)
{
	static const uint8_t zeros[2 * REMEMBERED_SLOT_SIZE];
	struct founded founded;
	struct start start;

	(void)state;
	founded_make(&founded, NULL, false);
	test_log_phase(&founded.log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
		       "2026-01-01T08:00:00Z");
	founded_append(&founded, founded.log.count);
	founded_sign(&founded); /* founded, repeated; signed: slot 1, of two entries */
	founded_write(&founded, "remembered", REMEMBERED_SLOT_SIZE, bytes_make(zeros, 100));
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_int_equal(start.remembered.checkpoint.size, 2); /* signed again */
	assert_int_equal(start.remembered.sequence, 3);
	start_end(&start);
	founded_write(&founded, "remembered", 0, bytes_make(zeros, sizeof zeros));
	refused(&founded, "reading remembered: neither slot is valid");
	remove_file(&founded, "remembered");
	refused(&founded, "open remembered: ");
	founded_free(&founded);
	founded_make(&founded, NULL, false); /* it has never started */
	remove_file(&founded, "remembered");
	refused(&founded, "data was never finished: remove it and run --init again");
	founded_free(&founded);
}

/* An older copy of the data directory stands below its anchor. */
static void
an_anchor_ahead(void **state)
{
	struct founded founded;
	struct start start;
	size_t ledger_size;
	size_t size;
	uint8_t *ledger;
	uint8_t *remembered;
	uint8_t *newer;

	(void)state;
	founded_make(&founded, NULL, true);
	remembered = founded_read(&founded, "remembered", &size);
	ledger = founded_read(&founded, "ledger/00000000.seg", &ledger_size);
	test_log_phase(&founded.log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
		       "2026-01-01T08:00:00Z");
	founded_append(&founded, founded.log.count);
	founded_sign(&founded);
	newer = founded_read(&founded, "ledger/00000000.seg", &ledger_size);
	/* Both are old: what the anchor says was signed is not there. */
	founded_write(&founded, "remembered", 0, bytes_make(remembered, size));
	founded_write(&founded, "ledger/00000000.seg", 0, bytes_make(ledger, ledger_size));
	refused(&founded, "the ledger is shorter than the remembered checkpoint; "
			  "nothing was changed");
	/* Only `remembered` is: the ledger reaches what was signed. */
	founded_write(&founded, "ledger/00000000.seg", 0, bytes_make(newer, ledger_size));
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_int_equal(start.remembered.checkpoint.size, 2);
	start_end(&start);
	peeked_size(&founded, "remembered", 2);
	assert_int_equal(unlink(founded.anchor), 0);
	refused(&founded, founded.anchor);
	free(ledger);
	free(remembered);
	free(newer);
	founded_free(&founded);
}

/* The power failed between the two: before that checkpoint leaves again both have it (L5). */
static void
an_anchor_behind(void **state)
{
	struct founded founded;
	struct start start;
	size_t size;
	uint8_t *anchor;

	(void)state;
	founded_make(&founded, NULL, true);
	anchor = founded_read(&founded, "../copy", &size);
	test_log_phase(&founded.log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
		       "2026-01-01T08:00:00Z");
	founded_append(&founded, founded.log.count);
	founded_sign(&founded);
	founded_write(&founded, "../copy", 0, bytes_make(anchor, size));
	peeked_size(&founded, founded.anchor, 1);
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_int_equal(start.remembered.checkpoint.size, 2);
	start_end(&start);
	peeked_size(&founded, founded.anchor, 2);
	free(anchor);
	founded_free(&founded);
}

static void
what_another_campaign_remembers(void **state)
{
	struct founded founded;
	struct founded other;
	size_t size;
	uint8_t *remembered;
	uint8_t *ledger;

	(void)state;
	founded_make(&founded, NULL, true);
	founded_make(&other, &(struct campaign_wish){.options = 5}, false);
	remembered = founded_read(&other, "remembered", &size);
	ledger = founded_read(&other, "ledger/00000000.seg", &size);
	founded_write(&founded, "ledger/00000000.seg", 0, bytes_make(ledger, size));
	refused(&founded, "the ledger is of another campaign than what is remembered");
	founded_write(&founded, "remembered", 0,
		      bytes_make(remembered, 2 * REMEMBERED_SLOT_SIZE));
	refused(&founded, "it belongs to another campaign");
	free(remembered);
	free(ledger);
	founded_free(&founded);
	founded_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(from_a_founded_directory),
	    cmocka_unit_test(starts_again_and_again),
	    cmocka_unit_test(one_process_at_a_time),
	    cmocka_unit_test(a_lock_left_behind),
	    cmocka_unit_test(what_is_no_data_directory),
	    cmocka_unit_test(without_a_ledger),
	    cmocka_unit_test(the_key),
	    cmocka_unit_test(remembered_slots),
	    cmocka_unit_test(an_anchor_ahead),
	    cmocka_unit_test(an_anchor_behind),
	    cmocka_unit_test(what_another_campaign_remembers),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
