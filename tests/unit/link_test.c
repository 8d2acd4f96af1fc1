#include "tests/lib/test.h"

#include "bench/tally-bench/link.h"
#include "frame/frame.h"
#include "tests/lib/folder.h"
#include "tests/lib/session.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	BALLOTS = 10,
	BALLOT_SIZE = 100,
	PATIENCE_MS = 10000,
};

static const uint64_t ms = 1000000;
static const uint64_t start_ns = 1000 * 1000000;

/* A link of one hand, and the server at its other end, in one thread. Time is what we say. */
struct line {
	struct session session;
	struct peer peer;
	struct deck deck;
	struct schedule schedule;
	struct link_world world;
	struct shard shard;
	struct link link;
	int epoll;
	int listener;
	int server; /* accepted */
	uint8_t input[65536];
	size_t received;
	uint32_t correlations[64]; /* of the ballots that came, answered up to `answered` */
	uint8_t places[64];
	size_t came;
	size_t answered;
};

/* A ballot's first byte is its place. */
static void
deck_make(struct deck *deck)
{
	uint8_t bytes[BALLOTS * (2 + BALLOT_SIZE)] = {0};
	char path[300];
	FILE *file;

	for (unsigned i = 0; i < BALLOTS; i++) {
		be16_store(bytes + i * (2 + BALLOT_SIZE), BALLOT_SIZE);
		bytes[i * (2 + BALLOT_SIZE) + 2] = (uint8_t)i;
	}
	snprintf(path, sizeof path, "%s/ballots", here.path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, sizeof bytes, file), sizeof bytes);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(deck_open(deck, path, 1), TALLY_EXIT_FINE);
	deck_queue(deck, BALLOTS);
}

static void
listen_here(struct line *line)
{
	struct sockaddr_in *address = (struct sockaddr_in *)&line->world.address;

	line->world.address_size = sizeof *address;
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	line->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(line->listener >= 0);
	assert_int_equal(bind(line->listener, (struct sockaddr *)address, sizeof *address), 0);
	assert_int_equal(listen(line->listener, 1), 0);
	assert_int_equal(
	    getsockname(line->listener, (struct sockaddr *)address, &line->world.address_size),
	    0);
}

static struct line *
line_make(unsigned window, double rate)
{
	struct line *line = calloc(1, sizeof *line);

	assert_non_null(line);
	session_make(&line->session, bytes_of_string("{}"));
	memcpy(line->peer.campaign, line->session.campaign, TALLY_HASH_SIZE);
	line->peer.log = line->session.log.key;
	deck_make(&line->deck);
	listen_here(line);
	line->world.peer = &line->peer;
	line->world.deck = &line->deck;
	line->world.links_count = 1;
	line->world.window = window;
	line->world.resend = true;
	line->world.start_ns = start_ns;
	schedule_init(&line->schedule);
	if (rate > 0) {
		assert_null(schedule_add(&line->schedule, 100, rate, rate));
		line->world.schedule = &line->schedule;
	}
	shard_init(&line->shard);
	line->epoll = epoll_create1(EPOLL_CLOEXEC);
	assert_true(line->epoll >= 0);
	link_init(&line->link, &line->world, &line->shard, 0, line->epoll);
	line->link.key = &line->session.key;
	line->link.quota = BALLOTS;
	line->server = -1;
	return line;
}

static void
line_free(struct line *line)
{
	link_free(&line->link);
	shard_free(&line->shard);
	deck_close(&line->deck);
	close(line->epoll);
	close(line->listener);
	if (line->server >= 0)
		close(line->server);
	free(line);
}

/* Waits for the socket's next event, and gives it to the link. */
static void
pump(struct line *line, uint64_t now_ns)
{
	struct epoll_event event;

	assert_int_equal(epoll_wait(line->epoll, &event, 1, PATIENCE_MS), 1);
	assert_ptr_equal(event.data.ptr, &line->link);
	link_event(&line->link, event.events, now_ns);
}

static void
server_write(struct line *line, const struct writer *writer)
{
	struct bytes bytes = writer_view(writer);

	assert_false(writer->failed);
	assert_int_equal(send(line->server, bytes.data, bytes.size, MSG_NOSIGNAL), bytes.size);
}

