#include "bench/tally-bench/worker.h"

#include <errno.h>
#include <sys/epoll.h>

#include "bench/tally-bench/turns.h"
#include "tools/lib/ticks.h"

enum {
	events_max = 64,
};

static const uint64_t quantum_ns = 200000;
static const uint64_t tick_every_ns = 10000000;
static const uint64_t greeting_ns = UINT64_C(15000000000);

uint64_t
worker_now(void)
{
	return ticks_ns(CLOCK_MONOTONIC);
}

static void
soil(struct worker *worker, struct link *link)
{
	if (link->dirty)
		return;
	link->dirty = true;
	worker->dirty[worker->dirty_count++] = link;
}

/* The next slot that is one of its links'. False: there is none. */
static bool
has_slot(struct worker *worker)
{
	const uint16_t *queue = worker->world->deck->queue;

	while (worker->slot < worker->slots_end &&
	       queue[worker->slot] % worker->workers_count != worker->number)
		worker->slot++;
	return worker->slot < worker->slots_end;
}

/* Ballots whose time has come are their links' now. */
static void
come_due(struct worker *worker, uint64_t now_ns)
{
	const struct link_world *world = worker->world;

	while (has_slot(worker) &&
	       world->start_ns + schedule_time(world->schedule, worker->slot) <= now_ns) {
		unsigned number = world->deck->queue[worker->slot++];
		struct link *link = &worker->links[number / worker->workers_count];

		link->due++;
		soil(worker, link);
	}
}

static void
tick(struct worker *worker, uint64_t now_ns)
{
	if (now_ns < worker->tick_ns)
		return;
	worker->tick_ns = now_ns + tick_every_ns;
	for (unsigned i = 0; i < worker->links_count; i++) {
		struct link *link = &worker->links[i];

		link_tick(link, now_ns);
		if (link->again.count > 0)
			soil(worker, link);
	}
}

static void
send_all(struct worker *worker, uint64_t now_ns)
{
	bool fresh = now_ns < worker->stop_ns &&
		     !atomic_load_explicit(&worker->gate->stop, memory_order_relaxed);

	for (unsigned i = 0; i < worker->dirty_count; i++) {
		worker->dirty[i]->dirty = false;
		link_send(worker->dirty[i], now_ns, fresh);
	}
	worker->dirty_count = 0;
}

/* Until an event or that moment. */
static int
wait_until(struct worker *worker, uint64_t until_ns, struct epoll_event *events)
{
	uint64_t now_ns = worker_now();
	uint64_t left = until_ns > now_ns ? until_ns - now_ns : 0;
	struct timespec timeout = {.tv_sec = (time_t)(left / 1000000000),
				   .tv_nsec = (long)(left % 1000000000)};
	int count = epoll_pwait2(worker->epoll, events, events_max, &timeout, NULL);

	if (count < 0 && errno == ENOSYS) /* before Linux 5.11, under valgrind */
		count = epoll_wait(worker->epoll, events, events_max,
				   (int)((left + 999999) / 1000000));
	CHECK(count >= 0 || errno == EINTR);
	return count > 0 ? count : 0;
}

/* Answers first, then what they make room for. */
static void
turn(struct worker *worker, uint64_t until_ns)
{
	struct epoll_event events[events_max];
	int count = wait_until(worker, until_ns, events);
	uint64_t now_ns = worker_now(), answered;

	CHECK(pthread_mutex_lock(&worker->shard.lock) == 0);
	worker->woken_ns = now_ns;
	answered = shard_counts(&worker->shard)->answered;
	for (int i = 0; i < count; i++) {
		link_event(events[i].data.ptr, events[i].events, now_ns);
		soil(worker, events[i].data.ptr);
	}
	if (shard_counts(&worker->shard)->answered != answered)
		worker->heard_ns = now_ns;
	if (worker->gate->started && worker->world->schedule != NULL)
		come_due(worker, now_ns);
	tick(worker, now_ns);
	if (worker->gate->started)
		send_all(worker, now_ns);
	CHECK(pthread_mutex_unlock(&worker->shard.lock) == 0);
}

uint64_t
worker_owed(const struct worker *worker)
{
	uint64_t owed = 0;

	for (unsigned i = 0; i < worker->links_count; i++)
		owed += link_owed(&worker->links[i]);
	return owed;
}

