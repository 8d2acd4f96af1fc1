/* change: the poll book records that a run of ballots changes, in the order of their keys.
 *
 * Ballots and voids are added in the order of the log. Settling sorts what they wrote, keeps the
 * last word on every key, and adds the OLD record of each ballot that its tag's next one left
 * behind. The records are those that pollbook_enter and pollbook_void make (pollbook/decision.h),
 * without the bound on OLD.
 *
 * Until it is settled a void is a row of the VOTER it takes a ballot from: its word has the void's
 * own index, revision 0 and the fate as standing, its value the index of the ballot that is meant.
 *
 * Thread: one caller. Allocates. */
#ifndef TALLY_SHELL_CHANGE_H
#define TALLY_SHELL_CHANGE_H

#include "ballot/ballot.h"
#include "pollbook/table.h"
#include "shell/disk.h"

enum {
	CHANGE_KEY_SIZE = 33,   /* family || name */
	CHANGE_VALUE_SIZE = 24, /* u64 word, value */
};

struct change {
	uint8_t key[CHANGE_KEY_SIZE];
	uint8_t value[16];
	uint64_t word;
};

struct changes {
	struct change *rows;
	size_t count;
	size_t capacity;
};

void
changes_free(struct changes *changes);

/* The ballot that the log holds at `index`. */
MUST_USE int
changes_add(struct changes *changes, const struct ballot *ballot, unsigned rank,
	    uint64_t index);

enum {
	CHANGE_WHICHEVER = -1
};

/* The log's void at `index` takes out the tag's ballot at `ballot`, if that is the one that counts;
 * CHANGE_WHICHEVER: the one that does. */
MUST_USE int
changes_void(struct changes *changes, const uint8_t tag[TALLY_TAG_SIZE], uint64_t ballot,
	     enum pollbook_standing fate, uint64_t index);

/* A tag that a notice enrols, which is not yet. */
MUST_USE int
changes_enrol(struct changes *changes, const uint8_t tag[TALLY_TAG_SIZE], uint16_t district);

/* Looks up a key in the book that the changes are for. 1: found; 0: not there; else a status. */
typedef int
change_find(void *context, const uint8_t key[CHANGE_KEY_SIZE], struct pollbook_record *out);

/* Asks for the previous record of every tag where there is a need to know: without `replaces` a
 * ballot of revision 1 is its tag's first. DISK_DAMAGED where the book cannot be the
 * one that these changes follow. */
MUST_USE int
changes_settle(struct changes *changes, bool replaces, change_find *find, void *context);

#endif