/* The frames that have come, or come soon, until there are `ballots` ballots in all. */
static void
server_read(struct line *line, size_t ballots, bool auth)
{
	struct frame frame;

	for (;;) {
		long used = frame_next(bytes_make(line->input, line->received), &frame);
		ssize_t got;

		assert_true(used >= 0);
		if (used > 0 && frame.message == TALLY_MESSAGE_SUBMIT) {
			line->places[line->came] = frame.payload.data[0];
			line->correlations[line->came++] = frame.correlation;
		}
		auth &= used == 0 || frame.message != TALLY_MESSAGE_AUTH;
		line->received -= (size_t)used;
		memmove(line->input, line->input + used, line->received);
		if (line->came >= ballots && !auth && line->received == 0)
			return;
		if (used > 0)
			continue;
		got = recv(line->server, line->input + line->received,
			   sizeof line->input - line->received, 0);
		assert_true(got > 0);
		line->received += (size_t)got;
	}
}

static void
connect_at(struct line *line, uint64_t now_ns)
{
	uint8_t memory[4096];
	struct writer writer = writer_make(memory, sizeof memory);

	link_tick(&line->link, now_ns);
	assert_int_equal(line->link.state, LINK_DIALING);
	line->server = accept(line->listener, NULL, NULL);
	assert_true(line->server >= 0);
	session_hello(&line->session, &writer);
	server_write(line, &writer);
	while (line->link.state == LINK_DIALING)
		pump(line, now_ns);
	pump(line, now_ns);
	server_read(line, 0, true);
	writer = writer_make(memory, sizeof memory);
	session_welcome(&writer, 1024, 8);
	server_write(line, &writer);
	while (line->link.state != LINK_READY)
		pump(line, now_ns);
}

/* The next ballot is answered so, and the link hears it at that time. */
static void
answer(struct line *line, enum tally_verdict verdict, uint64_t now_ns)
{
	uint8_t memory[512];
	struct writer writer = writer_make(memory, sizeof memory);
	size_t owed = line->link.sent.count;

	frame_verdict_write(&writer, line->correlations[line->answered], verdict,
			    verdict == TALLY_ACCEPTED ? line->answered : FRAME_NO_INDEX);
	line->answered++;
	server_write(line, &writer);
	while (line->link.sent.count == owed)
		pump(line, now_ns);
}

static void
assert_came(struct line *line, const char *places)
{
	server_read(line, strlen(places), false);
	assert_int_equal(line->came, strlen(places));
	for (size_t i = 0; i < line->came; i++)
		assert_int_equal(line->places[i], places[i] - '0');
}

static const struct run_sample *
counts(struct line *line)
{
	return shard_counts(&line->shard);
}

static const struct histogram *
waits(const struct line *line)
{
	return line->shard.spans[line->shard.active].latency;
}

static void
a_window_is_kept(void **state)
{
	struct line *line = line_make(3, 0);

	(void)state;
	connect_at(line, start_ns);
	link_send(&line->link, start_ns, false);
	assert_int_equal(link_owed(&line->link), 0);
	link_send(&line->link, start_ns, true);
	assert_came(line, "012");
	link_send(&line->link, start_ns, true);
	assert_int_equal(link_owed(&line->link), 3);
	answer(line, TALLY_ACCEPTED, start_ns + 5 * ms);
	link_send(&line->link, start_ns + 5 * ms, true);
	assert_came(line, "0123");
	assert_int_equal(counts(line)->sent, 4);
	assert_int_equal(counts(line)->late, 0);
	assert_int_equal(counts(line)->answered, 1);
	assert_int_equal(line->shard.in_flight, 3);
	assert_int_equal(waits(line)->max, 5 * ms);
	line_free(line);
}

/* What is asked again goes ahead of new ones, and waits from its first time. */
static void
again_comes_before_new(void **state)
{
	struct line *line = line_make(2, 0);

	(void)state;
	connect_at(line, start_ns);
	link_send(&line->link, start_ns, true);
	assert_came(line, "01");
	answer(line, TALLY_SLOW_DOWN, start_ns + ms);
	link_send(&line->link, start_ns + 2 * ms, true);
	assert_int_equal(line->link.sent.count, 1);
	assert_int_equal(link_owed(&line->link), 2);
	link_send(&line->link, start_ns + 101 * ms, true);
	assert_came(line, "010");
	assert_int_equal(counts(line)->resent, 1);
	assert_int_equal(counts(line)->sent, 2);
	answer(line, TALLY_ACCEPTED, start_ns + 102 * ms);
	link_send(&line->link, start_ns + 102 * ms, true);
	assert_came(line, "0102");
	answer(line, TALLY_ACCEPTED, start_ns + 150 * ms);
	assert_int_equal(counts(line)->answered, 2);
	assert_int_equal(counts(line)->verdicts[TALLY_SLOW_DOWN], 1);
	assert_int_equal(waits(line)->max, 150 * ms);
	line_free(line);
}

