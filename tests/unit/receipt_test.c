#include "base/text.h"
#include "tests/lib/test.h"

#include "tally/proof.h"
#include "tests/lib/vector.h"
#include "tree/proof.h"

static struct bytes
vector(const char *name)
{
	return test_vector_view("tree.txt", name);
}

static const char *
vkey(void)
{
	return (const char *)vector("log.vkey").data;
}

static void
golden_receipt(void **state)
{
	struct bytes golden = vector("receipt.1.3");
	struct tree_hash root;
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct receipt receipt;
	struct tree_hash leaf;

	(void)state;
	assert_true(receipt_parse(golden, &receipt));
	assert_int_equal(receipt.index, 1);
	assert_int_equal(receipt.proof.count, 2);
	assert_true(bytes_equal(receipt.checkpoint, vector("checkpoint.3")));
	tree_leaf(vector("entry.1"), &leaf);
	memcpy(root.bytes, vector("root.3").data, sizeof root);
	assert_true(proof_inclusion_verify(&receipt.proof, 1, 3, &leaf, &root));
	receipt_write(&writer, receipt.index, &receipt.proof, receipt.checkpoint);
	assert_true(bytes_equal(writer_view(&writer), golden));
	for (size_t capacity = 0; capacity < golden.size; capacity++) {
		writer = writer_make(memory, capacity);
		receipt_write(&writer, receipt.index, &receipt.proof, receipt.checkpoint);
		assert_true(writer.failed);
	}
}

static bool
receipt_reads(const char *text)
{
	struct receipt receipt;

	return receipt_parse(bytes_of_string(text), &receipt);
}

