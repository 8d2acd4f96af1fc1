#include "bench/tally-bench/load.h"

#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tools/lib/complain.h"

static const uint64_t second_ns = 1000000000;
static volatile sig_atomic_t interrupted;

struct load {
	const struct load_options *options;
	struct run *run;
	struct link_world world;
	struct worker_gate gate;
	struct meter meter;
	struct tally_client_key *keys;
	struct worker *workers;
	unsigned workers_count; /* that were started */
};

static void
note_interruption(int signal)
{
	(void)signal;
	interrupted = 1;
}

void
load_arm(void)
{
	struct sigaction action = {.sa_handler = note_interruption};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static enum tally_exit
resolve(struct link_world *world, const struct peer *peer)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	char port[8];
	int error;

	snprintf(port, sizeof port, "%u", peer->port);
	error = getaddrinfo(peer->host, port, &hints, &found);
	if (error != 0) {
		complain("cannot find %s: %s", peer->host, gai_strerror(error));
		return TALLY_EXIT_WORLD;
	}
	memcpy(&world->address, found->ai_addr, found->ai_addrlen);
	world->address_size = found->ai_addrlen;
	freeaddrinfo(found);
	return TALLY_EXIT_FINE;
}

static void
keys_take(struct load *load)
{
	const struct load_options *options = load->options;

	load->keys = calloc(options->keys_count, sizeof *load->keys);
	CHECK(load->keys != NULL);
	for (size_t i = 0; i < options->keys_count; i++) {
		load->keys[i].id = options->keys[i].key.id;
		memcpy(load->keys[i].secret, options->keys[i].secret,
		       sizeof load->keys[i].secret);
	}
}

/* Ballots that the schedule and --count ask for, and those that are there. */
static void
ballots_queue(struct load *load)
{
	const struct load_options *options = load->options;
	uint64_t wanted = options->count > 0 ? options->count : UINT64_MAX;

	if (options->schedule != NULL && schedule_count(options->schedule) < wanted)
		wanted = schedule_count(options->schedule);
	deck_queue(options->deck, wanted);
	if (options->schedule != NULL && !options->endless)
		load->run->missing = wanted - options->deck->queued;
}

static void
worker_make(struct load *load, unsigned number)
{
	const struct load_options *options = load->options;
	struct worker *worker = &load->workers[number];

	*worker = (struct worker){.world = &load->world,
				  .gate = &load->gate,
				  .number = number,
				  .workers_count = options->threads,
				  .links_count = options->connections / options->threads,
				  .stop_ns = UINT64_MAX,
				  .patience_ns = (uint64_t)(options->patience_s * 1e9)};
	shard_init(&worker->shard);
	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	worker->links = calloc(worker->links_count, sizeof *worker->links);
	worker->dirty = calloc(worker->links_count, sizeof *worker->dirty);
	CHECK(worker->epoll >= 0 && worker->links != NULL && worker->dirty != NULL);
	if (options->schedule != NULL)
		worker->slots_end = options->deck->queued;
	for (unsigned i = 0; i < worker->links_count; i++) {
		struct link *link = &worker->links[i];

		link_init(link, &load->world, &worker->shard, number + i * options->threads,
			  worker->epoll);
		link->key = &load->keys[link->number % options->keys_count];
		link->quota = link->hand->quota;
	}
}

static void
worker_free(struct worker *worker)
{
	for (unsigned i = 0; i < worker->links_count; i++)
		link_free(&worker->links[i]);
	free(worker->links);
	free(worker->dirty);
	close(worker->epoll);
	shard_free(&worker->shard);
}

/* Until that moment, or `what` has come. True if it has. */
static bool
await(struct load *load, bool (*what)(const struct load *load), uint64_t until_ns)
{
	struct worker_gate *gate = &load->gate;
	struct timespec until = {.tv_sec = (time_t)(until_ns / second_ns),
				 .tv_nsec = (long)(until_ns % second_ns)};
	int error = 0;
	bool has_come;

	CHECK(pthread_mutex_lock(&gate->lock) == 0);
	while (error == 0 && !what(load)) {
		error = pthread_cond_timedwait(&gate->changed, &gate->lock, &until);
		CHECK(error == 0 || error == ETIMEDOUT);
	}
	has_come = what(load);
	CHECK(pthread_mutex_unlock(&gate->lock) == 0);
	if (interrupted)
		atomic_store(&gate->stop, true);
	return has_come;
}

