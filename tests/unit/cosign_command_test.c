/* The built program as a witness. */
#include <sodium.h>
#include <sys/stat.h>

#include "tests/lib/auditor.h"
#include "tests/lib/vault.h"
#include "tree/cosignature.h"

/* The last line of stdout is a valid cosignature of the scene's first `size` entries. */
static void
assert_cosigned(const struct auditor *stage, size_t size, const struct note_key *key)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	const char *line = strstr(stage->out, "\xe2\x80\x94 ");
	struct bytes text;
	uint64_t time;

	assert_non_null(line);
	assert_true(note_open(test_log_checkpoint(&stage->scene.log, size, note),
			      &stage->scene.log.campaign.log.key, &text));
	assert_true(cosignature_verify(bytes_of_string(line), text, key, &time));
	assert_true(time > 1700000000);
}

static void
write_cosigner(const struct auditor *stage, struct note_private_key *key)
{
	const uint8_t seed[TALLY_SEED_SIZE] = {8};
	uint8_t memory[NOTE_PRIVATE_TEXT_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	note_private_key_make_as(key, NOTE_KEY_COSIGNER, bytes_of_string("witness.example/w1"),
				 seed);
	note_private_key_write_as(&writer, NOTE_KEY_COSIGNER, key);
	test_file_write(stage->scene.folder.path, "witness.key", writer_view(&writer));
	writer = writer_make(memory, sizeof memory);
	note_private_key_write(&writer, &stage->scene.log.campaign.log);
	test_file_write(stage->scene.folder.path, "log.key", writer_view(&writer));
}

static void
put_note(const struct auditor *stage, const char *name, size_t size)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	test_file_write(stage->scene.folder.path, name,
			test_log_checkpoint(&stage->scene.log, size, note));
}

static void
cosigns_what_it_has_checked(void **state)
{
	static const char command[] = "-q --cosign witness.key --state seen .";
	struct note_private_key key;
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	write_cosigner(&stage, &key);
	test_log_publish(&stage.scene.log, stage.scene.folder.path, 300);
	scene_publish(&stage.scene);
	test_log_publish(&stage.scene.log, stage.scene.folder.path, 300);
	auditor_run_with_key(&stage, "--cosign witness.key .");
	assert_int_equal(stage.code, TALLY_EXIT_USAGE);
	auditor_run_with_key(&stage, "--cosign log.key --state seen .");
	assert_int_equal(stage.code, TALLY_EXIT_USAGE);
	assert_says(stage.err, "not a private key of a cosigner");
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FAILED); /* there is more than it covers */
	assert_null(strstr(stage.out, "witness.example"));
	assert_says(stage.err, "not cosigned: ");
	test_log_publish(&stage.scene.log, stage.scene.folder.path, 646);
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_cosigned(&stage, 646, &key.key);
	assert_says(stage.err, "without check 9 (campaign)");
	assert_says(stage.err, "without check 32 (old)");
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_cosigned(&stage, 646, &key.key);
	assert_null(strstr(stage.err, "without check 32 (old)"));
	put_note(&stage, "old", 70);
	auditor_run_with_key(&stage, "--old old --state seen .");
	assert_int_equal(stage.code, TALLY_EXIT_USAGE); /* which of them? */
	auditor_run_with_key(&stage, "--old old --state new .");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	auditor_close(&stage);
}

static void
cosigns_no_other_history(void **state)
{
	struct note_private_key key;
	struct auditor stage;
	char work[512];

	(void)state;
	if (!auditor_open(&stage))
		return;
	write_cosigner(&stage, &key);
	snprintf(work, sizeof work, "%s/small", stage.scene.folder.path);
	for (size_t i = 0; i < 3; i++) {
		static const size_t sizes[] = {400, 399, 500};
		char line[1024];

		if (i == 2) /* a fork: another ballot long ago, everything else right */
			test_log_swap(&stage.scene.log, 50, 51);
		snprintf(line, sizeof line, "rm -rf %.300s", work);
		assert_int_equal(system(line), 0);
		assert_int_equal(mkdir(work, 0700), 0);
		test_log_publish(&stage.scene.log, work, sizes[i]);
		snprintf(line, sizeof line,
			 "--key '%s' -q --cosign witness.key --state seen small", stage.vkey);
		auditor_run(&stage, line);
		assert_int_equal(stage.code, i == 0 ? TALLY_EXIT_FINE : TALLY_EXIT_FAILED);
		if (i == 0)
			assert_cosigned(&stage, 400, &key.key);
		else
			assert_null(strstr(stage.out, "witness.example"));
	}
	auditor_close(&stage);
}

