#include "tools/lib/peer.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/text.h"
#include "frame/frame.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/command.h"

enum {
	hello_timeout_s = 10,
	KEY_CONNECT = 'c',
	KEY_CAMPAIGN = 0x1000, /* beyond the keys of the commands */
	KEY_LOG_KEY,
};

static const struct argp_option option_table[] = {
    {"connect", KEY_CONNECT, "HOST:PORT", 0, "the server", 0},
    {"campaign", KEY_CAMPAIGN, "ID", 0, "the campaign it must run", 0},
    {"log-key", KEY_LOG_KEY, "VKEY", 0, "the log key it must have", 0},
    {0},
};

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct peer_options *options = state->input;

	switch (key) {
	case KEY_CONNECT:
		options->connect = argument;
		return 0;
	case KEY_CAMPAIGN:
		options->campaign = argument;
		return 0;
	case KEY_LOG_KEY:
		options->log_key = argument;
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->connect, "--connect");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp peer_argp = {.options = option_table, .parser = take};

const struct argp_child peer_argp_children[] = {{&peer_argp, 0, NULL, 0}, {0}};

bool
peer_address(struct peer *peer, const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t size = colon ? (size_t)(colon - text) : 0;
	uint64_t port;

	if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
		text++;
		size -= 2;
	} else if (colon && memchr(text, ':', size)) {
		size = 0; /* an IPv6 address without brackets: which colon ends it? */
	}
	if (!size || size > PEER_HOST_MAX ||
	    !text_decimal_parse(bytes_of_string(colon + 1), &port) || !port ||
	    port > UINT16_MAX) {
		complain("'%s' is not HOST:PORT", text);
		return false;
	}
	memcpy(peer->host, text, size);
	peer->host[size] = 0;
	peer->port = (uint16_t)port;
	return true;
}

bool
peer_pin_campaign(struct peer *peer, const char *text)
{
	peer->has_campaign =
	    text_hex_parse(bytes_of_string(text), peer->campaign, sizeof peer->campaign);
	if (!peer->has_campaign)
		complain("'%s' is not a campaign id: 64 lower-case hexadecimal digits", text);
	return peer->has_campaign;
}

bool
peer_pin_log(struct peer *peer, const char *text)
{
	peer->has_log = keyfile_public_read(text, &peer->log) == TALLY_EXIT_FINE;
	return peer->has_log;
}

bool
peer_aim(struct peer *peer, const struct peer_options *options)
{
	return peer_address(peer, options->connect) &&
	       (!options->campaign || peer_pin_campaign(peer, options->campaign)) &&
	       (!options->log_key || peer_pin_log(peer, options->log_key));
}

static int
dial(const struct addrinfo *address)
{
	const struct timeval timeout = {.tv_sec = hello_timeout_s};
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) == 0 &&
	    connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
reach(const struct peer *peer)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	char port[8];
	int error, fd = -1;

	snprintf(port, sizeof port, "%u", peer->port);
	error = getaddrinfo(peer->host, port, &hints, &found);
	if (error) {
		complain("cannot find %s: %s", peer->host, gai_strerror(error));
		return -1;
	}
	for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
		fd = dial(at);
	error = errno;
	freeaddrinfo(found);
	errno = error;
	if (fd < 0)
		complain("cannot connect to %s port %u: %s", peer->host, peer->port,
			 strerror(errno));
	return fd;
}

/* Reads until a whole frame is there. False if the connection ends or it is no frame. */
static bool
read_frame(int fd, uint8_t *memory, size_t capacity, struct frame *frame)
{
	size_t size = 0;

	for (;;) {
		ssize_t got = recv(fd, memory + size, capacity - size, 0);
		long used;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		size += (size_t)got;
		used = frame_next(bytes_make(memory, size), frame);
		if (used)
			return used > 0;
		if (size == capacity)
			return false;
	}
}

/* The log's name is the origin, the first line, of the checkpoint that HELLO carries. */
static bool
take_hello(struct peer *peer, const struct frame *frame)
{
	struct frame_hello hello;
	const uint8_t *end;
	struct bytes origin;

	if (frame->message != TALLY_MESSAGE_HELLO || !frame_hello_parse(frame->payload, &hello))
		return false;
	if (!peer->has_campaign)
		memcpy(peer->campaign, hello.campaign, sizeof peer->campaign);
	if (peer->has_log)
		return true;
	end = hello.checkpoint.size ? memchr(hello.checkpoint.data, '\n', hello.checkpoint.size)
				    : NULL;
	origin =
	    bytes_make(hello.checkpoint.data, end ? (size_t)(end - hello.checkpoint.data) : 0);
	if (!note_name_valid(origin))
		return false;
	note_key_make(&peer->log, origin, hello.log_key);
	return true;
}

static void
complain_no_hello(const struct peer *peer, const struct frame *frame, bool whole)
{
	struct frame_verdict goodbye;

	if (whole && frame->message == TALLY_MESSAGE_GOODBYE &&
	    frame_goodbye_parse(frame->payload, &goodbye))
		complain("%s port %u does not talk to us: %s", peer->host, peer->port,
			 tally_verdict_text(goodbye.verdict)->sentence);
	else
		complain("%s port %u does not greet as a tallyd does", peer->host, peer->port);
}

enum tally_exit
peer_learn(struct peer *peer)
{
	size_t capacity = TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX;
	struct frame frame = {0};
	uint8_t *memory;
	bool whole, learnt;
	int fd;

	if (peer->has_campaign && peer->has_log)
		return TALLY_EXIT_FINE;
	fd = reach(peer);
	if (fd < 0)
		return TALLY_EXIT_WORLD;
	memory = malloc(capacity);
	CHECK(memory);
	whole = read_frame(fd, memory, capacity, &frame);
	close(fd);
	learnt = whole && take_hello(peer, &frame);
	if (!learnt)
		complain_no_hello(peer, &frame, whole);
	free(memory);
	peer->has_campaign |= learnt;
	peer->has_log |= learnt;
	return learnt ? TALLY_EXIT_FINE : TALLY_EXIT_WORLD;
}

enum tally_exit
peer_connect(const struct peer *peer, const struct note_private_key *key,
	     struct tally_connection **out)
{
	struct tally_client_key client_key = {0};
	const struct tally_connect_options options = {
	    .host = peer->host,
	    .port = peer->port,
	    .journal = peer->journal,
	    .client = {.campaign = peer->campaign,
		       .log_name = peer->log.name,
		       .log_key = peer->log.public_key,
		       .key = key ? &client_key : NULL}};
	char trouble[TALLY_TROUBLE_MAX];
	int status;

	if (key) {
		client_key.id = key->key.id;
		memcpy(client_key.secret, key->secret, sizeof client_key.secret);
	}
	status = tally_connect(out, &options, trouble);
	explicit_bzero(&client_key, sizeof client_key);
	if (status == TALLY_CLIENT_FINE)
		return TALLY_EXIT_FINE;
	complain("%s", trouble);
	return TALLY_EXIT_WORLD;
}

void
peer_log_text(const struct peer *peer, char text[NOTE_VKEY_TEXT_MAX + 1])
{
	struct writer writer = writer_make(text, NOTE_VKEY_TEXT_MAX);

	note_key_write(&writer, &peer->log);
	CHECK(!writer.failed);
	text[writer.size] = 0;
}
