/* change: the poll book records that a run of ballots changes, in the order of their keys.
 *
 * Ballots are added in the order of the log. Settling sorts what they wrote, keeps the last word
 * on every key, and adds the OLD record of each ballot that another one replaced. The records are
 * those pollbook_enter makes (pollbook/decision.h), without its bound on OLD.
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
changes_add(struct changes *changes, const struct ballot *ballot, uint64_t index);

/* Looks up a key in the book that the changes are for. 1: found; 0: not there; else a status. */
typedef int
change_find(void *context, const uint8_t key[CHANGE_KEY_SIZE], struct pollbook_record *out);

/* With `revotes`, asks for the previous record of every tag. */
MUST_USE int
changes_settle(struct changes *changes, bool revotes, change_find *find, void *context);

#endif
