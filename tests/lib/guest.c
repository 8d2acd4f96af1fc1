#include "tests/lib/guest.h"

#include <sodium.h>

static void
send_frame(struct guest *guest, uint8_t message, uint32_t correlation, struct bytes payload)
{
	static uint8_t memory[TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	frame_write(&writer, message, correlation, payload);
	assert_false(writer.failed);
	stage_send(guest->stage, guest->number, writer_view(&writer));
}

bool
guest_is_there(const struct guest *guest)
{
	const struct stage_socket *socket = &guest->stage->sockets[guest->number];

	return socket->open && socket->opened == guest->opened;
}

bool
guest_next(struct guest *guest, struct frame *frame)
{
	long used = frame_next(stage_received(guest->stage, guest->number), frame);

	assert_int_equal(guest->stage->sockets[guest->number].opened, guest->opened);
	assert_true(used >= 0);
	stage_take(guest->stage, guest->number, (size_t)used);
	return used > 0;
}

struct guest
guest_connect(struct stage *stage, struct frame *hello)
{
	int number = stage_connect(stage);
	struct guest guest = {.stage = stage};

	assert_true(number >= 0);
	guest.number = (unsigned)number;
	guest.opened = stage->sockets[number].opened;
	assert_true(guest_next(&guest, hello));
	assert_int_equal(hello->message, TALLY_MESSAGE_HELLO);
	return guest;
}

void
guest_auth(struct guest *guest, const struct frame *frame, int place, struct bytes seen)
{
	const struct campaign *campaign = &guest->stage->campaign;
	uint8_t memory[TALLY_WIRE_HEADER_SIZE + 200 + TALLY_CHECKPOINT_SIZE_MAX];
	uint8_t message[FRAME_PROOF_SIZE];
	uint8_t nonce[TALLY_NONCE_SIZE];
	uint8_t signature[TALLY_SIGNATURE_SIZE] = {0};
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame_auth auth = {TALLY_WIRE_VERSION, 0, nonce, signature, seen};
	struct frame_hello hello;

	assert_true(frame_hello_parse(frame->payload, &hello));
	memset(nonce, 0x5c, sizeof nonce);
	if (place != GUEST_ANONYMOUS) {
		const struct note_private_key *key = place == GUEST_AUTHORITY
							 ? &campaign->authorities[0]
							 : &campaign->frontends[place];

		auth.key_id = key->key.id;
		frame_proof_message(hello.campaign, hello.nonce, nonce, hello.log_key, message);
		crypto_sign_detached(signature, NULL, message, sizeof message, key->secret);
	}
	frame_auth_write(&writer, &auth);
	assert_false(writer.failed);
	stage_send(guest->stage, guest->number, writer_view(&writer));
}

struct guest
guest_join(struct stage *stage, int place)
{
	struct frame frame;
	struct guest guest = guest_connect(stage, &frame);

	guest_auth(&guest, &frame, place, bytes_make(NULL, 0));
	stage_settle(stage);
	assert_true(guest_next(&guest, &frame));
	assert_int_equal(frame.message, TALLY_MESSAGE_WELCOME);
	return guest;
}

uint32_t
guest_ask(struct guest *guest, enum tally_message message, struct bytes payload)
{
	send_frame(guest, (uint8_t)message, ++guest->correlation, payload);
	return guest->correlation;
}

uint32_t
guest_submit(struct guest *guest, struct bytes ballot)
{
	return guest_ask(guest, TALLY_MESSAGE_SUBMIT, ballot);
}

struct bytes
guest_ballot(const struct stage *stage, uint64_t voter, uint16_t revision, uint16_t option,
	     uint8_t *memory)
{
	struct campaign_choice choice = {0, option, 1};

	return campaign_ballot(
	    &stage->campaign,
	    &(struct campaign_vote){
		.voter = voter, .revision = revision, .choices = &choice, .choices_count = 1},
	    memory);
}

uint32_t
guest_vote(struct guest *guest, uint64_t voter, uint16_t revision, uint16_t option)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];

	return guest_submit(guest, guest_ballot(guest->stage, voter, revision, option, memory));
}

uint32_t
guest_status(struct guest *guest, uint64_t voter)
{
	uint8_t tag[TALLY_TAG_SIZE];

	campaign_tag(voter, tag);
	return guest_ask(guest, TALLY_MESSAGE_STATUS, bytes_make(tag, sizeof tag));
}

uint32_t
guest_entries(struct guest *guest, uint64_t first, uint64_t size)
{
	uint8_t payload[16];

	be64_store(payload, first);
	be64_store(payload + 8, size);
	return guest_ask(guest, TALLY_MESSAGE_ENTRIES, bytes_make(payload, sizeof payload));
}

uint32_t
guest_receipt(struct guest *guest, uint64_t index)
{
	uint8_t number[8];

	be64_store(number, index);
	return guest_ask(guest, TALLY_MESSAGE_RECEIPT, bytes_make(number, sizeof number));
}

uint64_t
guest_expect(struct guest *guest, enum tally_verdict expected)
{
	struct frame frame;
	struct frame_verdict verdict;

	assert_true(guest_next(guest, &frame));
	assert_int_equal(frame.message, TALLY_MESSAGE_VERDICT);
	assert_true(frame_verdict_parse(frame.payload, &verdict));
	assert_string_equal(tally_verdict_text(verdict.verdict)->name,
			    tally_verdict_text(expected)->name);
	assert_int_equal(frame.correlation, ++guest->answered);
	return verdict.index;
}

void
guest_expect_nothing(struct guest *guest)
{
	assert_int_equal(stage_received(guest->stage, guest->number).size, 0);
}

void
guest_expect_goodbye(struct guest *guest, enum tally_verdict expected)
{
	struct frame frame;
	struct frame_verdict verdict;

	assert_true(guest_next(guest, &frame));
	assert_int_equal(frame.message, TALLY_MESSAGE_GOODBYE);
	assert_true(frame_goodbye_parse(frame.payload, &verdict));
	assert_int_equal(verdict.verdict, expected);
	stage_settle(guest->stage);
	assert_false(guest_is_there(guest));
	guest_expect_nothing(guest);
}

size_t
guest_verdicts(struct guest *guest, enum tally_verdict expected, size_t *total)
{
	struct frame frame;
	struct frame_verdict verdict;
	size_t found = 0;

	*total = 0;
	while (guest_next(guest, &frame)) {
		assert_int_equal(frame.message, TALLY_MESSAGE_VERDICT);
		assert_true(frame_verdict_parse(frame.payload, &verdict));
		assert_int_equal(frame.correlation, ++guest->answered);
		found += verdict.verdict == expected;
		++*total;
	}
	return found;
}
