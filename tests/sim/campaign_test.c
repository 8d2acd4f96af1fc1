/* A whole campaign, again and again, each from one seed: frontends, voters, forgers, a clock, a
 * slow disk and crashes at any moment. TEST_SEED reruns one; SEEDS sets how many are tried. */
#include "tests/lib/crowd.h"
#include "tests/lib/naive.h"
#include "tests/lib/voids.h"
#include "tests/lib/witness.h"

enum {
	SEEDS_COUNT = 40,
	OPENS_MINUTE = 29467440, /* 2026-01-10T12:00:00Z */
};

struct sim {
	struct test_random random;
	struct stage *stage;
	struct crowd *crowd;
	uint16_t revisions_max;
	uint64_t release_ms[STAGE_CHORES];
	uint64_t space_back_ms;
	uint64_t rush; /* ballots cast in a moment: below this */
	unsigned crashes;
};

static uint64_t totals[TALLY_VERDICTS_COUNT];
static uint64_t total_cosigned, total_voided;
static uint64_t total_crashes, total_receipts, total_entries, total_published, total_unsealed;

static uint64_t
below(struct sim *sim, uint64_t count)
{
	return test_random_below(&sim->random, count);
}

static bool
one_in(struct sim *sim, uint64_t count)
{
	return below(sim, count) == 0;
}

static struct sim
sim_make(uint64_t seed)
{
	struct sim sim = {.random = {seed}};
	struct stage_wish wish = {.unordered = true};
	bool revotes = !one_in(&sim, 4);

	sim.revisions_max = revotes ? (uint16_t)(2 + below(&sim, 8)) : 1;
	wish.campaign = (struct campaign_wish){
	    .contests = 1 + below(&sim, 3),
	    .districts = one_in(&sim, 2) ? 0 : 3,
	    .blank = one_in(&sim, 2),
	    .ranked = one_in(&sim, 4),
	    .frontends = 1 + below(&sim, 3),
	    .signing = one_in(&sim, 4) ? TALLY_SIGNING_VOTER : TALLY_SIGNING_FRONTEND,
	    .registrars = 1 + below(&sim, 2),
	    .revisions_max = sim.revisions_max,
	    .voters_max = 1000,
	    .witnesses = below(&sim, 3),
	    .witness_wait_s = 1 + (uint32_t)below(&sim, 3),
	    .publish_every_s = 1 + (uint32_t)below(&sim, 5),
	    .publish_min = 1 + (uint32_t)below(&sim, 40),
	    .tally_every = 1 + (uint32_t)below(&sim, 60),
	    .sealed = one_in(&sim, 2),
	    .unseal_delay_s = (uint32_t)below(&sim, 2) * 20,
	    .opens = "2026-01-10T12:00:00Z",
	    .closes = one_in(&sim, 2) ? "2026-01-10T12:01:00Z" : "2026-01-10T12:02:00Z",
	};
	if (wish.campaign.frontends > 1 && wish.campaign.signing == TALLY_SIGNING_FRONTEND &&
	    one_in(&sim, 2))
		wish.campaign.precedence = one_in(&sim, 2) ? "booth" : "online";
	sim.rush = 1 + below(&sim, 3);
	wish.workers = 1 + (unsigned)below(&sim, 4);
	if (one_in(&sim, 2))
		wish.parcel_items = 1 + (unsigned)below(&sim, parcel_items_max);
	wish.pieces = one_in(&sim, 2);
	wish.now = one_in(&sim, 2) ? "2026-01-10T11:59:57Z" : "2026-01-10T12:00:40Z";
	sim.stage = stage_make(&wish, (struct test_random){test_random_next(&sim.random)});
	sim.crowd = crowd_make(sim.stage, (struct test_random){test_random_next(&sim.random)},
			       10 + below(&sim, 240), 1 + below(&sim, crowd_frontends_max));
	return sim;
}

