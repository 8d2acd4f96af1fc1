#include "bench/tally-bench/link.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tools/lib/complain.h"

enum {
	output_size = 256 * 1024,
	input_size = 64 * 1024,
	pause_ms = 50,
	pauses_max = 5,       /* doublings */
	again_after_ms = 100, /* slow-down and its like */
};

static const uint64_t ms = 1000000;

static void
move(struct link *link, enum link_state to)
{
	static const bool moves[LINK_STATES][LINK_STATES] = {
	    [LINK_IDLE] = {[LINK_DIALING] = true},
	    [LINK_DIALING] = {[LINK_GREETING] = true, [LINK_IDLE] = true},
	    [LINK_GREETING] = {[LINK_READY] = true, [LINK_IDLE] = true},
	    [LINK_READY] = {[LINK_IDLE] = true},
	};

	CHECK(moves[link->state][to]);
	link->state = to;
}

static void
ring_push(struct link_ring *ring, const struct link_flight *flight)
{
	CHECK(ring->count < window_requests);
	ring->flights[(ring->first + ring->count++) % window_requests] = *flight;
}

static struct link_flight
ring_pop(struct link_ring *ring)
{
	struct link_flight flight = ring->flights[ring->first];

	CHECK(ring->count > 0);
	ring->first = (ring->first + 1) % window_requests;
	ring->count--;
	return flight;
}

void
link_init(struct link *link, const struct link_world *world, struct shard *shard,
	  unsigned number, int epoll)
{
	*link = (struct link){.world = world,
			      .shard = shard,
			      .number = number,
			      .epoll = epoll,
			      .fd = -1,
			      .hand = &world->deck->hands[number]};
	link->memory = aligned_alloc(64, TALLY_CLIENT_MEMORY);
	link->output = malloc(output_size);
	CHECK(link->memory != NULL && link->output != NULL);
}

void
link_free(struct link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	free(link->memory);
	free(link->output);
}

/* One line a second, of all connections of the thread. */
static void
tell(const struct link *link, uint64_t now_ns, const char *why, size_t why_size)
{
	struct shard *shard = link->shard;

	if (shard->complained_ns != 0 && now_ns < shard->complained_ns + 1000 * ms) {
		shard->untold++;
		return;
	}
	if (shard->untold == 0)
		complain("connection %u: %.*s", link->number, (int)why_size, why);
	else
		complain("connection %u: %.*s (%llu losses untold before it)", link->number,
			 (int)why_size, why, (unsigned long long)shard->untold);
	shard->complained_ns = now_ns;
	shard->untold = 0;
}

/* Everything under way is unknown now, and waits in the order it was sent. */
static void
lose(struct link *link, uint64_t now_ns, const char *why, size_t why_size)
{
	unsigned doublings = link->failures < pauses_max ? link->failures : pauses_max;

	link->failures++;
	if (why_size > 0)
		tell(link, now_ns, why, why_size);
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	link->wants_out = false;
	if (link->state == LINK_READY)
		shard_counts(link->shard)->reconnects++;
	while (link->sent.count > 0) {
		struct link_flight flight = ring_pop(&link->sent);

		link->shard->in_flight--;
		ring_push(&link->again, &flight);
	}
	link->wake_ns = now_ns + pause_ms * ms * (UINT64_C(1) << doublings);
	move(link, LINK_IDLE);
}

static void
lose_errno(struct link *link, uint64_t now_ns, int error)
{
	const char *why = strerror(error);

	lose(link, now_ns, why, strlen(why));
}

static bool
watch(struct link *link, int operation, bool out)
{
	struct epoll_event event = {.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = link};

	link->wants_out = out;
	return epoll_ctl(link->epoll, operation, link->fd, &event) == 0;
}

void
link_tick(struct link *link, uint64_t now_ns)
{
	const struct link_world *world = link->world;
	int one = 1;

	if (link->state != LINK_IDLE || now_ns < link->wake_ns)
		return;
	move(link, LINK_DIALING);
	link->fd =
	    socket(world->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd < 0 ||
	    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
	    (connect(link->fd, (const struct sockaddr *)&world->address, world->address_size) !=
		 0 &&
	     errno != EINPROGRESS) ||
	    !watch(link, EPOLL_CTL_ADD, true))
		lose_errno(link, now_ns, errno);
}

