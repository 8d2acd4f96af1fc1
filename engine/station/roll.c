#include "station/state.h"

static const uint8_t *
enrolment_at(const struct notice *notice, size_t at)
{
	return notice->enrolments + at * NOTICE_ENROLMENT_SIZE;
}

bool
roll_takes(const struct station *station, const struct notice *notice)
{
	size_t count = notice->enrolments_count;

	if (station->replay.counts.enrolled + count > enrolled_max)
		return false;
	for (size_t i = 0; i < count; i++)
		if (pollbook_enrolled(station->pollbook, enrolment_at(notice, i)) >= 0)
			return false;
	return true;
}

void
roll_enter(struct station *station, const struct notice *notice)
{
	for (size_t i = 0; i < notice->enrolments_count; i++) {
		const uint8_t *enrolment = enrolment_at(notice, i);

		pollbook_enrol(station->pollbook, enrolment,
			       be16_load(enrolment + TALLY_TAG_SIZE));
	}
}

enum tally_verdict
roll_verdict(const struct station *station, const struct parcel_item *item)
{
	const struct ballot *ballot = &item->facts->ballot;
	int district = item->district != ROSTER_ABSENT
			   ? item->district
			   : pollbook_enrolled(station->pollbook, ballot->tag);

	if (district < 0)
		return TALLY_NOT_ON_ROSTER;
	return district == ballot->district ? TALLY_ACCEPTED : TALLY_WRONG_DISTRICT;
}
