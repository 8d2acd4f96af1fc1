/* Logs that are as they should be, checkpoints of earlier days, and a log that grows. */
#include "tools/lib/audit.h"

#include <sodium.h>

#include "tests/lib/scene.h"

static const struct campaign_wish revisions = {.revisions_max = 5, .tally_every = 300};

static void
passes_a_good_log(void **state)
{
	static const struct campaign_wish wishes[] = {
	    {0},
	    {.revisions_max = 5, .districts = 3, .contests = 2, .blank = true},
	    {.signing = TALLY_SIGNING_VOTER, .revisions_max = 2},
	    {.single = true},
	    {.options = 2000, .max = 5}, /* a manifest of several parts */
	};

	(void)state;
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		struct scene scene;

		scene_make(&scene, &wishes[i], NULL);
		scene_publish(&scene);
		scene_audit(&scene);
		assert_passed(&scene);
		assert_true(counts_equal(&scene.audit.recount.replay.counts,
					 &scene.log.replay.counts,
					 scene.log.campaign.manifest));
		scene_close(&scene);
	}
}

static void
passes_at_every_size(void **state)
{
	static const size_t sizes[] = {1, 2, 3, 255, 256, 257, 511, 512, 513};
	struct scene scene;

	(void)state;
	scene_make(&scene, &revisions, NULL);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		test_log_publish(&scene.log, scene.folder.path, sizes[i]);
		scene_audit(&scene);
		assert_passed(&scene);
		assert_int_equal(scene.audit.recount.replay.index, sizes[i]);
	}
	scene_close(&scene);
}

static void
passes_with_any_number_of_threads(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &revisions, NULL);
	scene_publish(&scene);
	for (scene.options.jobs = 1; scene.options.jobs < 9; scene.options.jobs++) {
		scene_audit(&scene);
		assert_passed(&scene);
	}
	scene_close(&scene);
}

static void
passes_with_little_memory(void **state)
{
	static const struct campaign_wish voters = {.signing = TALLY_SIGNING_VOTER,
						    .revisions_max = 2};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		scene_make(&scene, i == 0 ? &revisions : &voters, NULL);
		scene.options.memory_max = 1;
		scene_publish(&scene);
		scene_audit(&scene);
		assert_passed(&scene);
		scene_close(&scene);
	}
}

static void
pins_the_campaign(void **state)
{
	struct scene scene;
	uint8_t id[TALLY_HASH_SIZE];

	(void)state;
	scene_make(&scene, NULL, NULL);
	scene_publish(&scene);
	memcpy(id, scene.log.campaign.manifest->id, sizeof id);
	scene.options.campaign = id;
	scene_audit(&scene);
	assert_passed(&scene);
	id[31] ^= 1;
	scene_audit(&scene);
	assert_found(&scene, AUDIT_CAMPAIGN, NO_INDEX, "the log is of campaign ");
	scene_close(&scene);
}

/* The whole log is honest but for who signs it. */
static void
asks_for_the_log_key_of_the_manifest(void **state)
{
	struct note_private_key other;
	const uint8_t seed[TALLY_SEED_SIZE] = {3};
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL, NULL);
	note_private_key_make(&other, bytes_of_string(scene.log.campaign.log.key.name), seed);
	scene.log.campaign.log = other;
	scene.options.key = other.key;
	scene_publish(&scene);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_LOG_KEY, NO_INDEX, "the manifest's log key is");
	scene_close(&scene);
}

static void
follows_older_checkpoints(void **state)
{
	static const size_t sizes[] = {0, 1, 70, 255, 256, 300, 512, 513};
	struct scene scene;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	scene_make(&scene, &revisions, NULL);
	scene_publish(&scene);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		scene.options.old = test_log_checkpoint(&scene.log, sizes[i], note);
		scene_audit(&scene);
		assert_passed(&scene);
	}
	scene.options.old = test_log_checkpoint(&scene.log, scene.log.count, note);
	scene_audit(&scene);
	assert_passed(&scene);
	scene_close(&scene);
}

static void
refuses_other_histories(void **state)
{
	struct scene scene;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct note_private_key key;

	(void)state;
	scene_make(&scene, &revisions, NULL);
	scene_publish(&scene);
	key = scene.log.campaign.log;
	for (size_t size = 70; size < 600; size += 186) {
		scene.log.leaves[size - 1].bytes[0] ^= 1;
		scene.options.old = test_log_checkpoint(&scene.log, size, note);
		scene.log.leaves[size - 1].bytes[0] ^= 1;
		scene_audit(&scene);
		assert_found(&scene, AUDIT_OLD, NO_INDEX, "the log's history was changed");
	}
	test_log_publish(&scene.log, scene.folder.path, SCENE_EARLY);
	scene.options.old = test_log_checkpoint(&scene.log, SCENE_EARLY + 1, note);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_OLD, NO_INDEX, "70 entries, the older checkpoint had 71");
	scene.log.campaign.log = scene.log.campaign.frontends[0];
	scene.options.old = test_log_checkpoint(&scene.log, SCENE_EARLY, note);
	scene.log.campaign.log = key;
	scene_audit(&scene);
	assert_found(&scene, AUDIT_OLD, NO_INDEX, "none signed by the log's key");
	scene_close(&scene);
}

