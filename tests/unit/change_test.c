#include "tests/lib/test.h"

#include "shell/change.h"

/* The book that the changes are for: one record. */
struct known {
	uint8_t key[CHANGE_KEY_SIZE];
	struct pollbook_record record;
	int asked;
	int status;
};

static int
find(void *context, const uint8_t key[CHANGE_KEY_SIZE], struct pollbook_record *out)
{
	struct known *known = context;

	known->asked++;
	*out = known->record;
	if (known->status < 0)
		return known->status;
	return memcmp(known->key, key, CHANGE_KEY_SIZE) == 0;
}

static void
add(struct changes *changes, uint8_t tag, uint16_t revision, uint64_t index)
{
	const uint8_t zeros[64] = {0};
	const uint8_t campaign[32] = {0};
	const uint8_t tag_bytes[32] = {tag};
	const struct ballot_head head = {campaign, tag_bytes, revision, 0,
					 TALLY_SIGNING_FRONTEND};
	uint8_t memory[256];
	struct writer writer = writer_make(memory, sizeof memory);
	struct ballot ballot;

	ballot_head_write(&writer, &head);
	writer_u32(&writer, 1);
	writer_copy(&writer, zeros, 64);
	assert_int_equal(ballot_parse(writer_view(&writer), &ballot), TALLY_ACCEPTED);
	assert_int_equal(changes_add(changes, &ballot, 0, index), DISK_OK);
}

static void
row_is(const struct changes *changes, size_t at, enum pollbook_family family, uint64_t index,
       uint16_t revision)
{
	assert_true(at < changes->count);
	assert_int_equal(changes->rows[at].key[0], family);
	assert_int_equal(changes->rows[at].word, index << 20 | (uint64_t)revision << 4);
}

static void
last_word_stays(void **state)
{
	struct changes changes = {0};
	struct known known = {.key = {POLLBOOK_VOTER, 9}, .record = {7 << 20 | 1 << 4, {0xff}}};

	(void)state;
	add(&changes, 9, 2, 10);
	add(&changes, 4, 1, 11);
	add(&changes, 9, 3, 12);
	add(&changes, 9, 5, 20);
	assert_int_equal(changes_settle(&changes, true, find, &known), DISK_OK);
	assert_int_equal(changes.count, 5);
	assert_int_equal(known.asked, 2);
	row_is(&changes, 0, POLLBOOK_VOTER, 11, 1);
	row_is(&changes, 1, POLLBOOK_VOTER, 20, 5);
	for (size_t i = 2; i < 5; i++) {
		const uint8_t zeros[16] = {0};

		assert_int_equal(changes.rows[i].key[0], POLLBOOK_OLD);
		assert_memory_equal(changes.rows[i].key + 17, zeros, 16);
		assert_memory_equal(changes.rows[i].value, zeros, 16);
		assert_true(i == 2 || memcmp(changes.rows[i - 1].key, changes.rows[i].key,
					     CHANGE_KEY_SIZE) < 0);
	}
	/* The digest of the record in the book sorts last. */
	row_is(&changes, 4, POLLBOOK_OLD, 7, 1);
	assert_int_equal(changes.rows[4].key[1], 0xff);
	changes_free(&changes);
}

static void
nobody_is_asked_where_votes_stand(void **state)
{
	struct changes changes = {0};
	struct known known = {.status = DISK_FAILED};

	(void)state;
	add(&changes, 9, 1, 10);
	assert_int_equal(changes_settle(&changes, false, find, &known), DISK_OK);
	assert_int_equal(known.asked, 0);
	assert_int_equal(changes.count, 1);
	changes.count = 0;
	assert_int_equal(changes_settle(&changes, true, find, &known), DISK_OK);
	changes_free(&changes);
}

static void
row_stands(const struct changes *changes, uint64_t index, uint16_t revision,
	   enum pollbook_standing standing)
{
	struct pollbook_entered entered = pollbook_word_read(changes->rows[0].word);

	assert_int_equal(entered.index, index);
	assert_int_equal(entered.revision, revision);
	assert_int_equal(entered.standing, standing);
}

