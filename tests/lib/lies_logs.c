#include "tests/lib/lies.h"

/* One good log in the making. */
struct making {
	struct lie_log *good;
	struct test_random random;
};

/* Choices without the option that is withdrawn. */
static void
choose(struct making *making, struct campaign_vote *made, struct campaign_choice *choices)
{
	size_t kept = 0;

	campaign_vote_random(&making->good->log.campaign, &making->random, made, choices, 64);
	if (making->good->log.replay.law.withdrawn_count == 0)
		return;
	for (size_t i = 0; i < made->choices_count; i++)
		if (choices[i].option != LIE_WITHDRAWN)
			choices[kept++] = choices[i];
	made->choices_count = kept;
}

static size_t
vote_by(struct making *making, uint64_t voter, uint16_t revision, size_t signer)
{
	struct lie_log *good = making->good;
	const struct manifest *manifest = good->log.campaign.manifest;
	bool voters = manifest->signing == TALLY_SIGNING_VOTER;
	struct campaign_choice choices[64];
	struct campaign_vote made;
	struct lie_vote *kept = &good->votes[good->log.count];

	choose(making, &made, choices);
	kept->voter = voter;
	kept->revision = revision;
	kept->district = made.district;
	kept->serial = voters ? 10 + (revision > 1 && voter % 2 == 0) : 0;
	kept->signer = signer;
	made.voter = voter;
	made.revision = revision;
	made.serial = kept->serial;
	made.signer = kept->signer;
	if (voter >= good->voters_count)
		good->voters_count = voter + 1;
	return test_log_vote(&good->log, &made);
}

static size_t
vote(struct making *making, uint64_t voter, uint16_t revision)
{
	const struct manifest *manifest = making->good->log.campaign.manifest;
	size_t signers = manifest->signing == TALLY_SIGNING_VOTER ? manifest->registrars_count
								  : manifest->frontends_count;

	return vote_by(making, voter, revision, voter % signers);
}

/* Voters [from, to), and where it is allowed some of those before them again. */
static void
votes(struct making *making, uint64_t from, uint64_t to)
{
	bool again = making->good->log.campaign.manifest->revisions_max > 2;

	for (uint64_t voter = from; voter < to; voter++) {
		(void)vote(making, voter, 1);
		if (again && voter % 4 == 3)
			(void)vote(making, voter - 2, 2);
		if (again && voter % 8 == 7)
			(void)vote(making, voter - 6, 3);
	}
}

static void
publish(struct making *making)
{
	struct lie_log *good = making->good;

	assert_true(good->sizes_count < LIE_SIZES_MAX);
	good->sizes[good->sizes_count++] = good->log.count;
}

/* Opened, extended, closed by the clock. */
static void
extended(struct making *making, uint64_t first, uint64_t second)
{
	struct test_log *log = &making->good->log;

	(void)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, STORY_OPENS);
	votes(making, 0, first);
	publish(making);
	(void)test_log_tally(log);
	(void)test_log_notice(log, TALLY_NOTICE_EXTEND, "2026-02-01T20:00:00Z");
	votes(making, first, second - 5);
	publish(making);
	(void)test_log_notice(log, TALLY_NOTICE_EXTEND, STORY_EXTENDED);
	votes(making, second - 5, second);
	(void)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, STORY_EXTENDED);
	(void)test_log_tally(log);
	publish(making);
}

static void
short_log(struct making *making)
{
	extended(making, 10, 24);
}

/* Closed by a notice, opened again by another. */
static void
reopened_log(struct making *making)
{
	struct test_log *log = &making->good->log;

	(void)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, STORY_OPENS);
	votes(making, 0, 9);
	publish(making);
	(void)test_log_notice(log, TALLY_NOTICE_CLOSE, NULL);
	(void)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE,
			     "2026-01-20T20:00:00Z");
	(void)test_log_tally(log);
	(void)test_log_notice(log, TALLY_NOTICE_EXTEND, STORY_EXTENDED);
	(void)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE, "2026-01-21T20:00:00Z");
	publish(making);
	votes(making, 9, 20);
	(void)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, STORY_EXTENDED);
	(void)test_log_tally(log);
	publish(making);
}

/* More than one bundle, and so two levels of tiles. */
static void
long_log(struct making *making)
{
	struct test_log *log = &making->good->log;

	(void)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, STORY_OPENS);
	votes(making, 0, 30);
	publish(making);
	(void)test_log_tally(log);
	votes(making, 30, 180);
	(void)test_log_tally(log);
	while (log->count < TALLY_TILE_WIDTH)
		(void)vote(making, making->good->voters_count, 1);
	publish(making);
	votes(making, making->good->voters_count, making->good->voters_count + 16);
	publish(making);
	(void)test_log_notice(log, TALLY_NOTICE_EXTEND, STORY_EXTENDED);
	votes(making, making->good->voters_count, making->good->voters_count + 8);
	(void)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, STORY_EXTENDED);
	(void)test_log_tally(log);
	publish(making);
}

/* A manifest of two entries; still open. */
static void
parts_log(struct making *making)
{
	struct test_log *log = &making->good->log;

	publish(making);
	(void)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, STORY_OPENS);
	votes(making, 0, 6);
	(void)test_log_tally(log);
	publish(making);
	votes(making, 6, 10);
	publish(making);
}

