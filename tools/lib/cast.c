#include "tools/lib/cast.h"

#include <sodium.h>

static const enum tally_identity identity_kinds[] = {
    [MANIFEST_IDENTITY_CNP] = TALLY_IDENTITY_CNP,
    [MANIFEST_IDENTITY_PHONE] = TALLY_IDENTITY_PHONE,
    [MANIFEST_IDENTITY_OPAQUE] = TALLY_IDENTITY_OPAQUE,
};

bool
cast_ballot(struct writer *writer, const struct manifest *manifest,
	    const struct cast_vote *vote, const struct note_private_key *frontend)
{
	const struct ballot_head head = {.campaign = manifest->id,
					 .tag = vote->tag,
					 .revision = vote->revision,
					 .district = vote->district,
					 .signing = TALLY_SIGNING_FRONTEND};

	CHECK(vote->district < manifest_districts(manifest));
	ballot_head_write(writer, &head);
	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct cast_contest *contest = &vote->contests[i];

		if (!manifest_votes_in(&manifest->contests[i], vote->district))
			continue;
		if (contest->blank)
			ballot_blank_write(writer);
		else
			ballot_choices_write(writer, contest->choices, contest->count);
	}
	ballot_frontend_sign(writer, frontend->key.id, frontend->secret);
	return !writer->failed && writer->size <= TALLY_BALLOT_SIZE_MAX;
}

long
cast_tag(const struct manifest *manifest, const uint8_t secret[TALLY_TAG_SECRET_SIZE],
	 struct bytes identity, uint8_t tag[TALLY_TAG_SIZE])
{
	uint8_t normal[TALLY_IDENTITY_SIZE_MAX];
	long size = tally_identity_normalise(identity_kinds[manifest->identity], identity.data,
					     identity.size, normal, sizeof normal);

	if (size < 0)
		return size;
	tally_tag(secret, manifest->tag_context, normal, (size_t)size, tag);
	sodium_memzero(normal, sizeof normal);
	return 0;
}
