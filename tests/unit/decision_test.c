#include "tests/lib/test.h"

#include "tests/lib/votes.h"

/* As votes_bench_make; in voter mode, which keys decide in every test for itself. */
static struct votes_bench
bench_make(uint32_t voters_max, unsigned ballots_max, bool revotes)
{
	return votes_bench_make(&(struct pollbook_capacity){.voters_max = voters_max,
							    .ballots_max = ballots_max,
							    .voter_mode = true},
				revotes);
}

static int outcomes[4];
static int verdicts[TALLY_VERDICTS_COUNT];

static void
random_votes(bool revotes, bool voter_mode, unsigned ranks)
{
	struct test_random random = test_random_make(4);

	memset(outcomes, 0, sizeof outcomes);
	memset(verdicts, 0, sizeof verdicts);
	for (int round = 0; round < 60; round++) {
		struct votes_bench bench = bench_make(8, 100, revotes);

		for (int i = 0; i < 300; i++) {
			struct vote vote = {
			    .tag = (uint32_t)test_random_below(&random, 12),
			    .revision = (uint16_t)(1 + test_random_below(&random, 6)),
			    .rank = (unsigned)test_random_below(&random, ranks),
			    .choice = (uint32_t)test_random_below(&random, 2),
			    .key =
				voter_mode ? (int)test_random_below(&random, 20) : VOTE_NO_KEY,
			    .serial = voter_mode ? test_random_below(&random, 4) : 0,
			};
			struct pollbook_decision decision = assert_decision(&bench, &vote);

			outcomes[decision.outcome]++;
			verdicts[decision.verdict]++;
			if (decision.outcome <= POLLBOOK_REPLACES)
				votes_enter(&bench, &vote);
			if (test_random_below(&random, 12) == 0)
				votes_void(&bench, (uint32_t)test_random_below(&random, 12),
					   test_random_below(&random, 6) == 0 ? POLLBOOK_BARRED
									      : POLLBOOK_AGAIN);
		}
		for (size_t i = 0; i < bench.model->count; i++)
			assert_int_equal(
			    assert_decision(&bench, &bench.model->entered[i]).outcome,
			    POLLBOOK_SAME);
		assert_true(bench.table.voters_count == votes_voters(bench.model));
		votes_bench_free(&bench);
	}
	assert_true(outcomes[POLLBOOK_COUNTS] > 100 && outcomes[POLLBOOK_REFUSED] > 100);
	assert_true(outcomes[POLLBOOK_SAME] > 100 || voter_mode);
	assert_true((outcomes[POLLBOOK_REPLACES] > 50) == (revotes || ranks > 1));
	assert_true(verdicts[TALLY_BARRED] > 100);
	assert_true((verdicts[TALLY_BAD_REVISION] > 100) == !revotes);
	assert_true((verdicts[TALLY_HAS_VOTED] > 100) == !revotes);
	assert_true((verdicts[TALLY_SUPERSEDED] > 100) == revotes);
}

static void
decides_like_a_list(void **state)
{
	(void)state;
	for (int which = 0; which < 4; which++)
		random_votes((which & 1) != 0, (which & 2) != 0, 1);
	random_votes(false, false, 2);
	random_votes(true, false, 2);
}

static void
assert_refused(const struct votes_bench *bench, const struct vote *vote,
	       enum tally_verdict verdict)
{
	struct pollbook_decision decision = votes_decide(bench, vote);

	assert_int_equal(decision.outcome, POLLBOOK_REFUSED);
	assert_int_equal(decision.verdict, verdict);
}

