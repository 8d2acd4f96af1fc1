#include "tests/lib/test.h"

#include <sodium.h>

#include "ballot/notice.h"
#include "tests/lib/vector.h"

/* Every kind of body: its golden bytes, and each edge at which it is none. */
#define FILE_NAME "ballot.txt"

enum {
	SIGNER = 0x01020304,
	REGISTRAR = 0x05060708,
	BODY_MAX = TALLY_NOTICE_SIZE_MAX - (87 + 4 + 64),
};

static uint8_t memory[TALLY_NOTICE_SIZE_MAX + 1];
static uint8_t body[TALLY_NOTICE_SIZE_MAX];
static struct writer to; /* writes a body */
static struct notice notice;

static void
begin(void)
{
	to = writer_make(body, sizeof body);
}

static struct bytes
signed_notice(uint32_t number, const uint8_t *previous, unsigned kind)
{
	uint8_t campaign[TALLY_HASH_SIZE], seed[32], public_key[32], secret[64], id[4];
	struct writer writer = writer_make(memory, sizeof memory);
	struct notice_head head = {campaign, number, previous, kind};

	test_vector(FILE_NAME, "campaign", campaign, sizeof campaign);
	test_vector(FILE_NAME, "authority_seed", seed, sizeof seed);
	test_vector(FILE_NAME, "authority_key_id", id, sizeof id);
	crypto_sign_seed_keypair(public_key, secret, seed);
	notice_write(&writer, &head, writer_view(&to), be32_load(id), secret);
	assert_false(writer.failed);
	return writer_view(&writer);
}

/* What has been written since begin() is the body. */
static bool
fits(unsigned kind)
{
	static const uint8_t zeros[TALLY_HASH_SIZE];
	enum tally_verdict verdict;

	assert_false(to.failed);
	verdict = notice_parse(signed_notice(1, zeros, kind), &notice);
	assert_true(verdict == TALLY_ACCEPTED || verdict == TALLY_MALFORMED);
	return verdict == TALLY_ACCEPTED;
}

static bool
fits_bytes(unsigned kind, struct bytes bytes)
{
	begin();
	writer_bytes(&to, bytes);
	return fits(kind);
}

/* Tag number i; ascending by i. */
static void
tag_put(size_t i)
{
	uint8_t tag[TALLY_TAG_SIZE] = {0};

	be32_store(tag, (uint32_t)i);
	writer_copy(&to, tag, sizeof tag);
}

static void
golden_tags(uint8_t tags[2 * TALLY_TAG_SIZE])
{
	test_vector(FILE_NAME, "tag", tags, TALLY_TAG_SIZE);
	memcpy(tags + TALLY_TAG_SIZE, tags, TALLY_TAG_SIZE);
	tags[TALLY_TAG_SIZE]++;
}

static void
assert_golden(const char *name, unsigned kind)
{
	static uint32_t number = 3;
	static uint8_t hash[TALLY_HASH_SIZE];
	char hash_name[64];

	if (number == 3)
		test_vector(FILE_NAME, "notice_unseal_hash", hash, sizeof hash);
	assert_vector(FILE_NAME, name, signed_notice(++number, hash, kind));
	assert_int_equal(notice_parse(test_vector_view(FILE_NAME, name), &notice),
			 TALLY_ACCEPTED);
	assert_int_equal(notice.kind, kind);
	assert_int_equal(notice.number, number);
	notice_hash(&notice, hash);
	snprintf(hash_name, sizeof hash_name, "%s_hash", name);
	assert_vector(FILE_NAME, hash_name, bytes_make(hash, sizeof hash));
	begin();
}

