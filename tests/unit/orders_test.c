#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

/* What the station does with an authority's orders while ballots flow: pause, resume, revoke,
 * withdraw, draw, text. The law itself is law_orders_test's; close and extend are
 * sequence_test's. */
static struct stage *stage;
static struct bytes last;
static uint8_t memory[2][4096];
static uint32_t number;

static void
begin_at(struct campaign_wish wish, const char *now)
{
	if (wish.frontends == 0)
		wish.frontends = 3;
	stage = stage_make(&(struct stage_wish){.campaign = wish, .now = now},
			   (struct test_random){1});
	last = bytes_make(NULL, 0);
	number = 0;
	stage_run(stage, 500);
}

static void
begin(void)
{
	begin_at((struct campaign_wish){0}, NULL);
}

static void
end(void)
{
	stage_run(stage, 200);
	naive_compare(stage);
	stage_free(stage);
}

/* The next notice in order; nothing happens yet. */
static void
order_with(struct guest *guest, enum tally_notice_kind kind, struct bytes body)
{
	uint8_t *to = memory[number % 2];

	last =
	    campaign_order(&stage->campaign, last, ++number, kind, body, to, sizeof memory[0]);
	guest_ask(guest, TALLY_MESSAGE_NOTICE, last);
}

static void
order(struct guest *guest, enum tally_notice_kind kind)
{
	order_with(guest, kind, bytes_make(NULL, 0));
}

static void
revoke(struct guest *guest, enum notice_holder holder, const struct note_private_key *key)
{
	uint8_t body[8];
	struct writer writer = writer_make(body, sizeof body);

	notice_revoke_write(&writer, holder, key->key.id);
	order_with(guest, TALLY_NOTICE_REVOKE, writer_view(&writer));
}

static void
withdraw(struct guest *guest, uint16_t option)
{
	uint8_t body[8];
	struct writer writer = writer_make(body, sizeof body);

	notice_withdraw_write(&writer, 0, option);
	order_with(guest, TALLY_NOTICE_WITHDRAW, writer_view(&writer));
}

/* A ballot that frontend `signer` has signed. */
static void
vote_by(struct guest *guest, size_t signer, uint64_t voter)
{
	uint8_t ballot[TALLY_BALLOT_SIZE_MAX];
	struct campaign_choice choice = {0, 1, 1};
	struct campaign_vote vote = {
	    .voter = voter, .signer = signer, .choices = &choice, .choices_count = 1};

	guest_submit(guest, campaign_ballot(&stage->campaign, &vote, ballot));
}

static void
is_paused_between(void **state)
{
	struct guest guest, authority;
	uint64_t first;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	authority = guest_join(stage, GUEST_ANONYMOUS);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 20);
	first = guest_expect(&guest, TALLY_ACCEPTED);
	order(&authority, TALLY_NOTICE_PAUSE);
	stage_run(stage, 20);
	guest_expect(&authority, TALLY_ACCEPTED);
	assert_string_equal(stage->last_said, "voting is paused");
	assert_string_equal(station_refusal(stage->station), "voting is paused");
	guest_vote(&guest, 2, 1, 0);
	guest_vote(&guest, 1, 1, 0); /* byte for byte */
	stage_run(stage, 20);
	guest_expect(&guest, TALLY_PAUSED);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), first);
	order(&authority, TALLY_NOTICE_RESUME);
	stage_run(stage, 20);
	guest_expect(&authority, TALLY_ACCEPTED);
	assert_string_equal(stage->last_said, "the pause is over");
	assert_null(station_refusal(stage->station));
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 20);
	guest_expect(&guest, TALLY_ACCEPTED);
	end();
}

/* L2: an answer that rests on the pause waits for its entry. */
static void
paused_only_when_durable(void **state)
{
	struct guest guest;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	stage_hold(stage, STAGE_COMMIT);
	order(&guest, TALLY_NOTICE_PAUSE);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 100);
	guest_expect_nothing(&guest);
	assert_null(station_refusal(stage->station));
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 20);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_PAUSED);
	end();
}

/* The newest notice sent again gets its first answer; an older one is out of order. */
static void
sent_again(void **state)
{
	struct guest guest;
	struct bytes older;
	uint64_t index;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	order(&guest, TALLY_NOTICE_PAUSE);
	older = last;
	order(&guest, TALLY_NOTICE_RESUME);
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, last);
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, older);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	index = guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), index);
	guest_expect(&guest, TALLY_NOTICE_OUT_OF_ORDER);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_NOTICE), 2);
	end();
}

