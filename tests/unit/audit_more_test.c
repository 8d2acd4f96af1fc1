/* An audit taken further as the log grows. */
#include "tools/lib/audit.h"

#include <sodium.h>

#include "tests/lib/scene.h"

static const struct campaign_wish wishes[] = {
    {.revisions_max = 5, .tally_every = 300},
    {.signing = TALLY_SIGNING_VOTER, .revisions_max = 2},
};

static void
begin(struct scene *scene, const struct campaign_wish *wish, size_t size)
{
	scene_make(scene, wish, NULL);
	scene->options.keep = true;
	test_log_publish(&scene->log, scene->folder.path, size);
	scene_audit(scene);
	assert_passed(scene);
}

static void
go_on(struct scene *scene, size_t size)
{
	test_log_publish(&scene->log, scene->folder.path, size);
	assert_true(audit_more(&scene->audit));
}

static void
passes_step_by_step(void **state)
{
	static const size_t sizes[] = {2, 70, 255, 256, 257, 300, 511, 512, 513, 600};

	(void)state;
	for (size_t w = 0; w < sizeof wishes / sizeof *wishes; w++) {
		struct scene scene;

		begin(&scene, &wishes[w], 1);
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			go_on(&scene, sizes[i]);
			assert_int_equal(report_exit(&scene.audit.report), TALLY_EXIT_FINE);
			assert_int_equal(scene.audit.report.checks[AUDIT_OLD].status,
					 REPORT_PASS);
			assert_int_equal(scene.audit.recount.replay.index, sizes[i]);
			assert_false(audit_more(&scene.audit));
		}
		go_on(&scene, scene.log.count);
		assert_true(scene.audit.counted);
		assert_true(counts_equal(&scene.audit.recount.replay.counts,
					 &scene.log.replay.counts,
					 scene.log.campaign.manifest));
		scene_close(&scene);
	}
}

/* Whatever is verified at each step, another history is noticed: in the bundle that grows, and in
 * those that are not read again. */
static void
finds_another_history(void **state)
{
	static const size_t places[] = {20, 270};

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct scene scene;

		begin(&scene, &wishes[0], 300);
		test_log_swap(&scene.log, places[i], places[i] + 1);
		go_on(&scene, 600);
		assert_int_equal(report_exit(&scene.audit.report), TALLY_EXIT_FAILED);
		assert_int_equal(
		    scene.audit.report.checks[places[i] < 256 ? AUDIT_ROOT : AUDIT_OLD].status,
		    REPORT_FAIL);
		scene_close(&scene);
	}
}

static void
finds_a_log_that_shrinks_or_forks_in_place(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, &wishes[0], 300);
	go_on(&scene, 299);
	assert_found(&scene, AUDIT_OLD, NO_INDEX, "the older checkpoint had 300");
	scene_close(&scene);
	begin(&scene, &wishes[0], 300);
	scene.log.leaves[3].bytes[0] ^= 1;
	go_on(&scene, 300);
	assert_int_equal(report_exit(&scene.audit.report), TALLY_EXIT_FAILED);
	scene_close(&scene);
}

/* The second vote of a tag whose first one was verified long before. */
static void
finds_a_second_vote_across_steps(void **state)
{
	static const struct campaign_wish first = {.tally_every = 300};
	struct scene scene;
	size_t at;

	(void)state;
	begin(&scene, &first, 300);
	at = test_log_find(&scene.log, TALLY_ENTRY_BALLOT, 400);
	test_log_replace(&scene.log, at, test_log_entry(&scene.log, 50));
	go_on(&scene, at);
	assert_int_equal(report_exit(&scene.audit.report), TALLY_EXIT_FINE);
	go_on(&scene, at + 1);
	assert_found(&scene, AUDIT_VOTES, (long)at, "has voted before, at entry 50");
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passes_step_by_step),
	    cmocka_unit_test(finds_another_history),
	    cmocka_unit_test(finds_a_log_that_shrinks_or_forks_in_place),
	    cmocka_unit_test(finds_a_second_vote_across_steps),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
