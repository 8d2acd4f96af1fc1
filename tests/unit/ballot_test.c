#include "tests/lib/test.h"

#include <sodium.h>

#include "ballot/ballot.h"
#include "ballot/certificate.h"
#include "tests/lib/vector.h"

#define FILE_NAME "ballot.txt"

struct keys {
	uint8_t campaign[TALLY_HASH_SIZE];
	uint8_t tag[TALLY_TAG_SIZE];
	uint8_t frontend[64];
	uint8_t voter[64];
	uint32_t frontend_id;
};

static void
secret_load(const char *name, uint8_t secret[64])
{
	uint8_t seed[32], public_key[32];

	assert_int_equal(test_vector(FILE_NAME, name, seed, sizeof seed), sizeof seed);
	crypto_sign_seed_keypair(public_key, secret, seed);
}

static struct keys
keys_load(void)
{
	struct keys keys;
	uint8_t id[4];

	test_vector(FILE_NAME, "campaign", keys.campaign, sizeof keys.campaign);
	test_vector(FILE_NAME, "tag", keys.tag, sizeof keys.tag);
	test_vector(FILE_NAME, "frontend_key_id", id, sizeof id);
	keys.frontend_id = be32_load(id);
	secret_load("frontend_seed", keys.frontend);
	secret_load("voter_seed", keys.voter);
	return keys;
}

static void
head_write(struct writer *writer, const struct keys *keys, uint16_t revision, uint16_t district,
	   enum tally_signing signing)
{
	ballot_head_write(writer, &(struct ballot_head){.campaign = keys->campaign,
							.tag = keys->tag,
							.revision = revision,
							.district = district,
							.signing = signing});
}

static void
assert_digest_vector(const char *name, struct bytes bytes)
{
	struct ballot ballot;
	uint8_t digest[BALLOT_DIGEST_SIZE];

	assert_int_equal(ballot_parse(bytes, &ballot), TALLY_ACCEPTED);
	ballot_digest(&ballot, digest);
	assert_vector(FILE_NAME, name, bytes_make(digest, sizeof digest));
}

static void
writes_frontend_vector(void **state)
{
	static const struct ballot_choice choices[] = {{0, 1}, {3, 1}};
	struct keys keys = keys_load();
	uint8_t memory[1024];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	head_write(&writer, &keys, 1, 0, TALLY_SIGNING_FRONTEND);
	ballot_choices_write(&writer, choices, 2);
	ballot_choices_write(&writer, NULL, 0);
	ballot_frontend_sign(&writer, keys.frontend_id, keys.frontend);
	assert_false(writer.failed);
	assert_vector(FILE_NAME, "ballot_frontend", writer_view(&writer));
	assert_digest_vector("ballot_frontend_digest", writer_view(&writer));
}

static void
writes_blank_vector(void **state)
{
	static const struct ballot_choice choices[] = {{1, -5}, {65535, INT32_MAX}};
	struct keys keys = keys_load();
	uint8_t memory[1024];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	head_write(&writer, &keys, 2, 7, TALLY_SIGNING_FRONTEND);
	ballot_blank_write(&writer);
	ballot_choices_write(&writer, choices, 2);
	ballot_frontend_sign(&writer, keys.frontend_id, keys.frontend);
	assert_vector(FILE_NAME, "ballot_blank", writer_view(&writer));
	assert_digest_vector("ballot_blank_digest", writer_view(&writer));
}

/* Points, scores and ranks are all values. */
static void
writes_method_vectors(void **state)
{
	static const struct {
		const char *name, *digest;
		struct ballot_choice choices[3];
	} cases[] = {
	    {"ballot_points", "ballot_points_digest", {{0, 3}, {4, 2}, {5, 0}}},
	    {"ballot_scores", "ballot_scores_digest", {{1, -2}, {2, 0}, {3, 5}}},
	    {"ballot_ranks", "ballot_ranks_digest", {{0, 2}, {2, 3}, {6, 1}}},
	};
	struct keys keys = keys_load();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint8_t memory[1024];
		struct writer writer = writer_make(memory, sizeof memory);

		head_write(&writer, &keys, 1, 0, TALLY_SIGNING_FRONTEND);
		ballot_choices_write(&writer, cases[i].choices, 3);
		ballot_frontend_sign(&writer, keys.frontend_id, keys.frontend);
		assert_vector(FILE_NAME, cases[i].name, writer_view(&writer));
		assert_digest_vector(cases[i].digest, writer_view(&writer));
	}
}

