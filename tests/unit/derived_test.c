#include "tests/lib/test.h"

#include "shell/home.h"
#include "station/state.h"
#include "tests/lib/startup.h"

#include <sodium.h>
#include <unistd.h>

enum {
	VOTERS = 40
};

/* replay */

/* What the poll book says of a vote that is sent now. */
static struct pollbook_decision
decision_of(const struct founded *founded, struct start *start, uint64_t voter,
	    uint16_t revision)
{
	static uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct campaign_choice choice = {0, (uint16_t)((voter + revision) % 3), 1};
	struct campaign_vote vote = {
	    .voter = voter, .revision = revision, .choices = &choice, .choices_count = 1};
	struct bytes bytes = campaign_ballot(&founded->log.campaign, &vote, memory);
	uint8_t digest[BALLOT_DIGEST_SIZE];
	struct pollbook_ballot asked;
	struct pollbook_decision decision;
	struct ballot ballot;

	assert_int_equal(ballot_parse(bytes, &ballot), TALLY_ACCEPTED);
	ballot_digest(&ballot, digest);
	asked = (struct pollbook_ballot){.tag = ballot.tag,
					 .revision = ballot.revision,
					 .digest = digest,
					 .voter_key = ballot.voter_key,
					 .serial = ballot.serial};
	pollbook_decide(&start->pollbook, &asked,
			start->manifest->revote == MANIFEST_REVOTE_LAST, &decision);
	return decision;
}

/* Everyone votes, some again, a tally after each round: a wrong count breaks its hash. */
static void
vote_in_rounds(struct founded *founded)
{
	founded_open_voting(founded, &(struct campaign_wish){.revisions_max = 5});
	for (uint16_t revision = 1; revision <= 4; revision++) {
		founded_votes(founded, 0, VOTERS / revision, revision);
		test_log_tally(&founded->log);
		founded_append(founded, founded->log.count);
	}
}

/* The same, and public: a state is kept only once its tallies' texts are. */
static void
vote_and_publish(struct founded *founded)
{
	vote_in_rounds(founded);
	startup_publish(founded);
}

static void
assert_pollbook(const struct founded *founded, struct start *start)
{
	for (uint64_t voter = 0; voter < VOTERS + 3; voter++) {
		uint16_t newest = voter < VOTERS / 4   ? 4
				  : voter < VOTERS / 3 ? 3
				  : voter < VOTERS / 2 ? 2
				  : voter < VOTERS     ? 1
						       : 0;
		struct pollbook_decision decision =
		    decision_of(founded, start, voter, (uint16_t)(newest + 1));

		assert_int_equal(decision.outcome,
				 newest == 0 ? POLLBOOK_COUNTS : POLLBOOK_REPLACES);
		for (uint16_t revision = 1; revision <= newest; revision++) {
			decision = decision_of(founded, start, voter, revision);
			assert_int_equal(decision.outcome, POLLBOOK_SAME);
		}
	}
}

static void
replaced_ballots(void **state)
{
	struct founded founded;
	struct start start;

	(void)state;
	vote_in_rounds(&founded);
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_restored(&founded, &start, founded.log.count);
	assert_pollbook(&founded, &start);
	start_end(&start);
	/* And it goes on from there: its next tally counts the same. */
	founded_votes(&founded, 0, VOTERS, 5);
	test_log_tally(&founded.log);
	founded_append(&founded, founded.log.count);
	assert_restores(&founded, founded.log.count);
	founded_free(&founded);
}

/* derived things */

/* A home that is believed stays; one that is not is removed. */
static const char home[] = "state/book.mdb";

static void
a_home_believed(void **state)
{
	struct founded founded;
	struct start start;

	(void)state;
	vote_and_publish(&founded);
	founded_keep(&founded);
	assert_restores(&founded, founded.log.count);
	assert_true(founded_has(&founded, home));
	/* With more behind it. */
	founded_votes(&founded, 100, 110, 1);
	founded_votes(&founded, 0, 10, 5);
	test_log_tally(&founded.log);
	founded_append(&founded, founded.log.count);
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_restored(&founded, &start, founded.log.count);
	assert_int_equal(decision_of(&founded, &start, 105, 1).outcome, POLLBOOK_SAME);
	assert_int_equal(decision_of(&founded, &start, 5, 5).outcome, POLLBOOK_SAME);
	assert_int_equal(decision_of(&founded, &start, 5, 2).outcome, POLLBOOK_SAME);
	assert_int_equal(decision_of(&founded, &start, 35, 1).outcome, POLLBOOK_SAME);
	start_end(&start);
	assert_true(founded_has(&founded, home));
	founded_free(&founded);
}

