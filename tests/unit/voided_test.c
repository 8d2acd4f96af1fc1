/* What a start makes of a ledger with voids in it, from nothing and from the poll book's home. */
#include "tests/lib/test.h"

#include "shell/start.h"
#include "tally/status.h"
#include "tests/lib/startup.h"

enum {
	VOTERS = 60
};

static const char home[] = "state/book.mdb";
static struct founded founded;

static void
assert_standing(struct start *start, uint64_t voter, enum pollbook_standing standing,
		uint16_t revision)
{
	struct pollbook_record record;
	struct pollbook_entered newest;
	uint8_t tag[TALLY_TAG_SIZE];

	campaign_tag(voter, tag);
	assert_true(pollbook_find(&start->pollbook, POLLBOOK_VOTER, tag, &record));
	newest = pollbook_word_read(record.word);
	assert_int_equal(newest.standing, standing);
	assert_int_equal(newest.revision, revision);
}

/* Everybody votes; 0 to 9 by tag, then 20 to 29 by their place; a few again; 5 is barred. */
static void
vote_and_void(const struct campaign_wish *wish)
{
	const uint64_t tags[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	size_t first;

	founded_open_voting(&founded, wish);
	first = founded.log.count;
	founded_votes(&founded, 0, VOTERS, 1);
	test_log_tally(&founded.log);
	test_log_void(&founded.log, NOTICE_AGAIN, tags, 10);
	test_log_tally(&founded.log);
	test_log_sweep(&founded.log, NOTICE_AGAIN, 0, first + 20, first + 29);
	founded_vote(&founded, 5, 2);
	founded_vote(&founded, 25, 2);
	test_log_void(&founded.log, NOTICE_BARRED, &tags[5], 1);
	test_log_tally(&founded.log);
	founded_append(&founded, founded.log.count);
}

static void
assert_voided(uint64_t ballots, uint64_t voided)
{
	struct start start;

	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_restored(&founded, &start, founded.log.count);
	assert_standing(&start, 4, POLLBOOK_AGAIN, 1);
	assert_standing(&start, 5, POLLBOOK_BARRED, 2);
	assert_standing(&start, 19, POLLBOOK_COUNTED, 1);
	assert_standing(&start, 20, POLLBOOK_AGAIN, 1);
	assert_standing(&start, 25, POLLBOOK_COUNTED, 2);
	assert_standing(&start, 30, POLLBOOK_COUNTED, 1);
	start_end(&start);
	assert_int_equal(founded.log.replay.counts.ballots, ballots);
	assert_int_equal(founded.log.replay.counts.voided, voided);
}

static void
replayed_from_nothing(void **state)
{
	static const struct campaign_wish wishes[] = {
	    {0}, {.revisions_max = 5}, {.frontends = 2, .precedence = "booth"}};

	(void)state;
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		vote_and_void(&wishes[i]);
		assert_voided(VOTERS - 20 + 1, 21);
		founded_free(&founded);
	}
}

/* Voids below the kept state, and others behind it of ballots that lie below. */
static void
with_a_home(void **state)
{
	const uint64_t tag = 50;

	(void)state;
	vote_and_void(NULL);
	startup_publish(&founded);
	founded_keep(&founded);
	assert_voided(VOTERS - 20 + 1, 21);
	assert_true(founded_has(&founded, home));
	test_log_void(&founded.log, NOTICE_BARRED, &tag, 1);
	test_log_sweep(&founded.log, NOTICE_BARRED, 0, 0, founded.log.count - 1);
	test_log_tally(&founded.log);
	founded_append(&founded, founded.log.count);
	assert_restores(&founded, founded.log.count);
	assert_true(founded_has(&founded, home));
	assert_int_equal(founded.log.replay.counts.ballots, 0);
	startup_publish(&founded);
	founded_keep(&founded);
	assert_restores(&founded, founded.log.count);
	assert_true(founded_has(&founded, home));
	founded_free(&founded);
}

/* Whoever can write the ledger can write a void that takes out nothing, or what is out. */
static void
what_is_not_there(void **state)
{
	static const char words[] =
	    "the void takes out what is not there, does not count or is too much";
	const uint64_t nobody = VOTERS + 1;
	const uint64_t out = 4;
	char line[200];

	(void)state;
	for (int which = 0; which < 3; which++) {
		size_t index;

		vote_and_void(NULL);
		if (which == 0)
			index = test_log_void(&founded.log, NOTICE_AGAIN, &nobody, 1);
		else if (which == 1)
			index = test_log_void(&founded.log, NOTICE_BARRED, &out, 1);
		else
			index = test_log_sweep(&founded.log, NOTICE_AGAIN, 0, 0, 1);
		founded_append(&founded, founded.log.count);
		snprintf(line, sizeof line, "replaying entry %zu: %s", index, words);
		assert_start_refused(&founded, "ledger", line);
		founded_free(&founded);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replayed_from_nothing),
	    cmocka_unit_test(with_a_home),
	    cmocka_unit_test(what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
