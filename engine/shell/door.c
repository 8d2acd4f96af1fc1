#include "shell/door.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "limits.h"
#include "shell/line.h"
#include "shell/listener.h"
#include "shell/porter.h"
#include "shell/receipts.h"
#include "shell/reply.h"

struct door {
	uint16_t port;
	int public_fd;
	struct porter *porter;

	/* The porter's thread's. */
	struct receipts receipts;
	bool warned; /* of receipts that cannot be made */

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

/* starting and stopping */

static int
open_door(struct door *door, const struct door_options *options)
{
	int listener;
	int status = disk_open(options->dir_fd, "public", O_PATH | O_DIRECTORY | O_NOFOLLOW, 0,
			       &door->public_fd);

	if (status != DISK_OK)
		return status;
	receipts_init(&door->receipts, door->public_fd, options->tree, options->log_key);
	listener = listener_open(options->host, options->port, http_backlog_max, &door->port);
	if (listener < 0)
		return DISK_FAILED;
	door->porter = porter_start(&(struct porter_options){
	    .what = "HTTP",
	    .listener = listener,
	    .connections_max = options->connections_max,
	    .request_ms = options->request_ms,
	    .niceness = nice_last,
	    .answer = answer,
	    .context = door,
	});
	return door->porter == NULL ? DISK_FAILED : DISK_OK;
}

static void
door_free(struct door *door)
{
	if (door->public_fd >= 0)
		close(door->public_fd);
	pthread_mutex_destroy(&door->lock);
	free(door);
}

struct door *
door_start(const struct door_options *options)
{
	struct door *door = calloc(1, sizeof *door);

	if (door == NULL) {
		(void)disk_fail_errno("find memory for", "HTTP");
		return NULL;
	}
	door->public_fd = -1;
	CHECK(pthread_mutex_init(&door->lock, NULL) == 0);
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
	if (door == NULL)
		return;
	porter_stop(door->porter);
	door_free(door);
}
