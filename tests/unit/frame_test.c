#include "tests/lib/test.h"

#include "frame/frame.h"

static uint8_t memory[2 * (TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX)];

/* The only frame in the writer. */
static struct frame
only_frame(const struct writer *writer)
{
	struct frame frame;

	assert_false(writer->failed);
	assert_int_equal(frame_next(writer_view(writer), &frame), writer->size);
	return frame;
}

/* A copy on the heap, so that a read past the end is seen by ASan. */
static bool
parses_cut(struct bytes payload, size_t size, bool (*parses)(struct bytes))
{
	uint8_t *copy = malloc(size + 1);
	bool result;

	memcpy(copy, payload.data, size);
	result = parses(bytes_make(copy, size));
	free(copy);
	return result;
}

/* Shapes that end in free bytes accept any size from `least`; the others exactly one. */
static void
refuses_truncation(struct bytes payload, size_t least, bool (*parses)(struct bytes))
{
	for (size_t size = 0; size < payload.size; size++)
		if (parses_cut(payload, size, parses) != (size >= least))
			fail_msg("cut to %zu of %zu", size, payload.size);
	assert_true(parses_cut(payload, payload.size, parses));
}

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
	struct frame_hello in = {1,	3,    campaign, key, nonce,
				 65536, 1024, 8,	300, BYTES_OF("cp\n")};
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

static bool
verdict_parses(struct bytes payload)
{
	struct frame_verdict out;

	return frame_verdict_parse(payload, &out);
}

static bool
goodbye_parses(struct bytes payload)
{
	struct frame_verdict out;

	return frame_goodbye_parse(payload, &out);
}

/* Every verdict, with class and sentence of the one table. */
static void
verdicts(void **state)
{
	(void)state;
	for (unsigned verdict = 0; verdict < TALLY_VERDICTS_COUNT; verdict++) {
		const struct tally_verdict_text *text = tally_verdict_text(verdict);
		struct writer writer = writer_make(memory, sizeof memory);
		struct frame_verdict out;
		struct frame frame;

		frame_verdict_write(&writer, 0xfffffffe, (enum tally_verdict)verdict,
				    verdict + 7);
		frame = only_frame(&writer);
		assert_int_equal(frame.message, TALLY_MESSAGE_VERDICT);
		assert_int_equal(frame.correlation, 0xfffffffe);
		assert_true(frame_verdict_parse(frame.payload, &out));
		assert_int_equal(out.verdict, verdict);
		assert_int_equal(out.class, text->class);
		assert_int_equal(out.index, verdict + 7);
		assert_true(bytes_equal(out.sentence,
					bytes_of_string(verdict == 0 ? "" : text->sentence)));
		refuses_truncation(frame.payload, 12, verdict_parses);
	}
}

static void
verdict_refusals(void **state)
{
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame frame;
	uint8_t *payload = memory + TALLY_WIRE_HEADER_SIZE;

	(void)state;
	frame_verdict_write(&writer, 1, TALLY_HAS_VOTED, FRAME_NO_INDEX);
	frame = only_frame(&writer);
	payload[3] = 1;
	assert_false(verdict_parses(frame.payload));
	payload[3] = 0;
	payload[2] = 4;
	assert_false(verdict_parses(frame.payload));
	payload[2] = TALLY_CLASS_ACCEPTED;
	assert_false(verdict_parses(frame.payload));
	payload[2] = TALLY_CLASS_FINAL;
	payload[0] = 0x7f; /* a number of a later version, with a class of this one */
	assert_true(verdict_parses(frame.payload));
	payload[12] = 0x1b; /* no control characters on an operator's terminal */
	assert_false(verdict_parses(frame.payload));
	payload[12] = 0xff;
	assert_false(verdict_parses(frame.payload));
}

static void
goodbye(void **state)
{
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame_verdict out;
	struct frame frame;

	(void)state;
	frame_goodbye_write(&writer, TALLY_STOPPING);
	frame = only_frame(&writer);
	assert_int_equal(frame.message, TALLY_MESSAGE_GOODBYE);
	assert_int_equal(frame.correlation, 0);
	assert_true(frame_goodbye_parse(frame.payload, &out));
	assert_int_equal(out.verdict, TALLY_STOPPING);
	assert_int_equal(out.class, TALLY_CLASS_LATER);
	assert_true(out.index == FRAME_NO_INDEX);
	assert_true(bytes_equal(out.sentence, BYTES_OF("the server is stopping")));
	refuses_truncation(frame.payload, 4, goodbye_parses);
}

static bool
status_parses(struct bytes payload)
{
	struct frame_status out;

	return frame_status_parse(payload, &out);
}

static void
status(void **state)
{
	struct frame_status in = {true, 2, UINT64_C(0x0102030405060708)};
	struct frame_status out;
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame frame;

	(void)state;
	frame_status_write(&writer, 5, &in);
	frame = only_frame(&writer);
	assert_int_equal(frame.message, TALLY_MESSAGE_STATUS_IS);
	assert_true(frame_status_parse(frame.payload, &out));
	assert_true(out.known);
	assert_int_equal(out.revision, 2);
	assert_true(out.index == in.index);
	refuses_truncation(frame.payload, 12, status_parses);
	frame.payload.size++;
	assert_false(status_parses(frame.payload));
	frame.payload.size--;
	memory[TALLY_WIRE_HEADER_SIZE] = 2;
	assert_false(status_parses(frame.payload));
	memory[TALLY_WIRE_HEADER_SIZE] = 0; /* none, and yet a revision */
	assert_false(status_parses(frame.payload));

	in.known = false; /* writes zeros whatever the rest holds */
	writer = writer_make(memory, sizeof memory);
	frame_status_write(&writer, 5, &in);
	assert_true(frame_status_parse(only_frame(&writer).payload, &out));
	assert_false(out.known);
	assert_int_equal(out.index, 0);
}

