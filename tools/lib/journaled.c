#include "tools/lib/journaled.h"

int
journaled_submit(struct journaled *journaled, const void *ballot, size_t size)
{
	uint64_t *number = &journaled->numbers[journaled->submitted % window_requests];

	if (journaled->journal == NULL)
		return TALLY_CLIENT_FINE;
	journaled->submitted++;
	CHECK(journaled->submitted - journaled->answered <= window_requests);
	return tally_journal_submit(journaled->journal, ballot, size, number);
}

int
journaled_answer(struct journaled *journaled, const struct tally_client_event *event)
{
	if (journaled->journal == NULL || event->kind != TALLY_CLIENT_EVENT_VERDICT ||
	    event->request != TALLY_MESSAGE_SUBMIT)
		return TALLY_CLIENT_FINE;
	return tally_journal_answer(journaled->journal,
				    journaled->numbers[journaled->answered++ % window_requests],
				    event->verdict, event->index);
}

int
journaled_flush(struct journaled *journaled)
{
	return journaled->journal == NULL ? TALLY_CLIENT_FINE
					  : tally_journal_flush(journaled->journal);
}
