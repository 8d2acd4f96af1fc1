#include "tools/lib/reconcile_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/journalreader.h"

/* Reading one journal. */
struct perusal {
	struct reconcile *reconcile;
	struct reconcile_journal *journal;
	struct journalreader reader;
	uint64_t *offsets; /* of its ballots, in the file */
	size_t capacity;
	struct trouble *trouble;
	uint8_t ballot[TALLY_JOURNAL_SUBMIT_MAX];
};

static void
testify(struct perusal *perusal, struct bytes bytes, uint8_t kind, uint64_t number,
	uint64_t index)
{
	struct reconcile_testimony testimony = {
	    .at.index = index,
	    .number = number,
	    .journal = (uint16_t)(perusal->journal - perusal->reconcile->journals),
	    .kind = kind};
	struct ballot ballot;

	/* What is no ballot can have been refused only: it is known by all of its bytes. */
	if (ballot_parse(bytes, &ballot) == TALLY_ACCEPTED)
		bytes = ballot.signed_bytes;
	reconcile_identity(bytes, testimony.at.key);
	sorter_add(&perusal->reconcile->sorter, &testimony);
}

static enum tally_exit
take_submit(struct perusal *perusal, const struct tally_journal_record *record)
{
	if (record->number == perusal->capacity) {
		size_t capacity = 2 * perusal->capacity + 4096;
		uint64_t *grown =
		    reallocarray(perusal->offsets, capacity, sizeof *perusal->offsets);

		if (grown == NULL)
			return trouble_set(perusal->trouble, TALLY_EXIT_WORLD,
					   "not enough memory for the ballots of %s",
					   perusal->journal->path);
		perusal->offsets = grown;
		perusal->capacity = capacity;
	}
	perusal->offsets[record->number] = record->offset;
	perusal->reconcile->tally.submitted++;
	testify(perusal, bytes_make(record->ballot, record->ballot_size), SUBMITTED,
		record->number, record->number);
	return TALLY_EXIT_FINE;
}

/* The ballot that an answer is about. */
static enum tally_exit
fetch(struct perusal *perusal, uint64_t number, struct bytes *ballot)
{
	uint8_t head[TALLY_JOURNAL_FRAME_SIZE - 1];
	off_t offset = (off_t)perusal->offsets[number];
	size_t size;

	if (pread(perusal->journal->file, head, sizeof head, offset) == (ssize_t)sizeof head) {
		size = be16_load(head + 1);
		*ballot = bytes_make(perusal->ballot, size);
		if (pread(perusal->journal->file, perusal->ballot, size,
			  offset + (off_t)sizeof head) == (ssize_t)size)
			return TALLY_EXIT_FINE;
	}
	return trouble_set(perusal->trouble, TALLY_EXIT_WORLD, "read journal %s: %s",
			   perusal->journal->path, strerror(errno));
}

/* While entries are sealed, their leaf hashes alone are there to compare with. */
static enum tally_exit
compare_leaf(struct perusal *perusal, uint64_t index, struct bytes ballot, uint8_t *kind)
{
	const struct reconcile_log *log = perusal->reconcile->log;
	uint8_t entry[1 + TALLY_JOURNAL_SUBMIT_MAX];
	struct tree_hash leaf;
	struct tree_hash expected;
	enum tally_exit status;

	if (log->leaf == NULL || index >= log->size)
		return TALLY_EXIT_FINE;
	entry[0] = TALLY_ENTRY_BALLOT;
	memcpy(entry + 1, ballot.data, ballot.size);
	tree_leaf(bytes_make(entry, 1 + ballot.size), &expected);
	status = log->leaf(log->context, index, &leaf, perusal->trouble);
	if (status == TALLY_EXIT_FINE && tree_hash_equal(&leaf, &expected))
		*kind = CONFIRMED;
	return status;
}

static uint8_t
kind_of(enum tally_verdict verdict)
{
	if (verdict == TALLY_ACCEPTED)
		return CLAIMED;
	return verdict == TALLY_HAS_VOTED || verdict == TALLY_SUPERSEDED ? DENIED : ANSWERED;
}

