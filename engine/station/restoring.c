#include "station/state.h"

#include "campaign/rules.h"
#include "tree/tile.h"

#include <string.h>

bool
station_restore_state(struct station *station, struct bytes replay_blob,
		      const struct frontier *frontier)
{
	struct reader reader = reader_make(replay_blob);

	if (!replay_read(&reader, &station->replay) || !reader_done(&reader))
		return false;
	station->frontier = *frontier;
	station->kept = station->replay.index;
	return station->replay.index == frontier->size;
}

void
station_restore_nothing(struct station *station)
{
	replay_init(&station->replay, station->manifest, station->replay_memory);
	frontier_init(&station->frontier);
	station->kept = 0;
}

void
station_glance(const struct station *station, struct bytes bytes, struct station_glance *out)
{
	struct entry entry;

	out->bytes = bytes;
	out->is_ballot = entry_parse(bytes, &entry) && entry.kind == TALLY_ENTRY_BALLOT &&
			 ballot_parse(entry.body, &out->ballot) == TALLY_ACCEPTED &&
			 rules_check(station->manifest, &out->ballot) == TALLY_ACCEPTED;
	if (out->is_ballot) {
		ballot_digest(&out->ballot, out->digest);
		pollbook_name_make(station->pollbook, POLLBOOK_VOTER, out->ballot.tag,
				   &out->voter);
	}
	tree_leaf(bytes, &out->leaf);
}

void
station_restore_soon(const struct station *station, const struct station_glance *glance)
{
	if (!glance->is_ballot)
		return;
	pollbook_prefetch_named(station->pollbook, &glance->voter);
	if (glance->ballot.voter_key == NULL)
		return;
	pollbook_prefetch(station->pollbook, POLLBOOK_HOLDER, glance->ballot.tag);
	pollbook_prefetch(station->pollbook, POLLBOOK_KEY, glance->ballot.voter_key);
}

static bool
restore_notice(struct bytes bytes, struct notice *notice)
{
	struct entry entry;

	return entry_parse(bytes, &entry) && entry.kind == TALLY_ENTRY_NOTICE &&
	       notice_parse(entry.body, notice) == TALLY_ACCEPTED;
}

static void
decide(const struct station *station, const struct pollbook_ballot *asked,
       struct pollbook_decision *decision)
{
	pollbook_decide(station->pollbook, asked,
			station->manifest->revote == MANIFEST_REVOTE_LAST, decision);
}

static struct pollbook_ballot
asked_of(const struct station *station, const struct station_glance *glance)
{
	struct pollbook_ballot asked = station_asked(station, &glance->ballot, glance->digest);

	asked.voter = &glance->voter;
	return asked;
}

uint64_t
station_restore_needs(const struct station *station, const struct station_glance *glance)
{
	struct pollbook_ballot asked;
	struct pollbook_decision decision;

	/* Where no ballot can count behind another one, none is replaced. */
	if (!glance->is_ballot || rules_ballots_max(station->manifest) == 1)
		return UINT64_MAX;
	asked = asked_of(station, glance);
	decide(station, &asked, &decision);
	return decision.outcome == POLLBOOK_REPLACES ? decision.index : UINT64_MAX;
}

struct gather *
station_restore_gather(struct station *station, struct bytes entry)
{
	struct notice notice;
	enum gather_end end;

	if (station->gathering == GATHERING_AWAY)
		end = gather_work(&station->gather);
	else if (restore_notice(entry, &notice) && notice.kind == TALLY_NOTICE_VOID)
		end = voiding_begin(station, &notice.voided);
	else
		return NULL;
	station->gathering = end == GATHER_MORE    ? GATHERING_AWAY
			     : end == GATHER_WHOLE ? GATHERING_WHOLE
						   : GATHERING_IDLE;
	return end == GATHER_MORE ? &station->gather : NULL;
}

/* What lay there when it was counted may have been exchanged since. */
static bool
is_counted(const struct station *station, struct bytes bytes, const uint8_t tag[TALLY_TAG_SIZE],
	   struct ballot *ballot)
{
	struct pollbook_record record;
	uint8_t digest[BALLOT_DIGEST_SIZE];

