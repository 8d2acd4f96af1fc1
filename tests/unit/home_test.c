#include "tests/lib/test.h"

#include "shell/home.h"
#include "tests/lib/voters.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	DEADLINE_MS = 60000
};

/* A load compared, record by record, with the table the same ballots made. */
struct comparison {
	const struct pollbook_table *table;
	uint64_t records_count;
	uint64_t olds_count;
	uint64_t stop_at;
	bool wrong;
};

static bool
compare(void *context, enum pollbook_family family, const uint8_t name[32],
	const struct pollbook_record *record)
{
	struct comparison *comparison = context;
	struct pollbook_record expected;

	if (!pollbook_find(comparison->table, family, name, &expected) ||
	    expected.word != record->word || memcmp(expected.value, record->value, 16) != 0)
		comparison->wrong = true;
	comparison->olds_count += family == POLLBOOK_OLD;
	return ++comparison->records_count != comparison->stop_at;
}

static int
load(int dir_fd, const struct test_voters *voters, struct home_state *state,
     struct comparison *comparison)
{
	*comparison = (struct comparison){.table = &voters->table};
	return home_load(dir_fd, voters->manifest.id, state, compare, comparison, DEADLINE_MS);
}

static bool
state_equal(const struct home_state *a, const struct home_state *b)
{
	struct tree_hash left;
	struct tree_hash right;

	frontier_root(&a->frontier, &left);
	frontier_root(&b->frontier, &right);
	return a->index == b->index && a->batches_count == b->batches_count &&
	       a->checksum == b->checksum && bytes_equal(a->replay, b->replay) &&
	       a->frontier.size == b->frontier.size && tree_hash_equal(&left, &right);
}

static void
state_free(struct home_state *state)
{
	free((void *)(uintptr_t)state->replay.data);
}

/* The home at dir_fd holds exactly the table and the state. */
static void
home_is(int dir_fd, const struct test_voters *voters, const struct home_state *expected)
{
	struct comparison comparison;
	struct home_state state;
	int result = load(dir_fd, voters, &state, &comparison);

	if (result != 1)
		fail_msg("loaded %d: %s", result, disk_error());
	assert_false(comparison.wrong);
	assert_int_equal(comparison.records_count, voters->table.records_count);
	assert_true(state_equal(&state, expected));
	state_free(&state);
}

static int
advance(int dir_fd, const struct test_voters *voters, const struct home_state *state)
{
	return home_advance(dir_fd, &voters->manifest, voters->store->archive, state);
}

static bool
exists(int dir_fd, const char *name)
{
	return faccessat(dir_fd, name, F_OK, 0) == 0;
}

static void
empty_home(void **state)
{
	struct test_voters *voters = test_voters_make(7501, true, false, 5000);
	struct comparison comparison;
	struct home_state found;
	struct home_state now = test_voters_state(voters, BYTES_OF(""));
	int dir_fd = voters->store->folder.fd;

	(void)state;
	assert_int_equal(load(dir_fd, voters, &found, &comparison), 0);
	assert_int_equal(home_forget(dir_fd), DISK_OK);
	assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
	home_is(dir_fd, voters, &now);
	assert_int_equal(home_forget(dir_fd), DISK_OK);
	assert_int_equal(load(dir_fd, voters, &found, &comparison), 0);
	test_voters_free(voters);
}

/* One home follows in small steps, one transaction each; others are made at once, whole or in
 * parts. All hold the same. */
static void
all_ways_lead_home(void **state)
{
	struct test_voters *voters = test_voters_make(7502, true, false, 1500);
	uint8_t blob[3000];
	int follower = voters->store->folder.fd;

	(void)state;
	for (size_t size = 1; size < 4000;
	     size += 1 + test_random_below(&voters->random, 500)) {
		struct test_folder other = test_folder_make();
		struct home_state now;
		size_t blob_size = test_random_below(&voters->random, sizeof blob);

		test_random_fill(&voters->random, blob, blob_size);
		test_voters_vote(voters, size);
		now = test_voters_state(voters, bytes_make(blob, blob_size));
		assert_int_equal(advance(follower, voters, &now), DISK_OK);
		home_is(follower, voters, &now);
		assert_int_equal(advance(follower, voters, &now), DISK_OK); /* nothing to do */
		assert_int_equal(advance(other.fd, voters, &now), DISK_OK);
		home_is(other.fd, voters, &now);
		assert_int_equal(home_forget(other.fd), DISK_OK);
		assert_int_equal(home_advance_in_parts(other.fd, &voters->manifest,
						       voters->store->archive, &now,
						       1 + size / 5),
				 DISK_OK);
		home_is(other.fd, voters, &now);
		assert_false(exists(other.fd, "state/book.new"));
		assert_false(exists(other.fd, "state/book.next"));
		test_folder_remove(&other);
	}
	test_voters_free(voters);
}

