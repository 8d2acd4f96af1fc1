/* A stream of frames: what is taken is written again as the same bytes, and so is every message
 * that a parser accepts. */
#include "tests/fuzz/fuzz.h"

#include "frame/frame.h"

static uint8_t memory[TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX];

static void
hello_again(struct bytes payload, struct writer *writer)
{
	struct frame_hello hello;

	if (frame_hello_parse(payload, &hello))
		frame_hello_write(writer, &hello);
}

static void
auth_again(struct bytes payload, struct writer *writer)
{
	struct frame_auth auth;

	if (frame_auth_parse(payload, &auth))
		frame_auth_write(writer, &auth);
}

static void
welcome_again(struct bytes payload, struct writer *writer)
{
	struct frame_welcome welcome;

	if (frame_welcome_parse(payload, &welcome))
		frame_welcome_write(writer, &welcome);
}

static void
status_again(struct bytes payload, struct writer *writer)
{
	struct frame_status status;

	if (frame_status_parse(payload, &status))
		frame_status_write(writer, 0, &status);
}

static void
receipt_again(struct bytes payload, struct writer *writer)
{
	struct frame_receipt receipt;

	if (frame_receipt_parse(payload, &receipt))
		frame_receipt_write(writer, 0, receipt.index, receipt.text);
}

static void
results_again(struct bytes payload, struct writer *writer)
{
	struct frame_results results;

	if (frame_results_parse(payload, &results))
		frame_results_write(writer, 0, &results);
}

static void
entries_again(struct bytes payload, struct writer *writer)
{
	struct frame_entries entries;

	if (frame_entries_parse(payload, &entries))
		frame_entries_write(writer, 0, &entries);
}

static void
state_again(struct bytes payload, struct writer *writer)
{
	struct frame_state state;

	if (frame_state_parse(payload, &state))
		frame_state_write(writer, 0, &state);
}

/* Sentences are free, so these have no writer of their own for any text. */
static void
verdict_parts(const struct frame *frame)
{
	struct frame_verdict verdict;
	bool goodbye = frame->message == TALLY_MESSAGE_GOODBYE;

	if (goodbye ? !frame_goodbye_parse(frame->payload, &verdict)
		    : !frame_verdict_parse(frame->payload, &verdict))
		return;
	CHECK(verdict.class <= TALLY_CLASS_MEND);
	CHECK(verdict.sentence.size == frame->payload.size - (goodbye ? 4 : 12));
}

static void
message_again(const struct frame *frame)
{
	static void (*const again[256])(struct bytes, struct writer *) = {
	    [TALLY_MESSAGE_HELLO] = hello_again,
	    [TALLY_MESSAGE_AUTH] = auth_again,
	    [TALLY_MESSAGE_WELCOME] = welcome_again,
	    [TALLY_MESSAGE_STATUS_IS] = status_again,
	    [TALLY_MESSAGE_RECEIPT_IS] = receipt_again,
	    [TALLY_MESSAGE_RESULTS_ARE] = results_again,
	    [TALLY_MESSAGE_STATE_IS] = state_again,
	    [TALLY_MESSAGE_ENTRIES_ARE] = entries_again,
	};
	struct writer writer = writer_make(memory, sizeof memory);

	if (frame->message == TALLY_MESSAGE_VERDICT || frame->message == TALLY_MESSAGE_GOODBYE)
		verdict_parts(frame);
	if (again[frame->message] == NULL)
		return;
	again[frame->message](frame->payload, &writer);
	CHECK(!writer.failed);
	if (writer.size == 0)
		return;
	CHECK(memory[4] == frame->message);
	CHECK(bytes_equal(frame->payload, bytes_make(memory + TALLY_WIRE_HEADER_SIZE,
						     writer.size - TALLY_WIRE_HEADER_SIZE)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame frame;
	long used;

	while ((used = frame_next(bytes_make(data, size), &frame)) > 0) {
		struct writer writer = writer_make(memory, sizeof memory);

		CHECK((size_t)used <= size);
		frame_write(&writer, frame.message, frame.correlation, frame.payload);
		CHECK(!writer.failed);
		CHECK(bytes_equal(writer_view(&writer), bytes_make(data, (size_t)used)));
		message_again(&frame);
		data += used;
		size -= (size_t)used;
	}
	CHECK(used == 0 || size >= TALLY_WIRE_HEADER_SIZE);
	return 0;
}
