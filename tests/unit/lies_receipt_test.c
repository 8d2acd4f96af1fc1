/* Receipts of good logs, changed in every part: none still proves its ballot. LIE=n tells one of
 * them alone. */
#include "tools/tally-verify/receipt.h"

#include <sodium.h>

#include "tests/lib/lies.h"

enum {
	RECEIPTS_COUNT = 1200
};

/* A receipt in the making. Only these may be found wrong: `checks`, a bit for each. */
struct told {
	struct test_random random;
	const struct lie_log *good;
	size_t index;
	size_t size;
	char text[TALLY_RECEIPT_SIZE_MAX + 256];
	size_t text_size;
	uint8_t ballot[2 + TALLY_BALLOT_SIZE_MAX];
	size_t ballot_size;
	unsigned checks;
	const char *what;
};

static size_t
below(struct told *told, size_t bound)
{
	return (size_t)test_random_below(&told->random, bound);
}

static size_t
pick_ballot(struct told *told)
{
	const struct test_log *log = &told->good->log;
	size_t index;

	do
		index = below(told, log->count);
	while (log->entries[index].data[0] != TALLY_ENTRY_BALLOT);
	return index;
}

static void
put_ballot(struct told *told, size_t index)
{
	struct bytes entry = test_log_entry(&told->good->log, index);

	be16_store(told->ballot, (uint16_t)(entry.size - 1));
	memcpy(told->ballot + 2, entry.data + 1, entry.size - 1);
	told->ballot_size = 2 + entry.size - 1;
}

static void
put_text(struct told *told, size_t index, size_t size)
{
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];
	struct bytes text = test_log_receipt(&told->good->log, index, size, memory);

	memcpy(told->text, text.data, text.size);
	told->text[text.size] = '\0';
	told->text_size = text.size;
}

/* Line number of an offset. */
static size_t
line_of(const struct told *told, size_t offset)
{
	size_t line = 0;

	for (size_t i = 0; i < offset; i++)
		line += told->text[i] == '\n';
	return line;
}

/* The header; the index; hashes and the empty line; the checkpoint. A changed line may have lost
 * its shape, or say something else. */
static void
flip_text(struct told *told)
{
	size_t at = below(told, told->text_size);
	size_t line = line_of(told, at);
	size_t empty = line_of(told, (size_t)(strstr(told->text, "\n\n") + 1 - told->text));

	told->text[at] ^= (char)(1 << below(told, 8));
	told->what = "a bit of the text";
	if (line == 0)
		told->checks = 1 << RECEIPT_SHAPE;
	else if (line < empty)
		told->checks = 1 << RECEIPT_SHAPE | 1 << RECEIPT_INCLUSION;
	else
		told->checks = 1 << RECEIPT_SHAPE | 1 << RECEIPT_CHECKPOINT;
}

static void
flip_ballot(struct told *told)
{
	told->ballot[2 + below(told, told->ballot_size - 2)] ^= (uint8_t)(1u << below(told, 8));
	told->what = "a bit of the ballot";
	told->checks = 1 << RECEIPT_INCLUSION;
}

static void
other_ballot(struct told *told)
{
	size_t other;

	do
		other = pick_ballot(told);
	while (other == told->index);
	put_ballot(told, other);
	told->what = "another ballot";
	told->checks = 1 << RECEIPT_INCLUSION;
}

/* The same hashes for another index. */
static void
other_index(struct told *told)
{
	char rest[sizeof told->text];
	char *line = strchr(told->text, '\n') + 1;
	size_t index = below(told, told->size * 2);

	index += index == told->index;
	strcpy(rest, strchr(line, '\n'));
	snprintf(line, sizeof told->text - (size_t)(line - told->text), "index %zu%s", index,
		 rest);
	told->text_size = strlen(told->text);
	told->index = index;
	told->what = "another index";
	told->checks = 1 << RECEIPT_INCLUSION;
}

static void
zero_before_index(struct told *told)
{
	char *digits = strstr(told->text, "index ") + 6;

	memmove(digits + 1, digits, strlen(digits) + 1);
	*digits = "0+ -"[below(told, 4)];
	told->text_size++;
	told->what = "another spelling of the index";
	told->checks = 1 << RECEIPT_SHAPE;
}

/* A hash twice, or left out. */
static void
other_count(struct told *told)
{
	char *hash = strchr(strchr(told->text, '\n') + 1, '\n') + 1;
	char *end = strstr(told->text, "\n\n") + 1;
	size_t count = (size_t)(end - hash) / 45;

	told->what = "a hash too many or too few";
	told->checks = 1 << RECEIPT_INCLUSION;
	assert_true(count > 0);
	hash += 45 * below(told, count);
	if (below(told, 2) == 0)
		memmove(hash, hash + 45, strlen(hash + 45) + 1);
	else
		memmove(hash + 45, hash, strlen(hash) + 1);
	told->text_size = strlen(told->text);
}

