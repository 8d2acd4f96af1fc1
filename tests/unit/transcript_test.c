#include "tests/lib/test.h"

#include <sodium.h>

#include "campaign/manifest.h"
#include "campaign/rules.h"
#include "tally/proof.h"
#include "tests/lib/peer.h"
#include "tests/lib/transcript.h"

/* With TRANSCRIPT_WRITE in the environment the file is written anew. */
static const char *const path = "tests/vectors/transcript.txt";
static struct transcript made;
static struct transcript golden;
static const char *const path_authority = "tests/vectors/transcript_authority.txt";
static struct transcript made_authority;
static struct transcript golden_authority;

static void
campaign_is_valid(void **state)
{
	struct manifest_fault fault = {{0}, {0}};
	struct ballot ballot;
	size_t size;
	uint8_t *json = test_file_read("tests/vectors/campaign.json", &size);
	struct manifest *manifest = manifest_parse(bytes_make(json, size), &fault);

	(void)state;
	assert_string_equal(fault.sentence, "");
	assert_non_null(manifest);
	assert_int_equal(manifest->opens, 1699999200); /* as STATE_IS says */
	assert_int_equal(manifest->closes, 1893456000);
	assert_memory_equal(manifest->id, made.session.campaign, sizeof manifest->id);
	assert_int_equal(
	    ballot_parse(bytes_make(made.session.ballot, made.session.ballot_size), &ballot),
	    TALLY_ACCEPTED);
	assert_int_equal(rules_check(manifest, &ballot), TALLY_ACCEPTED);
	assert_non_null(manifest_frontend_find(manifest, made.session.frontend.key.id));
	manifest_free(manifest);
	free(json);
}

static void
assert_file(const char *name, const struct transcript *transcript)
{
	static char memory[256 * 1024];
	struct writer text = writer_make(memory, sizeof memory);
	size_t size = 0;
	uint8_t *file = test_file_read(name, &size);

	transcript_write(&text, transcript);
	assert_false(text.failed);
	assert_non_null(file);
	assert_int_equal(size, text.size);
	assert_memory_equal(file, memory, size);
	free(file);
}

static void
files_are_what_is_made(void **state)
{
	(void)state;
	assert_file(path, &made);
	assert_file(path_authority, &made_authority);
}

/* Asks the client for what the transcript's next frame asks. */
static void
ask(struct tally_client *client, const struct frame *frame)
{
	const uint8_t *payload = frame->payload.data;
	size_t size = frame->payload.size;
	int status = -1;

	switch (frame->message) {
	case TALLY_MESSAGE_AUTH:
		status = TALLY_CLIENT_FINE; /* the machine writes it by itself */
		break;
	case TALLY_MESSAGE_SUBMIT:
		status = tally_client_submit(client, payload, size, NULL);
		break;
	case TALLY_MESSAGE_NOTICE:
		status = tally_client_notice(client, payload, size, NULL);
		break;
	case TALLY_MESSAGE_STATUS:
		status = tally_client_status(client, payload, NULL);
		break;
	case TALLY_MESSAGE_STATE:
		status = tally_client_state(client, NULL);
		break;
	case TALLY_MESSAGE_RECEIPT:
		status = tally_client_receipt(client, be64_load(payload), NULL);
		break;
	case TALLY_MESSAGE_CHECKPOINT:
		status = tally_client_checkpoint(client, NULL);
		break;
	case TALLY_MESSAGE_RESULTS:
		status = tally_client_results(client, be16_load(payload), NULL);
		break;
	case TALLY_MESSAGE_COSIGN:
		status = tally_client_cosign(client, be64_load(payload), payload + 8,
					     frame->payload.size - 8, NULL);
		break;
	case TALLY_MESSAGE_ENTRIES:
		status = tally_client_entries(client, be64_load(payload),
					      be64_load(payload + 8), NULL);
		break;
	default:
		fail_msg("the client has no message %u", frame->message);
	}
	assert_int_equal(status, TALLY_CLIENT_FINE);
}

/* The client must send exactly these bytes. */
static void
client_step(struct tally_client *client, struct bytes expected)
{
	struct frame frame;
	const uint8_t *sent;
	size_t size;

	assert_int_equal(frame_next(expected, &frame), expected.size);
	ask(client, &frame);
	sent = tally_client_output(client, &size);
	assert_int_equal(size, expected.size);
	assert_memory_equal(sent, expected.data, size);
	tally_client_sent(client, size);
}

static const uint8_t events[256] = {
    [TALLY_MESSAGE_WELCOME] = TALLY_CLIENT_EVENT_READY,
    [TALLY_MESSAGE_VERDICT] = TALLY_CLIENT_EVENT_VERDICT,
    [TALLY_MESSAGE_STATUS_IS] = TALLY_CLIENT_EVENT_STATUS,
    [TALLY_MESSAGE_RECEIPT_IS] = TALLY_CLIENT_EVENT_RECEIPT,
    [TALLY_MESSAGE_CHECKPOINT_IS] = TALLY_CLIENT_EVENT_CHECKPOINT,
    [TALLY_MESSAGE_RESULTS_ARE] = TALLY_CLIENT_EVENT_RESULTS,
    [TALLY_MESSAGE_STATE_IS] = TALLY_CLIENT_EVENT_STATE,
    [TALLY_MESSAGE_ENTRIES_ARE] = TALLY_CLIENT_EVENT_ENTRIES,
    [TALLY_MESSAGE_GOODBYE] = TALLY_CLIENT_EVENT_GOODBYE,
};

