#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

/* A campaign with a roster: voters 0 to 9, of district voter % 3; and those whom notices enrol. */
enum {
	ROSTER = 10,
	DISTRICTS = 3,
};

static struct stage *stage;
static struct bytes last;
static uint8_t memory[2][TALLY_NOTICE_SIZE_MAX];
static uint32_t number;

static void
begin(void)
{
	stage = stage_make(
	    &(struct stage_wish){.campaign = {.roster = ROSTER, .districts = DISTRICTS}},
	    (struct test_random){1});
	last = bytes_make(NULL, 0);
	number = 0;
	stage_run(stage, 500);
}

/* Whatever the station counts, the naive reader recounts from the log. */
static void
end(void)
{
	stage_run(stage, 200);
	naive_compare(stage);
	stage_free(stage);
}

static void
vote(struct guest *guest, uint64_t voter, uint16_t district)
{
	uint8_t ballot[TALLY_BALLOT_SIZE_MAX];
	struct campaign_vote vote = {.voter = voter, .district = district};

	guest_submit(guest, campaign_ballot(&stage->campaign, &vote, ballot));
}

static int
by_tag(const void *a, const void *b)
{
	return memcmp(a, b, TALLY_TAG_SIZE);
}

/* Voters [first, first + count), into one district. */
static void
enrol(struct guest *guest, uint64_t first, size_t count, uint16_t district)
{
	static uint8_t records[NOTICE_TAGS_MAX][NOTICE_ENROLMENT_SIZE];
	static uint8_t body[TALLY_NOTICE_SIZE_MAX];
	struct writer writer = writer_make(body, sizeof body);
	uint8_t *to = memory[number % 2];

	for (size_t i = 0; i < count; i++) {
		campaign_tag(first + i, records[i]);
		be16_store(records[i] + TALLY_TAG_SIZE, district);
	}
	qsort(records, count, NOTICE_ENROLMENT_SIZE, by_tag);
	notice_enrol_write(&writer, records[0], count);
	last = campaign_order(&stage->campaign, last, number + 1, TALLY_NOTICE_ENROL,
			      writer_view(&writer), to, sizeof memory[0]);
	guest_ask(guest, TALLY_MESSAGE_NOTICE, last);
}

/* The one before stands where it did. */
static void
refused(struct guest *guest, struct bytes before)
{
	stage_run(stage, 20);
	guest_expect(guest, TALLY_NOTICE_IMPOSSIBLE);
	last = before;
}

static void
accepted(struct guest *guest)
{
	number++;
	stage_run(stage, 20);
	guest_expect(guest, TALLY_ACCEPTED);
}

static void
who_is_on_it_votes_at_home(void **state)
{
	struct guest guest;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	vote(&guest, 4, 1);
	vote(&guest, 4, 2);
	vote(&guest, 4, 1);
	vote(&guest, 5, 1);
	vote(&guest, 5, 2);
	vote(&guest, ROSTER, 1);
	vote(&guest, 1, DISTRICTS);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_WRONG_DISTRICT); /* before has-voted */
	guest_expect(&guest, TALLY_ACCEPTED);       /* the very bytes */
	guest_expect(&guest, TALLY_WRONG_DISTRICT);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_NOT_ON_ROSTER);
	guest_expect(&guest, TALLY_UNKNOWN_DISTRICT);
	assert_int_equal(stage->station->durable_standing.counts.ballots, 2);
	end();
}

/* The phase is told before anything of the roster. */
static void
after_the_law(void **state)
{
	struct guest guest;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	stage_wall_set(stage, "2026-02-01T00:00:00Z");
	stage_sleep(stage, 120000);
	vote(&guest, ROSTER, 1);
	stage_run(stage, 20);
	guest_expect(&guest, TALLY_CLOSED);
	end();
}

static void
enrolled_by_notice(void **state)
{
	struct guest guest;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	vote(&guest, 100, 2);
	enrol(&guest, 100, 5, 2);
	vote(&guest, 100, 2);
	vote(&guest, 101, 1);
	vote(&guest, 105, 2);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_NOT_ON_ROSTER);
	number++;
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_WRONG_DISTRICT);
	guest_expect(&guest, TALLY_NOT_ON_ROSTER);
	assert_int_equal(stage->station->durable_standing.counts.enrolled, 5);
	end();
}

static void
not_twice(void **state)
{
	struct guest guest;
	struct bytes before;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	before = last;
	enrol(&guest, ROSTER - 1, 3, 0); /* one of them is on the roster */
	refused(&guest, before);
	enrol(&guest, ROSTER, 3, 0);
	accepted(&guest);
	before = last;
	enrol(&guest, ROSTER + 2, 3, 0); /* one is enrolled, in this district or another */
	refused(&guest, before);
	enrol(&guest, ROSTER + 2, 3, 1);
	refused(&guest, before);
	enrol(&guest, ROSTER + 3, 3, DISTRICTS);
	refused(&guest, before);
	enrol(&guest, ROSTER + 3, 3, 1);
	accepted(&guest);
	assert_int_equal(stage->station->durable_standing.counts.enrolled, 6);
	end();
}

static void
so_many_and_no_more(void **state)
{
	struct guest guest;
	struct bytes before;
	uint64_t next = 1000;
	size_t left = enrolled_max;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	while (left > 0) {
		size_t count = left < NOTICE_TAGS_MAX ? left : NOTICE_TAGS_MAX;

		enrol(&guest, next, count, 1);
		accepted(&guest);
		next += count;
		left -= count;
	}
	before = last;
	enrol(&guest, next, 1, 1);
	refused(&guest, before);
	vote(&guest, next - 1, 1);
	vote(&guest, next, 1);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_NOT_ON_ROSTER);
	assert_int_equal(stage->station->durable_standing.counts.enrolled, enrolled_max);
	stage_free(stage);
}

static void
remembered_by_a_restart(void **state)
{
	struct guest guest;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	enrol(&guest, 100, 5, 2);
	accepted(&guest);
	stage_run(stage, 6000);
	vote(&guest, 100, 2);
	stage_run(stage, 6000);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_true(stage->kept.index > 0);
	stage_crash(stage);
	for (int kept = 0; kept < 2; kept++) {
		stage_restart(stage, kept == 1);
		stage_run(stage, 100);
		guest = guest_join(stage, 0);
		vote(&guest, 101 + (uint64_t)kept, 2);
		vote(&guest, 104, 0);
		vote(&guest, 105, 2);
		stage_run(stage, 50);
		guest_expect(&guest, TALLY_ACCEPTED);
		guest_expect(&guest, TALLY_WRONG_DISTRICT);
		guest_expect(&guest, TALLY_NOT_ON_ROSTER);
		assert_int_equal(stage->station->durable_standing.counts.enrolled, 5);
		if (kept == 0)
			stage_crash(stage);
	}
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_is_on_it_votes_at_home),
	    cmocka_unit_test(after_the_law),
	    cmocka_unit_test(enrolled_by_notice),
	    cmocka_unit_test(not_twice),
	    cmocka_unit_test(so_many_and_no_more),
	    cmocka_unit_test(remembered_by_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
