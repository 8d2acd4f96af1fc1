/* Logs of campaigns with sealed results: what is asked before unsealing and after, and what an
 * operator could do with them. */
#include <sodium.h>
#include <unistd.h>

#include "tests/lib/tamper.h"
#include "tests/lib/vault.h"

static void
passes_sealed_and_open(void **state)
{
	struct scene scene;

	(void)state;
	vault_make(&scene, NULL);
	vault_publish(&scene, SCENE_EARLY);
	scene_audit(&scene);
	assert_passed_sealed(&scene);
	vault_publish(&scene, VAULT_SEALED);
	scene_audit(&scene);
	assert_passed_sealed(&scene);
	assert_non_null(strstr(scene.audit.report.checks[AUDIT_ROSTER].why.sentence,
			       "commits to no roster")); /* and will name none */
	vault_publish_open(&scene);
	scene_audit(&scene);
	assert_passed(&scene);
	assert_int_equal(scene.audit.recount.replay.counts.ballots, 640);
	scene_close(&scene);
}

/* A kept audit goes on while the log is sealed, and begins anew when it is opened. */
static void
follows_through_the_unsealing(void **state)
{
	struct scene scene;

	(void)state;
	vault_make(&scene, NULL);
	scene.options.keep = true;
	vault_publish(&scene, SCENE_EARLY);
	scene_audit(&scene);
	assert_passed_sealed(&scene);
	assert_false(audit_more(&scene.audit));
	vault_publish(&scene, SCENE_MIDDLE);
	assert_true(audit_more(&scene.audit));
	assert_passed_sealed(&scene);
	vault_publish(&scene, VAULT_SEALED);
	assert_true(audit_more(&scene.audit));
	assert_passed_sealed(&scene);
	assert_int_equal(scene.audit.report.checks[AUDIT_OLD].status, REPORT_PASS);
	vault_publish_open(&scene);
	assert_true(audit_more(&scene.audit));
	assert_int_equal(report_exit(&scene.audit.report), TALLY_EXIT_FINE);
	assert_true(scene.audit.counted);
	assert_int_equal(scene.audit.recount.replay.counts.ballots, 640);
	assert_int_equal(scene.audit.report.checks[AUDIT_OLD].status, REPORT_PASS);
	assert_int_equal(scene.audit.report.checks[AUDIT_PROOFS].status, REPORT_PASS);
	scene_close(&scene);
}

/* What was put in the place of sealed entries comes to light with them. */
static void
finds_another_history_when_opened(void **state)
{
	struct scene scene;

	(void)state;
	vault_make(&scene, NULL);
	scene.options.keep = true;
	vault_publish_sealed(&scene);
	scene_audit(&scene);
	assert_passed_sealed(&scene);
	test_log_swap(&scene.log, 50, 51);
	vault_publish_open(&scene);
	assert_true(audit_more(&scene.audit));
	assert_found(&scene, AUDIT_OLD, NO_INDEX, "the log's history was changed");
	scene_close(&scene);
}

/* Whoever has seen the entries is not told that they are sealed. */
static void
remembers_what_was_open(void **state)
{
	static const char *const gone[] = {"tile/entries", "tally"};
	struct scene scene;
	size_t size;

	(void)state;
	vault_make(&scene, NULL);
	size = test_log_tally(&scene.log) + 1;
	scene.options.keep = true;
	vault_publish_open(&scene);
	scene_audit(&scene);
	assert_passed(&scene);
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
		char path[400];

		snprintf(path, sizeof path, "%s/%s", scene.folder.path, gone[i]);
		test_folder_clear(path);
	}
	vault_publish(&scene, size);
	scene_remove(&scene, "law/646");
	test_file_write(scene.folder.path, "law/list", BYTES_OF("0\n1\n303\n644\n"));
	assert_true(audit_more(&scene.audit));
	assert_found(&scene, AUDIT_SEAL, NO_INDEX, "were public before");
	scene_close(&scene);
}

struct breach {
	const char *name;
	void (*commit)(const struct scene *scene);
	enum audit_check check;
	long index;
	const char *words;
};

static void
write_text(const struct scene *scene, const char *name, const char *text)
{
	test_file_write(scene->folder.path, name, bytes_of_string(text));
}

static void
a_bundle(const struct scene *scene)
{
	write_text(scene, "tile/entries/001", "x");
}

static void
a_tally(const struct scene *scene)
{
	write_text(scene, "tally/302", "tally/counts/v1\n");
}

static void
counts(const struct scene *scene)
{
	write_text(scene, "results", "{\"sealed\":true,\"contests\":[]}");
}

static void
all_bundles(const struct scene *scene)
{
	test_log_publish(&scene->log, scene->folder.path, VAULT_SEALED);
}

static void
no_tile(const struct scene *scene)
{
	scene_remove(scene, "tile/0/001");
}

static void
a_flipped_tile(const struct scene *scene)
{
	scene_flip(scene, "tile/0/001", 33);
}

static void
no_page(const struct scene *scene)
{
	scene_remove(scene, "law/303");
}

