#include "tests/lib/test.h"

#include <sodium.h>

#include "ballot/notice.h"
#include "tests/lib/vector.h"

#define FILE_NAME "ballot.txt"

static const int64_t golden_closes = 1796068800;  /* 2026-11-30T20:00:00Z */
static const int64_t golden_unseals = 1796155200; /* 2026-12-01T20:00:00Z */

struct authority {
	uint8_t campaign[TALLY_HASH_SIZE];
	uint8_t secret[64];
	uint32_t key_id;
};

static struct authority
authority_load(void)
{
	struct authority authority;
	uint8_t seed[32], public_key[32], id[4];

	test_vector(FILE_NAME, "campaign", authority.campaign, 32);
	test_vector(FILE_NAME, "authority_seed", seed, sizeof seed);
	crypto_sign_seed_keypair(public_key, authority.secret, seed);
	test_vector(FILE_NAME, "authority_key_id", id, sizeof id);
	authority.key_id = be32_load(id);
	return authority;
}

static void
write_notice(struct writer *writer, uint32_t number, const uint8_t *previous, unsigned kind,
	     struct bytes body)
{
	struct authority authority = authority_load();
	struct notice_head head = {.campaign = authority.campaign,
				   .number = number,
				   .previous = previous,
				   .kind = kind};

	notice_write(writer, &head, body, authority.key_id, authority.secret);
}

static enum tally_verdict
verdict_of(unsigned kind, struct bytes body)
{
	static uint8_t memory[70000];
	uint8_t previous[32] = {0};
	struct writer writer = writer_make(memory, sizeof memory);
	struct notice notice;

	write_notice(&writer, 1, previous, kind, body);
	assert_false(writer.failed);
	return notice_parse(writer_view(&writer), &notice);
}

static enum tally_verdict
verdict_of_time(unsigned kind, int64_t time)
{
	uint8_t body[8];

	be64_store(body, (uint64_t)time);
	return verdict_of(kind, bytes_make(body, sizeof body));
}

static enum tally_verdict
verdict_of_closes(int64_t closes)
{
	return verdict_of_time(TALLY_NOTICE_EXTEND, closes);
}

static void
writes_the_vectors(void **state)
{
	uint8_t memory[1024], body[8], hash[32] = {0};
	struct writer writer = writer_make(memory, sizeof memory);
	struct notice notice;

	(void)state;
	be64_store(body, (uint64_t)golden_closes);
	write_notice(&writer, 1, hash, TALLY_NOTICE_EXTEND, bytes_make(body, sizeof body));
	assert_vector(FILE_NAME, "notice_extend", writer_view(&writer));
	assert_int_equal(notice_parse(writer_view(&writer), &notice), TALLY_ACCEPTED);
	notice_hash(&notice, hash);
	assert_vector(FILE_NAME, "notice_extend_hash", bytes_make(hash, sizeof hash));

	writer = writer_make(memory, sizeof memory);
	write_notice(&writer, 2, hash, TALLY_NOTICE_CLOSE, bytes_make(NULL, 0));
	assert_vector(FILE_NAME, "notice_close", writer_view(&writer));
	assert_int_equal(notice_parse(writer_view(&writer), &notice), TALLY_ACCEPTED);
	notice_hash(&notice, hash);
	assert_vector(FILE_NAME, "notice_close_hash", bytes_make(hash, sizeof hash));

	writer = writer_make(memory, sizeof memory);
	be64_store(body, (uint64_t)golden_unseals);
	write_notice(&writer, 3, hash, TALLY_NOTICE_UNSEAL, bytes_make(body, sizeof body));
	assert_vector(FILE_NAME, "notice_unseal", writer_view(&writer));
	assert_int_equal(notice_parse(writer_view(&writer), &notice), TALLY_ACCEPTED);
	notice_hash(&notice, hash);
	assert_vector(FILE_NAME, "notice_unseal_hash", bytes_make(hash, sizeof hash));
}

