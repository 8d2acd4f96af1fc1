#include "campaign/law.h"

#include <sodium.h>

#include "tests/lib/campaign.h"

/* What pause, resume, revoke, withdraw, void, enrol, draw and text ask and do; law_test has the
 * phases and the seal. */
enum {
	opens = 100, /* minutes */
	closes = 200,
	contests = 3,
	options = 4,
	districts = 2,
};

static struct campaign campaign;
static struct law law;
static uint8_t last[4096];
static struct bytes last_bytes;

static int
make(const struct campaign_wish *extra)
{
	struct campaign_wish wish = *extra;

	wish.opens = "1970-01-01T01:40:00Z";
	wish.closes = "1970-01-01T03:20:00Z";
	wish.contests = contests;
	wish.options = options;
	wish.districts = districts;
	campaign_make(&campaign, &wish);
	law_init(&law, campaign.manifest);
	last_bytes = bytes_make(NULL, 0);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	return make(&(struct campaign_wish){.frontends = 3});
}

static int
setup_voters(void **state)
{
	(void)state;
	return make(&(struct campaign_wish){.signing = TALLY_SIGNING_VOTER, .registrars = 2});
}

static int
teardown(void **state)
{
	(void)state;
	campaign_free(&campaign);
	return 0;
}

/* The next notice in order: judged, and applied if accepted. */
static enum tally_verdict
order(enum tally_notice_kind kind, struct bytes body)
{
	uint8_t memory[sizeof last];
	struct bytes bytes = campaign_order(&campaign, last_bytes, law.notices_count + 1, kind,
					    body, memory, sizeof memory);
	struct notice notice;
	struct law before = law;
	enum tally_verdict verdict;

	assert_int_equal(notice_parse(bytes, &notice), TALLY_ACCEPTED);
	verdict = law_notice_check(&law, campaign.manifest, &notice);
	assert_memory_equal(&law, &before, sizeof law);
	if (verdict == TALLY_ACCEPTED) {
		law_notice_apply(&law, campaign.manifest, &notice);
		memcpy(last, bytes.data, bytes.size);
		last_bytes = bytes_make(last, bytes.size);
		assert_int_equal(law.notices_count, before.notices_count + 1);
	}
	return verdict;
}

static enum tally_verdict
simple(enum tally_notice_kind kind)
{
	return order(kind, bytes_make(NULL, 0));
}

static enum tally_verdict
revoke(enum notice_holder holder, uint32_t key_id)
{
	uint8_t memory[8];
	struct writer body = writer_make(memory, sizeof memory);

	notice_revoke_write(&body, holder, key_id);
	return order(TALLY_NOTICE_REVOKE, writer_view(&body));
}

static enum tally_verdict
withdraw(uint16_t contest, uint16_t option)
{
	uint8_t memory[8];
	struct writer body = writer_make(memory, sizeof memory);

	notice_withdraw_write(&body, contest, option);
	return order(TALLY_NOTICE_WITHDRAW, writer_view(&body));
}

static enum tally_verdict
void_of(struct notice_void voided)
{
	uint8_t memory[1024];
	struct writer body = writer_make(memory, sizeof memory);

	voided.fate = NOTICE_AGAIN;
	voided.reason = BYTES_OF("x");
	notice_void_write(&body, &voided);
	return order(TALLY_NOTICE_VOID, writer_view(&body));
}

static enum tally_verdict
enrol(uint16_t district)
{
	uint8_t memory[128];
	uint8_t records[2 * NOTICE_ENROLMENT_SIZE] = {0};
	struct writer body = writer_make(memory, sizeof memory);

	records[NOTICE_ENROLMENT_SIZE] = 1;
	be16_store(records + sizeof records - 2, district);
	notice_enrol_write(&body, records, 2);
	return order(TALLY_NOTICE_ENROL, writer_view(&body));
}

static void
phase(enum tally_phase to, enum tally_cause cause, int64_t minute)
{
	assert_true(law_phase_check(&law, to, cause, minute));
	law_phase_apply(&law, to, cause, minute);
}

static void
open_vote(void)
{
	phase(TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, opens);
}

