#include "tests/lib/naive.h"

#include <sodium.h>

#include "tests/lib/merkle.h"
#include "tests/lib/recount.h"

struct naive_ballot {
	const uint8_t *tag;
	uint16_t revision;
	uint32_t key_id;
	bool preferred; /* its signer takes precedence */
	bool barred;    /* and voided */
	size_t index;
};

struct naive {
	const struct stage *stage;
	struct recount_vote *votes;   /* ballots in the order of the log */
	struct naive_ballot *ballots; /* the same */
	size_t count;
	int phase;
	int owed; /* by the notice before; -1: nothing */
	int64_t phase_minute;
	bool unsealed;
	bool paused;
	uint32_t revoked[64];
	size_t revoked_count;
	uint32_t withdrawn[64]; /* contest << 16 | option */
	size_t withdrawn_count;
	const uint8_t **enrolments; /* TAG, u16 district; in the log */
	size_t enrolled;
};

static bool
is_among(const uint32_t *list, size_t count, uint32_t wanted)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == wanted)
			return true;
	return false;
}

static void
read_contest(struct recount_vote *vote, const uint8_t **at, size_t contest)
{
	size_t n = be16_load(*at);

	*at += 2;
	if (n == TALLY_CHOICES_BLANK) {
		vote->choices[vote->vote.choices_count++] =
		    (struct campaign_choice){(uint16_t)contest, TALLY_CHOICES_BLANK, 0};
		return;
	}
	for (size_t i = 0; i < n; i++) {
		assert_true(vote->vote.choices_count < recount_choices_max);
		vote->choices[vote->vote.choices_count++] = (struct campaign_choice){
		    (uint16_t)contest, be16_load(*at), (int32_t)be32_load(*at + 2)};
		*at += 6;
	}
}

/* Place of the tag's newest ballot; SIZE_MAX if it has none. */
static size_t
newest_of(const struct naive *naive, const uint8_t *tag)
{
	for (size_t i = naive->count; i-- > 0;)
		if (memcmp(naive->ballots[i].tag, tag, TALLY_TAG_SIZE) == 0)
			return i;
	return SIZE_MAX;
}

static bool
is_preferred(const struct manifest *manifest, uint32_t key_id)
{
	bool booth = manifest->precedence == MANIFEST_PRECEDENCE_BOOTH;

	if (manifest->precedence == MANIFEST_PRECEDENCE_NONE)
		return false;
	for (size_t i = 0; i < manifest->frontends_count; i++)
		if (manifest->frontends[i].key.id == key_id)
			return manifest->frontends[i].booth == booth;
	fail_msg("a ballot of nobody");
	return false;
}

/* V1; and the tag's earlier ballot, if it counts, does not any more. */
static void
follow(struct naive *naive, const struct naive_ballot *ballot)
{
	bool first = naive->stage->campaign.manifest->revote == MANIFEST_REVOTE_FIRST;
	size_t at = newest_of(naive, ballot->tag);
	const struct naive_ballot *before;

	if (at == SIZE_MAX) {
		assert_true(!first || ballot->revision == 1);
		return;
	}
	before = &naive->ballots[at];
	assert_false(before->barred);
	assert_true(ballot->preferred >= before->preferred);
	if (ballot->preferred > before->preferred) {
		assert_true(!first || ballot->revision == 1);
	} else if (first) {
		assert_true(naive->votes[at].voided);
		assert_int_equal(ballot->revision, before->revision + 1);
	} else {
		assert_true(ballot->revision > before->revision);
	}
	naive->votes[at].counted = false;
}

/* The tag's district; -1: it is nowhere listed. */
static int
district_of(const struct naive *naive, const uint8_t *tag)
{
	const struct roster *roster = &naive->stage->campaign.roster;

	for (size_t i = 0; i < roster->count; i++)
		if (memcmp(roster->records + i * 34, tag, TALLY_TAG_SIZE) == 0)
			return be16_load(roster->records + i * 34 + TALLY_TAG_SIZE);
	for (size_t i = 0; i < naive->enrolled; i++)
		if (memcmp(naive->enrolments[i], tag, TALLY_TAG_SIZE) == 0)
			return be16_load(naive->enrolments[i] + TALLY_TAG_SIZE);
	return -1;
}

static void
read_enrolments(struct naive *naive, const uint8_t *body)
{
	size_t count = be16_load(body);

	assert_true(naive->stage->campaign.roster.count > 0 && count > 0);
	naive->enrolments =
	    realloc(naive->enrolments, (naive->enrolled + count) * sizeof *naive->enrolments);
	assert_non_null(naive->enrolments);
	for (const uint8_t *at = body + 2; count > 0; at += 34, count--) {
		assert_int_equal(district_of(naive, at), -1);
		naive->enrolments[naive->enrolled++] = at;
	}
}