static void
certificates(void **state)
{
	struct votes_bench bench = bench_make(10, 20, true);
	struct vote first = {.tag = 1, .revision = 1, .key = 1, .serial = 5};
	struct vote again = {.tag = 1, .revision = 2, .key = 1, .serial = 4};
	struct vote other = {.tag = 2, .revision = 1, .key = 1, .serial = 9};

	(void)state;
	votes_enter(&bench, &first);
	assert_refused(&bench, &again, TALLY_OLD_CERTIFICATE);
	again.serial = 5;
	again.key = 2;
	assert_refused(&bench, &again, TALLY_OLD_CERTIFICATE);
	assert_refused(&bench, &other, TALLY_KEY_IN_USE);
	again.serial = 6;
	assert_int_equal(votes_decide(&bench, &again).outcome, POLLBOOK_REPLACES);
	votes_enter(&bench, &again);
	assert_refused(&bench, &other, TALLY_KEY_IN_USE); /* a key given up stays the tag's */
	again.revision = 3;
	again.key = 1;
	again.serial = 7; /* and comes back to it */
	assert_int_equal(votes_decide(&bench, &again).outcome, POLLBOOK_REPLACES);
	votes_bench_free(&bench);
}

static void
serials_at_the_ends(void **state)
{
	struct votes_bench bench = bench_make(10, 20, true);
	struct vote vote = {.tag = 1, .revision = 1, .key = 1, .serial = 0};

	(void)state;
	assert_int_equal(votes_decide(&bench, &vote).outcome, POLLBOOK_COUNTS);
	votes_enter(&bench, &vote);
	vote.revision = 2;
	vote.key = 2;
	assert_refused(&bench, &vote, TALLY_OLD_CERTIFICATE);
	vote.serial = UINT64_MAX - 1;
	assert_int_equal(votes_decide(&bench, &vote).outcome, POLLBOOK_REPLACES);
	votes_enter(&bench, &vote);
	vote.revision = 3;
	assert_int_equal(votes_decide(&bench, &vote).outcome, POLLBOOK_REPLACES);
	vote.key = 3;
	assert_refused(&bench, &vote, TALLY_OLD_CERTIFICATE);
	vote.key = 1;
	vote.serial = 0;
	assert_refused(&bench, &vote, TALLY_OLD_CERTIFICATE);
	votes_bench_free(&bench);
}

static void
the_ballot_in_the_way(void **state)
{
	struct votes_bench bench = bench_make(1, 1, false);
	struct vote vote = {.tag = 1, .revision = 1, .key = VOTE_NO_KEY};

	(void)state;
	bench.next_index = (UINT64_C(1) << 44) - 1;
	votes_enter(&bench, &vote);
	assert_int_equal(votes_decide(&bench, &vote).outcome, POLLBOOK_SAME);
	vote.choice = 1;
	assert_refused(&bench, &vote, TALLY_HAS_VOTED);
	assert_true(votes_decide(&bench, &vote).index == (UINT64_C(1) << 44) - 1);
	vote.tag = 2;
	assert_refused(&bench, &vote, TALLY_ROLL_FULL);
	assert_true(votes_decide(&bench, &vote).index == 0);
	votes_bench_free(&bench);
}

/* Many more revisions than the table has room for: as many old ballots are kept as fit beside
 * the promise, and every voter still gets in. */
static void
old_ballots_yield_to_voters(void **state)
{
	enum {
		VOTERS = 50,
		EARLY = 10,
		REVISIONS = 60
	};
	struct votes_bench bench = bench_make(VOTERS, 2, true);
	size_t room = VOTERS + VOTERS / 8 + 64;
	size_t replaced = 0;

	(void)state;
	for (uint32_t i = 0; i < EARLY * REVISIONS; i++) {
		struct vote vote = {.tag = i % EARLY, .key = VOTE_NO_KEY};

		vote.revision = (uint16_t)(1 + i / EARLY);
		votes_enter(&bench, &vote);
		/* the model forgets what the table had no room for */
		for (size_t k = 0; i >= EARLY && k < bench.model->count; k++) {
			struct vote *old = &bench.model->entered[k];

			if (old->tag == vote.tag && old->revision + 1 == vote.revision)
				old->told = replaced++ < room;
		}
	}
	assert_true(replaced > room);
	for (size_t i = 0; i < bench.model->count; i++)
		assert_decision(&bench, &bench.model->entered[i]);
	for (uint32_t tag = EARLY; tag < VOTERS; tag++) {
		struct vote vote = {.tag = tag, .revision = 1, .key = VOTE_NO_KEY};

		assert_int_equal(assert_decision(&bench, &vote).outcome, POLLBOOK_COUNTS);
		votes_enter(&bench, &vote);
	}
	assert_int_equal(bench.table.olds.count, room);
	votes_bench_free(&bench);
}

