#include "tests/lib/test.h"

#include "tests/lib/household.h"

#include <signal.h>
#include <sys/resource.h>

/* What a disk may do to the poll book's home. */

/* A state that was once written, and the table of then. */
struct past {
	struct home_state state;
	struct pollbook_table table;
	struct household_comparison comparison;
};

enum {
	PASTS = 4
};

static void
past_take(struct past *past, const struct home_state *state)
{
	past->state = *state;
	test_pollbook_copy(&past->table, &household->table);
}

static bool
compare_pasts(void *context, enum pollbook_family family, const uint8_t name[32],
	      const struct pollbook_record *record)
{
	struct past *pasts = context;

	for (size_t i = 0; i < PASTS; i++)
		(void)household_compare(&pasts[i].comparison, family, name, record);
	return true;
}

/* Exactly what was written, or not believed; never a wrong answer, never a crash. A flip in the
 * first pages can bring back an older state, which is true as well: its index says so. */
static bool
believed(struct past pasts[PASTS], struct bytes file)
{
	uint8_t campaign[32];
	struct home_state state;
	size_t at = 0;
	int result;

	memset(campaign, 0x1d, sizeof campaign);
	for (size_t i = 0; i < PASTS; i++)
		pasts[i].comparison = (struct household_comparison){.table = &pasts[i].table};
	assert_int_equal(home_forget(household_fd), DISK_OK); /* a rename over a file is slow */
	assert_int_equal(disk_replace(household_fd, "state/book.mdb", file, 0600, false),
			 DISK_OK);
	result = home_load(household_fd, campaign, &state, compare_pasts, pasts,
			   HOUSEHOLD_DEADLINE_MS);
	if (result == 0) {
		assert_false(household_exists("state/book.mdb"));
		return false;
	}
	if (result != 1)
		fail_msg("loaded %d: %s", result, disk_error());
	while (at < PASTS && pasts[at].state.index != state.index)
		at++;
	assert_true(at < PASTS);
	assert_false(pasts[at].comparison.wrong);
	assert_int_equal(pasts[at].comparison.records_count,
			 test_pollbook_records(&pasts[at].table));
	assert_true(household_state_equal(&state, &pasts[at].state));
	household_state_free(&state);
	return true;
}

/* Four states, one after the other, in one file, which is read. */
static void
pasts_make(struct past pasts[PASTS], uint8_t **file, size_t *size)
{
	for (size_t i = 0; i < PASTS; i++) {
		struct home_state now;

		test_voters_vote(household, 250 * (i + 1));
		now = test_voters_state(household, BYTES_OF("the law and the counts"));
		assert_int_equal(household_advance(&now), DISK_OK);
		past_take(&pasts[i], &now);
	}
	assert_int_equal(disk_load(household_fd, "state/book.mdb", 1 << 24, file, size),
			 DISK_OK);
	assert_true(believed(pasts, bytes_make(*file, *size)));
}

static void
pasts_free(struct past pasts[PASTS])
{
	for (size_t i = 0; i < PASTS; i++)
		test_pollbook_free(&pasts[i].table);
}

enum {
	FLIPS = 400
};

static void
flipped_bits(void **state)
{
	struct past pasts[PASTS];
	unsigned flips_count = 0;
	unsigned believed_count = 0;
	uint8_t *file;
	size_t size;

	(void)state;
	pasts_make(pasts, &file, &size);
	while (flips_count < FLIPS) {
		/* Some of them at the front, where the file says how it is to be read. */
		size_t range = flips_count % 4 > 0 ? size : 8192;
		size_t at = test_random_below(&household->random, range);
		uint8_t bit = (uint8_t)(1 << test_random_below(&household->random, 8));

		file[at] ^= bit;
		believed_count += believed(pasts, bytes_make(file, size)) ? 1 : 0;
		file[at] ^= bit;
		flips_count++;
	}
	printf("%u flips, %u without effect\n", flips_count, believed_count);
	assert_true(believed_count < flips_count);
	free(file);
	pasts_free(pasts);
}

static void
cut_and_zeroed(void **state)
{
	struct past pasts[PASTS];
	uint8_t *file;
	size_t size;

	(void)state;
	pasts_make(pasts, &file, &size);
	for (int i = 0; i < 100; i++) {
		size_t left = test_random_below(&household->random, size);

		if (i < 5)
			left = (size_t[]){0, 1, 4096, 8192, 12288}[i];
		(void)believed(pasts, bytes_make(file, left));
	}
	for (size_t page = 2; page < size / 4096; page++) {
		uint8_t kept[4096];

		memcpy(kept, file + page * 4096, 4096);
		memset(file + page * 4096, 0, 4096);
		(void)believed(pasts, bytes_make(file, size));
		memcpy(file + page * 4096, kept, 4096);
	}
	free(file);
	pasts_free(pasts);
}

/* The disk takes no more: the book is as it was, or gone, and comes back with room. */
static void
full_disk(void **state)
{
	struct home_state early;
	struct home_state late;
	struct rlimit before;
	struct rlimit small;

	(void)state;
	test_voters_vote(household, 1000);
	early = test_voters_state(household, BYTES_OF("early"));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (rlim_t limit = 0; limit < 60000; limit += 7000) {
		small = (struct rlimit){limit, before.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		assert_true(household_advance(&early) < 0);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_false(household_exists("state/book.mdb"));
		assert_false(household_exists("state/book.new"));
	}
	assert_int_equal(household_advance(&early), DISK_OK);
	household_is(&early);
	test_voters_vote(household, 3000);
	late = test_voters_state(household, BYTES_OF("late"));
	small = (struct rlimit){100000, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_true(household_advance(&late) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(household_advance(&late), DISK_OK);
	household_is(&late);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_A_HOUSEHOLD(flipped_bits, 7511, true, false, 600),
	    IN_A_HOUSEHOLD(cut_and_zeroed, 7512, true, false, 600),
	    IN_A_HOUSEHOLD(full_disk, 7513, true, false, 5000),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
