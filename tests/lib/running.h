/* running: tallyd's server_run in a child process, on a founded directory, and clients of it. */
#ifndef TALLY_TESTS_RUNNING_H
#define TALLY_TESTS_RUNNING_H

#include "tally/client.h"
#include "tests/lib/child.h"
#include "tests/lib/founded.h"

/* A campaign that is open now and publishes every second. */
extern const struct campaign_wish running_wish;

struct running {
	const struct founded *founded;
	struct test_child child;
	uint16_t port;
	uint16_t http;
	uint64_t file_size_max; /* what the process may write: no file beyond that; 0: any */
};

/* Starts it on ports of its choice and waits until it is ready. */
void
running_start(struct running *running, const struct founded *founded);

/* Sends the signal; the exit code. */
int
running_stop(struct running *running, int signal);

/* A frontend's connection; closed by tally_close. */
struct tally_connection *
running_connect(const struct running *running);

/* Sends a vote; the verdict, or a negative status of the client. *index is the entry's. */
int
running_vote(const struct running *running, struct tally_connection *connection, uint64_t voter,
	     uint16_t revision, uint64_t *index);

#endif