static void
sim_free(struct sim *sim)
{
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		totals[i] += sim->crowd->verdicts[i];
	total_crashes += sim->crashes;
	total_receipts += sim->crowd->receipts;
	total_voided += sim->stage->station->durable_standing.counts.voided;
	total_entries += sim->stage->entries_count;
	total_published += sim->stage->published_count;
	total_cosigned += sim->stage->cosigned;
	total_unsealed += sim->stage->campaign.manifest->sealed &&
			  !stage_is_sealed(sim->stage, sim->stage->entries_count);
	crowd_free(sim->crowd);
	stage_free(sim->stage);
}

/* --- what happens ------------------------------------------------------------------------- */

static void
somebody_votes(struct sim *sim)
{
	uint64_t voter = below(sim, sim->crowd->voters_count);
	uint16_t next = (uint16_t)(sim->crowd->answered[voter] + 1);
	uint16_t revision = (uint16_t)(1 + below(sim, sim->revisions_max));

	if ((next <= sim->revisions_max || sim->revisions_max == 1) && !one_in(sim, 4))
		revision = next;
	crowd_cast(sim->crowd, voter, revision, one_in(sim, 12));
}

static void
somebody_repeats(struct sim *sim)
{
	if (sim->crowd->casts_count > 0)
		crowd_repeat(sim->crowd, (size_t)below(sim, sim->crowd->casts_count));
}

/* Bytes that no frontend would send, from a stranger or a frontend gone mad. */
static void
somebody_raves(struct sim *sim)
{
	struct stage *stage = sim->stage;
	struct frame hello;
	struct guest guest = guest_connect(stage, &hello);
	uint8_t bytes[300];
	size_t size = (size_t)below(sim, sizeof bytes);

	test_random_fill(&sim->random, bytes, sizeof bytes);
	if (one_in(sim, 2))
		guest_auth(&guest, &hello, (int)below(sim, 2) - 1, bytes_make(NULL, 0));
	if (one_in(sim, 2))
		memset(bytes, 0, 3); /* a size that may be */
	if (one_in(sim, 2))
		guest_ask(&guest, (enum tally_message)below(sim, 256), bytes_make(bytes, size));
	else
		stage_send(stage, guest.number, bytes_make(bytes, size));
	stage_settle(stage);
	if (!one_in(sim, 4) && guest_is_there(&guest))
		stage_disconnect(stage, guest.number);
}

/* A line over what was offered last, in time or not, or as being over something else. */
static void
witness_speaks(struct sim *sim)
{
	struct stage *stage = sim->stage;
	size_t count = stage->campaign.manifest->witnesses_count;
	struct frame hello;
	struct guest guest;

	if (count == 0 || stage->offered_size == 0)
		return;
	guest = guest_connect(stage, &hello);
	guest_auth(&guest, &hello, GUEST_ANONYMOUS, bytes_make(NULL, 0));
	witness_sends(&guest, (size_t)below(sim, count),
		      stage->offered.size + (one_in(sim, 10) ? 1 : 0));
	stage_settle(stage);
	if (!one_in(sim, 4) && guest_is_there(&guest))
		stage_disconnect(stage, guest.number);
}

static void
disk_or_workers_stall(struct sim *sim)
{
	enum stage_chore_kind kind = (enum stage_chore_kind)below(sim, STAGE_CHORES);

	stage_hold(sim->stage, kind);
	sim->release_ms[kind] = sim->stage->mono_ms + below(sim, 2000);
}

static void
disk_is_full(struct sim *sim)
{
	sim->stage->space = below(sim, 200000);
	sim->crowd->space_was_short = true;
	sim->space_back_ms = sim->stage->mono_ms + below(sim, 3000);
	stage_step(sim->stage,
		   (struct station_event){.kind = STATION_SPACE, .space = sim->stage->space});
}

static void
clock_jumps(struct sim *sim)
{
	sim->stage->wall_offset_ms += (int64_t)below(sim, 400000) - 200000;
}

