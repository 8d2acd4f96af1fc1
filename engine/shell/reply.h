/* reply: answers over HTTP, with the headers they have.
 *
 * Every answer says `X-Content-Type-Options: nosniff` and `Access-Control-Allow-Origin: *`:
 * pages of anybody may verify. Files are sent by the kernel from a descriptor of their own, so
 * that memory does not grow with their size, and a file that is replaced meanwhile is sent whole.
 * Thread: libmicrohttpd's, which is the door's. */
#ifndef TALLY_SHELL_REPLY_H
#define TALLY_SHELL_REPLY_H

#include "shell/route.h"

#include <microhttpd.h>

/* Text, never stored. Copies it. */
enum MHD_Result
reply_text(struct MHD_Connection *connection, unsigned status, const char *text);

/* The file of a ROUTE_FILE below `public_fd`: 200, or 304 if the request has its ETag already;
 * 404 if it is not there. */
enum MHD_Result
reply_file(struct MHD_Connection *connection, int public_fd, const struct route *route);

#endif
