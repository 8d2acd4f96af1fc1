#include "tests/lib/test.h"

#include <sodium.h>

#include "ballot/ballot.h"
#include "tally/ballot.h"
#include "tally/client.h"
#include "tests/lib/vector.h"

#define FILE_NAME "ballot.txt"

struct keys {
	uint8_t campaign[TALLY_HASH_SIZE];
	uint8_t tag[TALLY_TAG_SIZE];
	uint8_t voter[TALLY_SECRET_KEY_SIZE];
	uint8_t certificate[TALLY_CERTIFICATE_SIZE];
	struct tally_client_key frontend;
	struct tally_client_key registrar;
};

static void
secret_load(const char *name, uint8_t secret[TALLY_SECRET_KEY_SIZE])
{
	uint8_t seed[TALLY_SEED_SIZE], public_key[TALLY_KEY_SIZE];

	assert_int_equal(test_vector(FILE_NAME, name, seed, sizeof seed), sizeof seed);
	crypto_sign_seed_keypair(public_key, secret, seed);
}

static uint32_t
id_load(const char *name)
{
	uint8_t id[4];

	assert_int_equal(test_vector(FILE_NAME, name, id, sizeof id), sizeof id);
	return be32_load(id);
}

static struct keys
keys_load(void)
{
	struct keys keys;

	test_vector(FILE_NAME, "campaign", keys.campaign, sizeof keys.campaign);
	test_vector(FILE_NAME, "tag", keys.tag, sizeof keys.tag);
	test_vector(FILE_NAME, "certificate", keys.certificate, sizeof keys.certificate);
	secret_load("voter_seed", keys.voter);
	secret_load("frontend_seed", keys.frontend.secret);
	secret_load("registrar_seed", keys.registrar.secret);
	keys.frontend.id = id_load("frontend_key_id");
	keys.registrar.id = id_load("registrar_key_id");
	return keys;
}

static int
begin(struct tally_ballot_draft *draft, const struct keys *keys, void *memory, size_t size)
{
	return tally_ballot_begin(draft, memory, size, keys->campaign, keys->tag, 1, 0,
				  TALLY_SIGNING_FRONTEND);
}

static int
begin_voter(struct tally_ballot_draft *draft, const struct keys *keys, void *memory,
	    size_t size)
{
	return tally_ballot_begin(draft, memory, size, keys->campaign, keys->tag, 1, 3,
				  TALLY_SIGNING_VOTER);
}

static void
frontend_vector(void **state)
{
	static const struct tally_choice choices[] = {{3, 1}, {0, 1}};
	struct keys keys = keys_load();
	struct tally_ballot_draft draft;
	uint8_t memory[1024];
	long size;

	(void)state;
	assert_int_equal(begin(&draft, &keys, memory, sizeof memory), TALLY_BALLOT_FINE);
	assert_int_equal(tally_ballot_choose(&draft, choices, 2), TALLY_BALLOT_FINE);
	assert_int_equal(tally_ballot_abstain(&draft), TALLY_BALLOT_FINE);
	size = tally_ballot_sign(&draft, &keys.frontend);
	assert_true(size > 0);
	assert_vector(FILE_NAME, "ballot_frontend", bytes_make(memory, (size_t)size));
}

static void
blank_vector(void **state)
{
	static const struct tally_choice choices[] = {{65535, INT32_MAX}, {1, -5}};
	struct keys keys = keys_load();
	struct tally_ballot_draft draft;
	uint8_t memory[1024];
	long size;

	(void)state;
	assert_int_equal(tally_ballot_begin(&draft, memory, sizeof memory, keys.campaign,
					    keys.tag, 2, 7, TALLY_SIGNING_FRONTEND),
			 TALLY_BALLOT_FINE);
	assert_int_equal(tally_ballot_blank(&draft), TALLY_BALLOT_FINE);
	assert_int_equal(tally_ballot_choose(&draft, choices, 2), TALLY_BALLOT_FINE);
	size = tally_ballot_sign(&draft, &keys.frontend);
	assert_true(size > 0);
	assert_vector(FILE_NAME, "ballot_blank", bytes_make(memory, (size_t)size));
}

