#include "tools/tallyctl/outcome_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/tallyctl/money.h"
#include "tools/tallyctl/outcome_trace.h"

const char *
outcome_count_text(uint64_t count, char text[OUTCOME_AMOUNT_MAX])
{
	char digits[24];
	int size = snprintf(digits, sizeof digits, "%" PRIu64, count);
	size_t at = 0;

	for (int i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = 0;
	return text;
}

const char *
outcome_amount_text(int64_t amount, unsigned units, char text[OUTCOME_AMOUNT_MAX])
{
	size_t size;

	outcome_count_text((uint64_t)amount / units, text);
	size = strlen(text);
	if (units > 1)
		snprintf(text + size, OUTCOME_AMOUNT_MAX - size, ".%0*d", money_decimals(units),
			 (int)(amount % units));
	return text;
}

struct table {
	const struct manifest *manifest;
	const struct counts *counts;
	const struct outcome_style *style;
	const struct manifest_contest *contest;
	uint64_t contest_ballots;
};

/* A line of the table. */
struct row {
	const struct manifest_option *option;
	uint64_t votes;
	size_t place;
};

/* Most votes first, then the manifest's order. */
static int
by_votes(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if (left->votes != right->votes)
		return left->votes < right->votes ? 1 : -1;
	return left->place < right->place ? -1 : 1;
}

static void
print_row(const struct table *table, const struct row *row)
{
	char votes[OUTCOME_AMOUNT_MAX], cost[OUTCOME_AMOUNT_MAX];
	uint64_t of = table->contest_ballots ? table->contest_ballots : 1;
	uint64_t tenths = (row->votes * 1000 + of / 2) / of;

	printf("  %12s  %3" PRIu64 ".%" PRIu64 " %%  %18s  %s\n",
	       outcome_count_text(row->votes, votes), tenths / 10, tenths % 10,
	       outcome_amount_text(row->option->cost, table->style->units, cost),
	       manifest_title_in(&row->option->titles, table->style->language));
}

/* The options of one zone; NULL: those without one. */
static size_t
collect(const struct table *table, const char *zone, struct row *rows)
{
	const struct manifest_contest *contest = table->contest;
	size_t count = 0;

	for (size_t i = 0; i < contest->options_count; i++) {
		const struct manifest_option *option = &contest->options[i];
		bool here =
		    zone ? option->zone && strcmp(option->zone, zone) == 0 : !option->zone;

		if (here)
			rows[count++] = (struct row){
			    option, table->counts->options[contest->options_first + i].votes,
			    i};
	}
	qsort(rows, count, sizeof *rows, by_votes);
	return count;
}

static void
print_zone(const struct table *table, const char *zone, const char *title)
{
	struct row *rows = calloc(table->contest->options_count, sizeof *rows);
	size_t count;

	CHECK(rows);
	count = collect(table, zone, rows);
	if (count) {
		if (title)
			printf("\n%s\n", title);
		printf("  %12s  %7s  %18s\n", "votes", "share", "cost");
		for (size_t i = 0; i < count; i++)
			print_row(table, &rows[i]);
	}
	free(rows);
}

static bool
has_zones(const struct manifest_contest *contest)
{
	for (size_t i = 0; i < contest->options_count; i++)
		if (contest->options[i].zone)
			return true;
	return false;
}

static void
print_contest(const struct table *table, const struct counts_contest *sums)
{
	const struct manifest *manifest = table->manifest;
	bool zones = has_zones(table->contest);
	char ballots[OUTCOME_AMOUNT_MAX], blank[OUTCOME_AMOUNT_MAX], none[OUTCOME_AMOUNT_MAX];

	printf("\n== %s ==\n",
	       manifest_title_in(&table->contest->titles, table->style->language));
	for (size_t i = 0; zones && i < manifest->districts_count; i++)
		print_zone(
		    table, manifest->districts[i].id,
		    manifest_title_in(&manifest->districts[i].titles, table->style->language));
	print_zone(table, NULL, zones ? "(no zone)" : NULL);
	printf("\n  %s ballots with a choice (the shares' 100 %%), %s blank, %s abstained\n",
	       outcome_count_text(sums->ballots, ballots),
	       outcome_count_text(sums->blank, blank),
	       outcome_count_text(sums->abstained, none));
}

static void
print_head(const struct recount *recount, const char *language)
{
	const struct law *law = &recount->replay.law;
	char time[32] = "";
	struct writer writer = writer_make(time, sizeof time - 1);

	text_time_write(&writer, law->closes);
	printf("%s%s\n", manifest_title_in(&recount->manifest->titles, language),
	       recount->manifest->test ? "  (a test campaign)" : "");
	if (law->phase == TALLY_PHASE_CLOSED)
		printf("Voting is closed.\n");
	else
		printf("Voting %s %s: not the final result.\n",
		       law->phase == TALLY_PHASE_OPEN ? "is open until"
						      : "has not opened; it closes",
		       time);
}

static void
print_totals(const struct counts *counts, uint64_t entries)
{
	char text[5][OUTCOME_AMOUNT_MAX];

	printf("\nBallots: %s counted, %s replaced, %s voided; %s in the log (%s entries)\n",
	       outcome_count_text(counts->ballots, text[0]),
	       outcome_count_text(counts->replaced, text[1]),
	       outcome_count_text(counts->voided, text[2]),
	       outcome_count_text(counts->in_tree, text[3]),
	       outcome_count_text(entries, text[4]));
}

static void
print_paper_contest(const struct manifest_contest *contest, const struct counts_option *options,
		    const char *language)
{
	char text[OUTCOME_AMOUNT_MAX];

	printf("\n  %s%s:\n", manifest_title_in(&contest->titles, language),
	       contest->outcome.sheets ? " (these decide as well)" : "");
	for (size_t i = 0; i < contest->options_count; i++) {
		if (options[i].votes > 0)
			printf("  %12s  %s\n", outcome_count_text(options[i].votes, text),
			       manifest_title_in(&contest->options[i].titles, language));
	}
}

/* Totals of sheets are shown apart. */
static void
print_paper(const struct manifest *manifest, const struct counts *counts, const char *language)
{
	char text[2][OUTCOME_AMOUNT_MAX];

	if (counts->paper->sheets == 0)
		return;
	printf("\nOn paper, counted apart: %s sheets, %s papers\n",
	       outcome_count_text(counts->paper->sheets, text[0]),
	       outcome_count_text(counts->paper->papers, text[1]));
	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];

		print_paper_contest(contest, counts->paper_options + contest->options_first,
				    language);
	}
}

void
outcome_table_print(const struct recount *recount, const struct winners *winners,
		    const struct outcome_style *style)
{
	const struct counts *counts = &recount->replay.counts;
	struct table table = {.manifest = recount->manifest, .counts = counts, .style = style};

	print_head(recount, style->language);
	for (size_t i = 0; i < recount->manifest->contests_count; i++) {
		table.contest = &recount->manifest->contests[i];
		table.contest_ballots = counts->contests[i].ballots;
		print_contest(&table, &counts->contests[i]);
		outcome_trace_print(table.contest, &winners->contests[i], style);
	}
	print_totals(counts, recount->checkpoint.size);
	print_paper(recount->manifest, counts, style->language);
}
