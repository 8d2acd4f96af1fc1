#include "bench/tally-bench/load.h"

#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "bench/tally-bench/press.h"
#include "tests/lib/patience.h"
#include "tests/lib/running.h"

enum {
	VOTERS = 600,
	PAUSE_MS = 400,
};

/* A running server, and a file of ballots for it. */
struct rehearsal {
	struct founded founded;
	struct running running;
	struct peer peer;
	struct note_private_key keys[2];
	struct deal_wish wish;
	struct press_counts counts;
	char ballots[300];
	struct deck deck;
	struct load_options options;
	struct run run;
	struct tally_connection *watch; /* of who halts the server */
	atomic_bool over;               /* the run: nothing more will be taken */
};

static void
ballots_make(struct rehearsal *rehearsal)
{
	struct mint *mint = calloc(1, sizeof *mint);
	struct campaign *campaign = &rehearsal->founded.log.campaign;

	assert_non_null(mint);
	mint->manifest = campaign->manifest;
	mint->seed = 4;
	mint->keys_count = 2;
	memcpy(mint->keys, campaign->frontends, sizeof rehearsal->keys);
	mint_ready(mint);
	snprintf(rehearsal->ballots, sizeof rehearsal->ballots, "%s/ballots",
		 rehearsal->founded.folder.path);
	assert_int_equal(
	    press_run(mint, &rehearsal->wish, rehearsal->ballots, 2, &rehearsal->counts),
	    TALLY_EXIT_FINE);
	free(mint);
}

static void
ballots_remove(const struct rehearsal *rehearsal)
{
	char kinds[310];

	snprintf(kinds, sizeof kinds, "%s.kinds", rehearsal->ballots);
	assert_int_equal(unlink(rehearsal->ballots), 0);
	assert_int_equal(unlink(kinds), 0);
}

static struct rehearsal *
rehearsal_make(uint64_t voters)
{
	struct rehearsal *rehearsal = calloc(1, sizeof *rehearsal);
	struct campaign_wish wish = running_wish;
	struct campaign *campaign;

	assert_non_null(rehearsal);
	wish.frontends = 2;
	wish.options = 9;
	wish.voters_max = 100000;
	founded_open_voting(&rehearsal->founded, &wish);
	running_start(&rehearsal->running, &rehearsal->founded);
	campaign = &rehearsal->founded.log.campaign;
	snprintf(rehearsal->peer.host, sizeof rehearsal->peer.host, "127.0.0.1");
	rehearsal->peer.port = rehearsal->running.port;
	memcpy(rehearsal->peer.campaign, campaign->manifest->id, TALLY_HASH_SIZE);
	rehearsal->peer.log = campaign->log.key;
	memcpy(rehearsal->keys, campaign->frontends, sizeof rehearsal->keys);
	rehearsal->wish = (struct deal_wish){.seed = 4,
					     .voters_count = voters,
					     .repeats = 0.05,
					     .revotes = 0.05,
					     .forged = 0.1,
					     .last = true,
					     .revisions_max = 3,
					     .signing = TALLY_SIGNING_FRONTEND};
	ballots_make(rehearsal);
	return rehearsal;
}

static void
rehearsal_options(struct rehearsal *rehearsal, unsigned connections, unsigned threads)
{
	rehearsal->options = (struct load_options){.peer = &rehearsal->peer,
						   .keys_count = 2,
						   .keys = rehearsal->keys,
						   .deck = &rehearsal->deck,
						   .connections = connections,
						   .threads = threads,
						   .window = 64,
						   .resend = true,
						   .patience_s = TEST_PATIENCE_S};
	assert_int_equal(deck_open(&rehearsal->deck, rehearsal->ballots, connections),
			 TALLY_EXIT_FINE);
	assert_int_equal(deck_left(&rehearsal->deck), rehearsal->deck.ballots_count);
}

static void
run_reset(struct rehearsal *rehearsal)
{
	free(rehearsal->run.samples);
	free(rehearsal->run.latency);
	free(rehearsal->run.service);
	rehearsal->run = (struct run){0};
}

static void
rehearsal_free(struct rehearsal *rehearsal)
{
	assert_int_equal(running_stop(&rehearsal->running, SIGTERM), 0);
	deck_close(&rehearsal->deck);
	run_reset(rehearsal);
	founded_free(&rehearsal->founded);
	free(rehearsal);
}

static uint64_t
made(const struct rehearsal *rehearsal)
{
	uint64_t sum = 0;

	for (int i = 0; i < KINDS_COUNT; i++)
		sum += rehearsal->counts.kinds[i];
	return sum;
}