static void
signs_only_its_own_bytes(void **state)
{
	uint8_t memory[1024], previous[32] = {0};
	struct writer writer = writer_make(memory, sizeof memory);
	struct writer alone;

	(void)state;
	writer_u8(&writer, TALLY_ENTRY_NOTICE);
	write_notice(&writer, 1, previous, TALLY_NOTICE_CLOSE, bytes_make(NULL, 0));
	alone = writer_make(memory + 512, 512);
	write_notice(&alone, 1, previous, TALLY_NOTICE_CLOSE, bytes_make(NULL, 0));
	assert_int_equal(writer.size, alone.size + 1);
	assert_memory_equal(memory + 1, memory + 512, alone.size);
}

static void
parses_extend(void **state)
{
	struct authority authority = authority_load();
	uint8_t memory[1024];
	size_t size = test_vector(FILE_NAME, "notice_extend", memory, sizeof memory);
	struct notice notice;

	(void)state;
	assert_int_equal(notice_parse(bytes_make(memory, size), &notice), TALLY_ACCEPTED);
	assert_memory_equal(notice.campaign, authority.campaign, 32);
	assert_int_equal(notice.number, 1);
	assert_true(bytes_all_zero(bytes_make(notice.previous, 32)));
	assert_int_equal(notice.kind, TALLY_NOTICE_EXTEND);
	assert_int_equal(notice.body.size, 8);
	assert_true(notice.closes == golden_closes);
	assert_int_equal(notice.key_id, authority.key_id);
	assert_int_equal(notice.signed_bytes.size, size - 64);
	assert_ptr_equal(notice.signature, memory + size - 64);
}

static void
parses_close(void **state)
{
	uint8_t memory[1024], hash[32];
	size_t size = test_vector(FILE_NAME, "notice_close", memory, sizeof memory);
	struct notice notice;

	(void)state;
	test_vector(FILE_NAME, "notice_extend_hash", hash, sizeof hash);
	assert_int_equal(notice_parse(bytes_make(memory, size), &notice), TALLY_ACCEPTED);
	assert_int_equal(notice.number, 2);
	assert_memory_equal(notice.previous, hash, sizeof hash);
	assert_int_equal(notice.kind, TALLY_NOTICE_CLOSE);
	assert_int_equal(notice.body.size, 0);
	assert_true(notice.closes == 0);
}

static void
parses_unseal(void **state)
{
	uint8_t memory[1024];
	size_t size = test_vector(FILE_NAME, "notice_unseal", memory, sizeof memory);
	struct notice notice;

	(void)state;
	assert_int_equal(notice_parse(bytes_make(memory, size), &notice), TALLY_ACCEPTED);
	assert_int_equal(notice.number, 3);
	assert_int_equal(notice.kind, TALLY_NOTICE_UNSEAL);
	assert_int_equal(notice.body.size, 8);
	assert_true(notice.unseals == golden_unseals);
	assert_true(notice.closes == 0);
	assert_int_equal(verdict_of_time(TALLY_NOTICE_UNSEAL, golden_unseals + 1),
			 TALLY_MALFORMED);
	assert_int_equal(verdict_of_time(TALLY_NOTICE_UNSEAL, -60), TALLY_MALFORMED);
	assert_int_equal(verdict_of_time(TALLY_NOTICE_UNSEAL, 253402300740), TALLY_ACCEPTED);
	assert_int_equal(verdict_of_time(TALLY_NOTICE_UNSEAL, 253402300800), TALLY_MALFORMED);
}

static void
kinds(void **state)
{
	static const char *const names[] = {NULL,    "extend", "pause",  "resume",
					    "close", "unseal", "revoke", "withdraw",
					    "void",  "enrol",  "draw",   "text"};

	(void)state;
	for (unsigned kind = 1; kind < sizeof names / sizeof *names; kind++)
		assert_string_equal(notice_kind_name(kind), names[kind]);
	assert_null(notice_kind_name(0));
	for (unsigned kind = sizeof names / sizeof *names; kind < 256; kind++) {
		assert_null(notice_kind_name(kind));
		assert_int_equal(verdict_of(kind, BYTES_OF("body")), TALLY_MALFORMED);
		assert_int_equal(verdict_of(kind, BYTES_OF("")), TALLY_MALFORMED);
	}
	assert_int_equal(verdict_of(0, BYTES_OF("")), TALLY_MALFORMED);
}

