#include "tests/lib/household.h"

#include <fcntl.h>
#include <unistd.h>

struct test_voters *household;
int household_fd;

int
household_set_up(void **state)
{
	const struct household_wish *wish = *state;

	household =
	    test_voters_make(wish->seed, wish->revotes, wish->voter_mode, wish->voters_count);
	household_fd = household->store->folder.fd;
	return 0;
}

int
household_tear_down(void **state)
{
	(void)state;
	test_voters_free(household);
	return 0;
}

bool
household_compare(void *context, enum pollbook_family family, const uint8_t name[32],
		  const struct pollbook_record *record)
{
	struct household_comparison *comparison = context;
	struct pollbook_record expected;

	if (!pollbook_find(comparison->table, family, name, &expected) ||
	    expected.word != record->word || memcmp(expected.value, record->value, 16) != 0)
		comparison->wrong = true;
	comparison->olds_count += family == POLLBOOK_OLD;
	return ++comparison->records_count != comparison->stop_at;
}

static int
household_load_at(int folder_fd, struct home_state *state,
		  struct household_comparison *comparison)
{
	*comparison = (struct household_comparison){.table = &household->table};
	return home_load(folder_fd, household->manifest.id, state, household_compare,
			 comparison, HOUSEHOLD_DEADLINE_MS);
}

int
household_load(struct home_state *state, struct household_comparison *comparison)
{
	return household_load_at(household_fd, state, comparison);
}

bool
household_state_equal(const struct home_state *a, const struct home_state *b)
{
	struct tree_hash left;
	struct tree_hash right;

	frontier_root(&a->frontier, &left);
	frontier_root(&b->frontier, &right);
	return a->index == b->index && a->batches_count == b->batches_count &&
	       a->checksum == b->checksum && bytes_equal(a->replay, b->replay) &&
	       a->frontier.size == b->frontier.size && tree_hash_equal(&left, &right);
}

void
household_state_free(struct home_state *state)
{
	free((void *)(uintptr_t)state->replay.data);
}

void
household_at_is(int folder_fd, const struct home_state *expected)
{
	struct household_comparison comparison;
	struct home_state state;
	int result = household_load_at(folder_fd, &state, &comparison);

	if (result != 1)
		fail_msg("loaded %d: %s", result, disk_error());
	assert_false(comparison.wrong);
	assert_int_equal(comparison.records_count, test_pollbook_records(&household->table));
	assert_true(household_state_equal(&state, expected));
	household_state_free(&state);
}

void
household_is(const struct home_state *expected)
{
	household_at_is(household_fd, expected);
}

int
household_advance_at(int folder_fd, const struct home_state *state)
{
	return home_advance(folder_fd, &household->manifest, household->store->archive, state);
}

int
household_advance(const struct home_state *state)
{
	return household_advance_at(household_fd, state);
}

int
household_advance_in_parts(int folder_fd, const struct home_state *state, size_t records)
{
	return home_advance_in_parts(folder_fd, &household->manifest, household->store->archive,
				     state, records);
}

struct home_state
household_settle(size_t size, struct bytes replay)
{
	struct home_state now;

	test_voters_vote(household, size);
	now = test_voters_state(household, replay);
	assert_int_equal(household_advance(&now), DISK_OK);
	return now;
}

bool
household_exists_at(int folder_fd, const char *name)
{
	return faccessat(folder_fd, name, F_OK, 0) == 0;
}

bool
household_exists(const char *name)
{
	return household_exists_at(household_fd, name);
}