static void
receipt_shapes(void **state)
{
#define START "c2sp.org/tlog-proof@v1\n"
#define HASH "rra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnc="
	static const char *const good[] = {
	    START "index 0\n\nx",
	    START "index 18446744073709551615\n" HASH "\n\nx\n",
	    START "extra AA==\nindex 7\n" HASH "\n" HASH "\n\nx\n\ny\n",
	};
	static const char *const bad[] = {
	    "",
	    START,
	    "c2sp.org/tlog-proof@v2\nindex 0\n\nx",
	    "c2sp.org/tlog-proof@v1\r\nindex 0\n\nx",
	    START "index 00\n\nx",
	    START "index 18446744073709551616\n\nx",
	    START "index -1\n\nx",
	    START "index  1\n\nx",
	    START "index\n\nx",
	    START "Index 0\n\nx",
	    START "\nindex 0\n\nx",
	    START "extra AA\nindex 7\n\nx",
	    START "extra AB==\nindex 7\n\nx",
	    START "extra \nindex 7\n\nx",
	    START "extra\nindex 7\n\nx",
	    START "extra AA==\nextra AA==\nindex 7\n\nx",
	    START "extra AA==\n",
	    START "index 7\nextra AA==\n\nx",
	    START "index 0\n" HASH,
	    START "index 0\n" HASH "\n",
	    START "index 0\n" HASH "\n\n", /* no checkpoint */
	    START "index 0\n " HASH "\n\nx",
	    START "index 0\n" HASH " \n\nx",
	    START "index 0\n" HASH "\r\n\nx",
	    START "index 0\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnd=\n\nx",
	    START "index 0\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnc\n\nx",
	    START "index 0\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yng\n\nx",
	    START "index 0\nrra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbncA\n\nx",
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(receipt_reads(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (receipt_reads(bad[i]))
			fail_msg("accepted: %s", bad[i]);
#undef START
#undef HASH
}

static void
a_receipt_has_at_most_63_hashes(void **state)
{
	struct proof proof = {.count = PROOF_HASHES_MAX};
	char memory[TALLY_RECEIPT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct receipt receipt;
	static const char line[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

	(void)state;
	receipt_write(&writer, 1, &proof, BYTES_OF("x"));
	assert_true(receipt_parse(writer_view(&writer), &receipt));
	assert_int_equal(receipt.proof.count, PROOF_HASHES_MAX);
	writer.size -= 2;
	writer_string(&writer, line);
	writer_string(&writer, "\nx");
	assert_false(receipt_parse(writer_view(&writer), &receipt));
}

/* An entry of any size travels in `extra`, and comes out as it went in. */
static void
extra_carries_an_entry(void **state)
{
	static const size_t sizes[] = {1, 2, 3, 3071, 3072, 3073, 6144, TALLY_ENTRY_SIZE_MAX};
	static uint8_t entry[TALLY_ENTRY_SIZE_MAX];
	static uint8_t again[TALLY_ENTRY_SIZE_MAX];
	static uint8_t memory[TALLY_LAW_FILE_SIZE_MAX];
	struct proof proof = {.count = PROOF_HASHES_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof entry; i++)
		entry[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct writer writer = writer_make(memory, sizeof memory);
		struct receipt receipt;

		receipt_write_extra(&writer, bytes_make(entry, sizes[i]), 9, &proof,
				    BYTES_OF("x"));
		assert_false(writer.failed);
		assert_true(receipt_parse(writer_view(&writer), &receipt));
		assert_int_equal(receipt.index, 9);
		assert_int_equal(text_base64_parse(receipt.extra, again, sizeof again),
				 sizes[i]);
		assert_memory_equal(again, entry, sizes[i]);
		memory[receipt.extra.data - memory] = '='; /* padding stands at the end alone */
		assert_false(receipt_parse(writer_view(&writer), &receipt));
	}
}

static enum tally_receipt_result
check(struct bytes receipt, const char *key, struct bytes ballot)
{
	struct tally_receipt facts;

	return tally_receipt_check(receipt.data, receipt.size, key, ballot.data, ballot.size,
				   &facts);
}

static void
a_ballot_is_proven(void **state)
{
	struct bytes receipt = vector("receipt.3.5");
	struct bytes ballot = vector("ballot.3");
	struct tally_receipt facts;
	struct receipt parsed;
	struct note_key key;
	struct checkpoint checkpoint;

	(void)state;
	assert_int_equal(tally_receipt_check(receipt.data, receipt.size, vkey(), ballot.data,
					     ballot.size, &facts),
			 TALLY_RECEIPT_PROVEN);
	assert_int_equal(facts.index, 3);
	assert_int_equal(facts.size, 5);
	assert_true(receipt_parse(receipt, &parsed));
	assert_true(note_key_parse(vector("log.vkey"), &key));
	assert_true(checkpoint_open(parsed.checkpoint, &key, &checkpoint));
	assert_memory_equal(facts.root, checkpoint.root, sizeof facts.root);
}

static void
without_a_ballot_it_is_signed_at_best(void **state)
{
	struct bytes receipt = vector("receipt.3.5");
	struct tally_receipt facts;

	(void)state;
	assert_int_equal(
	    tally_receipt_check(receipt.data, receipt.size, vkey(), NULL, 0, &facts),
	    TALLY_RECEIPT_SIGNED);
	assert_int_equal(facts.index, 3);
	assert_int_equal(facts.size, 5);
}

static void
an_entry_is_proven_by_its_leaf(void **state)
{
	struct bytes receipt = vector("receipt.1.3");
	struct bytes entry = vector("entry.1");
	struct tally_receipt facts;
	uint8_t leaf[TALLY_HASH_SIZE];

	(void)state;
	tally_leaf_hash(entry.data, entry.size, leaf);
	assert_int_equal(
	    tally_receipt_check_leaf(receipt.data, receipt.size, vkey(), leaf, &facts),
	    TALLY_RECEIPT_PROVEN);
	assert_memory_equal(facts.root, vector("root.3").data, sizeof facts.root);
	leaf[0] ^= 1;
	assert_int_equal(
	    tally_receipt_check_leaf(receipt.data, receipt.size, vkey(), leaf, &facts),
	    TALLY_RECEIPT_NOT_PROVEN);
	tally_leaf_hash(NULL, 0, leaf);
	assert_memory_equal(leaf, vector("root.1").data, sizeof leaf);
}

static void
no_other_ballot_is_proven(void **state)
{
	struct bytes receipt = vector("receipt.3.5");
	struct bytes ballot = vector("ballot.3");
	const char *key = vkey();
	static uint8_t other[TALLY_BALLOT_SIZE_MAX + 1];

	(void)state;
	memcpy(other, ballot.data, ballot.size);
	for (size_t i = 0; i < 8 * ballot.size; i++) {
		other[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_int_equal(check(receipt, key, bytes_make(other, ballot.size)),
				 TALLY_RECEIPT_NOT_PROVEN);
		other[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t size = 1; size < ballot.size; size++)
		assert_int_equal(check(receipt, key, bytes_make(other, size)),
				 TALLY_RECEIPT_NOT_PROVEN);
	assert_int_equal(check(receipt, key, bytes_make(other, 0)), TALLY_RECEIPT_BAD_BALLOT);
	assert_int_equal(check(receipt, key, bytes_make(other, TALLY_BALLOT_SIZE_MAX)),
			 TALLY_RECEIPT_NOT_PROVEN);
	assert_int_equal(check(receipt, key, bytes_make(other, TALLY_BALLOT_SIZE_MAX + 1)),
			 TALLY_RECEIPT_BAD_BALLOT);
}

static void
keys(void **state)
{
	struct bytes receipt = vector("receipt.3.5");
	struct bytes ballot = vector("ballot.3");
	char text[NOTE_VKEY_TEXT_MAX + 2];

	(void)state;
	snprintf(text, sizeof text, "%s\n", vkey());
	assert_int_equal(check(receipt, text, ballot), TALLY_RECEIPT_PROVEN);
	snprintf(text, sizeof text, "%s\n\n", vkey());
	assert_int_equal(check(receipt, text, ballot), TALLY_RECEIPT_BAD_KEY);
	assert_int_equal(check(receipt, "", ballot), TALLY_RECEIPT_BAD_KEY);
	assert_int_equal(check(receipt, "\n", ballot), TALLY_RECEIPT_BAD_KEY);
	assert_int_equal(check(receipt, (const char *)vector("witness.vkey").data, ballot),
			 TALLY_RECEIPT_BAD_KEY);
	assert_int_equal(check(receipt, (const char *)vector("spec.vkey").data, ballot),
			 TALLY_RECEIPT_NOT_SIGNED);
}

/* No bit can be changed, and no byte cut off, without a refusal that says so. */
static void
altered_receipts(void **state)
{
	struct bytes receipt = vector("receipt.3.5");
	struct bytes ballot = vector("ballot.3");
	const char *key = vkey();
	uint8_t other[1024];

	(void)state;
	memcpy(other, receipt.data, receipt.size);
	for (size_t i = 0; i < 8 * receipt.size; i++) {
		other[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_in_range(check(bytes_make(other, receipt.size), key, ballot),
				TALLY_RECEIPT_MALFORMED, TALLY_RECEIPT_NOT_PROVEN);
		other[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (size_t size = 0; size < receipt.size; size++)
		assert_in_range(check(bytes_make(other, size), key, ballot),
				TALLY_RECEIPT_MALFORMED, TALLY_RECEIPT_NOT_SIGNED);
	other[receipt.size] = '\n';
	assert_int_equal(check(bytes_make(other, receipt.size + 1), key, ballot),
			 TALLY_RECEIPT_NOT_SIGNED);
	assert_int_equal(check(receipt, key, ballot), TALLY_RECEIPT_PROVEN);
	assert_int_equal(check(bytes_make(NULL, 0), key, ballot), TALLY_RECEIPT_MALFORMED);
}

static void
an_index_outside_is_told(void **state)
{
	struct proof none = {.count = 0};
	struct bytes checkpoint = vector("checkpoint.3");
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];

	(void)state;
	for (uint64_t index = 2; index < 6; index++) {
		struct writer writer = writer_make(memory, sizeof memory);

		receipt_write(&writer, index, &none, checkpoint);
		assert_int_equal(check(writer_view(&writer), vkey(), vector("ballot.3")),
				 index < 3 ? TALLY_RECEIPT_NOT_PROVEN : TALLY_RECEIPT_OUTSIDE);
	}
}

static void
sentences(void **state)
{
	(void)state;
	for (int i = TALLY_RECEIPT_PROVEN; i <= TALLY_RECEIPT_NOT_PROVEN; i++) {
		const char *sentence = tally_receipt_sentence((enum tally_receipt_result)i);

		assert_true(strlen(sentence) > 20);
		for (int j = TALLY_RECEIPT_PROVEN; j < i; j++)
			assert_string_not_equal(
			    sentence, tally_receipt_sentence((enum tally_receipt_result)j));
	}
	assert_non_null(tally_receipt_sentence((enum tally_receipt_result)99));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden_receipt),
	    cmocka_unit_test(receipt_shapes),
	    cmocka_unit_test(a_receipt_has_at_most_63_hashes),
	    cmocka_unit_test(extra_carries_an_entry),
	    cmocka_unit_test(a_ballot_is_proven),
	    cmocka_unit_test(without_a_ballot_it_is_signed_at_best),
	    cmocka_unit_test(an_entry_is_proven_by_its_leaf),
	    cmocka_unit_test(no_other_ballot_is_proven),
	    cmocka_unit_test(keys),
	    cmocka_unit_test(altered_receipts),
	    cmocka_unit_test(an_index_outside_is_told),
	    cmocka_unit_test(sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
