#include "tests/lib/test.h"

#include "tests/lib/frames.h"

static uint8_t memory[2 * (TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX)];

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
				   6,    800, 50, 50, 3,   {options, sizeof options}};
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

static bool
entries_parses(struct bytes payload)
{
	struct frame_entries out;

	return frame_entries_parse(payload, &out);
}

static void
entries_are(void **state)
{
	struct frame_entries in = {7, 2, BYTES_OF("\0\3abc\0\1z")};
	struct frame_entries out;
	struct writer writer = writer_make(memory, sizeof memory);
	uint8_t *payload = memory + TALLY_WIRE_HEADER_SIZE;
	struct frame frame;

	(void)state;
	frame_entries_write(&writer, 9, &in);
	frame = only_frame(&writer);
	assert_int_equal(frame.message, TALLY_MESSAGE_ENTRIES_ARE);
	assert_true(frame_entries_parse(frame.payload, &out));
	assert_true(out.first == 7);
	assert_int_equal(out.count, 2);
	assert_true(bytes_equal(out.entries, in.entries));
	refuses_truncation(frame.payload, 18, entries_parses);
	payload[9] = 1; /* bytes behind the last entry */
	assert_false(entries_parses(frame.payload));
	payload[9] = 3;
	assert_false(entries_parses(frame.payload));
	payload[9] = 0; /* none */
	assert_false(entries_parses(bytes_make(payload, 10)));
	payload[9] = 1; /* an empty one */
	payload[11] = 0;
	assert_false(entries_parses(bytes_make(payload, 12)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts), cmocka_unit_test(verdict_refusals),
	    cmocka_unit_test(goodbye),  cmocka_unit_test(status),
	    cmocka_unit_test(receipt),  cmocka_unit_test(results),
	    cmocka_unit_test(state_is), cmocka_unit_test(entries_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