static void
the_pollbook_from_its_home(void **state)
{
	struct founded founded;
	struct start start;

	(void)state;
	vote_and_publish(&founded);
	founded_keep(&founded);
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_restored(&founded, &start, founded.log.count);
	assert_true(founded_has(&founded, home));
	assert_pollbook(&founded, &start);
	start_end(&start);
	founded_free(&founded);
}

static void
a_home_damaged(void **state)
{
	struct founded founded;
	struct start start;
	uint8_t junk[8192];
	size_t size;

	(void)state;
	vote_and_publish(&founded);
	for (uint64_t offset = 0; offset < 3; offset++) {
		founded_keep(&founded);
		free(founded_read(&founded, home, &size));
		/* The end of a page with records in it. */
		founded_flip(&founded, home, offset == 0 ? 16 : size - 1 - offset * 1000);
		assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
		assert_restored(&founded, &start, founded.log.count);
		assert_pollbook(&founded, &start);
		start_end(&start);
	}
	memset(junk, 0x5a, sizeof junk);
	founded_write(&founded, home, 0, bytes_make(junk, sizeof junk));
	assert_starts_saying(&founded, "");
	assert_false(founded_has(&founded, home));
	assert_restores(&founded, founded.log.count);
	founded_write(&founded, "state/book.new", 0, BYTES_OF("half of one"));
	assert_restores(&founded, founded.log.count);
	founded_free(&founded);
}

/* The home is of a state that nobody remembers to have signed: it is ahead of `remembered`. */
static void
a_home_ahead_of_what_is_remembered(void **state)
{
	struct founded founded;
	size_t size;
	uint8_t *remembered;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 10, 1);
	founded_sign(&founded);
	remembered = founded_read(&founded, "remembered", &size);
	founded_votes(&founded, 10, 20, 1);
	founded_keep(&founded);
	founded_write(&founded, "remembered", 0, bytes_make(remembered, size));
	assert_starts_saying(&founded, "the poll book's home does not fit the ledger");
	assert_false(founded_has(&founded, home));
	assert_restores(&founded, founded.log.count);
	free(remembered);
	founded_free(&founded);
}

/* And the remembered size within the kept state: then it is compared at once. */
static void
a_home_at_the_remembered_size(void **state)
{
	struct founded founded;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 10, 1);
	founded_keep(&founded);
	assert_restores(&founded, founded.log.count);
	assert_true(founded_has(&founded, home));
	founded_fork(&founded);
	assert_start_refused(&founded, "ledger",
			     "the ledger's first 12 entries are not those that were signed");
	founded_free(&founded);
}

static void
a_home_of_another_ledger(void **state)
{
	struct founded founded;
	struct founded other;
	size_t size;
	size_t tree_size;
	uint8_t *book;
	uint8_t *tree;

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_open_voting(&other, NULL);
	founded_votes(&founded, 0, 10, 1);
	founded_votes(&other, 10, 20, 1);
	founded_keep(&founded);
	founded_keep(&other);
	book = founded_read(&other, home, &size);
	founded_remove(&founded, home);
	founded_write(&founded, home, 0, bytes_make(book, size));
	/* With its tree: the two fit each other. */
	tree = founded_read(&other, "tree/0", &tree_size);
	founded_write(&founded, "tree/0", 0, bytes_make(tree, tree_size));
	assert_starts_saying(&founded, "the poll book's home does not fit the ledger");
	assert_false(founded_has(&founded, home));
	assert_restores(&founded, founded.log.count);
	free(book);
	free(tree);
	founded_free(&founded);
	founded_free(&other);
}

static void
a_tree_damaged(void **state)
{
	static const uint8_t junk[64] = {1, 2, 3};
	struct founded founded;
	char path[600];

	(void)state;
	founded_open_voting(&founded, NULL);
	founded_votes(&founded, 0, 300, 1);
	founded_sign(&founded);
	founded_write(&founded, "tree/0", 64, bytes_make(junk, sizeof junk));
	assert_restores(&founded, founded.log.count);
	founded_keep(&founded);
	founded_write(&founded, "tree/0", 64, bytes_make(junk, sizeof junk));
	assert_starts_saying(&founded, "the poll book's home does not fit the ledger");
	assert_restores(&founded, founded.log.count);
	founded_keep(&founded);
	snprintf(path, sizeof path, "%s/tree/0", founded.data);
	assert_int_equal(truncate(path, 100 * 32), 0);
	assert_restores(&founded, founded.log.count);
	founded_keep(&founded);
	assert_int_equal(unlink(path), 0);
	assert_restores(&founded, founded.log.count);
	founded_keep(&founded);
	founded_write(&founded, "tree/1", 32,
		      bytes_make(junk, sizeof junk)); /* beyond its end */
	assert_restores(&founded, founded.log.count);
	assert_true(founded_has(&founded, home));
	founded_free(&founded);
}

