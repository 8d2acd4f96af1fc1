#include "shell/registry.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/founding.h"
#include "tests/lib/child.h"
#include "tests/lib/founded.h"

enum {
	VOTERS = 3000, /* more than a window */
};

static struct founded founded;
static struct test_child child;
static char source[400];

static void
source_write(struct bytes bytes)
{
	FILE *file = fopen(source, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
	assert_int_equal(fclose(file), 0);
}

static struct bytes
right(void)
{
	const struct roster *roster = &founded.log.campaign.roster;

	return bytes_make(roster->records, roster->count * ROSTER_RECORD_SIZE);
}

static int
setup_with(const struct campaign_wish *wish)
{
	founded_prepare(&founded, wish);
	snprintf(source, sizeof source, "%s/roster.source", founded.folder.path);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	setup_with(&(struct campaign_wish){.roster = VOTERS, .districts = 7});
	source_write(right());
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	founded_free(&founded);
	return 0;
}

static int
found(void *context)
{
	return founding_run(context);
}

static void
assert_founding(const char *roster, int code, const char *said)
{
	struct founding founding = {.data = founded.data,
				    .campaign = founded.json,
				    .log_key = founded.key,
				    .roster = roster};

	assert_int_equal(test_child_run(&child, found, &founding), code);
	if (strstr(child.said, said) == NULL)
		fail_msg("it said: %s", child.said);
	if (code != TALLY_EXIT_FINE)
		assert_int_equal(access(founded.data, F_OK), -1);
}

static void
founded_with_it(void **state)
{
	struct start start;
	struct stat ours, shown;
	char path[500];
	uint8_t tag[TALLY_TAG_SIZE];

	(void)state;
	assert_founding(source, TALLY_EXIT_FINE, "");
	for (int again = 0; again < 2; again++) {
		assert_int_equal(founded_start(&founded, &start), TALLY_EXIT_FINE);
		assert_int_equal(start.registry.roster.count, VOTERS);
		campaign_tag(VOTERS - 1, tag);
		assert_int_equal(roster_find(&start.registry.roster, tag), (VOTERS - 1) % 7);
		campaign_tag(VOTERS, tag);
		assert_int_equal(roster_find(&start.registry.roster, tag), ROSTER_ABSENT);
		start_end(&start);
		snprintf(path, sizeof path, "%s/roster", founded.data);
		assert_int_equal(stat(path, &ours), 0);
		assert_int_equal(ours.st_mode & 07777, 0644);
		snprintf(path, sizeof path, "%s/public/roster", founded.data);
		assert_int_equal(stat(path, &shown), 0);
		assert_int_equal(ours.st_ino, shown.st_ino);
		/* What is missing, or another one, is put right by the next start. */
		assert_int_equal(unlink(path), 0);
		if (again == 0)
			assert_int_equal(symlink(source, path), 0);
	}
}

static void
refused_foundings(void **state)
{
	uint8_t *changed = malloc(right().size);

	(void)state;
	assert_non_null(changed);
	assert_founding(NULL, TALLY_EXIT_USAGE, "--roster FILE is missing");
	assert_founding("/nowhere/roster", TALLY_EXIT_USAGE, "/nowhere/roster");
	assert_founding(founded.folder.path, TALLY_EXIT_USAGE, "it is no file");
	source_write(bytes_make(right().data, right().size - ROSTER_RECORD_SIZE));
	assert_founding(source, TALLY_EXIT_USAGE, "not as many voters");
	source_write(bytes_make(right().data, right().size - 1));
	assert_founding(source, TALLY_EXIT_USAGE, "not as many voters");
	memcpy(changed, right().data, right().size);
	changed[right().size - 1] = changed[right().size - 1] == 0;
	source_write(bytes_make(changed, right().size));
	assert_founding(source, TALLY_EXIT_USAGE, "its root is not the one");
	memcpy(changed, right().data, right().size);
	memcpy(changed, changed + ROSTER_RECORD_SIZE, ROSTER_RECORD_SIZE);
	source_write(bytes_make(changed, right().size));
	assert_founding(source, TALLY_EXIT_USAGE, "record 1: a tag is there twice");
	free(changed);
}

static int
start_it(void *context)
{
	struct start start;
	int code = founded_start(context, &start);

	start_end(&start);
	return code;
}

/* It is hashed again at every start. */
static void
damaged_afterwards(void **state)
{
	(void)state;
	assert_founding(source, TALLY_EXIT_FINE, "");
	assert_int_equal(test_child_run(&child, start_it, &founded), TALLY_EXIT_FINE);
	founded_flip(&founded, "roster", (uint64_t)ROSTER_RECORD_SIZE * 2000 + 5);
	assert_int_equal(test_child_run(&child, start_it, &founded), TALLY_EXIT_WORLD);
	assert_non_null(strstr(child.said, "roster is not the campaign's roster"));
	founded_remove(&founded, "roster");
	assert_int_equal(test_child_run(&child, start_it, &founded), TALLY_EXIT_WORLD);
	assert_non_null(strstr(child.said, "roster: No such file"));
}

static void
none_is_committed_to(void **state)
{
	(void)state;
	founded_free(&founded);
	setup_with(NULL);
	source_write(BYTES_OF("x"));
	assert_founding(source, TALLY_EXIT_USAGE, "the manifest commits to no roster");
	assert_founding(NULL, TALLY_EXIT_FINE, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(founded_with_it),
	    TEST(refused_foundings),
	    TEST(damaged_afterwards),
	    TEST(none_is_committed_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
