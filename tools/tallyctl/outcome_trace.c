#include "tools/tallyctl/outcome_trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A line in the making. */
struct line {
	const struct manifest_contest *contest;
	const struct outcome_style *style;
	struct writer writer;
};

static void
add(struct line *line, const char *text)
{
	writer_string(&line->writer, text);
}

static void
add_count(struct line *line, int64_t count)
{
	char text[OUTCOME_AMOUNT_MAX];

	add(line, count < 0 ? "-" : "");
	add(line, outcome_count_text(count < 0 ? (uint64_t)-count : (uint64_t)count, text));
}

static void
add_amount(struct line *line, int64_t amount)
{
	char text[OUTCOME_AMOUNT_MAX];

	add(line, outcome_amount_text(amount, line->style->units, text));
}

static void
add_id(struct line *line, uint16_t option)
{
	add(line, option == ELECTION_NOBODY ? "nobody" : line->contest->options[option].id);
}

static bool
is_exact(const struct line *line)
{
	enum manifest_rule rule = line->contest->outcome.rule;

	return rule == MANIFEST_RULE_SHARES || rule == MANIFEST_RULE_PHRAGMEN;
}

/* What the exact number of a step is. */
static const char *
figure_words(const struct line *line, enum election_act act)
{
	if (line->contest->outcome.rule == MANIFEST_RULE_PHRAGMEN)
		return "load ";
	if (act == ELECTION_STOPPED)
		return "when each ballot has ";
	return act == ELECTION_UNAFFORDABLE ? "its supporters have " : "payment per utility ";
}

static void
add_paths(struct line *line, const struct election_step *step)
{
	if (step->other == ELECTION_NOBODY)
		return;
	add(line, ": ");
	add_count(line, step->strength);
	add(line, " against ");
	add_count(line, step->other_strength);
	add(line, " on the strongest paths to and from ");
	add_id(line, step->other);
}

/* ": 4,711 votes": what the rule orders by; or the exact number that stands for it. */
static void
add_strength(struct line *line, const struct election_step *step)
{
	const struct manifest_outcome *outcome = &line->contest->outcome;
	bool points = outcome->by_score || outcome->rule == MANIFEST_RULE_BORDA;

	if (step->figure != NULL) {
		add(line, ": ");
		add(line, figure_words(line, step->act));
		add(line, step->figure);
		return;
	}
	if (outcome->rule == MANIFEST_RULE_SCHULZE) {
		add_paths(line, step);
		return;
	}
	if (is_exact(line) && step->strength < 0)
		return;
	add(line, ": ");
	add_count(line, step->strength);
	add(line, points                ? step->strength == 1 ? " point" : " points"
		  : step->strength == 1 ? " vote"
					: " votes");
}

/* What befell it, for acts that need no more than words. */
static const char *
words_of(enum election_act act)
{
	switch (act) {
	case ELECTION_STOPPED:
		return " is left; the rule ends here";
	case ELECTION_TOO_DEAR:
		return " is left: passed over";
	case ELECTION_NOT_REACHED:
		return ": not reached";
	case ELECTION_BELOW_THRESHOLD:
		return ": below the threshold";
	case ELECTION_WITHDRAWN:
		return ": withdrawn or left out";
	case ELECTION_NO_SUPPORT:
		return ": nobody supports it";
	case ELECTION_UNAFFORDABLE:
		return ": less than it costs";
	case ELECTION_ELIMINATED:
		return ": eliminated";
	case ELECTION_LOST:
		return ": no seat is left";
	default:
		return "";
	}
}

static void
add_money(struct line *line, const struct election_step *step)
{
	bool alone = step->figure == NULL && step->strength < 0 && is_exact(line);

	if (step->left < 0)
		return;
	add(line, alone ? ": costs " : ", costs ");
	add_amount(line, step->cost);
	if (step->act == ELECTION_TAKEN || step->act == ELECTION_COMPLETED ||
	    step->act == ELECTION_TOPPED_UP)
		add(line, ", left ");
	else if (step->act == ELECTION_TOO_DEAR || step->act == ELECTION_STOPPED)
		add(line, ", but ");
	else
		return;
	add_amount(line, step->left);
}

/* By how much it stands before the next one, or that only the tie order put it there. */
static void
add_margin(struct line *line, const struct election_step *step)
{
	bool measured = step->figure == NULL && step->other != ELECTION_NOBODY &&
			line->contest->outcome.rule != MANIFEST_RULE_SCHULZE &&
			(step->act == ELECTION_TAKEN || step->act == ELECTION_TOPPED_UP ||
			 step->act == ELECTION_COMPLETED || step->act == ELECTION_ELIMINATED);
	int64_t margin = step->strength - step->other_strength;

	if (measured && margin != 0) {
		add(line, "; ");
		add_count(line, margin < 0 ? -margin : margin);
		add(line, margin < 0 ? " behind " : " before ");
		add_id(line, step->other);
	}
	if (step->tie)
		add(line, step->tie_mattered
			      ? "; a tie, and with another tie order others would have won"
			      : "; a tie that changes no winner");
}

static void
add_rest(struct line *line, const struct election_step *step)
{
	add_money(line, step);
	if (step->act == ELECTION_EXCLUDED) {
		add(line, ": ");
		add_id(line, step->other);
		add(line, " has won, and at most one of them can");
		return;
	}
	if (step->act == ELECTION_TOPPED_UP) {
		add(line, "; topped up with ");
		add_amount(line, step->money);
	}
	add(line, words_of(step->act));
	add_margin(line, step);
}

