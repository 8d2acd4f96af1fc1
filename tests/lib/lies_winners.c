/* What a server could state of a log that is good: the file `results`, written after the counts of
 * the log's builder, with other winners, other votes, another rule. */
#include "tests/lib/lies.h"

#include <inttypes.h>

/* How the file differs from the truth. */
struct statement {
	size_t winners_count; /* the first options, in their order */
	size_t extra_option;  /* gets a vote more, or LIE_NONE */
	uint64_t extra_ballots;
	const char *rule;
};

static void
state(const struct lie *lie, const struct statement *statement)
{
	const struct manifest_contest *contest = lie->log.campaign.manifest->contests;
	const struct counts *counts = &lie->log.replay.counts;
	const struct counts_option *options = counts->options;
	char path[512];
	FILE *file;

	snprintf(path, sizeof path, "%s/results", lie->folder);
	file = fopen(path, "wb");
	assert_non_null(file);
	fprintf(file,
		"{\"index\":%zu,\"ballots\":%" PRIu64 ",\"replaced\":%" PRIu64
		",\"voided\":%" PRIu64 ",\"in_tree\":%" PRIu64
		",\"contests\":[{\"id\":\"%s\",\"options\":[",
		lie->log.count, counts->ballots + statement->extra_ballots, counts->replaced,
		counts->voided, counts->in_tree, contest->id);
	for (size_t i = 0; i < contest->options_count; i++)
		fprintf(file, "%s{\"id\":\"%s\",\"votes\":%" PRIu64 ",\"score\":%" PRId64 "}",
			i == 0 ? "" : ",", contest->options[i].id,
			options[i].votes + (i == statement->extra_option), options[i].score);
	fprintf(file, "],\"outcome\":\"%s\",\"winners\":[", statement->rule);
	for (size_t i = 0; i < statement->winners_count; i++)
		fprintf(file, "%s\"%s\"", i == 0 ? "" : ",", contest->options[i].id);
	fprintf(file, "]}]}");
	assert_int_equal(fclose(file), 0);
}

/* Of these logs as many win as there are seats, less the option withdrawn: never so many. */
static bool
state_winners(struct lie *lie)
{
	const struct manifest_contest *contest = lie->log.campaign.manifest->contests;
	size_t right = contest->outcome.seats == 1 ? 1 : contest->outcome.seats - 1;
	struct statement statement = {.extra_option = LIE_NONE, .rule = contest->outcome.id};

	statement.winners_count = (right + 1 + lie_below(lie, right)) % (right + 2);
	lie_say(lie, "%zu winners stated", statement.winners_count);
	state(lie, &statement);
	lie_expect(lie, AUDIT_OUTCOME, NO_INDEX, "it names %zu winners",
		   statement.winners_count);
	return true;
}

static bool
state_votes(struct lie *lie)
{
	const struct manifest_contest *contest = lie->log.campaign.manifest->contests;
	struct statement statement = {.rule = contest->outcome.id};

	statement.extra_option = lie_below(lie, contest->options_count);
	lie_say(lie, "a vote more for option %zu stated", statement.extra_option);
	state(lie, &statement);
	lie_expect(lie, AUDIT_OUTCOME, NO_INDEX, "option o%zu is not", statement.extra_option);
	return true;
}

static bool
state_rule(struct lie *lie)
{
	const struct statement statement = {.extra_option = LIE_NONE, .rule = "borda/v1"};

	lie_say(lie, "another rule stated");
	state(lie, &statement);
	lie_expect(lie, AUDIT_OUTCOME, NO_INDEX, "its rule is not the manifest's");
	return true;
}

static bool
state_turnout(struct lie *lie)
{
	const struct statement statement = {
	    .extra_option = LIE_NONE, .extra_ballots = 1, .rule = "count/v1"};

	lie_say(lie, "a ballot more stated");
	state(lie, &statement);
	lie_expect(lie, AUDIT_OUTCOME, NO_INDEX, "its ballots are not the");
	return true;
}

/* The log has no roster that a file could be. */
static bool
add_roster(struct lie *lie)
{
	lie_say(lie, "a roster added");
	test_file_write(lie->folder, "roster", BYTES_OF("nobody"));
	lie_expect(lie, AUDIT_FILES, NO_INDEX, "roster: only the log of a campaign");
	return true;
}

static const struct lie_kind kinds[] = {
    {"other winners stated", state_winners},
    {"other votes stated", state_votes},
    {"another rule stated", state_rule},
    {"another turnout stated", state_turnout},
    {"a roster that nothing commits to", add_roster},
};

const struct lie_kinds lies_of_winners = {
    .count = sizeof kinds / sizeof *kinds, .kinds = kinds, .on_disk = true, .ordered = true};
