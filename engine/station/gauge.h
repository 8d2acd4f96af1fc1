/* gauge: what is under way in a station, for who watches it. The loop's thread. */
#ifndef TALLY_STATION_GAUGE_H
#define TALLY_STATION_GAUGE_H

#include "station/station.h"

enum gauge_connection {
	GAUGE_FRONTEND,
	GAUGE_AUTHORITY,
	GAUGE_ANONYMOUS,
	GAUGE_GREETED, /* has not said yet who it is */
	GAUGE_LEAVING, /* only sends what waits, or waits for its socket's end */
	GAUGE_CONNECTIONS,
};

enum {
	GAUGE_PARCELS = PARCEL_SEQUENCED + 1
};

/* Nothing in it depends on what a ballot chooses (R1). */
struct gauge {
	const uint64_t *verdicts; /* of all answers since the start (station_verdicts) */
	const uint64_t *ballots;  /* of ballots alone */
	unsigned connections[GAUGE_CONNECTIONS];
	unsigned parcels[GAUGE_PARCELS]; /* by enum parcel_state */
	unsigned requests;               /* in them: taken, and not answered yet */
	uint64_t sequenced;              /* entries */
	uint64_t durable;
	uint64_t signed_size;    /* of the newest working checkpoint */
	uint64_t published_size; /* of the newest publication */
	bool ready;              /* a ballot sent now could be accepted */
};

/* `verdicts` and `ballots` are the station's own. */
void
gauge_read(const struct station *station, struct gauge *out);

#endif
