#include "tally/proof.h"

#include <string.h>

#include "tree/proof.h"

void
tally_leaf_hash(const void *entry, size_t entry_size, uint8_t leaf[TALLY_HASH_SIZE])
{
	struct tree_hash hash;

	tree_leaf(bytes_make(entry, entry_size), &hash);
	memcpy(leaf, hash.bytes, TALLY_HASH_SIZE);
}

static bool
vkey_parse(const char *vkey, struct note_key *key)
{
	struct bytes text = bytes_of_string(vkey);

	if (text.size > 0 && text.data[text.size - 1] == '\n')
		text.size--;
	return note_key_parse(text, key);
}

static bool
path_leads(const struct receipt *receipt, const struct checkpoint *checkpoint,
	   const uint8_t leaf[TALLY_HASH_SIZE])
{
	struct tree_hash from;
	struct tree_hash root;

	memcpy(from.bytes, leaf, TALLY_HASH_SIZE);
	memcpy(root.bytes, checkpoint->root, TALLY_HASH_SIZE);
	return proof_inclusion_verify(&receipt->proof, receipt->index, checkpoint->size, &from,
				      &root);
}

enum tally_receipt_result
tally_receipt_check_leaf(const void *receipt, size_t receipt_size, const char *vkey,
			 const uint8_t leaf[TALLY_HASH_SIZE], struct tally_receipt *facts)
{
	struct note_key key;
	struct receipt parsed;
	struct checkpoint checkpoint;

	memset(facts, 0, sizeof *facts);
	if (!vkey_parse(vkey, &key))
		return TALLY_RECEIPT_BAD_KEY;
	if (!receipt_parse(bytes_make(receipt, receipt_size), &parsed))
		return TALLY_RECEIPT_MALFORMED;
	facts->index = parsed.index;
	if (!checkpoint_open(parsed.checkpoint, &key, &checkpoint))
		return TALLY_RECEIPT_NOT_SIGNED;
	facts->size = checkpoint.size;
	memcpy(facts->root, checkpoint.root, TALLY_HASH_SIZE);
	if (parsed.index >= checkpoint.size)
		return TALLY_RECEIPT_OUTSIDE;
	if (leaf == NULL)
		return TALLY_RECEIPT_SIGNED;
	return path_leads(&parsed, &checkpoint, leaf) ? TALLY_RECEIPT_PROVEN
						      : TALLY_RECEIPT_NOT_PROVEN;
}

enum tally_receipt_result
tally_receipt_check(const void *receipt, size_t receipt_size, const char *vkey,
		    const void *ballot, size_t ballot_size, struct tally_receipt *facts)
{
	uint8_t entry[1 + TALLY_BALLOT_SIZE_MAX] = {TALLY_ENTRY_BALLOT};
	uint8_t leaf[TALLY_HASH_SIZE];

	if (ballot == NULL)
		return tally_receipt_check_leaf(receipt, receipt_size, vkey, NULL, facts);
	memset(facts, 0, sizeof *facts);
	if (ballot_size == 0 || ballot_size > TALLY_BALLOT_SIZE_MAX)
		return TALLY_RECEIPT_BAD_BALLOT;
	memcpy(entry + 1, ballot, ballot_size);
	tally_leaf_hash(entry, 1 + ballot_size, leaf);
	return tally_receipt_check_leaf(receipt, receipt_size, vkey, leaf, facts);
}

const char *
tally_receipt_sentence(enum tally_receipt_result result)
{
	static const char *const sentences[] = {
	    [TALLY_RECEIPT_PROVEN] = "the ballot is in the log that this key signed",
	    [TALLY_RECEIPT_SIGNED] =
		"the receipt is signed by this key; without the ballot it proves nothing more",
	    [TALLY_RECEIPT_BAD_KEY] = "the key is not the text of a log's Ed25519 key",
	    [TALLY_RECEIPT_BAD_BALLOT] = "the ballot is empty or larger than any ballot can be",
	    [TALLY_RECEIPT_MALFORMED] = "the text does not have the shape of a receipt",
	    [TALLY_RECEIPT_NOT_SIGNED] =
		"the receipt's checkpoint is not one that this key signed",
	    [TALLY_RECEIPT_OUTSIDE] =
		"the receipt names an index that its own checkpoint does not cover",
	    [TALLY_RECEIPT_NOT_PROVEN] =
		"the receipt's path does not lead from this ballot to the signed root",
	};

	if ((unsigned)result >= sizeof sentences / sizeof sentences[0])
		return "a result that this version does not know";
	return sentences[result];
}
