/* A trial is passed by what is right, and by nothing that is not: trial.c is compiled into this
 * program, with a verifier that errs as a test wants. */
#include "tests/lib/draft.h"
#include "tests/lib/verifiers.h"

#include "verify/trial.h"

static const uint8_t *wrong_about; /* a signature, or NULL: the last one of a batch */
static size_t wrong_in;            /* batches of so many */
static bool keys_for_nobody;       /* a key that is none gets the table of another */

static void
erring_check(const struct verifier *verifier, struct ed25519_item *items, size_t count)
{
	const uint8_t *about = wrong_about != NULL ? wrong_about : items[count - 1].signature;

	verifier_check(verifier, items, count);
	for (size_t i = 0; i < count && count == wrong_in; i++) {
		if (memcmp(items[i].signature, about, TALLY_SIGNATURE_SIZE) == 0)
			items[i].genuine = !items[i].genuine;
	}
}

static bool
erring_make(struct keytable *table, const uint8_t key[TALLY_KEY_SIZE], unsigned window,
	    void *memory)
{
	if (keytable_make(table, key, window, memory))
		return true;
	if (keys_for_nobody)
		keytable_make_base(table, window, memory);
	return keys_for_nobody;
}

#define verifier_check erring_check
#define keytable_make erring_make
#include "verify/trial.c"

static const uint8_t seed[TRIAL_SEED_SIZE] = "any seed at all will do for this";

static bool
passes(const struct verifier *verifier)
{
	void *memory = verifiers_room(trial_memory(verifier));
	bool passed = trial_tables(verifier, seed, memory);

	free(memory);
	return passed;
}

static void
libsodium(void **state)
{
	(void)state;
	assert_true(trial_libsodium());
}

static void
every_path(void **state)
{
	struct draft_campaign campaign;
	struct verifiers verifiers;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	verifiers_make(&verifiers, &campaign.manifest);
	for (size_t i = 1; i < verifiers.count; i++)
		assert_true(passes(&verifiers.list[i]));
	verifiers_free(&verifiers);
}

static void
key_that_is_none(void **state)
{
	struct draft_campaign campaign;
	struct verifiers verifiers;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_VOTER);
	memset(campaign.registrars[0].public_key, 0, TALLY_KEY_SIZE);
	verifiers_make(&verifiers, &campaign.manifest);
	assert_int_equal(verifier_tables(&verifiers.list[1]), 1);
	assert_true(passes(&verifiers.list[1]));
	verifiers_free(&verifiers);
}

static uint8_t *
writable(const struct keytable *table)
{
	return (uint8_t *)(uintptr_t)table->entries;
}

/* One bit of any table, at its front, somewhere, at its end. */
static void
one_bit(void **state)
{
	struct test_random random = test_random_make(5);
	struct draft_campaign campaign;
	struct verifiers verifiers;
	struct verifier *verifier = &verifiers.list[1];

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	verifiers_make(&verifiers, &campaign.manifest);
	for (size_t i = 0; i < 9; i++) {
		struct keytable *table = i % 3 == 2 ? &verifier->base : &verifier->keys[i % 3];
		size_t size = keytable_size(table->window);
		size_t at = i < 3   ? 0
			    : i < 6 ? (size_t)test_random_below(&random, size)
				    : size - 1;

		writable(table)[at] ^= 1;
		assert_false(passes(verifier));
		writable(table)[at] ^= 1;
	}
	assert_true(passes(verifier));
	verifiers_free(&verifiers);
}

/* The wrong point in the base's place accepts nothing, and two keys exchanged accept each other's:
 * both are found. */
static void
exchanged(void **state)
{
	struct draft_campaign campaign;
	struct verifiers verifiers;
	struct verifier spoilt;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	verifiers_make(&verifiers, &campaign.manifest);
	spoilt = verifiers.list[1];
	spoilt.base.entries = spoilt.keys[0].entries;
	spoilt.base.window = spoilt.keys[0].window;
	spoilt.base.rows = spoilt.keys[0].rows;
	assert_false(passes(&spoilt));
	spoilt = verifiers.list[1];
	spoilt.keys[0].entries = spoilt.keys[1].entries;
	assert_false(passes(&spoilt));
	verifiers_free(&verifiers);
}

/* Right tables, and sums that leave out their topmost row: signatures alone show that. */
static void
wrong_sums(void **state)
{
	struct draft_campaign campaign;
	struct verifiers verifiers;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	verifiers_make(&verifiers, &campaign.manifest);
	for (size_t i = 1; i < verifiers.count; i++) {
		verifiers.list[i].base.rows--;
		assert_false(passes(&verifiers.list[i]));
	}
	verifiers_free(&verifiers);
}

/* Tables are right, and sums are, but for one: each line where verifiers differ is looked at. */
static void
wrong_about_a_case(void **state)
{
	struct draft_campaign campaign;
	struct verifiers verifiers;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	verifiers_make(&verifiers, &campaign.manifest);
	for (size_t i = 0; i < CASES_COUNT; i++) {
		struct exhibit exhibit;

		if (cases[i].expected == NO_KEY)
			continue;
		exhibit_read(&cases[i], &exhibit);
		wrong_about = exhibit.signature;
		wrong_in = 1;
		assert_false(passes(&verifiers.list[1]));
		wrong_in = 17;
		assert_false(passes(&verifiers.list[1]));
	}
	wrong_about = NULL;
	wrong_in = 0;
	keys_for_nobody = true;
	assert_false(passes(&verifiers.list[1]));
	keys_for_nobody = false;
	assert_true(passes(&verifiers.list[1]));
	verifiers_free(&verifiers);
}

/* A case is shown alone and in 17; what was made for this trial in these and other numbers. */
static void
wrong_in_a_size(void **state)
{
	static const size_t sizes[] = {1, 7, 8, 9, 17, 31, TRIAL_SIGNATURES};
	struct draft_campaign campaign;
	struct verifiers verifiers;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	verifiers_make(&verifiers, &campaign.manifest);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		wrong_in = sizes[i];
		assert_false(passes(&verifiers.list[1]));
	}
	wrong_in = 0;
	assert_true(passes(&verifiers.list[1]));
	verifiers_free(&verifiers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(libsodium),          cmocka_unit_test(every_path),
	    cmocka_unit_test(key_that_is_none),   cmocka_unit_test(one_bit),
	    cmocka_unit_test(exchanged),          cmocka_unit_test(wrong_sums),
	    cmocka_unit_test(wrong_about_a_case), cmocka_unit_test(wrong_in_a_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