static bool
all_have_tried(const struct load *load)
{
	return load->gate.ready + load->gate.failed == load->workers_count;
}

static bool
all_have_ended(const struct load *load)
{
	return load->gate.finished == load->workers_count;
}

/* Before it every thread waits, so what it sets is seen by all. False: not all are connected. */
static bool
start(struct load *load)
{
	const struct load_options *options = load->options;
	struct worker_gate *gate = &load->gate;
	bool all;

	CHECK(pthread_mutex_lock(&gate->lock) == 0);
	all = gate->ready == load->workers_count;
	if (all)
		load->world.start_ns =
		    meter_begin(&load->meter, &load->world, load->workers, load->workers_count);
	for (unsigned i = 0; i < load->workers_count && all; i++)
		if (options->schedule == NULL && options->seconds > 0)
			load->workers[i].stop_ns =
			    load->world.start_ns + (uint64_t)(options->seconds * 1e9);
	gate->started = all;
	gate->given_up = !all;
	CHECK(pthread_cond_broadcast(&gate->changed) == 0);
	CHECK(pthread_mutex_unlock(&gate->lock) == 0);
	return all;
}

static void
progress(const struct load *load, bool end)
{
	const struct run *run = load->run;
	const struct run_sample *last = run->samples + run->samples_count;

	if (!isatty(STDERR_FILENO) || run->samples_count == 0)
		return;
	last--;
	if (end)
		fprintf(stderr, "\r%70s\r", "");
	else
		fprintf(stderr, "\r%4.0f s  %8.0f/s offered %8.0f/s answered  p99 %.1f ms  ",
			(double)(last->at_ns + last->length_ns) / 1e9,
			(double)last->offered * 1e9 / (double)last->length_ns, run_rate(last),
			(double)last->latency.p99_ns / 1e6);
}

static void
measure(struct load *load)
{
	uint64_t end_ns = load->world.start_ns;

	for (uint64_t at_ns = load->world.start_ns + second_ns;
	     !await(load, all_have_ended, at_ns);) {
		uint64_t now_ns = worker_now();

		if (now_ns < at_ns) /* interrupted */
			continue;
		meter_sample(&load->meter, now_ns);
		progress(load, false);
		at_ns = now_ns + second_ns - (now_ns - load->world.start_ns) % second_ns;
	}
	progress(load, true);
	for (unsigned i = 0; i < load->workers_count; i++)
		if (load->workers[i].end_ns > end_ns)
			end_ns = load->workers[i].end_ns;
	meter_end(&load->meter, end_ns);
}

static void
kinds_take(struct load *load)
{
	struct run *run = load->run;

	if (!load->options->deck->foretold)
		return;
	run->kinds_count = KINDS_COUNT;
	for (int kind = 0; kind < KINDS_COUNT; kind++) {
		run->kinds[kind].name = kind_name((enum kind)kind);
		run->kinds[kind].verdict = (uint16_t)kind_verdict((enum kind)kind);
		for (unsigned i = 0; i < load->workers_count; i++) {
			const struct shard *shard = &load->workers[i].shard;

			run->kinds[kind].answered += shard->answered[kind];
			run->kinds[kind].surprises += shard->surprised[kind];
		}
	}
}

static void
surprises_take(struct run *run, const struct deck *deck, const struct shard *shard)
{
	for (size_t i = 0; i < shard->surprises_count && run->surprises_count < RUN_KINDS_MAX;
	     i++) {
		const struct shard_surprise *from = &shard->surprises[i];
		enum kind kind = deck_kind(from->card);

		run->surprises[run->surprises_count++] =
		    (struct run_surprise){.place = deck_place(deck, from->card),
					  .kind = kind_name(kind),
					  .foretold = (uint16_t)kind_verdict(kind),
					  .verdict = from->verdict};
	}
}

static bool
gave_up(const struct load *load)
{
	for (unsigned i = 0; i < load->workers_count; i++)
		if (load->workers[i].gave_up)
			return true;
	return false;
}

