#include "shell/reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shell/beneath.h"
#include "shell/disk.h"

struct header {
	const char *name;
	const char *value; /* NULL: none */
};

enum {
	HEADERS_MAX = 3,
	ETAG_MAX = 64,
};

static const char no_store[] = "no-store";
static const char text_plain[] = "text/plain; charset=utf-8";

/* Takes `response`, which may be NULL. */
static enum MHD_Result
send_reply(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response,
	   const struct header headers[HEADERS_MAX])
{
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	result = MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (result == MHD_YES)
		result = MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
	for (size_t i = 0; i < HEADERS_MAX && result == MHD_YES; i++)
		if (headers[i].value != NULL)
			result = MHD_add_response_header(response, headers[i].name,
							 headers[i].value);
	if (result == MHD_YES)
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result
reply_text(struct MHD_Connection *connection, unsigned status, const char *text)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);

	return send_reply(
	    connection, status, response,
	    (struct header[HEADERS_MAX]){
		{"Content-Type", text_plain},
		{"Cache-Control", no_store},
		{"Allow", status == MHD_HTTP_METHOD_NOT_ALLOWED ? "GET, HEAD" : NULL},
	    });
}

/* A file that is replaced is another one (inode) of another time. */
static void
etag_write(const struct stat *about, char etag[ETAG_MAX])
{
	snprintf(etag, ETAG_MAX, "\"%" PRIx64 "-%" PRIx64 "-%" PRIx64 ".%lx\"",
		 (uint64_t)about->st_ino, (uint64_t)about->st_size,
		 (uint64_t)about->st_mtim.tv_sec, (unsigned long)about->st_mtim.tv_nsec);
}

/* If-None-Match is `*` or a list of quoted tags. */
static bool
has_it(struct MHD_Connection *connection, const char *etag)
{
	const char *held =
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");

	return held != NULL && (strcmp(held, "*") == 0 || strstr(held, etag) != NULL);
}

static const char *
type_of(enum route_content content)
{
	if (content == ROUTE_TEXT)
		return text_plain;
	return content == ROUTE_JSON ? "application/json" : "application/octet-stream";
}

/* Takes the descriptor. */
static enum MHD_Result
send_file(struct MHD_Connection *connection, int fd, const struct stat *about,
	  const struct route *route)
{
	char etag[ETAG_MAX];
	struct header headers[HEADERS_MAX] = {
	    {"Content-Type", type_of(route->content)},
	    {"Cache-Control",
	     route->changes ? "public, max-age=2" : "public, max-age=31536000, immutable"},
	    {"ETag", route->changes ? etag : NULL},
	};
	struct MHD_Response *response;

	etag_write(about, etag);
	if (route->changes && has_it(connection, etag)) {
		close(fd);
		return send_reply(
		    connection, MHD_HTTP_NOT_MODIFIED,
		    MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), headers);
	}
	response = MHD_create_response_from_fd64((uint64_t)about->st_size, fd);
	if (response == NULL)
		close(fd);
	return send_reply(connection, MHD_HTTP_OK, response, headers);
}

enum MHD_Result
reply_file(struct MHD_Connection *connection, int public_fd, const struct route *route)
{
	struct stat about;
	int fd;
	int status = beneath_open(public_fd, route->name, &fd, &about);

	if (status == DISK_OK)
		return send_file(connection, fd, &about, route);
	if (status == DISK_ABSENT)
		return reply_text(connection, MHD_HTTP_NOT_FOUND, "not found\n");
	return reply_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			  "the file cannot be read at the moment\n");
}
