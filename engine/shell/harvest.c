#include "shell/harvest.h"

#include "ballot/notice.h"
#include "campaign/rules.h"
#include "ledger/entry.h"

static int
damaged(uint64_t index)
{
	return disk_fail(DISK_DAMAGED,
			 "keep the poll book: entry %llu, as the disk gives it back, is none",
			 (unsigned long long)index);
}

static int
harvest_ballot(struct changes *changes, const struct manifest *manifest, uint64_t index,
	       struct bytes bytes)
{
	struct ballot ballot;

	if (ballot_parse(bytes, &ballot) != TALLY_ACCEPTED)
		return damaged(index);
	return changes_add(changes, &ballot, rules_rank(manifest, ballot.key_id), index);
}

/* A void by signer on its way through the range. */
struct search {
	struct changes *changes;
	const struct notice_void *voided;
	enum pollbook_standing fate;
	uint64_t index;
	int status;
};

static bool
search_entry(void *context, uint64_t index, struct bytes bytes)
{
	struct search *search = context;
	struct entry entry;
	struct ballot ballot;

	if (entry_parse(bytes, &entry) && entry.kind == TALLY_ENTRY_BALLOT &&
	    ballot_parse(entry.body, &ballot) == TALLY_ACCEPTED &&
	    notice_void_names(search->voided, ballot.key_id, index))
		search->status = changes_void(search->changes, ballot.tag, index, search->fate,
					      search->index);
	return search->status == DISK_OK;
}

static int
harvest_void(struct changes *changes, struct archive *archive, uint64_t index,
	     const struct notice_void *voided)
{
	struct search search = {.changes = changes,
				.voided = voided,
				.fate = voided->fate == NOTICE_AGAIN ? POLLBOOK_AGAIN
								     : POLLBOOK_BARRED,
				.index = index,
				.status = DISK_OK};
	int status = DISK_OK;

	for (size_t i = 0; i < voided->tags_count && status == DISK_OK; i++)
		status = changes_void(changes, voided->tags + i * TALLY_TAG_SIZE,
				      (uint64_t)CHANGE_WHICHEVER, search.fate, index);
	if (voided->tags_count > 0)
		return status;
	status = archive_walk(archive, voided->first, voided->last + 1 - voided->first,
			      search_entry, &search);
	return status == DISK_OK ? search.status : status;
}

static int
harvest_enrolments(struct changes *changes, const struct notice *notice)
{
	int status = DISK_OK;

	for (size_t i = 0; i < notice->enrolments_count && status == DISK_OK; i++) {
		const uint8_t *enrolment = notice->enrolments + i * NOTICE_ENROLMENT_SIZE;

		status =
		    changes_enrol(changes, enrolment, be16_load(enrolment + TALLY_TAG_SIZE));
	}
	return status;
}

int
harvest_entry(struct changes *changes, const struct manifest *manifest, struct archive *archive,
	      uint64_t index, struct bytes bytes)
{
	struct entry entry;
	struct notice notice;

	if (!entry_parse(bytes, &entry))
		return damaged(index);
	if (entry.kind == TALLY_ENTRY_BALLOT)
		return harvest_ballot(changes, manifest, index, entry.body);
	if (entry.kind != TALLY_ENTRY_NOTICE)
		return DISK_OK;
	if (notice_parse(entry.body, &notice) != TALLY_ACCEPTED)
		return damaged(index);
	if (notice.kind == TALLY_NOTICE_VOID)
		return harvest_void(changes, archive, index, &notice.voided);
	return harvest_enrolments(changes, &notice);
}
