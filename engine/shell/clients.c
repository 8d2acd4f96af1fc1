#include "shell/clients.h"

#include "shell/ahead.h"
#include "shell/clock.h"
#include "shell/door.h"
#include "shell/line.h"

#include <sodium.h>
#include <stdlib.h>

static void
on_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;
	struct station_event event = {.kind = STATION_DISCONNECTED,
				      .connection = client->number};

	client->state = CLIENT_FREE;
	server_step(client->server, &event);
}

void
clients_close(struct client *client)
{
	if (client->state != CLIENT_OPEN)
		return;
	client->state = CLIENT_CLOSING;
	uv_close((uv_handle_t *)&client->tcp, on_closed);
}

static void
on_written(uv_write_t *request, int status)
{
	struct client *client = request->data;
	struct station_event event = {
	    .kind = STATION_SENT, .connection = client->number, .size = client->writing};

	if (client->state != CLIENT_OPEN)
		return;
	if (status != 0)
		clients_close(client);
	else
		server_hear(client->server, &event);
}

/* Takes what the socket takes at once; the rest when it can be written. The bytes stay where they
 * are until STATION_SENT. */
static void
send_output(struct server *server, struct client *client)
{
	struct bytes output = station_output(server->start.station, client->number);
	uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)output.data, (unsigned)output.size);
	int sent;

	if (client->state != CLIENT_OPEN)
		return;
	sent = uv_try_write((uv_stream_t *)&client->tcp, &buffer, 1);
	if (sent > 0) {
		client->sent = (size_t)sent;
		server->sent[server->sent_count++] = client;
		return;
	}
	if (sent != UV_EAGAIN) {
		clients_close(client);
		return;
	}
	client->writing = output.size;
	client->write.data = client;
	if (uv_write(&client->write, (uv_stream_t *)&client->tcp, &buffer, 1, on_written) != 0)
		clients_close(client);
}

static void
on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct client *client = handle->data;
	struct writer room =
	    station_receive_room(client->server->start.station, client->number);

	(void)suggested;
	*buffer = uv_buf_init((char *)room.data, (unsigned)room.capacity);
}

static void
on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
	struct client *client = stream->data;
	struct station_event event = {.kind = STATION_RECEIVED, .connection = client->number};

	(void)buffer;
	if (size == UV_ENOBUFS) {
		uv_read_stop(stream); /* S1: until EFFECT_RESUME */
	} else if (size == UV_EOF) {
		uv_read_stop(stream);
		event.kind = STATION_ENDED;
		server_hear(client->server, &event);
	} else if (size < 0) {
		clients_close(client);
	} else if (size > 0) {
		event.size = (size_t)size;
		server_hear(client->server, &event);
	}
}

static void
read_on(struct client *client)
{
	if (uv_read_start((uv_stream_t *)&client->tcp, on_room, on_read) != 0)
		clients_close(client);
}

static void
on_goodbye(uv_timer_t *timer)
{
	struct server *server = timer->data;

	uv_stop(&server->loop);
}

static void
perform(struct server *server, const struct station_effect *effect)
{
	struct client *client = &server->clients[effect->connection];

	switch (effect->kind) {
	case EFFECT_SEND:
		send_output(server, client);
		break;
	case EFFECT_CLOSE:
		clients_close(client);
		break;
	case EFFECT_RESUME:
		if (client->state == CLIENT_OPEN)
			read_on(client);
		break;
	case EFFECT_AHEAD:
		if (ahead_keep(server->start.dir_fd, effect->note) != DISK_OK)
			line_warn("%s", disk_error());
		door_set(server->door, "a signed checkpoint is not in this ledger", NULL);
		break;
	case EFFECT_SAY:
		line_say("%s", effect->text);
		break;
	case EFFECT_STOPPED:
		CHECK(uv_timer_start(&server->goodbye, on_goodbye, 500, 0) == 0);
		break;
	default:
		chores_perform(server, effect);
	}
}

static void
perform_all(struct server *server)
{
	for (size_t i = 0; i < server->effects.count; i++)
		perform(server, &server->effects.list[i]);
}

void
server_hear(struct server *server, struct station_event *event)
{
	event->wall_ms = clock_wall_ms();
	event->mono_ms = clock_mono_ms();
	server->heard = true;
	station_hear(server->start.station, event, &server->effects);
	perform_all(server);
}

static void
hear_sent(struct server *server)
{
	while (server->sent_count > 0) {
		struct client *client = server->sent[--server->sent_count];
		struct station_event sent = {
		    .kind = STATION_SENT, .connection = client->number, .size = client->sent};

		if (client->state == CLIENT_OPEN)
			server_hear(server, &sent);
	}
}

void
server_act(struct server *server)
{
	hear_sent(server);
	while (server->heard) {
		server->heard = false;
		station_act(server->start.station, &server->effects);
		perform_all(server);
		hear_sent(server);
	}
}

void
server_step(struct server *server, struct station_event *event)
{
	server_hear(server, event);
	server_act(server);
}

/* connections */

static struct client *
free_client(struct server *server)
{
	for (unsigned i = 0; i < connections_max; i++)
		if (server->clients[i].state == CLIENT_FREE)
			return &server->clients[i];
	return NULL;
}

static void
on_turned_away(uv_handle_t *handle)
{
	free(handle);
}

/* Every place is taken by a proven frontend: a stranger is turned away at the door. */
static void
turn_away(struct server *server)
{
	uv_tcp_t *tcp = malloc(sizeof *tcp);

	if (tcp == NULL)
		return;
	CHECK(uv_tcp_init(&server->loop, tcp) == 0);
	(void)uv_accept((uv_stream_t *)&server->listener, (uv_stream_t *)tcp);
	uv_close((uv_handle_t *)tcp, on_turned_away);
}

static void
on_not_accepted(uv_handle_t *handle)
{
	struct client *client = handle->data;

	client->state = CLIENT_FREE;
}

void
clients_on_connection(uv_stream_t *listener, int status)
{
	struct server *server = listener->data;
	struct client *client = free_client(server);
	uint8_t nonce[TALLY_NONCE_SIZE];
	struct station_event event = {.kind = STATION_CONNECTED, .nonce = nonce};

	if (status != 0)
		return;
	if (client == NULL) {
		turn_away(server);
		return;
	}
	CHECK(uv_tcp_init(&server->loop, &client->tcp) == 0);
	client->tcp.data = client;
	if (uv_accept(listener, (uv_stream_t *)&client->tcp) != 0) {
		client->state = CLIENT_CLOSING;
		uv_close((uv_handle_t *)&client->tcp, on_not_accepted);
		return;
	}
	(void)uv_tcp_nodelay(&client->tcp, 1); /* a slower connection is one all the same */
	client->state = CLIENT_OPEN;
	randombytes_buf(nonce, sizeof nonce);
	event.connection = client->number;
	server_hear(server, &event);
	if (client->state == CLIENT_OPEN)
		read_on(client);
}
