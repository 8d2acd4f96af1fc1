/* Cosignatures on the checkpoint, and a checkpoint that waits for them. */
#include <sodium.h>

#include "tests/lib/scene.h"
#include "tree/cosignature.h"

static const struct campaign_wish three = {.witnesses = 3};

/* The scene's checkpoint of all entries. */
struct signing {
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct writer writer;
	struct bytes text;
};

static void
begin(struct signing *signing, const struct scene *scene, size_t size)
{
	struct bytes note = test_log_checkpoint(&scene->log, size, signing->memory);

	assert_true(note_open(note, &scene->log.campaign.log.key, &signing->text));
	signing->writer = writer_make(signing->memory, sizeof signing->memory);
	signing->writer.size = note.size;
}

static void
cosign(struct signing *signing, const struct note_private_key *witness)
{
	cosignature_write(&signing->writer, signing->text, 1780000000, witness);
	assert_false(signing->writer.failed);
}

static const struct report_check *
audited(struct scene *scene, const struct signing *signing)
{
	test_file_write(scene->folder.path, "checkpoint", writer_view(&signing->writer));
	scene_audit(scene);
	return &scene->audit.report.checks[AUDIT_WITNESSES];
}

static void
counts_witnesses(void **state)
{
	const struct report_check *check;
	struct signing signing;
	struct scene scene;

	(void)state;
	scene_make(&scene, &three, NULL);
	scene_publish(&scene);
	begin(&signing, &scene, scene.log.count);
	check = audited(&scene, &signing);
	assert_string_equal(check->why.sentence, "0 of 3 witnesses have signed");
	cosign(&signing, &scene.log.campaign.witnesses[2]);
	cosign(&signing, &scene.log.campaign.witnesses[0]);
	check = audited(&scene, &signing);
	assert_string_equal(check->why.sentence, "2 of 3 witnesses have signed");
	cosign(&signing, &scene.log.campaign.witnesses[0]);
	check = audited(&scene, &signing);
	assert_string_equal(check->why.sentence, "2 of 3 witnesses have signed");
	assert_passed(&scene);
	scene_close(&scene);
}

/* A stranger's line is nobody's business; one that says it is a witness's must be. */
static void
finds_a_false_cosignature(void **state)
{
	static const size_t at[] = {2, 40, 90}; /* from the end: the signature; the time */
	struct note_private_key stranger;
	const uint8_t seed[TALLY_SEED_SIZE] = {9};
	struct signing signing;
	struct scene scene;

	(void)state;
	scene_make(&scene, &three, NULL);
	scene_publish(&scene);
	note_private_key_make_as(&stranger, NOTE_KEY_COSIGNER,
				 bytes_of_string(scene.log.campaign.witnesses[1].key.name),
				 seed);
	begin(&signing, &scene, scene.log.count);
	cosign(&signing, &stranger);
	assert_int_equal(audited(&scene, &signing)->status, REPORT_PASS);
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		uint8_t *digit;

		begin(&signing, &scene, scene.log.count);
		cosign(&signing, &scene.log.campaign.witnesses[1]);
		digit = &signing.memory[signing.writer.size - 1 - at[i]];
		*digit = *digit == 'A' ? 'Q' : 'A';
		(void)audited(&scene, &signing);
		assert_found(&scene, AUDIT_WITNESSES, NO_INDEX, "a cosignature by tally.");
	}
	scene_close(&scene);
}

/* What waited is a remainder once it is published. */
static void
prefers_what_is_published(void **state)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct signing signing;
	struct scene scene;

	(void)state;
	scene_make(&scene, &three, NULL);
	scene_publish(&scene);
	begin(&signing, &scene, scene.log.count);
	cosign(&signing, &scene.log.campaign.witnesses[1]);
	test_file_write(scene.folder.path, "checkpoint.next",
			test_log_checkpoint(&scene.log, scene.log.count, note));
	scene.files.next = true;
	assert_string_equal(audited(&scene, &signing)->why.sentence,
			    "1 of 3 witnesses have signed");
	scene_close(&scene);
}

/* Over another checkpoint it says nothing of this one. */
static void
finds_a_cosignature_of_another_checkpoint(void **state)
{
	struct signing other;
	struct signing signing;
	struct scene scene;

	(void)state;
	scene_make(&scene, &three, NULL);
	scene_publish(&scene);
	begin(&other, &scene, SCENE_MIDDLE);
	begin(&signing, &scene, scene.log.count);
	cosignature_write(&signing.writer, other.text, 1780000000,
			  &scene.log.campaign.witnesses[1]);
	(void)audited(&scene, &signing);
	assert_found(&scene, AUDIT_WITNESSES, NO_INDEX, "witnesses1 is not valid");
	scene_close(&scene);
}

/* Files of the checkpoint that waits are the log's; another tree of a size it had is not. */
static void
knows_what_waits(void **state)
{
	const struct report_check *files;
	struct signing signing;
	struct scene scene;

	(void)state;
	scene_make(&scene, &three, NULL);
	files = &scene.audit.report.checks[AUDIT_FILES];
	scene_publish(&scene);
	begin(&signing, &scene, SCENE_MIDDLE);
	(void)audited(&scene, &signing);
	assert_found(&scene, AUDIT_FILES, NO_INDEX, "goes beyond");
	begin(&signing, &scene, scene.log.count);
	test_file_write(scene.folder.path, "checkpoint.next", writer_view(&signing.writer));
	begin(&signing, &scene, SCENE_MIDDLE);
	assert_int_equal(audited(&scene, &signing)->status, REPORT_PASS);
	assert_int_equal(files->status, REPORT_PASS);
	assert_non_null(strstr(files->why.sentence, "a newer checkpoint, of 646 entries"));
	test_log_swap(&scene.log, 50, 51);
	begin(&signing, &scene, SCENE_EARLY);
	test_log_swap(&scene.log, 50, 51);
	test_file_write(scene.folder.path, "checkpoint.next", writer_view(&signing.writer));
	begin(&signing, &scene, scene.log.count);
	(void)audited(&scene, &signing);
	assert_found(&scene, AUDIT_WITNESSES, NO_INDEX, "two trees of 70 entries");
	test_file_write(scene.folder.path, "checkpoint.next", BYTES_OF("x"));
	scene_audit(&scene);
	assert_found(&scene, AUDIT_FILES, NO_INDEX, "checkpoint.next: it is no checkpoint");
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_witnesses),
	    cmocka_unit_test(prefers_what_is_published),
	    cmocka_unit_test(finds_a_false_cosignature),
	    cmocka_unit_test(finds_a_cosignature_of_another_checkpoint),
	    cmocka_unit_test(knows_what_waits),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
