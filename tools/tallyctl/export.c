#include "tools/tallyctl/export.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "limits.h"
#include "tools/tallyctl/money.h"
#include "tools/tallyctl/pbwrite.h"

enum {
	number_size = 48,
	title_size = title_bytes_max + 1,
};

struct export
{
	FILE *out;
	const struct export_given *given;
	const struct manifest_contest *contest;
	const struct export_wish *wish;
};

/* Without the blanks around it, which a reader drops. */
static void
title_copy(const struct export *export, const struct manifest_titles *titles,
	   char title[title_size])
{
	const char *text = manifest_title_in(titles, export->wish->language);
	size_t size;

	text += strspn(text, " \t\r");
	snprintf(title, title_size, "%s", text);
	size = strlen(title);
	while (size > 0 && strchr(" \t\r", title[size - 1]) != NULL)
		title[--size] = 0;
}

static void
meta(const struct export *export, const char *key, const char *value)
{
	const char *const cells[] = {key, value};

	pbwrite_row(export->out, cells, 2);
}

static void
meta_number(const struct export *export, const char *key, int64_t value)
{
	char text[number_size];

	snprintf(text, sizeof text, "%" PRId64, value);
	meta(export, key, text);
}

static void
meta_money(const struct export *export, const char *key, int64_t money)
{
	char text[MONEY_TEXT_SIZE];

	money_text(money, export->wish->units, text);
	meta(export, key, text);
}

static void
meta_day(const struct export *export, const char *key, int64_t seconds)
{
	time_t time = (time_t)seconds;
	char text[number_size];
	struct tm day;

	CHECK(gmtime_r(&time, &day) != NULL);
	CHECK(strftime(text, sizeof text, "%d.%m.%Y", &day) > 0);
	meta(export, key, text);
}

static const char *
vote_type(enum manifest_method method)
{
	static const char *const names[] = {
	    [MANIFEST_METHOD_SINGLE] = "choose-1",
	    [MANIFEST_METHOD_APPROVAL] = "approval",
	    [MANIFEST_METHOD_KNAPSACK] = "approval",
	    [MANIFEST_METHOD_CUMULATIVE] = "cumulative",
	    [MANIFEST_METHOD_SCORE] = "scoring",
	    [MANIFEST_METHOD_RANKED] = "ordinal",
	};

	CHECK((size_t)method < sizeof names / sizeof *names);
	return names[method];
}

static bool
has_points(const struct manifest_contest *contest)
{
	return contest->method == MANIFEST_METHOD_CUMULATIVE ||
	       contest->method == MANIFEST_METHOD_SCORE;
}

static const char *
greedy_name(const struct manifest_contest *contest)
{
	const struct manifest_outcome *outcome = &contest->outcome;
	bool points = has_points(contest) || contest->method == MANIFEST_METHOD_RANKED;

	if (outcome->pools_count > 1 || outcome->top_up.given || outcome->sheets ||
	    outcome->threshold_percent > 0 || outcome->by_score < points)
		return "greedy-custom";
	if (outcome->exclusions_count > 0)
		return "greedy-exclusive";
	if (outcome->rule == MANIFEST_RULE_GREEDY_STOP)
		return "greedy-no-skip";
	return outcome->threshold > 0 ? "greedy-threshold" : "greedy";
}

/* Pabulib's equal shares have utilities by cost, and one budget. */
static const char *
shares_name(const struct manifest_contest *contest)
{
	static const char *const names[][2] = {
	    {"equal-shares/v1", "equalshares"},
	    {"equal-shares-comparison/v1", "equalshares-comparison"},
	    {"equal-shares-add1-pabulib/v1", "equalshares/add1"},
	    {"equal-shares-add1-pabulib-comparison/v1", "equalshares/add1-comparison"},
	};

	enum manifest_utility utility =
	    has_points(contest) ? MANIFEST_UTILITY_SCORE_COST : MANIFEST_UTILITY_COST;

	if (contest->outcome.pools_count > 1 || contest->outcome.utility != utility)
		return "unknown";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(contest->outcome.id, names[i][0]) == 0)
			return names[i][1];
	}
	return "unknown";
}

/* Pabulib's name of the rule; "unknown" if it has none. */
static const char *
rule_name(const struct manifest_contest *contest)
{
	enum manifest_rule rule = contest->outcome.rule;

	if (rule == MANIFEST_RULE_GREEDY_SKIP || rule == MANIFEST_RULE_GREEDY_STOP)
		return greedy_name(contest);
	return rule == MANIFEST_RULE_SHARES ? shares_name(contest) : "unknown";
}

