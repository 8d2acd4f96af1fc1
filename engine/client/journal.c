#include "tally/journal.h"

#include <sodium.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof((struct tally_journal_tape *)0)->hash,
	       "the running hash fits the tape");
_Static_assert(TALLY_JOURNAL_HEAD_SIZE == sizeof TALLY_SEPARATOR_JOURNAL + TALLY_HASH_SIZE + 4,
	       "separator, campaign, key id");

#define SAME(enumerator, number, sentence) \
	_Static_assert(TALLY_JOURNAL_##enumerator == (number), \
		       "the enum differs from the table");
TALLY_JOURNAL_FAULTS(SAME)

enum {
	RECORD_HEAD_SIZE = TALLY_JOURNAL_FRAME_SIZE - 1,
	ANSWER_BYTES = TALLY_JOURNAL_ANSWER_SIZE - TALLY_JOURNAL_FRAME_SIZE,
};

static const struct bytes separator = {(const uint8_t *)TALLY_SEPARATOR_JOURNAL,
				       sizeof TALLY_SEPARATOR_JOURNAL};

const char *
tally_journal_fault_text(long fault)
{
	switch (fault) {
#define ROW(enumerator, number, sentence) \
	case (number): \
		return sentence;
		TALLY_JOURNAL_FAULTS(ROW)
	default:
		return "a fault this version does not know";
	}
}

/* The hash lives in the tape as plain numbers, because the public header knows no libsodium. */
static void
advance(struct tally_journal_tape *tape, struct bytes bytes)
{
	crypto_hash_sha256_state state;

	memcpy(&state, tape->hash, sizeof state);
	crypto_hash_sha256_update(&state, bytes.data, bytes.size);
	memcpy(tape->hash, &state, sizeof state);
	tape->offset += bytes.size;
}

static void
digest_now(const struct tally_journal_tape *tape, uint8_t digest[TALLY_HASH_SIZE])
{
	crypto_hash_sha256_state state;

	memcpy(&state, tape->hash, sizeof state);
	crypto_hash_sha256_final(&state, digest);
}

/* What a SEAL signs. */
static struct bytes
seal_message(const uint8_t digest[TALLY_HASH_SIZE], uint8_t memory[64])
{
	struct writer writer = writer_make(memory, 64);

	writer_bytes(&writer, separator);
	writer_copy(&writer, digest, TALLY_HASH_SIZE);
	CHECK(!writer.failed);
	return writer_view(&writer);
}

static struct tally_journal_tape
tape_make(const uint8_t campaign[TALLY_HASH_SIZE], uint32_t key_id)
{
	struct tally_journal_tape tape = {.key_id = key_id};
	crypto_hash_sha256_state state;

	memcpy(tape.campaign, campaign, sizeof tape.campaign);
	crypto_hash_sha256_init(&state);
	memcpy(tape.hash, &state, sizeof state);
	return tape;
}

size_t
tally_journal_put_head(struct tally_journal_tape *tape, const uint8_t campaign[TALLY_HASH_SIZE],
		       uint32_t key_id, uint8_t out[TALLY_JOURNAL_HEAD_SIZE])
{
	struct writer writer = writer_make(out, TALLY_JOURNAL_HEAD_SIZE);

	*tape = tape_make(campaign, key_id);
	writer_bytes(&writer, separator);
	writer_copy(&writer, campaign, TALLY_HASH_SIZE);
	writer_u32(&writer, key_id);
	CHECK(!writer.failed);
	advance(tape, writer_view(&writer));
	return writer.size;
}

static struct writer
record_begin(uint8_t *out, enum tally_journal_kind kind, size_t size)
{
	struct writer writer = writer_make(out, TALLY_JOURNAL_FRAME_SIZE + size);

	writer_u8(&writer, (uint8_t)kind);
	writer_u16(&writer, (uint16_t)size);
	return writer;
}

static size_t
record_end(struct tally_journal_tape *tape, struct writer *writer)
{
	writer_u8(writer, writer->data[0]);
	CHECK(!writer->failed && writer->size == writer->capacity);
	advance(tape, writer_view(writer));
	return writer->size;
}

size_t
tally_journal_put_submit(struct tally_journal_tape *tape, const void *ballot, size_t size,
			 uint8_t *out)
{
	struct writer writer;

	CHECK(size <= TALLY_JOURNAL_SUBMIT_MAX);
	writer = record_begin(out, TALLY_JOURNAL_SUBMIT, size);
	writer_copy(&writer, ballot, size);
	tape->ballots++;
	return record_end(tape, &writer);
}

size_t
tally_journal_put_answer(struct tally_journal_tape *tape, uint64_t number, unsigned verdict,
			 uint64_t index, uint8_t out[TALLY_JOURNAL_ANSWER_SIZE])
{
	struct writer writer = record_begin(out, TALLY_JOURNAL_ANSWER, ANSWER_BYTES);

	CHECK(number < tape->ballots);
	CHECK(verdict <= UINT16_MAX);
	writer_u64(&writer, number);
	writer_u16(&writer, (uint16_t)verdict);
	writer_u64(&writer, index);
	return record_end(tape, &writer);
}

