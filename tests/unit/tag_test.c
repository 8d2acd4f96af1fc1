#include "tests/lib/test.h"

#include <sodium.h>

#include "tally/tag.h"
#include "tests/lib/vector.h"

#define FILE_NAME "tag.txt"

static long
normalise(enum tally_identity kind, const char *text, uint8_t out[TALLY_IDENTITY_SIZE_MAX])
{
	return tally_identity_normalise(kind, text, strlen(text), out, TALLY_IDENTITY_SIZE_MAX);
}

static void
assert_refused(enum tally_identity kind, const char *text, long error)
{
	uint8_t out[TALLY_IDENTITY_SIZE_MAX];
	long result = normalise(kind, text, out);

	if (result != error)
		print_error("\"%s\"\n", text);
	assert_int_equal(result, error);
}

/* A vector's three values: typed, normalised, tag. */
static void
case_holds(const char *name, enum tally_identity kind)
{
	uint8_t typed[512], out[TALLY_IDENTITY_SIZE_MAX], tag[TALLY_TAG_SIZE];
	uint8_t secret[TALLY_TAG_SECRET_SIZE], context[TALLY_TAG_CONTEXT_SIZE];
	size_t typed_size = test_vector(FILE_NAME, name, typed, sizeof typed);
	long size = tally_identity_normalise(kind, typed, typed_size, out, sizeof out);
	char key[64];

	assert_true(size > 0);
	snprintf(key, sizeof key, "%s_normalised", name);
	assert_vector(FILE_NAME, key, bytes_make(out, (size_t)size));
	test_vector(FILE_NAME, "secret", secret, sizeof secret);
	test_vector(FILE_NAME, "context", context, sizeof context);
	tally_tag(secret, context, out, (size_t)size, tag);
	snprintf(key, sizeof key, "%s_tag", name);
	assert_vector(FILE_NAME, key, bytes_make(tag, sizeof tag));
}

static void
vectors(void **state)
{
	(void)state;
	case_holds("cnp_plain", TALLY_IDENTITY_CNP);
	case_holds("cnp_spaced", TALLY_IDENTITY_CNP);
	case_holds("cnp_ten", TALLY_IDENTITY_CNP);
	case_holds("phone_plain", TALLY_IDENTITY_PHONE);
	case_holds("phone_spaced", TALLY_IDENTITY_PHONE);
	case_holds("phone_zeros", TALLY_IDENTITY_PHONE);
	case_holds("phone_dashed", TALLY_IDENTITY_PHONE);
	case_holds("phone_parens", TALLY_IDENTITY_PHONE);
	case_holds("phone_shortest", TALLY_IDENTITY_PHONE);
	case_holds("phone_longest", TALLY_IDENTITY_PHONE);
	case_holds("opaque_nul", TALLY_IDENTITY_OPAQUE);
	case_holds("opaque_text", TALLY_IDENTITY_OPAQUE);
	case_holds("opaque_longest", TALLY_IDENTITY_OPAQUE);
}

/* The engine hashes in parts; here the message is put together and hashed at once. */
static void
tag_is_one_keyed_hash(void **state)
{
	struct test_random random = test_random_make(7);

	(void)state;
	for (size_t size = 1; size <= TALLY_IDENTITY_SIZE_MAX; size++) {
		uint8_t secret[32], tag[32], expected[32];
		uint8_t message[13 + 32 + TALLY_IDENTITY_SIZE_MAX] = "tally/tag/v1";

		test_random_fill(&random, secret, sizeof secret);
		test_random_fill(&random, message + 13, 32 + size);
		crypto_generichash(expected, 32, message, 13 + 32 + size, secret, 32);
		tally_tag(secret, message + 13, message + 13 + 32, size, tag);
		assert_memory_equal(tag, expected, 32);
	}
}