static void
no_list(const struct scene *scene)
{
	scene_remove(scene, "law/list");
}

static void
a_shorter_list(const struct scene *scene)
{
	vault_write_list(scene, 300);
}

static void
a_muddled_list(const struct scene *scene)
{
	write_text(scene, "law/list", "0\n1\n303\n303\n644\n");
}

static void
an_open_list(const struct scene *scene)
{
	write_text(scene, "law/list", "0\n1\n303\n644");
}

static void
a_stray(const struct scene *scene)
{
	write_text(scene, "law/0303", "x");
}

static void
a_page_beyond(const struct scene *scene)
{
	vault_write_page(scene, 646, VAULT_OPEN);
}

static void
a_flipped_page(const struct scene *scene)
{
	scene_flip(scene, "law/303", 40);
}

static void
another_page(const struct scene *scene)
{
	uint8_t *data;
	size_t size;
	char path[512];

	snprintf(path, sizeof path, "%s/law/1", scene->folder.path);
	data = test_file_read(path, &size);
	test_file_write(scene->folder.path, "law/303", bytes_make(data, size));
	free(data);
}

static void
a_ballot_as_law(const struct scene *scene)
{
	vault_write_page(scene, 20, VAULT_SEALED);
	write_text(scene, "law/list", "0\n1\n20\n303\n644\n");
}

static void
no_notice(const struct scene *scene)
{
	scene_remove(scene, "law/303");
	write_text(scene, "law/list", "0\n1\n644\n");
}

/* A notice that is kept back is missed as soon as another follows. */
static void
a_hidden_notice(const struct scene *scene)
{
	vault_publish(scene, VAULT_OPEN);
	scene_remove(scene, "law/303");
	write_text(scene, "law/list", "0\n1\n644\n646\n");
}

static void
no_manifest(const struct scene *scene)
{
	scene_remove(scene, "law/0");
	write_text(scene, "law/list", "1\n303\n644\n");
}

/* Page 303 in a tree of another history, which the log's key has signed as well. */
static void
a_page_of_another_tree(const struct scene *scene)
{
	struct test_log *log = (struct test_log *)(uintptr_t)&scene->log;

	test_log_swap(log, 50, 51);
	vault_write_page(scene, 303, 400);
	test_log_swap(log, 50, 51);
}

/* The checkpoint covers the notice, and the bundles do not come. */
static void
never_opened(const struct scene *scene)
{
	vault_publish(scene, VAULT_OPEN);
}

static const struct breach breaches[] = {
    {"a bundle", a_bundle, AUDIT_SEAL, NO_INDEX, "tile/entries/001: it is published"},
    {"a tally text", a_tally, AUDIT_SEAL, NO_INDEX, "tally/302: it is published"},
    {"counts", counts, AUDIT_SEAL, NO_INDEX, "results: it says more than the turnout"},
    {"all bundles", all_bundles, AUDIT_SEAL, NO_INDEX,
     "tile/entries/000: it is published, and results are sealed (of a copy "
     "that is not public say --private)"},
    {"no tile", no_tile, AUDIT_FILES, NO_INDEX, "tile/0/001: the checkpoint covers it"},
    {"no tile", no_tile, AUDIT_TILES, NO_INDEX, "tile/0/001"},
    {"a flipped tile", a_flipped_tile, AUDIT_ROOT, NO_INDEX, "another root"},
    {"no page", no_page, AUDIT_PROOFS, 303, "law/303: it is missing"},
    {"no list", no_list, AUDIT_PROOFS, NO_INDEX, "law/list: it is missing"},
    {"a shorter list", a_shorter_list, AUDIT_PROOFS, 303, "law/list does not name it"},
    {"a muddled list", a_muddled_list, AUDIT_PROOFS, NO_INDEX, "no list of ascending"},
    {"an open list", an_open_list, AUDIT_PROOFS, NO_INDEX, "no list of ascending"},
    {"a stray", a_stray, AUDIT_FILES, NO_INDEX, "law/0303: it does not belong"},
    {"a page beyond", a_page_beyond, AUDIT_FILES, NO_INDEX, "law/646: it goes beyond"},
    {"a flipped page", a_flipped_page, AUDIT_PROOFS, 303, "law/303: "},
    {"another page", another_page, AUDIT_PROOFS, 303, "the proof of another entry"},
    {"a ballot as law", a_ballot_as_law, AUDIT_PROOFS, 20, "neither CAMPAIGN nor PHASE"},
    {"a hidden notice", a_hidden_notice, AUDIT_NOTICES, 646, "out of order"},
    {"no manifest", no_manifest, AUDIT_MANIFEST, 0, "part 0 of the manifest"},
    {"a page of another tree", a_page_of_another_tree, AUDIT_PROOFS, 303,
     "not one of this tree"},
    {"never opened", never_opened, AUDIT_FILES, NO_INDEX, "tile/entries/000: the checkpoint"},
};

