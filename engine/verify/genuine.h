/* genuine: is a ballot genuine? Its shape, its signer, its signatures, its choices.
 *
 * All of it is a fact about bytes and manifest alone: it does not depend on when it is asked, so
 * workers ask it, in batches, while the loop goes on. What depends on the state of the campaign
 * (phase, earlier ballots) is decided at sequencing.
 *
 * Signatures are accepted by the rule of libsodium 1.0.18, one at a time (P1): S < L; A canonical
 * and not of small order; R not of small order; encode([S]B - [k]A) equals R.
 *
 * Cheap checks first: shape, the rules of the campaign (campaign, district, choices), signer, then
 * the signatures: in voter mode the registrar's, then the voter's. Listed keys' signatures of one
 * batch are looked at together, by the verifier's path; voters' own keys, and all of notices and
 * sheets, by libsodium.
 * Thread: any; verifier and manifest are only read. No allocation. */
#ifndef TALLY_VERIFY_GENUINE_H
#define TALLY_VERIFY_GENUINE_H

#include "verify/verifier.h"

struct verify_item {
	struct bytes bytes;                 /* in: the submitted ballot */
	enum tally_verdict verdict;         /* out: TALLY_ACCEPTED if genuine */
	struct ballot ballot;               /* out, if accepted: views into bytes */
	uint8_t digest[BALLOT_DIGEST_SIZE]; /* out, if accepted */
};

/* Each item by itself, in any number: what others hold changes no verdict. */
void
verify_batch(const struct verifier *verifier, struct verify_item *items, size_t count);

/* The rule P1 for one signature. */
MUST_USE bool
verify_signature(const uint8_t signature[TALLY_SIGNATURE_SIZE], struct bytes message,
		 const uint8_t key[TALLY_KEY_SIZE]);

struct notice;
struct sheet;

/* Checks a notice's campaign, then its signature against the manifest's authorities:
 * TALLY_ACCEPTED, TALLY_WRONG_CAMPAIGN, TALLY_UNKNOWN_SIGNER or TALLY_BAD_SIGNATURE. */
MUST_USE enum tally_verdict
verify_notice(const struct manifest *manifest, const struct notice *notice);

/* Checks a sheet's totals (sheetrules_check), then its booth's signature: a verdict of
 * sheetrules_check, or TALLY_BAD_SIGNATURE. */
MUST_USE enum tally_verdict
verify_sheet(const struct manifest *manifest, const struct sheet *sheet);

#endif