static void
secret_and_context_matter(void **state)
{
	static const uint8_t identity[] = "1900101991231";
	uint8_t secret[32] = {1}, context[32] = {2}, tags[3][32];

	(void)state;
	tally_tag(secret, context, identity, 13, tags[0]);
	context[31] ^= 1;
	tally_tag(secret, context, identity, 13, tags[1]);
	context[31] ^= 1;
	secret[31] ^= 1;
	tally_tag(secret, context, identity, 13, tags[2]);
	assert_memory_not_equal(tags[0], tags[1], 32);
	assert_memory_not_equal(tags[0], tags[2], 32);
	assert_memory_not_equal(tags[1], tags[2], 32);
}

static void
cnp_refusals(void **state)
{
	(void)state;
	assert_refused(TALLY_IDENTITY_CNP, "", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_CNP, " .-", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_CNP, "190010199123", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_CNP, "19001019912310", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_CNP, "190010199123x", TALLY_IDENTITY_BAD_CHARACTER);
	assert_refused(TALLY_IDENTITY_CNP, "1900101991231\n", TALLY_IDENTITY_BAD_CHARACTER);
	assert_refused(TALLY_IDENTITY_CNP, "1900101/991231", TALLY_IDENTITY_BAD_CHARACTER);
	assert_refused(TALLY_IDENTITY_CNP,
		       "1900101\xc2\xa0"
		       "991231",
		       TALLY_IDENTITY_BAD_CHARACTER);
	assert_refused(TALLY_IDENTITY_CNP, "0000000000000", TALLY_IDENTITY_BAD_CONTROL);
}

/* What a control digit is for: most slips are no other person's code. */
static void
cnp_control_catches_slips(void **state)
{
	static const char good[] = "1900101991231";
	size_t slips = 0, caught = 0;
	uint8_t out[TALLY_IDENTITY_SIZE_MAX];
	char text[14];

	(void)state;
	assert_int_equal(normalise(TALLY_IDENTITY_CNP, good, out), 13);
	for (size_t at = 0; at < 13; at++) {
		for (char digit = '0'; digit <= '9'; digit++) {
			memcpy(text, good, sizeof text);
			text[at] = digit;
			if (digit == good[at])
				continue;
			slips++;
			caught += normalise(TALLY_IDENTITY_CNP, text, out) ==
				  TALLY_IDENTITY_BAD_CONTROL;
		}
	}
	assert_int_equal(slips, 117);
	/* 10 and 1 share a control digit, and this code's is 1: eleven slips go through */
	assert_int_equal(caught, 106);

	memcpy(text, good, sizeof text);
	text[12] = '2';
	assert_refused(TALLY_IDENTITY_CNP, text, TALLY_IDENTITY_BAD_CONTROL);
	memcpy(text, "1900109191231", sizeof text); /* 19 as 91 */
	assert_refused(TALLY_IDENTITY_CNP, text, TALLY_IDENTITY_BAD_CONTROL);
}

static void
phone_refusals(void **state)
{
	static const char *const national[] = {
	    "0700000000",          "07 00 00 00 00",     "447700900123",
	    "+40 (0)700 000 000",  "+400700000000",      "0040 0700 000 000",
	    "+44 (0) 7700 900123", "+44 ( 0)7700900123", "+44 (07700) 900123",
	    "+0447700900123",      "00 0 44 7700900123"};

	(void)state;
	for (size_t i = 0; i < sizeof national / sizeof national[0]; i++)
		assert_refused(TALLY_IDENTITY_PHONE, national[i], TALLY_IDENTITY_NATIONAL);
	assert_refused(TALLY_IDENTITY_PHONE, "", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_PHONE, "+", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_PHONE, "00", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_PHONE, "()", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_PHONE, "+1234567", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_PHONE, "+1234567890123456", TALLY_IDENTITY_BAD_LENGTH);
	assert_refused(TALLY_IDENTITY_PHONE, "++447700900123", TALLY_IDENTITY_BAD_CHARACTER);
	assert_refused(TALLY_IDENTITY_PHONE, "+44+7700900123", TALLY_IDENTITY_BAD_CHARACTER);
	assert_refused(TALLY_IDENTITY_PHONE, "+44770090012x", TALLY_IDENTITY_BAD_CHARACTER);
	assert_refused(TALLY_IDENTITY_PHONE, "+44/7700900123", TALLY_IDENTITY_BAD_CHARACTER);
	assert_refused(TALLY_IDENTITY_PHONE, "tel:+447700900123", TALLY_IDENTITY_BAD_CHARACTER);
}

