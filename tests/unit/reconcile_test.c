/* Journals against logs: what an honest pair says, and every lie that a journal uncovers. */
#include "tools/lib/reconcile.h"

#include <sodium.h>

#include "tests/lib/desk.h"

static const struct campaign_wish first = {.frontends = 2};
static const struct campaign_wish voters = {.signing = TALLY_SIGNING_VOTER};
static const struct campaign_wish revisions = {.frontends = 2, .revisions_max = 5};

static void
an_honest_pair(void **state)
{
	static const struct campaign_wish *const wishes[] = {&first, &revisions};

	(void)state;
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		struct desk *desk = desk_kept(wishes[i]);
		char words[64];

		desk_seal(desk, 0);
		scene_publish(&desk->scene);
		snprintf(words, sizeof words, "%llu accepted and in the log, 0 accepted beyond",
			 (unsigned long long)desk->tapes[0].ballots);
		assert_remark(desk, words);
		assert_int_equal(desk_number(desk, "accepted"), desk->tapes[0].ballots);
		assert_int_equal(desk_number(desk, "submitted"), desk->tapes[0].ballots);
		assert_int_equal(desk_number(desk, "journals"), 1);
		desk_free(desk);
	}
}

/* Somebody else has the frontend's key. */
static void
extra_ballot(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		(void)story_vote(log, STORY_STRANGER, 1);
}

static size_t
stranger_at(const struct desk *desk)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = story_ballot(&desk->scene.log, STORY_STRANGER, 1, memory);
	size_t at = 0;

	while (at < desk->scene.log.count &&
	       (test_log_entry(&desk->scene.log, at).size != 1 + ballot.size ||
		memcmp(test_log_entry(&desk->scene.log, at).data + 1, ballot.data,
		       ballot.size) != 0))
		at++;
	assert_true(at < desk->scene.log.count);
	return at;
}

/* Refused for the voter's other ballot, and in the log: told with its place. */
static void
refused_and_in_the_log(void **state)
{
	struct desk *desk = desk_make(&first, extra_ballot);
	size_t at = stranger_at(desk);
	char words[160];

	(void)state;
	desk_begin(desk, 0, 0);
	desk_keep(desk, 0, 0, at);
	desk_keep(desk, 0, at + 1, desk->scene.log.count);
	desk_submit(desk, 0, desk_ballot(desk, DESK_VOTE)); /* accepted before: no remark */
	desk_answer(desk, 0, TALLY_SUPERSEDED, TALLY_CLIENT_NO_INDEX);
	desk_submit(desk, 0, desk_ballot(desk, at));
	desk_answer(desk, 0, TALLY_HAS_VOTED, TALLY_CLIENT_NO_INDEX);
	desk_seal(desk, 0);
	scene_publish(&desk->scene);
	snprintf(words, sizeof words,
		 "; 1 in the log had been refused for another ballot of the voter, the first "
		 "as entry %zu, ballot 641 of journal ",
		 at);
	assert_remark(desk, words);
	assert_int_equal(desk_number(desk, "denied_in_log"), 1);
	assert_int_equal(desk_number(desk, "refused"), 2);
	assert_int_equal(desk_number(desk, "unanswered"), 0);
	desk_free(desk);
}

/* Refused, sent again, never answered, no ballot at all: nothing of that is a finding. */
static void
what_else_a_journal_holds(void **state)
{
	struct desk *desk = desk_kept(&first);
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];

	(void)state;
	desk_submit(desk, 0, desk_ballot(desk, DESK_VOTE)); /* again: its first answer */
	desk_answer(desk, 0, TALLY_ACCEPTED, DESK_VOTE);
	desk_submit(desk, 0,
		    desk_ballot(desk, DESK_VOTE)); /* in the log, the answer was lost */
	desk_submit(desk, 0, story_ballot(&desk->scene.log, STORY_STRANGER, 1, memory));
	desk_submit(desk, 0, story_ballot(&desk->scene.log, STORY_STRANGER + 1, 1, memory));
	desk_answer(desk, 0, TALLY_CLOSED, TALLY_CLIENT_NO_INDEX);
	desk_submit(desk, 0, BYTES_OF("rubbish"));
	desk_answer(desk, 0, TALLY_MALFORMED, TALLY_CLIENT_NO_INDEX);
	desk_submit(desk, 0, BYTES_OF(""));
	desk_seal(desk, 0);
	scene_publish(&desk->scene);
	assert_remark(desk,
		      "646 ballots submitted: 641 accepted and in the log, 0 accepted "
		      "beyond this checkpoint, 2 refused, 3 unanswered, of which 1 in the "
		      "log");
	assert_int_equal(desk_number(desk, "unanswered_in_log"), 1);
	desk_free(desk);
}