/* New keys for old voters until there is no room for more; every voter still gets in. */
static void
new_keys_yield_to_voters(void **state)
{
	enum {
		VOTERS = 40,
		SPARE_KEYS = VOTERS + VOTERS / 8 + 64 + VOTERS / 16 + 64,
	};
	struct votes_bench bench = bench_make(VOTERS, 2, true);
	struct vote vote = {.tag = 0, .revision = 1, .key = 1000};

	(void)state;
	while (votes_decide(&bench, &vote).outcome <= POLLBOOK_REPLACES) {
		assert_true(vote.revision < 1000);
		votes_enter(&bench, &vote);
		vote.revision++;
		vote.serial++;
		vote.key++;
	}
	assert_int_equal(vote.revision - 2, SPARE_KEYS);
	assert_refused(&bench, &vote, TALLY_ROLL_FULL);
	vote.key--;
	assert_int_equal(votes_decide(&bench, &vote).outcome, POLLBOOK_REPLACES);
	for (uint32_t tag = 1; tag < VOTERS; tag++) {
		struct vote first = {.tag = tag, .revision = 1, .key = (int)tag};

		assert_int_equal(votes_decide(&bench, &first).outcome, POLLBOOK_COUNTS);
		votes_enter(&bench, &first);
	}
	assert_int_equal(bench.table.spare_keys.count, SPARE_KEYS);
	assert_int_equal(bench.table.keys_count, VOTERS);
	assert_int_equal(bench.table.records_count, 3 * VOTERS);
	votes_bench_free(&bench);
}

/* The room left over for new keys is not taken by old ballots. */
static void
old_ballots_yield_to_new_keys(void **state)
{
	enum {
		VOTERS = 40,
		REVOTES = 300,
		SPARE_KEYS = VOTERS + VOTERS / 8 + 64 + VOTERS / 16 + 64,
	};
	struct votes_bench bench = bench_make(VOTERS, 2, true);
	struct vote vote = {.tag = 0, .revision = 1, .key = 1000};
	int keys = 0;

	(void)state;
	for (; vote.revision <= REVOTES; vote.revision++)
		votes_enter(&bench, &vote);
	for (;; vote.revision++, keys++) {
		vote.serial++;
		vote.key++;
		if (votes_decide(&bench, &vote).outcome == POLLBOOK_REFUSED)
			break;
		votes_enter(&bench, &vote);
	}
	assert_int_equal(keys, SPARE_KEYS);
	votes_bench_free(&bench);
}

/* Nor that of those whom notices may still enrol. */
static void
old_ballots_yield_to_the_enrolled(void **state)
{
	enum {
		VOTERS = 40,
		ROLLS = 30,
		REVOTES = 300
	};
	struct votes_bench bench = votes_bench_make(
	    &(struct pollbook_capacity){
		.voters_max = VOTERS, .rolls_max = ROLLS, .ballots_max = 2},
	    true);
	struct vote vote = {.tag = 0, .revision = 1, .key = VOTE_NO_KEY};
	uint8_t tag[32] = {0xaa};

	(void)state;
	for (; vote.revision <= REVOTES; vote.revision++)
		votes_enter(&bench, &vote);
	assert_int_equal(bench.table.olds.count, bench.table.olds.max);
	for (vote.tag = 1, vote.revision = 1; vote.tag < VOTERS; vote.tag++)
		votes_enter(&bench, &vote);
	for (uint8_t i = 0; i < ROLLS; i++) {
		tag[1] = i;
		assert_int_equal(pollbook_enrolled(&bench.table, tag), -1);
		pollbook_enrol(&bench.table, tag, 65535);
		assert_int_equal(pollbook_enrolled(&bench.table, tag), 65535);
	}
	assert_int_equal(bench.table.rolls_count, ROLLS);
	assert_int_equal(bench.table.voters_count, VOTERS);
	votes_bench_free(&bench);
}

