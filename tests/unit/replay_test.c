#include "replay/replay.h"

#include "campaign/rules.h"

#include "tests/lib/campaign.h"
#include "tests/lib/recount.h"
#include "tests/lib/voids.h"

enum {
	votes_max = 400,
	minute_opens = 100,
	minute_closes = 200
};

/* A campaign, its state, and what a test has put into the log as it remembers it. */
struct log {
	struct campaign campaign;
	struct replay replay;
	void *memory;
	struct recount_vote votes[votes_max];
	size_t votes_count;
	uint8_t notices[2][1024]; /* the newest and the one before */
	struct bytes notice;
};

static struct log *
log_make(struct campaign_wish wish)
{
	struct log *log = calloc(1, sizeof *log);
	size_t size;

	assert_non_null(log);
	wish.opens = "1970-01-01T01:40:00Z";
	wish.closes = "1970-01-01T03:20:00Z";
	campaign_make(&log->campaign, &wish);
	size = replay_memory(log->campaign.manifest);
	log->memory = malloc(size);
	assert_non_null(log->memory);
	memset(log->memory, 0xa5, size);
	replay_init(&log->replay, log->campaign.manifest, log->memory);
	return log;
}

static void
log_free(struct log *log)
{
	campaign_free(&log->campaign);
	free(log->memory);
	free(log);
}

/* All that replay_write knows of a state. */
static struct bytes
written(const struct replay *replay, uint8_t *memory, size_t capacity)
{
	struct writer writer = writer_make(memory, capacity);

	assert_true(replay_written_max(replay->manifest) <= capacity);
	replay_write(&writer, replay);
	assert_false(writer.failed);
	return writer_view(&writer);
}

/* From the same state: a ballot that is known to keep the rules does what its entry did. */
static void
assert_known_ballot_steps_so(const struct log *log, struct bytes entry,
			     const struct ballot *replaced, struct bytes was,
			     enum replay_fault fault, struct bytes is)
{
	static uint8_t memory[512 * 1024];
	void *twin_memory = calloc(1, replay_memory(log->campaign.manifest));
	struct reader reader = reader_make(was);
	struct replay twin;
	struct ballot ballot;

	assert_non_null(twin_memory);
	replay_init(&twin, log->campaign.manifest, twin_memory);
	assert_true(replay_read(&reader, &twin));
	if (entry.data[0] == TALLY_ENTRY_BALLOT &&
	    ballot_parse(bytes_make(entry.data + 1, entry.size - 1), &ballot) ==
		TALLY_ACCEPTED &&
	    rules_check(log->campaign.manifest, &ballot) == TALLY_ACCEPTED) {
		assert_int_equal(replay_step_ballot(&twin, &ballot, replaced), fault);
		assert_true(bytes_equal(written(&twin, memory, sizeof memory), is));
	}
	free(twin_memory);
}

/* One step; a fault must have changed nothing. */
static enum replay_fault
step(struct log *log, struct bytes entry, const struct ballot *replaced)
{
	static uint8_t before[512 * 1024];
	static uint8_t after[512 * 1024];
	struct bytes was = written(&log->replay, before, sizeof before);
	enum replay_fault fault = replay_step(&log->replay, entry, replaced, NULL);
	struct bytes is = written(&log->replay, after, sizeof after);

	assert_true((fault == REPLAY_FINE) != bytes_equal(was, is));
	assert_true(strlen(replay_fault_sentence(fault)) > 0);
	if (entry.size > 0)
		assert_known_ballot_steps_so(log, entry, replaced, was, fault, is);
	return fault;
}

static enum replay_fault
campaign_part(struct log *log, struct bytes json, uint16_t part)
{
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	struct writer entry = writer_make(memory, sizeof memory);

	entry_campaign_write(&entry, json, part);
	return step(log, writer_view(&entry), NULL);
}

static void
campaign_parts(struct log *log)
{
	struct bytes json = log->campaign.manifest->json;

	for (uint16_t part = 0; part < entry_campaign_parts(json.size); part++)
		assert_int_equal(campaign_part(log, json, part), REPLAY_FINE);
}

static enum replay_fault
phase(struct log *log, enum tally_phase to, enum tally_cause cause, int64_t minute)
{
	uint8_t memory[ENTRY_PHASE_SIZE];
	struct writer entry = writer_make(memory, sizeof memory);

	entry_phase_write(&entry, to, cause, minute);
	return step(log, writer_view(&entry), NULL);
}

