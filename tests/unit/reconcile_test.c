/* Journals against logs: what an honest pair says, and every lie that a journal uncovers. */
#include "tools/lib/reconcile.h"

#include <sodium.h>
#include <unistd.h>

#include "tally/journal.h"
#include "tests/lib/scene.h"

static const struct campaign_wish first = {.frontends = 2};
static const struct campaign_wish voters = {.signing = TALLY_SIGNING_VOTER};
static const struct campaign_wish revisions = {.frontends = 2, .revisions_max = 5};

enum {
	JOURNALS = 3,
	VOTE = 50 /* an entry of the story that is a ballot */
};

/* A scene and journals about it, put together in memory. */
struct desk {
	struct scene scene;
	struct writer journals[JOURNALS];
	struct tally_journal_tape tapes[JOURNALS];
	struct tally_client_key keys[JOURNALS];
	char paths[JOURNALS][300];
	const char *given[JOURNALS];
	bool some;
	struct reconcile *reconcile;
};

static void
journal_begin(struct desk *desk, size_t at, size_t frontend)
{
	const struct note_private_key *key = &desk->scene.log.campaign.frontends[frontend];
	size_t capacity = 512 * 1024;
	struct writer *writer = &desk->journals[at];

	*writer = writer_make(malloc(capacity), capacity);
	desk->keys[at].id = key->key.id;
	memcpy(desk->keys[at].secret, key->secret, sizeof key->secret);
	writer->size = tally_journal_put_head(
	    &desk->tapes[at], desk->scene.log.campaign.manifest->id, key->key.id, writer->data);
}

static void
submit(struct desk *desk, size_t at, struct bytes ballot)
{
	struct writer *writer = &desk->journals[at];

	writer->size += tally_journal_put_submit(&desk->tapes[at], ballot.data, ballot.size,
						 writer->data + writer->size);
	assert_true(writer->size + TALLY_BALLOT_SIZE_MAX < writer->capacity);
}

/* To the ballot submitted last. */
static void
answer(struct desk *desk, size_t at, enum tally_verdict verdict, uint64_t index)
{
	struct writer *writer = &desk->journals[at];

	writer->size += tally_journal_put_answer(&desk->tapes[at], desk->tapes[at].ballots - 1,
						 verdict, index, writer->data + writer->size);
}

static void
seal(struct desk *desk, size_t at)
{
	struct writer *writer = &desk->journals[at];

	writer->size += tally_journal_put_seal(&desk->tapes[at], &desk->keys[at],
					       writer->data + writer->size);
}

static struct bytes
ballot_at(const struct desk *desk, size_t index)
{
	struct bytes entry = test_log_entry(&desk->scene.log, index);

	assert_int_equal(entry.data[0], TALLY_ENTRY_BALLOT);
	return bytes_make(entry.data + 1, entry.size - 1);
}

/* What the frontend of journal `at` has sent: the log's ballots from entry `from` to `end`. */
static void
keep(struct desk *desk, size_t at, size_t from, size_t end)
{
	for (size_t i = from; i < end; i++) {
		if (test_log_entry(&desk->scene.log, i).data[0] != TALLY_ENTRY_BALLOT)
			continue;
		submit(desk, at, ballot_at(desk, i));
		answer(desk, at, TALLY_ACCEPTED, i);
	}
}

static struct desk *
desk_make(const struct campaign_wish *wish, story_hook *hook)
{
	struct desk *desk = calloc(1, sizeof *desk);

	assert_non_null(desk);
	scene_make(&desk->scene, wish, hook);
	return desk;
}

/* A desk whose first journal has all ballots, without a seal. */
static struct desk *
desk_kept(const struct campaign_wish *wish)
{
	struct desk *desk = desk_make(wish, NULL);

	journal_begin(desk, 0, 0);
	keep(desk, 0, 0, desk->scene.log.count);
	return desk;
}

static void
desk_free(struct desk *desk)
{
	for (size_t i = 0; i < JOURNALS; i++)
		free(desk->journals[i].data);
	reconcile_close(desk->reconcile);
	scene_close(&desk->scene);
	free(desk);
}

