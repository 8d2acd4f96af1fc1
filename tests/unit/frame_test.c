#include "tests/lib/test.h"

#include "tests/lib/frames.h"

static uint8_t memory[2 * (TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX)];

static bool
hello_parses(struct bytes payload)
{
	struct frame_hello out;

	return frame_hello_parse(payload, &out);
}

static void
hello(void **state)
{
	uint8_t campaign[32], key[32], nonce[32];
	struct frame_hello in = {1,     3,    campaign, key, nonce,
				 65536, 1024, 8,        300, BYTES_OF("cp\n")};
	struct frame_hello out;
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame frame;

	(void)state;
	memset(campaign, 0xca, 32);
	memset(key, 0x4e, 32);
	memset(nonce, 0x0c, 32);
	frame_hello_write(&writer, &in);
	frame = only_frame(&writer);
	assert_int_equal(frame.message, TALLY_MESSAGE_HELLO);
	assert_int_equal(frame.payload.size, 116 + 3);
	assert_int_equal(be16_load(frame.payload.data + 2), 3);
	assert_int_equal(frame.payload.data[4], 0xca);
	assert_int_equal(frame.payload.data[36], 0x4e);
	assert_int_equal(frame.payload.data[68], 0x0c);
	assert_int_equal(be32_load(frame.payload.data + 112), 300);
	assert_true(frame_hello_parse(frame.payload, &out));
	assert_int_equal(out.version_min, 1);
	assert_int_equal(out.version_max, 3);
	assert_memory_equal(out.campaign, campaign, 32);
	assert_memory_equal(out.log_key, key, 32);
	assert_memory_equal(out.nonce, nonce, 32);
	assert_int_equal(out.payload_max, 65536);
	assert_int_equal(out.window_requests, 1024);
	assert_int_equal(out.window_reads, 8);
	assert_int_equal(out.idle_s, 300);
	assert_true(bytes_equal(out.checkpoint, in.checkpoint));
	refuses_truncation(frame.payload, 116, hello_parses);
	be16_store(memory + TALLY_WIRE_HEADER_SIZE, 4);
	assert_false(frame_hello_parse(frame.payload, &out));
}

static bool
auth_parses(struct bytes payload)
{
	struct frame_auth out;

	return frame_auth_parse(payload, &out);
}

static void
auth(void **state)
{
	uint8_t nonce[32], signature[64];
	struct frame_auth in = {1, 0xa1b2c3d4, nonce, signature, BYTES_OF("newest\n")};
	struct frame_auth out;
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame frame;

	(void)state;
	memset(nonce, 0x0c, 32);
	memset(signature, 0x51, 64);
	frame_auth_write(&writer, &in);
	frame = only_frame(&writer);
	assert_int_equal(frame.message, TALLY_MESSAGE_AUTH);
	assert_int_equal(frame.payload.size, 102 + 7);
	assert_true(frame_auth_parse(frame.payload, &out));
	assert_int_equal(out.version, 1);
	assert_int_equal(out.key_id, 0xa1b2c3d4);
	assert_memory_equal(out.nonce, nonce, 32);
	assert_memory_equal(out.signature, signature, 64);
	assert_true(bytes_equal(out.checkpoint, in.checkpoint));
	refuses_truncation(frame.payload, 102, auth_parses);
	/* anonymous means: nothing signed */
	be32_store(memory + TALLY_WIRE_HEADER_SIZE + 2, 0);
	assert_false(frame_auth_parse(frame.payload, &out));
	memset(memory + TALLY_WIRE_HEADER_SIZE + 38, 0, 64);
	assert_true(frame_auth_parse(frame.payload, &out));
}

static void
checkpoint_too_long(void **state)
{
	static uint8_t payload[116 + TALLY_CHECKPOINT_SIZE_MAX + 1];

	(void)state;
	memset(payload, 0, sizeof payload);
	assert_false(hello_parses(bytes_make(payload, 116 + TALLY_CHECKPOINT_SIZE_MAX + 1)));
	assert_true(hello_parses(bytes_make(payload, 116 + TALLY_CHECKPOINT_SIZE_MAX)));
	assert_false(auth_parses(bytes_make(payload, 102 + TALLY_CHECKPOINT_SIZE_MAX + 1)));
	assert_true(auth_parses(bytes_make(payload, 102 + TALLY_CHECKPOINT_SIZE_MAX)));
}

static bool
welcome_parses(struct bytes payload)
{
	struct frame_welcome out;

	return frame_welcome_parse(payload, &out);
}

