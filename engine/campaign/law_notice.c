#include "campaign/law.h"

#include <sodium.h>
#include <string.h>

#include "base/bitset.h"

static bool
may_unseal(const struct law *law, const struct manifest *manifest, int64_t seconds)
{
	return !law_results_public(law, manifest) && law->phase == TALLY_PHASE_CLOSED &&
	       seconds >= law->phase_minute * 60 + manifest->unseal_delay_s;
}

static bool
may_revoke(const struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	size_t place;

	if (notice->holder == NOTICE_FRONTEND) {
		place = manifest_frontend_place(manifest, notice->revoked);
		return place < manifest->frontends_count &&
		       !bitset_has(law->frontends_revoked, place);
	}
	place = manifest_registrar_place(manifest, notice->revoked);
	return place < manifest->registrars_count &&
	       !bitset_has(law->registrars_revoked, place);
}

static bool
may_withdraw(const struct law *law, const struct manifest *manifest,
	     const struct notice *notice)
{
	const struct manifest_contest *contest;

	if (notice->contest >= manifest->contests_count)
		return false;
	contest = &manifest->contests[notice->contest];
	return notice->option < contest->options_count &&
	       !bitset_has(law->options_withdrawn, contest->options_first + notice->option);
}

static bool
may_void(const struct manifest *manifest, const struct notice *notice)
{
	uint32_t signer = notice->voided.signer;

	if (notice->voided.tags_count > 0)
		return true;
	return manifest->signing == TALLY_SIGNING_VOTER
		   ? manifest_registrar_place(manifest, signer) < manifest->registrars_count
		   : manifest_frontend_place(manifest, signer) < manifest->frontends_count;
}

static bool
may_enrol(const struct manifest *manifest, const struct notice *notice)
{
	if (!manifest->has_roster)
		return false;
	for (size_t i = 0; i < notice->enrolments_count; i++) {
		const uint8_t *at = notice->enrolments + i * NOTICE_ENROLMENT_SIZE;

		if (be16_load(at + TALLY_TAG_SIZE) >= manifest_districts(manifest))
			return false;
	}
	return true;
}

static bool
notice_possible(const struct law *law, const struct manifest *manifest,
		const struct notice *notice)
{
	if (law->owed != TALLY_PHASE_BEFORE)
		return false;
	switch (notice->kind) {
	case TALLY_NOTICE_EXTEND:
		return notice->closes > law->closes && !law->unsealed;
	case TALLY_NOTICE_PAUSE:
		return !law->paused && law->phase != TALLY_PHASE_CLOSED;
	case TALLY_NOTICE_RESUME:
		return law->paused;
	case TALLY_NOTICE_CLOSE:
		return law->phase != TALLY_PHASE_CLOSED;
	case TALLY_NOTICE_UNSEAL:
		return may_unseal(law, manifest, notice->unseals);
	case TALLY_NOTICE_REVOKE:
		return may_revoke(law, manifest, notice);
	case TALLY_NOTICE_WITHDRAW:
		return may_withdraw(law, manifest, notice);
	case TALLY_NOTICE_VOID:
		return may_void(manifest, notice);
	case TALLY_NOTICE_ENROL:
		return may_enrol(manifest, notice);
	case TALLY_NOTICE_DRAW:
		return law->draw_missing && law->phase == TALLY_PHASE_BEFORE;
	case TALLY_NOTICE_TEXT:
		return true;
	default:
		return false;
	}
}

enum tally_verdict
law_notice_check(const struct law *law, const struct manifest *manifest,
		 const struct notice *notice)
{
	if (memcmp(notice->campaign, manifest->id, TALLY_HASH_SIZE) != 0)
		return TALLY_WRONG_CAMPAIGN;
	if (notice->number == 0 || notice->number - 1 != law->notices_count ||
	    memcmp(notice->previous, law->notice_hash, TALLY_HASH_SIZE) != 0)
		return TALLY_NOTICE_OUT_OF_ORDER;
	return notice_possible(law, manifest, notice) ? TALLY_ACCEPTED
						      : TALLY_NOTICE_IMPOSSIBLE;
}

static void
draw_apply(struct law *law, const struct manifest *manifest, struct bytes drawn)
{
	static const char separator[] = TALLY_SEPARATOR_DRAW;
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)separator, sizeof separator);
	crypto_hash_sha256_update(&state, manifest->id, sizeof manifest->id);
	crypto_hash_sha256_update(&state, drawn.data, drawn.size);
	crypto_hash_sha256_final(&state, law->draw);
	law->draw_missing = false;
}

static void
revoke_apply(struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	if (notice->holder == NOTICE_FRONTEND)
		bitset_put(law->frontends_revoked,
			   manifest_frontend_place(manifest, notice->revoked));
	else
		bitset_put(law->registrars_revoked,
			   manifest_registrar_place(manifest, notice->revoked));
	law->revoked_count++;
}

static void
extend_apply(struct law *law, const struct notice *notice)
{
	law->closes = notice->closes;
	if (law->phase == TALLY_PHASE_CLOSED)
		law->owed = TALLY_PHASE_OPEN;
}

static void
withdraw_apply(struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	bitset_put(law->options_withdrawn,
		   manifest->contests[notice->contest].options_first + notice->option);
	law->withdrawn_count++;
}

static void
effect_apply(struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	switch (notice->kind) {
	case TALLY_NOTICE_EXTEND:
		extend_apply(law, notice);
		break;
	case TALLY_NOTICE_PAUSE:
	case TALLY_NOTICE_RESUME:
		law->paused = notice->kind == TALLY_NOTICE_PAUSE;
		break;
	case TALLY_NOTICE_CLOSE:
		law->owed = TALLY_PHASE_CLOSED;
		break;
	case TALLY_NOTICE_UNSEAL:
		law->unsealed = true;
		break;
	case TALLY_NOTICE_REVOKE:
		revoke_apply(law, manifest, notice);
		break;
	case TALLY_NOTICE_WITHDRAW:
		withdraw_apply(law, manifest, notice);
		break;
	case TALLY_NOTICE_DRAW:
		draw_apply(law, manifest, notice->body);
		break;
	default: /* void, enrol, text: nothing that stands here */
		break;
	}
}

void
law_notice_apply(struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	CHECK(notice->number - 1 == law->notices_count);
	CHECK(notice_possible(law, manifest, notice));
	effect_apply(law, manifest, notice);
	law->notices_count = notice->number;
	notice_hash(notice, law->notice_hash);
}
