#include "tests/lib/test.h"

#include "bench/tally-bench/shard.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
	ANSWERS = 200000
};

struct sum {
	struct run_sample counts;
	struct histogram *latency;
	struct histogram *service;
};

static struct sum
sum_make(void)
{
	struct sum sum = {.latency = calloc(1, sizeof *sum.latency),
			  .service = calloc(1, sizeof *sum.service)};

	assert_true(sum.latency != NULL && sum.service != NULL);
	return sum;
}

static void
sum_collect(struct sum *sum, struct shard *shard)
{
	shard_collect(shard, &sum->counts, sum->latency, sum->service);
}

static void
sum_free(struct sum *sum)
{
	free(sum->latency);
	free(sum->service);
}

/* Each answer is in one collection, and in no other. */
static void
what_was_collected_does_not_come_again(void **state)
{
	struct shard shard;
	struct sum sum = sum_make();

	(void)state;
	shard_init(&shard);
	shard_verdict(&shard, TALLY_ACCEPTED);
	shard_answer(&shard, KIND_FRESH, TALLY_ACCEPTED, 5000, 3000);
	shard.in_flight = 7;
	sum_collect(&sum, &shard);
	assert_int_equal(sum.counts.answered, 1);
	assert_int_equal(sum.counts.verdicts[TALLY_ACCEPTED], 1);
	assert_int_equal(sum.counts.in_flight, 7);
	assert_int_equal(sum.latency->max, 5000);
	assert_int_equal(sum.service->max, 3000);
	sum.counts.in_flight = 0;
	sum_collect(&sum, &shard);
	sum_collect(&sum, &shard);
	assert_int_equal(sum.counts.answered, 1);
	assert_int_equal(sum.latency->count, 1);
	sum_free(&sum);
	shard_free(&shard);
}

/* A verdict number beyond those we know is counted, too; one asked for again is no answer. */
static void
verdicts_are_not_answers(void **state)
{
	struct shard shard;
	struct sum sum = sum_make();

	(void)state;
	shard_init(&shard);
	shard_verdict(&shard, TALLY_SLOW_DOWN);
	shard_verdict(&shard, TALLY_VERDICTS_COUNT);
	shard_verdict(&shard, 60000);
	sum_collect(&sum, &shard);
	assert_int_equal(sum.counts.verdicts[TALLY_SLOW_DOWN], 1);
	assert_int_equal(sum.counts.verdicts_unknown, 2);
	assert_int_equal(sum.counts.answered, 0);
	sum_free(&sum);
	shard_free(&shard);
}

/* All surprises are counted, by what was foretold; the first are kept. A file that foretells
 * nothing has none. */
static void
surprises_are_counted_and_the_first_kept(void **state)
{
	struct shard shard;
	struct sum sum = sum_make();

	(void)state;
	shard_init(&shard);
	shard_answer(&shard, KIND_NONE, TALLY_BAD_SIGNATURE, 1, 1);
	shard_answer(&shard, KIND_SECOND, TALLY_HAS_VOTED, 1, 1);
	for (uint64_t i = 0; i < 2 * RUN_KINDS_MAX; i++)
		shard_answer(&shard, i << 8 | KIND_BIT, TALLY_ACCEPTED, 1, 1);
	sum_collect(&sum, &shard);
	assert_int_equal(sum.counts.surprises, 2 * RUN_KINDS_MAX);
	assert_int_equal(shard.surprised[KIND_BIT], 2 * RUN_KINDS_MAX);
	assert_int_equal(shard.answered[KIND_NONE], 1);
	assert_int_equal(shard.surprised[KIND_NONE] + shard.surprised[KIND_SECOND], 0);
	assert_int_equal(shard.surprises_count, RUN_KINDS_MAX);
	for (uint64_t i = 0; i < RUN_KINDS_MAX; i++)
		assert_int_equal(shard.surprises[i].card, i << 8 | KIND_BIT);
	sum_free(&sum);
	shard_free(&shard);
}

struct counting {
	struct shard shard;
	atomic_bool ended;
};

static void *
count(void *context)
{
	struct counting *counting = context;

	for (int i = 0; i < ANSWERS; i++) {
		assert_int_equal(pthread_mutex_lock(&counting->shard.lock), 0);
		shard_answer(&counting->shard, KIND_FRESH, TALLY_ACCEPTED, (uint64_t)i, 0);
		assert_int_equal(pthread_mutex_unlock(&counting->shard.lock), 0);
	}
	atomic_store(&counting->ended, true);
	return NULL;
}

/* Collected while it counts: nothing is lost, nothing is there twice. */
static void
it_is_collected_while_it_counts(void **state)
{
	struct counting *counting = calloc(1, sizeof *counting);
	struct sum sum = sum_make();
	pthread_t thread;
	bool ended;

	(void)state;
	assert_non_null(counting);
	shard_init(&counting->shard);
	assert_int_equal(pthread_create(&thread, NULL, count, counting), 0);
	do {
		ended = atomic_load(&counting->ended);
		sum_collect(&sum, &counting->shard);
	} while (!ended);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(sum.counts.answered, ANSWERS);
	assert_int_equal(sum.latency->count, ANSWERS);
	assert_int_equal(sum.latency->max, ANSWERS - 1);
	sum_free(&sum);
	shard_free(&counting->shard);
	free(counting);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_collected_does_not_come_again),
	    cmocka_unit_test(verdicts_are_not_answers),
	    cmocka_unit_test(surprises_are_counted_and_the_first_kept),
	    cmocka_unit_test(it_is_collected_while_it_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
