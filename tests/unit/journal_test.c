#include "tally/journal.h"

#include <sodium.h>

#include "base/bytes.h"
#include "tests/lib/test.h"
#include "tests/lib/vector.h"

#define FILE_NAME "journal.txt"

static struct tally_client_key key;
static uint8_t campaign[TALLY_HASH_SIZE];
static struct bytes whole; /* the vector */

/* What reading a file has shown. */
struct reading {
	struct tally_journal_tape tape;
	size_t records;
	size_t seals_invalid;
	long last; /* what the last call returned: 0 or a fault */
};

static struct reading
read_all(struct bytes bytes)
{
	struct reading reading = {0};
	struct tally_journal_record record;

	reading.last = tally_journal_get_head(&reading.tape, bytes.data, bytes.size);
	while (reading.last > 0) {
		reading.last =
		    tally_journal_get(&reading.tape, bytes.data + reading.tape.offset,
				      bytes.size - reading.tape.offset, &record);
		reading.records += reading.last > 0;
		if (reading.last > 0 && record.kind == TALLY_JOURNAL_SEAL)
			reading.seals_invalid +=
			    !tally_journal_seal_valid(&record, key.secret + TALLY_SEED_SIZE);
	}
	return reading;
}

static void
written_as_the_vectors(void **state)
{
	static const char *const ballots[] = {"first ballot", "second", "", "never answered"};
	uint8_t out[256];
	struct tally_journal_tape tape;
	size_t size = tally_journal_put_head(&tape, campaign, key.id, out);

	(void)state;
	assert_vector(FILE_NAME, "head", bytes_make(out, size));
	for (size_t i = 0; i < 4; i++) {
		char name[16];

		if (i == 2) {
			size = tally_journal_put_answer(&tape, 0, TALLY_ACCEPTED, 4711, out);
			assert_vector(FILE_NAME, "answer_0", bytes_make(out, size));
			size = tally_journal_put_answer(&tape, 1, TALLY_HAS_VOTED,
							TALLY_CLIENT_NO_INDEX, out);
			assert_vector(FILE_NAME, "answer_1", bytes_make(out, size));
			size = tally_journal_put_seal(&tape, &key, out);
			assert_vector(FILE_NAME, "seal_0", bytes_make(out, size));
		}
		if (i == 3) {
			size = tally_journal_put_answer(&tape, 2, TALLY_ACCEPTED, 4712, out);
			assert_vector(FILE_NAME, "answer_2", bytes_make(out, size));
		}
		assert_int_equal(tape.ballots, i);
		size = tally_journal_put_submit(&tape, ballots[i], strlen(ballots[i]), out);
		snprintf(name, sizeof name, "submit_%zu", i);
		assert_vector(FILE_NAME, name, bytes_make(out, size));
	}
	size = tally_journal_put_seal(&tape, &key, out);
	assert_vector(FILE_NAME, "seal_1", bytes_make(out, size));
	assert_int_equal(tape.offset, whole.size);
	assert_int_equal(tape.sealed, whole.size);
}

static void
read_from_the_vector(void **state)
{
	struct tally_journal_tape tape;
	struct tally_journal_record record;
	uint8_t message[64];
	size_t size = test_vector(FILE_NAME, "seal_0_message", message, sizeof message);
	long used = tally_journal_get_head(&tape, whole.data, whole.size);

	(void)state;
	assert_int_equal(used, TALLY_JOURNAL_HEAD_SIZE);
	assert_memory_equal(tape.campaign, campaign, sizeof campaign);
	assert_int_equal(tape.key_id, key.id);
	for (size_t i = 0; i < 9; i++) {
		static const enum tally_journal_kind kinds[] = {1, 1, 2, 2, 3, 1, 2, 1, 3};

		used = tally_journal_get(&tape, whole.data + tape.offset,
					 whole.size - tape.offset, &record);
		assert_true(used > 0);
		assert_int_equal(record.kind, kinds[i]);
		assert_int_equal(record.offset + (uint64_t)used, tape.offset);
		if (i == 1) {
			assert_int_equal(record.number, 1);
			assert_int_equal(record.ballot_size, 6);
			assert_memory_equal(record.ballot, "second", 6);
		}
		if (i == 3) {
			assert_int_equal(record.number, 1);
			assert_int_equal(record.verdict, TALLY_HAS_VOTED);
			assert_true(record.index == TALLY_CLIENT_NO_INDEX);
		}
		if (i == 4) {
			assert_memory_equal(record.digest, message + size - TALLY_HASH_SIZE,
					    TALLY_HASH_SIZE);
			assert_int_equal(tape.sealed, tape.offset);
		}
		if (i == 6) {
			assert_int_equal(record.number, 2);
			assert_int_equal(record.verdict, TALLY_ACCEPTED);
			assert_int_equal(record.index, 4712);
		}
	}
	assert_int_equal(tally_journal_get(&tape, whole.data + tape.offset, 0, &record), 0);
	assert_int_equal(read_all(whole).seals_invalid, 0);
}

/* However a crash cuts it, the records before are whole and nothing is wrong. */
static void
cut_anywhere(void **state)
{
	(void)state;
	for (size_t size = 0; size < whole.size; size++) {
		struct reading reading = read_all(bytes_make(whole.data, size));

		assert_int_equal(reading.last, 0);
		assert_true(reading.records < 9);
		assert_true(reading.tape.offset <= size);
	}
}

