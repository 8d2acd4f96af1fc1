/* Campaigns with sealed results at a station: what it answers, when they are unsealed. */
#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

struct scene {
	struct stage *stage;
	struct guest guest;
	struct guest reader;
	uint32_t notices;
	struct bytes last; /* notice */
	uint8_t memory[2][1024];
};

/* Open, with one ballot. */
static void
begin(struct scene *scene, struct campaign_wish wish)
{
	wish.sealed = true;
	*scene = (struct scene){.stage = stage_make(&(struct stage_wish){.campaign = wish},
						    (struct test_random){1})};
	stage_run(scene->stage, 500);
	scene->guest = guest_join(scene->stage, 0);
	scene->reader = guest_join(scene->stage, GUEST_ANONYMOUS);
	guest_vote(&scene->guest, 1, 1, 0);
	stage_run(scene->stage, 300);
	guest_expect(&scene->guest, TALLY_ACCEPTED);
}

static void
end(struct scene *scene)
{
	stage_run(scene->stage, 500);
	naive_compare(scene->stage);
	stage_free(scene->stage);
}

static int64_t
this_minute(const struct scene *scene)
{
	return stage_wall_ms(scene->stage) / 60000 * 60;
}

/* The next notice in order, sent but not waited for. */
static void
order(struct scene *scene, enum tally_notice_kind kind, int64_t time)
{
	uint8_t *memory = scene->memory[scene->notices % 2];

	guest_ask(&scene->guest, TALLY_MESSAGE_NOTICE,
		  campaign_notice(&scene->stage->campaign, scene->last, scene->notices + 1,
				  kind, time, memory, sizeof scene->memory[0]));
}

static void
expect(struct scene *scene, enum tally_verdict verdict)
{
	guest_expect(&scene->guest, verdict);
	if (verdict == TALLY_ACCEPTED) {
		const uint8_t *memory = scene->memory[scene->notices++ % 2];

		scene->last =
		    bytes_make(memory, (size_t)(87 + be16_load(memory + 85) + 4 + 64));
	}
}

static void
ordered(struct scene *scene, enum tally_notice_kind kind, int64_t time,
	enum tally_verdict verdict)
{
	order(scene, kind, time);
	stage_run(scene->stage, 100);
	expect(scene, verdict);
}

/* What RESULTS of a contest is answered by: a verdict, or TALLY_ACCEPTED for counts. */
static enum tally_verdict
results(struct scene *scene, uint16_t contest)
{
	uint8_t number[2];
	struct frame frame;
	struct frame_verdict verdict;

	be16_store(number, contest);
	guest_ask(&scene->reader, TALLY_MESSAGE_RESULTS, bytes_make(number, sizeof number));
	stage_run(scene->stage, 50);
	assert_true(guest_next(&scene->reader, &frame));
	if (frame.message == TALLY_MESSAGE_RESULTS_ARE)
		return TALLY_ACCEPTED;
	assert_int_equal(frame.message, TALLY_MESSAGE_VERDICT);
	assert_true(frame_verdict_parse(frame.payload, &verdict));
	return verdict.verdict;
}

/* R1: until the unseal is durable; receipts are given all the time. */
static void
results_are_sealed(void **state)
{
	struct scene scene;
	struct frame frame;

	(void)state;
	begin(&scene, (struct campaign_wish){0});
	assert_int_equal(results(&scene, 0), TALLY_SEALED);
	assert_int_equal(results(&scene, 7), TALLY_MALFORMED);
	guest_receipt(&scene.reader, 1);
	stage_run(scene.stage, 300);
	assert_true(guest_next(&scene.reader, &frame));
	assert_int_equal(frame.message, TALLY_MESSAGE_RECEIPT_IS);
	ordered(&scene, TALLY_NOTICE_CLOSE, 0, TALLY_ACCEPTED);
	assert_int_equal(results(&scene, 0), TALLY_SEALED);
	stage_hold(scene.stage, STAGE_COMMIT);
	order(&scene, TALLY_NOTICE_UNSEAL, this_minute(&scene));
	stage_run(scene.stage, 100);
	assert_int_equal(results(&scene, 0), TALLY_SEALED);
	stage_release(scene.stage, STAGE_COMMIT);
	stage_run(scene.stage, 100);
	expect(&scene, TALLY_ACCEPTED);
	assert_int_equal(results(&scene, 0), TALLY_ACCEPTED);
	end(&scene);
}