static struct log *
log_open(struct campaign_wish wish)
{
	struct log *log = log_make(wish);

	campaign_parts(log);
	assert_int_equal(phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens),
			 REPLAY_FINE);
	return log;
}

static struct bytes
ballot_entry(const struct log *log, const struct campaign_vote *vote, uint8_t *memory)
{
	struct bytes ballot = campaign_ballot(&log->campaign, vote, memory + 1);

	memory[0] = TALLY_ENTRY_BALLOT;
	return bytes_make(memory, ballot.size + 1);
}

/* The vote that counts for the voter now, or NULL. */
static struct recount_vote *
vote_of(struct log *log, uint64_t voter)
{
	for (size_t i = 0; i < log->votes_count; i++) {
		if (log->votes[i].vote.voter == voter && log->votes[i].counted)
			return &log->votes[i];
	}
	return NULL;
}

/* A random vote of `voter`, in place of the one before. */
static void
cast(struct log *log, struct test_random *random, uint64_t voter)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX + 1];
	uint8_t earlier[TALLY_BALLOT_SIZE_MAX + 1];
	struct recount_vote *before = vote_of(log, voter);
	struct recount_vote *vote = &log->votes[log->votes_count++];
	struct ballot replaced;

	assert_true(log->votes_count <= votes_max);
	vote->vote.voter = voter;
	vote->vote.revision = before == NULL ? 1 : (uint16_t)(before->vote.revision + 1);
	campaign_vote_random(&log->campaign, random, &vote->vote, vote->choices,
			     recount_choices_max);
	if (before != NULL) {
		struct bytes bytes = ballot_entry(log, &before->vote, earlier);

		before->counted = false;
		assert_int_equal(
		    ballot_parse(bytes_make(bytes.data + 1, bytes.size - 1), &replaced),
		    TALLY_ACCEPTED);
	}
	vote->counted = true;
	assert_int_equal(step(log, ballot_entry(log, &vote->vote, memory),
			      before == NULL ? NULL : &replaced),
			 REPLAY_FINE);
}

static enum replay_fault
tally(struct log *log, uint8_t change_at)
{
	static const uint8_t salt[32] = {7, 7, 7};
	uint8_t memory[ENTRY_TALLY_SIZE];
	struct writer entry = writer_make(memory, sizeof memory);

	replay_tally_entry(&log->replay, salt, &entry);
	assert_int_equal(entry.size, ENTRY_TALLY_SIZE);
	if (change_at > 0)
		memory[change_at] ^= 1;
	return step(log, writer_view(&entry), NULL);
}

static enum replay_fault
notice(struct log *log, enum tally_notice_kind kind, int64_t minute)
{
	uint8_t memory[1025] = {TALLY_ENTRY_NOTICE};
	uint32_t number = log->replay.law.notices_count + 1;
	struct bytes bytes = campaign_notice(&log->campaign, log->notice, number, kind,
					     minute * 60, memory + 1, sizeof memory - 1);
	uint8_t *keep = log->notices[number % 2];
	enum replay_fault fault = step(log, bytes_make(memory, bytes.size + 1), NULL);

	if (fault == REPLAY_FINE) {
		memcpy(keep, bytes.data, bytes.size);
		log->notice = bytes_make(keep, bytes.size);
	}
	return fault;
}

/* The last TALLY entry's text is that of a slow recount, taken at its index. */
static void
assert_tally(struct log *log)
{
	uint64_t index = log->replay.index;
	struct writer *text = &log->replay.text;
	char *expected;

	assert_int_equal(tally(log, 0), REPLAY_FINE);
	assert_int_equal(log->replay.last_tally, index + 1);
	assert_int_equal(log->replay.ballots_since_tally, 0);
	expected = recount_text(&log->campaign, log->votes, log->votes_count, index, 0);
	assert_true(bytes_equal(writer_view(text), bytes_of_string(expected)));
	free(expected);
}

/* T1, T2, V1: at random places the running tally is what a recount of the votes finds. */
static void
random_votes_equal_a_recount(void **state)
{
	struct test_random random = test_random_make(20262);
	struct log *log = log_open((struct campaign_wish){.districts = 3,
							  .contests = 3,
							  .options = 5,
							  .max = 3,
							  .blank = true,
							  .revisions_max = 1000});

	(void)state;
	for (size_t i = 0; i < votes_max; i++) {
		cast(log, &random, test_random_below(&random, 60));
		if (test_random_below(&random, 15) == 0)
			assert_tally(log);
	}
	assert_tally(log);
	assert_int_equal(log->replay.counts.in_tree, votes_max);
	log_free(log);
}

