#include "shell/harvest.h"

#include "tests/lib/store.h"
#include "tests/lib/voids.h"

/* Four ballots, of frontends 0, 1, 0, 0, then what a test puts behind them. */
struct bed {
	struct campaign campaign;
	struct test_store *store;
	struct changes changes;
};

static struct bed
bed_make(const struct campaign_wish *wish)
{
	static const size_t signers[] = {0, 1, 0, 0};
	struct bed bed = {.store = test_store_make(1 << 20)};

	campaign_make(&bed.campaign, wish);
	for (uint64_t voter = 0; voter < 4; voter++) {
		uint8_t memory[TALLY_BALLOT_SIZE_MAX + 1] = {TALLY_ENTRY_BALLOT};
		struct campaign_vote vote = {.voter = voter, .signer = signers[voter]};
		struct bytes ballot = campaign_ballot(&bed.campaign, &vote, memory + 1);

		test_store_put(bed.store, bytes_make(memory, ballot.size + 1));
	}
	test_store_commit(bed.store);
	return bed;
}

static void
bed_free(struct bed *bed)
{
	changes_free(&bed->changes);
	test_store_free(bed->store);
	campaign_free(&bed->campaign);
}

static int
harvest(struct bed *bed, uint64_t index, struct bytes entry)
{
	return harvest_entry(&bed->changes, bed->campaign.manifest, bed->store->archive, index,
			     entry);
}

static int
harvest_void(struct bed *bed, struct bytes body)
{
	uint8_t memory[4096] = {TALLY_ENTRY_NOTICE};
	struct bytes notice =
	    campaign_order(&bed->campaign, bytes_make(NULL, 0), 1, TALLY_NOTICE_VOID, body,
			   memory + 1, sizeof memory - 1);

	return harvest(bed, 4, bytes_make(memory, notice.size + 1));
}

static void
ballots_with_their_rank(void **state)
{
	struct bed bed =
	    bed_make(&(struct campaign_wish){.frontends = 2, .precedence = "booth"});

	(void)state;
	for (uint64_t i = 0; i < 4; i++) {
		struct pollbook_entered entered;

		assert_int_equal(harvest(&bed, i, bed.store->entries[i]), DISK_OK);
		entered = pollbook_word_read(bed.changes.rows[i].word);
		assert_int_equal(entered.index, i);
		assert_int_equal(entered.rank, i == 1);
		assert_int_equal(entered.standing, POLLBOOK_COUNTED);
	}
	assert_int_equal(bed.changes.count, 4);
	bed_free(&bed);
}

static void
assert_void(const struct bed *bed, size_t at, uint64_t voter, uint64_t meant)
{
	struct pollbook_entered entered = pollbook_word_read(bed->changes.rows[at].word);
	uint8_t tag[TALLY_TAG_SIZE];

	assert_true(at < bed->changes.count);
	campaign_tag(voter, tag);
	assert_memory_equal(bed->changes.rows[at].key + 1, tag, sizeof tag);
	assert_true(be64_load(bed->changes.rows[at].value) == meant);
	assert_int_equal(entered.index, 4);
	assert_int_equal(entered.revision, 0);
	assert_int_equal(entered.standing, POLLBOOK_BARRED);
}

static void
voids(void **state)
{
	struct bed bed = bed_make(&(struct campaign_wish){.frontends = 2});
	const uint64_t voter = 3;
	uint8_t body[VOIDS_BODY_MAX];

	(void)state;
	assert_int_equal(harvest_void(&bed, voids_of_tags(&voter, 1, NOTICE_BARRED, body)),
			 DISK_OK);
	assert_int_equal(bed.changes.count, 1);
	assert_void(&bed, 0, 3, (uint64_t)CHANGE_WHICHEVER);
	assert_int_equal(harvest_void(&bed, voids_of_signer(bed.campaign.frontends[0].key.id, 0,
							    2, NOTICE_BARRED, body)),
			 DISK_OK);
	assert_int_equal(bed.changes.count, 3);
	assert_void(&bed, 1, 0, 0);
	assert_void(&bed, 2, 2, 2);
	bed_free(&bed);
}

static void
nothing_else(void **state)
{
	struct bed bed = bed_make(NULL);
	uint8_t body[VOIDS_BODY_MAX];
	uint8_t phase[] = {TALLY_ENTRY_PHASE, 1, 1, 0, 0, 0, 9};
	struct bytes ballot = bed.store->entries[0];

	(void)state;
	assert_int_equal(harvest(&bed, 4, bytes_make(phase, sizeof phase)), DISK_OK);
	assert_int_equal(bed.changes.count, 0);
	assert_int_equal(harvest(&bed, 4, bytes_make(ballot.data, ballot.size - 1)),
			 DISK_DAMAGED);
	phase[0] = TALLY_ENTRY_NOTICE;
	assert_int_equal(harvest(&bed, 4, bytes_make(phase, sizeof phase)), DISK_DAMAGED);
	phase[0] = 99;
	assert_int_equal(harvest(&bed, 4, bytes_make(phase, sizeof phase)), DISK_DAMAGED);
	/* Beyond what is there. */
	assert_int_equal(harvest_void(&bed, voids_of_signer(1, 2, 9, NOTICE_AGAIN, body)),
			 DISK_ABSENT);
	bed_free(&bed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ballots_with_their_rank),
	    cmocka_unit_test(voids),
	    cmocka_unit_test(nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
