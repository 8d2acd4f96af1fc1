/* judge: was everybody told the truth? Compares what senders were answered with what is in a log,
 * and recounts the log.
 *
 *   judge [-l] [-a] [-n N] [-v NAME,..] [-r RESULTS] LOG [BALLOTS ANSWERS]...
 *
 *   LOG       a public log's directory, or with -l a data directory, whose ledger is read
 *   BALLOTS   u16 size, ballot, repeated; ANSWERS: a line for each, "verdict index" or "verdict -"
 *   -a        every ballot in the log was answered `accepted` to somebody
 *   -n N      the log holds exactly N ballots
 *   -v NAMES  no other verdicts than these were given ("unanswered" is one)
 *   -r FILE   `tallyctl results --format json` says what this recount says
 *
 * It shares no code with the engine (tests/lib/rawlog.h). Prints "verdict count" lines; says on
 * stderr what is not so, and exits 1. Campaigns without districts only. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/rawlog.h"

enum {
	KIND_BALLOT = 2,
	TAG = 48,
	TAG_SIZE = 32,
	REVISION = 80,
	CHOICES = 85,
	SIGNER_AND_SIGNATURE = 4 + 64,
	CHOICE_SIZE = 6,
	BLANK = 0xffff,
	NAMES_MAX = 64,
	COMPLAINTS_MAX = 20,
};

struct cast {
	const uint8_t *ballot;
	size_t size;
	uint64_t index;
};

struct tally {
	char name[32];
	uint64_t count;
};

struct judge {
	struct rawlog log;
	struct cast *casts; /* of the log, by tag, then index */
	size_t casts_count;
	bool *answered; /* by index */
	struct tally verdicts[NAMES_MAX];
	const char *allowed;
	unsigned complaints;
};

static unsigned
u16(const uint8_t *bytes)
{
	return (unsigned)(bytes[0] << 8 | bytes[1]);
}

#define COMPLAIN(judge, ...) \
	do { \
		if ((judge)->complaints++ < COMPLAINTS_MAX) { \
			fprintf(stderr, "judge: " __VA_ARGS__); \
			fputc('\n', stderr); \
		} \
	} while (0)

static int
by_tag(const void *a, const void *b)
{
	const struct cast *left = a, *right = b;
	int order = memcmp(left->ballot + TAG, right->ballot + TAG, TAG_SIZE);

	if (order != 0)
		return order;
	return left->index < right->index ? -1 : left->index > right->index;
}

static bool
same_tag(const struct cast *a, const struct cast *b)
{
	return memcmp(a->ballot + TAG, b->ballot + TAG, TAG_SIZE) == 0;
}

/* What the log says by itself: a tag's revisions rise. */
static void
read_casts(struct judge *judge)
{
	judge->casts = calloc(judge->log.count + 1, sizeof *judge->casts);
	judge->answered = calloc(judge->log.count + 1, sizeof *judge->answered);
	if (judge->casts == NULL || judge->answered == NULL)
		abort();
	for (size_t i = 0; i < judge->log.count; i++) {
		const struct rawlog_entry *entry = &judge->log.entries[i];

		if (entry->size > CHOICES + SIGNER_AND_SIGNATURE &&
		    entry->data[0] == KIND_BALLOT)
			judge->casts[judge->casts_count++] =
			    (struct cast){entry->data + 1, entry->size - 1, i};
	}
	qsort(judge->casts, judge->casts_count, sizeof *judge->casts, by_tag);
	for (size_t i = 1; i < judge->casts_count; i++)
		if (same_tag(&judge->casts[i - 1], &judge->casts[i]) &&
		    u16(judge->casts[i].ballot + REVISION) <=
			u16(judge->casts[i - 1].ballot + REVISION))
			COMPLAIN(judge,
				 "entries %" PRIu64 " and %" PRIu64
				 ": one tag, revisions that do not rise",
				 judge->casts[i - 1].index, judge->casts[i].index);
}

