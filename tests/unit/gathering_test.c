#include "shell/gathering.h"

#include "limits.h"
#include "tests/lib/voters.h"

enum {
	SIZE = 3000,
};

static struct test_voters *voters;
static struct gather gather;
static uint8_t room[gather_bytes];
static uint64_t numbers[64];

static int
set_up(void **state)
{
	(void)state;
	voters = test_voters_make(3, true, false, 900);
	test_voters_vote(voters, SIZE);
	assert_true(counts_memory(&voters->manifest) <= sizeof numbers);
	gather = (struct gather){0};
	gather_init(&gather, &voters->manifest, &voters->table, room, numbers);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	test_voters_free(voters);
	return 0;
}

/* How many of the store's entries one reading has brought; each has to be the entry it says. */
static size_t
read_once(size_t kinds[256])
{
	struct reader reader;
	size_t count = 0;

	assert_int_equal(gathering_read(voters->store->archive, &gather), DISK_OK);
	for (reader = reader_make(writer_view(&gather.room)); !reader_done(&reader); count++) {
		uint64_t index = reader_u64(&reader);
		struct bytes entry = reader_bytes(&reader, reader_u16(&reader));

		assert_true(index < SIZE);
		assert_true(bytes_equal(entry, voters->store->entries[index]));
		kinds[entry.data[0]]++;
	}
	/* As gather_work makes room. */
	gather.room.size = 0;
	gather.full = false;
	return count;
}

static bool
carries(struct bytes entry, uint32_t key_id)
{
	struct ballot ballot;

	return entry.data[0] == TALLY_ENTRY_BALLOT &&
	       ballot_parse(bytes_make(entry.data + 1, entry.size - 1), &ballot) ==
		   TALLY_ACCEPTED &&
	       ballot.key_id == key_id;
}

static void
a_range_in_several_readings(void **state)
{
	const struct notice_void all = {.fate = NOTICE_AGAIN, .signer = 77, .last = SIZE - 1};
	size_t kinds[256] = {0};
	size_t ballots = 0;
	int readings = 0;
	uint64_t first;
	uint64_t count;

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		ballots += carries(voters->store->entries[i], all.signer);
	assert_int_equal(gather_begin(&gather, &all), GATHER_MORE);
	for (; gather_wants(&gather, &first, &count); readings++)
		assert_true(read_once(kinds) > 0);
	assert_true(readings > 1);
	assert_int_equal(kinds[TALLY_ENTRY_BALLOT], ballots);
	assert_true(ballots > SIZE / 3);
}

static void
ballots_by_tag(void **state)
{
	uint8_t tags[2][TALLY_TAG_SIZE];
	struct notice_void both = {.fate = NOTICE_AGAIN, .tags = tags[0]};
	size_t kinds[256] = {0};

	(void)state;
	for (size_t i = 0; both.tags_count < 2; i++) {
		const uint8_t *tag = voters->store->entries[i].data + 1 + 48;

		assert_true(i < SIZE);
		if (voters->store->entries[i].data[0] == TALLY_ENTRY_BALLOT &&
		    pollbook_counts(&voters->table, tag, i))
			memcpy(tags[both.tags_count++], tag, TALLY_TAG_SIZE);
	}
	assert_int_equal(gather_begin(&gather, &both), GATHER_MORE);
	assert_int_equal(read_once(kinds), 2);
	assert_int_equal(kinds[TALLY_ENTRY_BALLOT], 2);
}

static void
beyond_the_ledger(void **state)
{
	const struct notice_void far = {.fate = NOTICE_AGAIN, .signer = 77, .last = SIZE};

	(void)state;
	assert_int_equal(gather_begin(&gather, &far), GATHER_MORE);
	assert_int_equal(gathering_read(voters->store->archive, &gather), DISK_ABSENT);
}

#define AMONG_VOTERS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    AMONG_VOTERS(a_range_in_several_readings),
	    AMONG_VOTERS(ballots_by_tag),
	    AMONG_VOTERS(beyond_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
