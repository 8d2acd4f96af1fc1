#include "tools/tally-verify/receipt.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "tree/proof.h"

static const struct report_question questions[RECEIPT_CHECKS_COUNT] = {
    [RECEIPT_SHAPE] = {"receipt", "shape", "the file is a receipt"},
    [RECEIPT_CHECKPOINT] = {"receipt", "checkpoint",
			    "its checkpoint is signed by the log's key"},
    [RECEIPT_INCLUSION] = {"receipt", "inclusion",
			   "the ballot is the entry that the receipt names"},
};

/* Leaf of the BALLOT entry that the first ballot of the file makes. */
static bool
ballot_leaf(struct bytes ballots, struct tree_hash *leaf)
{
	static const uint8_t head[] = {0x00, TALLY_ENTRY_BALLOT};
	struct reader reader = reader_make(ballots);
	uint16_t size = reader_u16(&reader);
	struct bytes ballot = reader_bytes(&reader, size);
	crypto_hash_sha256_state sha;

	if (reader.failed || size == 0)
		return false;
	crypto_hash_sha256_init(&sha);
	crypto_hash_sha256_update(&sha, head, sizeof head);
	crypto_hash_sha256_update(&sha, ballot.data, ballot.size);
	crypto_hash_sha256_final(&sha, leaf->bytes);
	return true;
}

static enum tally_exit
check_inclusion(const struct receipt *receipt, const struct checkpoint *checkpoint,
		struct bytes ballots, struct trouble *trouble)
{
	struct tree_hash leaf;
	struct tree_hash root;

	if (receipt->index >= checkpoint->size)
		return trouble_at(trouble, TALLY_EXIT_FAILED, receipt->index,
				  "the checkpoint covers only %" PRIu64 " entries",
				  checkpoint->size);
	if (!ballot_leaf(ballots, &leaf))
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "the ballot file is not a u16 length and a ballot");
	memcpy(root.bytes, checkpoint->root, sizeof root.bytes);
	if (proof_inclusion_verify(&receipt->proof, receipt->index, checkpoint->size, &leaf,
				   &root))
		return TALLY_EXIT_FINE;
	return trouble_at(
	    trouble, TALLY_EXIT_FAILED, receipt->index,
	    "it is not this ballot, or the receipt's hashes are not of its checkpoint");
}

/* Without the ballot the hashes lead nowhere, but the index must at least be covered. */
static void
no_ballot(const struct receipt *receipt, const struct checkpoint *checkpoint,
	  struct report *report)
{
	struct trouble trouble;

	if (receipt->index < checkpoint->size) {
		report_skip(
		    report, RECEIPT_INCLUSION,
		    "no ballot was given (--ballot): which bytes the entry holds is not known");
		return;
	}
	trouble_at(&trouble, TALLY_EXIT_FAILED, receipt->index,
		   "the checkpoint covers only %" PRIu64 " entries", checkpoint->size);
	report_found(report, RECEIPT_INCLUSION, &trouble);
}

void
receipt_examine(struct bytes text, struct bytes ballots, const struct note_key *key,
		struct report *report, uint64_t *index, uint64_t *size)
{
	struct receipt receipt;
	struct checkpoint checkpoint;
	struct trouble trouble;

	report_init(report, questions, RECEIPT_CHECKS_COUNT);
	*index = *size = 0;
	if (!receipt_parse(text, &receipt)) {
		trouble_set(&trouble, TALLY_EXIT_FAILED,
			    "it has not the shape of c2sp.org/tlog-proof@v1");
		report_found(report, RECEIPT_SHAPE, &trouble);
		report_skip(report, RECEIPT_CHECKPOINT, "check 1 failed");
		report_skip(report, RECEIPT_INCLUSION, "check 1 failed");
		return;
	}
	report_pass(report, RECEIPT_SHAPE);
	*index = receipt.index;
	if (!checkpoint_open(receipt.checkpoint, key, &checkpoint)) {
		trouble_set(&trouble, TALLY_EXIT_FAILED,
			    "the checkpoint in it is none of %s signed by key %08" PRIx32,
			    key->name, key->id);
		report_found(report, RECEIPT_CHECKPOINT, &trouble);
		report_skip(report, RECEIPT_INCLUSION, "check 2 failed");
		return;
	}
	report_pass(report, RECEIPT_CHECKPOINT);
	*size = checkpoint.size;
	if (ballots.data == NULL) {
		no_ballot(&receipt, &checkpoint, report);
		return;
	}
	if (check_inclusion(&receipt, &checkpoint, ballots, &trouble) != TALLY_EXIT_FINE)
		report_found(report, RECEIPT_INCLUSION, &trouble);
	report_pass(report, RECEIPT_INCLUSION);
}
