/* feed: connections that keep their windows full of ballots nobody has signed.
 *
 * Tags are made up, one after the other; choices are those of ballots that the campaign takes,
 * again and again. */
#ifndef TALLY_BENCH_GROWTH_FEED_H
#define TALLY_BENCH_GROWTH_FEED_H

#include "station/station.h"
#include "tally/client.h"

enum {
	LINKS = 8,
	TEMPLATES_MAX = 1024,
};

typedef void
feed_step(const struct station_event *event);

struct link {
	struct tally_client *client;
	bool owed; /* the station has output for it */
	bool ready;
	void *memory;
	uint8_t *output;
};

struct feed {
	struct station *station;
	const struct manifest *manifest;
	feed_step *step;
	struct link links[LINKS];
	uint8_t *templates[TEMPLATES_MAX];
	size_t sizes[TEMPLATES_MAX];
	size_t templates_count;
	uint64_t target;
	uint64_t sent;
	uint64_t answered;
	uint64_t bytes; /* of ballots sent */
};

/* Gives up if no ballot of the file is one the campaign's rules allow. */
void
feed_open(struct feed *feed, struct station *station, const struct manifest *manifest,
	  const char *ballots, const char *frontend_key, feed_step *step);

/* As many as fit; false if none did. */
bool
feed_submit(struct feed *feed);

/* Takes the answers that the station owes; false if there were none. */
bool
feed_answers(struct feed *feed);

void
feed_owed(struct feed *feed, unsigned link);

#endif