static void
writes_shortest_vector(void **state)
{
	struct keys keys = keys_load();
	uint8_t memory[1024];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	head_write(&writer, &keys, 1, 0, TALLY_SIGNING_FRONTEND);
	ballot_frontend_sign(&writer, keys.frontend_id, keys.frontend);
	assert_vector(FILE_NAME, "ballot_shortest", writer_view(&writer));
	assert_digest_vector("ballot_shortest_digest", writer_view(&writer));
}

static void
writes_voter_vector(void **state)
{
	static const struct ballot_choice choice = {2, 1};
	struct keys keys = keys_load();
	struct ballot_certificate certificate;
	uint8_t memory[1024], encoded[CERTIFICATE_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);
	size_t size = test_vector(FILE_NAME, "certificate", encoded, sizeof encoded);

	(void)state;
	assert_true(certificate_parse(bytes_make(encoded, size), &certificate));
	head_write(&writer, &keys, 1, 3, TALLY_SIGNING_VOTER);
	ballot_choices_write(&writer, &choice, 1);
	ballot_voter_sign(&writer, &certificate, keys.voter);
	assert_vector(FILE_NAME, "ballot_voter", writer_view(&writer));
	assert_digest_vector("ballot_voter_digest", writer_view(&writer));
}

static void
parses_frontend(void **state)
{
	struct keys keys = keys_load();
	uint8_t memory[1024];
	size_t size = test_vector(FILE_NAME, "ballot_blank", memory, sizeof memory);
	struct ballot ballot;
	struct ballot_choices choices;
	struct reader reader;

	(void)state;
	assert_int_equal(ballot_parse(bytes_make(memory, size), &ballot), TALLY_ACCEPTED);
	assert_memory_equal(ballot.campaign, keys.campaign, 32);
	assert_memory_equal(ballot.tag, keys.tag, 32);
	assert_int_equal(ballot.revision, 2);
	assert_int_equal(ballot.district, 7);
	assert_int_equal(ballot.signing, TALLY_SIGNING_FRONTEND);
	assert_int_equal(ballot.key_id, keys.frontend_id);
	assert_int_equal(ballot.serial, 0);
	assert_null(ballot.voter_key);
	assert_null(ballot.certificate);
	assert_int_equal(ballot.signed_bytes.size, size - 64);
	assert_ptr_equal(ballot.signature, memory + size - 64);

	reader = reader_make(ballot.choices);
	choices = ballot_choices_next(&reader);
	assert_true(choices.blank);
	assert_int_equal(choices.count, 0);
	choices = ballot_choices_next(&reader);
	assert_false(choices.blank);
	assert_int_equal(choices.count, 2);
	assert_int_equal(ballot_choice_at(&choices, 0).option, 1);
	assert_int_equal(ballot_choice_at(&choices, 0).value, -5);
	assert_int_equal(ballot_choice_at(&choices, 1).option, 65535);
	assert_int_equal(ballot_choice_at(&choices, 1).value, INT32_MAX);
	assert_true(reader_done(&reader));
	choices = ballot_choices_next(&reader);
	assert_true(reader.failed);
	assert_int_equal(choices.count, 0);
}

