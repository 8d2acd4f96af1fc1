#include "campaign/roster.h"

#include "tests/lib/campaign.h"
#include "tests/lib/merkle.h"

enum {
	DISTRICTS = 3,
	MOST = 300,
};

static struct campaign campaign;
static uint8_t records[MOST][ROSTER_RECORD_SIZE];

static int
setup(void **state)
{
	(void)state;
	campaign_make(&campaign, &(struct campaign_wish){.districts = DISTRICTS});
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	campaign_free(&campaign);
	return 0;
}

/* Tags with gaps between them, and equal first bytes. */
static void
records_make(size_t count)
{
	memset(records, 7, sizeof records);
	for (size_t i = 0; i < count; i++) {
		be16_store(records[i] + TALLY_TAG_SIZE - 2, (uint16_t)(2 * i + 1));
		be16_store(records[i] + TALLY_TAG_SIZE, (uint16_t)(i % DISTRICTS));
	}
}

static void
finds_every_tag_and_no_other(void **state)
{
	(void)state;
	for (size_t count = 0; count < MOST; count = count < 9 ? count + 1 : count * 2 + 1) {
		struct roster roster = {records[0], count};
		uint8_t tag[TALLY_TAG_SIZE];

		records_make(count);
		for (size_t i = 0; i < 2 * count + 3; i++) {
			memset(tag, 7, sizeof tag);
			be16_store(tag + TALLY_TAG_SIZE - 2, (uint16_t)i);
			assert_int_equal(roster_find(&roster, tag),
					 i % 2 == 1 && i / 2 < count ? (int)(i / 2 % DISTRICTS)
								     : ROSTER_ABSENT);
		}
		memset(tag, 0, sizeof tag);
		assert_int_equal(roster_find(&roster, tag), ROSTER_ABSENT);
		memset(tag, 0xff, sizeof tag);
		assert_int_equal(roster_find(&roster, tag), ROSTER_ABSENT);
	}
}

/* The first `count` records; what is said of the first one that is wrong, or of the end. */
static const char *
said_of(size_t count)
{
	struct roster_check check;
	const char *said = NULL;

	roster_check_init(&check, campaign.manifest);
	for (size_t i = 0; i < count && said == NULL; i++)
		said = roster_check_take(&check, records[i]);
	return said != NULL ? said : roster_check_end(&check, campaign.manifest);
}

static void
commit(size_t count)
{
	struct tree_hash leaves[MOST];
	struct tree_hash root;

	for (size_t i = 0; i < count; i++)
		tree_leaf(bytes_make(records[i], ROSTER_RECORD_SIZE), &leaves[i]);
	root = merkle_root(leaves, count);
	memcpy(campaign.manifest->roster_root, root.bytes, sizeof root.bytes);
	campaign.manifest->roster_count = count;
}

static void
is_the_one_committed_to(void **state)
{
	(void)state;
	for (size_t count = 1; count < 40; count++) {
		records_make(count);
		commit(count);
		assert_null(said_of(count));
		assert_string_equal(said_of(count - 1),
				    "it has not as many voters as the manifest says");
		records[count - 1][0]++;
		assert_string_equal(said_of(count),
				    "its root is not the one that the manifest commits to");
	}
	records_make(5);
	commit(5);
	be16_store(records[2] + TALLY_TAG_SIZE, 0); /* another district */
	assert_string_equal(said_of(5), "its root is not the one that the manifest commits to");
}

static void
is_no_roster(void **state)
{
	(void)state;
	records_make(5);
	memcpy(records[3], records[2], TALLY_TAG_SIZE);
	commit(5);
	assert_string_equal(said_of(5), "a tag is there twice");
	records[3][0]--;
	commit(5);
	assert_string_equal(said_of(5), "the tags do not ascend");
	records_make(5);
	be16_store(records[4] + TALLY_TAG_SIZE, DISTRICTS);
	commit(5);
	assert_string_equal(said_of(5), "the campaign has no such district");
	/* A tag of zeros may be the first. */
	records_make(2);
	memset(records[0], 0, TALLY_TAG_SIZE);
	commit(2);
	assert_null(said_of(2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_every_tag_and_no_other),
	    cmocka_unit_test(is_the_one_committed_to),
	    cmocka_unit_test(is_no_roster),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
