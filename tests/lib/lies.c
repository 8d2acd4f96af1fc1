#include "tests/lib/lies.h"

#include <stdarg.h>

static const struct lie_kinds *const families[] = {
    &lies_of_order,       &lies_of_ballots, &lies_of_law,    &lies_of_files,
    &lies_of_checkpoints, &lies_of_sealed,  &lies_of_orders, &lies_of_winners,
};

enum {
	FAMILIES_COUNT = sizeof families / sizeof *families,
	TRIES = 8, /* of a kind with one log: places are picked blindly */
};

size_t
lies_kinds(void)
{
	size_t count = 0;

	for (size_t i = 0; i < FAMILIES_COUNT; i++)
		count += families[i]->count;
	return count;
}

static void
find_kind(struct lie *lie)
{
	size_t at = lie->number % lies_kinds();
	size_t family = 0;

	for (; at >= families[family]->count; family++)
		at -= families[family]->count;
	lie->kind = &families[family]->kinds[at];
	lie->on_disk = families[family]->on_disk;
	lie->sealed = families[family]->sealed;
	lie->ordered = families[family]->ordered;
}

static void
publish(const struct lie *lie)
{
	const struct lie_log *good = lie->good;

	if (lie->sealed) {
		lie_publish_sealed(lie);
		return;
	}
	for (size_t i = 0; i + 1 < good->sizes_count; i++)
		if (good->sizes[i] <= lie->log.count)
			test_log_publish(&lie->log, lie->folder, good->sizes[i]);
	test_log_publish(&lie->log, lie->folder, lie->log.count);
}

static void
begin(struct lie *lie, const struct lie_log *good)
{
	lie->good = good;
	lie->options = (struct audit_options){.key = good->log.campaign.log.key, .jobs = 1};
	lie->old_size = 0;
	lie->also = 0;
	lie->index = NO_INDEX;
	lie->check = AUDIT_CHECKS_COUNT;
	lie->place[0] = lie->what[0] = '\0';
	memcpy(lie->campaign, good->log.campaign.manifest->id, sizeof lie->campaign);
	if (lie_below(lie, 2) == 0)
		lie->options.campaign = lie->campaign;
	test_log_copy(&lie->log, &good->log, false);
}

/* Does what is published have another root at the older checkpoint's size? */
static bool
is_fork(const struct lie *lie)
{
	uint8_t was[TALLY_HASH_SIZE];
	uint8_t is[TALLY_HASH_SIZE];

	if (lie->old_size == 0 || lie->old_size > lie->log.count)
		return lie->old_size > 0;
	test_log_root(&lie->good->log, 0, lie->old_size, was);
	test_log_root(&lie->log, 0, lie->old_size, is);
	return memcmp(was, is, sizeof was) != 0;
}

/* The log of the `try`th attempt. Small logs are cheap: the two long ones are taken less often. */
static size_t
choose_log(const struct lie *lie, size_t first, size_t try)
{
	if (lie->sealed)
		return LIE_OPEN_LOGS + (first + try / TRIES) % (LIE_LOGS_COUNT - LIE_OPEN_LOGS);
	if (lie->ordered)
		return LIE_PLAIN_LOGS +
		       (first + try / TRIES) % (LIE_OPEN_LOGS - LIE_PLAIN_LOGS);
	return (first + try / TRIES) % LIE_PLAIN_LOGS;
}

void
lie_tell(const struct lies *lies, uint64_t number, const char *path, struct lie *lie)
{
	size_t first;
	bool told = false;

	*lie = (struct lie){.number = number, .folder = path};
	lie->random = (struct test_random){lies->seed ^ (number + 1) * 0x9e3779b97f4a7c15u};
	find_kind(lie);
	first = lie_below(lie, 12) == 0 ? 4 + lie_below(lie, 2) : lie_below(lie, 4);
	for (size_t i = 0; i < LIE_LOGS_COUNT * TRIES && !told; i++) {
		begin(lie, &lies->logs[choose_log(lie, first, i)]);
		if (lie->on_disk)
			publish(lie);
		told = lie->kind->tell(lie);
		if (told && !lie->on_disk)
			publish(lie);
		if (!told && lie->on_disk)
			test_folder_clear(path);
		if (!told)
			test_log_free(&lie->log);
	}
	if (!told)
		fail_msg("case %llu: no log has a place for \"%s\"", (unsigned long long)number,
			 lie->kind->name);
	if (lie->old_size == 0 && !lie->on_disk && !lie->no_old && lie_below(lie, 4) == 0)
		lie_remembered(lie, 0);
	lie->forked = is_fork(lie);
}

void
lie_end(struct lie *lie)
{
	test_log_free(&lie->log);
}

/* Always false. */
static bool
misjudged(const struct lie *lie, const struct report *report, const char *why, size_t check)
{
	report_print(report, stdout, true);
	printf("LIE=%llu (%s, log %s): %s: expected check %d at %ld naming \"%s\"; check %zu: "
	       "%s\n",
	       (unsigned long long)lie->number, lie->kind->name, lie->good->name, lie->what,
	       (int)lie->check + 1, lie->index, lie->place, check + 1, why);
	return false;
}

