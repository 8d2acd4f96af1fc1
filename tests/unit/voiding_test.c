#include "tests/lib/guest.h"
#include "tests/lib/naive.h"
#include "tests/lib/voids.h"

/* Notices that take ballots out, while others arrive; and ranks. Whatever the station counts, the
 * naive reader recounts from the log. */
static struct stage *stage;
static struct guest guest;
static struct bytes last;
static uint8_t memory[2][TALLY_NOTICE_SIZE_MAX];
static uint32_t number;
static uint64_t seed = 1; /* of what a crash leaves */

static void
begin(struct campaign_wish wish)
{
	wish.voters_max = 20000;
	stage = stage_make(&(struct stage_wish){.campaign = wish}, (struct test_random){seed});
	last = bytes_make(NULL, 0);
	number = 0;
	stage_run(stage, 500);
	guest = guest_join(stage, 0);
}

static void
compare(void)
{
	stage_run(stage, 200);
	naive_compare(stage);
}

static void
end(void)
{
	compare();
	stage_free(stage);
}

static void
order(struct bytes body)
{
	last = campaign_order(&stage->campaign, last, number + 1, TALLY_NOTICE_VOID, body,
			      memory[number % 2], TALLY_NOTICE_SIZE_MAX);
	number++;
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, last);
}

/* One that will be refused: the next one has its number. */
static void
order_in_vain(struct bytes body)
{
	static uint8_t vain[TALLY_NOTICE_SIZE_MAX];

	guest_ask(&guest, TALLY_MESSAGE_NOTICE,
		  campaign_order(&stage->campaign, last, number + 1, TALLY_NOTICE_VOID, body,
				 vain, sizeof vain));
}

static struct bytes
of_tag(uint64_t voter, enum notice_fate fate)
{
	static uint8_t body[VOIDS_BODY_MAX];

	return voids_of_tags(&voter, 1, fate, body);
}

static struct bytes
of_signer(size_t frontend, uint64_t first, uint64_t last_index)
{
	static uint8_t body[VOIDS_BODY_MAX];

	return voids_of_signer(stage->campaign.frontends[frontend].key.id, first, last_index,
			       NOTICE_AGAIN, body);
}

static void
vote_by(size_t signer, uint64_t voter, uint16_t revision)
{
	uint8_t ballot[TALLY_BALLOT_SIZE_MAX];
	struct campaign_choice choice = {0, (uint16_t)(revision % 3), 1};
	struct campaign_vote vote = {.voter = voter,
				     .revision = revision,
				     .signer = signer,
				     .choices = &choice,
				     .choices_count = 1};

	guest_submit(&guest, campaign_ballot(&stage->campaign, &vote, ballot));
}

static void
assert_classes(uint64_t counted, uint64_t replaced, uint64_t voided)
{
	const struct counts *counts = &stage->station->durable_standing.counts;

	assert_int_equal(counts->ballots, counted);
	assert_int_equal(counts->replaced, replaced);
	assert_int_equal(counts->voided, voided);
}

static uint8_t
kind_at(uint64_t index)
{
	assert_true(index < stage->entries_count);
	return stage->entries[index].data[0];
}

static void
assert_status(uint64_t voter, bool known, uint16_t revision, uint64_t index)
{
	struct frame_status status;
	struct frame frame;

	guest_status(&guest, voter);
	stage_run(stage, 50);
	assert_true(guest_next(&guest, &frame));
	guest.answered++;
	assert_int_equal(frame.message, TALLY_MESSAGE_STATUS_IS);
	assert_true(frame_status_parse(frame.payload, &status));
	assert_int_equal(status.known, known);
	assert_int_equal(status.revision, revision);
	assert_true(status.index == index);
}