/* Byte by byte; the event comes with the last one. */
static void
server_step(struct tally_client *client, struct bytes frame)
{
	uint8_t expected = events[frame.data[4]];
	struct tally_client_event event;
	bool happened;

	for (size_t at = 0; at < frame.size; at++) {
		assert_int_equal(tally_client_receive(client, frame.data + at, 1), 1);
		happened = tally_client_event(client, &event);
		assert_int_equal(happened, at == frame.size - 1 && expected != 0);
	}
	assert_int_equal(event.kind, expected);
	if (expected != 0 && event.request != 0)
		assert_int_equal(event.correlation, be32_load(frame.data + 8));
}

static void
replay(const struct tally_client_config *config, const struct transcript *transcript)
{
	struct tally_client *client = peer_client(config);

	for (size_t i = 0; i < transcript->count; i++) {
		const struct transcript_step *step = &transcript->steps[i];

		if (step->sender == 'C')
			client_step(client, step->frame);
		else
			server_step(client, step->frame);
	}
	assert_int_equal(tally_client_owed(client), 0);
}

static void
client_replays_them(void **state)
{
	struct tally_client_config config = peer_config(&made.session);
	const struct note_private_key *authority = &made_authority.session.authority;
	struct tally_client_key key = {.id = authority->key.id};

	(void)state;
	replay(&config, &golden);
	memcpy(key.secret, authority->secret, sizeof key.secret);
	config.key = &key;
	replay(&config, &golden_authority);
}

/* Every message of the protocol is in one of them. */
static void
nothing_is_left_out(void **state)
{
	static const uint8_t messages[] = {1,   2,   3,   4,   5,   6,   7,   8,   9,   10,
					   129, 130, 131, 132, 133, 134, 135, 136, 137, 143};

	(void)state;
	for (size_t i = 0; i < sizeof messages; i++) {
		size_t found = 0;

		for (size_t step = 0; step < golden.count; step++)
			found += golden.steps[step].frame.data[4] == messages[i];
		for (size_t step = 0; step < golden_authority.count; step++)
			found += golden_authority.steps[step].frame.data[4] == messages[i];
		if (found == 0)
			fail_msg("message %u is not in the transcripts", messages[i]);
	}
}

/* The receipt in the file proves the ballot in the file. */
static void
receipt_proves_the_ballot(void **state)
{
	struct bytes ballot = {NULL, 0};
	struct tally_receipt facts;

	(void)state;
	for (size_t i = 0; i < golden.count; i++) {
		struct bytes frame = golden.steps[i].frame;

		if (frame.data[4] == TALLY_MESSAGE_SUBMIT && ballot.data == NULL)
			ballot = bytes_make(frame.data + 12, frame.size - 12);
		if (frame.data[4] == TALLY_MESSAGE_RECEIPT_IS)
			assert_int_equal(tally_receipt_check(frame.data + 20, frame.size - 20,
							     made.session.log_vkey, ballot.data,
							     ballot.size, &facts),
					 TALLY_RECEIPT_PROVEN);
	}
	assert_int_equal(facts.index, 2);
	assert_int_equal(facts.size, 3);
}

static void
file_write(const char *name, const struct transcript *transcript)
{
	static char memory[256 * 1024];
	struct writer text = writer_make(memory, sizeof memory);
	FILE *file = fopen(name, "wb");

	transcript_write(&text, transcript);
	assert_non_null(file);
	assert_int_equal(fwrite(text.data, 1, text.size, file), text.size);
	assert_int_equal(fclose(file), 0);
}

static bool
file_read(const char *name, struct transcript *out)
{
	size_t size;
	uint8_t *text = test_file_read(name, &size);
	bool read = text != NULL && transcript_read(bytes_make(text, size), out);

	free(text);
	return read && out->count > 0;
}

static int
setup(void **state)
{
	size_t size;
	uint8_t *json = test_file_read("tests/vectors/campaign.json", &size);

	(void)state;
	if (json == NULL || sodium_init() < 0)
		return -1;
	transcript_make(&made, bytes_make(json, size));
	transcript_make_authority(&made_authority, bytes_make(json, size));
	free(json);
	if (getenv("TRANSCRIPT_WRITE") != NULL) {
		file_write(path, &made);
		file_write(path_authority, &made_authority);
	}
	return file_read(path, &golden) && file_read(path_authority, &golden_authority) ? 0
											: -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(campaign_is_valid),
	    cmocka_unit_test(files_are_what_is_made),
	    cmocka_unit_test(client_replays_them),
	    cmocka_unit_test(nothing_is_left_out),
	    cmocka_unit_test(receipt_proves_the_ballot),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
