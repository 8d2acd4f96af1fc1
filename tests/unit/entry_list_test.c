/* tallyctl entry list: what a key has signed, and what became of it. */
#include <sodium.h>

#include "base/text.h"
#include "tests/lib/auditor.h"

/* The story, and behind it two voids: voter 3 is barred, and what stands at 100 to 110 may vote
 * again. False where the program was not built. */
static bool
open_stage(struct auditor *stage)
{
	static const uint64_t voter = 3;
	struct test_log *log;
	char *name;

	if (!auditor_open(stage))
		return false;
	name = strrchr(stage->program, '/') + 1;
	strcpy(name, "tallyctl");
	log = &stage->scene.log;
	assert_int_equal(test_log_void(log, NOTICE_BARRED, &voter, 1), 646);
	assert_int_equal(test_log_sweep(log, NOTICE_AGAIN, 0, 100, 110), 647);
	(void)test_log_tally(log);
	assert_int_equal(log->replay.counts.voided, 12);
	test_log_publish(log, stage->scene.folder.path, log->count);
	return true;
}

static size_t
count(const char *text, const char *words)
{
	size_t found = 0;

	for (const char *at = text; (at = strstr(at, words)) != NULL; at++)
		found++;
	return found;
}

static void
list(struct auditor *stage, const char *options, const char *value)
{
	char line[256];

	snprintf(line, sizeof line, "entry list %s%s .", options, value);
	auditor_run(stage, line);
}

static const char *
hex(const uint8_t *data, size_t size)
{
	static char text[2 * TALLY_TAG_SIZE + 1];
	struct writer writer = writer_make(text, sizeof text - 1);

	text_hex_write(&writer, bytes_make(data, size));
	text[writer.size] = '\0';
	return text;
}

static void
lists_what_a_key_signed(void **state)
{
	struct auditor stage;
	uint8_t id[4];

	(void)state;
	if (!open_stage(&stage))
		return;
	be32_store(id, stage.scene.log.campaign.frontends[0].key.id);
	list(&stage, "--signer ", hex(id, sizeof id));
	assert_int_equal(stage.code, 0);
	assert_int_equal(count(stage.out, "\n"), 640);
	assert_int_equal(count(stage.out, "  counted"), 628);
	assert_int_equal(count(stage.out, "  voided"), 12);
	be32_store(id, stage.scene.log.campaign.authorities[0].key.id);
	list(&stage, "--signer ", hex(id, sizeof id));
	assert_int_equal(count(stage.out, "\n"), 3);
	assert_int_equal(count(stage.out, "  void  "), 2);
	be32_store(id, 7);
	list(&stage, "--signer ", hex(id, sizeof id));
	assert_int_equal(stage.code, 0);
	assert_string_equal(stage.out, "");
	auditor_close(&stage);
}

static void
lists_a_tag_and_a_kind(void **state)
{
	struct auditor stage;
	uint8_t tag[TALLY_TAG_SIZE];

	(void)state;
	if (!open_stage(&stage))
		return;
	campaign_tag(3, tag);
	list(&stage, "--tag ", hex(tag, sizeof tag));
	assert_int_equal(count(stage.out, "\n"), 1);
	assert_int_equal(strncmp(stage.out, "         5  BALLOT ", 19), 0);
	assert_says(stage.out, "  voided");
	list(&stage, "--json --tag ", hex(tag, sizeof tag));
	assert_says(stage.out, "\"index\":5,");
	assert_says(stage.out, "\"standing\":\"voided\"");
	list(&stage, "--kind notice", "");
	assert_int_equal(count(stage.out, "\n"), 3);
	list(&stage, "", "");
	assert_int_equal(count(stage.out, "\n"), stage.scene.log.count);
	auditor_close(&stage);
}

static void
refuses_what_it_does_not_know(void **state)
{
	struct auditor stage;

	(void)state;
	if (!open_stage(&stage))
		return;
	list(&stage, "--kind ", "vote");
	assert_int_equal(stage.code, TALLY_EXIT_USAGE);
	list(&stage, "--signer ", "12");
	assert_int_equal(stage.code, TALLY_EXIT_USAGE);
	list(&stage, "--tag ", "zz");
	assert_int_equal(stage.code, TALLY_EXIT_USAGE);
	auditor_run(&stage, "entry list");
	assert_int_equal(stage.code, TALLY_EXIT_USAGE);
	scene_flip(&stage.scene, "tile/entries/000", 5000);
	list(&stage, "", "");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	auditor_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lists_what_a_key_signed),
	    cmocka_unit_test(lists_a_tag_and_a_kind),
	    cmocka_unit_test(refuses_what_it_does_not_know),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