/* A void meets the ballot before it, among the changes or in the book, and no other. */
static void
voids(void **state)
{
	struct changes changes = {0};
	struct known known = {.key = {POLLBOOK_VOTER, 9}, .record = {7 << 20 | 1 << 4, {0xff}}};
	const uint8_t tag[TALLY_TAG_SIZE] = {9};

	(void)state;
	assert_int_equal(
	    changes_void(&changes, tag, (uint64_t)CHANGE_WHICHEVER, POLLBOOK_BARRED, 30),
	    DISK_OK);
	assert_int_equal(changes_settle(&changes, false, find, &known), DISK_OK);
	assert_int_equal(changes.count, 1);
	row_stands(&changes, 7, 1, POLLBOOK_BARRED);

	changes.count = 0;
	add(&changes, 9, 2, 40);
	assert_int_equal(changes_void(&changes, tag, 7, POLLBOOK_AGAIN, 50), DISK_OK);
	assert_int_equal(changes_settle(&changes, true, find, &known), DISK_OK);
	assert_int_equal(changes.count, 2);
	row_stands(&changes, 40, 2, POLLBOOK_COUNTED); /* 7 was meant, and is replaced */

	changes.count = 0;
	assert_int_equal(changes_void(&changes, tag, 7, POLLBOOK_AGAIN, 50), DISK_OK);
	assert_int_equal(changes_void(&changes, tag, 8, POLLBOOK_BARRED, 50), DISK_OK);
	add(&changes, 9, 2, 60);
	assert_int_equal(changes_void(&changes, tag, 60, POLLBOOK_BARRED, 70), DISK_OK);
	assert_int_equal(changes_settle(&changes, false, find, &known), DISK_OK);
	assert_int_equal(changes.count, 2);
	row_stands(&changes, 60, 2, POLLBOOK_BARRED);
	assert_int_equal(pollbook_word_read(changes.rows[1].word).standing, POLLBOOK_AGAIN);
	changes_free(&changes);
}

static int
order(const void *left, const void *right)
{
	const struct change *a = left;
	const struct change *b = right;
	int keys = memcmp(a->key, b->key, CHANGE_KEY_SIZE);

	return keys != 0 ? keys : (a->word > b->word) - (a->word < b->word);
}

/* Enrolled by tags whose first `same` bytes are alike, each byte behind one of `values`: what is
 * left is what a sort by comparing leaves, the last word of every key. */
static void
sorts_as_comparing_does(struct test_random *random, size_t count, size_t same, unsigned values)
{
	struct change *wanted = calloc(count, sizeof *wanted);
	struct changes changes = {0};
	struct known known = {0};
	size_t kept = 0;

	assert_non_null(wanted);
	for (size_t i = 0; i < count; i++) {
		uint8_t tag[TALLY_TAG_SIZE] = {0};

		for (size_t at = same; at < sizeof tag; at++)
			tag[at] = (uint8_t)(255 - test_random_below(random, values));
		assert_int_equal(
		    changes_enrol(&changes, tag, (uint16_t)test_random_next(random)), DISK_OK);
	}
	memcpy(wanted, changes.rows, count * sizeof *wanted);
	qsort(wanted, count, sizeof *wanted, order);
	assert_int_equal(changes_settle(&changes, false, find, &known), DISK_OK);
	for (size_t i = 0; i < count; i++)
		if (i + 1 == count ||
		    memcmp(wanted[i].key, wanted[i + 1].key, CHANGE_KEY_SIZE) != 0)
			assert_int_equal(order(&wanted[i], &changes.rows[kept++]), 0);
	assert_int_equal(changes.count, kept);
	changes_free(&changes);
	free(wanted);
}

static void
any_keys_are_sorted(void **state)
{
	static const size_t counts[] = {1, 2, 20, 21, 300, 5000};
	struct test_random random = test_random_make(4107);

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		sorts_as_comparing_does(&random, counts[i], 0, 256);
		sorts_as_comparing_does(&random, counts[i], 30, 256); /* chosen to look alike */
		sorts_as_comparing_does(&random, counts[i], 0, 2);
		sorts_as_comparing_does(&random, counts[i], 31, 3); /* many words of one key */
		sorts_as_comparing_does(&random, counts[i], 32, 1);
	}
}

static void
refusals(void **state)
{
	struct changes changes = {0};
	struct known known = {.key = {POLLBOOK_VOTER, 9}, .record = {10 << 20 | 1 << 4, {0}}};

	(void)state;
	add(&changes, 9, 1, 10);
	assert_int_equal(changes_settle(&changes, true, find, &known), DISK_DAMAGED);
	changes.count = 0;
	assert_int_equal(changes_void(&changes, (uint8_t[TALLY_TAG_SIZE]){8},
				      (uint64_t)CHANGE_WHICHEVER, POLLBOOK_AGAIN, 30),
			 DISK_OK);
	assert_int_equal(changes_settle(&changes, true, find, &known), DISK_DAMAGED);
	known.status = DISK_FAILED;
	assert_int_equal(changes_settle(&changes, true, find, &known), DISK_FAILED);
	changes_free(&changes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(last_word_stays),
	    cmocka_unit_test(nobody_is_asked_where_votes_stand),
	    cmocka_unit_test(voids),
	    cmocka_unit_test(any_keys_are_sorted),
	    cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
