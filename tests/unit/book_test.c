#include "tests/lib/test.h"

#include "shell/book.h"
#include "tests/lib/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SMALL_MAP = 16 * 4096
};

static const uint8_t campaign[TALLY_HASH_SIZE] = {0xab};

static void
changes_fill(struct changes *changes, uint32_t first, uint32_t step, uint32_t count,
	     uint64_t word)
{
	changes->rows = calloc(count, sizeof *changes->rows);
	changes->count = count;
	assert_non_null(changes->rows);
	for (uint32_t i = 0; i < count; i++) {
		changes->rows[i].key[0] = POLLBOOK_VOTER;
		be32_store(changes->rows[i].key + 1, first + i * step);
		changes->rows[i].word = word;
	}
}

/* The sum recounted from the file is the one in its state. */
static void
book_is(const char *name, uint64_t index, uint64_t records)
{
	struct home_state state;
	struct book_sum told;
	struct book_sum found = {0};
	struct bytes value;
	MDB_cursor *cursor;
	struct book book;
	MDB_val key;
	MDB_val data;

	assert_int_equal(book_open(&book, here.fd, name), DISK_OK);
	assert_int_equal(book_state(&book, &value), DISK_OK);
	assert_true(book_state_read(value, campaign, &state, &told));
	assert_int_equal(state.index, index);
	assert_int_equal(told.records, records);
	assert_int_equal(mdb_cursor_open(book.txn, book.dbi, &cursor), 0);
	assert_int_equal(mdb_cursor_get(cursor, &key, &data, MDB_NEXT), 0);
	while (mdb_cursor_get(cursor, &key, &data, MDB_NEXT) == 0)
		book_sum_add(&found, key.mv_data, data.mv_data);
	mdb_cursor_close(cursor);
	assert_true(book_sum_equal(&told, &found));
	book_close(&book);
}

static void
sums(void **state)
{
	const uint8_t key[CHANGE_KEY_SIZE] = {1};
	const uint8_t value[CHANGE_VALUE_SIZE] = {2};
	struct book_sum sum = {0};
	const struct book_sum zero = {0};

	(void)state;
	book_sum_add(&sum, key, value);
	book_sum_add(&sum, key, value);
	assert_int_equal(sum.records, 2);
	assert_false(book_sum_equal(&sum, &zero));
	book_sum_remove(&sum, key, value);
	book_sum_remove(&sum, key, value);
	assert_true(book_sum_equal(&sum, &zero));
}

/* A map that is too small grows, in both ways of writing. */
static void
map_grows(void **state)
{
	struct home_state to = {.index = 0, .replay = BYTES_OF("blob")};
	struct changes changes;
	struct book_sum sum = {0};
	struct book_change change = {campaign, &to, &changes, &sum};

	(void)state;
	changes_fill(&changes, 0, 2, 5000, 1);
	assert_int_equal(book_merge(here.fd, "a", NULL, &change, SMALL_MAP), DISK_OK);
	book_is("a", 0, 5000);
	free(changes.rows);
	changes_fill(&changes, 1, 2, 5000, 7);
	assert_int_equal(book_update(here.fd, "a", &change, SMALL_MAP), DISK_OK);
	book_is("a", 0, 10000);
	free(changes.rows);
	changes_fill(&changes, 500, 1, 100, 9); /* only overwrites */
	assert_int_equal(book_update(here.fd, "a", &change, SMALL_MAP), DISK_OK);
	book_is("a", 0, 10000);
	free(changes.rows);
}

/* A new file takes more than one transaction; the source is read in one. */
static void
merge_of_many(void **state)
{
	struct home_state to = {.index = 0};
	struct changes changes;
	struct book_sum sum = {0};
	struct book_change change = {campaign, &to, &changes, &sum};
	struct book source;

	(void)state;
	changes_fill(&changes, 0, 2, 500000, 1);
	assert_int_equal(book_merge(here.fd, "a", NULL, &change, 64 << 20), DISK_OK);
	book_is("a", 0, 500000);
	free(changes.rows);
	changes_fill(&changes, 1000, 1, 20000, 2);
	assert_int_equal(book_open(&source, here.fd, "a"), DISK_OK);
	assert_int_equal(book_merge(here.fd, "b", &source, &change, 64 << 20), DISK_OK);
	book_close(&source);
	book_is("b", 0, 510000);
	free(changes.rows);
}

static void
merge_checks_its_source(void **state)
{
	struct home_state to = {.index = 0};
	struct changes changes;
	struct book_sum sum = {0};
	struct book_change change = {campaign, &to, &changes, &sum};
	struct book_sum wrong;
	struct book source;

	(void)state;
	changes_fill(&changes, 0, 3, 100, 1);
	assert_int_equal(book_merge(here.fd, "a", NULL, &change, SMALL_MAP), DISK_OK);
	wrong = sum;
	wrong.low++;
	assert_int_equal(book_open(&source, here.fd, "a"), DISK_OK);
	change.sum = &wrong;
	assert_int_equal(book_merge(here.fd, "b", &source, &change, SMALL_MAP), DISK_DAMAGED);
	assert_int_equal(wrong.low, sum.low + 1);
	change.sum = &sum;
	changes.count = 50;
	assert_int_equal(book_merge(here.fd, "b", &source, &change, SMALL_MAP), DISK_OK);
	book_close(&source);
	book_is("b", 0, 100);
	free(changes.rows);
}

static void
intermediate_has_no_state(void **state)
{
	struct changes changes;
	struct book_sum sum = {0};
	struct book_change change = {campaign, NULL, &changes, &sum};
	struct pollbook_record record;
	struct bytes value;
	struct book book;
	uint8_t key[CHANGE_KEY_SIZE];

	(void)state;
	changes_fill(&changes, 0, 1, 3, 44);
	memcpy(key, changes.rows[2].key, sizeof key);
	assert_int_equal(book_merge(here.fd, "a", NULL, &change, SMALL_MAP), DISK_OK);
	assert_int_equal(book_open(&book, here.fd, "a"), DISK_OK);
	assert_int_equal(book_state(&book, &value), DISK_DAMAGED);
	assert_int_equal(book_find(&book, key, &record), 1);
	assert_int_equal(record.word, 44);
	key[30] ^= 1;
	assert_int_equal(book_find(&book, key, &record), 0);
	book_close(&book);
	free(changes.rows);
}

static void
absent_and_foreign(void **state)
{
	struct home_state found;
	struct book_sum sum;
	struct book book;
	uint8_t junk[300] = {0, 0, 0, 1};

	(void)state;
	assert_int_equal(book_open(&book, here.fd, "none"), DISK_ABSENT);
	assert_int_equal(disk_replace(here.fd, "junk", BYTES_OF("not LMDB"), 0600, false),
			 DISK_OK);
	assert_int_equal(book_open(&book, here.fd, "junk"), DISK_DAMAGED);
	for (size_t size = 0; size < sizeof junk; size++)
		assert_false(book_state_read(bytes_make(junk, size), campaign, &found, &sum));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sums),
	    WITH_FOLDER(map_grows),
	    WITH_FOLDER(merge_of_many),
	    WITH_FOLDER(merge_checks_its_source),
	    WITH_FOLDER(intermediate_has_no_state),
	    WITH_FOLDER(absent_and_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
