#include "tests/lib/test.h"

#include "base/text.h"
#include "tests/lib/vector.h"
#include "tree/note.h"

enum {
	NOTE_MAX = 16384
};

static struct note_key log_key;
static struct note_private_key log_secret;

static struct bytes
vector(const char *name)
{
	return test_vector_view("tree.txt", name);
}

static int
setup(void **state)
{
	(void)state;
	note_private_key_make(&log_secret, vector("log.name"), vector("log.seed").data);
	return note_key_parse(vector("log.vkey"), &log_key) ? 0 : 1;
}

static bool
opens(struct bytes note)
{
	struct checkpoint checkpoint;

	return checkpoint_open(note, &log_key, &checkpoint);
}

/* A note of `text`, signed by the log, with `after` appended. */
static struct bytes
signed_with(const char *text, const char *after)
{
	static uint8_t memory[NOTE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	writer_string(&writer, text);
	note_sign(&writer, &log_secret);
	writer_string(&writer, after);
	assert_false(writer.failed);
	return writer_view(&writer);
}

static bool
parses(const char *text)
{
	struct checkpoint checkpoint;

	return checkpoint_parse(bytes_of_string(text), vector("log.name"), &checkpoint);
}

static void
golden_opens(void **state)
{
	static const char *const names[] = {"checkpoint.3", "checkpoint.3.cosigned"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct checkpoint checkpoint;
		struct bytes text;

		assert_true(checkpoint_open(vector(names[i]), &log_key, &checkpoint));
		assert_int_equal(checkpoint.size, 3);
		assert_memory_equal(checkpoint.root, vector("root.3").data, 32);
		assert_true(note_open(vector(names[i]), &log_key, &text));
		assert_true(bytes_equal(text, vector("checkpoint.3.body")));
	}
}

static void
golden_is_written(void **state)
{
	struct checkpoint checkpoint = {3, {0}};
	uint8_t memory[1024] = "before ";
	struct bytes golden = vector("checkpoint.3");

	(void)state;
	memcpy(checkpoint.root, vector("root.3").data, 32);
	for (size_t before = 0; before < 8; before += 7) {
		struct writer writer = writer_make(memory, sizeof memory);

		writer.size = before;
		checkpoint_write(&writer, &checkpoint, &log_secret);
		assert_false(writer.failed);
		assert_int_equal(writer.size, before + golden.size);
		assert_memory_equal(memory + before, golden.data, golden.size);
	}
	for (size_t capacity = 0; capacity < golden.size; capacity++) {
		struct writer writer = writer_make(memory, capacity);

		checkpoint_write(&writer, &checkpoint, &log_secret);
		assert_true(writer.failed);
	}
}

static void
every_changed_bit_is_refused(void **state)
{
	struct bytes golden = vector("checkpoint.3");
	uint8_t changed[1024];

	(void)state;
	memcpy(changed, golden.data, golden.size);
	for (size_t i = 0; i < 8 * golden.size; i++) {
		changed[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(opens(bytes_make(changed, golden.size)));
		changed[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t size = 0; size < golden.size; size++)
		assert_false(opens(bytes_make(changed, size)));
	assert_true(opens(bytes_make(changed, golden.size)));
}

static void
two_keys_sign(void **state)
{
	static const uint8_t seed[TALLY_SEED_SIZE] = {9};
	struct note_private_key other;
	uint8_t memory[1024];
	struct writer writer = writer_make(memory, sizeof memory);
	struct checkpoint checkpoint;
	struct bytes text;

	(void)state;
	note_private_key_make(&other, BYTES_OF("other.example"), seed);
	writer_bytes(&writer, vector("checkpoint.3.body"));
	note_sign(&writer, &other);
	note_sign(&writer, &log_secret);
	assert_true(note_open(writer_view(&writer), &log_key, &text));
	assert_true(note_open(writer_view(&writer), &other.key, &text));
	assert_true(bytes_equal(text, vector("checkpoint.3.body")));
	/* a checkpoint's origin is the name of the key that it is opened with */
	assert_true(checkpoint_open(writer_view(&writer), &log_key, &checkpoint));
	assert_false(checkpoint_open(writer_view(&writer), &other.key, &checkpoint));
}

static void
only_the_named_key_counts(void **state)
{
	struct note_key namesake = log_key;
	struct note_key stranger;
	struct bytes text;

	(void)state;
	assert_true(note_key_parse(vector("spec.vkey"), &stranger));
	assert_false(note_open(vector("checkpoint.3"), &stranger, &text));
	/* same name, another id: an unknown signature, so none is left */
	namesake.id++;
	assert_false(note_open(vector("checkpoint.3"), &namesake, &text));
	/* same name and id, another point: a known signature that fails */
	namesake = log_key;
	memcpy(namesake.public_key, stranger.public_key, TALLY_KEY_SIZE);
	assert_false(note_open(vector("checkpoint.3"), &namesake, &text));
}

static void
a_bad_signature_of_a_known_key_refuses_the_note(void **state)
{
	const char *good = (const char *)vector("checkpoint.3.body").data;
	const char *other = (const char *)vector("checkpoint.3").data;
	char line[256];
	struct bytes note;

	(void)state;
	/* the log's good line under another text, after a good one */
	snprintf(line, sizeof line, "%s", strstr(other, "\n\n") + 2);
	note = signed_with(
	    "tally.example/test\n4\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnc=\n", line);
	assert_false(opens(note));
	/* twice the same good one is no harm */
	assert_true(opens(signed_with(good, line)));
	/* known name and id with a signature of another length */
	assert_true(opens(signed_with(good, "")));
	assert_false(opens(signed_with(good, "\xe2\x80\x94 tally.example/test auLR0AE=\n")));
}

static void
unknown_signatures_are_ignored(void **state)
{
	const char *good = (const char *)vector("checkpoint.3.body").data;
	static const char line[] = "\xe2\x80\x94 w.example/1 AAAAAAE=\n";
	char lines[NOTE_SIGNATURES_MAX * sizeof line] = "";
	char large[4200] = "\xe2\x80\x94 mldsa.example ";

	(void)state;
	memset(large + strlen(large), 'A', 4 * 809);
	strcat(large, "\n");
	assert_true(opens(signed_with(good, large)));
	for (int i = 1; i < NOTE_SIGNATURES_MAX; i++)
		strcat(lines, line);
	assert_true(opens(signed_with(good, lines)));
	strcat(lines, line);
	assert_false(opens(signed_with(good, lines)));
}

static void
malformed_lines_are_refused(void **state)
{
	static const char *const lines[] = {
	    "\n",
	    "x\n",
	    "- w.example AAAAAAE=\n",
	    "\xe2\x80\x94w.example AAAAAAE=\n",
	    "\xe2\x80\x94 w.example\n",
	    "\xe2\x80\x94  AAAAAAE=\n",
	    "\xe2\x80\x94 \n",
	    "\xe2\x80\x94 w.example AAAAAA==\n", /* an id alone */
	    "\xe2\x80\x94 w.example AAAAAAF=\n", /* trailing bits */
	    "\xe2\x80\x94 w.example AAAAAAE\n",  /* no padding */
	    "\xe2\x80\x94 w.example AAAAAAE= \n",
	    "\xe2\x80\x94 w.example AAAAAAE=\r\n",
	    "\xe2\x80\x94 w+example AAAAAAE=\n",
	    "\xe2\x80\x94 w\xc2\xa0x AAAAAAE=\n",
	    "\xe2\x80\x94 w\xff AAAAAAE=\n",
	    "\xe2\x80\x94 w.example AAAAAAE=", /* no newline */
	};
	const char *good = (const char *)vector("checkpoint.3.body").data;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		assert_false(opens(signed_with(good, lines[i])));
}

static void
texts_and_their_last_empty_line(void **state)
{
	struct bytes text;
	struct bytes note;

	(void)state;
	note = signed_with("one\n\ntwo\n", "");
	assert_true(note_open(note, &log_key, &text));
	assert_true(bytes_equal(text, BYTES_OF("one\n\ntwo\n")));
	assert_true(note_open(signed_with("\n", ""), &log_key, &text));
	assert_true(bytes_equal(text, BYTES_OF("\n")));
	assert_true(note_open(signed_with("Timi\xc8\x99oara\n", ""), &log_key, &text));
	/* control characters and bad UTF-8, though signed */
	assert_false(note_open(signed_with("a\rb\n", ""), &log_key, &text));
	assert_false(note_open(signed_with("a\tb\n", ""), &log_key, &text));
	assert_false(note_open(signed_with("a\xff\n", ""), &log_key, &text));
	assert_false(note_open(BYTES_OF(""), &log_key, &text));
	assert_false(note_open(BYTES_OF("\n\n"), &log_key, &text));
	assert_false(note_open(bytes_make(NULL, 0), &log_key, &text));
}

static void
checkpoint_texts(void **state)
{
#define ROOT "rra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnc="
	(void)state;
	assert_true(parses("tally.example/test\n3\n" ROOT "\n"));
	assert_true(parses("tally.example/test\n0\n" ROOT "\n"));
	assert_true(parses("tally.example/test\n18446744073709551615\n" ROOT "\n"));
	assert_false(parses("tally.example/test\n18446744073709551616\n" ROOT "\n"));
	assert_false(parses("tally.example/test\n03\n" ROOT "\n"));
	assert_false(parses("tally.example/test\n00\n" ROOT "\n"));
	assert_false(parses("tally.example/test\n+3\n" ROOT "\n"));
	assert_false(parses("tally.example/test\n-3\n" ROOT "\n"));
	assert_false(parses("tally.example/test\n3 \n" ROOT "\n"));
	assert_false(parses("tally.example/test\n\n" ROOT "\n"));
	/* another origin */
	assert_false(parses("tally.example/tes\n3\n" ROOT "\n"));
	assert_false(parses("tally.example/test2\n3\n" ROOT "\n"));
	assert_false(parses("Tally.example/test\n3\n" ROOT "\n"));
	assert_false(parses("\n3\n" ROOT "\n"));
	/* missing newline, carriage returns, extension line, trailing bytes, missing line */
	assert_false(parses("tally.example/test\n3\n" ROOT));
	assert_false(parses("tally.example/test\r\n3\r\n" ROOT "\r\n"));
	assert_false(parses("tally.example/test\n3\n" ROOT "\r\n"));
	assert_false(parses("tally.example/test\n3\n" ROOT "\nextension\n"));
	assert_false(parses("tally.example/test\n3\n" ROOT "\n\n"));
	assert_false(parses("tally.example/test\n3\n" ROOT "\nx"));
	assert_false(parses("tally.example/test\n3\n"));
	assert_false(parses("tally.example/test\n"));
	assert_false(parses(""));
	/* base64: trailing bits, no padding, short, long */
	assert_false(
	    parses("tally.example/test\n3\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnd=\n"));
	assert_false(
	    parses("tally.example/test\n3\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnc\n"));
	assert_false(
	    parses("tally.example/test\n3\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yng\n"));
	assert_false(
	    parses("tally.example/test\n3\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbncA\n"));
	assert_false(parses("tally.example/test\n3\n " ROOT "\n"));
#undef ROOT
}

static void
an_extension_line_is_refused_though_signed(void **state)
{
	char text[512];
	struct bytes signed_text;

	(void)state;
	snprintf(text, sizeof text, "%sextension\n",
		 (const char *)vector("checkpoint.3.body").data);
	assert_true(note_open(signed_with(text, ""), &log_key, &signed_text));
	assert_false(opens(signed_with(text, "")));
}

/* P1: with the identity as key, R = identity and S = 0 fit every message by the equation. Some
 * libraries accept that. */
static void
small_order_keys_verify_nothing(void **state)
{
	uint8_t identity[TALLY_KEY_SIZE] = {1};
	uint8_t blob[4 + TALLY_SIGNATURE_SIZE] = {0};
	uint8_t memory[512];
	struct writer writer = writer_make(memory, sizeof memory);
	struct note_key key;
	struct bytes text;

	(void)state;
	note_key_make(&key, BYTES_OF("a.example"), identity);
	be32_store(blob, key.id);
	blob[4] = 1;
	writer_string(&writer, "text\n\n\xe2\x80\x94 a.example ");
	text_base64_write(&writer, bytes_make(blob, sizeof blob));
	writer_u8(&writer, '\n');
	assert_false(note_open(writer_view(&writer), &key, &text));
}

static void
random_damage_never_crashes(void **state)
{
	struct test_random random = test_random_make(0x6e6f7465);
	struct bytes golden = vector("checkpoint.3.cosigned");
	struct bytes body = vector("checkpoint.3.body");
	struct bytes origin = vector("log.name");
	uint8_t changed[1024];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t size = 1 + test_random_below(&random, golden.size);
		struct checkpoint checkpoint;
		struct bytes text;

		memcpy(changed, golden.data, golden.size);
		for (int i = 0; i < 3; i++)
			changed[test_random_below(&random, size)] =
			    "\n\n \xe2\x80\x94+=A"[test_random_below(&random, 9)];
		if (note_open(bytes_make(changed, size), &log_key, &text))
			assert_true(bytes_equal(text, body));
		if (checkpoint_parse(bytes_make(changed, size), origin, &checkpoint))
			assert_true(size > origin.size);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden_opens),
	    cmocka_unit_test(golden_is_written),
	    cmocka_unit_test(every_changed_bit_is_refused),
	    cmocka_unit_test(two_keys_sign),
	    cmocka_unit_test(only_the_named_key_counts),
	    cmocka_unit_test(a_bad_signature_of_a_known_key_refuses_the_note),
	    cmocka_unit_test(unknown_signatures_are_ignored),
	    cmocka_unit_test(malformed_lines_are_refused),
	    cmocka_unit_test(texts_and_their_last_empty_line),
	    cmocka_unit_test(checkpoint_texts),
	    cmocka_unit_test(an_extension_line_is_refused_though_signed),
	    cmocka_unit_test(small_order_keys_verify_nothing),
	    cmocka_unit_test(random_damage_never_crashes),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
