#include "tests/lib/logfollow.h"

static bool
is_ballot(const struct test_log *log, size_t index, struct ballot *ballot)
{
	struct bytes bytes = test_log_entry(log, index);

	return bytes.size > 1 && bytes.data[0] == TALLY_ENTRY_BALLOT &&
	       ballot_parse(bytes_make(bytes.data + 1, bytes.size - 1), ballot) ==
		   TALLY_ACCEPTED;
}

/* The newest ballot of the tag below `end` that kept the rules; false if there is none. */
static bool
find_newest(const struct test_log *log, const uint8_t *tag, size_t end, size_t *index,
	    struct ballot *ballot)
{
	const size_t tag_at = 1 + 48; /* ballot/ballot.h */

	for (size_t i = end; i > 0; i--) {
		const struct test_log_entry *entry = &log->entries[i - 1];

		*index = i - 1;
		if (entry->standing != TEST_LOG_OUT &&
		    memcmp(entry->data + tag_at, tag, TALLY_TAG_SIZE) == 0)
			return is_ballot(log, *index, ballot);
	}
	return false;
}

static unsigned
rank_of(const struct test_log *log, const struct ballot *ballot)
{
	const struct manifest *manifest = log->campaign.manifest;
	const struct manifest_frontend *frontend;

	if (manifest->precedence == MANIFEST_PRECEDENCE_NONE)
		return 0;
	frontend = manifest_frontend_find(manifest, ballot->key_id);
	return frontend != NULL &&
	       frontend->booth == (manifest->precedence == MANIFEST_PRECEDENCE_BOOTH);
}

/* May a ballot of this rank and revision stand behind the tag's newest? */
static bool
may_follow(const struct test_log *log, const struct ballot *ballot, const struct ballot *newest,
	   enum test_log_standing standing)
{
	bool first = log->campaign.manifest->revote == MANIFEST_REVOTE_FIRST;
	unsigned rank = rank_of(log, ballot);
	unsigned before = rank_of(log, newest);

	if (standing == TEST_LOG_BARRED || rank < before)
		return false;
	if (rank > before)
		return !first || ballot->revision == 1;
	if (!first)
		return ballot->revision > newest->revision;
	return standing == TEST_LOG_VOIDED && ballot->revision == newest->revision + 1;
}

static void
follow_ballot(struct test_log *log, const struct ballot *ballot)
{
	size_t at = log->count - 1;
	bool first = log->campaign.manifest->revote == MANIFEST_REVOTE_FIRST;
	struct ballot newest;
	size_t index;
	bool known = find_newest(log, ballot->tag, at, &index, &newest);
	bool replaces = known && log->entries[index].standing == TEST_LOG_COUNTS;

	if ((known && !may_follow(log, ballot, &newest, log->entries[index].standing)) ||
	    (!known && first && ballot->revision != 1) ||
	    replay_step(&log->replay, test_log_entry(log, at), replaces ? &newest : NULL,
			NULL) != REPLAY_FINE) {
		log->replay.index++;
		return;
	}
	log->entries[at].standing = TEST_LOG_COUNTS;
	if (replaces)
		log->entries[index].standing = TEST_LOG_REPLACED;
}

/* Is that ballot, which counts, one that the void names? */
static bool
is_named(const struct notice_void *voided, size_t index, const struct ballot *ballot)
{
	for (size_t i = 0; i < voided->tags_count; i++)
		if (memcmp(voided->tags + i * TALLY_TAG_SIZE, ballot->tag, TALLY_TAG_SIZE) == 0)
			return true;
	return voided->tags_count == 0 && ballot->key_id == voided->signer &&
	       index >= voided->first && index <= voided->last;
}

/* Adds up what counts and is named; `apply`: and takes it out. Returns how many. */
static size_t
gather(struct test_log *log, const struct notice_void *voided, struct counts *counts,
       bool apply)
{
	size_t named = 0;

	for (size_t i = 0; i + 1 < log->count; i++) {
		struct ballot ballot;

		if (log->entries[i].standing != TEST_LOG_COUNTS ||
		    !is_ballot(log, i, &ballot) || !is_named(voided, i, &ballot))
			continue;
		named++;
		if (apply)
			log->entries[i].standing =
			    voided->fate == NOTICE_BARRED ? TEST_LOG_BARRED : TEST_LOG_VOIDED;
		else
			counts_add(counts, log->campaign.manifest, &ballot);
	}
	return named;
}

static void
follow_void(struct test_log *log, const struct notice_void *voided)
{
	const struct manifest *manifest = log->campaign.manifest;
	void *memory = malloc(counts_memory(manifest));
	struct counts counts;
	size_t named;

	assert_non_null(memory);
	counts_init(&counts, manifest, memory);
	named = gather(log, voided, &counts, false);
	if (named == 0 || (voided->tags_count > 0 && named != voided->tags_count) ||
	    replay_step(&log->replay, test_log_entry(log, log->count - 1), NULL, &counts) !=
		REPLAY_FINE)
		log->replay.index++;
	else
		(void)gather(log, voided, &counts, true);
	free(memory);
}

void
log_follow(struct test_log *log)
{
	struct bytes bytes = test_log_entry(log, log->count - 1);
	struct ballot ballot;
	struct notice notice;

	if (is_ballot(log, log->count - 1, &ballot))
		follow_ballot(log, &ballot);
	else if (bytes.size > 1 && bytes.data[0] == TALLY_ENTRY_NOTICE &&
		 notice_parse(bytes_make(bytes.data + 1, bytes.size - 1), &notice) ==
		     TALLY_ACCEPTED &&
		 notice.kind == TALLY_NOTICE_VOID)
		follow_void(log, &notice.voided);
	else if (replay_step(&log->replay, bytes, NULL, NULL) != REPLAY_FINE)
		log->replay.index++;
}
