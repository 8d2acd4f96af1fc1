#include "tests/lib/test.h"

#include <sodium.h>

#include "ballot/certificate.h"
#include "tests/lib/vector.h"

#define FILE_NAME "ballot.txt"

static struct ballot_certificate
golden_fields(void)
{
	struct ballot_certificate certificate = {.district = 3, .serial = 2};
	uint8_t seed[32], secret[64], id[4];

	test_vector(FILE_NAME, "campaign", certificate.campaign, 32);
	test_vector(FILE_NAME, "tag", certificate.tag, 32);
	test_vector(FILE_NAME, "voter_seed", seed, sizeof seed);
	crypto_sign_seed_keypair(certificate.voter_key, secret, seed);
	test_vector(FILE_NAME, "registrar_key_id", id, sizeof id);
	certificate.registrar = be32_load(id);
	return certificate;
}

static void
signs_and_writes_the_vector(void **state)
{
	struct ballot_certificate certificate = golden_fields();
	uint8_t seed[32], public_key[32], secret[64], memory[CERTIFICATE_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	test_vector(FILE_NAME, "registrar_seed", seed, sizeof seed);
	crypto_sign_seed_keypair(public_key, secret, seed);
	certificate_sign(&certificate, secret);
	certificate_write(&writer, &certificate);
	assert_false(writer.failed);
	assert_vector(FILE_NAME, "certificate", writer_view(&writer));
}

static void
parses_the_vector(void **state)
{
	struct ballot_certificate expected = golden_fields(), certificate;
	uint8_t memory[CERTIFICATE_SIZE];
	size_t size = test_vector(FILE_NAME, "certificate", memory, sizeof memory);

	(void)state;
	assert_true(certificate_parse(bytes_make(memory, size), &certificate));
	assert_memory_equal(certificate.campaign, expected.campaign, 32);
	assert_memory_equal(certificate.tag, expected.tag, 32);
	assert_int_equal(certificate.district, 3);
	assert_memory_equal(certificate.voter_key, expected.voter_key, 32);
	assert_int_equal(certificate.serial, 2);
	assert_int_equal(certificate.registrar, expected.registrar);
	assert_memory_equal(certificate.signature, memory + CERTIFICATE_MESSAGE_SIZE, 64);
}

/* The poll book keeps a serial plus one: the greatest number has no place there. */
static void
greatest_serial(void **state)
{
	struct ballot_certificate certificate;
	uint8_t memory[CERTIFICATE_SIZE];
	size_t size = test_vector(FILE_NAME, "certificate", memory, sizeof memory);

	(void)state;
	be64_store(memory + 119, BALLOT_SERIAL_MAX);
	assert_true(certificate_parse(bytes_make(memory, size), &certificate));
	assert_true(certificate.serial == BALLOT_SERIAL_MAX);
	be64_store(memory + 119, UINT64_MAX);
	assert_false(certificate_parse(bytes_make(memory, size), &certificate));
}

static void
refusals(void **state)
{
	uint8_t memory[CERTIFICATE_SIZE + 1] = {0};
	struct ballot_certificate certificate = {.serial = 99};

	(void)state;
	test_vector(FILE_NAME, "certificate", memory, sizeof memory);
	for (size_t size = 0; size <= sizeof memory; size++) {
		if (size != CERTIFICATE_SIZE)
			assert_false(certificate_parse(bytes_make(memory, size), &certificate));
	}
	for (size_t i = 0; i < sizeof TALLY_SEPARATOR_CERTIFICATE; i++) {
		memory[i] ^= 1;
		assert_false(
		    certificate_parse(bytes_make(memory, CERTIFICATE_SIZE), &certificate));
		memory[i] ^= 1;
	}
	assert_int_equal(certificate.serial, 99);
	assert_true(certificate_parse(bytes_make(memory, CERTIFICATE_SIZE), &certificate));
}

static void
message_is_put_together_from_the_ballot(void **state)
{
	uint8_t memory[1024], expected[CERTIFICATE_SIZE], message[CERTIFICATE_MESSAGE_SIZE];
	size_t size = test_vector(FILE_NAME, "ballot_voter", memory, sizeof memory);
	struct ballot ballot;

	(void)state;
	test_vector(FILE_NAME, "certificate", expected, sizeof expected);
	assert_int_equal(ballot_parse(bytes_make(memory, size), &ballot), TALLY_ACCEPTED);
	certificate_message(&ballot, message);
	assert_memory_equal(message, expected, sizeof message);
}

static void
every_field_is_signed(void **state)
{
	struct ballot_certificate certificate = golden_fields();
	uint8_t seed[32], public_key[32], secret[64], memory[CERTIFICATE_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	test_vector(FILE_NAME, "registrar_seed", seed, sizeof seed);
	crypto_sign_seed_keypair(public_key, secret, seed);
	certificate_sign(&certificate, secret);
	certificate_write(&writer, &certificate);
	for (size_t i = 0; i <= CERTIFICATE_MESSAGE_SIZE; i++) {
		bool altered = i < CERTIFICATE_MESSAGE_SIZE;
		int verdict;

		memory[i] ^= altered;
		verdict = crypto_sign_verify_detached(memory + CERTIFICATE_MESSAGE_SIZE, memory,
						      CERTIFICATE_MESSAGE_SIZE, public_key);
		assert_int_equal(verdict, altered ? -1 : 0);
		memory[i] ^= altered;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signs_and_writes_the_vector),
	    cmocka_unit_test(parses_the_vector),
	    cmocka_unit_test(greatest_serial),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(message_is_put_together_from_the_ballot),
	    cmocka_unit_test(every_field_is_signed),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