static void
add_option(struct line *line, const struct election_step *step)
{
	const struct manifest_option *option = &line->contest->options[step->option];

	add(line, option->id);
	add(line, " ");
	add(line, manifest_title_in(&option->titles, line->style->language));
	add_strength(line, step);
	add_rest(line, step);
}

/* A step about no option. */
static void
add_event(struct line *line, const struct election_step *step)
{
	if (step->act == ELECTION_PREFERRED) {
		add_count(line, step->strength);
		add(line, " ballots prefer equal shares, ");
		add_count(line, step->other_strength);
		add(line, step->other_strength > step->strength
			      ? " the greedy outcome, which takes its place"
			      : " the greedy outcome");
		return;
	}
	add(line, "each ballot has ");
	add(line, step->figure == NULL ? "nothing" : step->figure);
	if (step->act == ELECTION_STOPPED)
		add(line, ": nothing more fits");
}

const char *
outcome_trace_line(const struct manifest_contest *contest, const struct election_step *step,
		   const struct outcome_style *style, char text[OUTCOME_TRACE_LINE_MAX])
{
	struct line line = {contest, style, writer_make(text, OUTCOME_TRACE_LINE_MAX - 1)};

	if (step->option == ELECTION_NOBODY)
		add_event(&line, step);
	else
		add_option(&line, step);
	text[line.writer.size] = 0;
	return text;
}

/* A heading where the top-up, another pool or another round begins. */
static void
print_heading(const struct manifest_contest *contest, const struct election_step *before,
	      const struct election_step *step, unsigned units)
{
	bool topped = step->act == ELECTION_TOPPED_UP;
	bool other_pool = before == NULL || before->pool != step->pool;
	char amount[OUTCOME_AMOUNT_MAX];

	if (topped && before != NULL && before->act != ELECTION_TOPPED_UP)
		printf("\n  Topped up:\n");
	if (topped)
		return;
	if (other_pool && contest->outcome.pools_count > 0) {
		const struct manifest_pool *pool = &contest->outcome.pools[step->pool];

		printf("\n  %s%s%s:\n", pool->id, pool->id[0] == 0 ? "" : ", ",
		       outcome_amount_text(pool->budget, units, amount));
	}
	if (step->round > 0 && (other_pool || before->round != step->round))
		printf("\n  Round %u:\n", (unsigned)step->round);
}

static bool
wins(const struct election_step *step)
{
	return step->act == ELECTION_TAKEN || step->act == ELECTION_COMPLETED ||
	       step->act == ELECTION_TOPPED_UP;
}

/* The place of this step's option among the winners, from 1; 0 if it has not won by this step: in
 * its pool the greedy outcome has taken the place of what stands before. */
static size_t
place_of(const struct election_result *result, size_t at)
{
	const struct election_step *step = &result->steps[at];

	if (!wins(step))
		return 0;
	for (size_t i = at + 1; i < result->steps_count; i++) {
		const struct election_step *later = &result->steps[i];

		if (later->pool == step->pool && later->act == ELECTION_PREFERRED &&
		    later->other_strength > later->strength)
			return 0;
	}
	for (size_t i = 0; i < result->winners_count; i++) {
		if (result->winners[i] == step->option)
			return i + 1;
	}
	return 0;
}

static void
print_steps(const struct manifest_contest *contest, const struct election_result *result,
	    const struct outcome_style *style)
{
	const struct election_step *before = NULL;
	char line[OUTCOME_TRACE_LINE_MAX];

	for (size_t i = 0; i < result->steps_count; i++) {
		const struct election_step *step = &result->steps[i];
		size_t place = place_of(result, i);

		print_heading(contest, before, step, style->units);
		outcome_trace_line(contest, step, style, line);
		if (place > 0)
			printf("  %3zu. %s\n", place, line);
		else
			printf("    -  %s\n", line);
		before = step;
	}
}

static void
print_winners(const struct manifest_contest *contest, const struct election_result *result)
{
	printf("\n  Winners, in order:");
	for (size_t i = 0; i < result->winners_count; i++)
		printf(" %s", contest->options[result->winners[i]].id);
	printf(result->winners_count == 0 ? " nobody\n" : "\n");
}

static void
print_left(const struct outcome *outcome, unsigned units)
{
	char amount[OUTCOME_AMOUNT_MAX];
	int64_t left = 0;

	if (outcome->pools_count == 0)
		return;
	for (size_t i = 0; i < outcome->pools_count; i++)
		left += outcome->left[i];
	printf("  Left: %s", outcome_amount_text(left, units, amount));
	if (outcome->reserve >= 0)
		printf("; of the money for gaps %s",
		       outcome_amount_text(outcome->reserve, units, amount));
	printf("\n");
}

void
outcome_trace_print(const struct manifest_contest *contest,
		    const struct winners_contest *winners, const struct outcome_style *style)
{
	if (winners->status == OUTCOME_NO_RULE)
		return;
	printf("\n  Outcome by %s", contest->outcome.id);
	if (winners->status == OUTCOME_NEEDS_DRAW) {
		printf(": nobody has won before the draw\n");
		return;
	}
	printf(contest->outcome.sheets ? "; its votes include those on paper\n" : "\n");
	print_steps(contest, &winners->outcome.result, style);
	print_winners(contest, &winners->outcome.result);
	print_left(&winners->outcome, style->units);
}