/* The operator publishes the rest of the log when the audit has just begun. */
static void
publish_all(void *context, const char *what, uint64_t done, uint64_t all)
{
	struct scene *scene = context;

	(void)what;
	(void)all;
	if (done == 1)
		test_log_publish(&scene->log, scene->folder.path, scene->log.count);
}

static void
lets_a_log_grow(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, &revisions, NULL);
	test_log_publish(&scene.log, scene.folder.path, SCENE_MIDDLE);
	scene.options.jobs = 1;
	scene.options.progress = publish_all;
	scene.options.context = &scene;
	scene_audit(&scene);
	assert_passed(&scene);
	assert_int_equal(scene.audit.recount.checkpoint.size, SCENE_MIDDLE);
	scene_close(&scene);
}

static void
publish_checkpoint(void *context, const char *what, uint64_t done, uint64_t all)
{
	struct scene *scene = context;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	(void)what;
	(void)all;
	if (done == 1)
		test_file_write(scene->folder.path, "checkpoint",
				test_log_checkpoint(&scene->log, scene->log.count, note));
}

/* Files come before their checkpoint. */
static void
waits_for_the_checkpoint_of_new_files(void **state)
{
	struct scene scene;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	scene_make(&scene, &revisions, NULL);
	scene_publish(&scene);
	test_file_write(scene.folder.path, "checkpoint",
			test_log_checkpoint(&scene.log, SCENE_MIDDLE, note));
	scene_audit(&scene);
	assert_found(&scene, AUDIT_FILES, NO_INDEX, "beyond the 300 entries");
	scene.options.jobs = 1;
	scene.options.progress = publish_checkpoint;
	scene.options.context = &scene;
	scene_audit(&scene);
	assert_passed(&scene);
	assert_non_null(
	    strstr(scene.audit.report.checks[AUDIT_FILES].why.sentence, "newer checkpoint"));
	scene_close(&scene);
}

static void
publish_less(void *context, const char *what, uint64_t done, uint64_t all)
{
	struct scene *scene = context;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	(void)what;
	(void)all;
	if (done == 1)
		test_file_write(scene->folder.path, "checkpoint",
				test_log_checkpoint(&scene->log, SCENE_EARLY, note));
}

static void
sees_a_log_go_back(void **state)
{
	struct scene scene;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	scene_make(&scene, &revisions, NULL);
	scene_publish(&scene);
	test_file_write(scene.folder.path, "checkpoint",
			test_log_checkpoint(&scene.log, SCENE_MIDDLE, note));
	scene.options.jobs = 1;
	scene.options.progress = publish_less;
	scene.options.context = &scene;
	scene_audit(&scene);
	assert_found(&scene, AUDIT_FILES, NO_INDEX, "does not continue it");
	scene_close(&scene);
}

/* Three levels of tiles: what the entries say does not matter here. */
static void
checks_tiles_of_three_levels(void **state)
{
	const size_t size = 256 * 256 + 300;
	struct scene scene;
	uint8_t entry[2 + 4] = {0x2a};

	(void)state;
	scene_make(&scene, NULL, NULL);
	while (scene.log.count < size) {
		be32_store(entry + 2, (uint32_t)scene.log.count);
		(void)test_log_append(&scene.log, bytes_make(entry, sizeof entry));
	}
	test_log_publish(&scene.log, scene.folder.path, size);
	scene_audit(&scene);
	for (size_t i = AUDIT_CHECKPOINT; i <= AUDIT_ROOT; i++)
		assert_int_equal(scene.audit.report.checks[i].status, REPORT_PASS);
	assert_found(&scene, AUDIT_ENTRIES, 646, "kind is unknown");
	scene_flip(&scene, "tile/2/000.p/1", 31);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_TILES, NO_INDEX, "tile/2/000.p/1: hash 0");
	scene_remove(&scene, "tile/1/001.p/1");
	scene_audit(&scene);
	assert_found(&scene, AUDIT_FILES, NO_INDEX, "tile/1/001.p/1");
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passes_a_good_log),
	    cmocka_unit_test(passes_at_every_size),
	    cmocka_unit_test(passes_with_any_number_of_threads),
	    cmocka_unit_test(passes_with_little_memory),
	    cmocka_unit_test(pins_the_campaign),
	    cmocka_unit_test(asks_for_the_log_key_of_the_manifest),
	    cmocka_unit_test(follows_older_checkpoints),
	    cmocka_unit_test(refuses_other_histories),
	    cmocka_unit_test(lets_a_log_grow),
	    cmocka_unit_test(waits_for_the_checkpoint_of_new_files),
	    cmocka_unit_test(sees_a_log_go_back),
	    cmocka_unit_test(checks_tiles_of_three_levels),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
