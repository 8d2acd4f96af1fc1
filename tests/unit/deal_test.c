#include "bench/tally-bench/deal.h"

#include "tests/lib/test.h"

enum {
	VOTERS = 20000
};

static struct deal_wish
wish_of(bool last, uint16_t revisions_max)
{
	return (struct deal_wish){.seed = 11,
				  .voters_count = VOTERS,
				  .repeats = 0.02,
				  .revotes = 0.05,
				  .forged = 0.01,
				  .last = last,
				  .revisions_max = revisions_max,
				  .signing = TALLY_SIGNING_FRONTEND};
}

static void
assert_share(uint64_t count, uint64_t of, double share)
{
	double seen = (double)count / (double)of;

	assert_true(seen > 0.8 * share && seen < 1.2 * share);
}

static void
shares_are_those_that_were_asked_for(void **state)
{
	struct deal_wish wish = wish_of(false, 1);
	uint64_t seen[KINDS_COUNT] = {0}, forged = 0;
	struct deal_ballot dealt;
	struct deal deal;

	(void)state;
	deal_init(&deal, &wish);
	while (deal_next(&deal, &dealt)) {
		assert_true(dealt.voter < VOTERS);
		seen[dealt.kind]++;
	}
	assert_int_equal(dealt.kind, KIND_FRESH);
	for (int kind = KIND_BIT; kind < KINDS_COUNT; kind++)
		forged += seen[kind];
	assert_int_equal(seen[KIND_FRESH], VOTERS);
	assert_share(seen[KIND_REPEAT], deal.place, wish.repeats);
	assert_share(seen[KIND_SECOND], deal.place, wish.revotes);
	assert_share(forged, deal.place, wish.forged);
	for (int kind = KIND_BIT; kind <= KIND_STRANGER; kind++)
		assert_true(seen[kind] > forged / 12);
	assert_int_equal(seen[KIND_CERTIFICATE] + seen[KIND_REVOTE], 0);
}

/* Nobody skips a revision, nobody who votes again is repeated, all have voted before. */
static void
revisions_ascend_by_one(void **state)
{
	static const struct {
		double revotes;
		uint16_t revisions_max;
	} cases[] = {{0.05, 2}, {0.05, 1000}, {0.6, 9}, {0.6, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct deal_wish wish = wish_of(true, cases[i].revisions_max);
		uint16_t *newest = calloc(VOTERS, sizeof *newest);
		bool *repeated = calloc(VOTERS, sizeof *repeated);
		struct deal_ballot dealt;
		struct deal deal;

		assert_non_null(newest);
		assert_non_null(repeated);
		wish.revotes = cases[i].revotes;
		deal_init(&deal, &wish);
		while (deal_next(&deal, &dealt)) {
			uint16_t *mine = &newest[dealt.voter];

			assert_int_equal(*mine > 0, dealt.kind != KIND_FRESH);
			if (dealt.kind == KIND_REPEAT)
				repeated[dealt.voter] = true;
			if (dealt.kind == KIND_FRESH || dealt.kind == KIND_REVOTE)
				assert_int_equal(dealt.revision, ++*mine);
			assert_true(*mine <= wish.revisions_max);
			assert_false(*mine > 1 && repeated[dealt.voter]);
		}
		if (cases[i].revisions_max != 2 || cases[i].revotes < 0.1)
			assert_share(deal.revotes, deal.place, wish.revotes);
		assert_true(deal.revotes > VOTERS / 100);
		free(newest);
		free(repeated);
	}
}

static void
a_copy_goes_on_from_its_place(void **state)
{
	struct deal_wish wish = wish_of(true, 3);
	struct deal deal, copy;

	(void)state;
	deal_init(&deal, &wish);
	for (struct deal_ballot dealt; deal.place < 777;)
		assert_true(deal_next(&deal, &dealt));
	copy = deal;
	for (int i = 0; i < 500; i++) {
		struct deal_ballot one, two;

		assert_true(deal_next(&deal, &one) && deal_next(&copy, &two));
		assert_int_equal(one.kind, two.kind);
		assert_int_equal(one.voter, two.voter);
		assert_int_equal(one.place, two.place);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shares_are_those_that_were_asked_for),
	    cmocka_unit_test(revisions_ascend_by_one),
	    cmocka_unit_test(a_copy_goes_on_from_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