static void
writes_the_vectors(void **state)
{
	uint8_t tags[2 * TALLY_TAG_SIZE], enrolments[2 * NOTICE_ENROLMENT_SIZE] = {0};
	struct notice_void voided = {.fate = NOTICE_AGAIN,
				     .tags_count = 2,
				     .tags = tags,
				     .reason = BYTES_OF("proces verbal 12/\xc8\x99")};
	struct notice_void stolen = {.fate = NOTICE_BARRED,
				     .signer = SIGNER,
				     .first = 1000,
				     .last = 1999,
				     .reason = BYTES_OF("stolen key")};

	(void)state;
	begin();
	assert_golden("notice_pause", TALLY_NOTICE_PAUSE);
	assert_golden("notice_resume", TALLY_NOTICE_RESUME);
	notice_revoke_write(&to, NOTICE_FRONTEND, SIGNER);
	assert_golden("notice_revoke_frontend", TALLY_NOTICE_REVOKE);
	notice_revoke_write(&to, NOTICE_REGISTRAR, REGISTRAR);
	assert_golden("notice_revoke_registrar", TALLY_NOTICE_REVOKE);
	assert_int_equal(notice.holder, NOTICE_REGISTRAR);
	assert_int_equal(notice.revoked, REGISTRAR);
	notice_withdraw_write(&to, 1, 259);
	assert_golden("notice_withdraw", TALLY_NOTICE_WITHDRAW);
	assert_int_equal(notice.contest, 1);
	assert_int_equal(notice.option, 259);
	golden_tags(tags);
	notice_void_write(&to, &voided);
	assert_golden("notice_void_tags", TALLY_NOTICE_VOID);
	assert_int_equal(notice.voided.tags_count, 2);
	assert_memory_equal(notice.voided.tags, tags, sizeof tags);
	assert_true(bytes_equal(notice.voided.reason, voided.reason));
	notice_void_write(&to, &stolen);
	assert_golden("notice_void_signer", TALLY_NOTICE_VOID);
	assert_int_equal(notice.voided.fate, NOTICE_BARRED);
	assert_int_equal(notice.voided.tags_count, 0);
	assert_int_equal(notice.voided.first, 1000);
	assert_int_equal(notice.voided.last, 1999);
	memcpy(enrolments, tags, TALLY_TAG_SIZE);
	memcpy(enrolments + NOTICE_ENROLMENT_SIZE, tags + TALLY_TAG_SIZE, TALLY_TAG_SIZE);
	enrolments[sizeof enrolments - 1] = 7;
	notice_enrol_write(&to, enrolments, 2);
	assert_golden("notice_enrol", TALLY_NOTICE_ENROL);
	assert_int_equal(notice.enrolments_count, 2);
	assert_memory_equal(notice.enrolments, enrolments, sizeof enrolments);
	writer_string(&to, "7, 23, 11, 42, 3");
	assert_golden("notice_draw", TALLY_NOTICE_DRAW);
	writer_string(&to, "Locul 5 s-a mutat.\nScuze.");
	assert_golden("notice_text", TALLY_NOTICE_TEXT);
}

static void
empty_ones(void **state)
{
	static const unsigned kinds[] = {TALLY_NOTICE_PAUSE, TALLY_NOTICE_RESUME,
					 TALLY_NOTICE_CLOSE};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		assert_true(fits_bytes(kinds[i], BYTES_OF("")));
		assert_false(fits_bytes(kinds[i], BYTES_OF("\0")));
	}
}

static void
revoke(void **state)
{
	(void)state;
	for (unsigned holder = 0; holder < 256; holder++) {
		begin();
		writer_u8(&to, (uint8_t)holder);
		writer_u32(&to, SIGNER);
		assert_int_equal(fits(TALLY_NOTICE_REVOKE), holder == 1 || holder == 2);
	}
	assert_false(fits_bytes(TALLY_NOTICE_REVOKE, BYTES_OF("")));
	assert_false(fits_bytes(TALLY_NOTICE_REVOKE, BYTES_OF("\1\1\2\3")));
	assert_true(fits_bytes(TALLY_NOTICE_REVOKE, BYTES_OF("\1\1\2\3\4")));
	assert_false(fits_bytes(TALLY_NOTICE_REVOKE, BYTES_OF("\1\1\2\3\4\5")));
}

static void
withdraw(void **state)
{
	(void)state;
	assert_false(fits_bytes(TALLY_NOTICE_WITHDRAW, BYTES_OF("")));
	assert_false(fits_bytes(TALLY_NOTICE_WITHDRAW, BYTES_OF("\0\1\0")));
	assert_true(fits_bytes(TALLY_NOTICE_WITHDRAW, BYTES_OF("\0\1\0\1")));
	assert_false(fits_bytes(TALLY_NOTICE_WITHDRAW, BYTES_OF("\0\1\0\1\0")));
}

/* `stated` tags are announced, `given` are there. */
static bool
fits_tags(size_t stated, size_t given, const char *reason)
{
	begin();
	writer_u8(&to, NOTICE_AGAIN);
	writer_u8(&to, 1);
	writer_u16(&to, (uint16_t)stated);
	for (size_t i = 0; i < given; i++)
		tag_put(i);
	writer_string(&to, reason);
	return fits(TALLY_NOTICE_VOID);
}

static void
void_by_tags(void **state)
{
	(void)state;
	assert_true(fits_tags(1, 1, "x"));
	assert_false(fits_tags(0, 0, "x"));
	assert_false(fits_tags(1, 1, ""));
	assert_false(fits_tags(2, 1, "x"));
	assert_true(fits_tags(NOTICE_TAGS_MAX, NOTICE_TAGS_MAX, "x"));
	assert_int_equal(notice.voided.tags_count, NOTICE_TAGS_MAX);
	assert_false(fits_tags(NOTICE_TAGS_MAX + 1, NOTICE_TAGS_MAX + 1, "x"));
	assert_false(fits_tags(UINT16_MAX, 1, "x"));
}

