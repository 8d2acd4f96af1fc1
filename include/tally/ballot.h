/* ballot: making ballots, and the certificates of registrars. For frontends, booths, and voters
 * who hold a key of their own.
 *
 * A ballot is made in the caller's memory, from its first byte to its signature: begin, then one
 * call for every contest in which the district votes, in the manifest's order, then sign.
 *
 *   struct tally_ballot_draft draft;
 *   struct tally_choice picks[] = {{17, 1}, {3, 1}};
 *   uint8_t memory[TALLY_BALLOT_SIZE_MAX];
 *   long size;
 *
 *   tally_ballot_begin(&draft, memory, sizeof memory, campaign, tag, 1, district,
 *                      TALLY_SIGNING_FRONTEND);
 *   tally_ballot_choose(&draft, picks, 2);
 *   tally_ballot_abstain(&draft);
 *   size = tally_ballot_sign(&draft, &frontend);
 *   if (size < 0)
 *           fprintf(stderr, "%s\n", tally_ballot_sentence((int)size));
 *   else
 *           ... keep memory[0, size) and send it: tally_submit, tally_client_submit ...
 *
 * Errors are sticky: the first one stays, later calls change nothing and return it again, so it
 * is enough to look at what the signing call returns. Keep the bytes until the answer has come:
 * a ballot whose answer is lost is sent again, byte for byte.
 *
 * A draft knows no manifest. It sees to the encoding, of which a vote has exactly one; that the
 * contests are those of the district, and that options, values, sums and the revision keep the
 * campaign's rules, is the caller's care. What breaks them is refused by tallyd with a verdict
 * (include/README.md, section 5).
 *
 * Tags are made with tally/tag.h, a frontend's or registrar's key with tally_client_key_parse of
 * tally/client.h, a voter's with libsodium's crypto_sign_keypair.
 *
 * A draft belongs to one thread at a time. No allocation, no I/O. Every pointer is read during
 * the call only, but for the draft's memory. Call sodium_init() once before anything here. Link
 * with -ltally -lsodium -lcrypto. */
#ifndef TALLY_BALLOT_H
#define TALLY_BALLOT_H

#include <stddef.h>
#include <stdint.h>

#include "tally/formats.h"

/* X(enumerator, number, sentence) */
#define TALLY_BALLOT_STATUSES(X) \
	X(FINE, 0, "fine") \
	X(NO_ROOM, -1, "the ballot does not fit the memory given") \
	X(TOO_LARGE, -2, "the ballot is larger than 8,192 bytes") \
	X(BAD_REVISION, -3, "the revision is 0: a first vote has revision 1") \
	X(BAD_SIGNING, -4, "there is no such signing mode, or this call is of the other one") \
	X(NO_CHOICE, -5, "no option is chosen: say whether the vote is blank or abstains") \
	X(NAMED_TWICE, -6, "an option is named twice in one contest") \
	X(ENDED, -7, "the ballot is signed: nothing can be added") \
	X(BAD_CERTIFICATE, -8, "the certificate does not have the shape of one") \
	X(NOT_FOR_THIS, -9, "the certificate is for another campaign, tag or district") \
	X(BAD_KEY, -10, "the voter's key is not a valid one, or not the certificate's")

enum tally_ballot_status {
	TALLY_BALLOT_FINE = 0,
	TALLY_BALLOT_NO_ROOM = -1,
	TALLY_BALLOT_TOO_LARGE = -2,
	TALLY_BALLOT_BAD_REVISION = -3,
	TALLY_BALLOT_BAD_SIGNING = -4,
	TALLY_BALLOT_NO_CHOICE = -5,
	TALLY_BALLOT_NAMED_TWICE = -6,
	TALLY_BALLOT_ENDED = -7,
	TALLY_BALLOT_BAD_CERTIFICATE = -8,
	TALLY_BALLOT_NOT_FOR_THIS = -9,
	TALLY_BALLOT_BAD_KEY = -10,
};

enum {
	TALLY_CERTIFICATE_SIZE = 195,
	TALLY_SECRET_KEY_SIZE = 64, /* libsodium's form: seed, then public key */
};

/* For people, without a full stop. Never NULL. */
const char *
tally_ballot_sentence(int status);

/* Lives where the caller puts it; its fields are the library's. */
struct tally_ballot_draft {
	uint8_t *memory;
	size_t size;
	size_t capacity;
	enum tally_signing signing;
	int status;
};

/* `value`: 1 where options are only named (methods single, approval, knapsack); points
 * (cumulative); the score (score); the rank, 1 for the best, each rank once (ranked). */
struct tally_choice {
	uint16_t option; /* its place in the contest, from 0 */
	int32_t value;
};

/* Begins a ballot at memory[0]; TALLY_BALLOT_SIZE_MAX bytes are enough for any. The memory is
 * the draft's until the ballot is signed. `campaign` is the SHA-256 of the manifest's bytes,
 * `district` the district's place in the manifest from 0. FINE, NO_ROOM, BAD_REVISION,
 * BAD_SIGNING. A draft that has failed or ended may begin again. */
int
tally_ballot_begin(struct tally_ballot_draft *draft, void *memory, size_t size,
		   const uint8_t campaign[TALLY_HASH_SIZE], const uint8_t tag[TALLY_TAG_SIZE],
		   uint16_t revision, uint16_t district, enum tally_signing signing);

/* The next contest: these options, in any order. FINE, NO_ROOM, TOO_LARGE, NO_CHOICE (`count` is
 * 0), NAMED_TWICE, ENDED, or the earlier error. */
int
tally_ballot_choose(struct tally_ballot_draft *draft, const struct tally_choice *choices,
		    size_t count);

/* The next contest: a blank vote, where the campaign allows it; it is counted as such. */
int
tally_ballot_blank(struct tally_ballot_draft *draft);

/* The next contest: no vote. */
int
tally_ballot_abstain(struct tally_ballot_draft *draft);

struct tally_client_key; /* tally/client.h */

/* Ends a ballot of mode TALLY_SIGNING_FRONTEND: its size in bytes, or NO_ROOM, TOO_LARGE,
 * BAD_SIGNING, ENDED, or the earlier error. */
long
tally_ballot_sign(struct tally_ballot_draft *draft, const struct tally_client_key *frontend);

/* Ends a ballot of mode TALLY_SIGNING_VOTER with the secret key of the voter whom the certificate
 * names: as above, or BAD_CERTIFICATE, NOT_FOR_THIS, BAD_KEY. The registrar's signature is not
 * checked. */
long
tally_ballot_sign_voter(struct tally_ballot_draft *draft,
			const uint8_t certificate[TALLY_CERTIFICATE_SIZE],
			const uint8_t voter[TALLY_SECRET_KEY_SIZE]);

/* The registrar's word that `voter_key` may vote for this tag in this district. A tag follows its
 * highest serial, so a new key for the same tag takes a greater one. FINE, or BAD_KEY if
 * libsodium could not have made this public key; nothing is written then. */
int
tally_certificate_make(const struct tally_client_key *registrar,
		       const uint8_t campaign[TALLY_HASH_SIZE],
		       const uint8_t tag[TALLY_TAG_SIZE], uint16_t district,
		       const uint8_t voter_key[TALLY_KEY_SIZE], uint64_t serial,
		       uint8_t certificate[TALLY_CERTIFICATE_SIZE]);

#endif