/* Nobody waits for anything in between: what is sent behind a void is decided behind it. */
static void
again_and_barred(void **state)
{
	uint64_t first;
	uint64_t voided;

	(void)state;
	begin((struct campaign_wish){0});
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 2, 1, 1);
	order(of_tag(1, NOTICE_AGAIN));
	guest_vote(&guest, 1, 1, 0); /* byte for byte */
	guest_vote(&guest, 1, 1, 1);
	guest_vote(&guest, 1, 3, 1);
	guest_vote(&guest, 1, 2, 1);
	guest_vote(&guest, 1, 3, 2);
	order(of_tag(2, NOTICE_BARRED));
	guest_vote(&guest, 2, 2, 2);
	guest_vote(&guest, 2, 1, 1); /* byte for byte */
	stage_run(stage, 200);
	first = guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	voided = guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), first);
	guest_expect(&guest, TALLY_BAD_REVISION);
	guest_expect(&guest, TALLY_BAD_REVISION);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_HAS_VOTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(guest_expect(&guest, TALLY_BARRED), FRAME_NO_INDEX);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), first + 1);
	assert_int_equal(kind_at(voided - 1), TALLY_ENTRY_TALLY);
	assert_int_equal(kind_at(voided), TALLY_ENTRY_NOTICE);
	assert_int_equal(kind_at(voided + 1), TALLY_ENTRY_TALLY);
	assert_classes(1, 0, 2);
	end();
}

static void
status_of_voided(void **state)
{
	(void)state;
	begin((struct campaign_wish){.revisions_max = 9});
	guest_vote(&guest, 1, 4, 0);
	guest_vote(&guest, 2, 1, 0);
	order(of_tag(1, NOTICE_AGAIN));
	order(of_tag(2, NOTICE_BARRED));
	stage_run(stage, 200);
	for (int i = 0; i < 4; i++)
		guest_expect(&guest, TALLY_ACCEPTED);
	assert_status(1, true, 4, FRAME_NO_INDEX);
	assert_status(3, false, 0, 0);
	guest_status(&guest, 2);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_BARRED);
	guest_vote(&guest, 1, 4, 1);
	guest_vote(&guest, 1, 5, 1);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_SUPERSEDED);
	assert_status(1, true, 5, guest_expect(&guest, TALLY_ACCEPTED));
	assert_classes(1, 0, 2);
	end();
}

/* What takes nothing out, or not all it names, takes out nothing. */
static void
impossible(void **state)
{
	static uint8_t body[VOIDS_BODY_MAX];
	const uint64_t both[] = {1, 2};
	uint64_t first;
	uint64_t tallies;

	(void)state;
	begin((struct campaign_wish){.frontends = 2});
	vote_by(0, 1, 1);
	stage_run(stage, 100);
	first = guest_expect(&guest, TALLY_ACCEPTED);
	tallies = stage_count(stage, TALLY_ENTRY_TALLY);
	order_in_vain(voids_of_tags(both, 2, NOTICE_AGAIN, body)); /* one has not voted */
	order_in_vain(of_signer(0, first + 1, first + 60));        /* not there yet */
	order_in_vain(of_signer(0, 0, stage->entries_count));      /* it would stand there */
	order_in_vain(of_signer(1, 0, first));                     /* not its ballots */
	order_in_vain(of_signer(0, 0, first - 1));                 /* no ballots */
	order_in_vain(voids_of_signer(7, 0, first, NOTICE_AGAIN, body));
	stage_run(stage, 100);
	for (int i = 0; i < 6; i++)
		assert_int_equal(guest_expect(&guest, TALLY_NOTICE_IMPOSSIBLE), FRAME_NO_INDEX);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_TALLY), tallies);
	order(of_signer(0, 0, first));
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	order_in_vain(of_tag(1, NOTICE_BARRED)); /* out already */
	order_in_vain(of_signer(0, 0, first));
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, last); /* byte for byte */
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_NOTICE_IMPOSSIBLE);
	guest_expect(&guest, TALLY_NOTICE_IMPOSSIBLE);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_classes(0, 0, 1);
	end();
}

