#include "campaign/law.h"

#include <sodium.h>

#include "tests/lib/campaign.h"

enum {
	minute_opens = 100,
	minute_closes = 200
};

static struct campaign campaign;
static struct law law;
static uint8_t last[1024]; /* the newest notice */
static struct bytes last_bytes;

static int
make(bool sealed)
{
	const struct campaign_wish wish = {.opens = "1970-01-01T01:40:00Z",
					   .closes = "1970-01-01T03:20:00Z",
					   .sealed = sealed,
					   .unseal_delay_s = 120};

	campaign_make(&campaign, &wish);
	law_init(&law, campaign.manifest);
	last_bytes = bytes_make(NULL, 0);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	return make(false);
}

static int
setup_sealed(void **state)
{
	(void)state;
	return make(true);
}

static int
teardown(void **state)
{
	(void)state;
	campaign_free(&campaign);
	return 0;
}

static enum tally_verdict
check(struct bytes previous, uint32_t number, enum tally_notice_kind kind, int64_t minute)
{
	uint8_t memory[1024];
	struct bytes bytes = campaign_notice(&campaign, previous, number, kind, minute * 60,
					     memory, sizeof memory);
	struct notice notice;

	assert_int_equal(notice_parse(bytes, &notice), TALLY_ACCEPTED);
	return law_notice_check(&law, campaign.manifest, &notice);
}

/* The next notice in order: judged, and applied if accepted. */
static enum tally_verdict
order(enum tally_notice_kind kind, int64_t minute)
{
	uint8_t memory[1024];
	struct bytes bytes = campaign_notice(&campaign, last_bytes, law.notices_count + 1, kind,
					     minute * 60, memory, sizeof memory);
	struct notice notice;
	enum tally_verdict verdict;

	assert_int_equal(notice_parse(bytes, &notice), TALLY_ACCEPTED);
	verdict = law_notice_check(&law, campaign.manifest, &notice);
	if (verdict == TALLY_ACCEPTED) {
		law_notice_apply(&law, campaign.manifest, &notice);
		memcpy(last, bytes.data, bytes.size);
		last_bytes = bytes_make(last, bytes.size);
	}
	return verdict;
}

/* A PHASE entry: true and applied if it is allowed. */
static bool
phase(enum tally_phase to, enum tally_cause cause, int64_t minute)
{
	if (!law_phase_check(&law, to, cause, minute))
		return false;
	law_phase_apply(&law, to, cause, minute);
	return true;
}

static void
clock_opens_and_closes(void **state)
{
	(void)state;
	assert_int_equal(law_ballot(&law), TALLY_NOT_OPEN_YET);
	assert_int_equal(law_phase_due(&law, minute_opens * 60 - 1), TALLY_PHASE_BEFORE);
	assert_int_equal(law_phase_due(&law, minute_opens * 60), TALLY_PHASE_OPEN);
	assert_false(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens - 1));
	assert_false(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, minute_opens));
	assert_false(phase(TALLY_PHASE_BEFORE, TALLY_CAUSE_CLOCK, minute_opens));
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens));
	assert_int_equal(law_ballot(&law), TALLY_ACCEPTED);
	assert_false(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens));
	assert_false(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes - 1));
	assert_int_equal(law_phase_due(&law, minute_closes * 60 - 1), TALLY_PHASE_OPEN);
	assert_int_equal(law_phase_due(&law, minute_closes * 60), TALLY_PHASE_CLOSED);
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes));
	assert_int_equal(law_ballot(&law), TALLY_CLOSED);
	assert_false(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_closes));
	assert_false(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes));
	assert_int_equal(law_phase_due(&law, minute_closes * 6000), TALLY_PHASE_CLOSED);
}

static void
down_over_the_whole_campaign(void **state)
{
	(void)state;
	assert_int_equal(law_phase_due(&law, minute_closes * 60), TALLY_PHASE_CLOSED);
	assert_false(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_closes));
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes));
}

