/* signature: the auditor's own look at signatures, with libsodium itself.
 *
 * tallyd verifies with engine/verify. The audit does not: a mistake there, or in whatever it may
 * one day use to be faster, must not hide from the audit. Shape and rules of a ballot are read by
 * the same code; who signed it, and whether the signature holds, is found here. Rule P1:
 * crypto_sign_verify_detached of libsodium, one signature at a time.
 *
 * Any thread; no allocation. */
#ifndef TALLY_TOOLS_SIGNATURE_H
#define TALLY_TOOLS_SIGNATURE_H

#include "ballot/ballot.h"
#include "ballot/notice.h"
#include "ballot/sheet.h"
#include "campaign/manifest.h"

/* TALLY_ACCEPTED, or the first of: what ballot_parse and rules_check refuse,
 * TALLY_UNKNOWN_SIGNER, TALLY_BAD_CERTIFICATE, TALLY_BAD_SIGNATURE. */
MUST_USE enum tally_verdict
signature_ballot(const struct manifest *manifest, struct bytes bytes, struct ballot *out);

/* TALLY_ACCEPTED, TALLY_WRONG_CAMPAIGN, TALLY_UNKNOWN_SIGNER or TALLY_BAD_SIGNATURE. */
MUST_USE enum tally_verdict
signature_notice(const struct manifest *manifest, const struct notice *notice);

/* The rules of a sheet's totals, then its booth's signature: as sheetrules_check, or
 * TALLY_BAD_SIGNATURE. */
MUST_USE enum tally_verdict
signature_sheet(const struct manifest *manifest, const struct sheet *sheet);

#endif