/* A digest is as good as the bytes, but a revision that differs is never the same ballot. */
static void
digest_with_another_revision(void **state)
{
	struct votes_bench bench = bench_make(10, 10, true);
	struct vote vote = {.tag = 1, .revision = 1, .key = VOTE_NO_KEY};
	struct vote_bytes bytes;
	struct pollbook_ballot ballot;
	struct pollbook_decision decision;

	(void)state;
	votes_enter(&bench, &vote);
	ballot = *votes_ballot(&vote, &bytes);
	ballot.revision = 2;
	pollbook_decide(&bench.table, &ballot, true, &decision);
	assert_int_equal(decision.outcome, POLLBOOK_REPLACES);
	vote.revision = 3;
	votes_enter(&bench, &vote);
	pollbook_decide(&bench.table, &ballot, true, &decision);
	assert_int_equal(decision.outcome, POLLBOOK_REFUSED);
	assert_int_equal(decision.verdict, TALLY_SUPERSEDED);
	votes_bench_free(&bench);
}

/* Where nobody can change a vote, the roll alone fills the table; each refusal keeps its name.
 */
static void
first_only_table_when_full(void **state)
{
	enum {
		VOTERS = 7
	};
	struct votes_bench bench = bench_make(VOTERS, 1, false);
	struct vote vote = {.revision = 1};

	(void)state;
	for (vote.tag = 0; vote.tag < VOTERS; vote.tag++) {
		vote.key = (int)vote.tag;
		assert_int_equal(assert_decision(&bench, &vote).outcome, POLLBOOK_COUNTS);
		votes_enter(&bench, &vote);
	}
	vote.key = VOTERS;
	assert_refused(&bench, &vote, TALLY_ROLL_FULL);
	vote.tag = 0;
	vote.serial = 1;
	assert_refused(&bench, &vote, TALLY_HAS_VOTED);
	votes_bench_free(&bench);
}

static void
assert_counts(struct votes_bench *bench, const struct vote *vote, enum pollbook_outcome outcome)
{
	assert_int_equal(assert_decision(bench, vote).outcome, outcome);
	votes_enter(bench, vote);
}

/* Behind a void `again` the revision goes on; what was voided is still told its index. */
static void
voting_again(void **state)
{
	for (int revotes = 0; revotes < 2; revotes++) {
		struct votes_bench bench = bench_make(10, 20, revotes == 1);
		struct vote first = {.tag = 1, .revision = 1, .key = VOTE_NO_KEY};
		struct vote other = {.tag = 1, .revision = 1, .choice = 1, .key = VOTE_NO_KEY};
		struct vote next = {.tag = 1, .revision = 2, .key = VOTE_NO_KEY};
		struct vote late = {.tag = 1, .revision = 3, .key = VOTE_NO_KEY};

		(void)state;
		assert_counts(&bench, &first, POLLBOOK_COUNTS);
		assert_true(votes_void(&bench, 1, POLLBOOK_AGAIN));
		assert_false(votes_void(&bench, 1, POLLBOOK_BARRED));
		assert_int_equal(assert_decision(&bench, &first).outcome, POLLBOOK_SAME);
		assert_refused(&bench, &other,
			       revotes == 1 ? TALLY_SUPERSEDED : TALLY_BAD_REVISION);
		if (revotes == 0)
			assert_refused(&bench, &late, TALLY_BAD_REVISION);
		assert_counts(&bench, &next, POLLBOOK_COUNTS);
		assert_int_equal(assert_decision(&bench, &first).outcome, POLLBOOK_SAME);
		assert_true(votes_void(&bench, 1, POLLBOOK_BARRED));
		assert_refused(&bench, &late, TALLY_BARRED);
		assert_int_equal(assert_decision(&bench, &next).outcome, POLLBOOK_SAME);
		assert_int_equal(bench.table.voters_count, 1);
		votes_bench_free(&bench);
	}
}

