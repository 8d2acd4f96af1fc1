#include "tests/lib/folder.h"
#include "tests/lib/test.h"

#include <sodium.h>
#include <sys/stat.h>

#include "tools/lib/ballotfile.h"
#include "tools/lib/keyfile.h"
#include "tools/tallyctl/convert.h"
#include "tools/lib/manifestfile.h"
#include "verify/genuine.h"

static struct test_folder folder;
static char out[512];

/* What convert_pb wrote. */
struct written {
	struct manifest *manifest;
	struct ballotfile file;
};

static const char *
inside(const char *name)
{
	static char path[600];

	snprintf(path, sizeof path, "%s/%s", out, name);
	return path;
}

static enum tally_exit
convert(const char *meta, const char *votes, bool strict)
{
	char text[2048];
	struct pb_fault fault;
	struct pb *pb;
	enum tally_exit code;

	snprintf(text, sizeof text,
		 "META\nkey;value\ndescription;A town\nlanguage;pl\n%s"
		 "PROJECTS\nproject_id;cost;name;category\n"
		 "7;100;Park;green,sport\nBO/1;20.5;;two words\n9;30;Tree;\n"
		 "VOTES\nvoter_id;vote;points\n%s",
		 meta, votes);
	pb = pb_parse(text, strlen(text), &fault);
	assert_non_null(pb);
	code = convert_pb(pb, "/somewhere/Town_2026.pb", strict, out);
	pb_free(pb);
	return code;
}

static struct written
read_back(void)
{
	struct written written;

	assert_int_equal(manifestfile_read(inside("campaign.json"), &written.manifest),
			 TALLY_EXIT_FINE);
	assert_int_equal(ballotfile_read(inside("ballots.bin"), &written.file),
			 TALLY_EXIT_FINE);
	return written;
}

static void
drop(struct written *written)
{
	manifest_free(written->manifest);
	ballotfile_free(&written->file);
}

static void
expect(const struct written *written, size_t at, enum tally_verdict verdict)
{
	const struct verifier verifier = verifier_plain(written->manifest);
	struct verify_item item = {.bytes = written->file.ballots[at]};

	verify_batch(&verifier, &item, 1);
	assert_int_equal(item.verdict, verdict);
}