static void
a_pause_outlives_the_process(void **state)
{
	struct guest guest;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	order(&guest, TALLY_NOTICE_PAUSE);
	stage_run(stage, 6000);
	order_with(&guest, TALLY_NOTICE_TEXT, BYTES_OF("paused"));
	stage_run(stage, 6000);
	assert_true(stage->kept.index > 0);
	stage_crash(stage);
	for (int kept = 0; kept < 2; kept++) {
		stage_restart(stage, kept == 1);
		stage_run(stage, 100);
		guest = guest_join(stage, 0);
		guest_vote(&guest, 1, 1, 0);
		stage_run(stage, 50);
		guest_expect(&guest, TALLY_PAUSED);
		stage_crash(stage);
	}
	stage_restart(stage, false);
	end();
}

/* Whoever relays it. What it signed before stays, and keeps its answer. */
static void
a_revoked_key_signs_nothing(void **state)
{
	struct guest guest;
	uint64_t first;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	vote_by(&guest, 1, 1);
	revoke(&guest, NOTICE_FRONTEND, &stage->campaign.frontends[1]);
	vote_by(&guest, 1, 2);
	vote_by(&guest, 1, 1);
	vote_by(&guest, 0, 2);
	stage_run(stage, 50);
	first = guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_REVOKED_SIGNER);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), first);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->station->durable_standing.counts.ballots, 2);
	end();
}

static void
a_revoked_registrar(void **state)
{
	struct guest guest;

	(void)state;
	begin_at((struct campaign_wish){.signing = TALLY_SIGNING_VOTER, .registrars = 2}, NULL);
	guest = guest_join(stage, 0);
	vote_by(&guest, 1, 1);
	revoke(&guest, NOTICE_REGISTRAR, &stage->campaign.registrars[1]);
	vote_by(&guest, 1, 2);
	vote_by(&guest, 0, 3);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_REVOKED_REGISTRAR);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_true(guest_is_there(&guest));
	end();
}

/* Its connections end once the notice is durable, each after what it has asked is answered; the
 * others' stay. */
static void
its_connections_end(void **state)
{
	struct guest idle, busy, other, authority, stranger;

	(void)state;
	begin();
	idle = guest_join(stage, 1);
	busy = guest_join(stage, 1);
	other = guest_join(stage, 2);
	authority = guest_join(stage, GUEST_AUTHORITY);
	stranger = guest_join(stage, GUEST_ANONYMOUS);
	stage_hold(stage, STAGE_COMMIT);
	revoke(&authority, NOTICE_FRONTEND, &stage->campaign.frontends[1]);
	stage_run(stage, 50);
	vote_by(&busy, 2, 1);
	stage_run(stage, 50);
	guest_expect_nothing(&idle);
	assert_true(guest_is_there(&idle));
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 100);
	guest_expect(&authority, TALLY_ACCEPTED);
	guest_expect_goodbye(&idle, TALLY_REVOKED_SIGNER);
	guest_expect(&busy, TALLY_ACCEPTED);
	guest_expect_goodbye(&busy, TALLY_REVOKED_SIGNER);
	assert_true(guest_is_there(&other));
	assert_true(guest_is_there(&authority));
	assert_true(guest_is_there(&stranger));
	vote_by(&other, 2, 2);
	stage_run(stage, 50);
	guest_expect(&other, TALLY_ACCEPTED);
	end();
}

/* What it sends while its last answers are under way is not taken. */
static void
nothing_more_is_taken(void **state)
{
	struct guest guest, authority;

	(void)state;
	begin();
	guest = guest_join(stage, 1);
	authority = guest_join(stage, GUEST_AUTHORITY);
	revoke(&authority, NOTICE_FRONTEND, &stage->campaign.frontends[1]);
	stage_hold(stage, STAGE_VERIFY);
	vote_by(&guest, 0, 1);
	stage_settle(stage);
	stage_run(stage, 20);
	stage_release(stage, STAGE_VERIFY);
	stage_hold(stage, STAGE_COMMIT);
	stage_run(stage, 20);
	stage_release(stage, STAGE_COMMIT);
	stage_hold(stage, STAGE_VERIFY);
	stage_run(stage, 20);
	vote_by(&guest, 0, 2);
	stage_run(stage, 20);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 100);
	guest_expect(&authority, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect_goodbye(&guest, TALLY_REVOKED_SIGNER);
	assert_int_equal(stage->station->durable_standing.counts.ballots, 1);
	end();
}

