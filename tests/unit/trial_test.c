/* A trial is passed by what is right, and by nothing that is not. */
#include "tests/lib/draft.h"
#include "tests/lib/verifiers.h"

#include "verify/trial.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(libsodium),        cmocka_unit_test(every_path),
	    cmocka_unit_test(key_that_is_none), cmocka_unit_test(one_bit),
	    cmocka_unit_test(exchanged),        cmocka_unit_test(wrong_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