static void
minutes_never_go_back(void **state)
{
	(void)state;
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens + 50));
	assert_int_equal(order(TALLY_NOTICE_CLOSE, 0), TALLY_ACCEPTED);
	assert_false(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, minute_opens + 49));
	assert_false(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, (int64_t)UINT32_MAX + 1));
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, minute_opens + 50));
}

/* Reopened by notice: only to a minute between opens and closes, and due again at the new closing
 * time, but never by a clock that is behind. */
static void
reopened_by_notice(void **state)
{
	(void)state;
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, 300));
	assert_int_equal(order(TALLY_NOTICE_EXTEND, 350), TALLY_ACCEPTED);
	assert_int_equal(law_phase_due(&law, 300 * 60), TALLY_PHASE_CLOSED);
	assert_false(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, 350));
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, 300));
	assert_int_equal(law_phase_due(&law, 300 * 60 - 1), TALLY_PHASE_OPEN);
	assert_int_equal(law_phase_due(&law, 350 * 60 - 1), TALLY_PHASE_OPEN);
	assert_int_equal(law_phase_due(&law, 350 * 60), TALLY_PHASE_CLOSED);
}

/* Closed before it opened: no notice opens it before its time. */
static void
not_before_its_time(void **state)
{
	(void)state;
	assert_int_equal(order(TALLY_NOTICE_CLOSE, 0), TALLY_ACCEPTED);
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, minute_opens - 50));
	assert_int_equal(order(TALLY_NOTICE_EXTEND, 350), TALLY_ACCEPTED);
	assert_false(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, minute_opens - 1));
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, minute_opens));
}

static void
extend_moves_the_closing_time(void **state)
{
	(void)state;
	assert_int_equal(order(TALLY_NOTICE_EXTEND, minute_closes), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(order(TALLY_NOTICE_EXTEND, minute_closes + 195), TALLY_ACCEPTED);
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens));
	assert_false(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes));
	assert_int_equal(order(TALLY_NOTICE_EXTEND, minute_closes + 194),
			 TALLY_NOTICE_IMPOSSIBLE);
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes + 195));
}

static void
a_notice_owes_its_phase(void **state)
{
	(void)state;
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens));
	assert_int_equal(order(TALLY_NOTICE_CLOSE, 0), TALLY_ACCEPTED);
	assert_int_equal(law.owed, TALLY_PHASE_CLOSED);
	assert_int_equal(law_ballot(&law), TALLY_CLOSED);
	assert_int_equal(order(TALLY_NOTICE_EXTEND, 999), TALLY_NOTICE_IMPOSSIBLE);
	assert_false(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes));
	assert_false(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, minute_opens));
	assert_int_equal(law_phase_due(&law, minute_closes * 60), TALLY_PHASE_OPEN);
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, minute_opens + 1));
	assert_int_equal(law.owed, TALLY_PHASE_BEFORE);
	assert_int_equal(order(TALLY_NOTICE_CLOSE, 0), TALLY_NOTICE_IMPOSSIBLE);

	assert_int_equal(order(TALLY_NOTICE_EXTEND, minute_closes + 10), TALLY_ACCEPTED);
	assert_int_equal(law.owed, TALLY_PHASE_OPEN);
	assert_int_equal(law_ballot(&law), TALLY_CLOSED);
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, minute_opens + 2));
	assert_int_equal(law_ballot(&law), TALLY_ACCEPTED);
}

static void
close_before_it_opened(void **state)
{
	(void)state;
	assert_int_equal(order(TALLY_NOTICE_CLOSE, 0), TALLY_ACCEPTED);
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, 3));
	assert_int_equal(law_phase_due(&law, minute_opens * 60), TALLY_PHASE_CLOSED);
}

static bool
is_public(void)
{
	return law_results_public(&law, campaign.manifest);
}

static void
what_is_live_has_no_seal(void **state)
{
	(void)state;
	assert_true(is_public());
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes));
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 9999), TALLY_NOTICE_IMPOSSIBLE);
	assert_true(is_public());
}

