/* chores: the station's effects that need a worker, a thread or the disk; and their way back.
 *
 * Threads other than the loop leave what happened in the mailbox and wake the loop; nothing else
 * of the server is touched by them. A failure that must end the process (L3, L5) ends it where it
 * is noticed: one line, exit code 3, nothing answered. */
#ifndef TALLY_SHELL_CHORES_H
#define TALLY_SHELL_CHORES_H

#include "shell/keeper.h"
#include "shell/metrics.h"
#include "shell/outlook.h"
#include "shell/pace.h"
#include "shell/start.h"

#include <pthread.h>
#include <uv.h>

struct door;
struct metrics_door;
struct server;

enum client_state {
	CLIENT_FREE,
	CLIENT_OPEN,
	CLIENT_CLOSING,
};

struct client {
	enum client_state state;
	struct server *server;
	unsigned number;
	uv_tcp_t tcp;
	uv_write_t write;
	size_t writing;
	size_t sent;
};

/* One uv_work at a time: a parcel, a read, a gathering, or a fetch. */
struct job {
	uv_work_t work;
	struct server *server;
	struct job *next_free;
	uint64_t ns; /* that a worker had it */
	struct parcel *parcel;
	struct station_read *read;
	struct gather *gather;
	uint64_t fetch_index;
	size_t fetched_size;
};

enum {
	JOBS_MAX = reads_max + parcels_max + 2
};

struct mailbox {
	pthread_mutex_t lock;
	bool committed;
	struct committer_done done;
	bool space_changed;
	uint64_t space;
	bool noted;
	size_t note_size;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	bool published;
	bool published_ok;
	uint64_t published_size;
	bool kept;
	bool kept_ok;
};

struct server {
	struct start start;
	uv_loop_t loop;
	bool loop_made;
	uv_tcp_t listener;
	uv_timer_t ticker;
	uv_timer_t goodbye;
	uv_signal_t on_term;
	uv_signal_t on_int;
	uv_prepare_t before; /* the loop looks at its sockets, and perhaps waits */
	uv_check_t behind;   /* it has looked */
	struct pace pace;
	uv_async_t wake;
	unsigned port;
	bool stopping;
	struct door *door;
	unsigned http_connections; /* that there may be */
	struct committer *committer;
	struct signer_thread *signer;
	struct keeper *keeper;
	const struct station_batch *committing;
	struct mailbox mailbox;
	struct metrics metrics;
	struct metrics_door *metrics_door; /* NULL: nobody is shown them */
	uint64_t sign_asked_ns;
	struct outlook outlook; /* the publisher's from EFFECT_PUBLISH to STATION_PUBLISHED */
	struct job jobs[JOBS_MAX];
	struct job *jobs_free;
	struct client clients[connections_max];
	struct client *sent[connections_max];
	size_t sent_count;
	bool heard; /* what has not been acted upon */
	struct station_effects effects;
};

/* Steps the station at the present time and performs what it asks (clients.c). */
void
server_step(struct server *server, struct station_event *event);

/* The first half, for what the loop has found by one look at its sockets and threads: the acts come
 * when all of that was heard, before it waits again. */
void
server_hear(struct server *server, struct station_event *event);

/* The second half, until nothing follows from what has left. */
void
server_act(struct server *server);

/* Starts committer, signer, keeper. 0 or an exit code. */
MUST_USE int
chores_start(struct server *server);

void
chores_perform(struct server *server, const struct station_effect *effect);

/* publisher_done of start_options; context is the server. */
void
chores_published(void *context, int status, const char *why);

void
chores_stop(struct server *server);

#endif