static void
parses_voter(void **state)
{
	uint8_t memory[1024], encoded[CERTIFICATE_SIZE];
	size_t size = test_vector(FILE_NAME, "ballot_voter", memory, sizeof memory);
	struct ballot_certificate certificate;
	struct ballot ballot;

	(void)state;
	test_vector(FILE_NAME, "certificate", encoded, sizeof encoded);
	assert_true(certificate_parse(bytes_make(encoded, sizeof encoded), &certificate));
	assert_int_equal(ballot_parse(bytes_make(memory, size), &ballot), TALLY_ACCEPTED);
	assert_int_equal(ballot.signing, TALLY_SIGNING_VOTER);
	assert_int_equal(ballot.key_id, certificate.registrar);
	assert_int_equal(ballot.serial, 2);
	assert_memory_equal(ballot.voter_key, certificate.voter_key, 32);
	assert_memory_equal(ballot.certificate, certificate.signature, 64);
	assert_int_equal(ballot.choices.size, 8);
}

/* The verdict of a golden ballot with `value` at `offset`. */
static enum tally_verdict
verdict_with(const char *name, size_t offset, uint8_t value)
{
	uint8_t memory[1024];
	size_t size = test_vector(FILE_NAME, name, memory, sizeof memory);
	struct ballot ballot;

	assert_true(offset < size);
	memory[offset] = value;
	return ballot_parse(bytes_make(memory, size), &ballot);
}

static void
refusals(void **state)
{
	(void)state;
	assert_int_equal(verdict_with("ballot_frontend", 0, 'T'), TALLY_MALFORMED);
	assert_int_equal(verdict_with("ballot_frontend", 14, '2'), TALLY_UNKNOWN_VERSION);
	assert_int_equal(verdict_with("ballot_frontend", 15, 1), TALLY_MALFORMED);
	assert_int_equal(verdict_with("ballot_frontend", 81, 0), TALLY_BAD_REVISION);
	assert_int_equal(verdict_with("ballot_frontend", 80, 1), TALLY_ACCEPTED);
	assert_int_equal(verdict_with("ballot_frontend", 84, 0), TALLY_UNKNOWN_VERSION);
	assert_int_equal(verdict_with("ballot_frontend", 84, 3), TALLY_UNKNOWN_VERSION);
	/* the signer block of the other mode does not fit */
	assert_int_equal(verdict_with("ballot_frontend", 84, 2), TALLY_MALFORMED);
	assert_int_equal(verdict_with("ballot_voter", 84, 1), TALLY_MALFORMED);
	/* a count one too large, one too small */
	assert_int_equal(verdict_with("ballot_frontend", 86, 3), TALLY_MALFORMED);
	assert_int_equal(verdict_with("ballot_frontend", 86, 1), TALLY_MALFORMED);
	assert_int_equal(verdict_with("ballot_frontend", 85, 0xff), TALLY_MALFORMED);
}

/* The first `size` bytes, in a heap block that ends where they do: ASan sees any overrun. */
static enum tally_verdict
verdict_of_cut(const uint8_t *memory, size_t size)
{
	uint8_t *block = malloc(size > 0 ? size : 1);
	struct ballot ballot;
	enum tally_verdict verdict;

	assert_non_null(block);
	memcpy(block, memory, size);
	verdict = ballot_parse(bytes_make(block, size), &ballot);
	if (verdict == TALLY_ACCEPTED)
		assert_ptr_equal(ballot.signature + 64, block + size);
	free(block);
	return verdict;
}

static void
cuts(void **state)
{
	uint8_t memory[1024];
	size_t size = test_vector(FILE_NAME, "ballot_shortest", memory, sizeof memory);

	(void)state;
	for (size_t cut = 0; cut < size; cut++)
		assert_int_equal(verdict_of_cut(memory, cut), TALLY_MALFORMED);
	assert_int_equal(verdict_of_cut(memory, size), TALLY_ACCEPTED);

	/* The end is found from the end, so a cut shifts it: 2 bytes less is one contest less
	 * (and a signature that cannot verify), any other cut splits a contest. */
	size = test_vector(FILE_NAME, "ballot_frontend", memory, sizeof memory);
	for (size_t cut = 1; cut <= 14; cut++)
		assert_int_equal(verdict_of_cut(memory, size - cut),
				 cut == 2 ? TALLY_ACCEPTED : TALLY_MALFORMED);
	size = test_vector(FILE_NAME, "ballot_voter", memory, sizeof memory);
	for (size_t cut = 1; cut < 8; cut++)
		assert_int_equal(verdict_of_cut(memory, size - cut), TALLY_MALFORMED);
}

