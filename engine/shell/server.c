#include "shell/server.h"

#include "shell/address.h"
#include "shell/clients.h"
#include "shell/clock.h"
#include "shell/descriptors.h"
#include "shell/door.h"
#include "shell/line.h"
#include "shell/metrics_door.h"
#include "base/text.h"
#include "tally/status.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What /healthz and /readyz say. */
static void
tell_door(struct server *server)
{
	const struct station *station = server->start.station;

	door_set(server->door, station_trouble(station), station_refusal(station));
}

static void
on_tick(uv_timer_t *timer)
{
	struct server *server = timer->data;
	struct station_event event = {.kind = STATION_TICK};

	server_step(server, &event);
	metrics_gauge(&server->metrics, server->start.station);
	if (!server->stopping)
		tell_door(server);
}

static void
on_signal(uv_signal_t *signal, int number)
{
	struct server *server = signal->data;
	struct station_event event = {.kind = STATION_STOP};

	(void)number;
	if (server->stopping)
		return;
	server->stopping = true;
	line_say("stopping: what was received is decided and answered first");
	door_set(server->door, "stopping", NULL);
	signer_hurry(server->signer);
	uv_close((uv_handle_t *)&server->listener, NULL);
	server_step(server, &event);
}

static void
before_look(uv_prepare_t *before)
{
	struct server *server = before->data;

	server_act(server);
	pace_keep(&server->pace, station_waiting(server->start.station));
}

static void
behind_look(uv_check_t *behind)
{
	server_act(behind->data);
}

/* What the options name, looked at before anything else is touched. */
struct doors {
	struct sockaddr_storage listen;
	struct address http;
	struct sockaddr_storage metrics;
};

/* An address that does not leave this machine, or one that --plain allows. */
static int
find_own(const char *option, const char *text, bool plain, const char *why,
	 struct sockaddr_storage *out)
{
	struct address address;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found;
	char port[8];
	int status;