static void
read_ballot(struct naive *naive, size_t index, const uint8_t *ballot, size_t size)
{
	const struct manifest *manifest = naive->stage->campaign.manifest;
	struct recount_vote *vote = &naive->votes[naive->count];
	const uint8_t *at = ballot + 85;

	assert_int_equal(naive->phase, TALLY_PHASE_OPEN);
	assert_false(naive->paused);
	assert_memory_equal(ballot, "tally/ballot/v1", 16);
	assert_memory_equal(ballot + 16, manifest->id, TALLY_HASH_SIZE);
	memset(vote, 0, sizeof *vote);
	vote->vote.district = be16_load(ballot + 82);
	for (size_t c = 0; c < manifest->contests_count; c++)
		if (manifest_votes_in(&manifest->contests[c], vote->vote.district))
			read_contest(vote, &at, c);
	assert_true(at <= ballot + size - TALLY_SIGNATURE_SIZE);
	assert_false(is_among(naive->revoked, naive->revoked_count, be32_load(at)));
	for (size_t i = 0; i < vote->vote.choices_count; i++)
		assert_false(is_among(naive->withdrawn, naive->withdrawn_count,
				      (uint32_t)vote->choices[i].contest << 16 |
					  vote->choices[i].option));
	if (naive->stage->campaign.roster.count > 0)
		assert_int_equal(district_of(naive, ballot + 48), vote->vote.district);
	vote->counted = true;
	naive->ballots[naive->count] =
	    (struct naive_ballot){.tag = ballot + 48,
				  .revision = be16_load(ballot + 80),
				  .key_id = be32_load(at),
				  .preferred = is_preferred(manifest, be32_load(at)),
				  .index = index};
	follow(naive, &naive->ballots[naive->count]);
	naive->count++;
}

static void
read_tally(const struct naive *naive, const uint8_t *body, size_t index)
{
	char *text = recount_text(&naive->stage->campaign, naive->votes, naive->count, index,
				  naive->enrolled);
	crypto_hash_sha256_state hash;
	uint8_t expected[TALLY_HASH_SIZE];

	assert_int_equal(be64_load(body), index);
	crypto_hash_sha256_init(&hash);
	crypto_hash_sha256_update(&hash, body + 8, 32);
	crypto_hash_sha256_update(&hash, (const uint8_t *)text, strlen(text));
	crypto_hash_sha256_final(&hash, expected);
	assert_memory_equal(body + 40, expected, sizeof expected); /* T1 */
	free(text);
}

static void
read_phase(struct naive *naive, const uint8_t *body)
{
	int phase = body[0];

	assert_true(phase != naive->phase && phase != TALLY_PHASE_BEFORE);
	if (body[1] == TALLY_CAUSE_NOTICE)
		assert_int_equal(phase, naive->owed);
	else
		assert_int_equal(naive->owed, -1);
	naive->phase = phase;
	naive->phase_minute = be32_load(body + 2);
	naive->owed = -1;
}

static void
list_add(uint32_t *list, size_t *count, uint32_t number)
{
	assert_true(*count < 64 && !is_among(list, *count, number));
	list[(*count)++] = number;
}

static void
take_out(struct naive *naive, size_t at, bool barred)
{
	assert_true(at != SIZE_MAX && naive->votes[at].counted);
	naive->votes[at].counted = false;
	naive->votes[at].voided = true;
	naive->ballots[at].barred = barred;
}

static void
read_void(struct naive *naive, size_t index, const uint8_t *body)
{
	bool barred = body[0] == 2;
	uint64_t first = be64_load(body + 6);
	uint64_t last = be64_load(body + 14);
	size_t taken = 0;

	if (body[1] == 1) {
		for (size_t i = 0; i < be16_load(body + 2); i++)
			take_out(naive, newest_of(naive, body + 4 + i * TALLY_TAG_SIZE),
				 barred);
		return;
	}
	assert_true(last < index);
	for (size_t i = 0; i < naive->count; i++) {
		const struct naive_ballot *ballot = &naive->ballots[i];

		if (!naive->votes[i].counted || ballot->key_id != be32_load(body + 2) ||
		    ballot->index < first || ballot->index > last)
			continue;
		take_out(naive, i, barred);
		taken++;
	}
	assert_true(taken > 0 && taken <= NOTICE_TAGS_MAX);
}