static void
order(struct making *making, enum tally_notice_kind kind, struct bytes body)
{
	(void)test_log_order(&making->good->log, kind, body);
}

static void
withdraw_and_revoke(struct making *making)
{
	const struct campaign *campaign = &making->good->log.campaign;
	uint8_t body[16];
	struct writer writer = writer_make(body, sizeof body);

	notice_withdraw_write(&writer, 0, LIE_WITHDRAWN);
	order(making, TALLY_NOTICE_WITHDRAW, writer_view(&writer));
	votes(making, 18, 22);
	writer = writer_make(body, sizeof body);
	notice_revoke_write(&writer, NOTICE_FRONTEND, campaign->frontends[0].key.id);
	order(making, TALLY_NOTICE_REVOKE, writer_view(&writer));
	(void)vote_by(making, 22, 1, 1);
	(void)vote_by(making, 23, 1, 2);
}

/* A draw, a pause, voids by tags and by signer, votes behind them, a booth that has precedence, a
 * withdrawal, a revocation; the first vote stands. Frontends 0 and 1 are online, 2 is the booth. */
static void
ordered_log(struct making *making)
{
	static const uint64_t seen_twice[] = {1, 4};
	static const uint64_t late = 2;
	struct test_log *log = &making->good->log;
	size_t first;

	order(making, TALLY_NOTICE_DRAW, BYTES_OF("17 4 33 8"));
	(void)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, STORY_OPENS);
	first = vote(making, 0, 1);
	votes(making, 1, 12);
	order(making, TALLY_NOTICE_TEXT, BYTES_OF("The line was cut for an hour."));
	(void)test_log_tally(log);
	publish(making);
	order(making, TALLY_NOTICE_PAUSE, BYTES_OF(""));
	order(making, TALLY_NOTICE_RESUME, BYTES_OF(""));
	votes(making, 12, 18);
	(void)test_log_void(log, NOTICE_AGAIN, seen_twice, 2);
	(void)test_log_tally(log);
	(void)vote_by(making, 1, 2, 1);
	(void)vote_by(making, 3, 1, 2);
	publish(making);
	(void)test_log_sweep(log, NOTICE_BARRED, 1, first, first + 10);
	withdraw_and_revoke(making);
	(void)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK, STORY_CLOSES);
	(void)test_log_tally(log);
	(void)test_log_void(log, NOTICE_AGAIN, &late, 1);
	(void)test_log_tally(log);
	publish(making);
}

/* Rankings that may be revised, and voids among them. */
static void
ranked_log(struct making *making)
{
	static const uint64_t again[] = {1, 8};
	static const uint64_t barred = 6;
	struct test_log *log = &making->good->log;

	(void)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, STORY_OPENS);
	votes(making, 0, 12);
	publish(making);
	(void)test_log_void(log, NOTICE_AGAIN, again, 2);
	(void)test_log_tally(log);
	(void)vote(making, 8, 3);
	(void)test_log_void(log, NOTICE_BARRED, &barred, 1);
	(void)test_log_tally(log);
	votes(making, 12, 20);
	publish(making);
}

static const struct {
	const char *name;
	struct campaign_wish wish;
	void (*make)(struct making *making);
} plans[LIE_LOGS_COUNT] = {
    {"first", {.voters_max = 24}, short_log},
    {"last",
     {.revisions_max = 4,
      .districts = 3,
      .contests = 2,
      .options = 4,
      .blank = true,
      .frontends = 2},
     short_log},
    {"voters",
     {.signing = TALLY_SIGNING_VOTER, .revisions_max = 4, .registrars = 2},
     short_log},
    {"reopened", {.authorities = 2, .options = 5, .max = 2}, reopened_log},
    {"long", {.revisions_max = 3}, long_log},
    {"parts", {.options = 1200, .max = 5, .districts = 2}, parts_log},
    {"orders",
     {.frontends = 3,
      .options = 4,
      .more = "\"precedence\":\"booth\"",
      .outcome = "{\"rule\":\"count/v1\",\"seats\":4,\"tie_order\":\"drawn\"}"},
     ordered_log},
    {"ranked",
     {.revisions_max = 4,
      .method = "ranked",
      .outcome = "{\"rule\":\"irv/v1\",\"tie_order\":\"listed\"}"},
     ranked_log},
    {"sealed", {.sealed = true, .unseal_delay_s = 3600}, short_log},
};

void
lies_open(struct lies *lies, uint64_t seed)
{
	*lies = (struct lies){.seed = seed};
	for (size_t i = 0; i < LIE_LOGS_COUNT; i++) {
		struct making making = {&lies->logs[i], {seed + i}};

		making.good->name = plans[i].name;
		making.good->wish = plans[i].wish;
		making.good->other = &lies->logs[(i + 1) % LIE_OPEN_LOGS];
		test_log_make(&making.good->log, &plans[i].wish);
		plans[i].make(&making);
		assert_true(making.good->log.count <= LIE_ENTRIES_MAX);
		assert_int_equal(making.good->log.replay.index, making.good->log.count);
	}
}

void
lies_close(struct lies *lies)
{
	for (size_t i = 0; i < LIE_LOGS_COUNT; i++)
		test_log_free(&lies->logs[i].log);
}
