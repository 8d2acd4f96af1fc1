#include "tests/lib/guest.h"

#include <sodium.h>

static struct stage *
make(struct stage_wish wish)
{
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	stage_run(stage, 500);
	return stage;
}

static void
test_hello_says_who_we_are(void **state)
{
	struct stage *stage = make((struct stage_wish){0});
	struct frame frame;
	struct frame_hello hello;
	struct guest guest = guest_connect(stage, &frame);

	(void)state;
	(void)guest;
	assert_true(frame_hello_parse(frame.payload, &hello));
	assert_int_equal(hello.version_min, TALLY_WIRE_VERSION);
	assert_int_equal(hello.version_max, TALLY_WIRE_VERSION);
	assert_memory_equal(hello.campaign, stage->campaign.manifest->id, TALLY_HASH_SIZE);
	assert_memory_equal(hello.log_key, stage->campaign.log.key.public_key, TALLY_KEY_SIZE);
	assert_int_equal(hello.payload_max, TALLY_WIRE_PAYLOAD_MAX);
	assert_int_equal(hello.window_requests, window_requests);
	assert_int_equal(hello.window_reads, window_reads);
	assert_int_equal(hello.idle_s, idle_deadline_ms / 1000);
	assert_true(bytes_equal(hello.checkpoint, stage_note(stage)));
	stage_free(stage);
}

static void
test_members_and_strangers(void **state)
{
	struct stage *stage = make((struct stage_wish){.campaign = {.frontends = 3}});
	struct guest last = guest_join(stage, 2);
	struct guest stranger = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	guest_vote(&last, 1, 1, 0);
	guest_vote(&stranger, 1, 1, 0);
	guest_status(&stranger, 1);
	guest_ask(&stranger, TALLY_MESSAGE_STATE, bytes_make(NULL, 0));
	stage_run(stage, 50);
	guest_expect(&last, TALLY_ACCEPTED);
	guest_expect(&stranger, TALLY_NOT_FOR_YOU);
	guest_expect(&stranger, TALLY_NOT_FOR_YOU);
	assert_int_equal(stage_received(stage, stranger.number).data[4],
			 TALLY_MESSAGE_STATE_IS);
	stage_free(stage);
}

/* A proven authority asks what anybody may, and for entries; voting is not its business. */
static void
test_authority(void **state)
{
	struct stage *stage = make((struct stage_wish){0});
	struct guest authority = guest_join(stage, GUEST_AUTHORITY);
	const struct connection *connection =
	    &((const struct station *)stage->station)->connections[authority.number];

	(void)state;
	assert_true(connection_is_authority(stage->station, connection));
	assert_false(connection_is_frontend(stage->station, connection));
	guest_vote(&authority, 1, 1, 0);
	guest_status(&authority, 1);
	guest_ask(&authority, TALLY_MESSAGE_STATE, bytes_make(NULL, 0));
	stage_run(stage, 50);
	guest_expect(&authority, TALLY_NOT_FOR_YOU);
	guest_expect(&authority, TALLY_NOT_FOR_YOU);
	assert_int_equal(stage_received(stage, authority.number).data[4],
			 TALLY_MESSAGE_STATE_IS);
	stage_free(stage);
}

/* Each is sent away with the verdict that says why. */
static void
refused(struct stage *stage, enum tally_verdict verdict,
	void (*spoil)(struct frame_auth *auth, uint8_t *signature))
{
	const struct note_private_key *key = &stage->campaign.frontends[0];
	struct frame frame;
	struct frame_hello hello;
	struct guest guest = guest_connect(stage, &frame);
	uint8_t nonce[TALLY_NONCE_SIZE] = {1};
	uint8_t message[FRAME_PROOF_SIZE];
	uint8_t signature[TALLY_SIGNATURE_SIZE];
	uint8_t memory[512];
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame_auth auth = {TALLY_WIRE_VERSION, key->key.id, nonce, signature,
				  bytes_make(NULL, 0)};

	assert_true(frame_hello_parse(frame.payload, &hello));
	frame_proof_message(hello.campaign, hello.nonce, nonce, hello.log_key, message);
	crypto_sign_detached(signature, NULL, message, sizeof message, key->secret);
	spoil(&auth, signature);
	frame_auth_write(&writer, &auth);
	stage_send(stage, guest.number, writer_view(&writer));
	stage_settle(stage);
	if (verdict != TALLY_ACCEPTED) {
		guest_expect_goodbye(&guest, verdict);
		return;
	}
	assert_true(guest_next(&guest, &frame));
	assert_int_equal(frame.message, TALLY_MESSAGE_WELCOME);
}

static void
spoil_nothing(struct frame_auth *auth, uint8_t *signature)
{
	(void)auth;
	(void)signature;
}