	if (ballot_parse(bytes, ballot) != TALLY_ACCEPTED ||
	    !pollbook_find(station->pollbook, POLLBOOK_VOTER, tag, &record))
		return false;
	ballot_digest(ballot, digest);
	return memcmp(digest, record.value, sizeof digest) == 0;
}

/* NULL, or why not. */
static const char *
replay_ballot(struct station *station, const struct station_glance *glance,
	      struct bytes replaced)
{
	struct pollbook_ballot asked = asked_of(station, glance);
	struct pollbook_decision decision;
	struct ballot before;
	bool replaces;
	enum replay_fault fault;

	decide(station, &asked, &decision);
	replaces = decision.outcome == POLLBOOK_REPLACES;
	if (decision.outcome != POLLBOOK_COUNTS && !replaces)
		return "a voter has a second ballot that the poll book refuses";
	if (replaces && !is_counted(station, replaced, asked.tag, &before))
		return "the ballot it replaces is not the one that was counted";
	fault =
	    replay_step_ballot(&station->replay, &glance->ballot, replaces ? &before : NULL);
	if (fault != REPLAY_FINE)
		return replay_fault_sentence(fault);
	pollbook_enter(station->pollbook, &asked, station->replay.index - 1);
	return NULL;
}

static const char *
replay_other(struct station *station, struct bytes entry)
{
	bool voids = station->gathering == GATHERING_WHOLE;
	struct notice notice = {0};
	bool noticed = restore_notice(entry, &notice);
	enum replay_fault fault;

	if (noticed && notice.kind == TALLY_NOTICE_VOID && !voids)
		return "the void takes out what is not there, does not count or is too much";
	if (noticed && !roll_takes(station, &notice))
		return "the notice enrols a tag again, or too many";
	fault =
	    replay_step(&station->replay, entry, NULL, voids ? &station->gather.counts : NULL);
	if (fault == REPLAY_FINE && voids)
		gather_enter(&station->gather, station->pollbook);
	station->gathering = GATHERING_IDLE;
	if (fault == REPLAY_FINE && noticed)
		roll_enter(station, &notice);
	return fault == REPLAY_FINE ? NULL : replay_fault_sentence(fault);
}

const char *
station_restore_entry(struct station *station, const struct station_glance *glance,
		      struct bytes replaced, struct bytes *text)
{
	uint64_t tallied = station->replay.last_tally;
	const char *broken;

	broken = glance->is_ballot ? replay_ballot(station, glance, replaced)
				   : replay_other(station, glance->bytes);
	if (broken != NULL)
		return broken;
	*text = station->replay.last_tally != tallied ? writer_view(&station->replay.text)
						      : bytes_make(NULL, 0);
	return NULL;
}

void
station_restore_leaves(struct station *station, const struct tree_hash *leaves, size_t count)
{
	for (size_t i = 0; i < count; i++)
		frontier_append(&station->frontier, &leaves[i]);
	CHECK(station->frontier.size <= station->replay.index);
}

void
station_restore_tile(struct station *station, const struct tree_hash *root)
{
	frontier_append_subtree(&station->frontier, root, TILE_HEIGHT);
	CHECK(station->frontier.size <= station->replay.index);
}

void
station_restored(struct station *station, const struct station_found *found)
{
	const struct replay *replay = &station->replay;

	CHECK(station->frontier.size == replay->index);
	CHECK(found->signed_at.size <= station->frontier.size); /* L5 */
	CHECK(found->note.size <= sizeof station->note);
	station->batches_count = found->batches_count;
	station->durable = replay->index;
	station->durable_batches = found->batches_count;
	station->durable_checksum = found->checksum;
	station->durable_frontier = station->frontier;
	station_stand(station, &station->durable_standing, &replay->law, &replay->counts);
	station->newest = found->signed_at;
	/* A smaller one is never published: whatever is due covers all that is durable. */
	if (found->signed_at.size == replay->index)
		station_stand(station, &station->newest_standing, &replay->law,
			      &replay->counts);
	memcpy(station->note, found->note.data, found->note.size);
	station->note_size = found->note.size;
	station->published = found->published_size;
	station->published_ballots = replay->counts.in_tree - found->unpublished_ballots;
	station->filling->first_index = station->durable;
	station->tally_owed =
	    replay->ballots_since_tally >= station->manifest->tally_every_ballots ||
	    replay->changed_since_tally;
	rhythm_init(station);
	publishing_init(station);
}
