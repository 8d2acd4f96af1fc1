#include "tools/tallyctl/papercsv.h"

#include <stdlib.h>

#include "ballot/ballot.h"
#include "tests/lib/campaign.h"
#include "tools/lib/cast.h"

static const struct campaign_wish two_districts = {
    .districts = 2, .contests = 2, .max = 2, .frontends = 2, .blank = true, .revisions_max = 9};

struct made {
	struct ballotfile_maker file;
	size_t refused;
	enum tally_exit code;
};

static const uint8_t secret[TALLY_TAG_SECRET_SIZE] = {9};

static struct made
import(const struct campaign *campaign, const char *text)
{
	struct made made = {0};
	char memory[2048];
	struct papercsv papers = {.manifest = campaign->manifest,
				  .key = &campaign->frontends[1],
				  .secret = secret,
				  .made = &made.file,
				  .refused = &made.refused};

	assert_true(strlen(text) < sizeof memory);
	strcpy(memory, text);
	made.code = papercsv_read("papers.csv", memory, strlen(text), &papers);
	return made;
}

/* The ballot behind `*at`. */
static void
next_ballot(const struct made *made, size_t *at, struct ballot *out)
{
	size_t size = be16_load(made->file.data + *at);

	assert_int_equal(ballot_parse(bytes_make(made->file.data + *at + 2, size), out),
			 TALLY_ACCEPTED);
	*at += 2 + size;
	assert_true(*at <= made->file.size);
}

static void
papers_become_ballots_of_the_booth(void **state)
{
	static const char text[] = "identity;district;revision;c1;c0\n"
				   "voter one;d1;;o2,o0;blank\n"
				   "voter two;d0;3;;o1\n";
	struct campaign campaign;
	struct made made;
	struct ballot ballot;
	struct reader reader;
	struct ballot_choices choices;
	uint8_t tag[TALLY_TAG_SIZE];
	size_t at = 0;

	(void)state;
	campaign_make(&campaign, &two_districts);
	made = import(&campaign, text);
	assert_int_equal(made.code, TALLY_EXIT_FINE);
	next_ballot(&made, &at, &ballot);
	assert_int_equal(cast_tag(campaign.manifest, secret, bytes_of_string("voter one"), tag),
			 0);
	assert_memory_equal(ballot.tag, tag, sizeof tag);
	assert_int_equal(ballot.revision, 1);
	assert_int_equal(ballot.district, 1);
	assert_int_equal(ballot.key_id, campaign.frontends[1].key.id);
	reader = reader_make(ballot.choices);
	choices = ballot_choices_next(&reader);
	assert_true(choices.blank);
	choices = ballot_choices_next(&reader);
	assert_int_equal(choices.count, 2);
	assert_int_equal(ballot_choice_at(&choices, 0).option, 0);
	assert_int_equal(ballot_choice_at(&choices, 1).option, 2);
	next_ballot(&made, &at, &ballot);
	assert_int_equal(ballot.revision, 3);
	assert_int_equal(ballot.district, 0);
	assert_int_equal(at, made.file.size);
	free(made.file.data);
	campaign_free(&campaign);
}

static void
wrong_papers_are_left_out(void **state)
{
	static const char text[] = "identity;district;c0;c1\n"
				   "a;d0;o1;\n"
				   "b;d7;o1;\n"
				   "c;d0;o9;\n"
				   "d;d0;o0,o1,o2;\n"
				   "e;d0;o1;o1\n"
				   ";d0;o1;\n"
				   "a;d0;o2;\n"
				   "f;d1;o1;o1\n";
	struct campaign campaign;
	struct made made;
	struct ballot ballot;
	size_t at = 0;

	(void)state;
	campaign_make(&campaign, &two_districts);
	made = import(&campaign, text);
	assert_int_equal(made.code, TALLY_EXIT_FINE);
	assert_int_equal(made.refused, 6);
	next_ballot(&made, &at, &ballot);
	next_ballot(&made, &at, &ballot);
	assert_int_equal(at, made.file.size);
	free(made.file.data);
	campaign_free(&campaign);
}

static void
other_files_are_refused(void **state)
{
	static const char *const texts[] = {
	    "",
	    "district;c0;c1\n",
	    "identity;c0;c1\n",
	    "identity;district;c0\n",
	    "identity;district;c0;c1;c2\n",
	    "identity;district;c0;c1;c1\n",
	    "identity;district;c0;c1\na;d0;o1\n",
	};
	struct campaign campaign;

	(void)state;
	campaign_make(&campaign, &two_districts);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct made made = import(&campaign, texts[i]);

		if (made.code != TALLY_EXIT_USAGE)
			fail_msg("text %zu is read", i);
		free(made.file.data);
	}
	campaign_free(&campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(papers_become_ballots_of_the_booth),
	    cmocka_unit_test(wrong_papers_are_left_out),
	    cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests_name("papercsv", tests, NULL, NULL);
}