static void
spoil_version(struct frame_auth *auth, uint8_t *signature)
{
	(void)signature;
	auth->version = TALLY_WIRE_VERSION + 1;
}

static void
spoil_key(struct frame_auth *auth, uint8_t *signature)
{
	(void)signature;
	auth->key_id ^= 1;
}

static void
spoil_signature(struct frame_auth *auth, uint8_t *signature)
{
	(void)auth;
	signature[0] ^= 1;
}

static void
spoil_nonce(struct frame_auth *auth, uint8_t *signature)
{
	static uint8_t other[TALLY_NONCE_SIZE] = {2};

	(void)signature;
	auth->nonce = other;
}

static void
test_refused(void **state)
{
	struct stage *stage = make((struct stage_wish){0});

	(void)state;
	refused(stage, TALLY_ACCEPTED, spoil_nothing);
	refused(stage, TALLY_UNKNOWN_VERSION, spoil_version);
	refused(stage, TALLY_UNKNOWN_SIGNER, spoil_key);
	refused(stage, TALLY_BAD_SIGNATURE, spoil_signature);
	refused(stage, TALLY_BAD_SIGNATURE, spoil_nonce);
	stage_free(stage);
}

/* A proof is good for the connection whose nonce it covers, and for no other. */
static void
test_proof_of_another_connection(void **state)
{
	struct stage *stage = make((struct stage_wish){0});
	struct frame first, second;
	struct guest one = guest_connect(stage, &first);
	struct guest other;

	(void)state;
	guest_auth(&one, &first, 0, bytes_make(NULL, 0));
	other = guest_connect(stage, &second);
	guest_auth(&other, &first, 0, bytes_make(NULL, 0));
	stage_settle(stage);
	guest_expect_goodbye(&other, TALLY_BAD_SIGNATURE);
	assert_true(guest_next(&one, &first));
	assert_int_equal(first.message, TALLY_MESSAGE_WELCOME);
	stage_free(stage);
}

static void
test_nothing_before_auth(void **state)
{
	struct stage *stage = make((struct stage_wish){0});
	struct frame hello;
	struct guest early = guest_connect(stage, &hello);
	struct guest raving;
	struct guest twice;

	(void)state;
	guest_vote(&early, 1, 1, 0);
	stage_settle(stage);
	guest_expect_goodbye(&early, TALLY_MALFORMED);
	raving = guest_connect(stage, &hello);
	stage_send(stage, raving.number, BYTES_OF("GET / HTTP/1.1\r\n\r\n"));
	stage_settle(stage);
	guest_expect_goodbye(&raving, TALLY_MALFORMED);
	twice = guest_connect(stage, &hello);
	guest_auth(&twice, &hello, 0, bytes_make(NULL, 0));
	guest_auth(&twice, &hello, 0, bytes_make(NULL, 0));
	stage_settle(stage);
	assert_true(guest_next(&twice, &hello));
	guest_expect_goodbye(&twice, TALLY_MALFORMED);
	stage_free(stage);
}

/* --- L5: what frontends have seen --------------------------------------------------------- */

static struct guest
join_having_seen(struct stage *stage, struct bytes seen)
{
	struct frame frame;
	struct guest guest = guest_connect(stage, &frame);

	guest_auth(&guest, &frame, 0, seen);
	stage_settle(stage);
	assert_true(guest_next(&guest, &frame));
	assert_int_equal(frame.message, TALLY_MESSAGE_WELCOME);
	return guest;
}

static void
test_seen_checkpoints_that_fit(void **state)
{
	struct stage *stage = make((struct stage_wish){0});
	uint8_t early[TALLY_CHECKPOINT_SIZE_MAX];
	uint8_t forged[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes note = stage_note(stage);
	struct guest guest;

	(void)state;
	memcpy(early, note.data, note.size);
	note.data = early;
	guest = join_having_seen(stage, note);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 500);
	guest_expect(&guest, TALLY_ACCEPTED);
	join_having_seen(stage, note);
	join_having_seen(stage, stage_note(stage));
	/* Not signed by the log key: nobody's word. */
	note = stage_forge_note(stage, 1000, 7, forged);
	forged[note.size - 10] ^= 1;
	join_having_seen(stage, note);
	stage_run(stage, 500);
	assert_false(stage->station->fallen_behind);
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_free(stage);
}

/* Nothing is accepted, entered or signed any more; what is asked is still answered, and the
 * process can be stopped. */
