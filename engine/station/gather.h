/* gather: the ballots that a notice void takes out, read from the log a roomful at a time.
 *
 *   gather_begin, then over and over: a reader (a worker; the start) gives gather_take the entries
 *   that gather_wants names until one of them says it is enough; gather_work counts them
 *
 * By tags these are the ballots where the poll book says; by signer all entries of the range, of
 * which gather_take keeps that signer's ballots and gather_work those that count. Between begin and
 * the end the poll book must not change. The notice's bytes are read all that time.
 *
 * Thread: one at a time. No allocation: room and counts are given at init. */
#ifndef TALLY_STATION_GATHER_H
#define TALLY_STATION_GATHER_H

#include "ballot/notice.h"
#include "campaign/manifest.h"
#include "pollbook/decision.h"
#include "tally/counts.h"

struct gather {
	const struct manifest *manifest;
	const struct pollbook_table *table;
	struct notice_void voided;
	uint64_t
	    next; /* by tags: how many have been read; by signer: index of the next entry */
	bool full;
	struct writer room; /* u64 index, u16 size, entry; repeated */
	void *counts_memory;
	struct counts counts; /* of the ballots so far */
	size_t count;
	uint8_t tags[NOTICE_TAGS_MAX][TALLY_TAG_SIZE]; /* of these */
	uint64_t indexes[NOTICE_TAGS_MAX];             /* by tags: where they lie */
};

enum gather_end {
	GATHER_MORE,       /* there is more to read */
	GATHER_WHOLE,      /* all are counted: 1 to NOTICE_TAGS_MAX */
	GATHER_IMPOSSIBLE, /* a tag has no ballot that counts; the signer has none, or too many */
	GATHER_WRONG,      /* an entry is not the ballot that was counted at its index */
};

/* `room`: gather_bytes; `counts`: counts_memory(manifest); both held as long as the gather. */
void
gather_init(struct gather *gather, const struct manifest *manifest,
	    const struct pollbook_table *table, uint8_t *room, void *counts);

/* GATHER_MORE or GATHER_IMPOSSIBLE. Every index it asks for is in the log. */
enum gather_end
gather_begin(struct gather *gather, const struct notice_void *voided);

/* The entries to be read now, [*first, *first + *count); false: none, gather_work comes next. */
bool
gather_wants(const struct gather *gather, uint64_t *first, uint64_t *count);

/* The next one of these. False: there is no room, it will be asked for again. */
bool
gather_take(struct gather *gather, uint64_t index, struct bytes entry);

/* Counts what was taken, and makes room. */
enum gather_end
gather_work(struct gather *gather);

/* After GATHER_WHOLE: takes them out of the poll book, the gather's own. */
void
gather_enter(const struct gather *gather, struct pollbook_table *table);

#endif
