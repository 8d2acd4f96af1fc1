#include "bench/growth/feed.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "bench/growth/measure.h"
#include "campaign/rules.h"
#include "shell/disk.h"
#include "tools/lib/dice.h"

enum {
	OUTPUT_SIZE = 512 * 1024
};

static void
take_template(struct feed *feed, struct bytes bytes)
{
	struct ballot ballot;
	uint8_t *copy = malloc(bytes.size);

	CHECK(copy != NULL);
	memcpy(copy, bytes.data, bytes.size);
	if (bytes.size > BALLOT_CHOICES_OFFSET)
		memcpy(copy + 16, feed->manifest->id, TALLY_HASH_SIZE);
	if (feed->templates_count < TEMPLATES_MAX &&
	    ballot_parse(bytes_make(copy, bytes.size), &ballot) == TALLY_ACCEPTED &&
	    ballot.revision == 1 && rules_check(feed->manifest, &ballot) == TALLY_ACCEPTED &&
	    ballot.key_id == feed->manifest->frontends[0].key.id) {
		feed->sizes[feed->templates_count] = bytes.size;
		feed->templates[feed->templates_count++] = copy;
	} else {
		free(copy);
	}
}

static void
take_templates(struct feed *feed, const char *path)
{
	uint8_t *file;
	struct reader reader;
	size_t size;

	if (disk_load(AT_FDCWD, path, 64 << 20, &file, &size) != DISK_OK)
		give_up(disk_error());
	reader = reader_make(bytes_make(file, size));
	while (reader_left(&reader) > 2) {
		struct bytes ballot = reader_bytes(&reader, reader_u16(&reader));

		if (reader.failed)
			break;
		take_template(feed, ballot);
	}
	free(file);
	if (feed->templates_count == 0)
		give_up("no ballot of the file is one the campaign takes");
}

static void
open_link(struct feed *feed, unsigned number, const struct tally_client_config *config)
{
	struct link *link = &feed->links[number];
	struct tally_client_config own = *config;
	uint8_t nonce[TALLY_NONCE_SIZE];
	uint8_t station_nonce[TALLY_NONCE_SIZE];

	link->memory = malloc(TALLY_CLIENT_MEMORY);
	link->output = malloc(OUTPUT_SIZE);
	CHECK(link->memory != NULL && link->output != NULL);
	own.output = link->output;
	own.output_size = OUTPUT_SIZE;
	randombytes_buf(nonce, sizeof nonce);
	own.nonce = nonce;
	if (tally_client_init(&link->client, link->memory, TALLY_CLIENT_MEMORY, &own) !=
	    TALLY_CLIENT_FINE)
		give_up("the client does not take its configuration");
	randombytes_buf(station_nonce, sizeof station_nonce);
	feed->step(&(struct station_event){
	    .kind = STATION_CONNECTED, .connection = number, .nonce = station_nonce});
}

void
feed_open(struct feed *feed, struct station *station, const struct manifest *manifest,
	  const char *ballots, const char *frontend_key, feed_step *step)
{
	struct tally_client_config config = {.campaign = manifest->id,
					     .log_name = manifest->log_key.name,
					     .log_key = manifest->log_key.public_key};
	struct tally_client_key key;
	uint8_t *text;
	size_t size;

	feed->station = station;
	feed->manifest = manifest;
	feed->step = step;
	take_templates(feed, ballots);
	if (disk_load(AT_FDCWD, frontend_key, 4096, &text, &size) != DISK_OK)
		give_up(disk_error());
	if (!tally_client_key_parse((const char *)text, size, &key))
		give_up("the frontend's key is none");
	free(text);
	config.key = &key;
	for (unsigned i = 0; i < LINKS; i++)
		open_link(feed, i, &config);
}

void
feed_owed(struct feed *feed, unsigned link)
{
	feed->links[link].owed = true;
}

/* Gives the station what the client has to send, as far as it takes it. */
static bool
push(struct feed *feed, unsigned number)
{
	struct tally_client *client = feed->links[number].client;
	struct writer room = station_receive_room(feed->station, number);
	size_t size;
	const uint8_t *bytes = tally_client_output(client, &size);

	if (size > room.capacity)
		size = room.capacity;
	if (size == 0)
		return false;
	memcpy(room.data, bytes, size);
	tally_client_sent(client, size);
	feed->step(&(struct station_event){
	    .kind = STATION_RECEIVED, .connection = number, .size = size});
	return true;
}

static bool
submit_one(struct feed *feed, struct link *link)
{
	size_t which = feed->sent % feed->templates_count;
	uint8_t *ballot = feed->templates[which];
	struct dice dice = dice_make(0, feed->sent);

	for (uint64_t i = 0; i < 4; i++)
		be64_store(ballot + 48 + 8 * i, dice_next(&dice));
	if (tally_client_submit(link->client, ballot, feed->sizes[which], NULL) !=
	    TALLY_CLIENT_FINE)
		return false;
	feed->sent++;
	feed->bytes += feed->sizes[which];
	return true;
}

bool
feed_submit(struct feed *feed)
{
	bool any = false;

	for (unsigned i = 0; i < LINKS; i++) {
		struct link *link = &feed->links[i];

		while (link->ready && feed->sent < feed->target && submit_one(feed, link))
			any = true;
		any = push(feed, i) || any;
	}
	return any;
}

static void
take_event(struct feed *feed, struct link *link, const struct tally_client_event *event)
{
	if (event->kind == TALLY_CLIENT_EVENT_READY)
		link->ready = true;
	else if (event->kind != TALLY_CLIENT_EVENT_VERDICT)
		give_up("an answer that nobody asked for");
	else if (event->verdict != TALLY_ACCEPTED)
		give_up(event->text);
	else
		feed->answered++;
}

static void
take_output(struct feed *feed, unsigned number)
{
	struct link *link = &feed->links[number];
	struct bytes output = station_output(feed->station, number);
	struct tally_client_event event;
	size_t at = 0;

	while (at < output.size) {
		at += tally_client_receive(link->client, output.data + at, output.size - at);
		while (tally_client_event(link->client, &event))
			take_event(feed, link, &event);
	}
	feed->step(&(struct station_event){
	    .kind = STATION_SENT, .connection = number, .size = output.size});
}

bool
feed_answers(struct feed *feed)
{
	bool any = false;

	for (unsigned i = 0; i < LINKS; i++) {
		if (!feed->links[i].owed)
			continue;
		feed->links[i].owed = false;
		take_output(feed, i);
		any = true;
	}
	return any;
}