/* The first ballot of that tag in the log. */
static const struct cast *
find_tag(const struct judge *judge, const uint8_t *ballot)
{
	size_t low = 0, high = judge->casts_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(judge->casts[middle].ballot + TAG, ballot + TAG, TAG_SIZE) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == judge->casts_count ||
	    memcmp(judge->casts[low].ballot + TAG, ballot + TAG, TAG_SIZE) != 0)
		return NULL;
	return &judge->casts[low];
}

/* Another ballot of the same tag in the log, of at least that revision. */
static bool
has_other(const struct judge *judge, const uint8_t *ballot, size_t size, unsigned revision)
{
	const struct cast *end = judge->casts + judge->casts_count;
	const struct cast *first = find_tag(judge, ballot);

	for (const struct cast *at = first; at != NULL && at < end && same_tag(at, first); at++)
		if (u16(at->ballot + REVISION) >= revision &&
		    (at->size != size || memcmp(at->ballot, ballot, size - 64) != 0))
			return true;
	return false;
}

static void
judge_accepted(struct judge *judge, const uint8_t *ballot, size_t size, const char *index)
{
	char *end;
	uint64_t place = strtoull(index, &end, 10);
	const struct rawlog_entry *entry;

	if (end == index || place >= judge->log.count) {
		COMPLAIN(judge, "accepted at %s: the log has %zu entries", index,
			 judge->log.count);
		return;
	}
	entry = &judge->log.entries[place];
	if (entry->size != size + 1 || entry->data[0] != KIND_BALLOT ||
	    memcmp(entry->data + 1, ballot, size) != 0)
		COMPLAIN(judge, "accepted at %s: that entry is not this ballot", index);
	else
		judge->answered[place] = true;
}

static void
count_verdict(struct judge *judge, const char *name)
{
	size_t size = strlen(name);
	const char *found = judge->allowed == NULL ? name : strstr(judge->allowed, name);
	struct tally *tally = judge->verdicts;

	if (found == NULL || (judge->allowed != NULL && found[size] != ',' && found[size]))
		COMPLAIN(judge, "somebody was answered %s", name);
	while (tally->count > 0 && strcmp(tally->name, name) != 0)
		tally++;
	snprintf(tally->name, sizeof tally->name, "%s", name);
	tally->count++;
}

static void
judge_answer(struct judge *judge, const uint8_t *ballot, size_t size, const char *verdict,
	     const char *index)
{
	count_verdict(judge, verdict);
	if (strcmp(verdict, "accepted") == 0)
		judge_accepted(judge, ballot, size, index);
	else if (strcmp(verdict, "has-voted") == 0 && !has_other(judge, ballot, size, 0))
		COMPLAIN(judge, "has-voted: the log has no other ballot of that tag");
	else if (strcmp(verdict, "superseded") == 0 &&
		 !has_other(judge, ballot, size, u16(ballot + REVISION)))
		COMPLAIN(judge, "superseded: the log has no other ballot of that tag with a "
				"revision as high");
}

static void
judge_answers(struct judge *judge, const char *ballots_path, const char *answers_path)
{
	size_t size = 0, at = 0;
	uint8_t *ballots = rawlog_file(ballots_path, &size);
	FILE *answers = fopen(answers_path, "r");
	char verdict[32], index[32];

	if (ballots == NULL || answers == NULL) {
		COMPLAIN(judge, "%s or %s cannot be read", ballots_path, answers_path);
		return;
	}
	while (at + 2 <= size && fscanf(answers, "%31s %31s", verdict, index) == 2) {
		judge_answer(judge, ballots + at + 2, u16(ballots + at), verdict, index);
		at += 2 + u16(ballots + at);
	}
	if (at != size || fscanf(answers, "%31s", verdict) == 1)
		COMPLAIN(judge, "%s does not have a line for every ballot of %s", answers_path,
			 ballots_path);
	fclose(answers);
	free(ballots);
}

static void
judge_all_answered(struct judge *judge)
{
	for (size_t i = 0; i < judge->casts_count; i++)
		if (!judge->answered[judge->casts[i].index])
			COMPLAIN(judge, "entry %" PRIu64 " was answered to nobody",
				 judge->casts[i].index);
}