static bool
receipt_parses(struct bytes payload)
{
	struct frame_receipt out;

	return frame_receipt_parse(payload, &out);
}

static void
receipt(void **state)
{
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame_receipt out;
	struct frame frame;

	(void)state;
	frame_receipt_write(&writer, 6, 77, BYTES_OF("proof"));
	frame = only_frame(&writer);
	assert_int_equal(frame.message, TALLY_MESSAGE_RECEIPT_IS);
	assert_true(frame_receipt_parse(frame.payload, &out));
	assert_int_equal(out.index, 77);
	assert_true(bytes_equal(out.text, BYTES_OF("proof")));
	refuses_truncation(frame.payload, 9, receipt_parses);
}

static bool
results_parse(struct bytes payload)
{
	struct frame_results out;

	return frame_results_parse(payload, &out);
}

static void
results(void **state)
{
	uint8_t options[3 * FRAME_OPTION_SIZE];
	struct frame_results in = {1000, 900, 40, 5,  945, 7,
				   6,	 800, 50, 50, 3,   {options, sizeof options}};
	struct frame_results out;
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame frame;

	(void)state;
	memset(options, 0x33, sizeof options);
	frame_results_write(&writer, 8, &in);
	frame = only_frame(&writer);
	assert_int_equal(frame.message, TALLY_MESSAGE_RESULTS_ARE);
	assert_int_equal(frame.payload.size, 72 + 48);
	assert_int_equal(be16_load(frame.payload.data + 40), 7);
	assert_int_equal(be32_load(frame.payload.data + 68), 3);
	assert_true(frame_results_parse(frame.payload, &out));
	assert_int_equal(out.covered, 1000);
	assert_int_equal(out.ballots, 900);
	assert_int_equal(out.replaced, 40);
	assert_int_equal(out.voided, 5);
	assert_int_equal(out.in_tree, 945);
	assert_int_equal(out.contest, 6);
	assert_int_equal(out.contest_ballots, 800);
	assert_int_equal(out.blank, 50);
	assert_int_equal(out.abstained, 50);
	assert_true(bytes_equal(out.options, in.options));
	refuses_truncation(frame.payload, frame.payload.size, results_parse);
	frame.payload.size++;
	assert_false(results_parse(frame.payload));
	frame.payload.size--;
	be16_store(memory + TALLY_WIRE_HEADER_SIZE + 40, 6); /* contest 6 of 6 */
	assert_false(results_parse(frame.payload));
	be16_store(memory + TALLY_WIRE_HEADER_SIZE + 40, 7);
	/* 3 + 2^28 options: their size is 48 modulo 2^32 */
	be32_store(memory + TALLY_WIRE_HEADER_SIZE + 68, 3 + (UINT32_C(1) << 28));
	assert_false(results_parse(frame.payload));
}

static bool
state_parses(struct bytes payload)
{
	struct frame_state out;

	return frame_state_parse(payload, &out);
}

static void
state_is(void **state)
{
	uint8_t hash[32];
	struct frame_state in = {TALLY_PHASE_OPEN, 4, -5, 1700000000, 99, hash};
	struct frame_state out;
	struct writer writer = writer_make(memory, sizeof memory);
	struct frame frame;

	(void)state;
	memset(hash, 0x77, 32);
	frame_state_write(&writer, 9, &in);
	frame = only_frame(&writer);
	assert_int_equal(frame.message, TALLY_MESSAGE_STATE_IS);
	assert_true(frame_state_parse(frame.payload, &out));
	assert_int_equal(out.phase, TALLY_PHASE_OPEN);
	assert_int_equal(out.notices_count, 4);
	assert_true(out.opens == -5);
	assert_true(out.closes == 1700000000);
	assert_int_equal(out.size, 99);
	assert_memory_equal(out.notice_hash, hash, 32);
	refuses_truncation(frame.payload, 64, state_parses);
	for (size_t at = 0; at < 4; at++) {
		uint8_t before = memory[TALLY_WIRE_HEADER_SIZE + at];

		memory[TALLY_WIRE_HEADER_SIZE + at] = 3;
		assert_false(state_parses(frame.payload));
		memory[TALLY_WIRE_HEADER_SIZE + at] = before;
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hello),
	    cmocka_unit_test(auth),
	    cmocka_unit_test(checkpoint_too_long),
	    cmocka_unit_test(welcome),
	    cmocka_unit_test(verdicts),
	    cmocka_unit_test(verdict_refusals),
	    cmocka_unit_test(goodbye),
	    cmocka_unit_test(status),
	    cmocka_unit_test(receipt),
	    cmocka_unit_test(results),
	    cmocka_unit_test(state_is),
	    cmocka_unit_test(split_stream),
	    cmocka_unit_test(largest_frame),
	    cmocka_unit_test(header_zeros),
	    cmocka_unit_test(writer_too_small),
	    cmocka_unit_test(proof_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