/* Points, scores and ranks are all values. */
static void
method_vectors(void **state)
{
	static const struct {
		const char *name;
		struct tally_choice choices[3];
	} cases[] = {
	    {"ballot_points", {{4, 2}, {5, 0}, {0, 3}}},
	    {"ballot_scores", {{3, 5}, {2, 0}, {1, -2}}},
	    {"ballot_ranks", {{6, 1}, {0, 2}, {2, 3}}},
	};
	struct keys keys = keys_load();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tally_ballot_draft draft;
		uint8_t memory[1024];
		long size;

		(void)begin(&draft, &keys, memory, sizeof memory);
		(void)tally_ballot_choose(&draft, cases[i].choices, 3);
		size = tally_ballot_sign(&draft, &keys.frontend);
		assert_true(size > 0);
		assert_vector(FILE_NAME, cases[i].name, bytes_make(memory, (size_t)size));
	}
}

static void
shortest_vector(void **state)
{
	struct keys keys = keys_load();
	struct tally_ballot_draft draft;
	uint8_t memory[1024];
	long size;

	(void)state;
	(void)begin(&draft, &keys, memory, sizeof memory);
	size = tally_ballot_sign(&draft, &keys.frontend);
	assert_true(size > 0);
	assert_vector(FILE_NAME, "ballot_shortest", bytes_make(memory, (size_t)size));
}

static void
certificate_vector(void **state)
{
	static const uint8_t no_key[TALLY_KEY_SIZE];
	struct keys keys = keys_load();
	uint8_t made[TALLY_CERTIFICATE_SIZE];

	(void)state;
	assert_int_equal(tally_certificate_make(&keys.registrar, keys.campaign, keys.tag, 3,
						keys.voter + TALLY_SEED_SIZE, 2, made),
			 TALLY_BALLOT_FINE);
	assert_vector(FILE_NAME, "certificate", bytes_make(made, sizeof made));
	assert_int_equal(tally_certificate_make(&keys.registrar, keys.campaign, keys.tag, 3,
						no_key, 2, made),
			 TALLY_BALLOT_BAD_KEY);
	assert_vector(FILE_NAME, "certificate", bytes_make(made, sizeof made));
}

static void
voter_vector(void **state)
{
	static const struct tally_choice choice = {2, 1};
	struct keys keys = keys_load();
	struct tally_ballot_draft draft;
	uint8_t memory[1024];
	long size;

	(void)state;
	assert_int_equal(begin_voter(&draft, &keys, memory, sizeof memory), TALLY_BALLOT_FINE);
	assert_int_equal(tally_ballot_choose(&draft, &choice, 1), TALLY_BALLOT_FINE);
	size = tally_ballot_sign_voter(&draft, keys.certificate, keys.voter);
	assert_true(size > 0);
	assert_vector(FILE_NAME, "ballot_voter", bytes_make(memory, (size_t)size));
}

/* What a voter's signing call says to a certificate with the byte at `offset` changed. */
static long
voter_with(struct keys keys, size_t offset)
{
	struct tally_ballot_draft draft;
	uint8_t memory[1024];

	keys.certificate[offset] ^= 1;
	(void)begin_voter(&draft, &keys, memory, sizeof memory);
	return tally_ballot_sign_voter(&draft, keys.certificate, keys.voter);
}

static void
certificates_that_do_not_fit(void **state)
{
	struct keys keys = keys_load();

	(void)state;
	assert_int_equal(voter_with(keys, 0), TALLY_BALLOT_BAD_CERTIFICATE);
	assert_int_equal(voter_with(keys, 20), TALLY_BALLOT_BAD_CERTIFICATE);
	assert_int_equal(voter_with(keys, 21), TALLY_BALLOT_NOT_FOR_THIS);
	assert_int_equal(voter_with(keys, 52), TALLY_BALLOT_NOT_FOR_THIS);
	assert_int_equal(voter_with(keys, 53), TALLY_BALLOT_NOT_FOR_THIS);
	assert_int_equal(voter_with(keys, 84), TALLY_BALLOT_NOT_FOR_THIS);
	assert_int_equal(voter_with(keys, 85), TALLY_BALLOT_NOT_FOR_THIS);
	assert_int_equal(voter_with(keys, 86), TALLY_BALLOT_NOT_FOR_THIS);
	assert_int_equal(voter_with(keys, 87), TALLY_BALLOT_BAD_KEY);
	assert_int_equal(voter_with(keys, 118), TALLY_BALLOT_BAD_KEY);
	/* serial and registrar are for tallyd to judge */
	assert_true(voter_with(keys, 119) > 0);
	keys.voter[TALLY_SEED_SIZE] ^= 1;
	assert_int_equal(voter_with(keys, 119), TALLY_BALLOT_BAD_KEY);
}