/* L2: AUTH is answered by the durable law; a connection that came before it is durable ends. */
static void
a_revoked_frontend_is_sent_away(void **state)
{
	struct guest authority, early, late;
	struct frame hello;

	(void)state;
	begin();
	authority = guest_join(stage, GUEST_AUTHORITY);
	stage_hold(stage, STAGE_COMMIT);
	revoke(&authority, NOTICE_FRONTEND, &stage->campaign.frontends[1]);
	stage_run(stage, 20);
	early = guest_join(stage, 1);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 20);
	guest_expect_goodbye(&early, TALLY_REVOKED_SIGNER);
	for (int again = 0; again < 2; again++) {
		late = guest_connect(stage, &hello);
		guest_auth(&late, &hello, 1, bytes_make(NULL, 0));
		stage_settle(stage);
		guest_expect_goodbye(&late, TALLY_REVOKED_SIGNER);
		stage_run(stage, 1000);
		stage_crash(stage);
		stage_restart(stage, false);
		stage_run(stage, 100);
	}
	(void)guest_join(stage, 0);
	end();
}

static void
a_withdrawn_option(void **state)
{
	struct guest guest;
	uint64_t first;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	guest_vote(&guest, 1, 1, 2);
	withdraw(&guest, 2);
	guest_vote(&guest, 2, 1, 2);
	guest_vote(&guest, 1, 1, 2);
	guest_vote(&guest, 2, 1, 1);
	withdraw(&guest, 2);
	stage_run(stage, 50);
	first = guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_WITHDRAWN_OPTION);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), first);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(stage->station->durable_standing.counts.ballots, 2);
	end();
}

static void
waits_for_its_draw(void **state)
{
	static const char waits[] =
	    "voting waits for the draw: it opens once a notice draw has come";
	struct guest guest;

	(void)state;
	begin_at((struct campaign_wish){.outcome = "{\"rule\":\"count/v1\",\"seats\":1,"
						   "\"tie_order\":\"drawn\"}",
					.opens = "2026-01-10T12:01:00Z"},
		 "2026-01-10T12:00:10Z");
	guest = guest_join(stage, 0);
	assert_string_equal(station_refusal(stage->station),
			    "voting has not opened yet: it waits for the draw");
	assert_int_equal(stage->said, 0);
	stage_sleep(stage, 120000);
	assert_string_equal(stage->last_said, waits);
	assert_int_equal(stage->said, 1);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 20);
	guest_expect(&guest, TALLY_NOT_OPEN_YET);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_PHASE), 0);
	order_with(&guest, TALLY_NOTICE_DRAW, BYTES_OF("7, 23, 11"));
	stage_run(stage, 200);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_string_equal(stage->last_said, "voting is open");
	assert_null(station_refusal(stage->station));
	guest_vote(&guest, 1, 1, 0);
	order_with(&guest, TALLY_NOTICE_DRAW, BYTES_OF("8, 23, 11"));
	stage_run(stage, 20);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_NOTICE_IMPOSSIBLE);
	stage_run(stage, 200);
	stage_free(stage);
}

static void
a_text_changes_nothing(void **state)
{
	struct guest guest;

	(void)state;
	begin();
	guest = guest_join(stage, GUEST_ANONYMOUS);
	order_with(&guest, TALLY_NOTICE_TEXT, BYTES_OF("Booth 5 has moved.\nSorry."));
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_NOTICE), 1);
	assert_null(station_refusal(stage->station));
	end();
}

/* S1: as many words as fit one step, however many orders come back at once. */
static void
a_thousand_orders_at_once(void **state)
{
	struct guest guest, other;
	size_t total;

	(void)state;
	begin();
	guest = guest_join(stage, 0);
	other = guest_join(stage, 2);
	stage_hold(stage, STAGE_VERIFY);
	vote_by(&other, 0, 1);
	stage_run(stage, 20);
	for (int i = 0; i < window_requests; i++)
		order(&guest, i % 2 == 0 ? TALLY_NOTICE_PAUSE : TALLY_NOTICE_RESUME);
	stage_run(stage, 50);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 1000);
	assert_int_equal(guest_verdicts(&guest, TALLY_ACCEPTED, &total), window_requests);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_NOTICE), window_requests);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_paused_between),
	    cmocka_unit_test(paused_only_when_durable),
	    cmocka_unit_test(sent_again),
	    cmocka_unit_test(a_pause_outlives_the_process),
	    cmocka_unit_test(a_revoked_key_signs_nothing),
	    cmocka_unit_test(a_revoked_registrar),
	    cmocka_unit_test(its_connections_end),
	    cmocka_unit_test(nothing_more_is_taken),
	    cmocka_unit_test(a_revoked_frontend_is_sent_away),
	    cmocka_unit_test(a_withdrawn_option),
	    cmocka_unit_test(waits_for_its_draw),
	    cmocka_unit_test(a_text_changes_nothing),
	    cmocka_unit_test(a_thousand_orders_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