static enum tally_exit
take_answer(struct perusal *perusal, const struct tally_journal_record *record)
{
	uint8_t kind = kind_of((enum tally_verdict)record->verdict);
	struct bytes ballot;
	enum tally_exit status = fetch(perusal, record->number, &ballot);

	if (status == TALLY_EXIT_FINE && kind == CLAIMED)
		status = compare_leaf(perusal, record->index, ballot, &kind);
	if (status != TALLY_EXIT_FINE)
		return status;
	testify(perusal, ballot, kind, record->number, record->index);
	if (kind == ANSWERED || kind == DENIED)
		perusal->reconcile->tally.refused++;
	return TALLY_EXIT_FINE;
}

static enum tally_exit
take_seal(struct perusal *perusal, const struct tally_journal_record *record)
{
	const struct note_key *key = &perusal->journal->frontend->key;

	if (tally_journal_seal_valid(record, key->public_key))
		return TALLY_EXIT_FINE;
	return trouble_set(perusal->trouble, TALLY_EXIT_FAILED,
			   "journal %s: offset %" PRIu64 ": the seal is not what %s signs for "
			   "what stands before it",
			   perusal->journal->path, record->offset, key->name);
}

static enum tally_exit
damaged(const struct perusal *perusal, long fault)
{
	if (fault == JOURNALREADER_WORLD)
		return trouble_set(perusal->trouble, TALLY_EXIT_WORLD, "read journal %s: %s",
				   perusal->journal->path, strerror(errno));
	return trouble_set(perusal->trouble, TALLY_EXIT_FAILED,
			   "journal %s: offset %" PRIu64 ": %s", perusal->journal->path,
			   perusal->reader.tape.offset, tally_journal_fault_text(fault));
}

static enum tally_exit
peruse_records(struct perusal *perusal)
{
	struct tally_journal_record record;
	enum tally_exit status = TALLY_EXIT_FINE;
	long got = journalreader_open(&perusal->reader, perusal->journal->file);

	while (got > 0 && status == TALLY_EXIT_FINE) {
		got = journalreader_next(&perusal->reader, &record);
		if (got <= 0)
			break;
		if (record.kind == TALLY_JOURNAL_SUBMIT)
			status = take_submit(perusal, &record);
		else if (record.kind == TALLY_JOURNAL_ANSWER)
			status = take_answer(perusal, &record);
		else
			status = take_seal(perusal, &record);
	}
	if (got < 0)
		return damaged(perusal, got);
	perusal->journal->sealed = perusal->reader.tape.sealed == perusal->reader.tape.offset;
	return status;
}

/* Is it of this campaign, and whose is it? */
static enum tally_exit
introduce(const struct manifest *manifest, struct reconcile_journal *journal,
	  struct trouble *trouble)
{
	if (memcmp(journal->campaign, manifest->id, sizeof journal->campaign) != 0)
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "journal %s: it is of another campaign", journal->path);
	journal->frontend = manifest_frontend_find(manifest, journal->key_id);
	if (journal->frontend != NULL)
		return TALLY_EXIT_FINE;
	return trouble_set(trouble, TALLY_EXIT_FAILED,
			   "journal %s: the manifest has no frontend with key %08" PRIx32,
			   journal->path, journal->key_id);
}

enum tally_exit
reconcile_peruse(struct reconcile *reconcile, struct reconcile_journal *journal,
		 struct trouble *trouble)
{
	struct perusal *perusal = calloc(1, sizeof *perusal);
	enum tally_exit status = introduce(reconcile->log->manifest, journal, trouble);

	if (perusal == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD, "not enough memory for %s",
				   journal->path);
	perusal->reconcile = reconcile;
	perusal->journal = journal;
	perusal->trouble = trouble;
	if (status == TALLY_EXIT_FINE)
		status = peruse_records(perusal);
	journalreader_close(&perusal->reader);
	free(perusal->offsets);
	free(perusal);
	return status;
}