static void
meta_limits(const struct export *export)
{
	const struct manifest_contest *contest = export->contest;

	if (contest->method != MANIFEST_METHOD_SINGLE) {
		meta_number(export, "min_length", contest->min);
		meta_number(export, "max_length", contest->max);
	}
	if (contest->budget_cap >= 0)
		meta_money(export, "max_sum_cost", contest->budget_cap);
	if (has_points(contest)) {
		meta_number(export, "min_points", contest->value_min);
		meta_number(export, "max_points", contest->value_max);
	}
	if (contest->sum_points >= 0)
		meta_number(export, "max_sum_points", contest->sum_points);
	if (contest->outcome.threshold > 0)
		meta_number(export, "min_project_score_threshold", contest->outcome.threshold);
}

static bool
topped_up(const struct election_result *result)
{
	for (size_t i = 0; result != NULL && i < result->steps_count; i++) {
		if (result->steps[i].act == ELECTION_TOPPED_UP)
			return true;
	}
	return false;
}

/* Their costs stay what they are. */
static void
comment_barred(const struct export *export, FILE *out, unsigned *number)
{
	const struct manifest_contest *contest = export->contest;
	const uint8_t *left_out = contest->outcome.left_out;

	for (size_t i = 0; i < contest->options_count; i++) {
		bool withdrawn =
		    law_option_withdrawn(export->given->law, contest->options_first + i);

		if (withdrawn || (left_out != NULL && left_out[i] != 0))
			fprintf(out, " #%u: Project %s was %s", (*number)++,
				contest->options[i].id,
				withdrawn ? "withdrawn" : "left out, and cannot win");
	}
}

static void
meta_comment(const struct export *export)
{
	const struct manifest_outcome *outcome = &export->contest->outcome;
	const struct counts_contest *sums =
	    &export->given->counts->contests[export->given->contest];
	const struct counts_paper *paper = export->given->counts->paper;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	unsigned number = 1;

	CHECK(out != NULL);
	fprintf(out, "#%u: contest %s, outcome rule %s", number++, export->contest->id,
		outcome->id);
	if (outcome->pools_count > 1) {
		fprintf(out, " #%u: budget is the sum of", number++);
		for (size_t i = 0; i < outcome->pools_count; i++) {
			char money[MONEY_TEXT_SIZE];

			money_text(outcome->pools[i].budget, export->wish->units, money);
			fprintf(out, " %s: %s", outcome->pools[i].id, money);
		}
	}
	if (topped_up(export->given->result))
		fprintf(out, " #%u: selected 2: with money from outside its budget", number++);
	comment_barred(export, out, &number);
	if (sums->blank + sums->abstained > 0)
		fprintf(out, " #%u: %" PRIu64 " ballots without a choice are not listed",
			number++, sums->blank + sums->abstained);
	if (paper->sheets > 0)
		fprintf(out, " #%u: %" PRIu64 " papers counted on sheets are not listed",
			number, paper->papers);
	CHECK(fclose(out) == 0);
	meta(export, "comment", text);
	free(text);
}

/* When the vote ends, or has ended: a notice may have closed it before its time. */
static int64_t
ends(const struct law *law)
{
	int64_t closed = law->phase_minute * 60;

	return law->phase == TALLY_PHASE_CLOSED && closed < law->closes ? closed : law->closes;
}

static void
meta_write(const struct export *export)
{
	const struct manifest *manifest = export->given->manifest;
	const struct export_wish *wish = export->wish;
	time_t opens = (time_t)manifest->opens;
	char title[title_size], year[number_size];
	struct tm day;
	int64_t budget = 0;

	for (size_t i = 0; i < export->contest->outcome.pools_count; i++)
		budget += export->contest->outcome.pools[i].budget;
	CHECK(gmtime_r(&opens, &day) != NULL && strftime(year, sizeof year, "%Y", &day) > 0);
	pbwrite_meta(export->out);
	title_copy(export, &export->contest->titles, title);
	meta(export, "description", title);
	meta(export, "country", wish->country != NULL ? wish->country : "unknown");
	title_copy(export, &manifest->titles, title);
	meta(export, "unit", wish->unit != NULL ? wish->unit : title);
	meta(export, "instance", wish->instance != NULL ? wish->instance : year);
	meta_number(export, "num_projects", (int64_t) export->contest->options_count);
	meta_number(export, "num_votes", (int64_t) export->given->profile->ballots);
	meta_money(export, "budget", budget);
	meta(export, "vote_type", vote_type(export->contest->method));
	meta(export, "rule", rule_name(export->contest));
	meta_day(export, "date_begin", manifest->opens);
	meta_day(export, "date_end", ends(export->given->law));
	meta_limits(export);
	meta_comment(export);
}