/* Will it send no new ballot any more? */
static bool
is_played_out(const struct worker *worker, uint64_t now_ns)
{
	if (now_ns >= worker->stop_ns || atomic_load(&worker->gate->stop))
		return true;
	for (unsigned i = 0; i < worker->links_count; i++) {
		const struct link *link = &worker->links[i];

		if (!link_played_out(link) &&
		    (worker->world->schedule == NULL || link->due > 0 ||
		     worker->slot < worker->slots_end))
			return false;
	}
	return true;
}

/* Has a ballot's time come that went nowhere, because its link is not ready? */
static bool
is_held_up(const struct worker *worker)
{
	for (unsigned i = 0; i < worker->links_count; i++) {
		const struct link *link = &worker->links[i];

		if (!link_played_out(link) &&
		    (worker->world->schedule == NULL || link->due > 0))
			return true;
	}
	return false;
}

/* Asked at every tick. */
static bool
is_finished(struct worker *worker)
{
	uint64_t owed = worker_owed(worker);

	if (owed == 0 && is_played_out(worker, worker->woken_ns))
		return true;
	if (owed == 0 && !is_held_up(worker))
		worker->heard_ns = worker->woken_ns;
	worker->gave_up = worker->woken_ns > worker->heard_ns + worker->patience_ns;
	return worker->gave_up;
}

/* When it has to be awake again, whatever happens. */
static uint64_t
next_ns(struct worker *worker)
{
	const struct link_world *world = worker->world;
	uint64_t until = worker->tick_ns;

	if (world->schedule != NULL && has_slot(worker)) {
		uint64_t due = world->start_ns + schedule_time(world->schedule, worker->slot);

		if (due < worker->woken_ns + quantum_ns)
			due = worker->woken_ns + quantum_ns;
		if (due < until)
			until = due;
	}
	return until;
}

static bool
all_ready(const struct worker *worker)
{
	for (unsigned i = 0; i < worker->links_count; i++)
		if (worker->links[i].state != LINK_READY)
			return false;
	return true;
}

static bool
any_refused(const struct worker *worker)
{
	for (unsigned i = 0; i < worker->links_count; i++)
		if (worker->links[i].refused)
			return true;
	return false;
}

/* False: not all links became ready. */
static bool
get_ready(struct worker *worker)
{
	uint64_t begin_ns = worker_now();

	while (!all_ready(worker)) {
		turn(worker, worker->tick_ns);
		if (any_refused(worker) || worker->woken_ns > begin_ns + greeting_ns ||
		    atomic_load(&worker->gate->stop))
			return false;
	}
	return true;
}

/* False: there will be no start. */
static bool
await_start(struct worker *worker)
{
	struct worker_gate *gate = worker->gate;
	bool started;

	CHECK(pthread_mutex_lock(&gate->lock) == 0);
	gate->ready++;
	CHECK(pthread_cond_broadcast(&gate->changed) == 0);
	while (!gate->started && !gate->given_up)
		CHECK(pthread_cond_wait(&gate->changed, &gate->lock) == 0);
	started = gate->started;
	CHECK(pthread_mutex_unlock(&gate->lock) == 0);
	return started;
}

static void
go(struct worker *worker)
{
	uint64_t checked_ns = 0;

	worker->heard_ns = worker->woken_ns = worker->world->start_ns;
	for (unsigned i = 0; i < worker->links_count; i++)
		soil(worker, &worker->links[i]);
	turn(worker, 0);
	for (;;) {
		turn(worker, next_ns(worker));
		if (checked_ns == worker->tick_ns)
			continue;
		checked_ns = worker->tick_ns;
		if (is_finished(worker))
			return;
	}
}

void *
worker_run(void *context)
{
	struct worker *worker = context;
	struct worker_gate *gate = worker->gate;
	bool ready;

	turns_short();
	ready = get_ready(worker);
	if (ready && await_start(worker))
		go(worker);
	worker->end_ns = worker->gave_up ? worker->woken_ns : worker->heard_ns;
	CHECK(pthread_mutex_lock(&gate->lock) == 0);
	gate->failed += !ready;
	gate->refused |= !ready && any_refused(worker);
	gate->finished++;
	CHECK(pthread_cond_broadcast(&gate->changed) == 0);
	CHECK(pthread_mutex_unlock(&gate->lock) == 0);
	return NULL;
}