static void
a_campaign_from_open_to_reopened(void **state)
{
	struct test_random random = test_random_make(20263);
	struct log *log = log_make((struct campaign_wish){.revisions_max = 9});
	uint64_t notice_index;

	(void)state;
	campaign_parts(log);
	assert_int_equal(log->replay.index, 1);
	assert_tally(log);
	assert_int_equal(phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens),
			 REPLAY_FINE);
	cast(log, &random, 1);
	cast(log, &random, 2);
	cast(log, &random, 1);
	assert_int_equal(log->replay.ballots_since_tally, 3);
	notice_index = log->replay.index;
	assert_int_equal(notice(log, TALLY_NOTICE_CLOSE, 0), REPLAY_FINE);
	assert_int_equal(log->replay.last_notice, notice_index);
	assert_int_equal(phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, minute_opens + 1),
			 REPLAY_FINE);
	assert_tally(log);
	assert_int_equal(notice(log, TALLY_NOTICE_EXTEND, minute_closes + 60), REPLAY_FINE);
	assert_int_equal(phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, minute_opens + 2),
			 REPLAY_FINE);
	cast(log, &random, 3);
	assert_int_equal(phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes + 60),
			 REPLAY_FINE);
	assert_tally(log);
	assert_int_equal(log->replay.counts.ballots, 3);
	assert_int_equal(log->replay.counts.replaced, 1);
	log_free(log);
}

/* A manifest of several parts: each in its place, once, unaltered. */
static void
campaign_parts_are_exact(void **state)
{
	struct log *log =
	    log_make((struct campaign_wish){.options = 1000, .contests = 2, .max = 8});
	struct bytes json = log->campaign.manifest->json;
	char *altered = malloc(json.size);

	(void)state;
	assert_true(entry_campaign_parts(json.size) > 1);
	assert_non_null(altered);
	memcpy(altered, json.data, json.size);
	altered[json.size - 1] ^= 1;
	assert_int_equal(campaign_part(log, json, 1), REPLAY_CAMPAIGN_PART);
	assert_int_equal(campaign_part(log, json, 0), REPLAY_FINE);
	assert_int_equal(campaign_part(log, json, 0), REPLAY_CAMPAIGN_PART);
	assert_int_equal(phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens),
			 REPLAY_CAMPAIGN_PART);
	assert_int_equal(campaign_part(log, bytes_make(altered, json.size), 1),
			 REPLAY_CAMPAIGN_PART);
	assert_int_equal(campaign_part(log, bytes_make(json.data, json.size - 1), 1),
			 REPLAY_CAMPAIGN_PART);
	assert_int_equal(campaign_part(log, json, 1), REPLAY_FINE);
	free(altered);
	log_free(log);
}

static void
campaign_faults(void **state)
{
	struct log *log = log_make((struct campaign_wish){0});
	struct bytes json = log->campaign.manifest->json;
	char *altered = malloc(json.size + 1);

	(void)state;
	assert_non_null(altered);
	memcpy(altered, json.data, json.size);
	altered[json.size] = ' ';
	assert_int_equal(campaign_part(log, bytes_make(altered, json.size + 1), 0),
			 REPLAY_CAMPAIGN_PART);
	altered[json.size - 1] ^= 1;
	assert_int_equal(campaign_part(log, bytes_make(altered, json.size), 0),
			 REPLAY_CAMPAIGN_PART);
	assert_int_equal(phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens),
			 REPLAY_CAMPAIGN_PART);
	campaign_parts(log);
	assert_int_equal(campaign_part(log, json, 0), REPLAY_CAMPAIGN_PART);
	free(altered);
	log_free(log);
}

static void
ballot_faults(void **state)
{
	struct log *log = log_make((struct campaign_wish){.max = 2});
	static const struct campaign_choice three[] = {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}};
	struct campaign_vote good = {.choices = three, .choices_count = 1};
	struct campaign_vote many = {.choices = three, .choices_count = 3};
	struct campaign_vote late = {.revision = 1001, .choices = three, .choices_count = 1};
	uint8_t memory[TALLY_BALLOT_SIZE_MAX + 1];
	struct bytes entry;

	(void)state;
	campaign_parts(log);
	entry = ballot_entry(log, &good, memory);
	assert_int_equal(step(log, entry, NULL), REPLAY_BALLOT_OUTSIDE_PHASE);
	assert_int_equal(phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens),
			 REPLAY_FINE);
	assert_int_equal(step(log, bytes_make(entry.data, entry.size - 1), NULL),
			 REPLAY_BALLOT_MALFORMED);
	assert_int_equal(step(log, bytes_make(entry.data, 1), NULL), REPLAY_BALLOT_MALFORMED);
	assert_int_equal(step(log, entry, NULL), REPLAY_FINE);
	assert_int_equal(step(log, ballot_entry(log, &many, memory), NULL),
			 REPLAY_BALLOT_MALFORMED);
	assert_int_equal(step(log, ballot_entry(log, &late, memory), NULL),
			 REPLAY_BALLOT_MALFORMED);
	assert_int_equal(phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes),
			 REPLAY_FINE);
	assert_int_equal(step(log, ballot_entry(log, &good, memory), NULL),
			 REPLAY_BALLOT_OUTSIDE_PHASE);
	log_free(log);
}