/* "1", "2", "0", or "" where nothing is decided. */
static const char *
selected(const struct election_result *result, size_t option)
{
	bool won = false;

	if (result == NULL)
		return "";
	for (size_t i = 0; i < result->steps_count; i++) {
		if (result->steps[i].act == ELECTION_TOPPED_UP &&
		    result->steps[i].option == option)
			return "2";
	}
	for (size_t i = 0; i < result->winners_count; i++)
		won |= result->winners[i] == option;
	return won ? "1" : "0";
}

static const char *
text_or_nothing(const char *text)
{
	return text == NULL ? "" : text;
}

static void
projects_write(const struct export *export)
{
	const struct counts_option *counts =
	    &export->given->counts->options[export->contest->options_first];

	pbwrite_projects(export->out);
	for (size_t i = 0; i < export->contest->options_count; i++) {
		const struct manifest_option *option = &export->contest->options[i];
		char cost[MONEY_TEXT_SIZE], votes[number_size], score[number_size];
		char title[title_size];

		money_text(option->cost, export->wish->units, cost);
		snprintf(votes, sizeof votes, "%" PRIu64, counts[i].votes);
		snprintf(score, sizeof score, "%" PRId64, counts[i].score);
		title_copy(export, &option->titles, title);
		pbwrite_row(export->out,
			    (const char *const[]){option->id, cost, votes, score, title,
						  text_or_nothing(option->category),
						  text_or_nothing(option->zone),
						  selected(export->given->result, i)},
			    8);
	}
}

static int
by_rank(const void *a, const void *b)
{
	const struct profile_choice *left = a;
	const struct profile_choice *right = b;

	return (left->value > right->value) - (left->value < right->value);
}

static void
vote_write(const struct export *export, const struct profile_row *row, size_t voter)
{
	static char list[choices_max * 65], points[choices_max * 12]; /* one thread */
	struct profile_choice choices[choices_max];
	char voter_id[number_size];
	size_t list_size = 0, points_size = 0;

	CHECK(row->count <= choices_max);
	memcpy(choices, &export->given->profile->choices[row->first],
	       row->count * sizeof *choices);
	if (export->contest->method == MANIFEST_METHOD_RANKED)
		qsort(choices, row->count, sizeof *choices, by_rank);
	for (size_t i = 0; i < row->count; i++) {
		const char *comma = i > 0 ? "," : "";

		list_size +=
		    (size_t)snprintf(list + list_size, sizeof list - list_size, "%s%s", comma,
				     export->contest->options[choices[i].option].id);
		points_size +=
		    (size_t)snprintf(points + points_size, sizeof points - points_size,
				     "%s%" PRId32, comma, choices[i].value);
	}
	CHECK(list_size < sizeof list && points_size < sizeof points);
	snprintf(voter_id, sizeof voter_id, "%zu", voter);
	pbwrite_row(export->out, (const char *const[]){voter_id, list, points},
		    has_points(export->contest) ? 3 : 2);
}

/* The row of every ballot, in a random order: Fisher-Yates. 64 random bits leave no order more
 * likely than another by more than one part in 2^32. NULL: no memory. */
static uint32_t *
ballots_shuffled(const struct profile *profile, const uint8_t seed[32])
{
	size_t count = (size_t)profile->ballots;
	uint32_t *rows = calloc(count + 1, sizeof *rows);
	uint64_t *random = calloc(count + 1, sizeof *random);
	size_t at = 0;

	_Static_assert(randombytes_SEEDBYTES == 32, "a seed of 32 bytes");
	if (rows == NULL || random == NULL) {
		free(rows);
		free(random);
		return NULL;
	}
	for (size_t i = 0; i < profile->rows_count; i++)
		for (uint64_t w = 0; w < profile->rows[i].weight; w++)
			rows[at++] = (uint32_t)i;
	CHECK(at == count);
	randombytes_buf_deterministic(random, count * sizeof *random, seed);
	for (size_t i = count; i-- > 1;) {
		size_t other = (size_t)(random[i] % (i + 1));
		uint32_t row = rows[i];

		rows[i] = rows[other];
		rows[other] = row;
	}
	free(random);
	return rows;
}

const char *
export_obstacle(const struct manifest_contest *contest)
{
	for (size_t i = 0; i < contest->options_count; i++) {
		if (strchr(contest->options[i].id, ',') != NULL)
			return "an option's id has a comma, which lists of projects cannot "
			       "carry";
	}
	return NULL;
}

bool
export_write(FILE *out, const struct export_given *given, const struct export_wish *wish)
{
	const struct export export = {out, given, &given->manifest->contests[given->contest],
				      wish};
	uint32_t *rows = ballots_shuffled(given->profile, wish->seed);

	if (rows == NULL)
		return false;
	meta_write(&export);
	projects_write(&export);
	pbwrite_votes(out, has_points(export.contest));
	for (size_t i = 0; i < given->profile->ballots; i++)
		vote_write(&export, &given->profile->rows[rows[i]], i + 1);
	free(rows);
	return true;
}
