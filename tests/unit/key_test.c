#include "tests/lib/test.h"

#include "base/text.h"
#include "tests/lib/vector.h"
#include "tree/key.h"

static struct bytes
vector(const char *name)
{
	return test_vector_view("tree.txt", name);
}

static bool
key_refused(struct bytes text)
{
	struct note_key key;

	return !note_key_parse(text, &key);
}

static void
names(void **state)
{
	char longest[NOTE_NAME_MAX + 1];

	(void)state;
	memset(longest, 'n', sizeof longest);
	assert_true(note_name_valid(BYTES_OF("tally.example/test")));
	assert_true(note_name_valid(BYTES_OF("timi\xc8\x99oara.example/2026")));
	assert_true(note_name_valid(bytes_make(longest, NOTE_NAME_MAX)));
	assert_false(note_name_valid(bytes_make(longest, NOTE_NAME_MAX + 1)));
	assert_false(note_name_valid(BYTES_OF("")));
	assert_false(note_name_valid(BYTES_OF("a b")));
	assert_false(note_name_valid(BYTES_OF("a+b")));
	assert_false(note_name_valid(BYTES_OF("a\nb")));
	assert_false(note_name_valid(BYTES_OF("a\0b")));
	assert_false(note_name_valid(BYTES_OF("a\xc2\xa0")));
	assert_false(note_name_valid(BYTES_OF("\xe3\x80\x80z")));
	assert_false(note_name_valid(BYTES_OF("a\xff")));
}

static void
log_key_is_golden(void **state)
{
	struct bytes vkey = vector("log.vkey");
	struct note_private_key key;
	struct note_key public_key;
	uint8_t memory[NOTE_PRIVATE_TEXT_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	note_private_key_make(&key, vector("log.name"), vector("log.seed").data);
	assert_int_equal(key.key.id, be32_load(vector("log.id").data));
	note_key_write(&writer, &key.key);
	assert_true(bytes_equal(writer_view(&writer), vkey));
	assert_true(note_key_parse(vkey, &public_key));
	assert_memory_equal(&public_key, &key.key, sizeof public_key);
	writer = writer_make(memory, sizeof memory);
	note_private_key_write(&writer, &key);
	assert_true(bytes_equal(writer_view(&writer), vector("log.private")));
}

static void
spec_key_is_read(void **state)
{
	struct bytes text = vector("spec.vkey");
	struct note_key key;
	uint8_t memory[NOTE_VKEY_TEXT_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	(void)state;
	assert_true(note_key_parse(text, &key));
	assert_string_equal(key.name, "example.com/foo");
	assert_int_equal(key.id, be32_load(vector("spec.id").data));
	note_key_write(&writer, &key);
	assert_true(bytes_equal(writer_view(&writer), text));
}

static void
longest_texts_fit(void **state)
{
	char name[NOTE_NAME_MAX];
	uint8_t memory[NOTE_PRIVATE_TEXT_MAX];
	struct note_private_key key;
	struct note_private_key back;
	struct writer writer = writer_make(memory, NOTE_VKEY_TEXT_MAX);

	(void)state;
	memset(name, 'n', sizeof name);
	note_private_key_make(&key, bytes_make(name, sizeof name), vector("log.seed").data);
	note_key_write(&writer, &key.key);
	assert_false(writer.failed);
	assert_true(note_key_parse(writer_view(&writer), &back.key));
	writer = writer_make(memory, sizeof memory);
	note_private_key_write(&writer, &key);
	assert_false(writer.failed);
	assert_true(note_private_key_parse(writer_view(&writer), &back));
	assert_memory_equal(&key, &back, sizeof key);
}

static void
every_changed_character_is_refused(void **state)
{
	struct bytes text = vector("log.vkey");
	uint8_t changed[NOTE_VKEY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < text.size; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(changed, text.data, text.size);
			changed[i] ^= (uint8_t)(1u << bit);
			assert_true(key_refused(bytes_make(changed, text.size)));
		}
	for (size_t size = 0; size < text.size; size++)
		assert_true(key_refused(bytes_make(text.data, size)));
	memcpy(changed, text.data, text.size);
	changed[text.size] = '\n';
	assert_true(key_refused(bytes_make(changed, text.size + 1)));
}

static void
other_spellings_are_refused(void **state)
{
	(void)state;
	/* upper-case id; type 04; no name; id without its leading zero; url-safe base64 */
	assert_true(key_refused(BYTES_OF(
	    "tally.example/test+6AE2D1D0+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs")));
	assert_true(key_refused(vector("witness.vkey")));
	assert_true(
	    key_refused(BYTES_OF("+6ae2d1d0+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs")));
	assert_true(key_refused(BYTES_OF(
	    "tally.example/test+ae2d1d0+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs")));
	assert_true(key_refused(vector("log.private")));
}

/* Writes a vkey whose id fits, so that only the point can be at fault. */
static struct bytes
vkey_of_point(const char *hex, uint8_t memory[NOTE_VKEY_TEXT_MAX])
{
	uint8_t point[TALLY_KEY_SIZE];
	struct note_key key;
	struct writer writer = writer_make(memory, NOTE_VKEY_TEXT_MAX);

	test_hex(hex, point, sizeof point);
	note_key_make(&key, BYTES_OF("a.example"), point);
	note_key_write(&writer, &key);
	return writer_view(&writer);
}

static void
points_outside_the_group_are_refused(void **state)
{
	static const char *const points[] = {
	    /* orders 1, 2, 4, 8 */
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	    /* order 1, not canonical */
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    /* the base point plus the point of order 2 */
	    "9599999999999999999999999999999999999999999999999999999999999999",
	    /* not on the curve */
	    "0200000000000000000000000000000000000000000000000000000000000000",
	};
	uint8_t memory[NOTE_VKEY_TEXT_MAX];
	struct note_key key;

	(void)state;
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
		assert_true(key_refused(vkey_of_point(points[i], memory)));
	/* the base point itself */
	assert_true(note_key_parse(
	    vkey_of_point("5866666666666666666666666666666666666666666666666666666666666666",
			  memory),
	    &key));
}

static void
private_texts(void **state)
{
	struct bytes text = vector("log.private");
	struct note_private_key key;
	uint8_t changed[NOTE_PRIVATE_TEXT_MAX];

	(void)state;
	assert_true(note_private_key_parse(text, &key));
	assert_string_equal(key.key.name, "tally.example/test");
	assert_memory_equal(key.secret, vector("log.seed").data, TALLY_SEED_SIZE);
	memcpy(changed, text.data, text.size);
	memcpy(changed + text.size, "\n\n", 2);
	assert_true(note_private_key_parse(bytes_make(changed, text.size + 1), &key));
	assert_false(note_private_key_parse(bytes_make(changed, text.size + 2), &key));
	for (size_t i = 0; i < text.size; i++) {
		changed[i] ^= 1;
		assert_false(note_private_key_parse(bytes_make(changed, text.size), &key));
		changed[i] ^= 1;
		assert_false(note_private_key_parse(bytes_make(text.data, i), &key));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(log_key_is_golden),
	    cmocka_unit_test(spec_key_is_read),
	    cmocka_unit_test(longest_texts_fit),
	    cmocka_unit_test(every_changed_character_is_refused),
	    cmocka_unit_test(other_spellings_are_refused),
	    cmocka_unit_test(points_outside_the_group_are_refused),
	    cmocka_unit_test(private_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
