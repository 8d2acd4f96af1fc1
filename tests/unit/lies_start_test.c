/* A ledger rewritten by somebody who knows its format, checksums and all: a start compares it with
 * what was signed, and names the place or what does not fit. */
#include "shell/start.h"

#include <sodium.h>

#include "ledger/batch.h"
#include "ledger/segment.h"
#include "tally/status.h"
#include "tests/lib/startup.h"
#include "tests/lib/story.h"

enum {
	BATCHES = 7,
	VOTES = 8, /* in each of them but the first two */
	CASES = 48,
	AREA = 64 * 1024,
};

static const char segment_0[] = "ledger/00000000.seg";

struct ledger {
	struct founded founded;
	struct test_random random;
	uint8_t *truth; /* the first AREA bytes of the segment */
	uint8_t lie[AREA];
	size_t ends[BATCHES];        /* entries in front of the end of each batch */
	size_t offsets[BATCHES + 1]; /* of the batches as they were told last */
};

/* The manifest, the opening, and batches of votes; all of it signed. */
static void
open_ledger(struct ledger *ledger, uint64_t seed)
{
	size_t size;

	ledger->random = test_random_make(seed);
	founded_open_voting(&ledger->founded, &(struct campaign_wish){.revisions_max = 3});
	ledger->ends[0] = 1;
	ledger->ends[1] = 2;
	for (size_t i = 2; i < BATCHES; i++) {
		founded_votes(&ledger->founded, (i - 2) * VOTES, (i - 1) * VOTES, 1);
		ledger->ends[i] = ledger->founded.log.count;
	}
	founded_sign(&ledger->founded);
	ledger->truth = founded_read(&ledger->founded, segment_0, &size);
	assert_true(size > AREA);
}

static void
close_ledger(struct ledger *ledger)
{
	free(ledger->truth);
	founded_free(&ledger->founded);
}

/* Writes the log as batches that end where those of the truth do. */
static void
seal(struct ledger *ledger, const struct test_log *log)
{
	const uint8_t *campaign = log->campaign.manifest->id;
	size_t at = SEGMENT_HEADER_SIZE;
	size_t first = 0;
	uint64_t previous = 0;

	memset(ledger->lie, 0, sizeof ledger->lie);
	memcpy(ledger->lie, ledger->truth, SEGMENT_HEADER_SIZE);
	for (size_t i = 0; i < BATCHES; i++) {
		size_t end = ledger->ends[i] < log->count ? ledger->ends[i] : log->count;
		struct writer area = writer_make(ledger->lie + at + BATCH_HEADER_SIZE,
						 AREA - at - BATCH_HEADER_SIZE - 64);
		struct batch batch = {.number = i, .first_index = first, .previous = previous};

		ledger->offsets[i] = at;
		for (; first < end; first++) {
			writer_u16(&area, (uint16_t)log->entries[first].size);
			writer_bytes(&area, test_log_entry(log, first));
		}
		assert_false(area.failed);
		batch.entries_count = (uint32_t)(end - batch.first_index);
		batch.entries = writer_view(&area);
		previous = batch_seal(ledger->lie + at, &batch, campaign);
		at += batch_size(area.size);
	}
	ledger->offsets[BATCHES] = at;
}

static void
put(const struct ledger *ledger, const uint8_t *bytes)
{
	founded_write(&ledger->founded, segment_0, 0, bytes_make(bytes, AREA));
}

/* What is sealed from the log itself is the truth: the liar knows the format. */
static void
knows_the_format(void **state)
{
	static struct ledger ledger;

	(void)state;
	open_ledger(&ledger, 1);
	seal(&ledger, &ledger.founded.log);
	assert_memory_equal(ledger.lie, ledger.truth, AREA);
	close_ledger(&ledger);
}

static size_t
below(struct ledger *ledger, size_t bound)
{
	return (size_t)test_random_below(&ledger->random, bound);
}

static size_t
ballot(struct ledger *ledger)
{
	return 2 + below(ledger, ledger->founded.log.count - 2);
}

static void
flip_entry(struct ledger *ledger, struct test_log *log)
{
	size_t at = ballot(ledger);
	size_t byte = log->entries[at].size - 1 - below(ledger, 64);

	log->entries[at].data[byte] ^= (uint8_t)(1u << below(ledger, 8));
}

static void
swap_entries(struct ledger *ledger, struct test_log *log)
{
	size_t a = ballot(ledger);
	size_t b;

	do
		b = ballot(ledger);
	while (b == a);
	test_log_swap(log, a, b);
}

static void
other_vote(struct ledger *ledger, struct test_log *log)
{
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	size_t at = ballot(ledger);
	struct bytes vote =
	    story_ballot(log, STORY_STRANGER + below(ledger, 100), 1, memory + 1);

	memory[0] = TALLY_ENTRY_BALLOT;
	test_log_replace(log, at, bytes_make(memory, vote.size + 1));
}

static void
drop_entry(struct ledger *ledger, struct test_log *log)
{
	test_log_drop(log, ballot(ledger));
}

static const struct {
	void (*change)(struct ledger *ledger, struct test_log *log);
	const char *line;
} rewritings[] = {
    {flip_entry, "entries are not those that were signed"},
    {swap_entries, "entries are not those that were signed"},
    {other_vote, "entries are not those that were signed"},
    {drop_entry, "the ledger is shorter than the remembered checkpoint; nothing was changed"},
};

static void
compares_entries_with_what_was_signed(void **state)
{
	static struct ledger ledger;

	(void)state;
	open_ledger(&ledger, 2);
	for (size_t i = 0; i < CASES; i++) {
		size_t kind = i % (sizeof rewritings / sizeof *rewritings);
		struct test_log log;

		test_log_copy(&log, &ledger.founded.log, false);
		rewritings[kind].change(&ledger, &log);
		seal(&ledger, &log);
		put(&ledger, ledger.lie);
		assert_start_refused(&ledger.founded, "ledger", rewritings[kind].line);
		test_log_free(&log);
	}
	put(&ledger, ledger.truth);
	assert_restores(&ledger.founded, ledger.founded.log.count);
	close_ledger(&ledger);
}

/* A batch sealed anew with a header that does not continue the one before. */
static void
names_a_batch_that_does_not_fit(void **state)
{
	static struct ledger ledger;

	(void)state;
	open_ledger(&ledger, 3);
	for (size_t i = 0; i < CASES / 2; i++) {
		size_t at = 1 + below(&ledger, BATCHES - 1);
		uint64_t other = 1 + below(&ledger, 1000);
		struct batch batch;
		char line[120];
		uint8_t *start;

		seal(&ledger, &ledger.founded.log);
		start = ledger.lie + ledger.offsets[at];
		assert_true(batch_parse(bytes_make(start, AREA - ledger.offsets[at]),
					ledger.founded.log.campaign.manifest->id, &batch));
		batch.number += i % 3 == 0 ? other : 0;
		batch.first_index += i % 3 == 1 ? other : 0;
		batch.previous += i % 3 == 2 ? other : 0;
		(void)batch_seal(start, &batch, ledger.founded.log.campaign.manifest->id);
		put(&ledger, ledger.lie);
		snprintf(line, sizeof line, "%s at offset %zu: ", segment_0,
			 ledger.offsets[at]);
		assert_start_refused(&ledger.founded, "ledger", line);
	}
	put(&ledger, ledger.truth);
	assert_restores(&ledger.founded, ledger.founded.log.count);
	close_ledger(&ledger);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_the_format),
	    cmocka_unit_test(compares_entries_with_what_was_signed),
	    cmocka_unit_test(names_a_batch_that_does_not_fit),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