/* The journals as files, opened. */
static enum tally_exit
present(struct desk *desk, struct trouble *trouble)
{
	struct reconcile_options options = {
	    .paths = desk->given, .some = desk->some, .memory_max = 1};

	reconcile_close(desk->reconcile);
	desk->reconcile = NULL;
	for (size_t i = 0; i < JOURNALS && desk->journals[i].data != NULL; i++) {
		char name[32];

		snprintf(name, sizeof name, "journal-%zu", i);
		snprintf(desk->paths[i], sizeof desk->paths[i], "%s/%s",
			 desk->scene.folder.path, name);
		test_file_write(desk->scene.folder.path, name, writer_view(&desk->journals[i]));
		desk->given[options.count++] = desk->paths[i];
	}
	return reconcile_open(&desk->reconcile, &options, trouble);
}

static void
unlink_all(const struct desk *desk)
{
	for (size_t i = 0; i < JOURNALS && desk->given[i] != NULL; i++)
		assert_int_equal(unlink(desk->given[i]), 0);
}

/* Audits with the journals; the log was published. */
static const struct report_check *
audit(struct desk *desk)
{
	struct trouble trouble;

	if (present(desk, &trouble) != TALLY_EXIT_FINE)
		fail_msg("%s", trouble.sentence);
	desk->scene.options.journals = desk->reconcile;
	scene_audit(&desk->scene);
	unlink_all(desk);
	return &desk->scene.audit.report.checks[AUDIT_JOURNALS];
}

static void
assert_remark(struct desk *desk, const char *words)
{
	const struct report_check *check = audit(desk);

	if (check->status != REPORT_PASS || strstr(check->why.sentence, words) == NULL)
		fail_msg("status %d: \"%s\" does not say \"%s\"", (int)check->status,
			 check->why.sentence, words);
	assert_int_equal(report_exit(&desk->scene.audit.report), TALLY_EXIT_FINE);
}

static void
assert_uncovered(struct desk *desk, long index, const char *words)
{
	(void)audit(desk);
	assert_found(&desk->scene, AUDIT_JOURNALS, index, words);
}

static long
number_of(const struct desk *desk, const char *name)
{
	json_t *object = reconcile_json(desk->reconcile);
	long number = (long)json_integer_value(json_object_get(object, name));

	json_decref(object);
	return number;
}

static void
an_honest_pair(void **state)
{
	static const struct campaign_wish *const wishes[] = {&first, &revisions};

	(void)state;
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		struct desk *desk = desk_kept(wishes[i]);
		char words[64];

		seal(desk, 0);
		scene_publish(&desk->scene);
		snprintf(words, sizeof words, "%llu accepted and in the log, 0 accepted beyond",
			 (unsigned long long)desk->tapes[0].ballots);
		assert_remark(desk, words);
		assert_int_equal(number_of(desk, "accepted"), desk->tapes[0].ballots);
		assert_int_equal(number_of(desk, "submitted"), desk->tapes[0].ballots);
		assert_int_equal(number_of(desk, "journals"), 1);
		desk_free(desk);
	}
}

/* Refused, sent again, never answered, no ballot at all: nothing of that is a finding. */
static void
what_else_a_journal_holds(void **state)
{
	struct desk *desk = desk_kept(&first);
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];

	(void)state;
	submit(desk, 0, ballot_at(desk, VOTE)); /* again: its first answer */
	answer(desk, 0, TALLY_ACCEPTED, VOTE);
	submit(desk, 0, ballot_at(desk, VOTE)); /* in the log, the answer was lost */
	submit(desk, 0, story_ballot(&desk->scene.log, STORY_STRANGER, 1, memory));
	submit(desk, 0, story_ballot(&desk->scene.log, STORY_STRANGER + 1, 1, memory));
	answer(desk, 0, TALLY_CLOSED, TALLY_CLIENT_NO_INDEX);
	submit(desk, 0, BYTES_OF("rubbish"));
	answer(desk, 0, TALLY_MALFORMED, TALLY_CLIENT_NO_INDEX);
	submit(desk, 0, BYTES_OF(""));
	seal(desk, 0);
	scene_publish(&desk->scene);
	assert_remark(desk,
		      "646 ballots submitted: 641 accepted and in the log, 0 accepted "
		      "beyond this checkpoint, 2 refused, 3 unanswered, of which 1 in the "
		      "log");
	assert_int_equal(number_of(desk, "unanswered_in_log"), 1);
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
	seal(desk, 0);
	ballot = story_ballot(&desk->scene.log, STORY_STRANGER + VOTE, 1, memory);
	memcpy(entry + 1, ballot.data, ballot.size);
	test_log_replace(&desk->scene.log, VOTE, bytes_make(entry, 1 + ballot.size));
	scene_publish(&desk->scene);
	assert_uncovered(desk, VOTE, "was accepted as this entry, but it is not in the log");
	assert_non_null(strstr(desk->scene.audit.report.checks[AUDIT_JOURNALS].why.sentence,
			       desk->paths[0]));
	assert_int_equal(number_of(desk, "missing"), 1);
	assert_int_equal(number_of(desk, "foreign"), 1);
	desk_free(desk);
}