/* Every ballot once, each with the verdict that `make` foretold. */
static void
assert_as_foretold(const struct rehearsal *rehearsal)
{
	const struct run *run = &rehearsal->run;
	uint64_t verdicts[TALLY_VERDICTS_COUNT] = {0};

	assert_int_equal(run->kinds_count, KINDS_COUNT);
	for (int i = 0; i < KINDS_COUNT; i++) {
		assert_int_equal(run->kinds[i].answered, rehearsal->counts.kinds[i]);
		verdicts[kind_verdict((enum kind)i)] += rehearsal->counts.kinds[i];
	}
	for (int i = 0; i < TALLY_VERDICTS_COUNT; i++)
		assert_int_equal(run->total.verdicts[i], verdicts[i]);
	assert_int_equal(run->total.surprises, 0);
	assert_int_equal(run->unanswered, 0);
	assert_int_equal(run->total.sent, made(rehearsal));
	assert_int_equal(run->total.answered, made(rehearsal));
	assert_int_equal(run->total.latency.count, made(rehearsal));
}

/* What the samples say together is what the run says. */
static void
assert_sums(const struct run *run)
{
	uint64_t sent = 0, answered = 0, offered = 0, at = 0;

	assert_true(run->samples_count > 0);
	for (size_t i = 0; i < run->samples_count; i++) {
		const struct run_sample *sample = &run->samples[i];

		assert_int_equal(sample->at_ns, at);
		at += sample->length_ns;
		sent += sample->sent;
		answered += sample->answered;
		offered += sample->offered;
		assert_int_equal(sample->latency.count, sample->answered);
	}
	assert_int_equal(sent, run->total.sent);
	assert_int_equal(answered, run->total.answered);
	assert_int_equal(offered, run->total.offered);
	assert_int_equal(run->samples[run->samples_count - 1].in_flight, 0);
}

static void
a_closed_loop_gets_what_was_foretold(void **state)
{
	struct rehearsal *rehearsal = rehearsal_make(VOTERS);

	(void)state;
	rehearsal_options(rehearsal, 6, 2);
	rehearsal->options.sources.pid = rehearsal->running.child.pid;
	rehearsal->options.sources.data = rehearsal->founded.data;
	assert_int_equal(load_run_once(&rehearsal->options, &rehearsal->run), TALLY_EXIT_FINE);
	assert_as_foretold(rehearsal);
	assert_sums(&rehearsal->run);
	assert_int_equal(rehearsal->run.total.offered, rehearsal->run.total.sent);
	assert_int_equal(rehearsal->run.ballot_bytes,
			 rehearsal->counts.bytes - 2 * made(rehearsal));
	assert_true(rehearsal->run.has_server && rehearsal->run.has_data);
	assert_true(rehearsal->run.total.server_cpu_ns > 0);
	assert_true(rehearsal->run.total.server_memory_bytes > 1000000);
	assert_int_equal(deck_left(&rehearsal->deck), 0);
	rehearsal_free(rehearsal);
}

/* Two runs of one deck share it out; a third that sends it all again is answered as before, but
 * for first ballots that have been replaced. */
static void
a_deck_is_played_once_and_can_be_played_again(void **state)
{
	struct rehearsal *rehearsal = rehearsal_make(VOTERS);
	uint64_t first;

	(void)state;
	rehearsal->wish.revotes = 0;
	ballots_remove(rehearsal);
	ballots_make(rehearsal);
	rehearsal_options(rehearsal, 5, 1);
	rehearsal->options.count = 300;
	assert_int_equal(load_run_once(&rehearsal->options, &rehearsal->run), TALLY_EXIT_FINE);
	first = rehearsal->run.total.answered;
	assert_int_equal(first, 300);
	run_reset(rehearsal);
	rehearsal->options.count = 0;
	assert_int_equal(load_run_once(&rehearsal->options, &rehearsal->run), TALLY_EXIT_FINE);
	assert_int_equal(rehearsal->run.total.answered, made(rehearsal) - first);
	run_reset(rehearsal);
	deck_close(&rehearsal->deck);
	rehearsal_options(rehearsal, 12, 3);
	assert_int_equal(load_run_once(&rehearsal->options, &rehearsal->run), TALLY_EXIT_FINE);
	assert_as_foretold(rehearsal);
	rehearsal_free(rehearsal);
}