static void
the_other_mode(void **state)
{
	struct keys keys = keys_load();
	struct tally_ballot_draft draft;
	uint8_t memory[1024];

	(void)state;
	(void)begin(&draft, &keys, memory, sizeof memory);
	assert_int_equal(tally_ballot_sign_voter(&draft, keys.certificate, keys.voter),
			 TALLY_BALLOT_BAD_SIGNING);
	(void)begin_voter(&draft, &keys, memory, sizeof memory);
	assert_int_equal(tally_ballot_sign(&draft, &keys.frontend), TALLY_BALLOT_BAD_SIGNING);
	for (int mode = 0; mode <= 3; mode += 3)
		assert_int_equal(tally_ballot_begin(&draft, memory, sizeof memory,
						    keys.campaign, keys.tag, 1, 0,
						    (enum tally_signing)mode),
				 TALLY_BALLOT_BAD_SIGNING);
}

/* After `status`, every call says it again, and a fresh beginning forgets it. */
static void
assert_sticky(struct tally_ballot_draft *draft, int status)
{
	static const struct tally_choice choice = {0, 1};
	struct keys keys = keys_load();
	uint8_t memory[256];
	size_t size = draft->size;

	assert_int_equal(tally_ballot_choose(draft, &choice, 1), status);
	assert_int_equal(tally_ballot_blank(draft), status);
	assert_int_equal(tally_ballot_abstain(draft), status);
	assert_int_equal(tally_ballot_sign(draft, &keys.frontend), status);
	assert_int_equal(tally_ballot_sign_voter(draft, keys.certificate, keys.voter), status);
	assert_int_equal(draft->size, size);
	assert_int_equal(begin(draft, &keys, memory, sizeof memory), TALLY_BALLOT_FINE);
	assert_true(tally_ballot_sign(draft, &keys.frontend) > 0);
}

static void
errors_are_sticky(void **state)
{
	static const struct tally_choice twice[] = {{5, 1}, {2, 1}, {5, 2}};
	struct keys keys = keys_load();
	struct tally_ballot_draft draft;
	uint8_t memory[1024];

	(void)state;
	(void)begin(&draft, &keys, memory, sizeof memory);
	assert_int_equal(tally_ballot_choose(&draft, twice, 3), TALLY_BALLOT_NAMED_TWICE);
	assert_sticky(&draft, TALLY_BALLOT_NAMED_TWICE);

	(void)begin(&draft, &keys, memory, sizeof memory);
	assert_int_equal(tally_ballot_choose(&draft, NULL, 0), TALLY_BALLOT_NO_CHOICE);
	assert_sticky(&draft, TALLY_BALLOT_NO_CHOICE);

	assert_int_equal(tally_ballot_begin(&draft, memory, sizeof memory, keys.campaign,
					    keys.tag, 0, 0, TALLY_SIGNING_FRONTEND),
			 TALLY_BALLOT_BAD_REVISION);
	assert_sticky(&draft, TALLY_BALLOT_BAD_REVISION);

	(void)begin(&draft, &keys, memory, sizeof memory);
	assert_true(tally_ballot_sign(&draft, &keys.frontend) > 0);
	assert_sticky(&draft, TALLY_BALLOT_ENDED);
}

/* The same option in two contests is not twice in one. */
static void
contests_are_apart(void **state)
{
	static const struct tally_choice choice = {5, 1};
	struct keys keys = keys_load();
	struct tally_ballot_draft draft;
	uint8_t memory[1024];

	(void)state;
	(void)begin(&draft, &keys, memory, sizeof memory);
	assert_int_equal(tally_ballot_choose(&draft, &choice, 1), TALLY_BALLOT_FINE);
	assert_int_equal(tally_ballot_choose(&draft, &choice, 1), TALLY_BALLOT_FINE);
}

/* One ballot of three contests, in a heap block of `size` bytes: ASan sees any overrun. */
static long
made_in(const struct keys *keys, size_t size)
{
	static const struct tally_choice choices[] = {{9, 1}, {4, 1}, {7, 1}};
	struct tally_ballot_draft draft;
	uint8_t *block = malloc(size > 0 ? size : 1);
	long made;

	assert_non_null(block);
	(void)begin(&draft, keys, block, size);
	(void)tally_ballot_choose(&draft, choices, 3);
	(void)tally_ballot_blank(&draft);
	(void)tally_ballot_abstain(&draft);
	made = tally_ballot_sign(&draft, &keys->frontend);
	free(block);
	return made;
}

