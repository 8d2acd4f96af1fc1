#include "frame/frame.h"

#include "base/text.h"
#include "limits.h"

long
frame_next(struct bytes stream, struct frame *out)
{
	struct reader reader = reader_make(stream);
	uint32_t size;
	uint32_t zero;

	if (stream.size < TALLY_WIRE_HEADER_SIZE)
		return 0;
	size = reader_u32(&reader);
	out->message = reader_u8(&reader);
	zero = reader_u8(&reader);
	zero |= reader_u16(&reader);
	out->correlation = reader_u32(&reader);
	if (size > TALLY_WIRE_PAYLOAD_MAX || zero != 0)
		return -1;
	if (reader_left(&reader) < size)
		return 0;
	out->payload = reader_bytes(&reader, size);
	return TALLY_WIRE_HEADER_SIZE + (long)size;
}

static struct bytes
rest(struct reader *reader)
{
	return reader_bytes(reader, reader_left(reader));
}

static const uint8_t *
hash(struct reader *reader)
{
	return reader_bytes(reader, TALLY_HASH_SIZE).data;
}

bool
frame_hello_parse(struct bytes payload, struct frame_hello *out)
{
	struct reader reader = reader_make(payload);

	out->version_min = reader_u16(&reader);
	out->version_max = reader_u16(&reader);
	out->campaign = hash(&reader);
	out->log_key = hash(&reader);
	out->nonce = hash(&reader);
	out->payload_max = reader_u32(&reader);
	out->window_requests = reader_u32(&reader);
	out->window_reads = reader_u32(&reader);
	out->idle_s = reader_u32(&reader);
	out->checkpoint = rest(&reader);
	return reader_done(&reader) && out->version_min <= out->version_max &&
	       out->checkpoint.size <= TALLY_CHECKPOINT_SIZE_MAX;
}

bool
frame_auth_parse(struct bytes payload, struct frame_auth *out)
{
	struct reader reader = reader_make(payload);

	out->version = reader_u16(&reader);
	out->key_id = reader_u32(&reader);
	out->nonce = hash(&reader);
	out->signature = reader_bytes(&reader, TALLY_SIGNATURE_SIZE).data;
	out->checkpoint = rest(&reader);
	if (!reader_done(&reader) || out->checkpoint.size > TALLY_CHECKPOINT_SIZE_MAX)
		return false;
	return out->key_id != 0 ||
	       bytes_all_zero(bytes_make(out->signature, TALLY_SIGNATURE_SIZE));
}

bool
frame_welcome_parse(struct bytes payload, struct frame_welcome *out)
{
	struct reader reader = reader_make(payload);
	uint16_t zero;

	out->version = reader_u16(&reader);
	zero = reader_u16(&reader);
	out->window_requests = reader_u32(&reader);
	out->window_reads = reader_u32(&reader);
	return reader_done(&reader) && zero == 0;
}

/* The four bytes that VERDICT and GOODBYE begin with. */
static bool
verdict_read(struct reader *reader, struct frame_verdict *out)
{
	out->verdict = reader_u16(reader);
	out->class = reader_u8(reader);
	return reader_u8(reader) == 0 && out->class <= TALLY_CLASS_MEND &&
	       (out->verdict == TALLY_ACCEPTED) == (out->class == TALLY_CLASS_ACCEPTED);
}

bool
frame_verdict_parse(struct bytes payload, struct frame_verdict *out)
{
	struct reader reader = reader_make(payload);
	bool shaped = verdict_read(&reader, out);

	out->index = reader_u64(&reader);
	out->sentence = rest(&reader);
	return reader_done(&reader) && shaped && text_utf8_clean(out->sentence);
}

bool
frame_goodbye_parse(struct bytes payload, struct frame_verdict *out)
{
	struct reader reader = reader_make(payload);
	bool shaped = verdict_read(&reader, out);

	out->index = FRAME_NO_INDEX;
	out->sentence = rest(&reader);
	return reader_done(&reader) && shaped && text_utf8_clean(out->sentence);
}

bool
frame_status_parse(struct bytes payload, struct frame_status *out)
{
	struct reader reader = reader_make(payload);
	uint8_t known = reader_u8(&reader);
	uint8_t zero = reader_u8(&reader);

	out->known = known == 1;
	out->revision = reader_u16(&reader);
	out->index = reader_u64(&reader);
	if (!reader_done(&reader) || known > 1 || zero != 0)
		return false;
	return out->known || (out->revision == 0 && out->index == 0);
}

