/* household: voters with a store, in whose folder the poll book's home is: what tests of the home
 * share. Each test begins with voters of its own wish, who have not voted yet. */
#ifndef TALLY_TESTS_HOUSEHOLD_H
#define TALLY_TESTS_HOUSEHOLD_H

#include "tests/lib/voters.h"

enum {
	HOUSEHOLD_DEADLINE_MS = 60000
};

struct household_wish {
	uint64_t seed;
	bool revotes;
	bool voter_mode;
	uint32_t voters_count;
};

/* Of the test that runs; household_fd is the folder's. */
extern struct test_voters *household;
extern int household_fd;

/* A test and what it wishes: seed, revotes, voter_mode, voters_count. */
#define IN_A_HOUSEHOLD(test, ...) \
	cmocka_unit_test_prestate_setup_teardown(test, household_set_up, household_tear_down, \
						 &((struct household_wish){__VA_ARGS__}))

int
household_set_up(void **state);

int
household_tear_down(void **state);

/* A load compared, record by record, with the table the same ballots made. */
struct household_comparison {
	const struct pollbook_table *table;
	uint64_t records_count;
	uint64_t olds_count;
	uint64_t stop_at;
	bool wrong;
};

/* A home_visit; context: a struct household_comparison. */
bool
household_compare(void *context, enum pollbook_family family, const uint8_t name[32],
		  const struct pollbook_record *record);

/* home_load with it. */
int
household_load(struct home_state *state, struct household_comparison *comparison);

bool
household_state_equal(const struct home_state *a, const struct home_state *b);

void
household_state_free(struct home_state *state);

/* Fails the test unless the home (in that folder) holds exactly the table and the state. */
void
household_is(const struct home_state *expected);

void
household_at_is(int folder_fd, const struct home_state *expected);

/* home_advance, and home_advance_in_parts. */
int
household_advance(const struct home_state *state);

int
household_advance_at(int folder_fd, const struct home_state *state);

int
household_advance_in_parts(int folder_fd, const struct home_state *state, size_t records);

/* Votes up to that many entries; the home follows, to the state that is returned. */
struct home_state
household_settle(size_t size, struct bytes replay);

bool
household_exists(const char *name);

bool
household_exists_at(int folder_fd, const char *name);

#endif