static void
greet(struct link *link, uint64_t now_ns)
{
	const struct peer *peer = link->world->peer;
	uint8_t nonce[TALLY_NONCE_SIZE];
	const struct tally_client_config config = {.campaign = peer->campaign,
						   .log_name = peer->log.name,
						   .log_key = peer->log.public_key,
						   .key = link->key,
						   .nonce = nonce,
						   .output = link->output,
						   .output_size = output_size};
	int error = 0;
	socklen_t size = sizeof error;

	if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
		lose_errno(link, now_ns, error);
		return;
	}
	randombytes_buf(nonce, sizeof nonce);
	CHECK(tally_client_init(&link->client, link->memory, TALLY_CLIENT_MEMORY, &config) ==
	      TALLY_CLIENT_FINE);
	move(link, LINK_GREETING);
	if (!watch(link, EPOLL_CTL_MOD, false))
		lose_errno(link, now_ns, errno);
}

static bool
comes_later(unsigned verdict)
{
	return verdict == TALLY_SLOW_DOWN || verdict == TALLY_UNAVAILABLE ||
	       verdict == TALLY_STOPPING;
}

static void
take_verdict(struct link *link, unsigned verdict, uint64_t now_ns)
{
	struct link_flight flight = ring_pop(&link->sent);

	link->shard->in_flight--;
	link->failures = 0;
	shard_verdict(link->shard, verdict);
	if (link->world->resend && comes_later(verdict)) {
		ring_push(&link->again, &flight);
		link->wake_ns = now_ns + again_after_ms * ms;
		return;
	}
	shard_answer(link->shard, flight.card, verdict, now_ns - flight.intended_ns,
		     now_ns - flight.sent_ns);
}

/* Would the server say the same to every further try? */
static bool
is_final(const struct tally_client_event *event)
{
	if (event->kind == TALLY_CLIENT_EVENT_GOODBYE)
		return event->verdict == TALLY_UNKNOWN_SIGNER ||
		       event->verdict == TALLY_REVOKED_SIGNER ||
		       event->verdict == TALLY_BAD_SIGNATURE ||
		       event->verdict == TALLY_WRONG_CAMPAIGN;
	return event->status == TALLY_CLIENT_WRONG_CAMPAIGN ||
	       event->status == TALLY_CLIENT_WRONG_LOG ||
	       event->status == TALLY_CLIENT_NO_VERSION;
}

static void
take_events(struct link *link, uint64_t now_ns)
{
	struct tally_client_event event;

	while (link->state != LINK_IDLE && tally_client_event(link->client, &event)) {
		switch (event.kind) {
		case TALLY_CLIENT_EVENT_READY:
			move(link, LINK_READY);
			link->wake_ns = now_ns;
			break;
		case TALLY_CLIENT_EVENT_VERDICT:
			take_verdict(link, event.verdict, now_ns);
			break;
		case TALLY_CLIENT_EVENT_GOODBYE:
		case TALLY_CLIENT_EVENT_BROKEN:
			link->refused = link->state == LINK_GREETING && is_final(&event);
			lose(link, now_ns, event.text, event.text_size);
			break;
		default:
			break;
		}
	}
}

static void
receive(struct link *link, uint64_t now_ns)
{
	/* Not on the stack, where each call would begin with clearing it. */
	static _Thread_local uint8_t input[input_size];
	ssize_t got;

	do {
		size_t at = 0;

		got = recv(link->fd, input, sizeof input, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			lose_errno(link, now_ns, got < 0 ? errno : ECONNRESET);
			return;
		}
		while (at < (size_t)got && link->state != LINK_IDLE) {
			at += tally_client_receive(link->client, input + at, (size_t)got - at);
			take_events(link, now_ns);
		}
	} while (got == sizeof input && link->state != LINK_IDLE);
}

static bool
unsent(const struct link *link)
{
	size_t size;

	tally_client_output(link->client, &size);
	return size > 0;
}

