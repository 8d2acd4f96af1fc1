#include "tests/lib/test.h"

#include "base/text.h"
#include "ledger/entry.h"

enum {
	PART = TALLY_CAMPAIGN_PART_SIZE
};

static uint8_t memory[TALLY_ENTRY_SIZE_MAX + 1];

/* Decodes hex into memory and parses it. */
static bool
parse_hex(const char *hex, struct entry *out)
{
	return entry_parse(bytes_make(memory, test_hex(hex, memory, sizeof memory)), out);
}

static bool
parse_campaign(uint16_t part, uint16_t parts, size_t size)
{
	struct entry entry;

	memset(memory, 'm', sizeof memory);
	memory[0] = TALLY_ENTRY_CAMPAIGN;
	be16_store(memory + 1, part);
	be16_store(memory + 3, parts);
	return entry_parse(bytes_make(memory, ENTRY_CAMPAIGN_HEAD + size), &entry);
}

static void
campaign_parts_make_up_the_manifest(void **state)
{
	static const size_t sizes[] = {1,        PART - 1,     PART,
				       PART + 1, 3 * PART + 7, TALLY_MANIFEST_SIZE_MAX};
	uint8_t *manifest = malloc(TALLY_MANIFEST_SIZE_MAX);
	struct test_random random = test_random_make(1);

	(void)state;
	assert_non_null(manifest);
	test_random_fill(&random, manifest, TALLY_MANIFEST_SIZE_MAX);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint16_t parts = entry_campaign_parts(sizes[i]);
		size_t at = 0;

		for (uint16_t part = 0; part < parts; part++) {
			struct writer writer = writer_make(memory, sizeof memory);
			struct entry entry;

			entry_campaign_write(&writer, bytes_make(manifest, sizes[i]), part);
			assert_false(writer.failed);
			assert_true(entry_parse(writer_view(&writer), &entry));
			assert_int_equal(entry.kind, TALLY_ENTRY_CAMPAIGN);
			assert_int_equal(entry.part, part);
			assert_int_equal(entry.parts, parts);
			assert_memory_equal(entry.body.data, manifest + at, entry.body.size);
			at += entry.body.size;
		}
		assert_int_equal(at, sizes[i]);
	}
	free(manifest);
}

static void
campaign_parts_are_counted(void **state)
{
	(void)state;
	assert_int_equal(entry_campaign_parts(0), 1);
	assert_int_equal(entry_campaign_parts(1), 1);
	assert_int_equal(entry_campaign_parts(PART), 1);
	assert_int_equal(entry_campaign_parts(PART + 1), 2);
	assert_int_equal(entry_campaign_parts(TALLY_MANIFEST_SIZE_MAX), 65);
}

static void
campaign_shapes(void **state)
{
	(void)state;
	assert_true(parse_campaign(0, 1, 0));
	assert_true(parse_campaign(0, 1, PART));
	assert_true(parse_campaign(0, 2, PART));
	assert_true(parse_campaign(1, 2, 1));
	assert_true(parse_campaign(64, 65, TALLY_MANIFEST_SIZE_MAX - 64 * PART));

	assert_false(parse_campaign(0, 0, 10));
	assert_false(parse_campaign(1, 1, 10));
	assert_false(parse_campaign(2, 1, 10));
	assert_false(parse_campaign(0, 2, PART - 1));
	assert_false(parse_campaign(0, 1, PART + 1));
	assert_false(parse_campaign(0, 2, PART + 1));
	assert_false(parse_campaign(1, 2, 0));
	assert_false(parse_campaign(0, 66, PART));
	assert_false(parse_campaign(65, 66, 1));
	assert_false(parse_campaign(64, 65, TALLY_MANIFEST_SIZE_MAX - 64 * PART + 1));
	assert_false(parse_campaign(0xffff, 0xffff, 1));
}

static void
golden_bytes(void **state)
{
	uint8_t out[128];
	uint8_t salt[32];
	uint8_t hash[32];
	struct writer writer = writer_make(out, sizeof out);
	char text[256];
	struct writer hex = writer_make(text, sizeof text);

	(void)state;
	memset(salt, 0x5a, sizeof salt);
	memset(hash, 0xa5, sizeof hash);
	entry_phase_write(&writer, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE, 0x01020304);
	entry_tally_write(&writer, 0x1122334455667788, salt, hash);
	entry_campaign_write(&writer, BYTES_OF("{}"), 0);
	text_hex_write(&hex, writer_view(&writer));
	assert_true(bytes_equal(
	    writer_view(&hex),
	    BYTES_OF("04020201020304"
		     "031122334455667788"
		     "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
		     "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"
		     "01000000017b7d")));
}