static void
bodies(void **state)
{
	(void)state;
	assert_int_equal(verdict_of(TALLY_NOTICE_CLOSE, BYTES_OF("x")), TALLY_MALFORMED);
	assert_int_equal(verdict_of(TALLY_NOTICE_EXTEND, BYTES_OF("")), TALLY_MALFORMED);
	assert_int_equal(verdict_of(TALLY_NOTICE_EXTEND, BYTES_OF("\0\0\0\0\0\0\0")),
			 TALLY_MALFORMED);
	assert_int_equal(verdict_of(TALLY_NOTICE_EXTEND, BYTES_OF("\0\0\0\0\0\0\0\0\0")),
			 TALLY_MALFORMED);
	assert_int_equal(verdict_of(TALLY_NOTICE_UNSEAL, BYTES_OF("")), TALLY_MALFORMED);
	assert_int_equal(verdict_of_closes(golden_closes + 60), TALLY_ACCEPTED);
	assert_int_equal(verdict_of_closes(golden_closes + 1), TALLY_MALFORMED);
	assert_int_equal(verdict_of_closes(golden_closes + 59), TALLY_MALFORMED);
	assert_int_equal(verdict_of_closes(0), TALLY_ACCEPTED);
	assert_int_equal(verdict_of_closes(-60), TALLY_MALFORMED);
	assert_int_equal(verdict_of_closes(INT64_MIN), TALLY_MALFORMED);
	/* 9999-12-31T23:59:00Z is the last minute that has a text */
	assert_int_equal(verdict_of_closes(253402300740), TALLY_ACCEPTED);
	assert_int_equal(verdict_of_closes(253402300800), TALLY_MALFORMED);
}

static void
cuts_and_separators(void **state)
{
	uint8_t memory[1024] = {0};
	size_t size = test_vector(FILE_NAME, "notice_extend", memory, sizeof memory);
	struct notice notice = {.number = 99};

	(void)state;
	for (size_t cut = 0; cut <= size + 1; cut++) {
		if (cut != size)
			assert_int_equal(notice_parse(bytes_make(memory, cut), &notice),
					 TALLY_MALFORMED);
	}
	memory[14] = '2';
	assert_int_equal(notice_parse(bytes_make(memory, size), &notice),
			 TALLY_UNKNOWN_VERSION);
	memory[14] = '1';
	memory[0] = 'T';
	assert_int_equal(notice_parse(bytes_make(memory, size), &notice), TALLY_MALFORMED);
	assert_int_equal(notice.number, 99);
}

static void
size_limit(void **state)
{
	static uint8_t body[TALLY_NOTICE_SIZE_MAX];
	size_t largest = TALLY_NOTICE_SIZE_MAX - (87 + 4 + 64);

	(void)state;
	assert_int_equal(verdict_of(TALLY_NOTICE_TEXT, bytes_make(body, largest)),
			 TALLY_MALFORMED);
	assert_int_equal(verdict_of(TALLY_NOTICE_TEXT, bytes_make(body, largest + 1)),
			 TALLY_TOO_LARGE);
}

static void
a_full_writer_signs_nothing(void **state)
{
	uint8_t memory[155], previous[32] = {0};

	(void)state;
	for (size_t capacity = 0; capacity <= sizeof memory; capacity++) {
		struct writer writer = writer_make(memory, capacity);

		write_notice(&writer, 1, previous, TALLY_NOTICE_CLOSE, bytes_make(NULL, 0));
		assert_int_equal(writer.failed, capacity < sizeof memory);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_the_vectors),
	    cmocka_unit_test(signs_only_its_own_bytes),
	    cmocka_unit_test(parses_extend),
	    cmocka_unit_test(parses_close),
	    cmocka_unit_test(parses_unseal),
	    cmocka_unit_test(kinds),
	    cmocka_unit_test(bodies),
	    cmocka_unit_test(cuts_and_separators),
	    cmocka_unit_test(size_limit),
	    cmocka_unit_test(a_full_writer_signs_nothing),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