bool
frame_receipt_parse(struct bytes payload, struct frame_receipt *out)
{
	struct reader reader = reader_make(payload);

	out->index = reader_u64(&reader);
	out->text = rest(&reader);
	return reader_done(&reader) && out->text.size > 0 &&
	       out->text.size <= TALLY_RECEIPT_SIZE_MAX;
}

bool
frame_cosign_parse(struct bytes payload, struct frame_cosign *out)
{
	struct reader reader = reader_make(payload);

	out->tree_size = reader_u64(&reader);
	out->line = rest(&reader);
	return reader_done(&reader) && out->line.size > 0;
}

bool
frame_results_parse(struct bytes payload, struct frame_results *out)
{
	struct reader reader = reader_make(payload);

	out->covered = reader_u64(&reader);
	out->ballots = reader_u64(&reader);
	out->replaced = reader_u64(&reader);
	out->voided = reader_u64(&reader);
	out->in_tree = reader_u64(&reader);
	out->contests_count = reader_u16(&reader);
	out->contest = reader_u16(&reader);
	out->contest_ballots = reader_u64(&reader);
	out->blank = reader_u64(&reader);
	out->abstained = reader_u64(&reader);
	out->options_count = reader_u32(&reader);
	out->options = rest(&reader);
	return reader_done(&reader) && out->contest < out->contests_count &&
	       out->options_count <= contest_options_max &&
	       out->options.size == (size_t)out->options_count * FRAME_OPTION_SIZE;
}

static bool
entries_are_whole(struct bytes entries, uint16_t count)
{
	struct reader reader = reader_make(entries);

	for (unsigned i = 0; i < count; i++)
		if (reader_bytes(&reader, reader_u16(&reader)).size == 0)
			return false;
	return reader_done(&reader);
}

bool
frame_entries_parse(struct bytes payload, struct frame_entries *out)
{
	struct reader reader = reader_make(payload);

	out->first = reader_u64(&reader);
	out->count = reader_u16(&reader);
	out->entries = rest(&reader);
	return reader_done(&reader) && out->count > 0 &&
	       entries_are_whole(out->entries, out->count);
}

bool
frame_state_parse(struct bytes payload, struct frame_state *out)
{
	struct reader reader = reader_make(payload);
	uint32_t zero;

	out->phase = reader_u8(&reader);
	zero = reader_u8(&reader);
	zero |= reader_u16(&reader);
	out->notices_count = reader_u32(&reader);
	out->opens = (int64_t)reader_u64(&reader);
	out->closes = (int64_t)reader_u64(&reader);
	out->size = reader_u64(&reader);
	out->notice_hash = hash(&reader);
	return reader_done(&reader) && zero == 0 && out->phase <= TALLY_PHASE_CLOSED;
}

/* Returns where the frame starts; its size is filled in by frame_end. */
static size_t
frame_begin(struct writer *writer, uint8_t message, uint32_t correlation)
{
	size_t start = writer->size;

	writer_u32(writer, 0);
	writer_u8(writer, message);
	writer_u8(writer, 0);
	writer_u16(writer, 0);
	writer_u32(writer, correlation);
	return start;
}

static void
frame_end(struct writer *writer, size_t start)
{
	size_t size;

	if (writer->failed)
		return;
	size = writer->size - start - TALLY_WIRE_HEADER_SIZE;
	if (size > TALLY_WIRE_PAYLOAD_MAX)
		writer->failed = true;
	else
		be32_store(writer->data + start, (uint32_t)size);
}

void
frame_write(struct writer *writer, uint8_t message, uint32_t correlation, struct bytes payload)
{
	size_t start = frame_begin(writer, message, correlation);

	writer_bytes(writer, payload);
	frame_end(writer, start);
}

void
frame_hello_write(struct writer *writer, const struct frame_hello *hello)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_HELLO, 0);

	writer_u16(writer, hello->version_min);
	writer_u16(writer, hello->version_max);
	writer_copy(writer, hello->campaign, TALLY_HASH_SIZE);
	writer_copy(writer, hello->log_key, TALLY_KEY_SIZE);
	writer_copy(writer, hello->nonce, TALLY_NONCE_SIZE);
	writer_u32(writer, hello->payload_max);
	writer_u32(writer, hello->window_requests);
	writer_u32(writer, hello->window_reads);
	writer_u32(writer, hello->idle_s);
	writer_bytes(writer, hello->checkpoint);
	frame_end(writer, start);
}

void
frame_auth_write(struct writer *writer, const struct frame_auth *auth)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_AUTH, 0);

	writer_u16(writer, auth->version);
	writer_u32(writer, auth->key_id);
	writer_copy(writer, auth->nonce, TALLY_NONCE_SIZE);
	writer_copy(writer, auth->signature, TALLY_SIGNATURE_SIZE);
	writer_bytes(writer, auth->checkpoint);
	frame_end(writer, start);
}

