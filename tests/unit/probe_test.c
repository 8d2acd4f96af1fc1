#include "tests/lib/test.h"

#include "shell/probe.h"
#include "tests/lib/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	DEADLINE_MS = 60000,
	RECORDS = 3000
};

static const uint8_t campaign[TALLY_HASH_SIZE] = {0xab};

/* A book of records 0, 1, .. with a state of so many bytes. */
static void
book_write(size_t blob_size)
{
	uint8_t *blob = calloc(1, blob_size + 1);
	struct home_state to = {.replay = bytes_make(blob, blob_size)};
	struct change *rows = calloc(RECORDS, sizeof *rows);
	struct changes changes = {rows, RECORDS, RECORDS};
	struct book_sum sum = {0};
	struct book_change change = {campaign, &to, &changes, &sum};

	assert_non_null(blob);
	assert_non_null(rows);
	for (uint32_t i = 0; i < RECORDS; i++) {
		rows[i].key[0] = POLLBOOK_VOTER;
		be32_store(rows[i].key + 1, i);
		rows[i].word = i + 1;
	}
	assert_int_equal(book_merge(here.fd, "book", NULL, &change, 1 << 20), DISK_OK);
	free(rows);
	free(blob);
}

struct seen {
	uint64_t pairs_count;
	uint64_t stop_at;
	size_t state_size;
	bool wrong;
};

static bool
see(void *context, struct bytes key, struct bytes value)
{
	struct seen *seen = context;

	if (key.size == 1)
		seen->state_size = value.size;
	else if (be32_load(key.data + 1) != seen->pairs_count - 1 ||
		 be64_load(value.data) != seen->pairs_count)
		seen->wrong = true;
	return ++seen->pairs_count != seen->stop_at;
}

/* No child stays behind, whatever the outcome. */
static int
probe(struct seen *seen, unsigned deadline_ms)
{
	int status = probe_book(here.fd, "book", see, seen, deadline_ms);

	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return status;
}

static void
reads_everything(void **state)
{
	const size_t sizes[] = {0, 60000, 65536, 3000000};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct seen seen = {0};

		book_write(sizes[i]);
		assert_int_equal(probe(&seen, DEADLINE_MS), DISK_OK);
		assert_int_equal(seen.pairs_count, RECORDS + 1);
		assert_true(seen.state_size > sizes[i]);
		assert_false(seen.wrong);
	}
}

static void
stops_when_told(void **state)
{
	struct seen seen = {.stop_at = 5};

	(void)state;
	book_write(10);
	assert_int_equal(probe(&seen, DEADLINE_MS), DISK_OK);
	assert_int_equal(seen.pairs_count, 5);
}

static void
is_late(void **state)
{
	struct seen seen = {0};

	(void)state;
	book_write(10);
	assert_int_equal(probe(&seen, 0), DISK_DAMAGED);
	assert_string_equal(disk_error(), "read the poll book: its reader was late");
	assert_int_equal(seen.pairs_count, 0);
}

static void
absent_or_crashing(void **state)
{
	struct seen seen = {0};
	uint8_t *file;
	size_t size;

	(void)state;
	assert_int_equal(probe(&seen, DEADLINE_MS), DISK_DAMAGED);
	book_write(10);
	assert_int_equal(disk_load(here.fd, "book", 1 << 24, &file, &size), DISK_OK);
	/* Pages that are not there any more: SIGBUS. */
	assert_int_equal(disk_replace(here.fd, "book", bytes_make(file, size / 2), 0600, false),
			 DISK_OK);
	assert_int_equal(probe(&seen, DEADLINE_MS), DISK_DAMAGED);
	/* A page size of zero: SIGFPE. */
	memset(file + 16, 0, 64);
	assert_int_equal(disk_replace(here.fd, "book", bytes_make(file, size), 0600, false),
			 DISK_OK);
	assert_int_equal(probe(&seen, DEADLINE_MS), DISK_DAMAGED);
	free(file);
}

/* A key of another length is a shape no book has. */
static void
wrong_shapes(void **state)
{
	struct seen seen = {0};
	MDB_val key = {2, (void *)(uintptr_t) "\1\2"};
	MDB_val value = {1, (void *)(uintptr_t) "x"};
	char path[300];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	(void)state;
	snprintf(path, sizeof path, "%s/book", here.path);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	assert_int_equal(probe(&seen, DEADLINE_MS), DISK_DAMAGED);
	assert_int_equal(seen.pairs_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FOLDER(reads_everything),   WITH_FOLDER(stops_when_told), WITH_FOLDER(is_late),
	    WITH_FOLDER(absent_or_crashing), WITH_FOLDER(wrong_shapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
