#include "tests/lib/test.h"

#include "bench/tally-bench/deck.h"
#include "ballot/ballot.h"
#include "tests/lib/folder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	TAG_OFFSET = 48, /* of a ballot */
	SIGNING_OFFSET = 84,
	SIZE = 100,
	BALLOTS = 60,
	TAGS = 13,
	HANDS = 4,
};

struct table {
	char path[300];
	uint8_t bytes[BALLOTS * (2 + SIZE)];
	size_t size;
};

static uint8_t
tag_of(unsigned ballot)
{
	return (uint8_t)(ballot * 7 % TAGS);
}

static void
file_put(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Ballots whose first byte is their place, with a tag that tells only in its eighth byte. */
static void
table_lay(struct table *table)
{
	snprintf(table->path, sizeof table->path, "%s/ballots", here.path);
	table->size = sizeof table->bytes;
	memset(table->bytes, 0, sizeof table->bytes);
	for (unsigned i = 0; i < BALLOTS; i++) {
		uint8_t *at = table->bytes + i * (2 + SIZE);

		be16_store(at, SIZE);
		at[2] = (uint8_t)i;
		at[2 + TAG_OFFSET + 7] = tag_of(i);
		at[2 + SIGNING_OFFSET] = TALLY_SIGNING_VOTER;
	}
	file_put(table->path, table->bytes, table->size);
}

static void
kinds_put(const struct table *table, uint64_t count)
{
	uint8_t file[KINDS_HEADER_SIZE + BALLOTS];
	char path[310];

	kinds_header_write(file, table->size, count);
	for (unsigned i = 0; i < BALLOTS; i++)
		file[KINDS_HEADER_SIZE + i] = (uint8_t)(i % KINDS_COUNT);
	snprintf(path, sizeof path, "%s.kinds", table->path);
	file_put(path, file, KINDS_HEADER_SIZE + count);
}

static void
all_ballots_of_a_tag_are_in_one_hand_in_order(void **state)
{
	struct table table;
	struct deck deck;
	int hand_of[TAGS];

	(void)state;
	memset(hand_of, -1, sizeof hand_of);
	table_lay(&table);
	kinds_put(&table, BALLOTS);
	assert_int_equal(deck_open(&deck, table.path, HANDS), TALLY_EXIT_FINE);
	assert_true(deck.foretold && deck.voters_sign);
	assert_int_equal(deck.ballots_count, BALLOTS);
	assert_int_equal(deck_left(&deck), BALLOTS);
	for (int hand = 0; hand < HANDS; hand++) {
		int before = -1;

		for (size_t i = 0; i < deck.hands[hand].count; i++) {
			deck_card card = deck.hands[hand].cards[i];
			struct bytes ballot = deck_ballot(&deck, card);
			int place = ballot.data[0];

			assert_int_equal(ballot.size, SIZE);
			assert_true(place > before);
			assert_int_equal(deck_place(&deck, card), place);
			assert_int_equal(deck_kind(card), place % KINDS_COUNT);
			assert_int_equal(deck.seats[place], hand);
			assert_true(hand_of[tag_of((unsigned)place)] == -1 ||
				    hand_of[tag_of((unsigned)place)] == hand);
			hand_of[tag_of((unsigned)place)] = hand;
			before = place;
		}
	}
	deck_close(&deck);
}

/* A run's quota is the file's next ballots, whatever each hand has played already. */
static void
a_run_takes_the_files_next(void **state)
{
	struct table table;
	struct deck deck;
	size_t quota = 0;

	(void)state;
	table_lay(&table);
	assert_int_equal(deck_open(&deck, table.path, HANDS), TALLY_EXIT_FINE);
	assert_false(deck.foretold);
	assert_int_equal(deck_kind(deck.cards[0]), KIND_NONE);
	deck.hands[1].next = 2;
	deck_queue(&deck, 20);
	assert_int_equal(deck.queued, 20);
	for (int i = 0; i < HANDS; i++)
		quota += deck.hands[i].quota;
	assert_int_equal(quota, 20);
	deck_queue(&deck, 1000);
	assert_int_equal(deck.queued, BALLOTS - 2);
	assert_int_equal(deck_left(&deck), BALLOTS - 2);
	deck_queue(&deck, 0);
	assert_int_equal(deck.queued, 0);
	assert_int_equal(deck.hands[0].quota, 0);
	deck_close(&deck);
}

static void
assert_refused(const struct table *table, enum tally_exit code)
{
	struct deck deck;

	assert_int_equal(deck_open(&deck, table->path, HANDS), code);
	assert_null(deck.file);
	assert_null(deck.hands);
}

static void
what_is_no_file_of_ballots_is_refused(void **state)
{
	static const size_t cuts[] = {1, 2 + SIZE - 1, 2 + SIZE + 1, BALLOTS * (2 + SIZE) - 1};
	struct table table;

	(void)state;
	table_lay(&table);
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		file_put(table.path, table.bytes, cuts[i]);
		assert_refused(&table, TALLY_EXIT_USAGE);
	}
	file_put(table.path, table.bytes, 0);
	assert_refused(&table, TALLY_EXIT_USAGE);
	assert_int_equal(unlink(table.path), 0);
	assert_refused(&table, TALLY_EXIT_USAGE);
}

static void
kinds_of_another_file_are_refused(void **state)
{
	struct table table;

	(void)state;
	table_lay(&table);
	kinds_put(&table, BALLOTS - 1);
	assert_refused(&table, TALLY_EXIT_USAGE);
	table.size++;
	kinds_put(&table, BALLOTS);
	assert_refused(&table, TALLY_EXIT_USAGE);
}

/* Too short to have a tag: the first hand's, and the server's to refuse. */
static void
a_ballot_without_a_tag_is_dealt_too(void **state)
{
	static const uint8_t bytes[] = {0, 3, 9, 9, 9, 0, 0};
	struct table table;
	struct deck deck;

	(void)state;
	table_lay(&table);
	file_put(table.path, bytes, sizeof bytes);
	assert_int_equal(deck_open(&deck, table.path, HANDS), TALLY_EXIT_FINE);
	assert_int_equal(deck.hands[0].count, 2);
	assert_int_equal(deck_ballot(&deck, deck.cards[0]).size, 3);
	assert_int_equal(deck_ballot(&deck, deck.cards[1]).size, 0);
	assert_false(deck.voters_sign);
	deck_close(&deck);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FOLDER(all_ballots_of_a_tag_are_in_one_hand_in_order),
	    WITH_FOLDER(a_run_takes_the_files_next),
	    WITH_FOLDER(what_is_no_file_of_ballots_is_refused),
	    WITH_FOLDER(kinds_of_another_file_are_refused),
	    WITH_FOLDER(a_ballot_without_a_tag_is_dealt_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