static void
assert_fallen_behind(struct stage *stage, struct guest *guest)
{
	size_t entries = stage->entries_count;
	uint64_t size = stage->remembered.size;
	uint8_t notice[1024];

	assert_true(stage->station->fallen_behind);
	guest_vote(guest, 1, 1, 0);
	guest_vote(guest, 2, 1, 0);
	guest_ask(guest, TALLY_MESSAGE_NOTICE,
		  campaign_notice(&stage->campaign, bytes_make(NULL, 0), 1, TALLY_NOTICE_CLOSE,
				  0, notice, sizeof notice));
	stage_run(stage, 1000);
	guest_expect(guest, TALLY_ACCEPTED); /* it is in the log */
	guest_expect(guest, TALLY_UNAVAILABLE);
	guest_expect(guest, TALLY_UNAVAILABLE);
	stage_wall_set(stage, "2026-02-01T00:00:00Z"); /* past the closing time */
	stage_sleep(stage, 120000);
	assert_int_equal(stage->entries_count, entries);
	assert_int_equal(stage->remembered.size, size);
	stage_step(stage, (struct station_event){.kind = STATION_STOP});
	stage_run(stage, 2000);
	assert_true(stage->stopped);
	stage_free(stage);
}

static void
test_seen_beyond_the_ledger(void **state)
{
	struct stage *stage = make((struct stage_wish){0});
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct guest guest = guest_join(stage, 0);
	unsigned said;

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 500);
	guest_expect(&guest, TALLY_ACCEPTED);
	said = stage->said;
	join_having_seen(stage, stage_forge_note(stage, stage->entries_count + 1, 7, memory));
	assert_int_equal(stage->said, said + 1);
	join_having_seen(stage, stage_forge_note(stage, stage->entries_count + 2, 7, memory));
	assert_int_equal(stage->said, said + 1); /* once */
	assert_fallen_behind(stage, &guest);
}

/* Not longer, but different. */
static void
test_seen_beside_the_ledger(void **state)
{
	struct stage *stage = make((struct stage_wish){0});
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct guest guest = guest_join(stage, 0);

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 500);
	guest_expect(&guest, TALLY_ACCEPTED);
	join_having_seen(stage, stage_forge_note(stage, 1, 7, memory));
	stage_run(stage, 50);
	assert_fallen_behind(stage, &guest);
}

/* L5: nor is it forgotten where every place for questions is taken. */
static void
test_seen_while_all_ask(void **state)
{
	struct stage *stage = make((struct stage_wish){0});
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes forged = stage_forge_note(stage, 1, 7, memory);
	struct guest guest;
	struct frame hello;

	(void)state;
	stage_hold(stage, STAGE_READ);
	for (int i = 0; i < reads_max / window_reads; i++) {
		guest = guest_join(stage, 0);
		for (int ask = 0; ask < window_reads; ask++)
			guest_receipt(&guest, 0);
	}
	stage_run(stage, 100);
	assert_false(reads_room(stage->station, guest.number));
	while (stage->station->reads_taken < reads_max) {
		guest = join_having_seen(stage, stage_note(stage));
		stage_run(stage, 5);
	}
	guest = guest_connect(stage, &hello);
	guest_auth(&guest, &hello, 0, forged);
	stage_run(stage, 1000);
	assert_false(stage->station->fallen_behind);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 1000);
	assert_true(stage->station->fallen_behind);
	stage_free(stage);
}

/* Entries that were durable but not signed when it was noticed: no receipt will ever cover them. */
static void
test_receipt_after_falling_behind(void **state)
{
	struct stage *stage = make((struct stage_wish){0});
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct guest guest = guest_join(stage, 0);
	struct guest reader = guest_join(stage, 0);
	uint64_t index;

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	stage_hold(stage, STAGE_SIGN);
	stage_run(stage, 1000);
	index = guest_expect(&guest, TALLY_ACCEPTED);
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 50);
	guest_receipt(&reader, index + 1);
	stage_settle(stage);
	join_having_seen(stage, stage_forge_note(stage, stage->entries_count + 1, 7, memory));
	stage_release(stage, STAGE_SIGN);
	stage_run(stage, 1000);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), index + 1);
	guest_expect(&reader, TALLY_UNAVAILABLE);
	assert_int_equal(stage->remembered.size, index + 1); /* what was under way, no more */
	stage_free(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hello_says_who_we_are),
	    cmocka_unit_test(test_members_and_strangers),
	    cmocka_unit_test(test_authority),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_proof_of_another_connection),
	    cmocka_unit_test(test_nothing_before_auth),
	    cmocka_unit_test(test_seen_checkpoints_that_fit),
	    cmocka_unit_test(test_seen_beyond_the_ledger),
	    cmocka_unit_test(test_seen_beside_the_ledger),
	    cmocka_unit_test(test_seen_while_all_ask),
	    cmocka_unit_test(test_receipt_after_falling_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