static void
not_before_its_time(void **state)
{
	struct scene scene;
	int64_t minute;

	(void)state;
	begin(&scene, (struct campaign_wish){.unseal_delay_s = 120});
	minute = this_minute(&scene);
	ordered(&scene, TALLY_NOTICE_UNSEAL, minute, TALLY_NOTICE_IMPOSSIBLE);
	ordered(&scene, TALLY_NOTICE_CLOSE, 0, TALLY_ACCEPTED);
	ordered(&scene, TALLY_NOTICE_UNSEAL, minute + 60, TALLY_NOTICE_IMPOSSIBLE);
	ordered(&scene, TALLY_NOTICE_UNSEAL, minute + 120, TALLY_NOTICE_IMPOSSIBLE);
	stage_sleep(scene.stage, 60000);
	ordered(&scene, TALLY_NOTICE_UNSEAL, minute + 120, TALLY_NOTICE_IMPOSSIBLE);
	stage_sleep(scene.stage, 60000);
	ordered(&scene, TALLY_NOTICE_UNSEAL, minute + 180, TALLY_NOTICE_IMPOSSIBLE);
	ordered(&scene, TALLY_NOTICE_UNSEAL, minute + 120, TALLY_ACCEPTED);
	ordered(&scene, TALLY_NOTICE_UNSEAL, minute + 120, TALLY_NOTICE_IMPOSSIBLE);
	end(&scene);
}

/* A clock that jumped says nothing, until it has kept pace for a minute. */
static void
not_by_a_clock_that_jumped(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, (struct campaign_wish){0});
	ordered(&scene, TALLY_NOTICE_CLOSE, 0, TALLY_ACCEPTED);
	scene.stage->wall_offset_ms += 3600 * 1000;
	order(&scene, TALLY_NOTICE_UNSEAL, this_minute(&scene));
	stage_settle(scene.stage);
	stage_run(scene.stage, 100);
	expect(&scene, TALLY_NOTICE_IMPOSSIBLE);
	stage_sleep(scene.stage, 50000);
	ordered(&scene, TALLY_NOTICE_UNSEAL, this_minute(&scene), TALLY_NOTICE_IMPOSSIBLE);
	stage_sleep(scene.stage, 15000);
	ordered(&scene, TALLY_NOTICE_UNSEAL, this_minute(&scene), TALLY_ACCEPTED);
	end(&scene);
}

static void
published_at_once(void **state)
{
	struct scene scene;
	const struct stage *stage;

	(void)state;
	begin(&scene, (struct campaign_wish){.publish_every_s = 3600});
	stage = scene.stage;
	ordered(&scene, TALLY_NOTICE_CLOSE, 0, TALLY_ACCEPTED);
	stage_run(scene.stage, 1000);
	ordered(&scene, TALLY_NOTICE_UNSEAL, this_minute(&scene), TALLY_ACCEPTED);
	stage_run(scene.stage, 1000);
	assert_int_equal(stage->published[stage->published_count - 1].size,
			 stage->entries_count);
	assert_false(stage_is_sealed(stage, stage->entries_count));
	end(&scene);
}

static void
extended_before_but_not_after(void **state)
{
	struct scene scene;
	int64_t closes = 1769889600 + 600; /* ten minutes behind the closing time */

	(void)state;
	begin(&scene, (struct campaign_wish){0});
	ordered(&scene, TALLY_NOTICE_CLOSE, 0, TALLY_ACCEPTED);
	ordered(&scene, TALLY_NOTICE_EXTEND, closes, TALLY_ACCEPTED);
	guest_vote(&scene.guest, 2, 1, 0);
	stage_run(scene.stage, 100);
	guest_expect(&scene.guest, TALLY_ACCEPTED);
	ordered(&scene, TALLY_NOTICE_UNSEAL, this_minute(&scene), TALLY_NOTICE_IMPOSSIBLE);
	ordered(&scene, TALLY_NOTICE_CLOSE, 0, TALLY_ACCEPTED);
	ordered(&scene, TALLY_NOTICE_UNSEAL, this_minute(&scene), TALLY_ACCEPTED);
	ordered(&scene, TALLY_NOTICE_EXTEND, closes + 600, TALLY_NOTICE_IMPOSSIBLE);
	guest_vote(&scene.guest, 3, 1, 0);
	stage_run(scene.stage, 100);
	guest_expect(&scene.guest, TALLY_CLOSED);
	end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(results_are_sealed),
	    cmocka_unit_test(not_before_its_time),
	    cmocka_unit_test(not_by_a_clock_that_jumped),
	    cmocka_unit_test(published_at_once),
	    cmocka_unit_test(extended_before_but_not_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
