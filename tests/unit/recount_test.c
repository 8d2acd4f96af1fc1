#include "tools/lib/recount.h"

#include <sodium.h>
#include <unistd.h>

#include "tests/lib/folder.h"
#include "tests/lib/story.h"

static const struct campaign_wish wish = {.revisions_max = 5};

/* A published log, and what a recount of it says. */
struct stage {
	struct test_log log;
	struct test_folder folder;
	struct publiclog files;
	struct recount recount;
	struct trouble trouble;
	enum tally_exit status;
};

static void
stage_open(struct stage *stage, const struct campaign_wish *campaign, story_hook *hook)
{
	story_make(&stage->log, campaign, hook);
	stage->folder = test_folder_make();
	test_log_publish(&stage->log, stage->folder.path, stage->log.count);
	assert_int_equal(publiclog_open(&stage->files, stage->folder.path, &stage->trouble),
			 TALLY_EXIT_FINE);
}

static void
stage_count(struct stage *stage, const struct note_key *key)
{
	stage->status = recount_run(&stage->files, key, &stage->recount, &stage->trouble);
}

static void
stage_close(struct stage *stage)
{
	if (stage->status == TALLY_EXIT_FINE)
		recount_free(&stage->recount);
	publiclog_close(&stage->files);
	test_folder_remove(&stage->folder);
	test_log_free(&stage->log);
}

static void
assert_refused(const struct stage *stage, uint64_t index, const char *words)
{
	assert_int_equal(stage->status, TALLY_EXIT_FAILED);
	if (strstr(stage->trouble.sentence, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", stage->trouble.sentence, words);
	assert_true(stage->trouble.has_index);
	assert_int_equal(stage->trouble.index, index);
}

/* Another way to the counts: by voter, without replay, replacement or subtraction. */
static void
assert_counts(const struct counts *counts, uint64_t voters, uint64_t again)
{
	uint64_t votes[3] = {0};

	for (uint64_t voter = 0; voter < voters; voter++) {
		bool revised = voter % 5 == 0 && voter + 10 < voters && again > 0;

		votes[(voter + (revised ? 2 : 1)) % 3]++;
	}
	assert_int_equal(counts->ballots, voters);
	assert_int_equal(counts->replaced, again);
	assert_int_equal(counts->in_tree, voters + again);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(counts->options[i].votes, votes[i]);
}

static void
counts_a_good_log(void **state)
{
	const uint64_t voters = STORY_VOTES_FIRST + STORY_VOTES_SECOND;
	struct stage stage;

	(void)state;
	stage_open(&stage, &wish, NULL);
	stage_count(&stage, &stage.log.campaign.log.key);
	assert_int_equal(stage.status, TALLY_EXIT_FINE);
	assert_int_equal(stage.recount.checkpoint.size, stage.log.count);
	assert_int_equal(stage.recount.replay.index, stage.log.count);
	assert_int_equal(stage.recount.replay.law.phase, TALLY_PHASE_CLOSED);
	assert_memory_equal(stage.recount.manifest->id, stage.log.campaign.manifest->id, 32);
	assert_counts(&stage.recount.replay.counts, voters, voters / 5 - 2);
	assert_true(counts_equal(&stage.recount.replay.counts, &stage.log.replay.counts,
				 stage.recount.manifest));
	stage_close(&stage);
}

static void
takes_two_out(struct test_log *log, enum story_point point)
{
	static const uint64_t voters[] = {7, 10};

	if (point == STORY_LATE)
		(void)test_log_void(log, NOTICE_AGAIN, voters, 2);
}

/* What was replaced is out, what was voided is out and marked so. */
static void
marks_what_counts_no_longer(void **state)
{
	struct stage stage;
	uint64_t in = 0;
	uint64_t voided = 0;

	(void)state;
	stage_open(&stage, &wish, takes_two_out);
	stage_count(&stage, NULL);
	assert_int_equal(stage.status, TALLY_EXIT_FINE);
	for (size_t i = 0; i < stage.log.count; i++) {
		bool ballot = stage.log.entries[i].data[0] == TALLY_ENTRY_BALLOT;

		in += ballot && !ousted_has(&stage.recount.ousted, i);
		voided += ousted_has(&stage.recount.voided, i);
		assert_true(ballot || !ousted_has(&stage.recount.ousted, i));
	}
	assert_int_equal(voided, 2);
	assert_int_equal(stage.recount.replay.counts.voided, 2);
	assert_int_equal(stage.recount.replay.counts.ballots, in);
	assert_true(stage.recount.replay.counts.replaced > 0);
	stage_close(&stage);
}

static void
needs_no_key_but_takes_no_other(void **state)
{
	struct stage stage;
	struct note_key other;

	(void)state;
	stage_open(&stage, NULL, NULL);
	stage_count(&stage, NULL);
	assert_int_equal(stage.status, TALLY_EXIT_FINE);
	recount_free(&stage.recount);
	note_key_make(&other, bytes_of_string(stage.log.campaign.log.key.name),
		      stage.log.campaign.frontends[0].key.public_key);
	stage_count(&stage, &other);
	assert_int_equal(stage.status, TALLY_EXIT_FAILED);
	assert_non_null(strstr(stage.trouble.sentence, "checkpoint"));
	stage_close(&stage);
}

static void
vote_twice(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		(void)story_vote(log, 7, 1);
}

static void
names_the_second_vote_of_a_tag(void **state)
{
	struct stage stage;
	size_t index;

	(void)state;
	stage_open(&stage, NULL, vote_twice);
	stage_count(&stage, NULL);
	index = test_log_find(&stage.log, TALLY_ENTRY_TALLY, 0) - 1;
	assert_refused(&stage, index, "voted before, at entry 9");
	stage_close(&stage);
}

static void
vote_late(struct test_log *log, enum story_point point)
{
	if (point == STORY_CLOSED)
		(void)story_vote(log, STORY_STRANGER, 1);
}

static void
names_a_ballot_after_the_close(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, NULL, vote_late);
	stage_count(&stage, NULL);
	assert_refused(&stage, stage.log.count - 2, "outside an open phase");
	stage_close(&stage);
}

static void
choose_too_much(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choices[] = {{0, 0, 1}, {0, 1, 1}};
	const struct campaign_vote vote = {
	    .voter = STORY_STRANGER, .choices = choices, .choices_count = 2};

	if (point == STORY_LATE)
		(void)test_log_vote(log, &vote);
}

static void
names_a_ballot_against_the_rules(void **state)
{
	static const struct campaign_wish one = {.max = 1};
	struct stage stage;

	(void)state;
	stage_open(&stage, &one, choose_too_much);
	stage_count(&stage, NULL);
	assert_refused(&stage, stage.log.count - 3, "too-many-choices");
	stage_close(&stage);
}

static void
refuses_entries_that_the_checkpoint_does_not_sign(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage, NULL, NULL);
	stage.log.entries[5].data[90] ^= 1;
	test_log_publish(&stage.log, stage.folder.path, stage.log.count);
	stage.log.entries[5].data[90] ^= 1;
	{
		uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

		test_file_write(stage.folder.path, "checkpoint",
				test_log_checkpoint(&stage.log, stage.log.count, note));
	}
	stage_count(&stage, NULL);
	assert_int_equal(stage.status, TALLY_EXIT_FAILED);
	stage_close(&stage);
}