static void
dropped_by_the_operator(void **state)
{
	struct desk *desk = desk_kept(&first);

	(void)state;
	seal(desk, 0);
	test_log_drop(&desk->scene.log, VOTE);
	scene_publish(&desk->scene);
	assert_uncovered(desk, VOTE, "but it is not in the log");
	desk_free(desk);
}

static void
swapped_by_the_operator(void **state)
{
	struct desk *desk = desk_kept(&first);

	(void)state;
	seal(desk, 0);
	test_log_swap(&desk->scene.log, VOTE, VOTE + 3);
	scene_publish(&desk->scene);
	assert_uncovered(desk, VOTE, "but the log has it as entry 53");
	assert_int_equal(number_of(desk, "missing"), 2);
	assert_int_equal(number_of(desk, "foreign"), 0);
	desk_free(desk);
}

/* While entries are sealed: leaf hashes alone. */
static enum tally_exit
leaf_of(void *context, uint64_t index, struct tree_hash *leaf, struct trouble *trouble)
{
	const struct test_log *log = context;

	(void)trouble;
	*leaf = log->leaves[index];
	return TALLY_EXIT_FINE;
}

static void
assert_sealed_log(struct desk *desk, enum report_status status, long index, const char *words)
{
	static const struct report_question question = {"receipts", "journals", "?"};
	struct reconcile_log log = {.manifest = desk->scene.log.campaign.manifest,
				    .size = desk->scene.log.count,
				    .jobs = 2,
				    .leaf = leaf_of,
				    .context = &desk->scene.log};
	struct report report;
	struct trouble trouble;

	assert_int_equal(present(desk, &trouble), TALLY_EXIT_FINE);
	report_init(&report, &question, 1);
	reconcile_run(desk->reconcile, &log, &report, 0);
	unlink_all(desk);
	assert_int_equal(report.checks[0].status, status);
	if (strstr(report.checks[0].why.sentence, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", report.checks[0].why.sentence, words);
	if (index != NO_INDEX)
		assert_int_equal(report.checks[0].why.index, index);
}

/* The server lost what it had answered; sent again, the ballots got other indexes. */
static void
lost_and_sent_again(void **state)
{
	struct desk *desk = desk_kept(&first);
	struct bytes ballot = ballot_at(desk, VOTE);

	(void)state;
	submit(desk, 0, ballot);
	answer(desk, 0, TALLY_ACCEPTED, VOTE + 3);
	test_log_swap(&desk->scene.log, VOTE, VOTE + 3);
	seal(desk, 0);
	scene_publish(&desk->scene);
	assert_uncovered(desk, VOTE + 3, "but the log has it as entry 50");
	submit(desk, 0, ballot_at(desk, VOTE));
	answer(desk, 0, TALLY_ACCEPTED, VOTE);
	seal(desk, 0);
	assert_remark(desk, "; 2 had another index before they were sent again");
	assert_int_equal(number_of(desk, "moved"), 2);
	assert_int_equal(number_of(desk, "accepted"), 640);
	assert_sealed_log(desk, REPORT_PASS, NO_INDEX, "; 2 had another index");
	desk_free(desk);
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

static void
added_by_somebody(void **state)
{
	struct desk *desk = desk_make(&first, extra_ballot);
	size_t at = stranger_at(desk);

	(void)state;
	journal_begin(desk, 0, 0);
	keep(desk, 0, 0, at);
	keep(desk, 0, at + 1, desk->scene.log.count);
	scene_publish(&desk->scene);
	assert_remark(desk, "a journal is not sealed to its end");
	seal(desk, 0);
	assert_uncovered(desk, (long)at, "and no journal has submitted it");
	assert_int_equal(number_of(desk, "foreign"), 1);
	desk->some = true;
	assert_remark(desk, "further journals exist");
	desk->some = false;
	/* Another journal of the same frontend has it: fine. Continued without a seal: not asked.
	 */
	journal_begin(desk, 1, 0);
	submit(desk, 1, ballot_at(desk, at));
	assert_remark(desk, "641 ballots submitted: 640 accepted");
	seal(desk, 1);
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
	journal_begin(desk, 0, 1);
	submit(desk, 0, ballot_at(desk, at));
	answer(desk, 0, TALLY_ACCEPTED, at);
	seal(desk, 0);
	scene_publish(&desk->scene);
	assert_remark(desk, "1 ballots submitted: 1 accepted and in the log");
	journal_begin(desk, 1, 0);
	keep(desk, 1, 0, at);
	keep(desk, 1, at + 1, desk->scene.log.count);
	seal(desk, 1);
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
	seal(desk, 0);
	test_log_publish(&desk->scene.log, desk->scene.folder.path, SCENE_MIDDLE);
	assert_remark(desk, "298 accepted and in the log, 342 accepted beyond this checkpoint");
	assert_int_equal(number_of(desk, "not_yet"), 342);
	submit(desk, 0, story_ballot(&desk->scene.log, STORY_STRANGER, 1, memory));
	answer(desk, 0, TALLY_ACCEPTED, 646);
	seal(desk, 0);
	test_log_publish(&desk->scene.log, desk->scene.folder.path, desk->scene.log.count);
	assert_uncovered(desk, 646, "the log is closed and ends before it");
	answer(desk, 0, TALLY_ACCEPTED, TALLY_CLIENT_NO_INDEX);
	seal(desk, 0);
	assert_uncovered(desk, NO_INDEX, "was accepted, and no index was told");
	desk_free(desk);
}

static void
voters_sign_for_themselves(void **state)
{
	struct desk *desk = desk_make(&voters, NULL);
	struct trouble trouble;

	(void)state;
	journal_begin(desk, 0, 0);
	keep(desk, 0, 0, 100);
	assert_int_equal(present(desk, &trouble), TALLY_EXIT_FINE);
	seal(desk, 0);
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
	seal(desk, 0);
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
	assert_int_equal(present(desk, &trouble), TALLY_EXIT_USAGE);
	assert_non_null(strstr(trouble.sentence, "does not begin as a journal does"));
	unlink_all(desk);
	reconcile_close(desk->reconcile);
	assert_int_equal(
	    reconcile_open(&desk->reconcile,
			   &(struct reconcile_options){.paths = desk->given, .count = 1},
			   &trouble),
	    TALLY_EXIT_USAGE);
	assert_non_null(strstr(trouble.sentence, "No such file"));
	desk_free(desk);
}

static void
while_sealed(void **state)
{
	struct desk *desk = desk_kept(&first);

	(void)state;
	submit(desk, 0, ballot_at(desk, VOTE));
	seal(desk, 0);
	assert_sealed_log(
	    desk, REPORT_PASS, NO_INDEX,
	    "640 accepted and in the log, 0 accepted beyond this checkpoint, 0 "
	    "refused, 1 unanswered, of which 0 in the log; what else the log holds "
	    "is sealed");
	test_log_swap(&desk->scene.log, VOTE, VOTE + 3);
	assert_sealed_log(desk, REPORT_FAIL, VOTE, "but that one's hash is not the ballot's");
	assert_int_equal(number_of(desk, "missing"), 2);
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
	    cmocka_unit_test(while_sealed),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
