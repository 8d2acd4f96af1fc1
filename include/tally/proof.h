/* proof: checks a receipt offline, for whoever holds one: a voter, a frontend, a court.
 *
 * A receipt is a small text (C2SP tlog-proof) that says: the entry with this hash has this
 * index in the tree whose root the log's key has signed. To check it one needs
 *
 *   the receipt      the text tallyd or `tallyctl receipt` gave, byte for byte
 *   the log's vkey   `name+id+base64`, from a source one trusts: the campaign's announcement,
 *                    not the server that gave the receipt
 *   the ballot       the bytes that were sent, as the frontend kept them
 *
 * TALLY_RECEIPT_PROVEN shows that exactly this ballot is in the log at `index`: an auditor of
 * any larger tree that is consistent with `root` finds it there. It does not show that the
 * ballot counts (a later one may have replaced it), nor that the log shows everybody the same
 * tree (witnesses and auditors watch that). `tally-verify` answers both from the public log.
 *
 *   struct tally_receipt facts;
 *   enum tally_receipt_result result =
 *       tally_receipt_check(text, text_size, vkey, ballot, ballot_size, &facts);
 *
 *   if (result != TALLY_RECEIPT_PROVEN)
 *       fprintf(stderr, "%s\n", tally_receipt_sentence(result));
 *
 * Link with libtally.a, libsodium and libcrypto. Any thread; no allocation, no I/O, no set-up
 * call. Every pointer is read during the call only. Any bytes may be passed: they get a result. */
#ifndef TALLY_PROOF_H
#define TALLY_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "tally/formats.h"

enum tally_receipt_result {
	TALLY_RECEIPT_PROVEN = 0,     /* the ballot is in the signed tree, at `index` */
	TALLY_RECEIPT_SIGNED = 1,     /* the signature is good; no ballot was given, so the path
				       * was not walked and nothing is proven of any ballot */
	TALLY_RECEIPT_BAD_KEY = 2,    /* the vkey is not the text of an Ed25519 log key */
	TALLY_RECEIPT_BAD_BALLOT = 3, /* no bytes, or more than TALLY_BALLOT_SIZE_MAX */
	TALLY_RECEIPT_MALFORMED = 4,  /* not the shape of a receipt */
	TALLY_RECEIPT_NOT_SIGNED = 5, /* its checkpoint is not one that this key signed */
	TALLY_RECEIPT_OUTSIDE = 6,    /* the index is not below the tree's size */
	TALLY_RECEIPT_NOT_PROVEN = 7, /* the path does not lead from this ballot to the root:
				       * another ballot, or an altered receipt */
};

/* What the receipt says. `index` is 0 until the receipt has its shape, `size` and `root` are
 * zero until the signature is good. */
struct tally_receipt {
	uint64_t index;
	uint64_t size;
	uint8_t root[TALLY_HASH_SIZE];
};

/* SHA-256(00 || entry): the leaf of RFC 6962 2.1. The entry of a ballot is the byte
 * TALLY_ENTRY_BALLOT and the ballot's bytes. */
void
tally_leaf_hash(const void *entry, size_t entry_size, uint8_t leaf[TALLY_HASH_SIZE]);

/* `vkey` ends with NUL; one newline before that is allowed. `ballot` may be NULL; then the best
 * result is TALLY_RECEIPT_SIGNED. `facts` is filled in any case. */
enum tally_receipt_result
tally_receipt_check(const void *receipt, size_t receipt_size, const char *vkey,
		    const void *ballot, size_t ballot_size, struct tally_receipt *facts);

/* The same for an entry of any kind, by its leaf hash; never TALLY_RECEIPT_BAD_BALLOT. */
enum tally_receipt_result
tally_receipt_check_leaf(const void *receipt, size_t receipt_size, const char *vkey,
			 const uint8_t leaf[TALLY_HASH_SIZE], struct tally_receipt *facts);

/* For people, without a full stop. Never NULL. */
const char *
tally_receipt_sentence(enum tally_receipt_result result);

#endif
