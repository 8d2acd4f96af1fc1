/* peer: a client machine in static memory, and the server it talks to, in one thread. */
#ifndef TALLY_TESTS_PEER_H
#define TALLY_TESTS_PEER_H

#include "tests/lib/session.h"
#include "tests/lib/test.h"

enum {
	PEER_OUTPUT = 4 * TALLY_CLIENT_OUTPUT_MIN
};

/* session_config with an output buffer of PEER_OUTPUT bytes. */
struct tally_client_config
peer_config(const struct session *session);

/* The machine, made anew; there is only one. */
struct tally_client *
peer_client(const struct tally_client_config *config);

/* A writer for the server's next bytes; there is only one. */
struct writer
peer_server(void);

/* Feeds all that the server wrote and expects nothing but *event, or none where it is NULL. */
void
peer_feed(struct tally_client *client, const struct writer *server,
	  struct tally_client_event *event);

/* The next frame the client sends. */
struct frame
peer_sent(struct tally_client *client);

/* A machine that has been welcomed with these windows; its AUTH is taken away. */
struct tally_client *
peer_ready(const struct session *session, uint32_t requests, uint32_t reads);

#endif