static void
flush(struct link *link, uint64_t now_ns)
{
	while (unsent(link)) {
		size_t size;
		const uint8_t *bytes = tally_client_output(link->client, &size);
		ssize_t sent = send(link->fd, bytes, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			break;
		if (sent < 0) {
			lose_errno(link, now_ns, errno);
			return;
		}
		tally_client_sent(link->client, (size_t)sent);
	}
	if (unsent(link) != link->wants_out && !watch(link, EPOLL_CTL_MOD, unsent(link)))
		lose_errno(link, now_ns, errno);
}

void
link_event(struct link *link, uint32_t events, uint64_t now_ns)
{
	if (link->state == LINK_DIALING)
		greet(link, now_ns);
	else if (link->state != LINK_IDLE && (events & ~(uint32_t)EPOLLOUT) != 0)
		receive(link, now_ns);
	if (link->state == LINK_GREETING || link->state == LINK_READY)
		flush(link, now_ns);
}

/* False: not now. */
static bool
submit(struct link *link, struct link_flight *flight, uint64_t now_ns)
{
	struct bytes ballot = deck_ballot(link->world->deck, flight->card);
	int status = tally_client_submit(link->client, ballot.data, ballot.size, NULL);

	flight->sent_ns = now_ns;
	if (status == TALLY_CLIENT_TOO_LARGE) {
		shard_verdict(link->shard, TALLY_TOO_LARGE);
		shard_answer(link->shard, flight->card, TALLY_TOO_LARGE,
			     now_ns - flight->intended_ns, 0);
		return true;
	}
	if (status != TALLY_CLIENT_FINE)
		return false;
	ring_push(&link->sent, flight);
	link->shard->in_flight++;
	return true;
}

bool
link_played_out(const struct link *link)
{
	return link->played == link->quota || link->hand->next == link->hand->count;
}

static bool
submit_again(struct link *link, uint64_t now_ns)
{
	if (link->again.count == 0 || now_ns < link->wake_ns ||
	    !submit(link, &link->again.flights[link->again.first], now_ns))
		return false;
	ring_pop(&link->again);
	shard_counts(link->shard)->resent++;
	return true;
}

/* While some wait to be sent again no new ones go ahead of them. */
static bool
submit_next(struct link *link, uint64_t now_ns)
{
	const struct link_world *world = link->world;
	struct run_sample *counts = shard_counts(link->shard);
	struct link_flight flight = {.intended_ns = now_ns};

	if (link->again.count > 0 || link_played_out(link) ||
	    (world->schedule != NULL && link->due == 0))
		return false;
	flight.card = link->hand->cards[link->hand->next];
	if (world->schedule != NULL)
		flight.intended_ns =
		    world->start_ns +
		    schedule_time(world->schedule, link->hand->slots[link->hand->next]);
	if (!submit(link, &flight, now_ns))
		return false;
	link->hand->next++;
	link->played++;
	link->due -= world->schedule != NULL;
	counts->sent++;
	counts->late += now_ns - flight.intended_ns > RUN_LATE_NS;
	link->shard->sent_bytes += deck_ballot(world->deck, flight.card).size;
	return true;
}

void
link_send(struct link *link, uint64_t now_ns, bool fresh)
{
	unsigned window = link->world->window;

	if (link->state != LINK_READY)
		return;
	while (link->sent.count < window && submit_again(link, now_ns))
		continue;
	while (fresh && link->sent.count < window && submit_next(link, now_ns))
		continue;
	flush(link, now_ns);
}

size_t
link_owed(const struct link *link)
{
	return link->sent.count + link->again.count;
}

static void
ring_write_off(const struct link_ring *ring, uint64_t end_ns, struct histogram *waits)
{
	for (size_t i = 0; i < ring->count; i++)
		histogram_record(
		    waits,
		    end_ns - ring->flights[(ring->first + i) % window_requests].intended_ns);
}

void
link_write_off(const struct link *link, uint64_t end_ns, struct histogram *waits)
{
	const struct link_world *world = link->world;
	size_t left = link->quota - link->played;

	ring_write_off(&link->sent, end_ns, waits);
	ring_write_off(&link->again, end_ns, waits);
	for (size_t i = link->hand->next; world->schedule != NULL && left > 0; i++, left--) {
		uint64_t due_ns =
		    world->start_ns + schedule_time(world->schedule, link->hand->slots[i]);

		if (due_ns > end_ns)
			return;
		histogram_record(waits, end_ns - due_ns);
	}
}
