#include "shell/metrics_door.h"

#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "shell/disk.h"
#include "shell/listener.h"
#include "shell/porter.h"

struct metrics_door {
	uint16_t port;
	const struct metrics *metrics;
	struct porter *porter;
	uint8_t text[METRICS_TEXT_MAX]; /* the porter's thread's */
};

static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const char *type, struct bytes text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    text.size, (void *)(uintptr_t)text.data, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	result = MHD_add_response_header(response, "Content-Type", type);
	if (result == MHD_YES)
		result = MHD_add_response_header(response, "Cache-Control", "no-store");
	if (result == MHD_YES && status == MHD_HTTP_METHOD_NOT_ALLOWED)
		result = MHD_add_response_header(response, "Allow", "GET, HEAD");
	if (result == MHD_YES)
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
answer(void *context, struct MHD_Connection *connection, const char *path, const char *method,
       const char *version, const char *body, size_t *body_size, void **request)
{
	static const char plain[] = "text/plain; charset=utf-8";
	struct metrics_door *door = context;
	struct writer writer = writer_make(door->text, sizeof door->text);

	(void)version;
	(void)body;
	(void)body_size;
	(void)request;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return reply(connection, MHD_HTTP_METHOD_NOT_ALLOWED, plain,
			     BYTES_OF("only GET and HEAD\n"));
	if (strcmp(path, "/metrics") != 0)
		return reply(connection, MHD_HTTP_NOT_FOUND, plain, BYTES_OF("not found\n"));
	metrics_write(door->metrics, &writer);
	return reply(connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
		     writer_view(&writer));
}

static int
listen_at(struct metrics_door *door, const struct sockaddr *address, unsigned request_ms)
{
	int listener = listener_open_at(address, metrics_connections_max, &door->port);

	if (listener < 0)
		return DISK_FAILED;
	door->porter = porter_start(&(struct porter_options){
	    .what = "metrics",
	    .listener = listener,
	    .connections_max = metrics_connections_max,
	    .request_ms = request_ms,
	    .answer = answer,
	    .context = door,
	});
	return door->porter == NULL ? DISK_FAILED : DISK_OK;
}

struct metrics_door *
metrics_door_start(const struct sockaddr *address, const struct metrics *metrics,
		   unsigned request_ms)
{
	struct metrics_door *door = calloc(1, sizeof *door);

	if (door == NULL) {
		(void)disk_fail_errno("find memory for", "metrics");
		return NULL;
	}
	door->metrics = metrics;
	if (listen_at(door, address, request_ms) == DISK_OK)
		return door;
	free(door);
	return NULL;
}

uint16_t
metrics_door_port(const struct metrics_door *door)
{
	return door->port;
}

void
metrics_door_stop(struct metrics_door *door)
{
	if (door == NULL)
		return;
	porter_stop(door->porter);
	free(door);
}