static void
phase_and_notice_faults(void **state)
{
	struct log *log = log_open((struct campaign_wish){0});
	static const struct campaign_vote abstains = {.voter = 1};
	uint8_t memory[TALLY_BALLOT_SIZE_MAX + 1];

	(void)state;
	assert_int_equal(phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes - 1),
			 REPLAY_PHASE_FORBIDDEN);
	assert_int_equal(phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, minute_closes),
			 REPLAY_PHASE_FORBIDDEN);
	assert_int_equal(notice(log, TALLY_NOTICE_EXTEND, minute_closes),
			 REPLAY_NOTICE_REFUSED);
	assert_int_equal(step(log, BYTES_OF("\x05none"), NULL), REPLAY_NOTICE_MALFORMED);
	assert_int_equal(step(log, BYTES_OF("\x07"), NULL), REPLAY_UNKNOWN_ENTRY);
	assert_int_equal(step(log, BYTES_OF("\x04\x01"), NULL), REPLAY_UNKNOWN_ENTRY);
	assert_int_equal(step(log, BYTES_OF(""), NULL), REPLAY_UNKNOWN_ENTRY);
	assert_int_equal(notice(log, TALLY_NOTICE_CLOSE, 0), REPLAY_FINE);
	assert_int_equal(step(log, ballot_entry(log, &abstains, memory), NULL),
			 REPLAY_PHASE_OWED);
	assert_int_equal(tally(log, 0), REPLAY_PHASE_OWED);
	assert_int_equal(notice(log, TALLY_NOTICE_EXTEND, minute_closes + 1),
			 REPLAY_PHASE_OWED);
	assert_int_equal(campaign_part(log, log->campaign.manifest->json, 0),
			 REPLAY_PHASE_OWED);
	assert_int_equal(phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, minute_opens),
			 REPLAY_PHASE_FORBIDDEN);
	assert_int_equal(phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, minute_opens),
			 REPLAY_FINE);
	log_free(log);
}

static void
tally_faults(void **state)
{
	struct test_random random = test_random_make(20264);
	struct log *log = log_open((struct campaign_wish){0});

	(void)state;
	cast(log, &random, 1);
	assert_tally(log);
	cast(log, &random, 2);
	assert_int_equal(tally(log, 8), REPLAY_TALLY_INDEX);
	assert_int_equal(tally(log, 9), REPLAY_TALLY_WRONG);
	assert_int_equal(tally(log, ENTRY_TALLY_SIZE - 1), REPLAY_TALLY_WRONG);
	assert_tally(log);
	log_free(log);
}

/* A range ends before the void itself. */
static void
no_void_of_what_is_to_come(void **state)
{
	struct log *log = log_open((struct campaign_wish){0});
	static uint8_t body[VOIDS_BODY_MAX];
	uint8_t memory[512] = {TALLY_ENTRY_NOTICE};

	(void)state;
	for (int fine = 0; fine < 2; fine++) {
		struct bytes range =
		    voids_of_signer(log->campaign.frontends[0].key.id, 0,
				    log->replay.index - (uint64_t)fine, NOTICE_AGAIN, body);
		struct bytes notice =
		    campaign_order(&log->campaign, log->notice, 1, TALLY_NOTICE_VOID, range,
				   memory + 1, sizeof memory - 1);

		assert_int_equal(step(log, bytes_make(memory, notice.size + 1), NULL),
				 fine ? REPLAY_FINE : REPLAY_NOTICE_REFUSED);
	}
	log_free(log);
}