static enum tally_exit
judge(struct load *load)
{
	struct run *run = load->run;

	kinds_take(load);
	for (unsigned i = 0; i < load->workers_count; i++) {
		surprises_take(run, load->options->deck, &load->workers[i].shard);
		run->ballot_bytes += load->workers[i].shard.sent_bytes;
		run->unanswered += worker_owed(&load->workers[i]);
	}
	run->interrupted = interrupted != 0;
	if (run->interrupted)
		return TALLY_EXIT_INTERRUPTED;
	if (gave_up(load)) {
		complain("given up: %llu ballots have no answer, %llu are left that no "
			 "connection took",
			 (unsigned long long)run->unanswered,
			 (unsigned long long)(run->open ? run->total.behind
							: load->options->deck->queued -
							      run->total.sent));
		return TALLY_EXIT_WORLD;
	}
	return run->total.surprises > 0 ? TALLY_EXIT_FAILED : TALLY_EXIT_FINE;
}

static void
workers_begin(struct load *load)
{
	load->workers_count = load->options->threads;
	load->workers = calloc(load->workers_count, sizeof *load->workers);
	CHECK(load->workers != NULL);
	for (unsigned i = 0; i < load->workers_count; i++)
		worker_make(load, i);
	for (unsigned i = 0; i < load->workers_count; i++)
		CHECK(pthread_create(&load->workers[i].thread, NULL, worker_run,
				     &load->workers[i]) == 0);
}

/* What it is that there was no start. */
static enum tally_exit
unready(const struct load *load)
{
	if (interrupted)
		return TALLY_EXIT_INTERRUPTED;
	complain("not all connections became ready");
	return load->gate.refused ? TALLY_EXIT_USAGE : TALLY_EXIT_WORLD;
}

static enum tally_exit
sit(struct load *load)
{
	enum tally_exit code;
	bool started;

	workers_begin(load);
	while (!await(load, all_have_tried, worker_now() + second_ns / 10))
		continue;
	started = start(load);
	if (started)
		measure(load);
	for (unsigned i = 0; i < load->workers_count; i++)
		CHECK(pthread_join(load->workers[i].thread, NULL) == 0);
	code = started ? judge(load) : unready(load);
	for (unsigned i = 0; i < load->workers_count; i++)
		worker_free(&load->workers[i]);
	free(load->workers);
	return code;
}

static void
gate_init(struct worker_gate *gate)
{
	pthread_condattr_t monotonic;

	CHECK(pthread_condattr_init(&monotonic) == 0);
	CHECK(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	CHECK(pthread_mutex_init(&gate->lock, NULL) == 0);
	CHECK(pthread_cond_init(&gate->changed, &monotonic) == 0);
	pthread_condattr_destroy(&monotonic);
}

static void
run_describe(struct load *load)
{
	const struct load_options *options = load->options;
	struct run *run = load->run;

	run->connections = options->connections;
	run->threads = options->threads;
	run->window = options->window;
	run->open = options->schedule != NULL;
	if (run->open)
		run->offered_rate = (double)schedule_count(options->schedule) /
				    schedule_length_s(options->schedule);
}

enum tally_exit
load_run_once(const struct load_options *options, struct run *run)
{
	struct load load = {.options = options,
			    .run = run,
			    .world = {.peer = options->peer,
				      .deck = options->deck,
				      .schedule = options->schedule,
				      .links_count = options->connections,
				      .window = options->window,
				      .resend = options->resend}};
	enum tally_exit code = resolve(&load.world, options->peer);

	CHECK(options->connections % options->threads == 0);
	CHECK(options->connections == options->deck->hands_count);
	_Static_assert(LOAD_CONNECTIONS_MAX <= UINT16_MAX, "deck.seats");
	run_describe(&load);
	if (code == TALLY_EXIT_FINE)
		code = meter_init(&load.meter, &options->sources, run);
	if (code == TALLY_EXIT_FINE) {
		gate_init(&load.gate);
		keys_take(&load);
		ballots_queue(&load);
		code = sit(&load);
		explicit_bzero(load.keys, options->keys_count * sizeof *load.keys);
		free(load.keys);
		pthread_cond_destroy(&load.gate.changed);
		pthread_mutex_destroy(&load.gate.lock);
	}
	meter_free(&load.meter);
	return code;
}