static void
void_tags_ascend(void **state)
{
	(void)state;
	for (size_t second = 4; second <= 6; second++) {
		begin();
		writer_u16(&to, 0x0101);
		writer_u16(&to, 2);
		tag_put(5);
		tag_put(second);
		writer_string(&to, "x");
		assert_int_equal(fits(TALLY_NOTICE_VOID), second > 5);
	}
}

static void
void_fate_and_manner(void **state)
{
	(void)state;
	assert_true(fits_tags(1, 1, "x"));
	for (unsigned byte = 0; byte < 256; byte++) {
		body[0] = (uint8_t)byte;
		assert_int_equal(fits(TALLY_NOTICE_VOID), byte == 1 || byte == 2);
		body[0] = NOTICE_AGAIN;
		body[1] = (uint8_t)byte;
		if (byte != 2) /* by signer it is another body */
			assert_int_equal(fits(TALLY_NOTICE_VOID), byte == 1);
		body[1] = 1;
	}
	assert_false(fits_bytes(TALLY_NOTICE_VOID, BYTES_OF("")));
	assert_false(fits_bytes(TALLY_NOTICE_VOID, BYTES_OF("\1")));
	assert_false(fits_bytes(TALLY_NOTICE_VOID, BYTES_OF("\1\1\0")));
}

static bool
fits_span(uint64_t first, uint64_t last, struct bytes reason)
{
	struct notice_void voided = {.fate = NOTICE_AGAIN,
				     .signer = SIGNER,
				     .first = first,
				     .last = last,
				     .reason = reason};

	begin();
	notice_void_write(&to, &voided);
	return fits(TALLY_NOTICE_VOID);
}

static void
void_by_signer(void **state)
{
	(void)state;
	assert_true(fits_span(0, 0, BYTES_OF("x")));
	assert_false(fits_span(1, 0, BYTES_OF("x")));
	assert_true(fits_span(7, 7 + NOTICE_SPAN_MAX - 1, BYTES_OF("x")));
	assert_false(fits_span(7, 7 + NOTICE_SPAN_MAX, BYTES_OF("x")));
	assert_true(fits_span(UINT64_MAX - 1, UINT64_MAX, BYTES_OF("x")));
	assert_false(fits_span(0, UINT64_MAX, BYTES_OF("x")));
	assert_false(fits_span(3, 5, BYTES_OF("")));
	for (size_t cut = 0; cut < 2 + 4 + 8 + 8; cut++) {
		assert_true(fits_span(3, 5, BYTES_OF("x")));
		to.size = cut;
		assert_false(fits(TALLY_NOTICE_VOID));
	}
}

static void
void_names_its_span(void **state)
{
	(void)state;
	assert_true(fits_span(3, 5, BYTES_OF("x")));
	for (uint64_t index = 0; index < 9; index++) {
		assert_int_equal(notice_void_names(&notice.voided, SIGNER, index),
				 index >= 3 && index <= 5);
		assert_false(notice_void_names(&notice.voided, REGISTRAR, index));
	}
	assert_true(fits_tags(1, 1, "x"));
	assert_false(notice_void_names(&notice.voided, notice.voided.signer, 0));
}

static bool
fits_enrolments(size_t stated, size_t given, size_t behind)
{
	begin();
	writer_u16(&to, (uint16_t)stated);
	for (size_t i = 0; i < given; i++) {
		tag_put(i);
		writer_u16(&to, 0);
	}
	for (size_t i = 0; i < behind; i++)
		writer_u8(&to, 0);
	return fits(TALLY_NOTICE_ENROL);
}

static void
enrol(void **state)
{
	(void)state;
	assert_true(fits_enrolments(1, 1, 0));
	assert_false(fits_enrolments(0, 0, 0));
	assert_false(fits_enrolments(1, 1, 1));
	assert_false(fits_enrolments(1, 2, 0));
	assert_false(fits_enrolments(2, 1, 0));
	assert_true(fits_enrolments(NOTICE_TAGS_MAX, NOTICE_TAGS_MAX, 0));
	assert_int_equal(notice.enrolments_count, NOTICE_TAGS_MAX);
	assert_false(fits_enrolments(NOTICE_TAGS_MAX + 1, NOTICE_TAGS_MAX + 1, 0));
	assert_false(fits_bytes(TALLY_NOTICE_ENROL, BYTES_OF("")));
}

