/* flood: a hostile frontend, for tests/e2e/flood.sh.
 *
 *   flood fair    PORT CAMPAIGN LOG.pub HOSTILE.key FORGED CONNECTIONS HONEST.key HONEST
 *       sends the ballots of FORGED over and over on so many connections, and, beside them, those
 *       of HONEST once on one connection; prints "honest N accepted N forged N" of that time
 *   flood unread  PORT CAMPAIGN LOG.pub HOSTILE.key FORGED CONNECTIONS
 *       sends and never reads; prints "stuck" when no connection takes a byte for a second, then
 *       holds them until its input ends */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tally/client.h"
#include "tools/lib/ballotfile.h"
#include "tools/lib/manifestfile.h"

enum {
	CONNECTIONS_MAX = 64,
	QUIET_MS = 1000,
};

struct side {
	struct tally_client_key key;
	struct ballotfile ballots;
	bool endless;
	size_t next; /* of one honest connection; hostile ones have their own */
};

struct flood {
	uint16_t port;
	struct manifest *manifest;
	char vkey[512];
	struct side hostile;
	struct side honest;
	unsigned connections;
	_Atomic bool over;
	_Atomic uint64_t forged_answers;
	uint64_t honest_answers;
	uint64_t honest_accepted;
	unsigned broken;
};

struct visit {
	struct flood *flood;
	struct side *side;
	size_t next;
};

static void
die(const char *what)
{
	fprintf(stderr, "flood: %s\n", what);
	exit(1);
}

static void
read_vkey(const char *path, char *out, size_t capacity)
{
	FILE *file = fopen(path, "r");

	if (file == NULL || fgets(out, (int)capacity, file) == NULL)
		die("the log's key cannot be read");
	out[strcspn(out, "\n")] = '\0';
	fclose(file);
}

static void
read_side(struct side *side, const char *key, const char *ballots)
{
	char text[512];

	read_vkey(key, text, sizeof text);
	if (!tally_client_key_parse(text, strlen(text), &side->key))
		die("a frontend's key is not valid");
	if (ballotfile_read(ballots, &side->ballots) != TALLY_EXIT_FINE)
		die("ballots cannot be read");
}

/* --- fair ------------------------------------------------------------------------------------ */

static bool
next_ballot(void *context, const void **ballot, size_t *size)
{
	struct visit *visit = context;
	const struct ballotfile *file = &visit->side->ballots;

	if (visit->side->endless ? visit->flood->over : visit->next == file->count)
		return false;
	*ballot = file->ballots[visit->next % file->count].data;
	*size = file->ballots[visit->next % file->count].size;
	visit->next++;
	return true;
}

static bool
take_answer(void *context, uint64_t place, const struct tally_client_event *answer)
{
	struct visit *visit = context;

	(void)place;
	if (visit->side->endless) {
		visit->flood->forged_answers++;
		return true;
	}
	visit->flood->honest_answers++;
	visit->flood->honest_accepted += answer->verdict == TALLY_ACCEPTED;
	return true;
}

static void
run(struct visit *visit)
{
	struct tally_connect_options options = {
	    .host = "127.0.0.1",
	    .port = visit->flood->port,
	    .client = {.campaign = visit->flood->manifest->id,
		       .log_vkey = visit->flood->vkey,
		       .key = &visit->side->key},
	};
	char trouble[TALLY_TROUBLE_MAX];
	struct tally_connection *connection;

	if (tally_connect(&connection, &options, trouble) != TALLY_CLIENT_FINE)
		die(trouble);
	if (tally_submit_all(connection, next_ballot, take_answer, visit) != TALLY_CLIENT_FINE)
		die(tally_trouble(connection));
	tally_close(connection);
}

static void *
run_hostile(void *argument)
{
	struct flood *flood = argument;
	struct visit visit = {flood, &flood->hostile, 0};

	run(&visit);
	return NULL;
}

static void
fair(struct flood *flood)
{
	struct visit visit = {flood, &flood->honest, 0};
	pthread_t threads[CONNECTIONS_MAX];
	uint64_t before;

	flood->hostile.endless = true;
	for (unsigned i = 0; i < flood->connections; i++)
		if (pthread_create(&threads[i], NULL, run_hostile, flood) != 0)
			die("no thread");
	while (flood->forged_answers < 1000)
		sched_yield();
	before = flood->forged_answers;
	run(&visit);
	printf("honest %llu accepted %llu forged %llu\n",
	       (unsigned long long)flood->honest_answers,
	       (unsigned long long)flood->honest_accepted,
	       (unsigned long long)(flood->forged_answers - before));
	flood->over = true;
	for (unsigned i = 0; i < flood->connections; i++)
		pthread_join(threads[i], NULL);
}

/* --- unread ---------------------------------------------------------------------------------- */