/* public */

/* Every TALLY's text is public. */
static void
assert_texts(const struct founded *founded)
{
	size_t tallies = 0;

	for (size_t i = 0; i < founded->log.count; i++) {
		const char *expected = founded->log.entries[i].text;
		char name[64];
		size_t size;
		uint8_t *text;

		if (expected == NULL)
			continue;
		snprintf(name, sizeof name, "public/tally/%zu", i);
		text = founded_read(founded, name, &size);
		assert_string_equal((const char *)text, expected);
		free(text);
		tallies++;
	}
	assert_int_equal(tallies, 4);
}

static void
texts_written_again(void **state)
{
	struct founded founded;
	size_t last;
	char name[64];

	(void)state;
	vote_in_rounds(&founded);
	/* From nothing: public/ is empty. */
	startup_publish(&founded);
	assert_texts(&founded);
	/* Two more in the state that is kept, not yet published, and then forgotten. */
	last = founded.log.count - 1;
	snprintf(name, sizeof name, "public/tally/%zu", last);
	founded_keep(&founded);
	founded_remove(&founded, name);
	founded_remove(&founded, "public/checkpoint");
	founded_remove(&founded, "published");
	assert_starts_saying(&founded, "a tally's text is missing: replaying the whole ledger");
	startup_publish(&founded);
	assert_texts(&founded);
	founded_free(&founded);
}

static void
public_damaged(void **state)
{
	struct founded founded;
	struct start start;
	char *before;
	char *after;

	(void)state;
	vote_in_rounds(&founded);
	startup_publish(&founded);
	before = founded_snapshot(&founded, "public");
	founded_write(&founded, "public/checkpoint", 0, BYTES_OF("\0\0\0\0"));
	founded_write(&founded, "public/checkpoint.tmp", 0, BYTES_OF("half"));
	founded_write(&founded, "public/tile/0/000.tmp", 0, BYTES_OF("half"));
	assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
	assert_restored(&founded, &start, founded.log.count);
	start_end(&start);
	founded_remove(&founded, "public/checkpoint");
	startup_publish(&founded);
	after = founded_snapshot(&founded, "public");
	assert_string_equal(before, after);
	free(before);
	free(after);
	founded_free(&founded);
}

/* Up to where it was published, and how many ballots that shows, as a start finds them. */
static void
assert_published(const struct founded *founded, uint64_t size, uint64_t ballots)
{
	struct start start;

	assert_int_equal(founded_start(founded, &start), TALLY_EXIT_FINE);
	assert_true(start.station->published == size);
	assert_true(start.station->published_ballots == ballots);
	start_end(&start);
}

/* A publication that was cut before its mark is made again, but its size was seen. */
static void
published_but_for_its_mark(void **state)
{
	struct founded founded;
	const uint64_t ballots = VOTERS + VOTERS / 2 + VOTERS / 3 + VOTERS / 4;

	(void)state;
	vote_in_rounds(&founded);
	startup_publish(&founded);
	assert_published(&founded, founded.log.count, ballots);
	founded_remove(&founded, "published");
	assert_published(&founded, 0, ballots);
	founded_remove(&founded, "public/checkpoint");
	assert_published(&founded, 0, 0);
	founded_free(&founded);
}

/* Somebody has been promised more than there is. */
static void
public_ahead_of_the_ledger(void **state)
{
	struct founded founded;

	(void)state;
	vote_in_rounds(&founded);
	startup_publish(&founded);
	founded_remove(&founded, "public/checkpoint");
	founded_write(&founded, "public/checkpoint", 0,
		      BYTES_OF("tally.example/test\n1000\nAAAA\n"));
	assert_start_refused(&founded, "ledger", "public/checkpoint is larger than the ledger");
	founded_free(&founded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replaced_ballots),
	    cmocka_unit_test(a_home_believed),
	    cmocka_unit_test(the_pollbook_from_its_home),
	    cmocka_unit_test(a_home_damaged),
	    cmocka_unit_test(a_home_ahead_of_what_is_remembered),
	    cmocka_unit_test(a_home_at_the_remembered_size),
	    cmocka_unit_test(a_home_of_another_ledger),
	    cmocka_unit_test(a_tree_damaged),
	    cmocka_unit_test(texts_written_again),
	    cmocka_unit_test(public_damaged),
	    cmocka_unit_test(published_but_for_its_mark),
	    cmocka_unit_test(public_ahead_of_the_ledger),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
