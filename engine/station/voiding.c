#include "station/state.h"

enum gather_end
voiding_begin(struct station *station, const struct notice_void *voided)
{
	if (voided->tags_count == 0 && voided->last >= station->replay.index)
		return GATHER_IMPOSSIBLE;
	return gather_begin(&station->gather, voided);
}

/* Nothing else is sequenced meanwhile, so that the poll book stands still. */
bool
voiding_gather(struct station *station, struct parcel_item *item)
{
	enum gather_end end;

	if (station->gathering == GATHERING_WHOLE)
		return true;
	if (station->gathering == GATHERING_AWAY || station->durable < station->replay.index)
		return false;
	if (station->gathering == GATHERING_IDLE)
		end = voiding_begin(station, &item->notice->voided);
	else
		end = gather_work(&station->gather);
	CHECK(end != GATHER_WRONG); /* T1 */
	if (end == GATHER_MORE) {
		station->gathering = GATHERING_AWAY;
		station_effect(station, EFFECT_GATHER);
		return false;
	}
	if (end == GATHER_IMPOSSIBLE)
		item->verdict = TALLY_NOTICE_IMPOSSIBLE;
	else
		station->gathering = GATHERING_WHOLE;
	return true;
}

/* The counts behind it can be proven as those before it. */
void
voiding_entered(struct station *station)
{
	gather_enter(&station->gather, station->pollbook);
	station->tally_owed = true;
	publishing_wait(station);
}

void
voiding_end(struct station *station)
{
	CHECK(station->gathering != GATHERING_AWAY);
	station->gathering = GATHERING_IDLE;
}