/* The range of one frontend among the ballots of two; what was replaced in it stays replaced. */
static void
by_signer(void **state)
{
	uint64_t first;

	(void)state;
	begin((struct campaign_wish){.frontends = 2, .revisions_max = 9});
	for (uint64_t voter = 0; voter < 60; voter++)
		vote_by(voter % 2, voter, 1);
	for (uint64_t voter = 0; voter < 60; voter += 3)
		vote_by(1, voter, 2);
	stage_run(stage, 200);
	first = guest_expect(&guest, TALLY_ACCEPTED);
	for (int i = 1; i < 80; i++)
		guest_expect(&guest, TALLY_ACCEPTED);
	assert_classes(60, 20, 0);
	order(of_signer(0, first, stage->entries_count - 1)); /* 30, of which 10 are replaced */
	stage_run(stage, 200);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_classes(40, 20, 20);
	order(of_signer(1, first, first + 9)); /* 5, one of them replaced by its own signer */
	vote_by(0, 2, 2);
	stage_run(stage, 200);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->station->durable_standing.counts.ballots, 40 - 3 + 1);
	end();
}

/* As many as a notice can take, and one more; in several readings. */
static void
as_many_as_can_be(void **state)
{
	static uint64_t voters[NOTICE_TAGS_MAX];
	static uint8_t body[VOIDS_BODY_MAX];
	uint64_t first;
	size_t total;

	(void)state;
	begin((struct campaign_wish){.tally_every = 100000});
	first = stage->entries_count;
	for (uint64_t voter = 0; voter <= NOTICE_TAGS_MAX; voter++) {
		guest_vote(&guest, voter, 1, (uint16_t)(voter % 3));
		if (voter % 500 == 0)
			stage_run(stage, 200);
	}
	stage_run(stage, 500);
	assert_int_equal(guest_verdicts(&guest, TALLY_ACCEPTED, &total), NOTICE_TAGS_MAX + 1);
	order_in_vain(of_signer(0, first, stage->entries_count - 1));
	stage_run(stage, 200);
	guest_expect(&guest, TALLY_NOTICE_IMPOSSIBLE);
	assert_true(stage->asked[STAGE_GATHER] > 1);
	for (uint64_t i = 0; i < NOTICE_TAGS_MAX; i++)
		voters[i] = i;
	order(voids_of_tags(voters, NOTICE_TAGS_MAX, NOTICE_AGAIN, body));
	stage_run(stage, 200);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_classes(1, 0, NOTICE_TAGS_MAX);
	for (uint64_t voter = 0; voter < 100; voter++)
		guest_vote(&guest, voter, 2, 0);
	stage_run(stage, 200);
	assert_int_equal(guest_verdicts(&guest, TALLY_ACCEPTED, &total), 100);
	order(of_signer(0, first, stage->entries_count - 1));
	stage_run(stage, 200);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_classes(0, 0, NOTICE_TAGS_MAX + 101);
	end();
}

/* Ballots in a batch under way, or in one not yet full, are waited for. */
static void
while_a_batch_is_written(void **state)
{
	(void)state;
	begin((struct campaign_wish){0});
	stage_hold(stage, STAGE_COMMIT);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 20);
	guest_vote(&guest, 2, 1, 0);
	order(of_tag(1, NOTICE_AGAIN));
	guest_vote(&guest, 3, 1, 0);
	stage_run(stage, 100);
	guest_expect_nothing(&guest);
	assert_int_equal(stage->asked[STAGE_GATHER], 0);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 100);
	for (int i = 0; i < 4; i++)
		guest_expect(&guest, TALLY_ACCEPTED);
	assert_classes(2, 0, 1);
	end();
}

