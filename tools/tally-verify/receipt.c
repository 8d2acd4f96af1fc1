#include "tools/tally-verify/receipt.h"

#include <inttypes.h>
#include <string.h>

#include "tally/formats.h"
#include "tree/proof.h"

static const struct report_question questions[RECEIPT_CHECKS_COUNT] = {
    [RECEIPT_SHAPE] = {"receipt", "shape", "the file is a receipt"},
    [RECEIPT_CHECKPOINT] = {"receipt", "checkpoint",
			    "its checkpoint is signed by the log's key"},
    [RECEIPT_INCLUSION] = {"receipt", "inclusion",
			   "the ballot is the entry that the receipt names"},
};

/* The ballot in the file: all of it, or the first behind its u16 size. No size is such that the
 * file would begin like a ballot. */
static struct bytes
first_ballot(struct bytes file)
{
	static const char separator[] = "tally/ballot/";
	struct reader raw = reader_make(file);
	struct reader sized = reader_make(file);
	struct bytes ballot;

	reader_expect(&raw, bytes_of_string(separator));
	if (!raw.failed)
		return file;
	ballot = reader_bytes(&sized, reader_u16(&sized));
	return sized.failed ? bytes_make(NULL, 0) : ballot;
}

/* Leaf of the BALLOT entry that the ballot makes. */
static bool
ballot_leaf(struct bytes ballot, struct tree_hash *leaf)
{
	uint8_t entry[1 + TALLY_BALLOT_SIZE_MAX] = {TALLY_ENTRY_BALLOT};

	if (ballot.size == 0 || ballot.size > TALLY_BALLOT_SIZE_MAX)
		return false;
	memcpy(entry + 1, ballot.data, ballot.size);
	tree_leaf(bytes_make(entry, 1 + ballot.size), leaf);
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
	if (!ballot_leaf(first_ballot(ballots), &leaf))
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "the ballot file is neither a ballot nor one behind its "
				   "u16 length");
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
