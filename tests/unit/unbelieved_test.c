#include "tests/lib/test.h"

#include "shell/home.h"
#include "tests/lib/startup.h"

#include <sodium.h>

/* A home of the poll book that was read, in part or whole, before it was found not to be the one:
 * nothing of it is left. The tables compared are the ones that the ledger alone makes. */

static const char home[] = "state/book.mdb";

enum {
	PAGE = 4096,
	OWN_VOTERS = 10,
	OTHER_VOTERS = 3000, /* read through more than one buffer of the stream */
};

static bool
knows(const struct start *start, uint64_t voter)
{
	uint8_t tag[TALLY_TAG_SIZE];
	struct pollbook_record record;

	campaign_tag(voter, tag);
	return pollbook_find(&start->pollbook, POLLBOOK_VOTER, tag, &record);
}

static size_t
slots_in_use(const struct start *start)
{
	static const struct pollbook_slot none;
	size_t count = 0;

	for (size_t i = 0; i < start->pollbook.slots_count; i++)
		count += memcmp(&start->pollbook.slots[i], &none, sizeof none) != 0;
	return count;
}

/* A start from here knows the voters of the ledger and not one more. */
static void
assert_own_voters_alone(const struct founded *founded)
{
	struct start start;

	assert_int_equal(founded_start(founded, &start), TALLY_EXIT_FINE);
	assert_restored(founded, &start, founded->log.count);
	for (uint64_t voter = 0; voter < OWN_VOTERS + OTHER_VOTERS; voter++)
		assert_int_equal(knows(&start, voter), voter < OWN_VOTERS);
	assert_int_equal(start.pollbook.records_count, OWN_VOTERS);
	assert_int_equal(slots_in_use(&start), OWN_VOTERS);
	start_end(&start);
}

/* Two ledgers of one size in batches; the home of the other one, whole or without a page in its
 * middle, is put where the first one's was. */
static void
other_home(bool whole)
{
	static const struct campaign_wish wish = {.voters_max = 20000};
	struct founded founded;
	struct founded other;
	size_t size;
	uint8_t *book;

	founded_open_voting(&founded, &wish);
	founded_open_voting(&other, &wish);
	founded_votes(&founded, 0, OWN_VOTERS, 1);
	founded_votes(&other, OWN_VOTERS, OWN_VOTERS + OTHER_VOTERS, 1);
	founded_keep(&founded);
	founded_keep(&other);
	book = founded_read(&other, home, &size);
	if (!whole)
		memset(book + size / PAGE / 2 * PAGE, 0, PAGE);
	founded_remove(&founded, home);
	founded_write(&founded, home, 0, bytes_make(book, size));
	assert_own_voters_alone(&founded);
	assert_false(founded_has(&founded, home));
	assert_own_voters_alone(&founded);
	free(book);
	founded_free(&founded);
	founded_free(&other);
}

static void
read_whole(void **state)
{
	(void)state;
	other_home(true);
}

static void
read_in_part(void **state)
{
	(void)state;
	other_home(false);
}

/* A bit of a record in the ledger's own home, wherever it is: nobody is known who has not voted,
 * and everybody who has. */
static void
one_bit(void **state)
{
	struct founded founded;
	size_t size;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, OWN_VOTERS, 1);
	for (unsigned at = 0; at < 6; at++) {
		founded_keep(&founded);
		free(founded_read(&founded, home, &size));
		founded_flip(&founded, home, size - 1 - at * 50);
		assert_own_voters_alone(&founded);
	}
	founded_free(&founded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(read_whole),
	    cmocka_unit_test(read_in_part),
	    cmocka_unit_test(one_bit),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