/* Once closed, and at least the delay (two minutes) behind the minute of that. */
static void
unsealed_when_closed_and_late_enough(void **state)
{
	(void)state;
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 9999), TALLY_NOTICE_IMPOSSIBLE);
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens));
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 9999), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(order(TALLY_NOTICE_CLOSE, 0), TALLY_ACCEPTED);
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 9999), TALLY_NOTICE_IMPOSSIBLE);
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, 150));
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 151), TALLY_NOTICE_IMPOSSIBLE);
	assert_false(is_public());
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 152), TALLY_ACCEPTED);
	assert_true(is_public());
	assert_int_equal(law.owed, TALLY_PHASE_BEFORE);
	assert_int_equal(law_ballot(&law), TALLY_CLOSED);
}

/* Nothing moves after that: no second time, no more votes. */
static void
unsealed_for_good(void **state)
{
	(void)state;
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes));
	assert_int_equal(order(TALLY_NOTICE_EXTEND, 300), TALLY_ACCEPTED);
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, 250));
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 9999), TALLY_NOTICE_IMPOSSIBLE);
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, 300));
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 301), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 302), TALLY_ACCEPTED);
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, 303), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(order(TALLY_NOTICE_EXTEND, 400), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(order(TALLY_NOTICE_CLOSE, 0), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(law_phase_due(&law, 301 * 60), TALLY_PHASE_CLOSED);
}

static void
a_seal_is_written_and_read(void **state)
{
	uint8_t memory[LAW_WRITTEN_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);
	struct reader reader;
	struct law copy = {0};

	(void)state;
	assert_true(phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, minute_closes));
	assert_int_equal(order(TALLY_NOTICE_UNSEAL, minute_closes + 2), TALLY_ACCEPTED);
	law_write(&writer, &law);
	reader = reader_make(writer_view(&writer));
	assert_true(law_read(&reader, &copy));
	assert_true(copy.unsealed);
	memory[2] = 0;
	reader = reader_make(writer_view(&writer));
	assert_true(law_read(&reader, &copy));
	assert_false(copy.unsealed);
	memory[2] = 1;
	memory[0] = TALLY_PHASE_OPEN;
	reader = reader_make(writer_view(&writer));
	assert_false(law_read(&reader, &copy));
}

static void
notices_form_a_chain(void **state)
{
	struct bytes none = bytes_make(NULL, 0);
	uint8_t hash[TALLY_HASH_SIZE];

	(void)state;
	assert_int_equal(check(none, 0, TALLY_NOTICE_EXTEND, 300), TALLY_NOTICE_OUT_OF_ORDER);
	assert_int_equal(check(none, 2, TALLY_NOTICE_EXTEND, 300), TALLY_NOTICE_OUT_OF_ORDER);
	assert_int_equal(check(BYTES_OF("x"), 1, TALLY_NOTICE_EXTEND, 300),
			 TALLY_NOTICE_OUT_OF_ORDER);
	assert_int_equal(order(TALLY_NOTICE_EXTEND, 300), TALLY_ACCEPTED);
	assert_int_equal(law.notices_count, 1);
	crypto_hash_sha256(hash, last_bytes.data, last_bytes.size);
	assert_memory_equal(hash, law.notice_hash, sizeof hash);
	assert_int_equal(check(last_bytes, 1, TALLY_NOTICE_EXTEND, 400),
			 TALLY_NOTICE_OUT_OF_ORDER);
	assert_int_equal(check(none, 2, TALLY_NOTICE_EXTEND, 400), TALLY_NOTICE_OUT_OF_ORDER);
	assert_int_equal(check(last_bytes, 2, TALLY_NOTICE_EXTEND, 400), TALLY_ACCEPTED);
}