size_t
tally_journal_put_seal(struct tally_journal_tape *tape, const struct tally_client_key *key,
		       uint8_t out[TALLY_JOURNAL_SEAL_SIZE])
{
	struct writer writer = record_begin(out, TALLY_JOURNAL_SEAL, TALLY_SIGNATURE_SIZE);
	uint8_t signature[TALLY_SIGNATURE_SIZE];
	uint8_t digest[TALLY_HASH_SIZE];
	uint8_t memory[64];
	struct bytes message;

	digest_now(tape, digest);
	message = seal_message(digest, memory);
	CHECK(crypto_sign_detached(signature, NULL, message.data, message.size, key->secret) ==
	      0);
	writer_copy(&writer, signature, sizeof signature);
	tape->sealed = tape->offset + TALLY_JOURNAL_SEAL_SIZE;
	return record_end(tape, &writer);
}

long
tally_journal_get_head(struct tally_journal_tape *tape, const void *bytes, size_t size)
{
	struct reader reader = reader_make(bytes_make(bytes, size));
	struct bytes campaign;
	size_t compared = size < separator.size ? size : separator.size;

	reader_expect(&reader, bytes_make(separator.data, compared));
	if (reader.failed)
		return TALLY_JOURNAL_NO_HEAD;
	if (size < TALLY_JOURNAL_HEAD_SIZE)
		return 0;
	campaign = reader_bytes(&reader, TALLY_HASH_SIZE);
	*tape = tape_make(campaign.data, reader_u32(&reader));
	advance(tape, bytes_make(bytes, TALLY_JOURNAL_HEAD_SIZE));
	return TALLY_JOURNAL_HEAD_SIZE;
}

static bool
size_fits(uint8_t kind, uint16_t size)
{
	return kind == TALLY_JOURNAL_SUBMIT ||
	       size == (kind == TALLY_JOURNAL_ANSWER ? ANSWER_BYTES : TALLY_SIGNATURE_SIZE);
}

static void
fill(const struct tally_journal_tape *tape, struct bytes body,
     struct tally_journal_record *record)
{
	struct reader reader = reader_make(body);

	switch (record->kind) {
	case TALLY_JOURNAL_SUBMIT:
		record->number = tape->ballots;
		record->ballot = body.data;
		record->ballot_size = body.size;
		break;
	case TALLY_JOURNAL_ANSWER:
		record->number = reader_u64(&reader);
		record->verdict = reader_u16(&reader);
		record->index = reader_u64(&reader);
		break;
	case TALLY_JOURNAL_SEAL:
		record->signature = body.data;
		digest_now(tape, record->digest);
		break;
	}
}

static long
take(struct tally_journal_tape *tape, const void *bytes, struct bytes body,
     struct tally_journal_record *record)
{
	size_t size = TALLY_JOURNAL_FRAME_SIZE + body.size;

	fill(tape, body, record);
	if (record->kind == TALLY_JOURNAL_ANSWER && record->number >= tape->ballots)
		return TALLY_JOURNAL_BAD_NUMBER;
	advance(tape, bytes_make(bytes, size));
	if (record->kind == TALLY_JOURNAL_SUBMIT)
		tape->ballots++;
	if (record->kind == TALLY_JOURNAL_SEAL)
		tape->sealed = tape->offset;
	return (long)size;
}

/* Are all bytes from `at` on zero, and is there one? */
static bool
zeros_from(struct bytes bytes, size_t at)
{
	return at < bytes.size && bytes.data[at] == 0 &&
	       bytes_all_zero(bytes_make(bytes.data + at, bytes.size - at));
}

long
tally_journal_get(struct tally_journal_tape *tape, const void *bytes, size_t size,
		  struct tally_journal_record *record)
{
	struct reader reader = reader_make(bytes_make(bytes, size));
	uint8_t kind = reader_u8(&reader);
	uint16_t body_size = reader_u16(&reader);
	struct bytes body;
	uint8_t end;

	if (size == 0 || zeros_from(bytes_make(bytes, size), 0))
		return 0;
	if (kind < TALLY_JOURNAL_SUBMIT || kind > TALLY_JOURNAL_SEAL)
		return TALLY_JOURNAL_BAD_KIND;
	if (reader.failed ||
	    zeros_from(bytes_make(bytes, size), RECORD_HEAD_SIZE + (size_t)body_size))
		return 0;
	if (!size_fits(kind, body_size))
		return TALLY_JOURNAL_BAD_SIZE;
	body = reader_bytes(&reader, body_size);
	end = reader_u8(&reader);
	if (reader.failed)
		return 0;
	if (end != kind)
		return TALLY_JOURNAL_BAD_END;
	*record = (struct tally_journal_record){.kind = (enum tally_journal_kind)kind,
						.offset = tape->offset};
	return take(tape, bytes, body, record);
}

bool
tally_journal_seal_valid(const struct tally_journal_record *seal,
			 const uint8_t public_key[TALLY_KEY_SIZE])
{
	uint8_t memory[64];
	struct bytes message = seal_message(seal->digest, memory);

	return crypto_sign_verify_detached(seal->signature, message.data, message.size,
					   public_key) == 0;
}