/* A ballot whose choices fill it to exactly `size` bytes. */
static enum tally_verdict
verdict_of_size(size_t size)
{
	static uint8_t memory[TALLY_BALLOT_SIZE_MAX + 64];
	struct keys keys = keys_load();
	struct writer writer = writer_make(memory, sizeof memory);
	struct ballot ballot;

	head_write(&writer, &keys, 1, 0, TALLY_SIGNING_FRONTEND);
	while (writer.size + 2 + 4 + 64 <= size)
		ballot_choices_write(&writer, NULL, 0);
	ballot_frontend_sign(&writer, 1, keys.frontend);
	while (writer.size < size)
		writer_u8(&writer, 0);
	assert_false(writer.failed);
	return ballot_parse(bytes_make(memory, size), &ballot);
}

static void
size_limit(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_size(TALLY_BALLOT_SIZE_MAX - 1), TALLY_ACCEPTED);
	/* an odd number of bytes is no sequence of empty contests */
	assert_int_equal(verdict_of_size(TALLY_BALLOT_SIZE_MAX), TALLY_MALFORMED);
	assert_int_equal(verdict_of_size(TALLY_BALLOT_SIZE_MAX + 1), TALLY_TOO_LARGE);
}

static void
refused_leaves_out_alone(void **state)
{
	struct ballot ballot = {.revision = 77};

	(void)state;
	assert_int_equal(ballot_parse(BYTES_OF("tally/ballot/v1\0"), &ballot), TALLY_MALFORMED);
	assert_int_equal(ballot.revision, 77);
}

static void
digest_ignores_the_signature(void **state)
{
	uint8_t memory[1024], digests[3][BALLOT_DIGEST_SIZE];
	size_t size = test_vector(FILE_NAME, "ballot_frontend", memory, sizeof memory);
	struct ballot ballot;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		if (i == 1)
			memory[size - 1] ^= 1; /* signature */
		if (i == 2)
			memory[48] ^= 1; /* tag */
		assert_int_equal(ballot_parse(bytes_make(memory, size), &ballot),
				 TALLY_ACCEPTED);
		ballot_digest(&ballot, digests[i]);
	}
	assert_memory_equal(digests[0], digests[1], BALLOT_DIGEST_SIZE);
	assert_memory_not_equal(digests[0], digests[2], BALLOT_DIGEST_SIZE);
}

static void
a_full_writer_signs_nothing(void **state)
{
	struct keys keys = keys_load();
	uint8_t memory[BALLOT_CHOICES_OFFSET + 4 + 63];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	head_write(&writer, &keys, 1, 0, TALLY_SIGNING_FRONTEND);
	ballot_frontend_sign(&writer, 1, keys.frontend);
	assert_true(writer.failed);

	writer = writer_make(memory, BALLOT_CHOICES_OFFSET - 1);
	head_write(&writer, &keys, 1, 0, TALLY_SIGNING_FRONTEND);
	ballot_frontend_sign(&writer, 1, keys.frontend);
	assert_true(writer.failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(writes_frontend_vector),
	    cmocka_unit_test(writes_blank_vector),
	    cmocka_unit_test(writes_method_vectors),
	    cmocka_unit_test(writes_shortest_vector),
	    cmocka_unit_test(writes_voter_vector),
	    cmocka_unit_test(parses_frontend),
	    cmocka_unit_test(parses_voter),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(cuts),
	    cmocka_unit_test(size_limit),
	    cmocka_unit_test(refused_leaves_out_alone),
	    cmocka_unit_test(digest_ignores_the_signature),
	    cmocka_unit_test(a_full_writer_signs_nothing),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