/* The checkpoint of another size, or of another log, under this proof. */
static void
other_checkpoint(struct told *told, const struct lie_log *log, size_t size)
{
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes note = test_log_checkpoint(&log->log, size, memory);
	char *at = strstr(told->text, "\n\n") + 2;

	memcpy(at, note.data, note.size);
	at[note.size] = '\0';
	told->text_size = strlen(told->text);
}

static void
other_size(struct told *told)
{
	size_t size = told->index + 1 + below(told, told->good->log.count - told->index);

	if (size == told->size)
		size = size == told->good->log.count ? size - 1 : size + 1;
	other_checkpoint(told, told->good, size);
	told->what = "the checkpoint of another size";
	told->checks = 1 << RECEIPT_INCLUSION;
}

static void
other_signer(struct told *told)
{
	struct lie_log other = *told->good;

	other.log.campaign.log = other.log.campaign.frontends[0];
	memcpy(other.log.campaign.log.key.name, told->good->log.campaign.log.key.name,
	       sizeof other.log.campaign.log.key.name);
	other_checkpoint(told, &other, told->size);
	told->what = "another signer";
	told->checks = 1 << RECEIPT_CHECKPOINT;
}

/* Of the other log, whose key and name are the same: a receipt of something else. */
static void
other_log(struct told *told)
{
	size_t size = 1 + below(told, told->good->other->log.count);

	other_checkpoint(told, told->good->other, size);
	told->what = "the checkpoint of another campaign";
	told->checks = 1 << RECEIPT_INCLUSION;
}

static void
cut_text(struct told *told)
{
	told->text_size = below(told, told->text_size);
	told->what = "a cut text";
	told->checks = 1 << RECEIPT_SHAPE | 1 << RECEIPT_CHECKPOINT;
}

static void
longer_text(struct told *told)
{
	strcat(told->text, below(told, 2) == 0 ? "\n" : "and more\n");
	told->text_size = strlen(told->text);
	told->what = "a longer text";
	told->checks = 1 << RECEIPT_SHAPE | 1 << RECEIPT_CHECKPOINT;
}

static void (*const ways[])(struct told *told) = {
    flip_text,   flip_text,         flip_text,   flip_ballot, other_ballot,
    other_index, zero_before_index, other_count, other_size,  other_signer,
    other_log,   cut_text,          longer_text,
};

static void
begin(struct told *told, const struct lies *lies, uint64_t number)
{
	*told = (struct told){.random = {lies->seed ^ (number + 1) * 0x9e3779b97f4a7c15u}};
	told->good = &lies->logs[below(told, LIE_LOGS_COUNT)];
	told->index = pick_ballot(told);
	told->size = told->index + 1 + below(told, told->good->log.count - told->index);
	put_ballot(told, told->index);
	put_text(told, told->index, told->size);
}

static enum tally_exit
examine(const struct told *told, struct report *report)
{
	uint64_t index;
	uint64_t size;

	receipt_examine(bytes_make(told->text, told->text_size),
			bytes_make(told->ballot, told->ballot_size),
			&told->good->log.campaign.log.key, report, &index, &size);
	return report_exit(report);
}

static void
tell(const struct lies *lies, uint64_t number)
{
	static struct told told;
	struct report report;

	begin(&told, lies, number);
	assert_int_equal(examine(&told, &report), TALLY_EXIT_FINE);
	assert_int_equal(report.checks[RECEIPT_INCLUSION].status, REPORT_PASS);
	ways[number % (sizeof ways / sizeof *ways)](&told);
	if (examine(&told, &report) != TALLY_EXIT_FAILED)
		fail_msg("LIE=%d: %s: accepted", (int)number, told.what);
	for (unsigned i = 0; i < RECEIPT_CHECKS_COUNT; i++)
		if (report.checks[i].status == REPORT_FAIL && (told.checks >> i & 1) == 0)
			fail_msg("LIE=%d: %s: check %u: %s", (int)number, told.what, i + 1,
				 report.checks[i].why.sentence);
	if (told.checks == 1 << RECEIPT_INCLUSION &&
	    (!report.checks[RECEIPT_INCLUSION].why.has_index ||
	     report.checks[RECEIPT_INCLUSION].why.index != told.index))
		fail_msg("LIE=%d: %s: another entry is named", (int)number, told.what);
}

static void
refuses_every_changed_receipt(void **state)
{
	static struct lies lies;
	struct test_random random = test_random_make(1);
	const char *alone = getenv("LIE");

	(void)state;
	lies_open(&lies, random.state);
	if (alone != NULL)
		tell(&lies, strtoull(alone, NULL, 10));
	for (uint64_t number = 0; alone == NULL && number < RECEIPTS_COUNT; number++)
		tell(&lies, number);
	lies_close(&lies);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuses_every_changed_receipt),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
