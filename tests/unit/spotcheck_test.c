/* Tables in the auditor's hands: the same verdicts, a share of them asked again, and what happens
 * when tables and libsodium do not agree. */
#include "tests/lib/tamper.h"
#include "tests/lib/verifiers.h"

#include "tests/lib/draft.h"
#include "tools/lib/spotcheck.h"

static const struct campaign_wish first = {0};
static const struct campaign_wish voters = {.signing = TALLY_SIGNING_VOTER, .revisions_max = 5};

static void
passes(const struct campaign_wish *wish)
{
	struct scene scene;
	const struct audit_haste *haste = &scene.audit.haste;

	scene_make(&scene, wish, NULL);
	scene_publish(&scene);
	scene.options.fast = true;
	scene_audit(&scene);
	assert_passed(&scene);
	assert_true(scene.audit.hasty);
	assert_int_equal(haste->path, verifier_path_best());
	assert_int_equal(haste->by_tables, scene.audit.recount.replay.counts.in_tree);
	assert_string_equal(scene.audit.report.checks[AUDIT_SIGNATURES].text,
			    checks_signatures_by_tables);
	assert_true(haste->rechecked > 500 && haste->rechecked <= haste->by_tables);
	scene_close(&scene);
}

static void
passes_the_truth(void **state)
{
	(void)state;
	passes(&first);
	passes(&voters);
}

/* By libsodium alone, then in haste: the same place, the same words. */
static void
fails(const struct campaign_wish *wish, size_t from_end, const char *words)
{
	struct scene scene;

	scene_make(&scene, wish, NULL);
	tamper_flip(&scene.log, 52, test_log_entry(&scene.log, 52).size - from_end);
	tamper_flip(&scene.log, 400, test_log_entry(&scene.log, 400).size - from_end);
	scene_publish(&scene);
	for (int fast = 0; fast < 2; fast++) {
		scene.options.fast = fast == 1;
		scene_audit(&scene);
		assert_found(&scene, AUDIT_SIGNATURES, 52, words);
		assert_int_equal(scene.audit.hasty, fast);
		assert_null(scene.audit.report.checks[AUDIT_SIGNATURES].text);
	}
	scene_close(&scene);
}

static void
fails_where_it_must(void **state)
{
	(void)state;
	fails(&first, 1, "the ballot is bad-signature");
	fails(&voters, 1, "the ballot is bad-signature");
	fails(&voters, 128, "the ballot is bad-certificate");
}

enum {
	BALLOTS = 100,
};

struct pile {
	struct draft_campaign campaign;
	struct draft drafts[BALLOTS];
	struct verify_item items[BALLOTS];
	struct spotcheck spotcheck;
};

static struct pile pile;

static void
pile_make(uint64_t bundles)
{
	draft_campaign_init(&pile.campaign, TALLY_SIGNING_FRONTEND);
	assert_int_equal(spotcheck_open(&pile.spotcheck, &pile.campaign.manifest, bundles),
			 KEYRING_READY);
	for (size_t i = 0; i < BALLOTS; i++) {
		pile.drafts[i] = draft_make(&pile.campaign);
		draft_finish(&pile.drafts[i], &pile.campaign);
		pile.items[i].bytes = pile.drafts[i].bytes;
	}
}

static void
shares(void **state)
{
	static const struct {
		uint64_t bundles;
		uint64_t share;
	} cases[] = {{1, 1000}, {100, 10}, {4000000, 3}};
	struct spotcheck_finding finding;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint64_t share = cases[i].share < BALLOTS ? cases[i].share : BALLOTS;

		pile_make(cases[i].bundles);
		assert_int_equal(pile.spotcheck.share, cases[i].share);
		spotcheck_ballots(&pile.spotcheck, pile.items, BALLOTS, &finding);
		assert_false(finding.found);
		assert_int_equal(pile.spotcheck.by_tables, BALLOTS);
		assert_int_equal(pile.spotcheck.rechecked, share);
		spotcheck_ballots(&pile.spotcheck, pile.items, 0, &finding);
		assert_int_equal(pile.spotcheck.by_tables, BALLOTS);
		spotcheck_close(&pile.spotcheck);
	}
}

/* What is refused for another reason, or by libsodium alone, is not told as the tables' work. */
static void
counts_what_tables_took(void **state)
{
	struct spotcheck_finding finding;

	(void)state;
	pile_make(1);
	pile.items[3].bytes.size = 30;
	pile.drafts[50].memory[pile.drafts[50].bytes.size - 1] ^= 1;
	spotcheck_ballots(&pile.spotcheck, pile.items, BALLOTS, &finding);
	assert_false(finding.found);
	assert_int_equal(pile.items[3].verdict, TALLY_MALFORMED);
	assert_int_equal(pile.items[50].verdict, TALLY_BAD_SIGNATURE);
	assert_int_equal(pile.spotcheck.by_tables, BALLOTS - 2);
	assert_int_equal(pile.spotcheck.rechecked, BALLOTS - 2);
	spotcheck_close(&pile.spotcheck);
}

/* The tables take for frontend 0 the word of somebody else. */
static void
usurp(struct verifier *verifier)
{
	verifier->keys[0] = verifier->keys[1];
}

static void
writable(struct verifiers *verifiers)
{
	verifiers_make(verifiers, &pile.campaign.manifest);
	pile.spotcheck.keyring.verifier = verifiers->list[1];
}

/* What tables refuse is asked again, always: the honest ballot stays accepted, and is a finding. */
static void
tables_refuse(void **state)
{
	struct spotcheck_finding finding;
	struct verifiers verifiers;

	(void)state;
	pile_make(1000000);
	writable(&verifiers);
	usurp(&pile.spotcheck.keyring.verifier);
	spotcheck_ballots(&pile.spotcheck, pile.items, BALLOTS, &finding);
	assert_true(finding.found);
	assert_int_equal(finding.item, 0);
	assert_int_equal(finding.by_tables, TALLY_BAD_SIGNATURE);
	for (size_t i = 0; i < BALLOTS; i++)
		assert_int_equal(pile.items[i].verdict, TALLY_ACCEPTED);
	verifiers_free(&verifiers);
	spotcheck_close(&pile.spotcheck);
}

/* One forgery among a hundred that the tables take: 3 of 100 are looked at, never the same ones for
 * long. (Missed 1,000 times in a row: once in 10^13 runs.) */
static void
tables_accept(void **state)
{
	struct spotcheck_finding finding;
	struct verifiers verifiers;
	size_t found = 0;

	(void)state;
	pile_make(1000000);
	writable(&verifiers);
	pile.spotcheck.keyring.verifier.keys[1] = pile.spotcheck.keyring.verifier.keys[0];
	pile.drafts[70].key_id = DRAFT_FRONTEND_OTHER;
	draft_finish(&pile.drafts[70], &pile.campaign);
	for (size_t i = 0; i < 1000 && (found == 0 || i < 20); i++) {
		spotcheck_ballots(&pile.spotcheck, pile.items, BALLOTS, &finding);
		found += finding.found;
		if (!finding.found)
			continue;
		assert_int_equal(finding.item, 70);
		assert_int_equal(finding.by_tables, TALLY_ACCEPTED);
		assert_int_equal(pile.items[70].verdict, TALLY_BAD_SIGNATURE);
	}
	assert_true(found > 0);
	verifiers_free(&verifiers);
	spotcheck_close(&pile.spotcheck);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passes_the_truth), cmocka_unit_test(fails_where_it_must),
	    cmocka_unit_test(shares),           cmocka_unit_test(counts_what_tables_took),
	    cmocka_unit_test(tables_refuse),    cmocka_unit_test(tables_accept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
