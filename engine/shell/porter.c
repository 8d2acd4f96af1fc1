#include "shell/porter.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "limits.h"
#include "shell/clock.h"
#include "shell/disk.h"
#include "shell/turn.h"
#include "shell/visits.h"

enum {
	LATE_EVERY_MS = 500
};

struct porter {
	uint64_t request_ms;
	int niceness;
	int wake_fd;
	atomic_bool stopping;
	pthread_t thread;

	/* The thread's own. */
	struct MHD_Daemon *daemon;
	struct visits visits;
	bool place_freed; /* in the last turn */
	uint64_t looked_ms;
	struct visit list[];
};

static size_t
leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **visit,
	      enum MHD_ConnectionNotificationCode code)
{
	struct porter *porter = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*visit = visits_begin(
		    &porter->visits,
		    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd,
		    clock_mono_ms());
		CHECK(*visit != NULL);
	} else {
		visits_end(*visit);
		porter->place_freed = true;
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

static void
wait_turn(const struct porter *porter)
{
	struct pollfd fds[] = {
	    {.fd = MHD_get_daemon_info(porter->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
	     .events = POLLIN},
	    {.fd = porter->wake_fd, .events = POLLIN},
	};
	MHD_UNSIGNED_LONG_LONG timeout;

	if (MHD_get_timeout(porter->daemon, &timeout) != MHD_YES || timeout > LATE_EVERY_MS)
		timeout = LATE_EVERY_MS;
	/* Where MHD had stopped listening at its limit, it listens again in its next turn. */
	if (porter->place_freed)
		timeout = 0;
	(void)poll(fds, 2, (int)timeout); /* whatever it says, MHD looks itself */
}

static void *
porter_run(void *context)
{
	struct porter *porter = context;
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	CHECK(pthread_sigmask(SIG_BLOCK, &pipe, NULL) == 0);
	turn_late(porter->niceness);
	while (!atomic_load(&porter->stopping)) {
		uint64_t now;

		wait_turn(porter);
		porter->place_freed = false;
		(void)MHD_run(porter->daemon);
		now = clock_mono_ms();
		if (now - porter->looked_ms < LATE_EVERY_MS)
			continue;
		porter->looked_ms = now;
		visits_end_late(&porter->visits, now, porter->request_ms);
	}
	return NULL;
}

static struct MHD_Daemon *
start_daemon(struct porter *porter, const struct porter_options *options)
{
	return MHD_start_daemon(
	    MHD_USE_EPOLL, 0, NULL, NULL, options->answer, options->context,
	    MHD_OPTION_LISTEN_SOCKET, options->listener, MHD_OPTION_CONNECTION_LIMIT,
	    options->connections_max, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)http_silence_s,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)http_connection_bytes,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped,
	    NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, porter,
	    MHD_OPTION_NOTIFY_COMPLETED, on_answered, porter, MHD_OPTION_END);
}

/* Where MHD refuses the socket it may have closed it, so it is not closed here. */
static int
start(struct porter *porter, const struct porter_options *options)
{
	porter->daemon = start_daemon(porter, options);
	if (porter->daemon == NULL)
		return disk_fail_errno("serve", options->what);
	errno = pthread_create(&porter->thread, NULL, porter_run, porter);
	if (errno == 0)
		return DISK_OK;
	(void)disk_fail_errno("start the thread of", options->what);
	MHD_stop_daemon(porter->daemon);
	return DISK_FAILED;
}

static struct porter *
make(const struct porter_options *options)
{
	const size_t list_size = options->connections_max * sizeof(struct visit);
	struct porter *porter = calloc(1, sizeof *porter + list_size);

	CHECK(options->listener >= 0);
	if (porter == NULL) {
		(void)disk_fail_errno("find memory for", options->what);
		return NULL;
	}
	porter->request_ms = options->request_ms > 0 ? options->request_ms : http_request_ms;
	porter->niceness = options->niceness;
	visits_init(&porter->visits, porter->list, options->connections_max);
	porter->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (porter->wake_fd >= 0)
		return porter;
	(void)disk_fail_errno("make an event for", options->what);
	free(porter);
	return NULL;
}

struct porter *
porter_start(const struct porter_options *options)
{
	struct porter *porter = make(options);

	if (porter == NULL) {
		close(options->listener);
		return NULL;
	}
	if (start(porter, options) == DISK_OK)
		return porter;
	close(porter->wake_fd);
	free(porter);
	return NULL;
}

void
porter_stop(struct porter *porter)
{
	const uint64_t one = 1;

	if (porter == NULL)
		return;
	atomic_store(&porter->stopping, true);
	CHECK(write(porter->wake_fd, &one, sizeof one) == sizeof one);
	CHECK(pthread_join(porter->thread, NULL) == 0);
	MHD_stop_daemon(porter->daemon);
	close(porter->wake_fd);
	free(porter);
}
