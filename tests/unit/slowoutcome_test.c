/* Every outcome rule twice: the engine's, and tests/lib/slowoutcome.h's, on random elections. A
 * disagreement prints the smallest election found and its seed. TEST_SEED=N begins elsewhere,
 * COUNT=N tries so many elections of each rule. */
#include "tests/lib/tinyelection.h"

static void
test_count(void **state)
{
	(void)state;
	tiny_try(MANIFEST_RULE_COUNT, 10000);
}

static void
test_greedy_skip(void **state)
{
	(void)state;
	tiny_try(MANIFEST_RULE_GREEDY_SKIP, 10000);
}

static void
test_greedy_stop(void **state)
{
	(void)state;
	tiny_try(MANIFEST_RULE_GREEDY_STOP, 10000);
}

static void
test_runoff(void **state)
{
	(void)state;
	tiny_try(MANIFEST_RULE_RUNOFF, 10000);
}

static void
test_schulze(void **state)
{
	(void)state;
	tiny_try(MANIFEST_RULE_SCHULZE, 10000);
}

static void
test_borda(void **state)
{
	(void)state;
	tiny_try(MANIFEST_RULE_BORDA, 10000);
}

static void
test_shares(void **state)
{
	(void)state;
	tiny_try(MANIFEST_RULE_SHARES, 10000);
}

static void
test_phragmen(void **state)
{
	(void)state;
	tiny_try(MANIFEST_RULE_PHRAGMEN, 10000);
}

/* A draw worked out by a third program (Python's hashlib and int). */
static void
test_draw(void **state)
{
	static const uint16_t drawn[2][10] = {{0, 3, 5, 9, 1, 2, 4, 6, 8, 7},
					      {6, 4, 7, 8, 0, 5, 2, 1, 9, 3}};
	static const uint16_t contests[2] = {3, 258};
	const struct bytes body = BYTES_OF("the balls 4 8 15");
	const struct manifest_contest contest = {.options_count = 10,
						 .outcome.ties = MANIFEST_TIES_DRAWN};
	struct manifest manifest = {.contests_count = 0};
	struct notice notice = {.number = 1, .kind = TALLY_NOTICE_DRAW, .body = body};
	struct law law = {.draw_missing = true};
	uint8_t wanted[32];
	uint8_t seed[32];
	uint16_t place[SLOW_OPTIONS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(manifest.id); i++)
		manifest.id[i] = (uint8_t)i;
	test_hex("bf370abe9282547c000ee3557957736d2e07a7c98feaececcdf5944dfee973ef", wanted,
		 sizeof(wanted));
	slow_seed(manifest.id, body, seed);
	assert_memory_equal(seed, wanted, sizeof(seed));
	notice.campaign = manifest.id;
	law_notice_apply(&law, &manifest, &notice);
	assert_memory_equal(law.draw, wanted, sizeof(wanted));
	for (size_t i = 0; i < 2; i++) {
		const struct slow_case given = {
		    .contest = &contest, .contest_place = contests[i], .seed = seed};

		slow_tie_order(&given, place);
		for (size_t at = 0; at < 10; at++)
			assert_int_equal(place[drawn[i][at]], at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_count),       cmocka_unit_test(test_greedy_skip),
	    cmocka_unit_test(test_greedy_stop), cmocka_unit_test(test_runoff),
	    cmocka_unit_test(test_schulze),     cmocka_unit_test(test_borda),
	    cmocka_unit_test(test_shares),      cmocka_unit_test(test_phragmen),
	    cmocka_unit_test(test_draw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