static int
dial(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		die("cannot connect");
	return fd;
}

/* Until the server says WELCOME. */
static void
introduce(const struct flood *flood, int fd)
{
	static uint8_t output[TALLY_CLIENT_OUTPUT_MIN];
	static _Alignas(8) uint8_t memory[TALLY_CLIENT_MEMORY];
	uint8_t nonce[TALLY_NONCE_SIZE];
	uint8_t bytes[4096];
	struct tally_client_config config = {.campaign = flood->manifest->id,
					     .log_vkey = flood->vkey,
					     .key = &flood->hostile.key,
					     .nonce = nonce,
					     .output = output,
					     .output_size = sizeof output};
	struct tally_client_event event = {0};
	struct tally_client *client;

	randombytes_buf(nonce, sizeof nonce);
	if (tally_client_init(&client, memory, sizeof memory, &config) != TALLY_CLIENT_FINE)
		die("the client's configuration");
	while (event.kind != TALLY_CLIENT_EVENT_READY) {
		ssize_t got = read(fd, bytes, sizeof bytes);
		size_t used = 0, size;
		const uint8_t *out;

		if (got <= 0)
			die("the server hung up");
		while (used < (size_t)got) {
			used += tally_client_receive(client, bytes + used, (size_t)got - used);
			while (tally_client_event(client, &event) &&
			       event.kind != TALLY_CLIENT_EVENT_READY)
				;
		}
		out = tally_client_output(client, &size);
		if (size > 0 && write(fd, out, size) != (ssize_t)size)
			die("cannot introduce itself");
		tally_client_sent(client, size);
	}
}

/* SUBMIT frames of all ballots, one after the other. */
static uint8_t *
make_frames(const struct ballotfile *file, size_t *size)
{
	uint8_t *frames = calloc(file->count, TALLY_WIRE_HEADER_SIZE + TALLY_BALLOT_SIZE_MAX);
	struct writer writer =
	    writer_make(frames, file->count * (TALLY_WIRE_HEADER_SIZE + TALLY_BALLOT_SIZE_MAX));

	for (size_t i = 0; i < file->count; i++) {
		writer_u32(&writer, (uint32_t)file->ballots[i].size);
		writer_u32(&writer, (uint32_t)TALLY_MESSAGE_SUBMIT << 24);
		writer_u32(&writer, (uint32_t)i);
		writer_bytes(&writer, file->ballots[i]);
	}
	*size = writer.size;
	return frames;
}

static void
unread(struct flood *flood)
{
	struct pollfd sockets[CONNECTIONS_MAX];
	size_t at[CONNECTIONS_MAX] = {0};
	size_t size;
	uint8_t *frames = make_frames(&flood->hostile.ballots, &size);
	uint64_t total = 0;

	for (unsigned i = 0; i < flood->connections; i++) {
		sockets[i] = (struct pollfd){.fd = dial(flood->port), .events = POLLOUT};
		introduce(flood, sockets[i].fd);
	}
	while (poll(sockets, flood->connections, QUIET_MS) > 0)
		for (unsigned i = 0; i < flood->connections; i++) {
			ssize_t sent;

			if (sockets[i].revents == 0)
				continue;
			sent = send(sockets[i].fd, frames + at[i], size - at[i],
				    MSG_DONTWAIT | MSG_NOSIGNAL);
			if (sent < 0 && errno != EAGAIN) {
				sockets[i].fd = -1; /* the server has had enough of it */
				continue;
			}
			total += sent > 0 ? (uint64_t)sent : 0;
			at[i] = (at[i] + (sent > 0 ? (size_t)sent : 0)) % size;
		}
	printf("stuck after %llu bytes\n", (unsigned long long)total);
	fflush(stdout);
	while (getchar() != EOF)
		;
	free(frames);
}

int
main(int count, char **arguments)
{
	static struct flood flood;

	if (count < 8 || sodium_init() < 0)
		return 2;
	flood.port = (uint16_t)atoi(arguments[2]);
	if (manifestfile_read(arguments[3], &flood.manifest) != TALLY_EXIT_FINE)
		return 2;
	read_vkey(arguments[4], flood.vkey, sizeof flood.vkey);
	read_side(&flood.hostile, arguments[5], arguments[6]);
	flood.connections = (unsigned)atoi(arguments[7]);
	if (flood.connections > CONNECTIONS_MAX)
		return 2;
	if (strcmp(arguments[1], "unread") == 0) {
		unread(&flood);
	} else if (strcmp(arguments[1], "fair") == 0 && count == 10) {
		read_side(&flood.honest, arguments[8], arguments[9]);
		fair(&flood);
	} else {
		return 2;
	}
	ballotfile_free(&flood.hostile.ballots);
	ballotfile_free(&flood.honest.ballots);
	manifest_free(flood.manifest);
	return 0;
}