static void
authority_speaks(struct sim *sim)
{
	int64_t minute = stage_wall_ms(sim->stage) / 60000 + 1 + (int64_t)below(sim, 2);

	if (one_in(sim, 3))
		crowd_notice(sim->crowd, TALLY_NOTICE_UNSEAL,
			     (minute - (int64_t)below(sim, 3)) * 60);
	else if (one_in(sim, 2))
		crowd_notice(sim->crowd, TALLY_NOTICE_CLOSE, 0);
	else
		crowd_notice(sim->crowd, TALLY_NOTICE_EXTEND, minute * 60);
}

/* The ballots of a few voters; or of a key, in a range that may not be there yet. */
static void
authority_voids(struct sim *sim)
{
	const struct campaign *campaign = &sim->stage->campaign;
	bool by_voter = campaign->manifest->signing == TALLY_SIGNING_VOTER;
	enum notice_fate fate = one_in(sim, 3) ? NOTICE_BARRED : NOTICE_AGAIN;
	uint64_t first = below(sim, sim->stage->entries_count + 1);
	uint8_t body[VOIDS_BODY_MAX];
	uint64_t voters[3];

	for (uint64_t i = 0; i < 3; i++)
		voters[i] = below(sim, sim->crowd->voters_count / 3) * 3 + i;
	if (one_in(sim, 2))
		crowd_order(sim->crowd, TALLY_NOTICE_VOID,
			    voids_of_tags(voters, 1 + below(sim, 3), fate, body));
	else
		crowd_order(sim->crowd, TALLY_NOTICE_VOID,
			    voids_of_signer(by_voter ? campaign->registrars[0].key.id
						     : campaign->frontends[0].key.id,
					    first, first + below(sim, 40), fate, body));
}

static void
frontend_slows(struct sim *sim)
{
	const struct crowd_frontend *frontend =
	    &sim->crowd->frontends[below(sim, sim->crowd->frontends_count)];
	struct stage_socket *socket = &sim->stage->sockets[frontend->number];

	if (frontend->client == NULL)
		return;
	socket->slow = true;
	socket->budget = (size_t)below(sim, 5000);
}

static void
frontend_hurries(struct sim *sim)
{
	for (unsigned i = 0; i < connections_max; i++)
		sim->stage->sockets[i].budget = SIZE_MAX / 2;
}

static void
process_dies(struct sim *sim)
{
	stage_crash(sim->stage);
	crowd_lost(sim->crowd);
	crowd_check(sim->crowd);
	naive_audit(sim->stage);
	stage_restart(sim->stage, !one_in(sim, 3));
	stage_step(sim->stage, (struct station_event){.kind = STATION_TICK});
	sim->crashes++;
}

static void
things_recover(struct sim *sim)
{
	for (size_t i = 0; i < STAGE_CHORES; i++)
		if (sim->release_ms[i] <= sim->stage->mono_ms)
			stage_release(sim->stage, (enum stage_chore_kind)i);
	if (sim->stage->space < (uint64_t)1 << 38 &&
	    sim->space_back_ms <= sim->stage->mono_ms) {
		sim->stage->space = (uint64_t)1 << 40;
		stage_step(sim->stage, (struct station_event){.kind = STATION_SPACE,
							      .space = sim->stage->space});
	}
}

static void
one_moment(struct sim *sim)
{
	for (uint64_t i = below(sim, sim->rush); i > 0; i--)
		somebody_votes(sim);
	if (one_in(sim, 10))
		somebody_repeats(sim);
	if (one_in(sim, 5))
		crowd_ask(sim->crowd);
	if (one_in(sim, 100))
		somebody_raves(sim);
	if (one_in(sim, 30))
		witness_speaks(sim);
	if (one_in(sim, 80))
		crowd_disconnect(sim->crowd, below(sim, sim->crowd->frontends_count));
	if (one_in(sim, 150))
		disk_or_workers_stall(sim);
	if (one_in(sim, 300))
		frontend_slows(sim);
	if (one_in(sim, 100))
		frontend_hurries(sim);
	if (one_in(sim, 800))
		disk_is_full(sim);
	if (one_in(sim, 6000))
		clock_jumps(sim);
	if (one_in(sim, 900))
		authority_speaks(sim);
	if (one_in(sim, 120))
		authority_voids(sim);
	if (one_in(sim, 200))
		process_dies(sim);
}