static bool
right_index(const struct lie *lie, const struct trouble *why)
{
	if (lie->index == NO_INDEX)
		return !why->has_index;
	if (lie->index >= LIE_ANY_FROM)
		return why->has_index && (long)why->index >= lie->index - LIE_ANY_FROM;
	return why->has_index && (long)why->index == lie->index;
}

/* A finding beside the one that must be made. */
static bool
judge_other(const struct lie *lie, const struct report *report, size_t i)
{
	const struct report_check *check = &report->checks[i];

	if (check->status != REPORT_FAIL || (i == AUDIT_OLD && !lie->on_disk && lie->forked))
		return true;
	if ((lie->also >> i & 1) == 0)
		return misjudged(lie, report, "it failed too", i);
	if (check->why.has_index && lie->index != NO_INDEX && lie->index < LIE_ANY_FROM &&
	    (long)check->why.index < lie->index)
		return misjudged(lie, report, "it blames an earlier entry", i);
	return true;
}

bool
lie_judge(const struct lie *lie, const struct report *report)
{
	const struct report_check *found = &report->checks[lie->check];
	bool refused = report->checks[AUDIT_OLD].status == REPORT_FAIL;

	if (found->status != REPORT_FAIL)
		return misjudged(lie, report, "it did not fail", lie->check);
	if (!right_index(lie, &found->why) || strstr(found->why.sentence, lie->place) == NULL)
		return misjudged(lie, report, "it names another place", lie->check);
	for (size_t i = 0; i < report->count; i++)
		if (i != lie->check && !judge_other(lie, report, i))
			return false;
	if (!lie->on_disk && lie->old_size > 0 && refused != lie->forked)
		return misjudged(lie, report, "another answer is right", AUDIT_OLD);
	return report_exit(report) == TALLY_EXIT_FAILED;
}

size_t
lie_below(struct lie *lie, size_t below)
{
	return (size_t)test_random_below(&lie->random, below);
}

bool
lie_is(const struct lie *lie, size_t index, enum tally_entry_kind kind)
{
	return index < lie->log.count && lie->log.entries[index].size > 0 &&
	       lie->log.entries[index].data[0] == kind;
}

bool
lie_pick(struct lie *lie, enum tally_entry_kind kind, size_t from, size_t end, size_t *index)
{
	size_t seen = 0;

	for (size_t i = from; i < end && i < lie->log.count; i++)
		if (lie_is(lie, i, kind) && lie_below(lie, ++seen) == 0)
			*index = i;
	return seen > 0;
}

size_t
lie_next(const struct lie *lie, enum tally_entry_kind kind, size_t from)
{
	while (from < lie->log.count && !lie_is(lie, from, kind))
		from++;
	return from < lie->log.count ? from : LIE_NONE;
}

bool
lie_all_ballots(const struct lie *lie, size_t from, size_t to)
{
	while (from < to && lie_is(lie, from, TALLY_ENTRY_BALLOT))
		from++;
	return from >= to;
}

void
lie_insert(struct lie *lie, size_t index, struct bytes entry)
{
	test_log_move(&lie->log, test_log_append(&lie->log, entry), index);
}

void
lie_correct(struct lie *lie)
{
	struct test_log corrected;

	test_log_copy(&corrected, &lie->log, true);
	test_log_free(&lie->log);
	lie->log = corrected;
}

void
lie_remembered(struct lie *lie, size_t covered)
{
	const struct test_log *log = &lie->good->log;

	assert_true(covered < log->count);
	lie->old_size = covered + 1 + lie_below(lie, log->count - covered);
	lie->options.old = test_log_checkpoint(log, lie->old_size, lie->old);
}

void
lie_expect(struct lie *lie, enum audit_check check, long index, const char *format, ...)
{
	va_list arguments;

	lie->check = check;
	lie->index = index;
	va_start(arguments, format);
	vsnprintf(lie->place, sizeof lie->place, format, arguments);
	va_end(arguments);
}

void
lie_also(struct lie *lie, enum audit_check check)
{
	lie->also |= (uint64_t)1 << check;
}

void
lie_say(struct lie *lie, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(lie->what, sizeof lie->what, format, arguments);
	va_end(arguments);
}

struct bytes
lie_ballot(struct lie *lie, const struct lie_vote *vote, uint8_t *memory)
{
	const struct campaign *campaign = &lie->good->log.campaign;
	struct campaign_choice choices[64];
	struct campaign_vote made;
	struct bytes ballot;

	campaign_vote_random(campaign, &lie->random, &made, choices, 64);
	made.voter = vote->voter;
	made.revision = vote->revision;
	made.serial = vote->serial;
	made.signer = vote->signer;
	ballot = campaign_ballot(campaign, &made, memory + 1);
	memory[0] = TALLY_ENTRY_BALLOT;
	return bytes_make(memory, ballot.size + 1);
}