/* Takes one ballot's choices out of the results: what is left must be zero. */
static void
subtract(struct judge *judge, json_t *contests, const struct cast *cast)
{
	size_t end = cast->size - SIGNER_AND_SIGNATURE;
	size_t at = CHOICES;

	for (size_t contest = 0; at + 2 <= end; contest++) {
		json_t *options = json_object_get(json_array_get(contests, contest), "options");
		unsigned count = u16(cast->ballot + at);

		at += 2;
		for (unsigned i = 0; count != BLANK && i < count; i++, at += CHOICE_SIZE) {
			json_t *option = json_array_get(options, u16(cast->ballot + at));
			json_t *votes = json_object_get(option, "votes");

			if (votes == NULL)
				COMPLAIN(judge, "the results have no option %u",
					 u16(cast->ballot + at));
			else
				json_integer_set(votes, json_integer_value(votes) - 1);
		}
	}
}

static void
expect(struct judge *judge, const json_t *results, const char *name, uint64_t value)
{
	const json_t *found = json_object_get(results, name);

	if (!json_is_integer(found) || (uint64_t)json_integer_value(found) != value)
		COMPLAIN(judge,
			 "results: %s is %" JSON_INTEGER_FORMAT ", a recount gives %" PRIu64,
			 name, json_integer_value(found), value);
}

static void
judge_results(struct judge *judge, const char *path)
{
	json_t *results = json_load_file(path, 0, NULL);
	json_t *contests = json_object_get(results, "contests");
	json_t *contest, *option;
	uint64_t counted = 0;
	size_t i, j;

	for (size_t at = 0; at < judge->casts_count; at++)
		if (at + 1 == judge->casts_count ||
		    !same_tag(&judge->casts[at], &judge->casts[at + 1])) {
			subtract(judge, contests, &judge->casts[at]);
			counted++;
		}
	json_array_foreach(contests, i, contest)
	{
		json_array_foreach(json_object_get(contest, "options"), j, option)
		{
			if (json_integer_value(json_object_get(option, "votes")) != 0)
				COMPLAIN(judge,
					 "results: option %zu of contest %zu: a recount "
					 "gives another number of votes",
					 j, i);
		}
	}
	if (!json_is_array(contests))
		COMPLAIN(judge, "%s: no contests in it", path);
	expect(judge, results, "ballots", counted);
	expect(judge, results, "replaced", judge->casts_count - counted);
	expect(judge, results, "in_tree", judge->casts_count);
	expect(judge, results, "index", judge->log.count);
	json_decref(results);
}

int
main(int count, char **arguments)
{
	struct judge judge = {0};
	bool ledger = false, all = false;
	const char *results = NULL, *exactly = NULL;
	int option;

	while ((option = getopt(count, arguments, "lan:v:r:")) != -1) {
		if (option == 'l')
			ledger = true;
		else if (option == 'a')
			all = true;
		else if (option == 'n')
			exactly = optarg;
		else if (option == 'v')
			judge.allowed = optarg;
		else if (option == 'r')
			results = optarg;
		else
			return 2;
	}
	if (optind >= count || (count - optind) % 2 == 0)
		return 2;
	if (!(ledger ? rawlog_read_ledger : rawlog_read_public)(&judge.log, arguments[optind]))
		return 1;
	read_casts(&judge);
	for (int i = optind + 1; i < count; i += 2)
		judge_answers(&judge, arguments[i], arguments[i + 1]);
	if (all)
		judge_all_answered(&judge);
	if (exactly != NULL && strtoull(exactly, NULL, 10) != judge.casts_count)
		COMPLAIN(&judge, "the log holds %zu ballots, not %s", judge.casts_count,
			 exactly);
	if (results != NULL)
		judge_results(&judge, results);
	for (const struct tally *tally = judge.verdicts; tally->count > 0; tally++)
		printf("%s %" PRIu64 "\n", tally->name, tally->count);
	free(judge.casts);
	free(judge.answered);
	rawlog_free(&judge.log);
	return judge.complaints == 0 ? 0 : 1;
}