/* A ballot of `signer` that names the option in the contest (-1: none anywhere). */
static enum tally_verdict
permits(size_t signer, int contest, int option)
{
	static uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct campaign_choice choice = {(uint16_t)contest, (uint16_t)option, 1};
	struct campaign_vote vote = {.voter = 7,
				     .district = (uint16_t)(contest == 1 ? 1 : 0),
				     .signer = signer,
				     .choices = &choice,
				     .choices_count = contest < 0 ? 0 : 1};
	struct ballot ballot;

	assert_int_equal(ballot_parse(campaign_ballot(&campaign, &vote, memory), &ballot),
			 TALLY_ACCEPTED);
	return law_permits(&law, campaign.manifest, &ballot);
}

static void
paused_and_resumed(void **state)
{
	(void)state;
	assert_int_equal(simple(TALLY_NOTICE_RESUME), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(simple(TALLY_NOTICE_PAUSE), TALLY_ACCEPTED);
	assert_int_equal(simple(TALLY_NOTICE_PAUSE), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(law_ballot(&law), TALLY_NOT_OPEN_YET);
	assert_int_equal(law_phase_due(&law, opens * 60), TALLY_PHASE_OPEN);
	open_vote();
	assert_int_equal(law_ballot(&law), TALLY_PAUSED);
	assert_int_equal(permits(0, 0, 0), TALLY_PAUSED);
	assert_int_equal(simple(TALLY_NOTICE_RESUME), TALLY_ACCEPTED);
	assert_int_equal(law_ballot(&law), TALLY_ACCEPTED);
	assert_int_equal(simple(TALLY_NOTICE_RESUME), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(law.owed, TALLY_PHASE_BEFORE);
}

/* The clock goes on, and what is closed is closed before it is paused. An extension opens what
 * is still paused. */
static void
closed_while_paused(void **state)
{
	uint8_t time[8];

	(void)state;
	open_vote();
	assert_int_equal(simple(TALLY_NOTICE_PAUSE), TALLY_ACCEPTED);
	assert_int_equal(law_phase_due(&law, closes * 60), TALLY_PHASE_CLOSED);
	phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, closes);
	assert_int_equal(law_ballot(&law), TALLY_CLOSED);
	be64_store(time, 300 * 60);
	assert_int_equal(order(TALLY_NOTICE_EXTEND, bytes_make(time, sizeof time)),
			 TALLY_ACCEPTED);
	assert_int_equal(simple(TALLY_NOTICE_RESUME), TALLY_NOTICE_IMPOSSIBLE);
	phase(TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, closes + 1);
	assert_int_equal(law_ballot(&law), TALLY_PAUSED);
	assert_int_equal(simple(TALLY_NOTICE_RESUME), TALLY_ACCEPTED);
	assert_int_equal(law_ballot(&law), TALLY_ACCEPTED);
	assert_int_equal(simple(TALLY_NOTICE_CLOSE), TALLY_ACCEPTED);
	phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, closes + 1);
	assert_int_equal(simple(TALLY_NOTICE_PAUSE), TALLY_NOTICE_IMPOSSIBLE);
}

static void
a_revoked_frontend_signs_nothing(void **state)
{
	uint32_t id = campaign.frontends[1].key.id;

	(void)state;
	open_vote();
	assert_int_equal(permits(1, 0, 0), TALLY_ACCEPTED);
	assert_int_equal(revoke(NOTICE_FRONTEND, id), TALLY_ACCEPTED);
	assert_int_equal(permits(1, 0, 0), TALLY_REVOKED_SIGNER);
	assert_int_equal(permits(0, 0, 0), TALLY_ACCEPTED);
	assert_int_equal(permits(2, 0, 0), TALLY_ACCEPTED);
	assert_true(law_frontend_revoked(&law, 1));
	assert_false(law_frontend_revoked(&law, 0));
	assert_false(law_frontend_revoked(&law, 2));
	assert_int_equal(revoke(NOTICE_FRONTEND, id), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(law.revoked_count, 1);
}

static void
only_listed_keys_are_revoked(void **state)
{
	(void)state;
	assert_int_equal(revoke(NOTICE_FRONTEND, 12345), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(revoke(NOTICE_FRONTEND, campaign.authorities[0].key.id),
			 TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(revoke(NOTICE_FRONTEND, campaign.log.key.id), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(revoke(NOTICE_REGISTRAR, campaign.frontends[0].key.id),
			 TALLY_NOTICE_IMPOSSIBLE);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(revoke(NOTICE_FRONTEND, campaign.frontends[i].key.id),
				 TALLY_ACCEPTED);
	assert_int_equal(law.revoked_count, 3);
}

/* The frontend that relays has signed nothing there: it stays free to relay. */
static void
a_revoked_registrar_vouches_for_nobody(void **state)
{
	uint32_t id = campaign.registrars[1].key.id;

	(void)state;
	open_vote();
	assert_int_equal(revoke(NOTICE_FRONTEND, id), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(revoke(NOTICE_FRONTEND, campaign.frontends[0].key.id), TALLY_ACCEPTED);
	assert_int_equal(permits(1, 0, 0), TALLY_ACCEPTED);
	assert_int_equal(revoke(NOTICE_REGISTRAR, id), TALLY_ACCEPTED);
	assert_int_equal(permits(1, 0, 0), TALLY_REVOKED_REGISTRAR);
	assert_int_equal(permits(0, 0, 0), TALLY_ACCEPTED);
	assert_int_equal(revoke(NOTICE_REGISTRAR, id), TALLY_NOTICE_IMPOSSIBLE);
}

static void
a_withdrawn_option_is_named_no_more(void **state)
{
	(void)state;
	open_vote();
	assert_int_equal(withdraw(1, 2), TALLY_ACCEPTED);
	assert_int_equal(permits(0, 1, 2), TALLY_WITHDRAWN_OPTION);
	assert_int_equal(permits(0, 1, 1), TALLY_ACCEPTED);
	assert_int_equal(permits(0, 1, 3), TALLY_ACCEPTED);
	assert_int_equal(permits(0, 0, 2), TALLY_ACCEPTED);
	assert_int_equal(permits(0, 2, 2), TALLY_ACCEPTED);
	assert_int_equal(permits(0, -1, 0), TALLY_ACCEPTED);
	for (size_t i = 0; i < (size_t)contests * options; i++)
		assert_int_equal(law_option_withdrawn(&law, i), i == options + 2);
	assert_int_equal(withdraw(1, 2), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(withdraw(2, 2), TALLY_ACCEPTED);
	assert_int_equal(permits(0, 2, 2), TALLY_WITHDRAWN_OPTION);
	assert_int_equal(law.withdrawn_count, 2);
}

static void
only_listed_options_are_withdrawn(void **state)
{
	(void)state;
	assert_int_equal(withdraw(0, options), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(withdraw(0, UINT16_MAX), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(withdraw(contests, 0), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(withdraw(UINT16_MAX, 0), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(withdraw(contests - 1, options - 1), TALLY_ACCEPTED);
}

/* Whose ballot is refused for two reasons hears of its signer, and before that of the phase. */
static void
phase_then_signer_then_option(void **state)
{
	(void)state;
	assert_int_equal(withdraw(0, 0), TALLY_ACCEPTED);
	assert_int_equal(revoke(NOTICE_FRONTEND, campaign.frontends[0].key.id), TALLY_ACCEPTED);
	assert_int_equal(permits(0, 0, 0), TALLY_NOT_OPEN_YET);
	open_vote();
	assert_int_equal(permits(0, 0, 0), TALLY_REVOKED_SIGNER);
	assert_int_equal(permits(1, 0, 0), TALLY_WITHDRAWN_OPTION);
	assert_int_equal(simple(TALLY_NOTICE_PAUSE), TALLY_ACCEPTED);
	assert_int_equal(permits(0, 0, 0), TALLY_PAUSED);
}

/* They take the log: the law has no more than the names to say. */
static void
voids_of_listed_signers(void **state)
{
	static const uint8_t tag[TALLY_TAG_SIZE];

	(void)state;
	assert_int_equal(void_of((struct notice_void){.signer = campaign.frontends[2].key.id}),
			 TALLY_ACCEPTED);
	assert_int_equal(void_of((struct notice_void){.signer = 12345}),
			 TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(
	    void_of((struct notice_void){.signer = campaign.authorities[0].key.id}),
	    TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(void_of((struct notice_void){.tags_count = 1, .tags = tag}),
			 TALLY_ACCEPTED);
}

/* In mode voter it is the registrar's id that stands in a ballot. A key that was revoked is the
 * one whose ballots there is reason to void. */
static void
voids_of_registrars(void **state)
{
	(void)state;
	assert_int_equal(void_of((struct notice_void){.signer = campaign.frontends[0].key.id}),
			 TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(revoke(NOTICE_REGISTRAR, campaign.registrars[0].key.id),
			 TALLY_ACCEPTED);
	assert_int_equal(void_of((struct notice_void){.signer = campaign.registrars[0].key.id}),
			 TALLY_ACCEPTED);
}

static void
enrolled_where_there_is_a_roster(void **state)
{
	(void)state;
	assert_int_equal(enrol(0), TALLY_NOTICE_IMPOSSIBLE);
	campaign.manifest->has_roster = true;
	assert_int_equal(enrol(districts), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(enrol(UINT16_MAX), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(enrol(districts - 1), TALLY_ACCEPTED);
	open_vote();
	assert_int_equal(enrol(0), TALLY_ACCEPTED);
	phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, closes);
	assert_int_equal(enrol(0), TALLY_ACCEPTED);
}

static void
drawn_ties(void)
{
	struct manifest_contest *contest = NULL;

	/* The manifest is this test's own memory. */
	memcpy(&contest, &campaign.manifest->contests, sizeof contest);
	contest[contests - 1].outcome.ties = MANIFEST_TIES_DRAWN;
	law_init(&law, campaign.manifest);
}

static enum tally_verdict
draw(const char *drawn)
{
	return order(TALLY_NOTICE_DRAW, bytes_of_string(drawn));
}

/* No clock opens it before the draw, whatever the time; the draw opens nothing by itself. */
static void
no_opening_without_the_draw(void **state)
{
	uint8_t seed[TALLY_HASH_SIZE];
	crypto_hash_sha256_state hash;

	(void)state;
	drawn_ties();
	assert_true(law.draw_missing);
	assert_int_equal(law_phase_due(&law, opens * 60), TALLY_PHASE_BEFORE);
	assert_false(law_phase_check(&law, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, opens));
	assert_int_equal(draw("7, 23, 11"), TALLY_ACCEPTED);
	crypto_hash_sha256_init(&hash);
	crypto_hash_sha256_update(&hash, (const uint8_t *)"tally/draw/v1", 14);
	crypto_hash_sha256_update(&hash, campaign.manifest->id, TALLY_HASH_SIZE);
	crypto_hash_sha256_update(&hash, (const uint8_t *)"7, 23, 11", 9);
	crypto_hash_sha256_final(&hash, seed);
	assert_memory_equal(law.draw, seed, sizeof seed);
	assert_int_equal(draw("1, 2, 3"), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(law.phase, TALLY_PHASE_BEFORE);
	assert_int_equal(law_phase_due(&law, opens * 60), TALLY_PHASE_OPEN);
	open_vote();
	assert_int_equal(draw("1, 2, 3"), TALLY_NOTICE_IMPOSSIBLE);
}

static void
nothing_to_draw(void **state)
{
	(void)state;
	assert_false(law.draw_missing);
	assert_int_equal(draw("7, 23, 11"), TALLY_NOTICE_IMPOSSIBLE);
}

/* Never drawn: the clock closes it without having opened it, and then it is too late. */
static void
never_drawn(void **state)
{
	uint8_t time[8];

	(void)state;
	drawn_ties();
	assert_int_equal(law_phase_due(&law, closes * 60), TALLY_PHASE_CLOSED);
	phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, closes);
	assert_int_equal(draw("7"), TALLY_NOTICE_IMPOSSIBLE);
	be64_store(time, 300 * 60);
	assert_int_equal(order(TALLY_NOTICE_EXTEND, bytes_make(time, sizeof time)),
			 TALLY_ACCEPTED);
	assert_false(law_phase_check(&law, TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, closes + 1));
}

static void
a_text_is_always_possible(void **state)
{
	struct law before;

	(void)state;
	assert_int_equal(order(TALLY_NOTICE_TEXT, BYTES_OF("one")), TALLY_ACCEPTED);
	open_vote();
	before = law;
	assert_int_equal(order(TALLY_NOTICE_TEXT, BYTES_OF("two\nlines")), TALLY_ACCEPTED);
	before.notices_count = law.notices_count;
	memcpy(before.notice_hash, law.notice_hash, TALLY_HASH_SIZE);
	assert_memory_equal(&law, &before, sizeof law);
	phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, closes);
	assert_int_equal(order(TALLY_NOTICE_TEXT, BYTES_OF("three")), TALLY_ACCEPTED);
}

/* The PHASE that is owed comes before any other word of the authority. */
static void
nothing_while_a_phase_is_owed(void **state)
{
	(void)state;
	campaign.manifest->has_roster = true;
	open_vote();
	assert_int_equal(simple(TALLY_NOTICE_CLOSE), TALLY_ACCEPTED);
	assert_int_equal(simple(TALLY_NOTICE_PAUSE), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(revoke(NOTICE_FRONTEND, campaign.frontends[0].key.id),
			 TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(withdraw(0, 0), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(void_of((struct notice_void){.signer = campaign.frontends[0].key.id}),
			 TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(enrol(0), TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(order(TALLY_NOTICE_TEXT, BYTES_OF("x")), TALLY_NOTICE_IMPOSSIBLE);
	phase(TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, opens);
	assert_int_equal(order(TALLY_NOTICE_TEXT, BYTES_OF("x")), TALLY_ACCEPTED);
}

static void
all_of_it_is_written_and_read(void **state)
{
	uint8_t memory[LAW_WRITTEN_SIZE];
	uint8_t again[LAW_WRITTEN_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);
	struct reader reader;
	struct law copy = {0};

	(void)state;
	drawn_ties();
	assert_int_equal(draw("7"), TALLY_ACCEPTED);
	open_vote();
	assert_int_equal(simple(TALLY_NOTICE_PAUSE), TALLY_ACCEPTED);
	assert_int_equal(revoke(NOTICE_FRONTEND, campaign.frontends[2].key.id), TALLY_ACCEPTED);
	assert_int_equal(withdraw(2, 3), TALLY_ACCEPTED);
	law_write(&writer, &law);
	reader = reader_make(writer_view(&writer));
	assert_true(law_read(&reader, &copy));
	assert_true(copy.paused);
	assert_false(copy.draw_missing);
	assert_memory_equal(copy.draw, law.draw, sizeof law.draw);
	assert_true(law_frontend_revoked(&copy, 2));
	assert_true(law_option_withdrawn(&copy, 2 * options + 3));
	assert_int_equal(copy.revoked_count, 1);
	assert_int_equal(copy.withdrawn_count, 1);
	writer = writer_make(again, sizeof again);
	law_write(&writer, &copy);
	assert_memory_equal(memory, again, sizeof memory);
	memory[4] = 1; /* the draw is missing, yet it is open */
	reader = reader_make(bytes_make(memory, sizeof memory));
	assert_false(law_read(&reader, &copy));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define VOTERS(name) cmocka_unit_test_setup_teardown(name, setup_voters, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(paused_and_resumed),
	    TEST(closed_while_paused),
	    TEST(a_revoked_frontend_signs_nothing),
	    TEST(only_listed_keys_are_revoked),
	    VOTERS(a_revoked_registrar_vouches_for_nobody),
	    TEST(a_withdrawn_option_is_named_no_more),
	    TEST(only_listed_options_are_withdrawn),
	    TEST(phase_then_signer_then_option),
	    TEST(voids_of_listed_signers),
	    VOTERS(voids_of_registrars),
	    TEST(enrolled_where_there_is_a_roster),
	    TEST(no_opening_without_the_draw),
	    TEST(nothing_to_draw),
	    TEST(never_drawn),
	    TEST(a_text_is_always_possible),
	    TEST(nothing_while_a_phase_is_owed),
	    TEST(all_of_it_is_written_and_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