static void
finds_every_breach(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof breaches / sizeof *breaches; i++) {
		const struct breach *breach = &breaches[i];
		struct scene scene;

		print_message("    %s\n", breach->name);
		vault_make(&scene, NULL);
		vault_publish_sealed(&scene);
		breach->commit(&scene);
		scene_audit(&scene);
		assert_found(&scene, breach->check, breach->index, breach->words);
		scene_close(&scene);
	}
}

/* What the authority keeps for itself has bundles while the public log has not. */
static void
allows_a_private_copy(void **state)
{
	struct scene scene;

	(void)state;
	vault_make(&scene, NULL);
	vault_publish_sealed(&scene);
	all_bundles(&scene);
	scene.options.private_copy = true;
	scene_audit(&scene);
	assert_int_equal(report_exit(&scene.audit.report), TALLY_EXIT_FINE);
	assert_true(scene.audit.counted);
	assert_true(scene.audit.report.checks[AUDIT_SEAL].nothing);
	assert_int_equal(scene.audit.report.checks[AUDIT_PROOFS].status, REPORT_PASS);
	scene_close(&scene);
}

/* Bundles come before the checkpoint that allows them; the notice is there first. */
static void
waits_for_an_unsealing_under_way(void **state)
{
	const struct report_check *seal;
	struct scene scene;

	(void)state;
	vault_make(&scene, NULL);
	vault_publish_sealed(&scene);
	vault_write_page(&scene, 646, VAULT_OPEN);
	vault_write_list(&scene, VAULT_OPEN);
	a_bundle(&scene);
	scene_audit(&scene);
	seal = &scene.audit.report.checks[AUDIT_SEAL];
	assert_int_equal(seal->status, REPORT_SKIPPED);
	assert_false(seal->nothing);
	scene_close(&scene);
}

/* A notice beyond the checkpoint that no authority has signed excuses nothing. */
static void
believes_no_forged_unsealing(void **state)
{
	const size_t at = VAULT_OPEN - 1;
	struct scene scene;

	(void)state;
	vault_make(&scene, NULL);
	vault_publish_sealed(&scene);
	tamper_flip(&scene.log, VAULT_OPEN - 1, test_log_entry(&scene.log, at).size - 1);
	vault_write_page(&scene, at, VAULT_OPEN);
	vault_write_list(&scene, VAULT_OPEN);
	a_bundle(&scene);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_SEAL, NO_INDEX, "tile/entries/001: it is published");
	scene_close(&scene);
}

static void
unseal_early(struct test_log *log, enum story_point point)
{
	if (point == STORY_END)
		(void)test_log_notice(log, TALLY_NOTICE_UNSEAL, "2026-02-02T20:59:00Z");
}

/* The notice names a time before the delay is over: nothing is unsealed by it. */
static void
finds_an_early_unsealing(void **state)
{
	struct scene scene;

	(void)state;
	vault_make(&scene, unseal_early);
	vault_publish(&scene, VAULT_OPEN);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_NOTICES, 646, "cannot take effect");
	test_log_publish(&scene.log, scene.folder.path, VAULT_OPEN);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_NOTICES, 646, "cannot take effect");
	scene_close(&scene);
}

static void
forge(struct test_log *log, enum story_point point)
{
	struct note_private_key kept = log->campaign.authorities[0];

	if (point != STORY_CLOSED)
		return;
	log->campaign.authorities[0] = log->campaign.frontends[0];
	(void)test_log_notice(log, TALLY_NOTICE_EXTEND, "2026-02-04T20:00:00Z");
	log->campaign.authorities[0] = kept;
}

static void
finds_a_forged_notice(void **state)
{
	struct scene scene;

	(void)state;
	vault_make(&scene, forge);
	vault_publish(&scene, 646);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_NOTICES, 645, "unknown-signer");
	scene_close(&scene);
}

static void
refuses_law_of_a_live_campaign(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL, NULL);
	scene_publish(&scene);
	vault_write_page(&scene, 1, SCENE_EARLY);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_FILES, NO_INDEX, "only the log of a campaign with sealed");
	scene_close(&scene);
}

static void
wants_all_law_of_an_open_log(void **state)
{
	struct scene scene;

	(void)state;
	vault_make(&scene, NULL);
	vault_publish_open(&scene);
	no_notice(&scene);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_PROOFS, 303, "law/list does not name it");
	no_list(&scene);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_PROOFS, NO_INDEX, "law/list: it is missing");
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passes_sealed_and_open),
	    cmocka_unit_test(follows_through_the_unsealing),
	    cmocka_unit_test(finds_another_history_when_opened),
	    cmocka_unit_test(remembers_what_was_open),
	    cmocka_unit_test(finds_every_breach),
	    cmocka_unit_test(allows_a_private_copy),
	    cmocka_unit_test(waits_for_an_unsealing_under_way),
	    cmocka_unit_test(believes_no_forged_unsealing),
	    cmocka_unit_test(finds_an_early_unsealing),
	    cmocka_unit_test(finds_a_forged_notice),
	    cmocka_unit_test(refuses_law_of_a_live_campaign),
	    cmocka_unit_test(wants_all_law_of_an_open_log),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