/* While a worker reads, nothing is decided; not even the closing of the vote overtakes. */
static void
while_it_is_read(void **state)
{
	uint64_t voided;

	(void)state;
	begin((struct campaign_wish){.closes = "2026-01-10T12:01:00Z"});
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_hold(stage, STAGE_GATHER);
	order(of_tag(1, NOTICE_AGAIN));
	guest_vote(&guest, 1, 2, 0);
	guest_status(&guest, 1);
	stage_sleep(stage, 120000);
	guest_expect_nothing(&guest);
	assert_int_equal(stage_pending(stage, STAGE_GATHER), 1);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_OPEN);
	stage_release(stage, STAGE_GATHER);
	stage_run(stage, 500);
	voided = guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_true(stage_find(stage, TALLY_ENTRY_PHASE, voided) != SIZE_MAX);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_CLOSED);
	compare();
	stage_free(stage);
}

/* Closed, too, and with no room left in the ledger it waits for nothing. */
static void
closed_and_full(void **state)
{
	(void)state;
	begin((struct campaign_wish){0});
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_wall_set(stage, "2026-01-31T20:00:00Z");
	stage_run(stage, 61000);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_CLOSED);
	order(of_tag(1, NOTICE_AGAIN));
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_hold(stage, STAGE_GATHER);
	order_in_vain(of_tag(2, NOTICE_AGAIN));
	stage_run(stage, 100);
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = 0});
	stage_release(stage, STAGE_GATHER);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_UNAVAILABLE);
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = 1 << 30});
	order(of_tag(2, NOTICE_AGAIN));
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_classes(0, 0, 2);
	end();
}

/* Asked to stop while it reads: it is read, entered, published. */
static void
stopped_meanwhile(void **state)
{
	(void)state;
	begin((struct campaign_wish){.publish_min = 1, .publish_every_s = 1});
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 2000);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_hold(stage, STAGE_GATHER);
	order(of_tag(1, NOTICE_AGAIN));
	stage_run(stage, 20);
	stage_step(stage, (struct station_event){.kind = STATION_STOP});
	stage_run(stage, 1000);
	assert_false(stage->stopped);
	stage_release(stage, STAGE_GATHER);
	stage_run(stage, 2000);
	assert_true(stage->stopped);
	assert_classes(0, 0, 1);
	assert_int_equal(kind_at(stage->entries_count - 1), TALLY_ENTRY_TALLY);
	assert_int_equal(stage->published[stage->published_count - 1].size,
			 stage->entries_count);
	naive_compare(stage);
	stage_free(stage);
}

/* Nothing that was sequenced behind it is lost or double; a TALLY that was owed still is. */
static void
after_a_crash(void **state)
{
	unsigned cut[2] = {0};

	(void)state;
	for (seed = 1; seed <= 12; seed++) {
		bool kept = seed % 2 == 1;
		bool written;

		begin((struct campaign_wish){.publish_min = 3, .publish_every_s = 1});
		guest_vote(&guest, 1, 1, 0);
		guest_vote(&guest, 2, 1, 0);
		guest_vote(&guest, 3, 1, 0);
		order(of_tag(1, NOTICE_AGAIN));
		stage_run(stage, 6000);
		guest_vote(&guest, 4, 1, 0); /* too few to be published */
		stage_run(stage, 6000);
		assert_true(stage->kept.index > 0);
		stage_hold(stage, STAGE_COMMIT);
		order(of_tag(2, NOTICE_BARRED));
		stage_run(stage, 100);
		stage_crash(stage); /* a TALLY and it are on disk, or are not */
		written = kind_at(stage->entries_count - 1) == TALLY_ENTRY_NOTICE;
		stage_release(stage, STAGE_COMMIT);
		stage_restart(stage, kept);
		if (!written) {
			end();
			continue;
		}
		cut[kept]++;
		guest = guest_join(stage, 0);
		guest_vote(&guest, 1, 1, 0);
		guest_vote(&guest, 1, 2, 0);
		guest_vote(&guest, 2, 2, 0);
		stage_run(stage, 200);
		guest_expect(&guest, TALLY_ACCEPTED);
		guest_expect(&guest, TALLY_ACCEPTED);
		guest_expect(&guest, TALLY_BARRED);
		assert_int_equal(
		    kind_at(stage_find(stage, TALLY_ENTRY_NOTICE,
				       stage_find(stage, TALLY_ENTRY_NOTICE, 0) + 1) +
			    1),
		    TALLY_ENTRY_TALLY);
		assert_classes(3, 0, 2);
		end();
	}
	seed = 1;
	assert_true(cut[0] > 0 && cut[1] > 0);
}

