/* The built program on a log whose results are sealed, and when it is opened. */
#include <sodium.h>
#include <unistd.h>

#include "tests/lib/auditor.h"
#include "tests/lib/vault.h"

/* The auditor's own scene makes way for a vault. */
static bool
open_vault(struct auditor *stage)
{
	if (!auditor_open(stage))
		return false;
	scene_close(&stage->scene);
	vault_make(&stage->scene, NULL);
	vault_publish_sealed(&stage->scene);
	return true;
}

static void
says_what_is_sealed(void **state)
{
	struct auditor stage;

	(void)state;
	if (!open_vault(&stage))
		return;
	auditor_run_with_key(&stage, ".");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "results are sealed: 646 entries, of which the law alone");
	assert_ends(stage.out, "PASS: .: 646 entries with root ");
	auditor_run_with_key(&stage, "--json .");
	assert_says(stage.out, "\"sealed\": true");
	assert_null(strstr(stage.out, "\"results\""));
	test_log_publish(&stage.scene.log, stage.scene.folder.path, VAULT_SEALED);
	auditor_run_with_key(&stage, "-q .");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 18: ./tile/entries/000: it is published");
	auditor_run_with_key(&stage, "-q --private .");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	vault_publish_open(&stage.scene);
	auditor_run_with_key(&stage, ".");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "ballots 640 counted");
	auditor_close(&stage);
}

/* Without a network and without libraries. */
static void
audits_by_the_static_build(void **state)
{
	struct auditor stage;

	(void)state;
	if (!open_vault(&stage))
		return;
	strcat(stage.program, "-static");
	if (access(stage.program, X_OK) == 0) {
		auditor_run_with_key(&stage, "-q .");
		assert_int_equal(stage.code, TALLY_EXIT_FINE);
		scene_flip(&stage.scene, "law/303", 40);
		auditor_run_with_key(&stage, "-q .");
		assert_int_equal(stage.code, TALLY_EXIT_FAILED);
		assert_ends(stage.out, "FAIL: check 17: ./law/303: ");
	} else {
		print_message("SKIPPED: no %s (make tally-verify-static)\n", stage.program);
	}
	auditor_close(&stage);
}

/* Nothing to check is no reason not to cosign; a breach is. */
static void
cosigns_what_is_sealed(void **state)
{
	const uint8_t seed[TALLY_SEED_SIZE] = {8};
	struct note_private_key key;
	uint8_t memory[NOTE_PRIVATE_TEXT_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct auditor stage;

	(void)state;
	if (!open_vault(&stage))
		return;
	note_private_key_make_as(&key, NOTE_KEY_COSIGNER, bytes_of_string("witness.example/w1"),
				 seed);
	note_private_key_write_as(&writer, NOTE_KEY_COSIGNER, &key);
	test_file_write(stage.scene.folder.path, "witness.key", writer_view(&writer));
	auditor_run_with_key(&stage, "-q --cosign witness.key --state seen .");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "\xe2\x80\x94 witness.example/w1 ");
	assert_says(stage.err, "28 (classes): results are sealed");
	test_file_write(stage.scene.folder.path, "tally/302", BYTES_OF("x"));
	auditor_run_with_key(&stage, "-q --cosign witness.key --state seen .");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_null(strstr(stage.out, "witness.example"));
	auditor_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_what_is_sealed),
	    cmocka_unit_test(audits_by_the_static_build),
	    cmocka_unit_test(cosigns_what_is_sealed),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