/* Those that owe no PHASE and unseal nothing; false: it is none of them. */
static bool
read_order(struct naive *naive, const uint8_t *body)
{
	switch (body[84]) {
	case TALLY_NOTICE_PAUSE:
	case TALLY_NOTICE_RESUME:
		assert_int_equal(naive->paused, body[84] == TALLY_NOTICE_RESUME);
		naive->paused = !naive->paused;
		return true;
	case TALLY_NOTICE_REVOKE:
		list_add(naive->revoked, &naive->revoked_count, be32_load(body + 88));
		return true;
	case TALLY_NOTICE_WITHDRAW:
		list_add(naive->withdrawn, &naive->withdrawn_count, be32_load(body + 87));
		return true;
	case TALLY_NOTICE_ENROL:
		read_enrolments(naive, body + 87);
		return true;
	default:
		return body[84] == TALLY_NOTICE_TEXT || body[84] == TALLY_NOTICE_DRAW;
	}
}

static void
read_notice(struct naive *naive, size_t index, const uint8_t *body)
{
	const struct manifest *manifest = naive->stage->campaign.manifest;
	int kind = body[84];

	if (read_order(naive, body))
		return;
	if (kind == TALLY_NOTICE_VOID) {
		read_void(naive, index, body + 87);
		return;
	}
	assert_false(naive->unsealed); /* nothing of this follows that */
	if (kind == TALLY_NOTICE_UNSEAL) {
		int64_t from = naive->phase_minute * 60 + manifest->unseal_delay_s;

		assert_true(manifest->sealed);
		assert_int_equal(naive->phase, TALLY_PHASE_CLOSED);
		assert_true((int64_t)be64_load(body + 87) >= from);
		naive->unsealed = true;
		return;
	}
	assert_true(kind == TALLY_NOTICE_EXTEND || kind == TALLY_NOTICE_CLOSE);
	if (kind == TALLY_NOTICE_CLOSE)
		naive->owed = TALLY_PHASE_CLOSED;
	else if (naive->phase == TALLY_PHASE_CLOSED)
		naive->owed = TALLY_PHASE_OPEN;
}

static void
read_entry(struct naive *naive, size_t index)
{
	const struct stage_entry *entry = &naive->stage->entries[index];
	const uint8_t *body = entry->data + 1;
	size_t parts = (naive->stage->campaign.manifest->json.size + 64999) / 65000;

	assert_int_equal(index < parts, entry->data[0] == TALLY_ENTRY_CAMPAIGN);
	if (entry->data[0] != TALLY_ENTRY_PHASE)
		assert_int_equal(naive->owed, -1);
	switch (entry->data[0]) {
	case TALLY_ENTRY_CAMPAIGN:
		break;
	case TALLY_ENTRY_BALLOT:
		read_ballot(naive, index, body, entry->size - 1);
		break;
	case TALLY_ENTRY_TALLY:
		read_tally(naive, body, index);
		break;
	case TALLY_ENTRY_PHASE:
		read_phase(naive, body);
		break;
	case TALLY_ENTRY_NOTICE:
		read_notice(naive, index, body);
		break;
	default:
		fail_msg("entry %zu has kind %u", index, entry->data[0]);
	}
}

static struct naive
read_all(const struct stage *stage)
{
	struct naive naive = {.stage = stage, .owed = -1};

	naive.votes = malloc((stage->entries_count + 1) * sizeof *naive.votes);
	naive.ballots = malloc((stage->entries_count + 1) * sizeof *naive.ballots);
	assert_true(naive.votes != NULL && naive.ballots != NULL);
	for (size_t i = 0; i < stage->entries_count; i++)
		read_entry(&naive, i);
	return naive;
}

static void
release(struct naive *naive)
{
	free(naive->votes);
	free(naive->ballots);
	free(naive->enrolments);
}

void
naive_audit(const struct stage *stage)
{
	struct naive naive = read_all(stage);

	release(&naive);
}

void
naive_compare(const struct stage *stage)
{
	const struct station *station = stage->station;
	struct naive naive = read_all(stage);
	char *expected = recount_text(&stage->campaign, naive.votes, naive.count,
				      stage->entries_count, naive.enrolled);
	size_t capacity = counts_text_max(stage->campaign.manifest) + 1;
	char *actual = calloc(1, capacity);
	struct writer writer = writer_make(actual, capacity - 1);
	struct tree_hash root = merkle_root(stage->leaves, stage->entries_count);
	struct tree_hash own;

	assert_non_null(actual);
	assert_int_equal(station_durable(station), stage->entries_count);
	counts_text_write(&writer, &station->durable_standing.counts, stage->campaign.manifest,
			  stage->entries_count);
	assert_false(writer.failed);
	assert_string_equal(actual, expected); /* T1, T2 */
	assert_int_equal(station_law(station)->phase, naive.phase);
	frontier_root(&station->durable_frontier, &own);
	assert_memory_equal(own.bytes, root.bytes, sizeof root.bytes);
	free(expected);
	free(actual);
	release(&naive);
}