/* The log `small` in the scene's folder: the first entries. */
static void
publish_small(const struct auditor *stage, size_t size)
{
	char folder[512];

	snprintf(folder, sizeof folder, "%s/small", stage->scene.folder.path);
	(void)mkdir(folder, 0700);
	test_log_publish(&stage->scene.log, folder, size);
}

/* What waits is signed, if it is newer than what is published; nothing smaller afterwards. */
static void
cosigns_what_waits(void **state)
{
	static const char command[] = "-q --next --cosign witness.key --state seen small";
	struct note_private_key key;
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	write_cosigner(&stage, &key);
	publish_small(&stage, 300);
	put_note(&stage, "small/checkpoint.next", 70); /* a remainder */
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_cosigned(&stage, 300, &key.key);
	publish_small(&stage, 600);
	put_note(&stage, "small/checkpoint", 300);
	put_note(&stage, "small/checkpoint.next", 600);
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_cosigned(&stage, 600, &key.key);
	scene_remove(&stage.scene, "small/checkpoint"); /* the first of a log waits */
	auditor_run_with_key(&stage, command);
	assert_cosigned(&stage, 600, &key.key);
	put_note(&stage, "small/checkpoint", 300);
	scene_remove(&stage.scene, "small/checkpoint.next");
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_null(strstr(stage.out, "witness.example"));
	auditor_close(&stage);
}

/* What waits must be signed by the log, too. */
static void
cosigns_no_strangers_checkpoint(void **state)
{
	struct note_private_key key;
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	write_cosigner(&stage, &key);
	publish_small(&stage, 300);
	put_note(&stage, "small/checkpoint.next", 301);
	scene_flip(&stage.scene, "small/checkpoint.next",
		   scene_size(&stage.scene, "small/checkpoint.next") - 8);
	auditor_run_with_key(&stage, "-q --next --cosign witness.key --state seen small");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_null(strstr(stage.out, "witness.example"));
	auditor_close(&stage);
}

/* A check that was asked for and has to wait stands in the way. */
static void
cosigns_nothing_unasked(void **state)
{
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];
	struct note_private_key key;
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	write_cosigner(&stage, &key);
	publish_small(&stage, 300);
	test_file_write(stage.scene.folder.path, "kept/1.tlog-proof",
			test_log_receipt(&stage.scene.log, 50, 646, memory));
	auditor_run_with_key(&stage,
			     "-q --receipts kept --cosign witness.key --state seen small");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_null(strstr(stage.out, "witness.example"));
	assert_says(stage.err, "not cosigned: check 30 (receipts) was not made: ");
	auditor_close(&stage);
}

/* The largest consistent tree seen is what is signed, and what was not asked is told. */
static void
cosigns_what_is_sealed(void **state)
{
	static const char command[] = "-q --cosign witness.key --state seen .";
	struct note_private_key key;
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	scene_close(&stage.scene);
	vault_make(&stage.scene, NULL);
	write_cosigner(&stage, &key);
	vault_publish_sealed(&stage.scene);
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_cosigned(&stage, VAULT_SEALED, &key.key);
	assert_says(stage.out, "; results are sealed; ");
	assert_says(stage.err, "without check 3 (bundles), 4 (leaves), 11 (entries), ");
	vault_publish(&stage.scene, SCENE_EARLY); /* rolled back */
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_null(strstr(stage.out, "witness.example"));
	vault_publish_open(&stage.scene);
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_cosigned(&stage, VAULT_OPEN, &key.key);
	assert_null(strstr(stage.err, "are sealed"));
	auditor_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cosigns_what_it_has_checked),
	    cmocka_unit_test(cosigns_no_other_history),
	    cmocka_unit_test(cosigns_what_waits),
	    cmocka_unit_test(cosigns_no_strangers_checkpoint),
	    cmocka_unit_test(cosigns_nothing_unasked),
	    cmocka_unit_test(cosigns_what_is_sealed),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