/* One tag in two districts is twice the same tag. */
static void
enrolled_tags_ascend(void **state)
{
	(void)state;
	for (size_t second = 4; second <= 6; second++) {
		begin();
		writer_u16(&to, 2);
		tag_put(5);
		writer_u16(&to, 1);
		tag_put(second);
		writer_u16(&to, 2);
		assert_int_equal(fits(TALLY_NOTICE_ENROL), second > 5);
	}
}

static bool
fits_filled(unsigned kind, size_t size)
{
	memset(body, 'x', sizeof body);
	to = writer_make(body, sizeof body);
	to.size = size;
	return fits(kind);
}

static void
texts_are_bounded(void **state)
{
	static uint8_t reason[NOTICE_REASON_MAX + 1];

	(void)state;
	memset(reason, 'x', sizeof reason);
	assert_true(fits_filled(TALLY_NOTICE_DRAW, 1));
	assert_false(fits_filled(TALLY_NOTICE_DRAW, 0));
	assert_true(fits_filled(TALLY_NOTICE_DRAW, NOTICE_REASON_MAX));
	assert_false(fits_filled(TALLY_NOTICE_DRAW, NOTICE_REASON_MAX + 1));
	assert_true(fits_filled(TALLY_NOTICE_TEXT, 1));
	assert_false(fits_filled(TALLY_NOTICE_TEXT, 0));
	assert_true(fits_filled(TALLY_NOTICE_TEXT, NOTICE_TEXT_MAX));
	assert_false(fits_filled(TALLY_NOTICE_TEXT, NOTICE_TEXT_MAX + 1));
	assert_false(fits_filled(TALLY_NOTICE_TEXT, BODY_MAX));
	assert_true(fits_span(1, 2, bytes_make(reason, NOTICE_REASON_MAX)));
	assert_false(fits_span(1, 2, bytes_make(reason, NOTICE_REASON_MAX + 1)));
}

/* Controls, cut and overlong UTF-8: nowhere. Line feeds: in a notice text alone. */
static void
texts_are_clean(void **state)
{
	static const char *const dirty[] = {"a\tb",     "\x7f", "\xff",    "\xc8",
					    "\xc0\xaf", "a\rb", "\x1b[31m"};
	static const char *const lined[] = {"\n", "a\n", "\na", "a\n\nb", "\xc8\x99\nb"};

	(void)state;
	for (size_t i = 0; i < sizeof dirty / sizeof *dirty; i++) {
		assert_false(fits_bytes(TALLY_NOTICE_DRAW, bytes_of_string(dirty[i])));
		assert_false(fits_bytes(TALLY_NOTICE_TEXT, bytes_of_string(dirty[i])));
		assert_false(fits_span(1, 2, bytes_of_string(dirty[i])));
		assert_false(fits_tags(1, 1, dirty[i]));
	}
	for (size_t i = 0; i < sizeof lined / sizeof *lined; i++) {
		assert_true(fits_bytes(TALLY_NOTICE_TEXT, bytes_of_string(lined[i])));
		assert_false(fits_bytes(TALLY_NOTICE_DRAW, bytes_of_string(lined[i])));
		assert_false(fits_span(1, 2, bytes_of_string(lined[i])));
	}
	assert_false(fits_bytes(TALLY_NOTICE_TEXT, BYTES_OF("a\nb\tc")));
	assert_false(fits_bytes(TALLY_NOTICE_TEXT, BYTES_OF("\xc8\n\x99")));
}

static void
a_refused_body_leaves_the_notice_alone(void **state)
{
	static const uint8_t zeros[TALLY_HASH_SIZE];
	struct notice before = {.number = 99};

	(void)state;
	begin();
	writer_u8(&to, 3);
	assert_int_equal(notice_parse(signed_notice(1, zeros, TALLY_NOTICE_VOID), &before),
			 TALLY_MALFORMED);
	assert_int_equal(before.number, 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_the_vectors),
	    cmocka_unit_test(empty_ones),
	    cmocka_unit_test(revoke),
	    cmocka_unit_test(withdraw),
	    cmocka_unit_test(void_by_tags),
	    cmocka_unit_test(void_tags_ascend),
	    cmocka_unit_test(void_fate_and_manner),
	    cmocka_unit_test(void_by_signer),
	    cmocka_unit_test(void_names_its_span),
	    cmocka_unit_test(enrol),
	    cmocka_unit_test(enrolled_tags_ascend),
	    cmocka_unit_test(texts_are_bounded),
	    cmocka_unit_test(texts_are_clean),
	    cmocka_unit_test(a_refused_body_leaves_the_notice_alone),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