static void
notices_of_another_campaign(void **state)
{
	uint8_t memory[1024];
	struct bytes bytes = campaign_notice(&campaign, bytes_make(NULL, 0), 1,
					     TALLY_NOTICE_CLOSE, 0, memory, sizeof memory);
	struct notice notice;

	(void)state;
	assert_int_equal(notice_parse(bytes, &notice), TALLY_ACCEPTED);
	assert_int_equal(law_notice_check(&law, campaign.manifest, &notice), TALLY_ACCEPTED);
	campaign.manifest->id[TALLY_HASH_SIZE - 1] ^= 1;
	assert_int_equal(law_notice_check(&law, campaign.manifest, &notice),
			 TALLY_WRONG_CAMPAIGN);
}

static void
written_and_read(void **state)
{
	uint8_t memory[LAW_WRITTEN_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);
	struct reader reader;
	struct law copy = {0};

	(void)state;
	assert_true(phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, minute_opens));
	assert_int_equal(order(TALLY_NOTICE_EXTEND, 300), TALLY_ACCEPTED);
	assert_int_equal(order(TALLY_NOTICE_CLOSE, 0), TALLY_ACCEPTED);
	law_write(&writer, &law);
	assert_int_equal(writer.size, LAW_WRITTEN_SIZE);
	reader = reader_make(writer_view(&writer));
	assert_true(law_read(&reader, &copy));
	assert_true(reader_done(&reader));
	assert_int_equal(copy.phase, TALLY_PHASE_OPEN);
	assert_int_equal(copy.owed, TALLY_PHASE_CLOSED);
	assert_int_equal(copy.opens, minute_opens * 60);
	assert_int_equal(copy.closes, 300 * 60);
	assert_int_equal(copy.phase_minute, minute_opens);
	assert_int_equal(copy.notices_count, 2);
	assert_memory_equal(copy.notice_hash, law.notice_hash, TALLY_HASH_SIZE);
}

static void
impossible_states_are_not_read(void **state)
{
	static const struct {
		size_t at;
		uint8_t byte;
	} changes[] = {
	    {0, 3},                /* phase */
	    {1, 3},                /* owed */
	    {1, TALLY_PHASE_OPEN}, /* while before */
	    {2, 1},                /* unsealed while before */
	    {2, 2},                /* no truth value */
	    {3, 2},                /* paused */
	    {4, 2},                /* the draw is missing */
	    {5, 0x80},             /* opens before 1970 */
	    {13, 0x80},            /* closes before it opens */
	    {21, 0x80},            /* minute of the phase before 1970 */
	    {23, 1},               /* ... beyond 2^32 */
	    {97, 1},               /* one revoked, but none marked */
	    {99, 1},               /* one withdrawn, but none marked */
	    {101, 1},              /* a frontend marked, but none revoked */
	    {101 + (frontends_max + registrars_max) / 8, 1}, /* an option */
	};
	uint8_t memory[LAW_WRITTEN_SIZE];

	(void)state;
	for (size_t i = 0; i <= sizeof changes / sizeof *changes; i++) {
		struct writer writer = writer_make(memory, sizeof memory);
		struct reader reader = reader_make(bytes_make(memory, sizeof memory));
		struct law copy;

		law_write(&writer, &law);
		if (i < sizeof changes / sizeof *changes)
			memory[changes[i].at] = changes[i].byte;
		else
			reader = reader_make(bytes_make(memory, sizeof memory - 1));
		assert_false(law_read(&reader, &copy));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SEALED(name) cmocka_unit_test_setup_teardown(name, setup_sealed, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(clock_opens_and_closes),   TEST(down_over_the_whole_campaign),
	    TEST(minutes_never_go_back),    TEST(reopened_by_notice),
	    TEST(not_before_its_time),      TEST(extend_moves_the_closing_time),
	    TEST(a_notice_owes_its_phase),  TEST(close_before_it_opened),
	    TEST(notices_form_a_chain),     TEST(notices_of_another_campaign),
	    TEST(written_and_read),         TEST(impossible_states_are_not_read),
	    TEST(what_is_live_has_no_seal), SEALED(unsealed_when_closed_and_late_enough),
	    SEALED(unsealed_for_good),      SEALED(a_seal_is_written_and_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
