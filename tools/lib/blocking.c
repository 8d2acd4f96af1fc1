#include "tally/client.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/lib/dial.h"
#include "tools/lib/journaled.h"

enum {
	connect_timeout_default_ms = 10000,
	answer_timeout_default_ms = 30000,
	output_bytes = 256 * 1024,
	input_bytes = 64 * 1024,
};

struct tally_connection {
	int socket; /* -1 once it has failed */
	int status; /* why it has failed */
	int timeout_ms;
	struct tally_client *client;
	struct journaled journaled;
	size_t input_first; /* of the bytes the machine has not taken yet */
	size_t input_end;
	char trouble[TALLY_TROUBLE_MAX];
	uint8_t input[input_bytes];
	uint8_t output[output_bytes];
	_Alignas(8) uint8_t memory[TALLY_CLIENT_MEMORY];
};

/* "what: why". The connection is of no use any more; its status stays. */
static int
fail(struct tally_connection *connection, int status, const char *what, const char *why)
{
	snprintf(connection->trouble, sizeof connection->trouble, "%s: %s", what, why);
	if (connection->socket >= 0)
		close(connection->socket);
	connection->socket = -1;
	connection->status = status;
	return status;
}

static int
fail_event(struct tally_connection *connection, const struct tally_client_event *event)
{
	bool goodbye = event->kind == TALLY_CLIENT_EVENT_GOODBYE;
	int status = goodbye ? TALLY_CLIENT_GOODBYE : event->status;
	char why[TALLY_TROUBLE_MAX - 64];

	snprintf(why, sizeof why, "%.*s", (int)event->text_size, event->text);
	return fail(connection, status,
		    goodbye ? tally_client_sentence(status) : "talk to the server", why);
}

/* Passes on what became of the journal; where it fails, so does the connection. */
static int
journal_kept(struct tally_connection *connection, int status)
{
	if (status == TALLY_CLIENT_FINE)
		return status;
	return fail(connection, TALLY_CLIENT_JOURNAL, "keep the journal",
		    tally_journal_trouble(connection->journaled.journal));
}

static int
journal_flush(struct tally_connection *connection)
{
	return journal_kept(connection, journaled_flush(&connection->journaled));
}

/* Submits to the machine and, what that has taken, to the journal. */
static int
submit(struct tally_connection *connection, const void *ballot, size_t size)
{
	int status;

	if (connection->journaled.journal != NULL && size > TALLY_JOURNAL_SUBMIT_MAX)
		return TALLY_CLIENT_TOO_LARGE;
	status = tally_client_submit(connection->client, ballot, size, NULL);
	if (status != TALLY_CLIENT_FINE)
		return status;
	return journal_kept(connection, journaled_submit(&connection->journaled, ballot, size));
}

/* Waits until the socket can do one of `events` or the deadline has passed. */
static int
wait_for(struct tally_connection *connection, short events, int64_t deadline, short *ready)
{
	struct pollfd poller = {.fd = connection->socket, .events = events};
	int64_t left;
	int found;

	do {
		left = deadline - dial_now_ms();
		found = poll(&poller, 1, left > 0 ? (int)left : 0);
	} while (found < 0 && errno == EINTR);
	if (found < 0)
		return fail(connection, TALLY_CLIENT_WORLD, "poll", strerror(errno));
	if (found == 0)
		return fail(connection, TALLY_CLIENT_TIMEOUT, "wait for the server",
			    tally_client_sentence(TALLY_CLIENT_TIMEOUT));
	*ready = poller.revents;
	return TALLY_CLIENT_FINE;
}

