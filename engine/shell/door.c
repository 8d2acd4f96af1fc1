#include "shell/door.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "limits.h"
#include "shell/clock.h"
#include "shell/line.h"
#include "shell/listener.h"
#include "shell/receipts.h"
#include "shell/reply.h"
#include "shell/visits.h"

enum {
	LATE_EVERY_MS = 500
};

struct door {
	uint16_t port;
	uint64_t request_ms;
	int public_fd;
	int wake_fd;
	atomic_bool stopping;

	/* The thread's own. */
	struct MHD_Daemon *daemon;
	pthread_t thread;
	struct visits visits;
	struct visit *visits_list;
	bool place_freed; /* in the last turn */
	struct receipts receipts;
	bool warned; /* of receipts that cannot be made */
	uint64_t looked_ms;

	pthread_mutex_t lock; /* of what follows */
	char trouble[256];    /* empty: none */
	const char *refusal;
};

/* answers */

/* Whether all is well, and how to say it. */
static enum MHD_Result
reply_state(struct door *door, struct MHD_Connection *connection, bool ready)
{
	char text[sizeof door->trouble + 1];
	const char *why;

	CHECK(pthread_mutex_lock(&door->lock) == 0);
	why = door->trouble;
	if (why[0] == '\0')
		why = ready && door->refusal != NULL ? door->refusal : "ok";
	snprintf(text, sizeof text, "%s\n", why);
	CHECK(pthread_mutex_unlock(&door->lock) == 0);
	return reply_text(
	    connection, strcmp(text, "ok\n") == 0 ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
	    text);
}

static enum MHD_Result
reply_receipt(struct door *door, struct MHD_Connection *connection, uint64_t index)
{
	char text[TALLY_RECEIPT_SIZE_MAX + 1];
	struct writer writer = writer_make(text, sizeof text - 1);
	enum tally_verdict verdict = receipts_published(&door->receipts, index, &writer);

	text[writer.size] = '\0';
	if (verdict == TALLY_ACCEPTED)
		return reply_text(connection, MHD_HTTP_OK, text);
	if (verdict == TALLY_NOT_FOUND)
		return reply_text(connection, MHD_HTTP_NOT_FOUND,
				  "no published checkpoint covers this entry yet\n");
	if (!door->warned)
		line_warn("HTTP: the files of tree/ and public/ do not give valid receipts");
	door->warned = true;
	return reply_text(connection, MHD_HTTP_INTERNAL_SERVER_ERROR,
			  "no valid proof could be made\n");
}

static enum MHD_Result
reply_route(struct door *door, struct MHD_Connection *connection, const char *path)
{
	struct route route;

	route_find(bytes_of_string(path), &route);
	switch (route.kind) {
	case ROUTE_HEALTH:
		return reply_state(door, connection, false);
	case ROUTE_READY:
		return reply_state(door, connection, true);
	case ROUTE_RECEIPT:
		return reply_receipt(door, connection, route.index);
	case ROUTE_FILE:
		return reply_file(connection, door->public_fd, &route);
	case ROUTE_NONE:
		break;
	}
	return reply_text(connection, MHD_HTTP_NOT_FOUND, "not found\n");
}

static bool
announces_body(struct MHD_Connection *connection)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length") !=
		   NULL ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding") !=
		   NULL;
}

/* MHD calls twice: when it has the headers, and when all is read. What is answered the first time
 * ends its connection, and no body is read; what is answered the second time may be followed by
 * another request. */
static enum MHD_Result
answer(void *context, struct MHD_Connection *connection, const char *path, const char *method,
       const char *version, const char *body, size_t *body_size, void **request)
{
	static char second_time;

	(void)version;
	(void)body;
	(void)body_size;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return reply_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
				  "only GET and HEAD\n");
	if (*request == NULL && !announces_body(connection)) {
		*request = &second_time;
		return MHD_YES;
	}
	return reply_route(context, connection, path);
}

/* Paths are compared as they came: "%2f" is no slash and "%00" ends nothing. */
static size_t
leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

/* connections */

static void
on_connection(void *context, struct MHD_Connection *connection, void **visit,
	      enum MHD_ConnectionNotificationCode code)
{
	struct door *door = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*visit = visits_begin(
		    &door->visits,
		    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd,
		    clock_mono_ms());
		CHECK(*visit != NULL);
	} else {
		visits_end(*visit);
		door->place_freed = true;
	}
}

static void
on_answered(void *context, struct MHD_Connection *connection, void **request,
	    enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)request;
	(void)code;
	visits_again(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			 ->socket_context,
		     clock_mono_ms());
}

/* the thread */

