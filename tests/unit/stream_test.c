#include "tests/lib/test.h"

#include <sodium.h>

#include "tools/tallyctl/city.h"
#include "tools/tallyctl/demo.h"
#include "tools/tallyctl/stream.h"
#include "verify/genuine.h"

enum {
	ballots_count = 3000
};

static struct folder folder;

static void
stream_make(struct stream *stream, uint64_t seed)
{
	stream_init(stream, &folder, seed);
	stream_add(stream, ballots_count);
}

static void
in_every_zone_there_is_something_to_decide(void **state)
{
	int64_t lei[CITY_ZONES] = {0};
	unsigned count[CITY_ZONES] = {0};

	(void)state;
	for (size_t i = 0; i < CITY_PROJECTS; i++) {
		assert_true(city_projects[i].zone < CITY_ZONES);
		lei[city_projects[i].zone] += city_projects[i].lei;
		count[city_projects[i].zone]++;
		assert_true(city_projects[i].lei <= CITY_ZONE_LEI);
	}
	for (size_t i = 0; i < CITY_ZONES; i++) {
		assert_true(count[i] >= 3);
		assert_true(lei[i] > CITY_ZONE_LEI);
	}
}

/* Tags seen so far, and the ballot that is in the log under each. */
struct memory {
	struct bytes accepted[ballots_count];
	size_t count;
};

static const struct bytes *
find(const struct memory *memory, const uint8_t *tag)
{
	for (size_t i = 0; i < memory->count; i++)
		if (memcmp(memory->accepted[i].data + 48, tag, TALLY_TAG_SIZE) == 0)
			return &memory->accepted[i];
	return NULL;
}

/* A slow frontier of the rules: what a server in the open phase has to answer. */
static enum tally_verdict
judge(struct memory *memory, struct bytes ballot)
{
	const struct verifier verifier = verifier_plain(folder.manifest);
	struct verify_item item = {.bytes = ballot};
	const struct bytes *before;

	verify_batch(&verifier, &item, 1);
	if (item.verdict != TALLY_ACCEPTED)
		return item.verdict;
	before = find(memory, item.ballot.tag);
	if (!before)
		memory->accepted[memory->count++] = ballot;
	return !before || bytes_equal(*before, ballot) ? TALLY_ACCEPTED : TALLY_HAS_VOTED;
}

static void
every_verdict_is_the_expected_one(void **state)
{
	static struct memory memory;
	struct stream stream;
	const char *line;
	struct reader reader;
	size_t kinds = 0;

	(void)state;
	stream_make(&stream, 5);
	ballotfile_put(&stream.verdicts, BYTES_OF("\0"));
	line = (const char *)stream.verdicts.data;
	reader = reader_make(ballotfile_view(&stream.ballots));
	for (size_t i = 0; i < ballots_count; i++) {
		uint16_t size = reader_u16(&reader);
		enum tally_verdict verdict = judge(&memory, reader_bytes(&reader, size));
		const char *name = tally_verdict_text(verdict)->name;

		assert_int_equal(strncmp(line, name, strlen(name)), 0);
		assert_int_equal(line[strlen(name)], '\n');
		line += strlen(name) + 1;
	}
	assert_true(reader_done(&reader));
	assert_int_equal(*line, 0);
	assert_int_equal(memory.count, stream.counts[STREAM_FRESH]);
	for (int i = 0; i < STREAM_KINDS_COUNT; i++)
		kinds += stream.counts[i] > 0;
	assert_int_equal(kinds, STREAM_KINDS_COUNT);
	stream_free(&stream);
}

/* Signatures of Ed25519 are deterministic: with the same keys all bytes are the same, but for
 * the stranger, whose key is new each time. */
static void
a_seed_says_it_all(void **state)
{
	struct stream a, b, c;

	(void)state;
	stream_make(&a, 5);
	stream_make(&b, 5);
	stream_make(&c, 6);
	assert_true(bytes_equal(ballotfile_view(&a.verdicts), ballotfile_view(&b.verdicts)));
	assert_int_equal(a.ballots.size, b.ballots.size);
	assert_memory_equal(a.counts, b.counts, sizeof a.counts);
	assert_false(bytes_equal(ballotfile_view(&a.verdicts), ballotfile_view(&c.verdicts)));
	stream_free(&a);
	stream_free(&b);
	stream_free(&c);
}

static void
late_ones_are_new_voters(void **state)
{
	static struct memory memory;
	struct ballotfile_maker late = {0};
	struct stream stream;
	struct reader reader;

	(void)state;
	stream_make(&stream, 5);
	reader = reader_make(ballotfile_view(&stream.ballots));
	while (reader_left(&reader)) {
		uint16_t size = reader_u16(&reader);

		(void)judge(&memory, reader_bytes(&reader, size));
	}
	stream_late(&stream, 50, &late);
	reader = reader_make(ballotfile_view(&late));
	for (size_t i = 0; i < 50; i++) {
		uint16_t size = reader_u16(&reader);

		assert_int_equal(judge(&memory, reader_bytes(&reader, size)), TALLY_ACCEPTED);
	}
	assert_true(reader_done(&reader));
	assert_int_equal(memory.count, stream.counts[STREAM_FRESH] + 50);
	free(late.data);
	stream_free(&stream);
}

static int
begin(void **state)
{
	(void)state;
	if (sodium_init() < 0)
		return 1;
	folder_init(&folder, "decide.example/test");
	return demo_manifest(&folder, ballots_count) != TALLY_EXIT_FINE;
}

static int
end(void **state)
{
	(void)state;
	folder_free(&folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(in_every_zone_there_is_something_to_decide),
	    cmocka_unit_test(every_verdict_is_the_expected_one),
	    cmocka_unit_test(a_seed_says_it_all),
	    cmocka_unit_test(late_ones_are_new_voters),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