/* Policy first, with precedence. */
static void
a_higher_rank(void **state)
{
	struct votes_bench bench = bench_make(10, 20, false);
	struct vote online = {.tag = 1, .revision = 1, .key = VOTE_NO_KEY};
	struct vote booth = {.tag = 1, .revision = 2, .rank = 1, .key = VOTE_NO_KEY};

	(void)state;
	assert_counts(&bench, &online, POLLBOOK_COUNTS);
	assert_refused(&bench, &booth, TALLY_BAD_REVISION);
	booth.revision = 1;
	assert_counts(&bench, &booth, POLLBOOK_REPLACES);
	online.choice = 1;
	online.revision = 2;
	assert_refused(&bench, &online, TALLY_HAS_VOTED);
	assert_true(votes_void(&bench, 1, POLLBOOK_AGAIN));
	assert_refused(&bench, &online, TALLY_HAS_VOTED);
	booth.revision = 2;
	assert_counts(&bench, &booth, POLLBOOK_COUNTS);
	online.tag = 2;
	online.revision = 1;
	assert_counts(&bench, &online, POLLBOOK_COUNTS);
	assert_true(votes_void(&bench, 2, POLLBOOK_BARRED));
	booth.tag = 2;
	booth.revision = 1;
	assert_refused(&bench, &booth, TALLY_BARRED);
	votes_bench_free(&bench);
}

/* Even where nobody can change a vote, ballots that were voided are remembered. */
static void
room_for_the_voided(void **state)
{
	enum {
		VOTERS = 8000
	};
	struct votes_bench bench = bench_make(VOTERS, 1, false);
	struct vote vote = {.key = VOTE_NO_KEY};

	(void)state;
	for (vote.tag = 0; vote.tag < VOTERS / 8; vote.tag++) {
		vote.revision = 1;
		votes_enter(&bench, &vote);
		votes_void(&bench, vote.tag, POLLBOOK_AGAIN);
		vote.revision = 2;
		votes_enter(&bench, &vote);
	}
	vote.revision = 1;
	for (vote.tag = 0; vote.tag < VOTERS / 8; vote.tag++)
		assert_int_equal(votes_decide(&bench, &vote).outcome, POLLBOOK_SAME);
	for (; vote.tag < VOTERS; vote.tag++)
		votes_enter(&bench, &vote);
	vote.tag = 0;
	assert_int_equal(votes_decide(&bench, &vote).outcome, POLLBOOK_SAME);
	votes_bench_free(&bench);
}

/* A home holds every earlier ballot; a start takes no voter's place for them. */
static void
restored_old_ballots_yield_to_voters(void **state)
{
	enum {
		VOTERS = 100,
		OLDS = 300,
	};
	struct votes_bench bench = bench_make(VOTERS, 1, false);
	struct pollbook_record record = {.word = 1 << 20 | 1 << 4};
	struct vote vote = {.key = VOTE_NO_KEY, .revision = 1};

	(void)state;
	for (unsigned i = 0; i < OLDS; i++) {
		const uint8_t name[32] = {(uint8_t)i, (uint8_t)(i >> 8), 7};

		struct pollbook_name old;

		pollbook_name_make(&bench.table, POLLBOOK_OLD, name, &old);
		assert_true(pollbook_restore(&bench.table, &old, &record));
	}
	assert_int_equal(bench.table.olds.count, VOTERS / 8 + 64);
	for (vote.tag = 0; vote.tag < VOTERS; vote.tag++) {
		assert_int_equal(votes_decide(&bench, &vote).outcome, POLLBOOK_COUNTS);
		votes_enter(&bench, &vote);
	}
	votes_bench_free(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decides_like_a_list),
	    cmocka_unit_test(certificates),
	    cmocka_unit_test(serials_at_the_ends),
	    cmocka_unit_test(the_ballot_in_the_way),
	    cmocka_unit_test(old_ballots_yield_to_voters),
	    cmocka_unit_test(new_keys_yield_to_voters),
	    cmocka_unit_test(old_ballots_yield_to_new_keys),
	    cmocka_unit_test(old_ballots_yield_to_the_enrolled),
	    cmocka_unit_test(digest_with_another_revision),
	    cmocka_unit_test(first_only_table_when_full),
	    cmocka_unit_test(voting_again),
	    cmocka_unit_test(a_higher_rank),
	    cmocka_unit_test(room_for_the_voided),
	    cmocka_unit_test(restored_old_ballots_yield_to_voters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
