#include "tests/lib/test.h"

#include <sodium.h>

#include "base/text.h"
#include "tests/lib/vector.h"
#include "tree/cosignature.h"
#include "tree/note.h"

enum {
	TIME = 1700000000,
};

static struct note_private_key witness;
static struct bytes line; /* the golden one */
static struct bytes text;

static struct bytes
vector(const char *name)
{
	return test_vector_view("tree.txt", name);
}

static int
setup(void **state)
{
	uint8_t seed[TALLY_SEED_SIZE];
	struct bytes without = vector("checkpoint.3");
	struct bytes with = vector("checkpoint.3.cosigned");

	(void)state;
	memset(seed, 8, sizeof seed);
	note_private_key_make_as(&witness, NOTE_KEY_COSIGNER, BYTES_OF("witness.example/w1"),
				 seed);
	line = bytes_make(with.data + without.size, with.size - without.size);
	text = vector("checkpoint.3.body");
	return 0;
}

static void
golden_key(void **state)
{
	uint8_t memory[NOTE_PRIVATE_TEXT_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct note_private_key back;
	struct note_key key;

	(void)state;
	note_key_write_as(&writer, NOTE_KEY_COSIGNER, &witness.key);
	assert_true(bytes_equal(writer_view(&writer), vector("witness.vkey")));
	assert_true(note_key_parse_as(vector("witness.vkey"), NOTE_KEY_COSIGNER, &key));
	assert_memory_equal(&key, &witness.key, sizeof key);
	assert_false(note_key_parse(vector("witness.vkey"), &key));
	assert_false(note_key_parse_as(vector("log.vkey"), NOTE_KEY_COSIGNER, &key));
	writer = writer_make(memory, sizeof memory);
	note_private_key_write_as(&writer, NOTE_KEY_COSIGNER, &witness);
	assert_true(note_private_key_parse_as(writer_view(&writer), NOTE_KEY_COSIGNER, &back));
	assert_memory_equal(&back, &witness, sizeof back);
	assert_false(note_private_key_parse(writer_view(&writer), &back));
}

static void
golden_line(void **state)
{
	uint8_t memory[COSIGNATURE_LINE_MAX];
	uint64_t time;

	(void)state;
	for (size_t capacity = 0; capacity <= sizeof memory; capacity++) {
		struct writer writer = writer_make(memory, capacity);

		cosignature_write(&writer, text, TIME, &witness);
		assert_int_equal(writer.failed, capacity < line.size);
		if (!writer.failed)
			assert_true(bytes_equal(writer_view(&writer), line));
	}
	assert_true(cosignature_verify(line, text, &witness.key, &time));
	assert_int_equal(time, TIME);
}

static void
every_changed_bit_is_refused(void **state)
{
	uint8_t changed[1024];
	uint64_t time;

	(void)state;
	memcpy(changed, line.data, line.size);
	for (size_t i = 0; i < 8 * line.size; i++) {
		changed[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(cosignature_verify(bytes_make(changed, line.size), text,
						&witness.key, &time));
		changed[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t size = 0; size < line.size; size++)
		assert_false(
		    cosignature_verify(bytes_make(changed, size), text, &witness.key, &time));
	changed[line.size] = '\n';
	assert_false(
	    cosignature_verify(bytes_make(changed, line.size + 1), text, &witness.key, &time));
	memcpy(changed, text.data, text.size);
	for (size_t i = 0; i < text.size; i++) {
		changed[i] ^= 1;
		assert_false(cosignature_verify(line, bytes_make(changed, text.size),
						&witness.key, &time));
		changed[i] ^= 1;
	}
	assert_true(
	    cosignature_verify(line, bytes_make(changed, text.size), &witness.key, &time));
}

static void
bounds(void **state)
{
	static uint8_t long_text[TALLY_CHECKPOINT_SIZE_MAX + 1];
	uint8_t memory[COSIGNATURE_LINE_MAX];
	const uint64_t times[] = {0, 1, INT64_MAX};
	uint64_t time;

	(void)state;
	memset(long_text, 'a', sizeof long_text);
	long_text[sizeof long_text - 2] = '\n';
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct writer writer = writer_make(memory, sizeof memory);
		struct bytes all = bytes_make(long_text, TALLY_CHECKPOINT_SIZE_MAX);

		cosignature_write(&writer, all, times[i], &witness);
		assert_false(writer.failed);
		assert_true(cosignature_verify(writer_view(&writer), all, &witness.key, &time));
		assert_int_equal(time, times[i]);
		all.size += 1;
		assert_false(
		    cosignature_verify(writer_view(&writer), all, &witness.key, &time));
	}
}

static void
a_line_names_its_maker(void **state)
{
	static const char *const no_lines[] = {
	    "",
	    "\n",
	    "\xe2\x80\x94 ",
	    "\xe2\x80\x94 witness.example/w1\n",
	    "\xe2\x80\x94 witness.example/w1 \n",
	    /* a signature of type 01 */
	    "\xe2\x80\x94 tally.example/test "
	    "auLR0PyaGgaSJyfzwnWEyALnZXYtSjrLwc1XkKPGep9VRTQAJBl6TH"
	    "u1S1jXHF74MyP6cq4DbihxOiApEQ/t5AlX0QY=\n",
	};
	static const uint64_t too_late = (uint64_t)INT64_MAX + 1;
	uint8_t changed[COSIGNATURE_LINE_MAX + 8];
	struct cosignature cosignature;
	struct writer writer = writer_make(changed, sizeof changed);
	uint8_t blob[76] = {0};

	(void)state;
	assert_true(cosignature_parse(line, &cosignature));
	assert_true(bytes_equal(cosignature.name, bytes_of_string(witness.key.name)));
	assert_int_equal(cosignature.id, witness.key.id);
	assert_int_equal(cosignature.time, TIME);
	assert_true(cosignature_is_of(&cosignature, &witness.key));
	cosignature.id ^= 1;
	assert_false(cosignature_is_of(&cosignature, &witness.key));
	for (size_t i = 0; i < sizeof no_lines / sizeof *no_lines; i++)
		assert_false(cosignature_parse(bytes_of_string(no_lines[i]), &cosignature));
	for (size_t size = 0; size < line.size; size++)
		assert_false(cosignature_parse(bytes_make(line.data, size), &cosignature));
	be64_store(blob + 4, too_late);
	writer_string(&writer, "\xe2\x80\x94 w ");
	text_base64_write(&writer, bytes_make(blob, sizeof blob));
	writer_u8(&writer, '\n');
	assert_false(cosignature_parse(writer_view(&writer), &cosignature));
}

/* A name of NOTE_NAME_MAX bytes is the longest. */
static void
long_names(void **state)
{
	uint8_t memory[COSIGNATURE_LINE_MAX + 1];
	struct cosignature cosignature;

	(void)state;
	for (size_t size = NOTE_NAME_MAX; size <= NOTE_NAME_MAX + 1; size++) {
		struct writer writer = writer_make(memory, sizeof memory);
		uint8_t blob[76] = {0};

		writer_string(&writer, "\xe2\x80\x94 ");
		for (size_t i = 0; i < size; i++)
			writer_u8(&writer, 'w');
		writer_u8(&writer, ' ');
		text_base64_write(&writer, bytes_make(blob, sizeof blob));
		writer_u8(&writer, '\n');
		assert_false(writer.failed);
		assert_int_equal(cosignature_parse(writer_view(&writer), &cosignature),
				 size == NOTE_NAME_MAX);
	}
}

/* It is one of the signature lines of a note, which others pass over. */
static void
notes_bear_it(void **state)
{
	struct note_key log;
	struct checkpoint checkpoint;

	(void)state;
	assert_true(note_key_parse(vector("log.vkey"), &log));
	assert_true(checkpoint_open(vector("checkpoint.3.cosigned"), &log, &checkpoint));
	assert_true(bytes_equal(note_text(vector("checkpoint.3.cosigned")), text));
	assert_int_equal(note_text(line).size, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden_key),
	    cmocka_unit_test(golden_line),
	    cmocka_unit_test(every_changed_bit_is_refused),
	    cmocka_unit_test(bounds),
	    cmocka_unit_test(a_line_names_its_maker),
	    cmocka_unit_test(long_names),
	    cmocka_unit_test(notes_bear_it),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, setup, NULL);
}
