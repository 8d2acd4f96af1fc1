/* draft: ballots in the making, for tests of what becomes of them: a campaign built by hand,
 * and a ballot whose every part can be set before it is signed. */
#ifndef TALLY_TESTS_DRAFT_H
#define TALLY_TESTS_DRAFT_H

#include "tests/lib/test.h"

#include "ballot/certificate.h"
#include "campaign/manifest.h"

/* Key ids. The seed of a key is its id, so that any number is somebody's key. */
enum {
	DRAFT_FRONTEND = 11,
	DRAFT_FRONTEND_OTHER = 22,
	DRAFT_REGISTRAR = 33,
	DRAFT_REGISTRAR_OTHER = 44,
	DRAFT_AUTHORITY = 55
};

/* A campaign of two districts and one contest: up to two of three options. */
struct draft_campaign {
	struct manifest manifest;
	struct manifest_frontend frontends[2];
	struct note_key registrars[2];
	struct note_key authority;
	struct manifest_district districts[2];
	struct manifest_contest contest;
	struct manifest_option options[3];
	uint8_t tag[TALLY_TAG_SIZE];
	uint8_t voter_key[TALLY_KEY_SIZE];
	uint8_t voter_secret[64];
};

/* The campaign points into itself: it must not be moved. */
void
draft_campaign_init(struct draft_campaign *campaign, enum tally_signing signing);

/* A ballot in the making: what a test changes before it is signed. */
struct draft {
	struct ballot_head head;
	struct ballot_choice choice;
	uint32_t key_id;
	uint32_t signer; /* whose secret signs; 0: the voter's */
	struct ballot_certificate certificate;
	uint8_t memory[1024];
	struct bytes bytes;
};

/* A ballot that is fine once it is finished (in voter mode: draft_certify, then draft_finish). */
struct draft
draft_make(const struct draft_campaign *campaign);

/* Signs draft->certificate with a registrar's key. */
void
draft_certify(struct draft *draft, uint32_t registrar);

/* Writes and signs the ballot: draft->bytes, which lie in draft->memory. */
void
draft_finish(struct draft *draft, const struct draft_campaign *campaign);

void
draft_secret(uint32_t id, uint8_t public_key[32], uint8_t secret[64]);

#endif
