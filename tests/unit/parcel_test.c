#include "station/parcel.h"

#include "tests/lib/campaign.h"

struct fixture {
	struct campaign campaign;
	struct parcel *parcel;
};

static int
make(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);

	assert_non_null(fixture);
	campaign_make(&fixture->campaign, NULL);
	fixture->parcel = calloc(1, sizeof *fixture->parcel);
	assert_non_null(fixture->parcel);
	*state = fixture;
	return 0;
}

static int
unmake(void **state)
{
	struct fixture *fixture = *state;

	campaign_free(&fixture->campaign);
	free(fixture->parcel);
	free(fixture);
	return 0;
}

static void
test_moves(void **state)
{
	static const bool allowed[6][6] = {
	    [PARCEL_FREE][PARCEL_FILLING] = true,   [PARCEL_FILLING][PARCEL_READY] = true,
	    [PARCEL_FILLING][PARCEL_BACK] = true,   [PARCEL_READY][PARCEL_AWAY] = true,
	    [PARCEL_AWAY][PARCEL_BACK] = true,      [PARCEL_BACK][PARCEL_SEQUENCED] = true,
	    [PARCEL_SEQUENCED][PARCEL_FREE] = true,
	};

	(void)state;
	for (int from = 0; from < 6; from++)
		for (int to = 0; to < 6; to++)
			assert_int_equal(
			    parcel_may_move((enum parcel_state)from, (enum parcel_state)to),
			    allowed[from][to]);
}

static void
test_put_copies(void **state)
{
	struct parcel *parcel = ((struct fixture *)*state)->parcel;
	uint8_t bytes[3] = {7, 8, 9};
	struct parcel_item *item =
	    parcel_put(parcel, TASK_BALLOT, TALLY_ENTRY_BALLOT, bytes_make(bytes, 3));
	struct parcel_item *status = parcel_put(parcel, TASK_STATUS, 0, bytes_make(bytes, 2));
	struct parcel_item *second =
	    parcel_put(parcel, TASK_BALLOT, TALLY_ENTRY_BALLOT, bytes_make(bytes, 1));

	memset(bytes, 0, sizeof bytes);
	assert_true(bytes_equal(parcel_entry(item), BYTES_OF("\x02\x07\x08\x09")));
	assert_true(bytes_equal(item->payload, BYTES_OF("\x07\x08\x09")));
	assert_ptr_equal(item->facts, &parcel->facts[0]);
	assert_ptr_equal(item->facts->bytes.data, item->payload.data);
	assert_null(status->facts);
	assert_ptr_equal(second->facts, &parcel->facts[1]);
	assert_int_equal(item->index, UINT64_MAX);
	assert_int_equal(item->replaces, UINT64_MAX);
	assert_int_equal(parcel->items_count, 3);
	assert_int_equal(parcel->ballots_count, 2);
}

static void
test_room_for_items(void **state)
{
	struct parcel *parcel = ((struct fixture *)*state)->parcel;

	for (int i = 0; i < parcel_items_max; i++) {
		assert_true(parcel_has_room(parcel, 1));
		parcel_put(parcel, TASK_STATE, 0, bytes_make(NULL, 0));
	}
	assert_false(parcel_has_room(parcel, 0));
}

static void
test_room_for_bytes(void **state)
{
	struct parcel *parcel = ((struct fixture *)*state)->parcel;
	uint8_t *bytes = calloc(1, parcel_bytes_max);

	assert_non_null(bytes);
	assert_true(parcel_has_room(parcel, parcel_bytes_max - PARCEL_FACTS_ROOM));
	assert_false(parcel_has_room(parcel, parcel_bytes_max - PARCEL_FACTS_ROOM + 1));
	parcel_put(parcel, TASK_STATE, 0,
		   bytes_make(bytes, parcel_bytes_max - TALLY_BALLOT_SIZE_MAX - 10 - 1));
	assert_true(parcel_has_room(parcel, TALLY_BALLOT_SIZE_MAX + 10 - PARCEL_FACTS_ROOM));
	assert_false(parcel_has_room(parcel, TALLY_BALLOT_SIZE_MAX + 11 - PARCEL_FACTS_ROOM));
	parcel_put(parcel, TASK_BALLOT, TALLY_ENTRY_BALLOT, bytes_make(bytes, 8));
	parcel_reserve_replaced(parcel, &parcel->items[1], 5);
	assert_int_equal(parcel->items[1].replaces, 5);
	assert_ptr_equal(parcel->items[1].replaced + TALLY_BALLOT_SIZE_MAX + 1,
			 parcel->memory + parcel_bytes_max);
	assert_false(parcel_has_room(parcel, 1));
	free(bytes);
}