/* A file that foretells something else. */
static void
a_surprise_is_named(void **state)
{
	struct rehearsal *rehearsal = rehearsal_make(100);
	char kinds[310];
	FILE *file;

	(void)state;
	snprintf(kinds, sizeof kinds, "%s.kinds", rehearsal->ballots);
	file = fopen(kinds, "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, KINDS_HEADER_SIZE, SEEK_SET), 0);
	assert_int_equal(fgetc(file), KIND_FRESH);
	assert_int_equal(fseek(file, KINDS_HEADER_SIZE, SEEK_SET), 0);
	assert_int_equal(fputc(KIND_SECOND, file), KIND_SECOND);
	assert_int_equal(fclose(file), 0);
	rehearsal_options(rehearsal, 2, 1);
	assert_int_equal(load_run_once(&rehearsal->options, &rehearsal->run),
			 TALLY_EXIT_FAILED);
	assert_int_equal(rehearsal->run.total.surprises, 1);
	assert_int_equal(rehearsal->run.surprises_count, 1);
	assert_int_equal(rehearsal->run.surprises[0].place, 0);
	assert_int_equal(rehearsal->run.surprises[0].verdict, TALLY_ACCEPTED);
	assert_int_equal(rehearsal->run.surprises[0].foretold, TALLY_HAS_VOTED);
	assert_string_equal(rehearsal->run.surprises[0].kind, "second");
	assert_int_equal(rehearsal->run.kinds[KIND_SECOND].surprises, 1);
	assert_int_equal(rehearsal->run.kinds[KIND_FRESH].surprises, 0);
	rehearsal_free(rehearsal);
}

static struct schedule *
rate_make(double length_s, double rate)
{
	struct schedule *schedule = calloc(1, sizeof *schedule);

	assert_non_null(schedule);
	schedule_init(schedule);
	assert_null(schedule_add(schedule, length_s, rate, rate));
	return schedule;
}

/* Every slot has the ballot of its place in the file, so no connection runs dry before the others,
 * also when an earlier run has taken the ballots by connections. */
static void
ballots_come_due_in_the_files_order(void **state)
{
	struct rehearsal *rehearsal = rehearsal_make(VOTERS);
	struct deck *deck = &rehearsal->deck;
	uint64_t left;

	(void)state;
	rehearsal_options(rehearsal, 7, 1);
	deck->hands[0].next = 3;
	deck->hands[5].next = deck->hands[5].count;
	left = deck_left(deck);
	for (uint64_t wanted = left - 50; wanted < left + 100; wanted += 100) {
		size_t next[7], offset = 0;

		deck_queue(deck, wanted);
		assert_int_equal(deck->queued, wanted < left ? wanted : left);
		for (unsigned i = 0; i < 7; i++)
			next[i] = deck->hands[i].next;
		for (uint64_t slot = 0; slot < deck->queued; slot++) {
			struct deck_hand *hand = &deck->hands[deck->queue[slot]];
			deck_card card = hand->cards[next[deck->queue[slot]]];

			assert_int_equal(hand->slots[next[deck->queue[slot]]++], slot);
			assert_true(slot == 0 || card >> 8 > offset);
			offset = card >> 8;
		}
		for (unsigned i = 0; i < 7; i++)
			assert_int_equal(next[i], deck->hands[i].next + deck->hands[i].quota);
	}
	rehearsal_free(rehearsal);
}

/* A fixed rate lasts as long as its ballots do, by the schedule, on any connections. */
static void
a_rate_is_kept_to_the_last_ballot(void **state)
{
	struct rehearsal *rehearsal = rehearsal_make(VOTERS);
	struct schedule *schedule = rate_make(100, 1000);
	const struct run_sample *total = &rehearsal->run.total;

	(void)state;
	rehearsal_options(rehearsal, 16, 2);
	rehearsal->options.schedule = schedule;
	rehearsal->options.endless = true;
	assert_int_equal(load_run_once(&rehearsal->options, &rehearsal->run), TALLY_EXIT_FINE);
	assert_as_foretold(rehearsal);
	assert_int_equal(rehearsal->run.missing, 0);
	for (size_t i = 0; i < rehearsal->deck.queued; i++)
		assert_true(schedule_time(schedule, i) < made(rehearsal) * UINT64_C(1000000));
	assert_int_equal(total->offered, made(rehearsal));
	free(schedule);
	rehearsal_free(rehearsal);
}

/* A schedule that asks for more than the file holds says how many are missing. */
static void
ballots_that_run_out_are_told(void **state)
{
	struct rehearsal *rehearsal = rehearsal_make(100);
	struct schedule *schedule = rate_make(1, 1000);

	(void)state;
	rehearsal_options(rehearsal, 2, 1);
	rehearsal->options.schedule = schedule;
	assert_int_equal(load_run_once(&rehearsal->options, &rehearsal->run), TALLY_EXIT_FINE);
	assert_int_equal(rehearsal->run.missing, 1000 - made(rehearsal));
	free(schedule);
	rehearsal_free(rehearsal);
}

/* Ends the server for good once it has taken some. */
static void *
end_server(void *context)
{
	struct rehearsal *rehearsal = context;
	struct tally_client_event answer = {0};

	while (!rehearsal->over &&
	       tally_state(rehearsal->watch, &answer) == TALLY_CLIENT_FINE &&
	       answer.state.log_size < 50)
		continue;
	kill(rehearsal->running.child.pid, SIGSTOP);
	return NULL;
}

/* A run beside `halt`, which looks at the server by a connection of its own. */
static int
run_beside(struct rehearsal *rehearsal, void *halt(void *))
{
	pthread_t thread;
	int status;

	rehearsal->watch = running_connect(&rehearsal->running);
	assert_int_equal(pthread_create(&thread, NULL, halt, rehearsal), 0);
	status = load_run_once(&rehearsal->options, &rehearsal->run);
	rehearsal->over = true;
	assert_int_equal(pthread_join(thread, NULL), 0);
	tally_close(rehearsal->watch);
	return status;
}

/* What was due and never sent is told, the silence is in the length, and the waits of all who got
 * no answer are in the latency as far as they went. */
static void
a_dead_server_does_not_look_healthy(void **state)
{
	struct rehearsal *rehearsal = rehearsal_make(5 * VOTERS);
	struct schedule *schedule = rate_make(100, 800);
	const struct run *run = &rehearsal->run;

	(void)state;
	rehearsal_options(rehearsal, 4, 2);
	rehearsal->options.window = 8;
	rehearsal->options.patience_s = 1;
	rehearsal->options.schedule = schedule;
	rehearsal->options.endless = true;
	assert_int_equal(run_beside(rehearsal, end_server), TALLY_EXIT_WORLD);
	assert_true(run->unanswered > 0 && run->total.behind > 100);
	assert_int_equal(run->total.in_flight, run->unanswered);
	assert_int_equal(run->total.offered, run->total.sent + run->total.behind);
	assert_int_equal(run->total.latency.count,
			 run->total.answered + run->unanswered + run->total.behind);
	assert_true(run->total.latency.p99_ns > UINT64_C(800000000));
	assert_true(run->total.length_ns > UINT64_C(1000000000));
	kill(rehearsal->running.child.pid, SIGCONT);
	free(schedule);
	rehearsal_free(rehearsal);
}

/* Stops the server once it has taken some, for a while. */
static void *
pause_server(void *context)
{
	const struct timespec pause = {.tv_sec = PAUSE_MS / 1000,
				       .tv_nsec = PAUSE_MS % 1000 * 1000000};
	struct rehearsal *rehearsal = context;

	end_server(rehearsal);
	nanosleep(&pause, NULL);
	kill(rehearsal->running.child.pid, SIGCONT);
	return NULL;
}

/* The pause is in the latency of those that were meant to be sent in it. A closed loop's window of
 * one would have shown it to one ballot a connection. */
static void
a_pause_is_in_the_latency(void **state)
{
	struct rehearsal *rehearsal = rehearsal_make(2 * VOTERS);
	struct schedule *schedule = rate_make(100, 800);

	(void)state;
	rehearsal_options(rehearsal, 4, 2);
	rehearsal->options.window = 8;
	rehearsal->options.schedule = schedule;
	assert_int_equal(run_beside(rehearsal, pause_server), TALLY_EXIT_FINE);
	assert_as_foretold(rehearsal);
	assert_sums(&rehearsal->run);
	assert_int_equal(rehearsal->run.total.offered, made(rehearsal));
	assert_true(rehearsal->run.total.latency.max_ns >= PAUSE_MS * UINT64_C(1000000));
	/* 320 were meant to be sent in it, 32 of them could be. */
	assert_true(rehearsal->run.total.late >= 250);
	assert_true(rehearsal->run.total.latency.p99_ns >= PAUSE_MS * UINT64_C(500000));
	assert_true(histogram_quantile(rehearsal->run.latency,
				       1 - 200.0 / (double)made(rehearsal)) >= 50000000);
	free(schedule);
	rehearsal_free(rehearsal);
}

static void
a_server_that_is_not_there_is_told(void **state)
{
	struct rehearsal *rehearsal = rehearsal_make(10);

	(void)state;
	rehearsal_options(rehearsal, 2, 1);
	rehearsal->options.sources.pid = 0x7ffffff0;
	assert_int_equal(load_run_once(&rehearsal->options, &rehearsal->run), TALLY_EXIT_USAGE);
	rehearsal_free(rehearsal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_closed_loop_gets_what_was_foretold),
	    cmocka_unit_test(a_deck_is_played_once_and_can_be_played_again),
	    cmocka_unit_test(a_surprise_is_named),
	    cmocka_unit_test(ballots_come_due_in_the_files_order),
	    cmocka_unit_test(a_rate_is_kept_to_the_last_ballot),
	    cmocka_unit_test(ballots_that_run_out_are_told),
	    cmocka_unit_test(a_dead_server_does_not_look_healthy),
	    cmocka_unit_test(a_pause_is_in_the_latency),
	    cmocka_unit_test(a_server_that_is_not_there_is_told),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