static void
welcome(void **state)
{
	struct frame_welcome in = {1, 1024, 8};
	struct frame_welcome out;
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame frame;

	(void)state;
	frame_welcome_write(&writer, &in);
	frame = only_frame(&writer);
	assert_int_equal(frame.message, TALLY_MESSAGE_WELCOME);
	assert_true(frame_welcome_parse(frame.payload, &out));
	assert_int_equal(out.version, 1);
	assert_int_equal(out.window_requests, 1024);
	assert_int_equal(out.window_reads, 8);
	refuses_truncation(frame.payload, 12, welcome_parses);
	frame.payload.size++;
	assert_false(welcome_parses(frame.payload));
	frame.payload.size--;
	for (size_t at = 2; at < 4; at++) {
		memory[TALLY_WIRE_HEADER_SIZE + at] = 1;
		assert_false(welcome_parses(frame.payload));
		memory[TALLY_WIRE_HEADER_SIZE + at] = 0;
	}
}

/* Three frames, fed in two pieces at every place. */
static void
split_stream(void **state)
{
	static const char *const payloads[] = {"first", "", "third and last"};
	struct writer writer = writer_make(memory, sizeof memory);
	size_t total;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		frame_write(&writer, (uint8_t)(i + 2), i, bytes_of_string(payloads[i]));
	total = writer.size;
	for (size_t split = 0; split <= total; split++) {
		size_t used = 0;
		uint32_t found = 0;

		for (int piece = 0; piece < 2; piece++) {
			size_t end = piece == 0 ? split : total;
			struct frame frame;
			long step;

			while ((step = frame_next(bytes_make(memory + used, end - used),
						  &frame)) > 0) {
				assert_int_equal(frame.message, found + 2);
				assert_int_equal(frame.correlation, found);
				assert_true(bytes_equal(frame.payload,
							bytes_of_string(payloads[found])));
				used += (size_t)step;
				found++;
			}
			assert_int_equal(step, 0);
		}
		assert_int_equal(found, 3);
		assert_int_equal(used, total);
	}
}

static void
largest_frame(void **state)
{
	static uint8_t payload[TALLY_WIRE_PAYLOAD_MAX + 1];
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame frame;

	(void)state;
	frame_write(&writer, TALLY_MESSAGE_SUBMIT, 1,
		    bytes_make(payload, TALLY_WIRE_PAYLOAD_MAX));
	assert_int_equal(only_frame(&writer).payload.size, TALLY_WIRE_PAYLOAD_MAX);
	writer = writer_make(memory, sizeof memory);
	frame_write(&writer, TALLY_MESSAGE_SUBMIT, 1,
		    bytes_make(payload, TALLY_WIRE_PAYLOAD_MAX + 1));
	assert_true(writer.failed);
	be32_store(memory, TALLY_WIRE_PAYLOAD_MAX + 1);
	assert_int_equal(frame_next(bytes_make(memory, TALLY_WIRE_HEADER_SIZE), &frame), -1);
	be32_store(memory, UINT32_MAX);
	assert_int_equal(frame_next(bytes_make(memory, sizeof memory), &frame), -1);
}

static void
header_zeros(void **state)
{
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame frame;

	(void)state;
	frame_write(&writer, TALLY_MESSAGE_STATE, 1, BYTES_OF(""));
	for (size_t at = 5; at < 8; at++) {
		memory[at] = 1;
		assert_int_equal(frame_next(writer_view(&writer), &frame), -1);
		memory[at] = 0;
	}
	assert_int_equal(frame_next(writer_view(&writer), &frame), TALLY_WIRE_HEADER_SIZE);
}

static void
writer_too_small(void **state)
{
	struct frame_welcome in = {1, 2, 3};

	(void)state;
	for (size_t capacity = 0; capacity < 24; capacity++) {
		struct writer writer = writer_make(memory, capacity);

		frame_welcome_write(&writer, &in);
		assert_true(writer.failed);
	}
}

static void
proof_message(void **state)
{
	uint8_t parts[4][32];
	uint8_t message[FRAME_PROOF_SIZE];

	(void)state;
	for (int i = 0; i < 4; i++)
		memset(parts[i], i + 1, 32);
	frame_proof_message(parts[0], parts[1], parts[2], parts[3], message);
	assert_memory_equal(message, "tally/hello/v1", 15);
	for (int i = 0; i < 4; i++)
		assert_memory_equal(message + 15 + 32 * i, parts[i], 32);
}

static void
cosign(void **state)
{
	struct bytes payload = BYTES_OF("\0\0\0\0\0\0\1\2a line\n");
	struct frame_cosign out;

	(void)state;
	assert_true(frame_cosign_parse(payload, &out));
	assert_int_equal(out.tree_size, 0x0102);
	assert_true(bytes_equal(out.line, BYTES_OF("a line\n")));
	assert_true(frame_cosign_parse(bytes_make(payload.data, 9), &out));
	for (size_t size = 0; size <= 8; size++)
		assert_false(frame_cosign_parse(bytes_make(payload.data, size), &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hello),
	    cmocka_unit_test(auth),
	    cmocka_unit_test(checkpoint_too_long),
	    cmocka_unit_test(welcome),
	    cmocka_unit_test(split_stream),
	    cmocka_unit_test(largest_frame),
	    cmocka_unit_test(header_zeros),
	    cmocka_unit_test(writer_too_small),
	    cmocka_unit_test(cosign),
	    cmocka_unit_test(proof_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