/* The operator puts another ballot in the place of an accepted one, and signs all anew. */
static void
replaced_by_the_operator(void **state)
{
	struct desk *desk = desk_kept(&first);
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	uint8_t entry[1 + TALLY_BALLOT_SIZE_MAX] = {TALLY_ENTRY_BALLOT};
	struct bytes ballot;

	(void)state;
	desk_seal(desk, 0);
	ballot = story_ballot(&desk->scene.log, STORY_STRANGER + DESK_VOTE, 1, memory);
	memcpy(entry + 1, ballot.data, ballot.size);
	test_log_replace(&desk->scene.log, DESK_VOTE, bytes_make(entry, 1 + ballot.size));
	scene_publish(&desk->scene);
	assert_uncovered(desk, DESK_VOTE,
			 "was accepted as this entry, but it is not in the log");
	assert_non_null(strstr(desk->scene.audit.report.checks[AUDIT_JOURNALS].why.sentence,
			       desk->paths[0]));
	assert_int_equal(desk_number(desk, "missing"), 1);
	assert_int_equal(desk_number(desk, "foreign"), 1);
	desk_free(desk);
}

static void
dropped_by_the_operator(void **state)
{
	struct desk *desk = desk_kept(&first);

	(void)state;
	desk_seal(desk, 0);
	test_log_drop(&desk->scene.log, DESK_VOTE);
	scene_publish(&desk->scene);
	assert_uncovered(desk, DESK_VOTE, "but it is not in the log");
	desk_free(desk);
}

static void
swapped_by_the_operator(void **state)
{
	struct desk *desk = desk_kept(&first);

	(void)state;
	desk_seal(desk, 0);
	test_log_swap(&desk->scene.log, DESK_VOTE, DESK_VOTE + 3);
	scene_publish(&desk->scene);
	assert_uncovered(desk, DESK_VOTE, "but the log has it as entry 53");
	assert_int_equal(desk_number(desk, "missing"), 2);
	assert_int_equal(desk_number(desk, "foreign"), 0);
	desk_free(desk);
}

/* The server lost what it had answered; sent again, the ballots got other indexes. */
static void
lost_and_sent_again(void **state)
{
	struct desk *desk = desk_kept(&first);
	struct bytes ballot = desk_ballot(desk, DESK_VOTE);

	(void)state;
	desk_submit(desk, 0, ballot);
	desk_answer(desk, 0, TALLY_ACCEPTED, DESK_VOTE + 3);
	test_log_swap(&desk->scene.log, DESK_VOTE, DESK_VOTE + 3);
	desk_seal(desk, 0);
	scene_publish(&desk->scene);
	assert_uncovered(desk, DESK_VOTE + 3, "but the log has it as entry 50");
	desk_submit(desk, 0, desk_ballot(desk, DESK_VOTE));
	desk_answer(desk, 0, TALLY_ACCEPTED, DESK_VOTE);
	desk_seal(desk, 0);
	assert_remark(desk, "; 2 had another index before they were sent again");
	assert_int_equal(desk_number(desk, "moved"), 2);
	assert_int_equal(desk_number(desk, "accepted"), 640);
	desk_free(desk);
}

static void
added_by_somebody(void **state)
{
	struct desk *desk = desk_make(&first, extra_ballot);
	size_t at = stranger_at(desk);

	(void)state;
	desk_begin(desk, 0, 0);
	desk_keep(desk, 0, 0, at);
	desk_keep(desk, 0, at + 1, desk->scene.log.count);
	scene_publish(&desk->scene);
	assert_remark(desk, "a journal is not sealed to its end");
	desk_seal(desk, 0);
	assert_uncovered(desk, (long)at, "and no journal has submitted it");
	assert_int_equal(desk_number(desk, "foreign"), 1);
	desk->some = true;
	assert_remark(desk, "further journals exist");
	desk->some = false;
	/* Another journal of the same frontend has it: fine. Continued without a seal: not asked.
	 */
	desk_begin(desk, 1, 0);
	desk_submit(desk, 1, desk_ballot(desk, at));
	assert_remark(desk, "641 ballots submitted: 640 accepted");
	desk_seal(desk, 1);
	assert_remark(desk, "1 unanswered, of which 1 in the log");
	desk_free(desk);
}

/* A frontend sends what another has signed. */
static void
standing_in(void **state)
{
	struct desk *desk = desk_make(&first, extra_ballot);
	size_t at = stranger_at(desk);

	(void)state;
	desk_begin(desk, 0, 1);
	desk_submit(desk, 0, desk_ballot(desk, at));
	desk_answer(desk, 0, TALLY_ACCEPTED, at);
	desk_seal(desk, 0);
	scene_publish(&desk->scene);
	assert_remark(desk, "1 ballots submitted: 1 accepted and in the log");
	desk_begin(desk, 1, 0);
	desk_keep(desk, 1, 0, at);
	desk_keep(desk, 1, at + 1, desk->scene.log.count);
	desk_seal(desk, 1);
	assert_remark(desk, "641 accepted and in the log");
	desk_free(desk);
}