/* A revote that was with a worker, who brought the ballot it would have replaced. */
static void
fetched_before_the_void(void **state)
{
	struct guest other;

	(void)state;
	begin((struct campaign_wish){.revisions_max = 9});
	other = guest_join(stage, 0);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_hold(stage, STAGE_VERIFY);
	order(of_tag(1, NOTICE_AGAIN));
	stage_run(stage, 10);
	guest_vote(&other, 1, 2, 1);
	stage_run(stage, 10);
	assert_int_equal(stage_pending(stage, STAGE_VERIFY), 2);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&other, TALLY_ACCEPTED);
	assert_classes(1, 0, 1);
	end();
}

/* Booth over online, and online over booth: whatever the revision, under both policies. */
static void
precedence(void **state)
{
	static const char *const kinds[] = {"booth", "online"};

	(void)state;
	for (unsigned which = 0; which < 4; which++) {
		bool revotes = which / 2 == 1;
		size_t high = which % 2 == 0 ? 1 : 0; /* frontend 1 is the booth */

		begin((struct campaign_wish){.frontends = 2,
					     .precedence = kinds[which % 2],
					     .revisions_max = revotes ? 5 : 0});
		vote_by(1 - high, 1, 1);
		vote_by(high, 1, 1);
		vote_by(1 - high, 1, revotes ? 5 : 2);
		vote_by(high, 1, 2);
		vote_by(1 - high, 1, 1); /* byte for byte */
		stage_run(stage, 100);
		order(of_tag(1, NOTICE_AGAIN));
		vote_by(1 - high, 1, 3);
		vote_by(high, 1, revotes ? 3 : 2);
		stage_run(stage, 100);
		guest_expect(&guest, TALLY_ACCEPTED);
		guest_expect(&guest, TALLY_ACCEPTED);
		guest_expect(&guest, revotes ? TALLY_SUPERSEDED : TALLY_HAS_VOTED);
		guest_expect(&guest, revotes ? TALLY_ACCEPTED : TALLY_HAS_VOTED);
		guest_expect(&guest, TALLY_ACCEPTED);
		guest_expect(&guest, TALLY_ACCEPTED);
		guest_expect(&guest, revotes ? TALLY_SUPERSEDED : TALLY_HAS_VOTED);
		guest_expect(&guest, TALLY_ACCEPTED);
		assert_classes(1, revotes ? 2 : 1, 1);
		assert_int_equal(stage->asked[STAGE_FETCH], 0);
		end();
	}
}

/* What a worker brings on the way under policy first: the ballot of the lower rank. */
static void
replaced_by_rank_on_disk(void **state)
{
	(void)state;
	begin((struct campaign_wish){.frontends = 2, .precedence = "booth"});
	vote_by(0, 1, 1);
	stage_run(stage, 100);
	vote_by(1, 1, 1);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->asked[STAGE_FETCH], 0);
	assert_classes(1, 1, 0);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(again_and_barred),
	    cmocka_unit_test(status_of_voided),
	    cmocka_unit_test(impossible),
	    cmocka_unit_test(by_signer),
	    cmocka_unit_test(as_many_as_can_be),
	    cmocka_unit_test(while_a_batch_is_written),
	    cmocka_unit_test(while_it_is_read),
	    cmocka_unit_test(closed_and_full),
	    cmocka_unit_test(stopped_meanwhile),
	    cmocka_unit_test(after_a_crash),
	    cmocka_unit_test(fetched_before_the_void),
	    cmocka_unit_test(precedence),
	    cmocka_unit_test(replaced_by_rank_on_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