/* --- one seed ----------------------------------------------------------------------------- */

/* Everything works again and nothing new is cast: every ballot gets its answer. */
static void
all_is_answered(struct sim *sim)
{
	memset(sim->release_ms, 0, sizeof sim->release_ms);
	sim->space_back_ms = 0;
	things_recover(sim);
	frontend_hurries(sim);
	/* Before the vote opens nothing can be settled. */
	if (station_law(sim->stage->station)->phase == TALLY_PHASE_BEFORE)
		stage_wall_set(sim->stage, "2026-01-10T12:00:01Z");
	for (int i = 0; i < 20000 && crowd_waiting(sim->crowd) > 0; i++) {
		crowd_move(sim->crowd);
		stage_run(sim->stage, 20);
	}
	assert_int_equal(crowd_waiting(sim->crowd), 0);
}

/* The seal is broken, and the process may die over it. */
static void
unsealing(struct sim *sim)
{
	struct stage *stage = sim->stage;

	crowd_notice(sim->crowd, TALLY_NOTICE_CLOSE, 0);
	all_is_answered(sim);
	stage_sleep(stage, 125000);
	crowd_notice(sim->crowd, TALLY_NOTICE_UNSEAL, stage_wall_ms(stage) / 60000 * 60);
	crowd_move(sim->crowd);
	stage_run(stage, below(sim, 300));
	if (one_in(sim, 2))
		process_dies(sim);
	all_is_answered(sim);
}

static void
run_seed(uint64_t seed)
{
	struct sim sim = sim_make(seed);
	unsigned moments = 200 + (unsigned)below(&sim, 1200);

	for (unsigned i = 0; i < moments; i++) {
		one_moment(&sim);
		things_recover(&sim);
		crowd_move(sim.crowd);
		stage_run(sim.stage, one_in(&sim, 4) ? 50 : 5);
		assert_false(sim.stage->station->fallen_behind);
	}
	all_is_answered(&sim);
	if (sim.stage->campaign.manifest->sealed)
		unsealing(&sim);
	stage_run(sim.stage, 1000);
	crowd_check(sim.crowd);
	naive_compare(sim.stage);
	stage_step(sim.stage, (struct station_event){.kind = STATION_STOP});
	stage_run(sim.stage, 10000);
	assert_true(sim.stage->stopped);
	naive_compare(sim.stage);
	assert_int_equal(sim.stage->remembered.size, sim.stage->entries_count);
	sim_free(&sim);
}

static uint64_t running;

/* A failed check, ours or the station's, ends the process: say first what to run again. */
static void
say_seed(void)
{
	if (running > 0)
		printf("to run it again: TEST_SEED=%llu\n", (unsigned long long)running - 1);
	fflush(stdout);
}

static void
on_check(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: CHECK(%s)\n", file, line, condition);
	say_seed();
}

static void
test_campaigns(void **state)
{
	const char *wish = getenv("SEEDS");
	uint64_t wanted = wish != NULL ? strtoull(wish, NULL, 10) : SEEDS_COUNT;
	uint64_t first = test_random_make(1).state;
	uint64_t count = 0;

	(void)state;
	check_reporter_set(on_check);
	do {
		running = first + count + 1;
		run_seed(first + count++);
	} while (getenv("TEST_SEED") == NULL && count < wanted);
	running = 0;
	printf("%llu seeds, %llu crashes, %llu entries, %llu receipts, %llu publications, "
	       "%llu unsealed, %llu cosignatures, %llu voided\n",
	       (unsigned long long)count, (unsigned long long)total_crashes,
	       (unsigned long long)total_entries, (unsigned long long)total_receipts,
	       (unsigned long long)total_published, (unsigned long long)total_unsealed,
	       (unsigned long long)total_cosigned, (unsigned long long)total_voided);
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		if (totals[i] > 0)
			printf("%s %llu\n", tally_verdict_text(i)->name,
			       (unsigned long long)totals[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_campaigns),
	};

	atexit(say_seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
