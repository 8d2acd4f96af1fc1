#include "tests/lib/story.h"

struct bytes
story_ballot(const struct test_log *log, uint64_t voter, uint16_t revision, uint8_t *memory)
{
	const struct campaign_choice choice = {0, (uint16_t)((voter + revision) % 3), 1};
	const struct campaign_vote vote = {.voter = voter,
					   .revision = revision,
					   .serial = 1,
					   .choices = &choice,
					   .choices_count = 1};

	return campaign_ballot(&log->campaign, &vote, memory);
}

size_t
story_vote(struct test_log *log, uint64_t voter, uint16_t revision)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];

	return test_log_ballot(log, story_ballot(log, voter, revision, memory));
}

static void
vote_many(struct test_log *log, uint64_t from, uint64_t to)
{
	bool again = log->campaign.manifest->revisions_max > 1;

	for (uint64_t voter = from; voter < to; voter++) {
		(void)story_vote(log, voter, 1);
		if (again && voter >= 10 && voter % 5 == 0)
			(void)story_vote(log, voter - 10, 2);
	}
}

static void
at(struct test_log *log, enum story_point point, story_hook *hook)
{
	if (hook != NULL)
		hook(log, point);
}

void
story_make(struct test_log *log, const struct campaign_wish *wish, story_hook *hook)
{
	const uint64_t second = STORY_VOTES_FIRST + STORY_VOTES_SECOND;

	test_log_make(log, wish);
	at(log, STORY_BEFORE, hook);
	(void)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, STORY_OPENS);
	vote_many(log, 0, STORY_VOTES_FIRST);
	at(log, STORY_OPEN, hook);
	(void)test_log_tally(log);
	(void)test_log_notice(log, TALLY_NOTICE_EXTEND, STORY_EXTENDED);
	vote_many(log, STORY_VOTES_FIRST, second);
	at(log, STORY_LATE, hook);
	(void)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, STORY_EXTENDED);
	at(log, STORY_CLOSED, hook);
	(void)test_log_tally(log);
	at(log, STORY_END, hook);
}