void
frame_welcome_write(struct writer *writer, const struct frame_welcome *welcome)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_WELCOME, 0);

	writer_u16(writer, welcome->version);
	writer_u16(writer, 0);
	writer_u32(writer, welcome->window_requests);
	writer_u32(writer, welcome->window_reads);
	frame_end(writer, start);
}

static void
verdict_write(struct writer *writer, enum tally_verdict verdict)
{
	writer_u16(writer, (uint16_t)verdict);
	writer_u8(writer, (uint8_t)tally_verdict_text(verdict)->class);
	writer_u8(writer, 0);
}

void
frame_verdict_write(struct writer *writer, uint32_t correlation, enum tally_verdict verdict,
		    uint64_t index)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_VERDICT, correlation);

	verdict_write(writer, verdict);
	writer_u64(writer, index);
	if (verdict != TALLY_ACCEPTED)
		writer_string(writer, tally_verdict_text(verdict)->sentence);
	frame_end(writer, start);
}

void
frame_goodbye_write(struct writer *writer, enum tally_verdict verdict)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_GOODBYE, 0);

	CHECK(verdict != TALLY_ACCEPTED);
	verdict_write(writer, verdict);
	writer_string(writer, tally_verdict_text(verdict)->sentence);
	frame_end(writer, start);
}

void
frame_status_write(struct writer *writer, uint32_t correlation,
		   const struct frame_status *status)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_STATUS_IS, correlation);

	writer_u8(writer, status->known ? 1 : 0);
	writer_u8(writer, 0);
	writer_u16(writer, status->known ? status->revision : 0);
	writer_u64(writer, status->known ? status->index : 0);
	frame_end(writer, start);
}

void
frame_receipt_write(struct writer *writer, uint32_t correlation, uint64_t index,
		    struct bytes receipt)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_RECEIPT_IS, correlation);

	writer_u64(writer, index);
	writer_bytes(writer, receipt);
	frame_end(writer, start);
}

void
frame_results_write(struct writer *writer, uint32_t correlation,
		    const struct frame_results *results)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_RESULTS_ARE, correlation);

	CHECK(results->options.size == (size_t)results->options_count * FRAME_OPTION_SIZE);
	writer_u64(writer, results->covered);
	writer_u64(writer, results->ballots);
	writer_u64(writer, results->replaced);
	writer_u64(writer, results->voided);
	writer_u64(writer, results->in_tree);
	writer_u16(writer, results->contests_count);
	writer_u16(writer, results->contest);
	writer_u64(writer, results->contest_ballots);
	writer_u64(writer, results->blank);
	writer_u64(writer, results->abstained);
	writer_u32(writer, results->options_count);
	writer_bytes(writer, results->options);
	frame_end(writer, start);
}

void
frame_entries_write(struct writer *writer, uint32_t correlation,
		    const struct frame_entries *entries)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_ENTRIES_ARE, correlation);

	writer_u64(writer, entries->first);
	writer_u16(writer, entries->count);
	writer_bytes(writer, entries->entries);
	frame_end(writer, start);
}

void
frame_state_write(struct writer *writer, uint32_t correlation, const struct frame_state *state)
{
	size_t start = frame_begin(writer, TALLY_MESSAGE_STATE_IS, correlation);

	writer_u8(writer, state->phase);
	writer_u8(writer, 0);
	writer_u16(writer, 0);
	writer_u32(writer, state->notices_count);
	writer_u64(writer, (uint64_t)state->opens);
	writer_u64(writer, (uint64_t)state->closes);
	writer_u64(writer, state->size);
	writer_copy(writer, state->notice_hash, TALLY_HASH_SIZE);
	frame_end(writer, start);
}

void
frame_proof_message(const uint8_t *campaign, const uint8_t *server_nonce,
		    const uint8_t *client_nonce, const uint8_t *log_key,
		    uint8_t message[FRAME_PROOF_SIZE])
{
	struct writer writer = writer_make(message, FRAME_PROOF_SIZE);

	writer_copy(&writer, TALLY_SEPARATOR_HELLO, sizeof(TALLY_SEPARATOR_HELLO));
	writer_copy(&writer, campaign, TALLY_HASH_SIZE);
	writer_copy(&writer, server_nonce, TALLY_NONCE_SIZE);
	writer_copy(&writer, client_nonce, TALLY_NONCE_SIZE);
	writer_copy(&writer, log_key, TALLY_KEY_SIZE);
	CHECK(!writer.failed && writer.size == FRAME_PROOF_SIZE);
}