static void
a_town(void **state)
{
	struct written written;
	const struct manifest_contest *contest;
	struct note_private_key key;
	struct note_key log;
	struct stat status;

	(void)state;
	assert_int_equal(
	    convert("vote_type;approval\nmax_length;2\n", "a;7,9\nb;BO/1\nb;9,7\n", false),
	    TALLY_EXIT_FINE);
	written = read_back();
	assert_true(written.manifest->test);
	assert_string_equal(written.manifest->titles.titles[0].language, "pl");
	assert_string_equal(written.manifest->titles.titles[0].text, "A town");
	assert_true(written.manifest->voters_max >= 3);
	assert_int_equal(written.manifest->publish_min, 1);
	assert_int_equal(written.manifest->opens % 60, 0);
	contest = &written.manifest->contests[0];
	assert_string_equal(contest->id, "pb");
	assert_int_equal(contest->max, 2);
	assert_int_equal(contest->options_count, 3);
	assert_int_equal(contest->options[1].cost, 2050);
	assert_string_equal(contest->options[0].category, "green");
	assert_null(contest->options[1].category);
	assert_string_equal(contest->options[1].titles.titles[0].text, "BO/1");
	assert_int_equal(written.file.count, 3);
	for (size_t i = 0; i < 3; i++)
		expect(&written, i, TALLY_ACCEPTED);
	/* the second ballot of voter b has a tag of its own */
	assert_memory_not_equal(written.file.ballots[1].data + 48,
				written.file.ballots[2].data + 48, TALLY_TAG_SIZE);
	assert_int_equal(keyfile_read(inside("log.key"), &key), TALLY_EXIT_FINE);
	assert_int_equal(keyfile_public_read(inside("log.key.pub"), &log), TALLY_EXIT_FINE);
	assert_int_equal(log.id, written.manifest->log_key.id);
	assert_string_equal(log.name, "pb.example/town_2026");
	assert_int_equal(stat(inside("tag.secret"), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	drop(&written);
}

static const char broken_votes[] = "a;7,9,BO/1\nb;7,7\nc;\n";

static void
limits_that_ballots_break(void **state)
{
	static const char meta[] = "vote_type;approval\nmin_length;2\nmax_length;2\n"
				   "max_sum_cost;140\n";
	struct written written;

	(void)state;
	assert_int_equal(convert(meta, broken_votes, false), TALLY_EXIT_FINE);
	written = read_back();
	assert_int_equal(written.manifest->contests[0].min, 1);
	assert_int_equal(written.manifest->contests[0].max, 3);
	assert_int_equal(written.manifest->contests[0].budget_cap, -1);
	for (size_t i = 0; i < 3; i++)
		expect(&written, i, TALLY_ACCEPTED);
	drop(&written);
}

static void
strict_keeps_them(void **state)
{
	static const char meta[] = "vote_type;approval\nmin_length;2\nmax_length;2\n"
				   "max_sum_cost;140\n";
	struct written written;

	(void)state;
	assert_int_equal(convert(meta, broken_votes, true), TALLY_EXIT_FINE);
	written = read_back();
	assert_int_equal(written.manifest->contests[0].min, 2);
	assert_int_equal(written.manifest->contests[0].budget_cap, 14000);
	expect(&written, 0, TALLY_TOO_MANY_CHOICES);
	expect(&written, 1, TALLY_TOO_FEW_CHOICES);
	expect(&written, 2, TALLY_ACCEPTED);
	drop(&written);
}

static void
choose_one(void **state)
{
	struct written written;

	(void)state;
	assert_int_equal(convert("vote_type;choose-1\nmax_length;1\n", "a;7\nb;9\n", false),
			 TALLY_EXIT_FINE);
	written = read_back();
	assert_int_equal(written.manifest->contests[0].method, MANIFEST_METHOD_SINGLE);
	expect(&written, 1, TALLY_ACCEPTED);
	drop(&written);
}

static void
choose_one_that_was_not(void **state)
{
	struct written written;

	(void)state;
	assert_int_equal(convert("vote_type;choose-1\nmax_length;1\n", "a;7,9\n", false),
			 TALLY_EXIT_FINE);
	written = read_back();
	assert_int_equal(written.manifest->contests[0].method, MANIFEST_METHOD_APPROVAL);
	expect(&written, 0, TALLY_ACCEPTED);
	drop(&written);
}

/* The choices of the one contest of ballot `at` are these options and values. */
static void
assert_ballot(const struct written *written, size_t at, size_t count,
	      const int32_t (*choices)[2])
{
	struct ballot ballot;
	struct ballot_choices found;
	struct reader reader;

	assert_int_equal(ballot_parse(written->file.ballots[at], &ballot), TALLY_ACCEPTED);
	reader = reader_make(ballot.choices);
	found = ballot_choices_next(&reader);
	assert_int_equal(found.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(ballot_choice_at(&found, i).option, choices[i][0]);
		assert_int_equal(ballot_choice_at(&found, i).value, choices[i][1]);
	}
}

static void
ranks(void **state)
{
	static const int32_t due[][2] = {{0, 2}, {1, 3}, {2, 1}};
	struct written written;

	(void)state;
	assert_int_equal(convert("vote_type;ordinal\nmax_length;3\nmax_sum_cost;1\n",
				 "a;9,7,BO/1;3,2,1\nb;7\n", false),
			 TALLY_EXIT_FINE);
	written = read_back();
	assert_int_equal(written.manifest->contests[0].method, MANIFEST_METHOD_RANKED);
	assert_ballot(&written, 0, 3, due);
	expect(&written, 0, TALLY_ACCEPTED);
	expect(&written, 1, TALLY_ACCEPTED);
	drop(&written);
}

static const char points_meta[] =
    "vote_type;cumulative\nmin_points;1\nmax_points;4\nmax_sum_points;5\n";
static const char points_votes[] = "a;9,7;1,4\nb;9,7;6,4\nc;7;0\n";

static void
points(void **state)
{
	static const int32_t due[][2] = {{0, 4}, {2, 6}};
	const struct manifest_contest *contest;
	struct written written;

	(void)state;
	assert_int_equal(convert(points_meta, points_votes, false), TALLY_EXIT_FINE);
	written = read_back();
	contest = &written.manifest->contests[0];
	assert_int_equal(contest->method, MANIFEST_METHOD_CUMULATIVE);
	assert_int_equal(contest->sum_points, 10);
	assert_int_equal(contest->value_min, 0);
	assert_int_equal(contest->value_max, 6);
	assert_ballot(&written, 1, 2, due);
	for (size_t i = 0; i < 3; i++)
		expect(&written, i, TALLY_ACCEPTED);
	drop(&written);
}

static void
points_strictly(void **state)
{
	const struct manifest_contest *contest;
	struct written written;

	(void)state;
	assert_int_equal(convert(points_meta, points_votes, true), TALLY_EXIT_FINE);
	written = read_back();
	contest = &written.manifest->contests[0];
	assert_int_equal(contest->sum_points, 5);
	assert_int_equal(contest->value_min, 1);
	assert_int_equal(contest->value_max, 4);
	expect(&written, 0, TALLY_ACCEPTED);
	expect(&written, 1, TALLY_VALUE_OUT_OF_RANGE);
	expect(&written, 2, TALLY_VALUE_OUT_OF_RANGE);
	drop(&written);
}

/* Limits that the file does not state are what its votes need. */
static void
scores(void **state)
{
	const struct manifest_contest *contest;
	struct written written;

	(void)state;
	assert_int_equal(convert("vote_type;scoring\ndefault_score;0\n", "a;9,7;-3,4\n", false),
			 TALLY_EXIT_FINE);
	written = read_back();
	contest = &written.manifest->contests[0];
	assert_int_equal(contest->method, MANIFEST_METHOD_SCORE);
	assert_int_equal(contest->value_min, -3);
	assert_int_equal(contest->value_max, 4);
	expect(&written, 0, TALLY_ACCEPTED);
	drop(&written);
}

static void
a_rule(void **state)
{
	const struct manifest_outcome *outcome;
	struct written written;

	(void)state;
	assert_int_equal(
	    convert("vote_type;approval\nrule;greedy-no-skip\nbudget;150\n", "a;7\n", false),
	    TALLY_EXIT_FINE);
	written = read_back();
	outcome = &written.manifest->contests[0].outcome;
	assert_int_equal(outcome->rule, MANIFEST_RULE_GREEDY_STOP);
	assert_int_equal(outcome->pools[0].budget, 15000);
	assert_int_equal(outcome->ties, MANIFEST_TIES_LISTED);
	drop(&written);
}

static void
refusals_write_nothing(void **state)
{
	struct stat status;

	(void)state;
	assert_int_equal(convert("vote_type;ranking\n", "a;7\n", false), TALLY_EXIT_USAGE);
	assert_int_equal(convert("max_length;2\n", "a;7\n", false), TALLY_EXIT_USAGE);
	assert_int_equal(convert("vote_type;scoring\n", "a;7\n", false), TALLY_EXIT_USAGE);
	assert_int_equal(convert("vote_type;scoring\n", "a;7,9;1\n", false), TALLY_EXIT_USAGE);
	assert_int_equal(convert("vote_type;scoring\ndefault_score;1\n", "a;7;1\n", false),
			 TALLY_EXIT_USAGE);
	assert_int_equal(convert("vote_type;cumulative\nmax_sum_points;5\n", "a;7;-1\n", false),
			 TALLY_EXIT_USAGE);
	assert_int_equal(convert("vote_type;scoring\nmax_points;many\n", "a;7;1\n", false),
			 TALLY_EXIT_USAGE);
	assert_int_equal(convert("vote_type;approval\n", "a;8\n", true), TALLY_EXIT_USAGE);
	assert_int_equal(convert("vote_type;approval\nmax_sum_cost;1\n", "a;\n", true),
			 TALLY_EXIT_USAGE); /* no project is that cheap */
	assert_int_equal(stat(out, &status), -1);
}

static void
nothing_is_overwritten(void **state)
{
	(void)state;
	assert_int_equal(convert("vote_type;approval\n", "a;7\n", false), TALLY_EXIT_FINE);
	assert_int_equal(convert("vote_type;approval\n", "a;7\n", false), TALLY_EXIT_USAGE);
}

static int
begin(void **state)
{
	(void)state;
	folder = test_folder_make();
	snprintf(out, sizeof out, "%s/out", folder.path);
	return sodium_init() < 0;
}

static int
end(void **state)
{
	(void)state;
	test_folder_remove(&folder);
	return 0;
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_A_FOLDER(a_town),
	    IN_A_FOLDER(limits_that_ballots_break),
	    IN_A_FOLDER(strict_keeps_them),
	    IN_A_FOLDER(choose_one),
	    IN_A_FOLDER(choose_one_that_was_not),
	    IN_A_FOLDER(ranks),
	    IN_A_FOLDER(points),
	    IN_A_FOLDER(points_strictly),
	    IN_A_FOLDER(scores),
	    IN_A_FOLDER(a_rule),
	    IN_A_FOLDER(refusals_write_nothing),
	    IN_A_FOLDER(nothing_is_overwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
