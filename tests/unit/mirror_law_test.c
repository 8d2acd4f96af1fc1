/* A copy of a sealed campaign's log over real sockets, through its unsealing. */
#include "tools/lib/mirror.h"

#include <sodium.h>
#include <unistd.h>

#include "tests/lib/patience.h"
#include "tests/lib/vault.h"
#include "tests/lib/web.h"

static const struct http_patience patience = {.connect_ms = TEST_PATIENCE_MS,
					      .stall_s = TEST_PATIENCE_S,
					      .total_s = TEST_PATIENCE_S,
					      .attempts = 3,
					      .pause_ms = 1};

/* The vault behind a server, and a folder for its copy. */
struct stage {
	struct scene scene;
	struct web web;
	struct test_folder folder;
	struct publiclog copy;
	struct mirror mirror;
};

static void
stage_open(struct stage *stage)
{
	struct trouble trouble;

	*stage = (struct stage){0};
	vault_make(&stage->scene, NULL);
	web_start(&stage->web, stage->scene.folder.path);
	stage->folder = test_folder_make();
	assert_int_equal(publiclog_open(&stage->copy, stage->folder.path, &trouble), 0);
	stage->mirror = (struct mirror){.url = stage->web.address,
					.folder = &stage->copy,
					.key = stage->scene.options.key,
					.patience = patience};
}

static void
stage_close(struct stage *stage)
{
	web_stop(&stage->web);
	publiclog_close(&stage->copy);
	test_folder_remove(&stage->folder);
	scene_close(&stage->scene);
}

static void
update(struct stage *stage)
{
	struct trouble trouble;

	if (mirror_update(&stage->mirror, &trouble) != TALLY_EXIT_FINE)
		fail_msg("%s", trouble.sentence);
}

static void
audit_copy(struct stage *stage)
{
	if (stage->scene.audited)
		audit_free(&stage->scene.audit);
	audit_run(&stage->copy, &stage->scene.options, &stage->scene.audit);
	stage->scene.audited = true;
}

static void
copies_sealed_and_open(void **state)
{
	struct stage stage;
	unsigned before;

	(void)state;
	stage_open(&stage);
	vault_publish(&stage.scene, SCENE_EARLY);
	update(&stage);
	assert_true(stage.mirror.sealed);
	assert_int_equal(stage.mirror.missing, 0);
	audit_copy(&stage);
	assert_passed_sealed(&stage.scene);
	vault_publish(&stage.scene, VAULT_SEALED);
	update(&stage);
	assert_int_equal(stage.mirror.missing, 0);
	audit_copy(&stage);
	assert_passed_sealed(&stage.scene);
	before = stage.web.requests;
	update(&stage);
	/* checkpoint, two bundles that are not there, law/list, results */
	assert_in_range(stage.web.requests, before + 5, before + 6);
	vault_publish_open(&stage.scene);
	update(&stage);
	assert_false(stage.mirror.sealed);
	assert_int_equal(stage.mirror.missing, 0);
	audit_copy(&stage);
	assert_passed(&stage.scene);
	stage_close(&stage);
}

/* As --follow does it. */
static void
follows_through_the_unsealing(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	stage.scene.options.keep = true;
	vault_publish_sealed(&stage.scene);
	update(&stage);
	audit_copy(&stage);
	assert_passed_sealed(&stage.scene);
	stage.mirror.complete = VAULT_SEALED;
	update(&stage);
	assert_true(stage.mirror.unchanged);
	vault_publish_open(&stage.scene);
	update(&stage);
	assert_true(audit_more(&stage.scene.audit));
	assert_int_equal(report_exit(&stage.scene.audit.report), TALLY_EXIT_FINE);
	assert_true(stage.scene.audit.counted);
	stage_close(&stage);
}

/* The first bundle is looked for although it should not be there. */
static void
brings_a_breach_to_light(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	test_log_publish(&stage.scene.log, stage.scene.folder.path, VAULT_SEALED);
	vault_publish_sealed(&stage.scene);
	scene_remove(&stage.scene, "tile/entries/002.p/134");
	update(&stage);
	assert_true(stage.mirror.sealed);
	audit_copy(&stage);
	assert_found(&stage.scene, AUDIT_SEAL, NO_INDEX, "tile/entries/000: it is published");
	stage_close(&stage);
}

/* Pages ahead of the checkpoint come too: they say that bundles may be on their way. */
static void
knows_an_unsealing_under_way(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	test_log_publish(&stage.scene.log, stage.scene.folder.path, VAULT_SEALED);
	vault_publish_sealed(&stage.scene);
	scene_remove(&stage.scene, "tile/entries/002.p/134");
	vault_write_page(&stage.scene, 646, VAULT_OPEN);
	vault_write_list(&stage.scene, VAULT_OPEN);
	update(&stage);
	audit_copy(&stage);
	assert_int_equal(report_exit(&stage.scene.audit.report), TALLY_EXIT_FINE);
	assert_int_equal(stage.scene.audit.report.checks[AUDIT_SEAL].status, REPORT_SKIPPED);
	assert_false(stage.scene.audit.report.checks[AUDIT_SEAL].nothing);
	stage_close(&stage);
}

static void
counts_missing_law(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	vault_publish_sealed(&stage.scene);
	scene_remove(&stage.scene, "law/303");
	update(&stage);
	assert_int_equal(stage.mirror.missing, 1);
	audit_copy(&stage);
	assert_found(&stage.scene, AUDIT_PROOFS, 303, "law/303: it is missing");
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(copies_sealed_and_open),
	    cmocka_unit_test(follows_through_the_unsealing),
	    cmocka_unit_test(brings_a_breach_to_light),
	    cmocka_unit_test(knows_an_unsealing_under_way),
	    cmocka_unit_test(counts_missing_law),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
