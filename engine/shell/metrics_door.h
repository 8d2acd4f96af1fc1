/* metrics_door: shows the metrics over HTTP, at an address of their own.
 *
 *   GET or HEAD /metrics: 200; any other path: 404; any other method: 405
 *
 * Not a path of the door (shell/door.h): that one is open to the world, and these counts would
 * tell it when each ballot came. At most metrics_connections_max connections, which end as the
 * door's do (shell/porter.h); its thread only reads. */
#ifndef TALLY_SHELL_METRICS_DOOR_H
#define TALLY_SHELL_METRICS_DOOR_H

#include <sys/socket.h>

#include "shell/metrics.h"

struct metrics_door;

/* `metrics` is read until metrics_door_stop; request_ms is the porter's. NULL on failure:
 * disk_error() says why. */
MUST_USE struct metrics_door *
metrics_door_start(const struct sockaddr *address, const struct metrics *metrics,
		   unsigned request_ms);

/* The port it listens on. */
uint16_t
metrics_door_port(const struct metrics_door *door);

/* NULL is fine. */
void
metrics_door_stop(struct metrics_door *door);

#endif
