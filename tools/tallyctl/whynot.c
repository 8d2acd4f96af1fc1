#include "tools/tallyctl/whynot.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

static const char *
why_extend(const struct annals *annals, int64_t now)
{
	const struct law *law = &annals->law;

	if (annals->wanted->closes <= law->closes)
		return "that is not later than the closing time in force";
	if (annals->wanted->closes <= now)
		return "that time is past";
	if (law->phase == TALLY_PHASE_CLOSED && now < law->opens)
		return "the campaign was closed before its opening time, and can be opened "
		       "again from then on only";
	return law->unsealed ? "results have been unsealed"
			     : "it waits for a draw that has not come";
}

static const char *
why_unseal(const struct annals *annals, int64_t now)
{
	if (annals->law.phase != TALLY_PHASE_CLOSED)
		return "the campaign is not closed";
	if (!annals->manifest->sealed)
		return "results are not sealed";
	if (annals->law.unsealed)
		return "results have been unsealed already";
	if (annals->wanted->unseals > now)
		return "that time has not come yet";
	return "the time must be at least the manifest's unseal_delay_s behind the closing, "
	       "and the server's clock must have been steady for a minute";
}

static const char *
why_pause(const struct annals *annals)
{
	return annals->law.phase == TALLY_PHASE_CLOSED ? "the campaign is closed"
						       : "the campaign is paused already";
}

static const char *
why_revoke(const struct annals *annals)
{
	const struct manifest *manifest = annals->manifest;
	uint32_t id = annals->wanted->revoked;
	bool frontend = annals->wanted->holder == NOTICE_FRONTEND;
	bool listed = frontend
			  ? manifest_frontend_place(manifest, id) < manifest->frontends_count
			  : manifest_registrar_place(manifest, id) < manifest->registrars_count;

	if (listed)
		return "that key has been revoked already";
	return frontend ? "the campaign lists no frontend with that key"
			: "the campaign lists no registrar with that key";
}

static const char *
why_draw(const struct annals *annals)
{
	const struct manifest *manifest = annals->manifest;
	bool drawn = false;

	for (size_t i = 0; i < manifest->contests_count; i++)
		drawn |= manifest->contests[i].outcome.ties == MANIFEST_TIES_DRAWN;
	if (!drawn)
		return "no contest of the campaign has drawn ties";
	return annals->law.draw_missing ? "the vote has opened or closed"
					: "the draw has been held already";
}

static void
why_tags(const struct annals *annals, char why[WHYNOT_MAX])
{
	const struct notice_void *voided = &annals->wanted->voided;
	char hex[2 * TALLY_TAG_SIZE + 1];
	struct writer writer = writer_make(hex, sizeof hex - 1);
	size_t at = 0;

	while (at < voided->tags_count && annals->tags_seen[at])
		at++;
	if (at == voided->tags_count) {
		snprintf(
		    why, WHYNOT_MAX,
		    "one of the tags has no ballot that counts: it has been voided before");
		return;
	}
	text_hex_write(&writer, bytes_make(voided->tags + at * TALLY_TAG_SIZE, TALLY_TAG_SIZE));
	hex[writer.size] = 0;
	snprintf(why, WHYNOT_MAX, "tag %s has no ballot in the log", hex);
}

static bool
is_signer(const struct annals *annals)
{
	const struct manifest *manifest = annals->manifest;
	uint32_t id = annals->wanted->voided.signer;

	return manifest->signing == TALLY_SIGNING_VOTER
		   ? manifest_registrar_place(manifest, id) < manifest->registrars_count
		   : manifest_frontend_place(manifest, id) < manifest->frontends_count;
}

/* By signer: nothing to take out is as good as done. */
static bool
why_void(const struct annals *annals, char why[WHYNOT_MAX])
{
	if (annals->wanted->voided.tags_count > 0) {
		why_tags(annals, why);
		return false;
	}
	if (!is_signer(annals)) {
		snprintf(why, WHYNOT_MAX, "no ballot of this campaign can carry that key");
		return false;
	}
	if (annals->ballots_count == 0)
		snprintf(why, WHYNOT_MAX, "no ballot there carries that key");
	else
		snprintf(why, WHYNOT_MAX, "none of the %zu ballots of that key there counts",
			 annals->ballots_count);
	return true;
}

static void
why_enrol(const struct annals *annals, char why[WHYNOT_MAX])
{
	size_t seen = 0;

	for (size_t i = 0; i < annals->wanted->enrolments_count; i++)
		seen += annals->tags_seen[i];
	if (!annals->manifest->has_roster)
		snprintf(why, WHYNOT_MAX, "the campaign has no roster");
	else if (seen > 0)
		snprintf(why, WHYNOT_MAX, "%zu of the tags are enrolled already", seen);
	else if (annals->enrolled + annals->wanted->enrolments_count > enrolled_max)
		snprintf(why, WHYNOT_MAX, "%" PRIu64 " tags are enrolled, %d at most can be",
			 annals->enrolled, (int)enrolled_max);
	else
		snprintf(why, WHYNOT_MAX, "one of the tags is on the roster");
}

static const char *
why_plain(const struct annals *annals, int64_t now)
{
	switch (annals->wanted->kind) {
	case TALLY_NOTICE_EXTEND:
		return why_extend(annals, now);
	case TALLY_NOTICE_PAUSE:
		return why_pause(annals);
	case TALLY_NOTICE_RESUME:
		return "the campaign is not paused";
	case TALLY_NOTICE_CLOSE:
		return "the campaign is closed already";
	case TALLY_NOTICE_UNSEAL:
		return why_unseal(annals, now);
	case TALLY_NOTICE_REVOKE:
		return why_revoke(annals);
	case TALLY_NOTICE_WITHDRAW:
		return "the option has been withdrawn already";
	case TALLY_NOTICE_DRAW:
		return why_draw(annals);
	default:
		return "another notice has come between; try again";
	}
}

bool
whynot_settled(const struct annals *annals, int64_t now, char why[WHYNOT_MAX])
{
	bool set = annals->wanted->kind == TALLY_NOTICE_VOID ||
		   annals->wanted->kind == TALLY_NOTICE_ENROL;

	if (set && annals->same != UINT64_MAX) {
		snprintf(why, WHYNOT_MAX, "it is in the log already, at index %" PRIu64,
			 annals->same);
		return true;
	}
	if (annals->wanted->kind == TALLY_NOTICE_VOID)
		return why_void(annals, why);
	if (annals->wanted->kind == TALLY_NOTICE_ENROL)
		why_enrol(annals, why);
	else
		snprintf(why, WHYNOT_MAX, "%s", why_plain(annals, now));
	return false;
}