static void
phases(void **state)
{
	struct entry entry;

	(void)state;
	assert_true(parse_hex("040101ffffffff", &entry));
	assert_int_equal(entry.kind, TALLY_ENTRY_PHASE);
	assert_int_equal(entry.phase, TALLY_PHASE_OPEN);
	assert_int_equal(entry.cause, TALLY_CAUSE_CLOCK);
	assert_true(entry.minute == 0xffffffff);
	assert_true(parse_hex("04020200000001", &entry));
	assert_int_equal(entry.phase, TALLY_PHASE_CLOSED);
	assert_int_equal(entry.cause, TALLY_CAUSE_NOTICE);
	assert_true(entry.minute == 1);

	assert_false(parse_hex("04000100000001", &entry));
	assert_false(parse_hex("04030100000001", &entry));
	assert_false(parse_hex("04010000000001", &entry));
	assert_false(parse_hex("04010300000001", &entry));
	assert_false(parse_hex("040101000000", &entry));
	assert_false(parse_hex("0401010000000100", &entry));
}

static void
tallies(void **state)
{
	struct entry entry;

	(void)state;
	memset(memory, 0, sizeof memory);
	memory[0] = TALLY_ENTRY_TALLY;
	memory[8] = 77;
	memory[9] = 's';
	memory[41] = 'h';
	assert_true(entry_parse(bytes_make(memory, ENTRY_TALLY_SIZE), &entry));
	assert_true(entry.covered == 77);
	assert_ptr_equal(entry.salt, memory + 9);
	assert_ptr_equal(entry.hash, memory + 41);
	assert_false(entry_parse(bytes_make(memory, ENTRY_TALLY_SIZE - 1), &entry));
	assert_false(entry_parse(bytes_make(memory, ENTRY_TALLY_SIZE + 1), &entry));
}

static void
submitted_bytes_are_not_looked_into(void **state)
{
	struct entry entry;

	(void)state;
	assert_true(parse_hex("02cafe", &entry));
	assert_int_equal(entry.kind, TALLY_ENTRY_BALLOT);
	assert_ptr_equal(entry.body.data, memory + 1);
	assert_int_equal(entry.body.size, 2);
	assert_true(parse_hex("05", &entry));
	assert_int_equal(entry.kind, TALLY_ENTRY_NOTICE);
	assert_int_equal(entry.body.size, 0);
}

static void
unknown_kinds_and_sizes(void **state)
{
	struct entry entry;

	(void)state;
	assert_false(entry_parse(bytes_make(NULL, 0), &entry));
	memset(memory, 0, sizeof memory);
	for (unsigned kind = 0; kind < 256; kind++) {
		memory[0] = (uint8_t)kind;
		if (kind < 1 || kind > 6)
			assert_false(entry_parse(bytes_make(memory, ENTRY_TALLY_SIZE), &entry));
	}
	memory[0] = TALLY_ENTRY_BALLOT;
	assert_true(entry_parse(bytes_make(memory, TALLY_ENTRY_SIZE_MAX), &entry));
	assert_false(entry_parse(bytes_make(memory, TALLY_ENTRY_SIZE_MAX + 1), &entry));
}

static void
names(void **state)
{
	(void)state;
	assert_string_equal(entry_kind_name(TALLY_ENTRY_CAMPAIGN), "CAMPAIGN");
	assert_string_equal(entry_kind_name(TALLY_ENTRY_BALLOT), "BALLOT");
	assert_string_equal(entry_kind_name(TALLY_ENTRY_TALLY), "TALLY");
	assert_string_equal(entry_kind_name(TALLY_ENTRY_PHASE), "PHASE");
	assert_string_equal(entry_kind_name(TALLY_ENTRY_NOTICE), "NOTICE");
	assert_string_equal(entry_kind_name(0), "?");
	assert_string_equal(entry_kind_name(TALLY_ENTRY_SHEET), "SHEET");
	assert_string_equal(entry_kind_name(TALLY_ENTRY_SHEET + 1), "?");
	assert_string_equal(entry_kind_name(4000000000), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(campaign_parts_make_up_the_manifest),
	    cmocka_unit_test(campaign_parts_are_counted),
	    cmocka_unit_test(campaign_shapes),
	    cmocka_unit_test(golden_bytes),
	    cmocka_unit_test(phases),
	    cmocka_unit_test(tallies),
	    cmocka_unit_test(submitted_bytes_are_not_looked_into),
	    cmocka_unit_test(unknown_kinds_and_sizes),
	    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