static bool
passing(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* A failing send is not the end: the server's GOODBYE may still be waiting to be read. */
static void
send_some(struct tally_connection *connection)
{
	size_t size;
	const uint8_t *bytes = tally_client_output(connection->client, &size);
	ssize_t sent = send(connection->socket, bytes, size, MSG_NOSIGNAL);

	if (sent >= 0)
		tally_client_sent(connection->client, (size_t)sent);
	else if (!passing(errno))
		tally_client_sent(connection->client, size);
}

static int
receive_some(struct tally_connection *connection)
{
	ssize_t got = recv(connection->socket, connection->input, sizeof connection->input, 0);

	if (got < 0 && passing(errno))
		return TALLY_CLIENT_FINE;
	if (got <= 0)
		return fail(connection, TALLY_CLIENT_LOST, "read from the server",
			    got < 0 ? strerror(errno) : "it closed the connection");
	connection->input_first = 0;
	connection->input_end = (size_t)got;
	return TALLY_CLIENT_FINE;
}

/* Moves bytes once: what was received into the machine, else what the socket allows. */
static int
pump(struct tally_connection *connection, int64_t deadline)
{
	size_t waiting;
	short ready = 0;
	int status;

	if (connection->input_first < connection->input_end) {
		connection->input_first += tally_client_receive(
		    connection->client, connection->input + connection->input_first,
		    connection->input_end - connection->input_first);
		return TALLY_CLIENT_FINE;
	}
	(void)tally_client_output(connection->client, &waiting);
	status = journal_flush(connection);
	if (status == TALLY_CLIENT_FINE)
		status = wait_for(connection, waiting > 0 ? POLLIN | POLLOUT : POLLIN, deadline,
				  &ready);
	if (status == TALLY_CLIENT_FINE && (ready & POLLOUT) != 0)
		send_some(connection);
	if (status == TALLY_CLIENT_FINE && (ready & ~POLLOUT) != 0)
		status = receive_some(connection);
	return status;
}

/* The next event that is not the end of the connection. The time starts anew with every byte.
 */
static int
next_event(struct tally_connection *connection, int timeout_ms,
	   struct tally_client_event *event)
{
	int64_t deadline = dial_now_ms() + timeout_ms;
	int status;

	if (connection->socket < 0)
		return connection->status;
	while (!tally_client_event(connection->client, event)) {
		status = pump(connection, deadline);
		if (status != TALLY_CLIENT_FINE)
			return status;
		if (connection->input_first < connection->input_end)
			deadline = dial_now_ms() + timeout_ms;
	}
	if (event->kind == TALLY_CLIENT_EVENT_GOODBYE ||
	    event->kind == TALLY_CLIENT_EVENT_BROKEN)
		return fail_event(connection, event);
	return journal_kept(connection, journaled_answer(&connection->journaled, event));
}

static int
reach(struct tally_connection *connection, const struct tally_connect_options *options,
      int64_t deadline)
{
	const char *why = "";
	char what[160];

	connection->socket = dial(options->host, options->port, deadline, &why);
	if (connection->socket >= 0)
		return TALLY_CLIENT_FINE;
	snprintf(what, sizeof what, "connect to %.128s port %u", options->host, options->port);
	return fail(connection, TALLY_CLIENT_WORLD, what, why);
}

static int
prepare(struct tally_connection *connection, const struct tally_connect_options *options)
{
	struct tally_client_config config = options->client;
	uint8_t nonce[TALLY_NONCE_SIZE];
	int status;

	if (sodium_init() < 0)
		return fail(connection, TALLY_CLIENT_WORLD, "libsodium", "it did not start");
	randombytes_buf(nonce, sizeof nonce);
	config.nonce = nonce;
	config.output = connection->output;
	config.output_size = sizeof connection->output;
	status = tally_client_init(&connection->client, connection->memory,
				   sizeof connection->memory, &config);
	connection->journaled.journal = options->journal;
	if (status == TALLY_CLIENT_FINE && options->journal != NULL &&
	    (config.key == NULL ||
	     !tally_journal_is(options->journal, config.campaign, config.key->id)))
		status = TALLY_CLIENT_BAD_CONFIG;
	if (status != TALLY_CLIENT_FINE)
		return fail(connection, status, "prepare the connection",
			    tally_client_sentence(status));
	return TALLY_CLIENT_FINE;
}

int
tally_connect(struct tally_connection **out, const struct tally_connect_options *options,
	      char trouble[TALLY_TROUBLE_MAX])
{
	int timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms
							 : connect_timeout_default_ms;
	int64_t deadline = dial_now_ms() + timeout_ms;
	struct tally_connection *connection = calloc(1, sizeof *connection);
	struct tally_client_event event;
	int status;

	*out = NULL;
	if (connection == NULL) {
		snprintf(trouble, TALLY_TROUBLE_MAX, "connect: %s",
			 tally_client_sentence(TALLY_CLIENT_NO_MEMORY));
		return TALLY_CLIENT_NO_MEMORY;
	}
	connection->socket = -1;
	connection->timeout_ms = options->answer_timeout_ms > 0 ? options->answer_timeout_ms
								: answer_timeout_default_ms;
	status = prepare(connection, options);
	if (status == TALLY_CLIENT_FINE)
		status = reach(connection, options, deadline);
	if (status == TALLY_CLIENT_FINE)
		status = next_event(connection, timeout_ms, &event);
	if (status == TALLY_CLIENT_FINE) {
		*out = connection;
		return status;
	}
	memcpy(trouble, connection->trouble, TALLY_TROUBLE_MAX);
	tally_close(connection);
	return status;
}

void
tally_close(struct tally_connection *connection)
{
	if (connection == NULL)
		return;
	if (connection->socket >= 0)
		close(connection->socket);
	sodium_memzero(connection->memory, sizeof connection->memory);
	free(connection);
}

const char *
tally_trouble(const struct tally_connection *connection)
{
	return connection->trouble;
}

const char *
tally_newest(const struct tally_connection *connection, size_t *size)
{
	return tally_client_newest(connection->client, size);
}

/* A request that was not taken leaves the connection as it was. */
static int
refused(struct tally_connection *connection, int status)
{
	snprintf(connection->trouble, sizeof connection->trouble, "send a request: %s",
		 tally_client_sentence(status));
	return status;
}

static int
answer_to(struct tally_connection *connection, int status, struct tally_client_event *answer)
{
	if (connection->socket < 0)
		return connection->status;
	if (status != TALLY_CLIENT_FINE)
		return refused(connection, status);
	return next_event(connection, connection->timeout_ms, answer);
}

int
tally_submit(struct tally_connection *connection, const void *ballot, size_t size,
	     struct tally_client_event *answer)
{
	int status = answer_to(connection, submit(connection, ballot, size), answer);

	return status == TALLY_CLIENT_FINE ? journal_flush(connection) : status;
}

int
tally_notice(struct tally_connection *connection, const void *notice, size_t size,
	     struct tally_client_event *answer)
{
	return answer_to(connection,
			 tally_client_notice(connection->client, notice, size, NULL), answer);
}

int
tally_sheet(struct tally_connection *connection, const void *sheet, size_t size,
	    struct tally_client_event *answer)
{
	return answer_to(connection, tally_client_sheet(connection->client, sheet, size, NULL),
			 answer);
}

int
tally_status(struct tally_connection *connection, const uint8_t tag[TALLY_TAG_SIZE],
	     struct tally_client_event *answer)
{
	return answer_to(connection, tally_client_status(connection->client, tag, NULL),
			 answer);
}

int
tally_state(struct tally_connection *connection, struct tally_client_event *answer)
{
	return answer_to(connection, tally_client_state(connection->client, NULL), answer);
}

int
tally_receipt(struct tally_connection *connection, uint64_t index,
	      struct tally_client_event *answer)
{
	return answer_to(connection, tally_client_receipt(connection->client, index, NULL),
			 answer);
}

int
tally_checkpoint(struct tally_connection *connection, struct tally_client_event *answer)
{
	return answer_to(connection, tally_client_checkpoint(connection->client, NULL), answer);
}

int
tally_results(struct tally_connection *connection, uint16_t contest,
	      struct tally_client_event *answer)
{
	return answer_to(connection, tally_client_results(connection->client, contest, NULL),
			 answer);
}

int
tally_entries(struct tally_connection *connection, uint64_t first, uint64_t tree_size,
	      struct tally_client_event *answer)
{
	return answer_to(connection,
			 tally_client_entries(connection->client, first, tree_size, NULL),
			 answer);
}

int
tally_cosign(struct tally_connection *connection, uint64_t tree_size, const void *line,
	     size_t size, struct tally_client_event *answer)
{
	return answer_to(connection,
			 tally_client_cosign(connection->client, tree_size, line, size, NULL),
			 answer);
}

/* One tally_submit_all. */
struct run {
	tally_ballot_source *source;
	void *context;
	const void *ballot; /* handed out, not taken by the machine yet; or NULL */
	size_t size;
	bool more;
	int status; /* why no more are handed out, if a ballot was not taken */
};

static bool
run_ballot(struct run *run)
{
	if (run->ballot == NULL && run->more)
		run->more = run->source(run->context, &run->ballot, &run->size);
	return run->more;
}

/* Submits until the window or the output buffer is full, or the source is empty. */
static void
run_fill(struct tally_connection *connection, struct run *run)
{
	int status;

	while (run_ballot(run)) {
		status = submit(connection, run->ballot, run->size);
		if (connection->socket < 0) {
			run->more = false;
			return;
		}
		if (status == TALLY_CLIENT_FULL || status == TALLY_CLIENT_OUTPUT_FULL)
			return;
		if (status != TALLY_CLIENT_FINE) {
			run->status = refused(connection, status);
			run->more = false;
		}
		run->ballot = NULL;
	}
}

int
tally_submit_all(struct tally_connection *connection, tally_ballot_source *source,
		 tally_answer_sink *sink, void *context)
{
	struct run run = {source, context, NULL, 0, true, TALLY_CLIENT_FINE};
	struct tally_client_event answer;
	uint64_t place = 0;
	int status;

	if (connection->socket < 0)
		return connection->status;
	for (;;) {
		run_fill(connection, &run);
		if (connection->socket < 0)
			return connection->status;
		if (tally_client_owed(connection->client) == 0)
			return run.status != TALLY_CLIENT_FINE ? run.status
							       : journal_flush(connection);
		status = next_event(connection, connection->timeout_ms, &answer);
		if (status != TALLY_CLIENT_FINE)
			return status;
		if (!sink(context, place++, &answer))
			run.more = false;
	}
}
