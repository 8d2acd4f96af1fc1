#include "station/gather.h"

#include "limits.h"
#include "tests/lib/voids.h"

enum {
	VOTERS = 4000,
};

/* A log of ballots, entry i by voter i and frontend i % 2, and the poll book that it makes. */
static struct campaign campaign;
static struct pollbook_table table;
static struct gather gather;
static struct bytes entries[VOTERS];
static uint8_t room[gather_bytes];
static uint8_t body[VOIDS_BODY_MAX];

static int
set_up(void **state)
{
	static const uint8_t seed[16];
	struct pollbook_slot *slots = calloc(2 * VOTERS, sizeof *slots);

	(void)state;
	campaign_make(&campaign, &(struct campaign_wish){.frontends = 2, .voters_max = VOTERS});
	pollbook_table_init(&table, slots, (size_t)2 * VOTERS, seed);
	table.voters_max = VOTERS;
	gather = (struct gather){0};
	gather_init(&gather, campaign.manifest, &table, room,
		    calloc(1, counts_memory(campaign.manifest)));
	for (size_t i = 0; i < VOTERS; i++) {
		struct campaign_choice choice = {0, 1, 1};
		struct campaign_vote vote = {
		    .voter = i, .signer = i % 2, .choices = &choice, .choices_count = 1};
		uint8_t *memory = malloc(TALLY_BALLOT_SIZE_MAX + 1);
		uint8_t digest[BALLOT_DIGEST_SIZE];
		struct ballot ballot;

		memory[0] = TALLY_ENTRY_BALLOT;
		entries[i] = campaign_ballot(&campaign, &vote, memory + 1);
		assert_int_equal(ballot_parse(entries[i], &ballot), TALLY_ACCEPTED);
		ballot_digest(&ballot, digest);
		entries[i] = bytes_make(memory, entries[i].size + 1);
		pollbook_enter(&table,
			       &(struct pollbook_ballot){
				   .tag = ballot.tag, .revision = 1, .digest = digest},
			       i);
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < VOTERS; i++)
		free((void *)(uintptr_t)entries[i].data);
	free(table.slots);
	free(gather.counts_memory);
	campaign_free(&campaign);
	return 0;
}

static struct notice_void
parsed(struct bytes bytes)
{
	static uint8_t memory[TALLY_NOTICE_SIZE_MAX];
	struct notice notice;

	assert_int_equal(
	    notice_parse(campaign_order(&campaign, bytes_make(NULL, 0), 1, TALLY_NOTICE_VOID,
					bytes, memory, sizeof memory),
			 &notice),
	    TALLY_ACCEPTED);
	return notice.voided;
}

static struct notice_void
of_signer(size_t frontend, uint64_t first, uint64_t last)
{
	return parsed(voids_of_signer(campaign.frontends[frontend].key.id, first, last,
				      NOTICE_AGAIN, body));
}

static enum gather_end
run(const struct notice_void *voided, unsigned *readings)
{
	enum gather_end end = gather_begin(&gather, voided);
	uint64_t first;
	uint64_t count;

	for (*readings = 0; end == GATHER_MORE; ++*readings) {
		while (gather_wants(&gather, &first, &count)) {
			assert_true(first + count <= VOTERS);
			(void)gather_take(&gather, first, entries[first]);
		}
		end = gather_work(&gather);
	}
	return end;
}

static void
tags(void **state)
{
	const uint64_t voters[] = {3, 7, 3999, 20};
	struct notice_void voided = parsed(voids_of_tags(voters, 4, NOTICE_BARRED, body));
	unsigned readings;
	uint8_t tag[TALLY_TAG_SIZE];

	(void)state;
	assert_int_equal(run(&voided, &readings), GATHER_WHOLE);
	assert_int_equal(readings, 1);
	assert_int_equal(gather.count, 4);
	assert_int_equal(gather.counts.ballots, 4);
	assert_int_equal(gather.counts.options[1].votes, 4);
	gather_enter(&gather, &table);
	campaign_tag(7, tag);
	assert_false(pollbook_counts(&table, tag, 7));
	campaign_tag(8, tag);
	assert_true(pollbook_counts(&table, tag, 8));
	assert_int_equal(run(&voided, &readings), GATHER_IMPOSSIBLE); /* out already */
	assert_int_equal(readings, 0);
}