static void
memory_too_small(void **state)
{
	struct keys keys = keys_load();
	const size_t needed = BALLOT_CHOICES_OFFSET + 2 + 3 * 6 + 2 + 2 + 4 + 64;

	(void)state;
	for (size_t size = 0; size < needed; size++)
		assert_int_equal(made_in(&keys, size), TALLY_BALLOT_NO_ROOM);
	assert_int_equal(made_in(&keys, needed), needed);
	assert_int_equal(made_in(&keys, 2 * TALLY_BALLOT_SIZE_MAX), needed);
}

/* A ballot with `count` choices, the highest option first, in memory that is no limit. */
static long
made_of(size_t count, uint8_t memory[2 * TALLY_BALLOT_SIZE_MAX])
{
	static struct tally_choice choices[UINT16_MAX + 1];
	struct keys keys = keys_load();
	struct tally_ballot_draft draft;

	for (size_t i = 0; i < count; i++)
		choices[i] = (struct tally_choice){(uint16_t)(count - 1 - i), (int32_t)i};
	(void)begin(&draft, &keys, memory, 2 * TALLY_BALLOT_SIZE_MAX);
	(void)tally_ballot_choose(&draft, choices, count);
	return tally_ballot_sign(&draft, &keys.frontend);
}

static void
the_largest(void **state)
{
	static uint8_t memory[2 * TALLY_BALLOT_SIZE_MAX];
	const size_t most = (TALLY_BALLOT_SIZE_MAX - BALLOT_CHOICES_OFFSET - 2 - 4 - 64) / 6;

	(void)state;
	assert_true(made_of(most, memory) > 0);
	assert_int_equal(made_of(most + 1, memory), TALLY_BALLOT_TOO_LARGE);
	assert_int_equal(made_of(UINT16_MAX, memory), TALLY_BALLOT_TOO_LARGE);
	assert_int_equal(made_of(UINT16_MAX + 1, memory), TALLY_BALLOT_TOO_LARGE);
}

static struct tally_choice choices_shuffled[300];

static void
shuffle(struct test_random *random, size_t count)
{
	for (size_t i = 0; i < count; i++)
		choices_shuffled[i] = (struct tally_choice){(uint16_t)(i * 200), (int32_t)i};
	for (size_t i = count; i > 1; i--) {
		size_t other = test_random_below(random, i);
		struct tally_choice kept = choices_shuffled[i - 1];

		choices_shuffled[i - 1] = choices_shuffled[other];
		choices_shuffled[other] = kept;
	}
}

static void
any_order_gives_one_encoding(void **state)
{
	const size_t count = sizeof choices_shuffled / sizeof choices_shuffled[0];
	struct test_random random = test_random_make(20261004);
	struct keys keys = keys_load();
	struct tally_ballot_draft draft;
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct ballot ballot;
	struct reader reader;
	struct ballot_choices read;
	long size;

	(void)state;
	shuffle(&random, count);
	(void)begin(&draft, &keys, memory, sizeof memory);
	(void)tally_ballot_choose(&draft, choices_shuffled, count);
	size = tally_ballot_sign(&draft, &keys.frontend);
	assert_true(size > 0);
	assert_int_equal(ballot_parse(bytes_make(memory, (size_t)size), &ballot),
			 TALLY_ACCEPTED);
	reader = reader_make(ballot.choices);
	read = ballot_choices_next(&reader);
	assert_true(reader_done(&reader));
	assert_int_equal(read.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(ballot_choice_at(&read, i).option, i * 200);
		assert_int_equal(ballot_choice_at(&read, i).value, i);
	}
}

static void
sentences(void **state)
{
	(void)state;
	assert_string_equal(tally_ballot_sentence(TALLY_BALLOT_FINE), "fine");
	assert_string_equal(tally_ballot_sentence(TALLY_BALLOT_NAMED_TWICE),
			    "an option is named twice in one contest");
	assert_string_equal(tally_ballot_sentence(-1000),
			    "a status this version does not know");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frontend_vector),
	    cmocka_unit_test(blank_vector),
	    cmocka_unit_test(method_vectors),
	    cmocka_unit_test(shortest_vector),
	    cmocka_unit_test(certificate_vector),
	    cmocka_unit_test(voter_vector),
	    cmocka_unit_test(certificates_that_do_not_fit),
	    cmocka_unit_test(the_other_mode),
	    cmocka_unit_test(errors_are_sticky),
	    cmocka_unit_test(contests_are_apart),
	    cmocka_unit_test(memory_too_small),
	    cmocka_unit_test(the_largest),
	    cmocka_unit_test(any_order_gives_one_encoding),
	    cmocka_unit_test(sentences),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
