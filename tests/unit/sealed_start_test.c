/* Starts of a campaign whose results are sealed: texts wait in DIR/sealed, nothing is public. */
#include "tests/lib/test.h"

#include "tests/lib/startup.h"

#include <fcntl.h>

enum {
	VOTERS = 30
};

/* Three rounds, a tally after each; published, sealed. */
static void
vote_sealed(struct founded *founded)
{
	founded_open_voting(founded,
			    &(struct campaign_wish){.revisions_max = 5, .sealed = true});
	for (uint16_t revision = 1; revision <= 3; revision++) {
		founded_votes(founded, 0, VOTERS, revision);
		test_log_tally(&founded->log);
		founded_append(founded, founded->log.count);
	}
	startup_publish(founded);
}

static void
unseal(struct founded *founded)
{
	test_log_notice(&founded->log, TALLY_NOTICE_CLOSE, NULL);
	test_log_phase(&founded->log, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE,
		       "2026-01-02T08:00:00Z");
	test_log_notice(&founded->log, TALLY_NOTICE_UNSEAL, "2026-01-02T08:00:00Z");
	founded_append(founded, founded->log.count);
}

/* How many TALLY entries have their text, with the right bytes, in that folder. */
static size_t
texts_in(const struct founded *founded, const char *folder)
{
	size_t count = 0;

	for (size_t i = 0; i < founded->log.count; i++) {
		const char *expected = founded->log.entries[i].text;
		char name[64];
		size_t size;
		uint8_t *text;

		snprintf(name, sizeof name, "%s/%zu", folder, i);
		if (expected == NULL || !founded_has(founded, name))
			continue;
		text = founded_read(founded, name, &size);
		count += bytes_equal(bytes_make(text, size), bytes_of_string(expected));
		free(text);
	}
	return count;
}

static size_t
newest_tally(const struct founded *founded)
{
	size_t found = 0;

	for (size_t i = 0; i < founded->log.count; i++)
		found = founded->log.entries[i].text != NULL ? i : found;
	return found;
}

static void
texts_wait_over_starts(void **state)
{
	struct founded founded;

	(void)state;
	vote_sealed(&founded);
	founded_keep(&founded);
	assert_int_equal(texts_in(&founded, "sealed/tally"), 3);
	assert_false(founded_has(&founded, "public/tile/entries"));
	assert_restores(&founded, founded.log.count);
	assert_true(founded_has(&founded, "state/book.mdb")); /* no whole replay */
	unseal(&founded);
	assert_false(founded_has(&founded, "public/tile/entries"));
	startup_publish(&founded);
	assert_int_equal(texts_in(&founded, "public/tally"), 3);
	assert_int_equal(texts_in(&founded, "sealed/tally"), 0);
	assert_true(founded_has(&founded, "public/tile/entries/000.p/98"));
	founded_free(&founded);
}

/* A text that is lost or has rotted while it waited is made again. */
static void
a_text_made_again(void **state)
{
	struct founded founded;
	char name[64];

	(void)state;
	vote_sealed(&founded);
	snprintf(name, sizeof name, "sealed/tally/%zu", newest_tally(&founded));
	founded_keep(&founded);
	founded_flip(&founded, name, 40);
	assert_starts_saying(&founded, "a tally's text is missing: replaying the whole ledger");
	startup_publish(&founded);
	assert_int_equal(texts_in(&founded, "sealed/tally"), 3);
	founded_keep(&founded);
	founded_remove(&founded, name);
	assert_starts_saying(&founded, "a tally's text is missing: replaying the whole ledger");
	unseal(&founded);
	startup_publish(&founded);
	assert_int_equal(texts_in(&founded, "public/tally"), 3);
	founded_free(&founded);
}

/* With its folders. */
static void
plant(const struct founded *founded, const char *name)
{
	char path[400];

	snprintf(path, sizeof path, "%s/%s", founded->data, name);
	assert_int_equal(disk_replace(AT_FDCWD, path, BYTES_OF("ballots"), 0644, false),
			 DISK_OK);
}

static void
strays_go(void **state)
{
	struct founded founded;

	(void)state;
	vote_sealed(&founded);
	plant(&founded, "public/tile/entries/000");
	plant(&founded, "public/tally/5");
	assert_starts_saying(&founded,
			     "results are sealed: 2 files with ballots or counts were "
			     "in public/ and have been removed");
	assert_false(founded_has(&founded, "public/tile/entries/000"));
	assert_false(founded_has(&founded, "public/tally/5"));
	unseal(&founded);
	plant(&founded, "public/tile/entries/000.p/98");
	assert_restores(&founded, founded.log.count); /* the seal is broken: left alone */
	assert_true(founded_has(&founded, "public/tile/entries/000.p/98"));
	startup_publish(&founded);
	assert_int_equal(texts_in(&founded, "public/tally"), 3);
	founded_free(&founded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_wait_over_starts),
	    cmocka_unit_test(a_text_made_again),
	    cmocka_unit_test(strays_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