/* Behind other codes than +40 a zero may belong to the number, as in Italy. */
static void
phone_zero_behind_other_codes(void **state)
{
	uint8_t out[TALLY_IDENTITY_SIZE_MAX];

	(void)state;
	assert_int_equal(normalise(TALLY_IDENTITY_PHONE, "+39 06 0000 0000", out), 13);
	assert_memory_equal(out, "+390600000000", 13);
}

static void
sizes_and_kinds(void **state)
{
	static const uint8_t zeros[TALLY_IDENTITY_SIZE_MAX + 1];
	static char spaces[TALLY_IDENTITY_SIZE_MAX + 2];
	uint8_t out[TALLY_IDENTITY_SIZE_MAX];
	long result;

	(void)state;
	result = tally_identity_normalise(TALLY_IDENTITY_OPAQUE, zeros, 257, out, sizeof out);
	assert_int_equal(result, TALLY_IDENTITY_BAD_LENGTH);
	result = tally_identity_normalise(TALLY_IDENTITY_OPAQUE, zeros, 0, out, sizeof out);
	assert_int_equal(result, TALLY_IDENTITY_BAD_LENGTH);
	result = tally_identity_normalise(TALLY_IDENTITY_OPAQUE, zeros, 9, out, 8);
	assert_int_equal(result, TALLY_IDENTITY_NO_ROOM);
	result = tally_identity_normalise(TALLY_IDENTITY_CNP, "1900101991231", 13, out, 12);
	assert_int_equal(result, TALLY_IDENTITY_NO_ROOM);
	result = tally_identity_normalise(TALLY_IDENTITY_CNP, "190\0", 4, out, sizeof out);
	assert_int_equal(result, TALLY_IDENTITY_BAD_CHARACTER);
	result = tally_identity_normalise(3, "1", 1, out, sizeof out);
	assert_int_equal(result, TALLY_IDENTITY_BAD_KIND);

	/* 13 digits behind so many spaces that the text is too long, then one fewer */
	memset(spaces, ' ', sizeof spaces - 1);
	memcpy(spaces + 257 - 13, "1900101991231", 13);
	assert_refused(TALLY_IDENTITY_CNP, spaces, TALLY_IDENTITY_BAD_LENGTH);
	assert_int_equal(normalise(TALLY_IDENTITY_CNP, spaces + 1, out), 13);
}

static void
normalised_is_stable(void **state)
{
	static const char *const typed[] = {" 1 900101-99.123 1 ", "(+44) (7700) 900123"};
	uint8_t once[TALLY_IDENTITY_SIZE_MAX], twice[TALLY_IDENTITY_SIZE_MAX];

	(void)state;
	for (int kind = TALLY_IDENTITY_CNP; kind <= TALLY_IDENTITY_PHONE; kind++) {
		long size = normalise((enum tally_identity)kind, typed[kind], once);

		assert_true(size > 0);
		assert_int_equal(tally_identity_normalise((enum tally_identity)kind, once,
							  (size_t)size, twice, sizeof twice),
				 size);
		assert_memory_equal(once, twice, (size_t)size);
	}
}

static void
every_error_has_a_text(void **state)
{
	const char *unknown = tally_identity_error_text(-99);

	(void)state;
	for (long error = TALLY_IDENTITY_NO_ROOM; error <= TALLY_IDENTITY_BAD_KIND; error++)
		assert_string_not_equal(tally_identity_error_text(error), unknown);
	assert_string_equal(tally_identity_error_text(13), "no error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors),
	    cmocka_unit_test(tag_is_one_keyed_hash),
	    cmocka_unit_test(secret_and_context_matter),
	    cmocka_unit_test(cnp_refusals),
	    cmocka_unit_test(cnp_control_catches_slips),
	    cmocka_unit_test(phone_refusals),
	    cmocka_unit_test(phone_zero_behind_other_codes),
	    cmocka_unit_test(sizes_and_kinds),
	    cmocka_unit_test(normalised_is_stable),
	    cmocka_unit_test(every_error_has_a_text),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