/* Or kept of the file only the first bytes, and its length. */
static void
zeros_at_the_end(void **state)
{
	uint8_t bytes[1024];

	(void)state;
	for (size_t kept = TALLY_JOURNAL_HEAD_SIZE; kept < whole.size; kept++) {
		struct reading cut = read_all(bytes_make(whole.data, kept));
		struct reading reading;

		memset(bytes, 0, sizeof bytes);
		memcpy(bytes, whole.data, kept);
		reading = read_all(bytes_make(bytes, sizeof bytes));
		assert_int_equal(reading.last, 0);
		assert_int_equal(reading.records, cut.records);
		assert_int_equal(reading.tape.offset, cut.tape.offset);
		bytes[sizeof bytes - 1] = 9;
		assert_true(read_all(bytes_make(bytes, sizeof bytes)).last < 0);
	}
}

/* No flipped bit leaves a file that is sealed to its end. */
static void
flipped_bits(void **state)
{
	uint8_t bytes[1024];

	(void)state;
	memcpy(bytes, whole.data, whole.size);
	for (size_t bit = 0; bit < 8 * whole.size; bit++) {
		struct reading reading;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		reading = read_all(bytes_make(bytes, whole.size));
		if (reading.last == 0 && reading.seals_invalid == 0 &&
		    reading.tape.sealed == whole.size)
			fail_msg("bit %zu: nobody saw it", bit);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
assert_fault(struct bytes records, long fault)
{
	uint8_t bytes[512];
	struct reading reading;

	memcpy(bytes, whole.data, TALLY_JOURNAL_HEAD_SIZE);
	memcpy(bytes + TALLY_JOURNAL_HEAD_SIZE, records.data, records.size);
	reading = read_all(bytes_make(bytes, TALLY_JOURNAL_HEAD_SIZE + records.size));
	assert_int_equal(reading.last, fault);
	assert_int_equal(reading.records, 0);
	assert_int_equal(reading.tape.offset, TALLY_JOURNAL_HEAD_SIZE);
}

static void
refusals(void **state)
{
	uint8_t bytes[128] = {2, 0, 18, [21] = 2};
	struct tally_journal_tape tape;

	(void)state;
	assert_fault(BYTES_OF("\4"), TALLY_JOURNAL_BAD_KIND);
	assert_fault(BYTES_OF("\0\0\1"), TALLY_JOURNAL_BAD_KIND);
	assert_fault(BYTES_OF("\377\0\1x"), TALLY_JOURNAL_BAD_KIND);
	assert_fault(BYTES_OF("\2\0\21"), TALLY_JOURNAL_BAD_SIZE);
	assert_fault(BYTES_OF("\2\0\0"), TALLY_JOURNAL_BAD_SIZE);
	assert_fault(BYTES_OF("\3\0\77"), TALLY_JOURNAL_BAD_SIZE);
	assert_fault(BYTES_OF("\3\1\100"), TALLY_JOURNAL_BAD_SIZE);
	assert_fault(bytes_make(bytes, 22), TALLY_JOURNAL_BAD_NUMBER);
	bytes[21] = 3;
	assert_fault(bytes_make(bytes, 22), TALLY_JOURNAL_BAD_END);
	assert_fault(BYTES_OF("\1\0\0\2"), TALLY_JOURNAL_BAD_END);
	assert_fault(BYTES_OF("\1\0\1x\0\0\1"), TALLY_JOURNAL_BAD_END);
	assert_int_equal(tally_journal_get_head(&tape, "tally/journal/v2", 17),
			 TALLY_JOURNAL_NO_HEAD);
	assert_int_equal(tally_journal_get_head(&tape, "x", 1), TALLY_JOURNAL_NO_HEAD);
	assert_int_equal(tally_journal_get_head(&tape, "", 0), 0);
}

/* A piece vouches for nothing that came from another journal. */
static void
seals_do_not_travel(void **state)
{
	struct tally_journal_tape tape;
	struct tally_journal_record record = {0};
	uint8_t other[TALLY_HASH_SIZE] = {1};
	uint8_t bytes[256];
	size_t seal = TALLY_JOURNAL_HEAD_SIZE;
	size_t size = seal;

	(void)state;
	(void)tally_journal_put_head(&tape, campaign, key.id, bytes);
	size += tally_journal_put_seal(&tape, &key, bytes + size);
	assert_int_equal(read_all(bytes_make(bytes, size)).seals_invalid, 0);
	(void)tally_journal_put_head(&tape, other, key.id, bytes);
	assert_int_equal(read_all(bytes_make(bytes, size)).seals_invalid, 1);
	assert_true(tally_journal_get_head(&tape, bytes, size) > 0);
	assert_true(tally_journal_get(&tape, bytes + seal, size - seal, &record) > 0);
	assert_false(tally_journal_seal_valid(&record, campaign));
}

static void
sentences(void **state)
{
	(void)state;
	assert_string_equal(tally_journal_fault_text(TALLY_JOURNAL_BAD_KIND),
			    "no record is of this kind");
	assert_string_equal(tally_journal_fault_text(-99),
			    "a fault this version does not know");
}

static int
setup(void **state)
{
	uint8_t seed[TALLY_SEED_SIZE];
	uint8_t id[4];

	(void)state;
	if (sodium_init() < 0)
		return -1;
	test_vector(FILE_NAME, "seed", seed, sizeof seed);
	test_vector(FILE_NAME, "campaign", campaign, sizeof campaign);
	test_vector(FILE_NAME, "key_id", id, sizeof id);
	whole = test_vector_view(FILE_NAME, "journal");
	return tally_client_key_make("front.example/a", seed, &key) &&
		       key.id == be32_load(id) && whole.size < 1024
		   ? 0
		   : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(written_as_the_vectors), cmocka_unit_test(read_from_the_vector),
	    cmocka_unit_test(cut_anywhere),           cmocka_unit_test(zeros_at_the_end),
	    cmocka_unit_test(flipped_bits),           cmocka_unit_test(refusals),
	    cmocka_unit_test(seals_do_not_travel),    cmocka_unit_test(sentences),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