static void
no_more_enrolled_than_may_be(void **state)
{
	struct log *log = log_open((struct campaign_wish){.roster = 4});
	uint8_t records[2][NOTICE_ENROLMENT_SIZE] = {{1}, {2}};
	uint8_t body[128];
	uint8_t memory[512] = {TALLY_ENTRY_NOTICE};
	struct writer writer = writer_make(body, sizeof body);
	struct bytes notice;

	(void)state;
	notice_enrol_write(&writer, records[0], 2);
	notice = campaign_order(&log->campaign, log->notice, 1, TALLY_NOTICE_ENROL,
				writer_view(&writer), memory + 1, sizeof memory - 1);
	log->replay.counts.enrolled = enrolled_max - 1;
	assert_int_equal(step(log, bytes_make(memory, notice.size + 1), NULL),
			 REPLAY_NOTICE_REFUSED);
	log->replay.counts.enrolled--;
	assert_int_equal(step(log, bytes_make(memory, notice.size + 1), NULL), REPLAY_FINE);
	assert_int_equal(log->replay.counts.enrolled, enrolled_max);
	log_free(log);
}

/* The law alone: other entries may lie between its own, but not where it asks for one. */
static void
skips_what_is_not_law(void **state)
{
	struct log *log = log_make((struct campaign_wish){0});
	const struct replay *replay = &log->replay;

	(void)state;
	assert_int_equal(replay_skip(&log->replay, 1), REPLAY_CAMPAIGN_PART);
	assert_int_equal(replay->index, 0);
	assert_int_equal(replay_skip(&log->replay, 0), REPLAY_FINE);
	log_free(log);
	log = log_open((struct campaign_wish){0});
	replay = &log->replay;
	assert_int_equal(replay_skip(&log->replay, 50), REPLAY_FINE);
	assert_int_equal(replay->index, 50);
	assert_int_equal(notice(log, TALLY_NOTICE_CLOSE, 0), REPLAY_FINE);
	assert_int_equal(replay->last_notice, 50);
	assert_int_equal(replay_skip(&log->replay, 51), REPLAY_FINE);
	assert_int_equal(replay_skip(&log->replay, 52), REPLAY_PHASE_OWED);
	assert_int_equal(phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, minute_opens),
			 REPLAY_FINE);
	assert_int_equal(replay_skip(&log->replay, 99), REPLAY_FINE);
	assert_int_equal(replay->law.phase, TALLY_PHASE_CLOSED);
	log_free(log);
}

/* A state written, read and continued goes on as the one it was. */
static void
written_and_read(void **state)
{
	struct test_random random = test_random_make(20265);
	struct campaign_wish wish = {.revisions_max = 9, .districts = 2};
	struct log *log = log_open(wish);
	uint8_t memory[16384];
	uint8_t again[16384];
	struct bytes bytes, back;
	struct replay copy;
	void *copy_memory = malloc(replay_memory(log->campaign.manifest));
	struct reader reader;

	(void)state;
	assert_non_null(copy_memory);
	for (uint64_t i = 0; i < 20; i++)
		cast(log, &random, i / 2);
	assert_tally(log);
	cast(log, &random, 99);
	assert_int_equal(notice(log, TALLY_NOTICE_CLOSE, 0), REPLAY_FINE);
	bytes = written(&log->replay, memory, sizeof memory);
	replay_init(&copy, log->campaign.manifest, copy_memory);
	reader = reader_make(bytes);
	assert_true(replay_read(&reader, &copy));
	assert_true(reader_done(&reader));
	back = written(&copy, again, sizeof again);
	assert_true(bytes_equal(bytes, back));
	assert_true(bytes_equal(writer_view(&copy.text), writer_view(&log->replay.text)));
	for (size_t size = 0; size < bytes.size; size++) {
		reader = reader_make(bytes_make(bytes.data, size));
		assert_false(replay_read(&reader, &copy));
	}
	memory[32 + LAW_WRITTEN_SIZE + 31] ^= 1; /* in_tree: T2 no longer holds */
	reader = reader_make(bytes);
	assert_false(replay_read(&reader, &copy));
	free(copy_memory);
	log_free(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_votes_equal_a_recount),
	    cmocka_unit_test(a_campaign_from_open_to_reopened),
	    cmocka_unit_test(campaign_parts_are_exact),
	    cmocka_unit_test(campaign_faults),
	    cmocka_unit_test(ballot_faults),
	    cmocka_unit_test(phase_and_notice_faults),
	    cmocka_unit_test(tally_faults),
	    cmocka_unit_test(no_void_of_what_is_to_come),
	    cmocka_unit_test(no_more_enrolled_than_may_be),
	    cmocka_unit_test(skips_what_is_not_law),
	    cmocka_unit_test(written_and_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
