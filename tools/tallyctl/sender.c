#include "tools/tallyctl/sender.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tools/lib/complain.h"
#include "tools/tallyctl/fetch.h"

enum {
	later_attempts_max = 20,
	tag_offset = 48,
	progress_ms = 250
};

/* One connection and the ballots that take it. */
struct lane {
	pthread_t thread;
	const struct sender_options *options;
	const struct bytes *ballots;
	struct sender_answer *answers;
	atomic_size_t *answered;
	size_t *all; /* places of its ballots */
	size_t all_count;
	size_t *queue; /* places to send in this round */
	size_t queue_count;
	size_t next;
	struct tally_connection *connection;
	unsigned breaks;
	enum tally_exit exit;
};

static bool
comes_later(const struct sender_answer *answer)
{
	return answer->answered &&
	       (answer->verdict == TALLY_SLOW_DOWN || answer->verdict == TALLY_UNAVAILABLE ||
		answer->verdict == TALLY_STOPPING);
}

static void
queue_fill(struct lane *lane)
{
	lane->queue_count = 0;
	lane->next = 0;
	for (size_t i = 0; i < lane->all_count; i++) {
		const struct sender_answer *answer = &lane->answers[lane->all[i]];

		if (!answer->answered || (lane->options->retry_later && comes_later(answer)))
			lane->queue[lane->queue_count++] = lane->all[i];
	}
}

static bool
hand_out(void *context, const void **ballot, size_t *size)
{
	struct lane *lane = context;
	const struct bytes *bytes;

	if (lane->next == lane->queue_count)
		return false;
	bytes = &lane->ballots[lane->queue[lane->next++]];
	*ballot = bytes->data;
	*size = bytes->size;
	return true;
}

static bool
take_answer(void *context, uint64_t place, const struct tally_client_event *event)
{
	struct lane *lane = context;
	struct sender_answer *answer = &lane->answers[lane->queue[place]];

	if (!answer->answered)
		atomic_fetch_add_explicit(lane->answered, 1, memory_order_relaxed);
	*answer = (struct sender_answer){.answered = true,
					 .verdict = (uint16_t)event->verdict,
					 .class = (uint8_t)event->class,
					 .index = event->index};
	return true;
}

/* Sends the queue once. False if the connection broke. */
static bool
round_run(struct lane *lane)
{
	int status;

	if (!lane->connection && peer_connect(lane->options->peer, lane->options->key,
					      &lane->connection) != TALLY_EXIT_FINE)
		return false;
	status = tally_submit_all(lane->connection, hand_out, take_answer, lane);
	if (status == TALLY_CLIENT_FINE)
		return true;
	if (status == TALLY_CLIENT_JOURNAL) /* it stays so on any connection */
		lane->breaks = lane->options->retries;
	complain("%s", tally_trouble(lane->connection));
	tally_close(lane->connection);
	lane->connection = NULL;
	return false;
}

static void *
lane_run(void *context)
{
	struct lane *lane = context;
	unsigned rounds = 0;

	for (queue_fill(lane); lane->queue_count; queue_fill(lane)) {
		if (rounds + lane->breaks)
			fetch_pause(rounds + lane->breaks);
		if (round_run(lane)) {
			if (++rounds == later_attempts_max)
				break;
		} else if (lane->breaks++ == lane->options->retries) {
			lane->exit = TALLY_EXIT_WORLD;
			break;
		}
	}
	tally_close(lane->connection);
	return NULL;
}

static unsigned
lane_of(const struct bytes *ballot, unsigned lanes)
{
	return ballot->size > tag_offset ? ballot->data[tag_offset] % lanes : 0;
}

static void
lanes_fill(struct lane *lanes, unsigned count, const struct bytes *ballots,
	   size_t ballots_count)
{
	for (size_t i = 0; i < ballots_count; i++)
		lanes[lane_of(&ballots[i], count)].all_count++;
	for (unsigned i = 0; i < count; i++) {
		lanes[i].all = calloc(lanes[i].all_count + 1, sizeof *lanes[i].all);
		lanes[i].queue = calloc(lanes[i].all_count + 1, sizeof *lanes[i].queue);
		CHECK(lanes[i].all && lanes[i].queue);
		lanes[i].all_count = 0;
	}
	for (size_t i = 0; i < ballots_count; i++) {
		struct lane *lane = &lanes[lane_of(&ballots[i], count)];

		lane->all[lane->all_count++] = i;
	}
}

/* Waits for a lane, and says how far all of them are while a person looks on. */
static void
join(struct lane *lane, atomic_size_t *answered, size_t count)
{
	bool show = isatty(STDERR_FILENO);
	struct timespec until;

	for (;;) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += progress_ms * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		if (pthread_timedjoin_np(lane->thread, NULL, &until) != ETIMEDOUT)
			break;
		if (show)
			fprintf(stderr, "\r%zu of %zu answers ", atomic_load(answered), count);
	}
	if (show)
		fprintf(stderr, "\r%40s\r", "");
}

enum tally_exit
sender_run(const struct sender_options *options, const struct bytes *ballots, size_t count,
	   struct sender_answer *answers)
{
	struct lane lanes[SENDER_CONNECTIONS_MAX] = {0};
	unsigned lanes_count = options->connections;
	enum tally_exit code = TALLY_EXIT_FINE;
	atomic_size_t answered = 0;

	CHECK(lanes_count >= 1 && lanes_count <= SENDER_CONNECTIONS_MAX);
	lanes_fill(lanes, lanes_count, ballots, count);
	for (unsigned i = 0; i < lanes_count; i++) {
		lanes[i].options = options;
		lanes[i].ballots = ballots;
		lanes[i].answers = answers;
		lanes[i].answered = &answered;
		CHECK(pthread_create(&lanes[i].thread, NULL, lane_run, &lanes[i]) == 0);
	}
	for (unsigned i = 0; i < lanes_count; i++) {
		join(&lanes[i], &answered, count);
		if (lanes[i].exit != TALLY_EXIT_FINE)
			code = lanes[i].exit;
		free(lanes[i].all);
		free(lanes[i].queue);
	}
	return code;
}