/* Past the threshold an existing file is merged into a new one. */
static void
large_changes_are_merged(void **state)
{
	struct test_voters *voters = test_voters_make(7503, true, false, 30000);
	struct stat before;
	struct stat after;
	struct home_state now;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	test_voters_vote(voters, 5000);
	now = test_voters_state(voters, BYTES_OF("first"));
	assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
	assert_int_equal(fstatat(dir_fd, "state/book.mdb", &before, 0), 0);
	test_voters_vote(voters, 6000);
	now = test_voters_state(voters, BYTES_OF("second"));
	assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
	assert_int_equal(fstatat(dir_fd, "state/book.mdb", &after, 0), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	home_is(dir_fd, voters, &now);
	test_voters_vote(voters, 40000);
	now = test_voters_state(voters, BYTES_OF("third"));
	assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
	assert_int_equal(fstatat(dir_fd, "state/book.mdb", &after, 0), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	home_is(dir_fd, voters, &now);
	test_voters_free(voters);
}

static void
voter_mode(void **state)
{
	struct test_voters *voters = test_voters_make(7504, true, true, 300);
	struct test_folder other = test_folder_make();
	struct home_state now;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	for (size_t size = 100; size <= 2000; size += 380) {
		test_voters_vote(voters, size);
		now = test_voters_state(voters, BYTES_OF("blob"));
		assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
		home_is(dir_fd, voters, &now);
	}
	assert_int_equal(home_advance_in_parts(other.fd, &voters->manifest,
					       voters->store->archive, &now, 150),
			 DISK_OK);
	home_is(other.fd, voters, &now);
	test_folder_remove(&other);
	test_voters_free(voters);
}

static void
first_vote_stands(void **state)
{
	struct test_voters *voters = test_voters_make(7505, false, false, 5000);
	struct comparison comparison;
	struct home_state found;
	struct home_state now;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	test_voters_vote(voters, 900);
	now = test_voters_state(voters, BYTES_OF("blob"));
	assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
	home_is(dir_fd, voters, &now);
	assert_int_equal(load(dir_fd, voters, &found, &comparison), 1);
	assert_int_equal(comparison.olds_count, 0);
	state_free(&found);
	test_voters_free(voters);
}

static void
never_backwards(void **state)
{
	struct test_voters *voters = test_voters_make(7506, true, false, 5000);
	struct home_state early;
	struct home_state late;
	struct home_state other;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	test_voters_vote(voters, 100);
	early = test_voters_state(voters, BYTES_OF("early"));
	test_voters_vote(voters, 200);
	late = test_voters_state(voters, BYTES_OF("late"));
	assert_int_equal(advance(dir_fd, voters, &late), DISK_OK);
	assert_int_equal(advance(dir_fd, voters, &early), DISK_DAMAGED);
	other = late;
	other.checksum ^= 1;
	assert_int_equal(advance(dir_fd, voters, &other), DISK_DAMAGED);
	home_is(dir_fd, voters, &late);
	test_voters_free(voters);
}

/* What the archive gives must be the tree's entries, else the home stays where it is. */
static void
foreign_entries(void **state)
{
	struct test_voters *voters = test_voters_make(7507, true, false, 5000);
	struct comparison comparison;
	struct home_state found;
	struct home_state early;
	struct home_state late;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	test_voters_vote(voters, 100);
	early = test_voters_state(voters, BYTES_OF("early"));
	assert_int_equal(advance(dir_fd, voters, &early), DISK_OK);
	test_voters_vote(voters, 200);
	late = test_voters_state(voters, BYTES_OF("late"));
	late.frontier.peaks[1].bytes[4] ^= 1;
	assert_int_equal(advance(dir_fd, voters, &late), DISK_DAMAGED);
	assert_int_equal(load(dir_fd, voters, &found, &comparison), 1);
	assert_true(state_equal(&found, &early));
	state_free(&found);
	late.frontier.peaks[1].bytes[4] ^= 1;
	assert_int_equal(advance(dir_fd, voters, &late), DISK_OK);
	home_is(dir_fd, voters, &late);
	test_voters_free(voters);
}

static void
other_campaign(void **state)
{
	struct test_voters *voters = test_voters_make(7508, true, false, 5000);
	struct comparison comparison = {.table = &voters->table};
	const uint8_t campaign[32] = {1};
	struct home_state found;
	struct home_state now;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	test_voters_vote(voters, 100);
	now = test_voters_state(voters, BYTES_OF("blob"));
	assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
	assert_int_equal(home_load(dir_fd, campaign, &found, compare, &comparison, DEADLINE_MS),
			 0);
	assert_non_null(strstr(disk_error(), "another campaign"));
	assert_int_equal(comparison.records_count, 0);
	assert_false(exists(dir_fd, "state/book.mdb"));
	test_voters_free(voters);
}

static void
visitor_stops(void **state)
{
	struct test_voters *voters = test_voters_make(7509, true, false, 5000);
	struct comparison comparison = {.table = &voters->table, .stop_at = 7};
	struct home_state found;
	struct home_state now;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	test_voters_vote(voters, 5000);
	now = test_voters_state(voters, BYTES_OF("blob"));
	assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
	assert_int_equal(
	    home_load(dir_fd, voters->manifest.id, &found, compare, &comparison, DEADLINE_MS),
	    0);
	assert_int_equal(comparison.records_count, 7);
	home_is(dir_fd, voters, &now);
	test_voters_free(voters);
}

/* Files that were being made when the process died. */
static void
half_made_files(void **state)
{
	struct test_voters *voters = test_voters_make(7514, true, false, 500);
	struct home_state now;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	test_voters_vote(voters, 300);
	now = test_voters_state(voters, BYTES_OF("blob"));
	assert_int_equal(disk_replace(dir_fd, "state/book.new", BYTES_OF("half"), 0600, false),
			 DISK_OK);
	assert_int_equal(disk_replace(dir_fd, "state/book.next", BYTES_OF("half"), 0600, false),
			 DISK_OK);
	assert_int_equal(
	    home_advance_in_parts(dir_fd, &voters->manifest, voters->store->archive, &now, 90),
	    DISK_OK);
	home_is(dir_fd, voters, &now);
	assert_false(exists(dir_fd, "state/book.new"));
	assert_false(exists(dir_fd, "state/book.next"));
	test_voters_free(voters);
}

static void
late_child(void **state)
{
	struct test_voters *voters = test_voters_make(7510, true, false, 5000);
	struct comparison comparison = {.table = &voters->table};
	struct home_state found;
	struct home_state now;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	test_voters_vote(voters, 100);
	now = test_voters_state(voters, BYTES_OF("blob"));
	assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
	assert_int_equal(
	    home_load(dir_fd, voters->manifest.id, &found, compare, &comparison, 0), 0);
	assert_non_null(strstr(disk_error(), "late"));
	assert_false(exists(dir_fd, "state/book.mdb"));
	assert_int_equal(advance(dir_fd, voters, &now), DISK_OK); /* made anew */
	home_is(dir_fd, voters, &now);
	test_voters_free(voters);
}

/* A state that was once written, and the table of then. */
struct past {
	struct home_state state;
	struct pollbook_table table;
	struct comparison comparison;
};

enum {
	PASTS = 4
};

static void
past_take(struct past *past, const struct test_voters *voters, const struct home_state *state)
{
	size_t size = voters->table.slots_count * sizeof *voters->table.slots;

	past->state = *state;
	past->table = voters->table;
	past->table.slots = malloc(size);
	assert_non_null(past->table.slots);
	memcpy(past->table.slots, voters->table.slots, size);
}

static bool
compare_pasts(void *context, enum pollbook_family family, const uint8_t name[32],
	      const struct pollbook_record *record)
{
	struct past *pasts = context;

	for (size_t i = 0; i < PASTS; i++)
		(void)compare(&pasts[i].comparison, family, name, record);
	return true;
}

/* Exactly what was written, or not believed; never a wrong answer, never a crash. A flip in the
 * first pages can bring back an older state, which is true as well: its index says so. */
static bool
believed(int dir_fd, struct past pasts[PASTS], struct bytes file)
{
	uint8_t campaign[32];
	struct home_state state;
	size_t at = 0;
	int result;

	memset(campaign, 0x1d, sizeof campaign);
	for (size_t i = 0; i < PASTS; i++)
		pasts[i].comparison = (struct comparison){.table = &pasts[i].table};
	assert_int_equal(home_forget(dir_fd), DISK_OK); /* a rename over a file is slow */
	assert_int_equal(disk_replace(dir_fd, "state/book.mdb", file, 0600, false), DISK_OK);
	result = home_load(dir_fd, campaign, &state, compare_pasts, pasts, DEADLINE_MS);
	if (result == 0) {
		assert_false(exists(dir_fd, "state/book.mdb"));
		return false;
	}
	if (result != 1)
		fail_msg("loaded %d: %s", result, disk_error());
	while (at < PASTS && pasts[at].state.index != state.index)
		at++;
	assert_true(at < PASTS);
	assert_false(pasts[at].comparison.wrong);
	assert_int_equal(pasts[at].comparison.records_count, pasts[at].table.records_count);
	assert_true(state_equal(&state, &pasts[at].state));
	state_free(&state);
	return true;
}

/* Four states, one after the other, in one file, which is read. */
static void
pasts_make(struct test_voters *voters, struct past pasts[PASTS], uint8_t **file, size_t *size)
{
	int dir_fd = voters->store->folder.fd;

	for (size_t i = 0; i < PASTS; i++) {
		struct home_state now;

		test_voters_vote(voters, 250 * (i + 1));
		now = test_voters_state(voters, BYTES_OF("the law and the counts"));
		assert_int_equal(advance(dir_fd, voters, &now), DISK_OK);
		past_take(&pasts[i], voters, &now);
	}
	assert_int_equal(disk_load(dir_fd, "state/book.mdb", 1 << 24, file, size), DISK_OK);
	assert_true(believed(dir_fd, pasts, bytes_make(*file, *size)));
}

static void
pasts_free(struct past pasts[PASTS])
{
	for (size_t i = 0; i < PASTS; i++)
		free(pasts[i].table.slots);
}

enum {
	FLIPS = 400
};

static void
flipped_bits(void **state)
{
	struct test_voters *voters = test_voters_make(7511, true, false, 600);
	struct past pasts[PASTS];
	int dir_fd = voters->store->folder.fd;
	unsigned flips_count = 0;
	unsigned believed_count = 0;
	uint8_t *file;
	size_t size;

	(void)state;
	pasts_make(voters, pasts, &file, &size);
	while (flips_count < FLIPS) {
		/* Some of them at the front, where the file says how it is to be read. */
		size_t range = flips_count % 4 > 0 ? size : 8192;
		size_t at = test_random_below(&voters->random, range);
		uint8_t bit = (uint8_t)(1 << test_random_below(&voters->random, 8));

		file[at] ^= bit;
		believed_count += believed(dir_fd, pasts, bytes_make(file, size)) ? 1 : 0;
		file[at] ^= bit;
		flips_count++;
	}
	printf("%u flips, %u without effect\n", flips_count, believed_count);
	assert_true(believed_count < flips_count);
	free(file);
	pasts_free(pasts);
	test_voters_free(voters);
}

static void
cut_and_zeroed(void **state)
{
	struct test_voters *voters = test_voters_make(7512, true, false, 600);
	struct past pasts[PASTS];
	int dir_fd = voters->store->folder.fd;
	uint8_t *file;
	size_t size;

	(void)state;
	pasts_make(voters, pasts, &file, &size);
	for (int i = 0; i < 100; i++) {
		size_t left = test_random_below(&voters->random, size);

		if (i < 5)
			left = (size_t[]){0, 1, 4096, 8192, 12288}[i];
		(void)believed(dir_fd, pasts, bytes_make(file, left));
	}
	for (size_t page = 2; page < size / 4096; page++) {
		uint8_t kept[4096];

		memcpy(kept, file + page * 4096, 4096);
		memset(file + page * 4096, 0, 4096);
		(void)believed(dir_fd, pasts, bytes_make(file, size));
		memcpy(file + page * 4096, kept, 4096);
	}
	free(file);
	pasts_free(pasts);
	test_voters_free(voters);
}

/* The disk takes no more: the book is as it was, or gone, and comes back with room. */
static void
full_disk(void **state)
{
	struct test_voters *voters = test_voters_make(7513, true, false, 5000);
	struct home_state early;
	struct home_state late;
	struct rlimit before;
	struct rlimit small;
	int dir_fd = voters->store->folder.fd;

	(void)state;
	test_voters_vote(voters, 1000);
	early = test_voters_state(voters, BYTES_OF("early"));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (rlim_t limit = 0; limit < 60000; limit += 7000) {
		small = (struct rlimit){limit, before.rlim_max};
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
		assert_true(advance(dir_fd, voters, &early) < 0);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_false(exists(dir_fd, "state/book.mdb"));
		assert_false(exists(dir_fd, "state/book.new"));
	}
	assert_int_equal(advance(dir_fd, voters, &early), DISK_OK);
	home_is(dir_fd, voters, &early);
	test_voters_vote(voters, 3000);
	late = test_voters_state(voters, BYTES_OF("late"));
	small = (struct rlimit){100000, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_true(advance(dir_fd, voters, &late) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(advance(dir_fd, voters, &late), DISK_OK);
	home_is(dir_fd, voters, &late);
	test_voters_free(voters);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(empty_home),
	    cmocka_unit_test(all_ways_lead_home),
	    cmocka_unit_test(large_changes_are_merged),
	    cmocka_unit_test(voter_mode),
	    cmocka_unit_test(first_vote_stands),
	    cmocka_unit_test(never_backwards),
	    cmocka_unit_test(foreign_entries),
	    cmocka_unit_test(other_campaign),
	    cmocka_unit_test(visitor_stops),
	    cmocka_unit_test(half_made_files),
	    cmocka_unit_test(late_child),
	    cmocka_unit_test(flipped_bits),
	    cmocka_unit_test(cut_and_zeroed),
	    cmocka_unit_test(full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