static void
ranges(void **state)
{
	struct notice_void voided = of_signer(1, 10, 20);
	unsigned readings;

	(void)state;
	assert_int_equal(run(&voided, &readings), GATHER_WHOLE);
	assert_int_equal(gather.count, 5);
	gather_enter(&gather, &table);
	voided = of_signer(1, 9, 21);
	assert_int_equal(run(&voided, &readings), GATHER_WHOLE);
	assert_int_equal(gather.count, 2);
	voided = of_signer(1, 10, 20);
	assert_int_equal(run(&voided, &readings), GATHER_IMPOSSIBLE);
	voided = of_signer(1, 10, 10);
	assert_int_equal(run(&voided, &readings), GATHER_IMPOSSIBLE);
	voided = of_signer(0, 10, 10);
	assert_int_equal(run(&voided, &readings), GATHER_WHOLE);
	assert_int_equal(gather.counts.ballots, 1);
}

static void
as_many_as_there_may_be(void **state)
{
	struct notice_void voided = of_signer(0, 0, 2 * NOTICE_TAGS_MAX - 1);
	unsigned readings;

	(void)state;
	assert_int_equal(run(&voided, &readings), GATHER_WHOLE);
	assert_int_equal(gather.count, NOTICE_TAGS_MAX);
	assert_true(readings > 1);
	voided = of_signer(0, 0, 2 * NOTICE_TAGS_MAX);
	assert_int_equal(run(&voided, &readings), GATHER_IMPOSSIBLE);
}

/* What lies there is another ballot, is none, or is that of another tag. */
static void
wrong_bytes(void **state)
{
	const uint64_t voter = 4;
	struct notice_void voided = parsed(voids_of_tags(&voter, 1, NOTICE_AGAIN, body));
	uint8_t *bytes = (uint8_t *)(uintptr_t)entries[4].data;
	struct bytes entry = entries[4];
	unsigned readings;

	(void)state;
	bytes[1 + 85 + 3] ^= 1; /* the option */
	assert_int_equal(run(&voided, &readings), GATHER_WRONG);
	voided = of_signer(0, 4, 4);
	assert_int_equal(run(&voided, &readings), GATHER_WRONG);
	bytes[1 + 85 + 3] ^= 1; /* the option */
	voided = parsed(voids_of_tags(&voter, 1, NOTICE_AGAIN, body));
	entries[4] = entries[6];
	assert_int_equal(run(&voided, &readings), GATHER_WRONG);
	entries[4] = bytes_make(entry.data, entry.size - 1);
	assert_int_equal(run(&voided, &readings), GATHER_WRONG);
	entries[4] = entry;
	bytes[0] = TALLY_ENTRY_TALLY;
	assert_int_equal(run(&voided, &readings), GATHER_WRONG);
	bytes[0] = TALLY_ENTRY_BALLOT;
	assert_int_equal(run(&voided, &readings), GATHER_WHOLE);
}

/* What does not fit is asked for again, to the byte. */
static void
room_to_the_byte(void **state)
{
	struct notice_void voided = of_signer(0, 4, 4);
	uint64_t first;
	uint64_t count;

	(void)state;
	gather.room.capacity = 10 + entries[4].size;
	assert_int_equal(gather_begin(&gather, &voided), GATHER_MORE);
	assert_true(gather_wants(&gather, &first, &count));
	assert_true(gather_take(&gather, first, entries[4]));
	assert_int_equal(gather_work(&gather), GATHER_WHOLE);
	gather.room.capacity--;
	assert_int_equal(gather_begin(&gather, &voided), GATHER_MORE);
	assert_false(gather_take(&gather, 4, entries[4]));
	assert_false(gather_wants(&gather, &first, &count));
	assert_int_equal(gather_work(&gather), GATHER_MORE);
	assert_true(gather_wants(&gather, &first, &count));
	assert_int_equal(first, 4);
}

#define WITH_A_LOG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_A_LOG(tags),
	    WITH_A_LOG(ranges),
	    WITH_A_LOG(as_many_as_there_may_be),
	    WITH_A_LOG(wrong_bytes),
	    WITH_A_LOG(room_to_the_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
