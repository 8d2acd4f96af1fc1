#include "station/gauge.h"

#include "station/state.h"

static enum gauge_connection
kind_of(const struct station *station, const struct connection *connection)
{
	if (connection_is_frontend(station, connection))
		return GAUGE_FRONTEND;
	if (connection_is_authority(station, connection))
		return GAUGE_AUTHORITY;
	if (connection->state == CONNECTION_GREETED)
		return GAUGE_GREETED;
	return connection->state == CONNECTION_ANONYMOUS ? GAUGE_ANONYMOUS : GAUGE_LEAVING;
}

void
gauge_read(const struct station *station, struct gauge *out)
{
	*out = (struct gauge){
	    .verdicts = station->verdicts,
	    .ballots = station->ballots,
	    .sequenced = station->replay.index,
	    .durable = station->durable,
	    .signed_size = station->newest.size,
	    .published_size = station->published,
	    .requests = (unsigned)station_waiting(station),
	    .ready = station_trouble(station) == NULL && station_refusal(station) == NULL,
	};
	for (unsigned i = 0; i < connections_max; i++)
		if (station->connections[i].state != CONNECTION_FREE)
			out->connections[kind_of(station, &station->connections[i])]++;
	for (unsigned i = 0; i < parcels_max; i++)
		out->parcels[station->parcels[i].state]++;
}