static void
wait_turn(const struct door *door)
{
	struct pollfd fds[] = {
	    {.fd = MHD_get_daemon_info(door->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
	     .events = POLLIN},
	    {.fd = door->wake_fd, .events = POLLIN},
	};
	MHD_UNSIGNED_LONG_LONG timeout;

	if (MHD_get_timeout(door->daemon, &timeout) != MHD_YES || timeout > LATE_EVERY_MS)
		timeout = LATE_EVERY_MS;
	/* Where MHD had stopped listening at its limit, it listens again in its next turn. */
	if (door->place_freed)
		timeout = 0;
	(void)poll(fds, 2, (int)timeout); /* whatever it says, MHD looks itself */
}

static void *
door_run(void *context)
{
	struct door *door = context;
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	CHECK(pthread_sigmask(SIG_BLOCK, &pipe, NULL) == 0);
	/* Linux: of this thread alone. Refused, it is a thread like the others. */
	(void)setpriority(PRIO_PROCESS, 0, http_nice);
	while (!atomic_load(&door->stopping)) {
		uint64_t now;

		wait_turn(door);
		door->place_freed = false;
		(void)MHD_run(door->daemon);
		now = clock_mono_ms();
		if (now - door->looked_ms < LATE_EVERY_MS)
			continue;
		door->looked_ms = now;
		visits_end_late(&door->visits, now, door->request_ms);
	}
	return NULL;
}

/* starting and stopping */

static struct MHD_Daemon *
start_daemon(struct door *door, int listener)
{
	return MHD_start_daemon(
	    MHD_USE_EPOLL, 0, NULL, NULL, answer, door, MHD_OPTION_LISTEN_SOCKET, listener,
	    MHD_OPTION_CONNECTION_LIMIT, door->visits.capacity, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)http_silence_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)http_connection_bytes, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, door, MHD_OPTION_NOTIFY_COMPLETED, on_answered, door,
	    MHD_OPTION_END);
}

static int
open_files(struct door *door, const struct door_options *options)
{
	int status = disk_open(options->dir_fd, "public", O_PATH | O_DIRECTORY | O_NOFOLLOW, 0,
			       &door->public_fd);

	if (status != DISK_OK)
		return status;
	door->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (door->wake_fd < 0)
		return disk_fail_errno("make an event for", "HTTP");
	return DISK_OK;
}

static int
open_door(struct door *door, const struct door_options *options)
{
	int listener;
	int status = open_files(door, options);

	if (status != DISK_OK)
		return status;
	receipts_init(&door->receipts, door->public_fd, options->tree, options->log_key);
	listener = listener_open(options->host, options->port, http_backlog_max, &door->port);
	if (listener < 0)
		return DISK_FAILED;
	door->daemon = start_daemon(door, listener);
	/* Where it failed MHD may have closed the socket, so it is not closed twice here. */
	if (door->daemon == NULL)
		return disk_fail_errno("serve HTTP on", options->host);
	errno = pthread_create(&door->thread, NULL, door_run, door);
	if (errno != 0) {
		MHD_stop_daemon(door->daemon);
		return disk_fail_errno("start", "the thread of HTTP");
	}
	return DISK_OK;
}

static void
door_free(struct door *door)
{
	if (door->wake_fd >= 0)
		close(door->wake_fd);
	if (door->public_fd >= 0)
		close(door->public_fd);
	pthread_mutex_destroy(&door->lock);
	free(door->visits_list);
	free(door);
}

struct door *
door_start(const struct door_options *options)
{
	struct door *door = calloc(1, sizeof *door);

	if (door != NULL)
		door->visits_list = calloc(options->connections_max, sizeof *door->visits_list);
	if (door == NULL || door->visits_list == NULL) {
		(void)disk_fail_errno("find memory for", "HTTP");
		free(door);
		return NULL;
	}
	door->public_fd = -1;
	door->wake_fd = -1;
	door->request_ms = options->request_ms > 0 ? options->request_ms : http_request_ms;
	CHECK(pthread_mutex_init(&door->lock, NULL) == 0);
	visits_init(&door->visits, door->visits_list, options->connections_max);
	door_set(door, "starting", NULL);
	if (open_door(door, options) == DISK_OK)
		return door;
	door_free(door);
	return NULL;
}

uint16_t
door_port(const struct door *door)
{
	return door->port;
}

void
door_set(struct door *door, const char *trouble, const char *refusal)
{
	CHECK(pthread_mutex_lock(&door->lock) == 0);
	snprintf(door->trouble, sizeof door->trouble, "%s", trouble == NULL ? "" : trouble);
	door->refusal = refusal;
	CHECK(pthread_mutex_unlock(&door->lock) == 0);
}

void
door_stop(struct door *door)
{
	const uint64_t one = 1;

	if (door == NULL)
		return;
	atomic_store(&door->stopping, true);
	CHECK(write(door->wake_fd, &one, sizeof one) == sizeof one);
	CHECK(pthread_join(door->thread, NULL) == 0);
	MHD_stop_daemon(door->daemon);
	door_free(door);
}