static void
test_free_is_empty(void **state)
{
	struct parcel *parcel = ((struct fixture *)*state)->parcel;

	parcel_move(parcel, PARCEL_FILLING);
	parcel_put(parcel, TASK_BALLOT, TALLY_ENTRY_BALLOT, BYTES_OF("abc"));
	parcel->sequenced_count = 1;
	parcel_move(parcel, PARCEL_READY);
	parcel_move(parcel, PARCEL_AWAY);
	parcel_move(parcel, PARCEL_BACK);
	parcel_move(parcel, PARCEL_SEQUENCED);
	assert_int_equal(parcel->items_count, 1);
	parcel_move(parcel, PARCEL_FREE);
	assert_int_equal(parcel->items_count, 0);
	assert_int_equal(parcel->sequenced_count, 0);
	assert_int_equal(parcel->ballots_count, 0);
	assert_int_equal(parcel->used, 0);
}

/* Every item gets its own verdict, whatever stands beside it. */
static void
test_verify(void **state)
{
	struct fixture *fixture = *state;
	struct parcel *parcel = fixture->parcel;
	const struct verifier verifier = verifier_plain(fixture->campaign.manifest);
	struct campaign_vote vote = {.voter = 4};
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	uint8_t text[1024];
	struct bytes ballot = campaign_ballot(&fixture->campaign, &vote, memory);
	struct bytes notice = campaign_notice(&fixture->campaign, bytes_make(NULL, 0), 1,
					      TALLY_NOTICE_CLOSE, 0, text, sizeof text);
	struct tree_hash leaf;
	struct parcel_item *items = parcel->items;

	parcel_put(parcel, TASK_BALLOT, TALLY_ENTRY_BALLOT, ballot);
	parcel_put(parcel, TASK_NOTICE, TALLY_ENTRY_NOTICE, notice);
	parcel_put(parcel, TASK_STATE, 0, bytes_make(NULL, 0));
	memory[ballot.size - 1] ^= 1;
	text[notice.size - 40] ^= 1;
	parcel_put(parcel, TASK_BALLOT, TALLY_ENTRY_BALLOT, ballot);
	parcel_put(parcel, TASK_NOTICE, TALLY_ENTRY_NOTICE, notice);
	parcel_put(parcel, TASK_BALLOT, TALLY_ENTRY_BALLOT, bytes_make(memory, 20));
	parcel_put(parcel, TASK_REFUSE, 0, bytes_make(NULL, 0))->verdict = TALLY_TOO_LARGE;
	parcel_verify(parcel, &verifier, NULL);

	assert_int_equal(items[0].verdict, TALLY_ACCEPTED);
	tree_leaf(parcel_entry(&items[0]), &leaf);
	assert_true(tree_hash_equal(&leaf, &items[0].leaf));
	assert_int_equal(items[1].verdict, TALLY_ACCEPTED);
	assert_int_equal(items[1].notice->kind, TALLY_NOTICE_CLOSE);
	assert_int_equal(items[2].verdict, TALLY_ACCEPTED);
	assert_int_equal(items[3].verdict, TALLY_BAD_SIGNATURE);
	assert_int_equal(items[4].verdict, TALLY_BAD_SIGNATURE);
	assert_int_equal(items[5].verdict, TALLY_MALFORMED);
	assert_int_equal(items[6].verdict, TALLY_TOO_LARGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_moves),
	    cmocka_unit_test_setup_teardown(test_put_copies, make, unmake),
	    cmocka_unit_test_setup_teardown(test_room_for_items, make, unmake),
	    cmocka_unit_test_setup_teardown(test_room_for_bytes, make, unmake),
	    cmocka_unit_test_setup_teardown(test_free_is_empty, make, unmake),
	    cmocka_unit_test_setup_teardown(test_verify, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