static void
slow_down_can_be_an_answer(void **state)
{
	struct line *line = line_make(1, 0);

	(void)state;
	line->world.resend = false;
	connect_at(line, start_ns);
	link_send(&line->link, start_ns, true);
	assert_came(line, "0");
	answer(line, TALLY_SLOW_DOWN, start_ns + ms);
	link_send(&line->link, start_ns + ms, true);
	assert_came(line, "01");
	assert_int_equal(counts(line)->answered, 1);
	line_free(line);
}

/* A thousand a second, looked at after 10 ms: each has waited since its own time. What goes more
 * than a millisecond after it is late. */
static void
waits_count_from_the_intended_time(void **state)
{
	struct line *line = line_make(8, 1000);

	(void)state;
	connect_at(line, start_ns);
	link_send(&line->link, start_ns, true);
	assert_int_equal(line->link.sent.count, 0);
	line->link.due = 5;
	link_send(&line->link, start_ns + 4 * ms + ms / 2, true);
	assert_came(line, "01234");
	assert_int_equal(line->link.due, 0);
	assert_int_equal(counts(line)->late, 4);
	answer(line, TALLY_ACCEPTED, start_ns + 20 * ms);
	assert_int_equal(waits(line)->max, 20 * ms);
	assert_int_equal(line->shard.spans[line->shard.active].service->max, 15 * ms + ms / 2);
	line_free(line);
}

/* Ballots of a lost connection are sent again, in their order, by the next, and none is lost. */
static void
a_lost_connection_loses_no_ballot(void **state)
{
	struct line *line = line_make(3, 0);

	(void)state;
	connect_at(line, start_ns);
	link_send(&line->link, start_ns, true);
	assert_came(line, "012");
	answer(line, TALLY_ACCEPTED, start_ns + ms);
	close(line->server);
	pump(line, start_ns + 2 * ms);
	assert_int_equal(line->link.state, LINK_IDLE);
	assert_int_equal(line->shard.in_flight, 0);
	assert_int_equal(link_owed(&line->link), 2);
	assert_int_equal(counts(line)->reconnects, 1);
	link_send(&line->link, start_ns + 3 * ms, true);
	link_tick(&line->link, start_ns + 3 * ms);
	assert_int_equal(line->link.state, LINK_IDLE);
	line->came = line->answered = 0;
	connect_at(line, start_ns + 52 * ms);
	link_send(&line->link, start_ns + 52 * ms, true);
	assert_came(line, "123");
	for (int i = 0; i < 3; i++)
		answer(line, TALLY_ACCEPTED, start_ns + 60 * ms);
	assert_int_equal(counts(line)->answered, 4);
	assert_int_equal(counts(line)->resent, 2);
	assert_int_equal(waits(line)->max, 60 * ms);
	line_free(line);
}

/* Who has no answer at the end has waited until then: those sent, those to be sent again, and
 * those whose time came and who could not be sent. */
static void
the_unanswered_are_written_off(void **state)
{
	struct line *line = line_make(2, 1000);
	struct histogram *end = calloc(1, sizeof *end);

	(void)state;
	assert_non_null(end);
	connect_at(line, start_ns);
	line->link.due = 4;
	link_send(&line->link, start_ns + 4 * ms, true);
	assert_came(line, "01");
	answer(line, TALLY_UNAVAILABLE, start_ns + 5 * ms);
	link_write_off(&line->link, start_ns + 7 * ms, end);
	assert_int_equal(end->count, 8);
	assert_int_equal(end->max, 7 * ms);
	free(end);
	line_free(line);
}

static void
a_hand_is_played_out(void **state)
{
	struct line *line = line_make(BALLOTS, 0);

	(void)state;
	connect_at(line, start_ns);
	line->link.quota = 4;
	assert_false(link_played_out(&line->link));
	link_send(&line->link, start_ns, true);
	assert_came(line, "0123");
	assert_true(link_played_out(&line->link));
	assert_int_equal(deck_left(&line->deck), BALLOTS - 4);
	assert_int_equal(line->shard.sent_bytes, 4 * BALLOT_SIZE);
	line_free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FOLDER(a_window_is_kept),
	    WITH_FOLDER(again_comes_before_new),
	    WITH_FOLDER(slow_down_can_be_an_answer),
	    WITH_FOLDER(waits_count_from_the_intended_time),
	    WITH_FOLDER(a_lost_connection_loses_no_ballot),
	    WITH_FOLDER(the_unanswered_are_written_off),
	    WITH_FOLDER(a_hand_is_played_out),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
