/* clients: the sockets of frontends, and the station's steps: what comes from them goes in as
 * events, effects come out. What is read goes to memory the station offers, what is sent lies
 * there until it has left. The loop's thread alone. */
#ifndef TALLY_SHELL_CLIENTS_H
#define TALLY_SHELL_CLIENTS_H

#include "shell/chores.h"

/* For uv_listen; listener->data is the server. */
void
clients_on_connection(uv_stream_t *listener, int status);

/* Closes an open one's socket; STATION_DISCONNECTED follows. */
void
clients_close(struct client *client);

#endif