static void
refuses_a_log_without_entries_or_files(void **state)
{
	struct stage stage;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	stage_open(&stage, NULL, NULL);
	test_file_write(stage.folder.path, "checkpoint",
			test_log_checkpoint(&stage.log, 0, note));
	stage_count(&stage, NULL);
	assert_int_equal(stage.status, TALLY_EXIT_FAILED);
	assert_non_null(strstr(stage.trouble.sentence, "no entries"));
	assert_int_equal(unlinkat(stage.folder.fd, "checkpoint", 0), 0);
	stage_count(&stage, NULL);
	assert_int_equal(stage.status, TALLY_EXIT_FAILED);
	assert_non_null(strstr(stage.trouble.sentence, "checkpoint: it is missing"));
	stage_close(&stage);
}

static void
opens_directories_only(void **state)
{
	struct publiclog log;
	struct trouble trouble;

	(void)state;
	assert_int_equal(publiclog_open(&log, "https://log.example/", &trouble),
			 TALLY_EXIT_USAGE);
	assert_non_null(strstr(trouble.sentence, "an address is not supported here"));
	assert_int_equal(publiclog_open(&log, "/nonexistent/log", &trouble), TALLY_EXIT_USAGE);
	assert_int_equal(publiclog_open(&log, "/etc/passwd", &trouble), TALLY_EXIT_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_a_good_log),
	    cmocka_unit_test(marks_what_counts_no_longer),
	    cmocka_unit_test(needs_no_key_but_takes_no_other),
	    cmocka_unit_test(names_the_second_vote_of_a_tag),
	    cmocka_unit_test(names_a_ballot_after_the_close),
	    cmocka_unit_test(names_a_ballot_against_the_rules),
	    cmocka_unit_test(refuses_entries_that_the_checkpoint_does_not_sign),
	    cmocka_unit_test(refuses_a_log_without_entries_or_files),
	    cmocka_unit_test(opens_directories_only),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