	if (!address_parse(text, &address)) {
		line_warn("%s %s: expected HOST:PORT", option, text);
		return TALLY_EXIT_USAGE;
	}
	snprintf(port, sizeof port, "%u", (unsigned)address.port);
	status = getaddrinfo(address.host, port, &hints, &found);
	if (status != 0) {
		line_warn("%s %s: %s", option, text, gai_strerror(status));
		return TALLY_EXIT_USAGE;
	}
	memcpy(out, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	if (plain || address_is_loopback((const struct sockaddr *)out))
		return TALLY_EXIT_FINE;
	line_warn("%s %s: beyond loopback %s, or say --plain", option, text, why);
	return TALLY_EXIT_USAGE;
}

static int
find_doors(const struct server_options *options, struct doors *doors)
{
	int code = find_own("--listen", options->listen, options->plain,
			    "ballots would travel without TLS; put a TLS proxy before tallyd",
			    &doors->listen);

	if (code == TALLY_EXIT_FINE && !address_parse(options->http, &doors->http)) {
		line_warn("--http %s: expected HOST:PORT", options->http);
		return TALLY_EXIT_USAGE;
	}
	if (code == TALLY_EXIT_FINE && options->metrics != NULL)
		code =
		    find_own("--metrics", options->metrics, options->plain,
			     "others could see when each ballot comes; ask from this machine",
			     &doors->metrics);
	return code;
}

static int
open_listen(struct server *server, const struct sockaddr_storage *address, const char *text)
{
	struct sockaddr_storage bound;
	int size = sizeof bound;
	int status;

	CHECK(uv_tcp_init(&server->loop, &server->listener) == 0);
	server->listener.data = server;
	status = uv_tcp_bind(&server->listener, (const struct sockaddr *)address, 0);
	if (status == 0)
		status =
		    uv_listen((uv_stream_t *)&server->listener, 1024, clients_on_connection);
	if (status == 0)
		status =
		    uv_tcp_getsockname(&server->listener, (struct sockaddr *)&bound, &size);
	if (status != 0) {
		line_warn("listening at %s: %s", text, uv_strerror(status));
		return TALLY_EXIT_WORLD;
	}
	server->port = address_port((struct sockaddr *)&bound);
	return 0;
}

static int
open_door(struct server *server, const struct address *address)
{
	const struct start *start = &server->start;

	server->door = door_start(&(struct door_options){
	    .host = address->host,
	    .port = address->port,
	    .dir_fd = start->dir_fd,
	    .tree = start->tree,
	    .log_key = &start->manifest->log_key,
	    .connections_max = server->http_connections,
	});
	if (server->door == NULL) {
		line_warn("%s", disk_error());
		return TALLY_EXIT_WORLD;
	}
	return 0;
}

static int
open_metrics(struct server *server, const struct sockaddr_storage *address)
{
	server->metrics_door =
	    metrics_door_start((const struct sockaddr *)address, &server->metrics, 0);
	if (server->metrics_door == NULL) {
		line_warn("%s", disk_error());
		return TALLY_EXIT_WORLD;
	}
	line_say("metrics at port %u", metrics_door_port(server->metrics_door));
	return 0;
}

static int
make_loop(struct server *server)
{
	if (uv_loop_init(&server->loop) != 0 ||
	    uv_timer_init(&server->loop, &server->ticker) != 0 ||
	    uv_timer_init(&server->loop, &server->goodbye) != 0 ||
	    uv_prepare_init(&server->loop, &server->before) != 0 ||
	    uv_check_init(&server->loop, &server->behind) != 0 ||
	    uv_signal_init(&server->loop, &server->on_term) != 0 ||
	    uv_signal_init(&server->loop, &server->on_int) != 0) {
		line_warn("making the event loop failed");
		return TALLY_EXIT_WORLD;
	}
	server->loop_made = true;
	server->ticker.data = server;
	server->goodbye.data = server;
	server->before.data = server;
	server->behind.data = server;
	server->on_term.data = server;
	server->on_int.data = server;
	for (unsigned i = 0; i < connections_max; i++) {
		server->clients[i].server = server;
		server->clients[i].number = i;
	}
	return 0;
}

static void
say_ready(const struct server *server)
{
	const struct law *law = station_law(server->start.station);
	char text[32];
	struct writer writer = writer_make(text, sizeof text - 1);
	const enum verifier_path path = server->start.keyring.verifier.path;
	const char *sums = verifier_path_sums(path);

	text_time_write(&writer, law->closes);
	text[writer.size] = '\0';
	line_say("ready: %s, %llu entries; ballots at port %u, http at port %u; closes %s; "
		 "signatures by %s%s%s",
		 server->start.manifest->origin,
		 (unsigned long long)station_size(server->start.station), server->port,
		 door_port(server->door), text, verifier_path_name(path),
		 *sums != '\0' ? ", sums by " : "", sums);
}

/* Whoever called may have held them back until now (rehearsal.c). */
static void
let_signals_in(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	CHECK(pthread_sigmask(SIG_UNBLOCK, &set, NULL) == 0);
}

/* The first tick comes before the first connection: after downtime across the closing time CLOSE
 * stands before any ballot. */
static int
serve(struct server *server, const struct doors *doors, const struct server_options *options)
{
	struct station_event tick = {.kind = STATION_TICK};
	int code = make_loop(server);

	if (code == 0)
		code = chores_start(server);
	if (code == 0)
		code = open_door(server, &doors->http);
	if (code != 0)
		return code;
	server_step(server, &tick);
	code = open_listen(server, &doors->listen, options->listen);
	if (code != 0)
		return code;
	tell_door(server);
	metrics_gauge(&server->metrics, server->start.station);
	if (options->metrics != NULL)
		code = open_metrics(server, &doors->metrics);
	if (code != 0)
		return code;
	CHECK(uv_prepare_start(&server->before, before_look) == 0);
	CHECK(uv_check_start(&server->behind, behind_look) == 0);
	CHECK(uv_timer_start(&server->ticker, on_tick, tick_ms, tick_ms) == 0);
	if (uv_signal_start(&server->on_term, on_signal, SIGTERM) != 0 ||
	    uv_signal_start(&server->on_int, on_signal, SIGINT) != 0) {
		line_warn("listening for SIGTERM and SIGINT failed");
		return TALLY_EXIT_WORLD;
	}
	let_signals_in();
	say_ready(server);
	if (options->ready != NULL)
		options->ready(options->context, server->port, door_port(server->door));
	uv_run(&server->loop, UV_RUN_DEFAULT);
	return TALLY_EXIT_FINE;
}

/* Closes what is open in the loop, but for the mailbox, and waits for the workers: a receipt may
 * still be in the making, from a tree that is about to be closed. */
static void
close_one(uv_handle_t *handle, void *context)
{
	struct server *server = context;

	if (handle == (uv_handle_t *)&server->wake || uv_is_closing(handle))
		return;
	for (unsigned i = 0; i < connections_max; i++)
		if (handle == (uv_handle_t *)&server->clients[i].tcp) {
			clients_close(&server->clients[i]);
			return;
		}
	uv_close(handle, NULL);
}

static void
drain_loop(struct server *server)
{
	uv_walk(&server->loop, close_one, server);
	if (server->wake.data != NULL)
		uv_unref((uv_handle_t *)&server->wake);
	uv_run(&server->loop, UV_RUN_DEFAULT);
}

/* After the last thread that could wake it. */
static void
close_loop(struct server *server)
{
	if (server->wake.data != NULL)
		uv_close((uv_handle_t *)&server->wake, NULL);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	CHECK(uv_loop_close(&server->loop) == 0);
}

static void
say_verdicts(const struct server *server)
{
	const uint64_t *verdicts = station_verdicts(server->start.station);

	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		if (verdicts[i] > 0)
			line_say("answered %s: %llu", tally_verdict_text(i)->name,
				 (unsigned long long)verdicts[i]);
}

static void
say_stopped(const struct server *server)
{
	say_verdicts(server);
	line_say("stopped with %llu entries",
		 (unsigned long long)station_durable(server->start.station));
}

static void
end(struct server *server)
{
	if (server->loop_made)
		drain_loop(server);
	chores_stop(server);
	metrics_door_stop(server->metrics_door);
	door_stop(server->door);
	start_end(&server->start);
	outlook_close(&server->outlook);
	if (server->loop_made)
		close_loop(server);
	free(server);
}

int
server_run(const struct server_options *options)
{
	struct server *server;
	struct doors doors;
	char threads[16];
	enum verifier_path path;
	unsigned http_connections;
	int code = find_doors(options, &doors);

	if (code != TALLY_EXIT_FINE)
		return code;
	http_connections = descriptors_raise();
	if (http_connections == 0)
		return TALLY_EXIT_WORLD;
	server = calloc(1, sizeof *server);
	if (server == NULL)
		return TALLY_EXIT_WORLD;
	server->http_connections = http_connections;
	server->pace.workers_count = options->workers_count;
	snprintf(threads, sizeof threads, "%u", options->workers_count + 1);
	setenv("UV_THREADPOOL_SIZE", threads, 1);
	signal(SIGPIPE, SIG_IGN);
	code = start_run(&server->start,
			 &(struct start_options){.data = options->data,
						 .workers_count = options->workers_count,
						 .verify = options->verify,
						 .rehearsal = options->rehearsal,
						 .published = chores_published,
						 .context = server});
	path = server->start.keyring.verifier.path;
	metrics_init(&server->metrics, verifier_path_name(path), verifier_path_sums(path),
		     clock_wall_ms());
	if (code == 0)
		code = serve(server, &doors, options);
	if (code == 0)
		say_stopped(server);
	end(server);
	return code;
}
