#include "bench/tally-bench/press.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/lib/campaign.h"
#include "tests/lib/folder.h"

enum {
	VOTERS = 1200, /* more than two sheets of them */
};

static const struct deal_wish deal = {.seed = 3,
				      .voters_count = VOTERS,
				      .repeats = 0.1,
				      .revotes = 0.1,
				      .forged = 0.1,
				      .revisions_max = 1,
				      .signing = TALLY_SIGNING_FRONTEND};

static struct mint *
mint_make(struct campaign *campaign)
{
	struct mint *mint = calloc(1, sizeof *mint);

	assert_non_null(mint);
	campaign_make(campaign, NULL);
	mint->manifest = campaign->manifest;
	mint->seed = deal.seed;
	mint->keys_count = 1;
	mint->keys[0] = campaign->frontends[0];
	mint_ready(mint);
	return mint;
}

static const char *
path_of(const char *name)
{
	static char paths[4][300];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", here.path, name);
	return path;
}

static bool
is_there(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

/* The deal, minted one ballot after the other, is what is in the files. */
static void
assert_pressed(const struct mint *mint, const char *name, const struct press_counts *counts)
{
	char kinds_name[40];
	size_t size, kinds_size;
	uint8_t *file = test_file_read(path_of(name), &size), *kinds_file;
	struct reader reader = reader_make(bytes_make(file, size));
	struct deal_ballot dealt;
	const uint8_t *kinds;
	uint64_t count, seen[KINDS_COUNT] = {0};
	struct deal walk;

	snprintf(kinds_name, sizeof kinds_name, "%s.kinds", name);
	kinds_file = test_file_read(path_of(kinds_name), &kinds_size);
	assert_true(kinds_parse(bytes_make(kinds_file, kinds_size), size, &count, &kinds));
	assert_int_equal(counts->bytes, size);
	deal_init(&walk, &deal);
	while (deal_next(&walk, &dealt)) {
		uint8_t memory[TALLY_BALLOT_SIZE_MAX];
		struct writer writer = writer_make(memory, sizeof memory);

		mint_ballot(mint, &dealt, &writer);
		assert_true(bytes_equal(reader_bytes(&reader, reader_u16(&reader)),
					writer_view(&writer)));
		assert_int_equal(kinds[dealt.place], dealt.kind);
		seen[dealt.kind]++;
	}
	assert_int_equal(count, walk.place);
	assert_true(!reader.failed && reader_left(&reader) == 0);
	assert_memory_equal(seen, counts->kinds, sizeof seen);
	free(file);
	free(kinds_file);
}

static void
threads_make_no_difference(void **state)
{
	struct campaign campaign;
	struct mint *mint = mint_make(&campaign);
	struct press_counts counts;

	(void)state;
	assert_int_equal(press_run(mint, &deal, path_of("one"), 1, &counts), TALLY_EXIT_FINE);
	assert_pressed(mint, "one", &counts);
	assert_int_equal(press_run(mint, &deal, path_of("three"), 3, &counts), TALLY_EXIT_FINE);
	assert_pressed(mint, "three", &counts);
	free(mint);
	campaign_free(&campaign);
}

static void
what_is_there_stays(void **state)
{
	struct campaign campaign;
	struct mint *mint = mint_make(&campaign);
	struct press_counts counts;
	FILE *file = fopen(path_of("taken.kinds"), "w");

	(void)state;
	assert_non_null(file);
	fclose(file);
	assert_int_equal(press_run(mint, &deal, path_of("taken"), 1, &counts),
			 TALLY_EXIT_USAGE);
	assert_true(!is_there("taken") && is_there("taken.kinds"));
	assert_int_equal(press_run(mint, &deal, "/nowhere/at/all", 1, &counts),
			 TALLY_EXIT_USAGE);
	free(mint);
	campaign_free(&campaign);
}

static void
no_room_leaves_no_file(void **state)
{
	struct campaign campaign;
	struct mint *mint = mint_make(&campaign);
	struct press_counts counts;
	struct rlimit old, small;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){.rlim_cur = 100000, .rlim_max = old.rlim_max};
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(press_run(mint, &deal, path_of("full"), 2, &counts), TALLY_EXIT_WORLD);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_false(is_there("full") || is_there("full.kinds"));
	free(mint);
	campaign_free(&campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FOLDER(threads_make_no_difference),
	    WITH_FOLDER(what_is_there_stays),
	    WITH_FOLDER(no_room_leaves_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