/* An answer may be ahead of the checkpoint, but not of a closed log. */
static void
beyond_the_checkpoint(void **state)
{
	struct desk *desk = desk_kept(&first);
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];

	(void)state;
	desk_seal(desk, 0);
	test_log_publish(&desk->scene.log, desk->scene.folder.path, SCENE_MIDDLE);
	assert_remark(desk, "298 accepted and in the log, 342 accepted beyond this checkpoint");
	assert_int_equal(desk_number(desk, "not_yet"), 342);
	desk_submit(desk, 0, story_ballot(&desk->scene.log, STORY_STRANGER, 1, memory));
	desk_answer(desk, 0, TALLY_ACCEPTED, 646);
	desk_seal(desk, 0);
	test_log_publish(&desk->scene.log, desk->scene.folder.path, desk->scene.log.count);
	assert_uncovered(desk, 646, "the log is closed and ends before it");
	desk_answer(desk, 0, TALLY_ACCEPTED, TALLY_CLIENT_NO_INDEX);
	desk_seal(desk, 0);
	assert_uncovered(desk, NO_INDEX, "was accepted, and no index was told");
	desk_free(desk);
}

static void
voters_sign_for_themselves(void **state)
{
	struct desk *desk = desk_make(&voters, NULL);
	struct trouble trouble;

	(void)state;
	desk_begin(desk, 0, 0);
	desk_keep(desk, 0, 0, 100);
	assert_int_equal(desk_present(desk, &trouble), TALLY_EXIT_FINE);
	desk_seal(desk, 0);
	scene_publish(&desk->scene);
	assert_remark(desk, "ballots are signed by voters");
	desk_free(desk);
}

static void
journals_that_are_wrong(void **state)
{
	struct desk *desk = desk_kept(&first);
	size_t size = desk->journals[0].size;
	uint8_t *data = desk->journals[0].data;

	(void)state;
	desk_seal(desk, 0);
	scene_publish(&desk->scene);
	data[TALLY_JOURNAL_HEAD_SIZE + 20] ^= 1; /* a bit of the first ballot */
	assert_uncovered(desk, NO_INDEX, ": the seal is not what ");
	data[TALLY_JOURNAL_HEAD_SIZE + 20] ^= 1;
	data[size] ^= 7;
	assert_uncovered(desk, NO_INDEX, ": no record is of this kind");
	data[size] ^= 7;
	data[20] ^= 1;
	assert_uncovered(desk, NO_INDEX, ": it is of another campaign");
	data[20] ^= 1;
	data[50] ^= 1;
	assert_uncovered(desk, NO_INDEX, ": the manifest has no frontend with key ");
	data[50] ^= 1;
	desk->journals[0].size--; /* the crash took the seal: nothing is said of others */
	assert_remark(desk, "not sealed to its end");
	desk->journals[0].size++;
	assert_remark(desk, "640 accepted");
	desk_free(desk);
}

static void
files_that_are_none(void **state)
{
	struct desk *desk = desk_kept(&first);
	struct trouble trouble;

	(void)state;
	desk->journals[0].size = 40;
	assert_int_equal(desk_present(desk, &trouble), TALLY_EXIT_USAGE);
	assert_non_null(strstr(trouble.sentence, "does not begin as a journal does"));
	desk_unlink(desk);
	reconcile_close(desk->reconcile);
	assert_int_equal(
	    reconcile_open(&desk->reconcile,
			   &(struct reconcile_options){.paths = desk->given, .count = 1},
			   &trouble),
	    TALLY_EXIT_USAGE);
	assert_non_null(strstr(trouble.sentence, "No such file"));
	desk_free(desk);
}

static int
setup(void **state)
{
	(void)state;
	return sodium_init() < 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_honest_pair),
	    cmocka_unit_test(what_else_a_journal_holds),
	    cmocka_unit_test(refused_and_in_the_log),
	    cmocka_unit_test(replaced_by_the_operator),
	    cmocka_unit_test(dropped_by_the_operator),
	    cmocka_unit_test(swapped_by_the_operator),
	    cmocka_unit_test(lost_and_sent_again),
	    cmocka_unit_test(added_by_somebody),
	    cmocka_unit_test(standing_in),
	    cmocka_unit_test(beyond_the_checkpoint),
	    cmocka_unit_test(voters_sign_for_themselves),
	    cmocka_unit_test(journals_that_are_wrong),
	    cmocka_unit_test(files_that_are_none),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
