/* book: an LMDB file of poll book records with the state they belong to; its bytes are described
 * in shell/home.h.
 *
 * Files are named relative to a folder's descriptor; no lock file is made: the data directory is
 * locked, and one thread of one process opens a book. A damaged file can crash its reader: only
 * the child of shell/probe.h opens one that is not known to be whole. Any failure but DISK_FULL
 * of a write leaves a file that must not be believed. */
#ifndef TALLY_SHELL_BOOK_H
#define TALLY_SHELL_BOOK_H

#include <lmdb.h>

#include "shell/change.h"
#include "shell/home.h"

/* Count and multiset hash of a set of records. All zero: none. */
struct book_sum {
	uint64_t records;
	uint64_t low;
	uint64_t high;
};

void
book_sum_add(struct book_sum *sum, const uint8_t key[CHANGE_KEY_SIZE],
	     const uint8_t value[CHANGE_VALUE_SIZE]);

void
book_sum_remove(struct book_sum *sum, const uint8_t key[CHANGE_KEY_SIZE],
		const uint8_t value[CHANGE_VALUE_SIZE]);

bool
book_sum_equal(const struct book_sum *a, const struct book_sum *b);

/* Parses the value of key 00. state->replay is a view into `value`. False if it is not whole or
 * of another campaign. */
MUST_USE bool
book_state_read(struct bytes value, const uint8_t campaign[TALLY_HASH_SIZE],
		struct home_state *state, struct book_sum *sum);

/* False if the value is not that of a record. */
MUST_USE bool
book_record_read(struct bytes value, struct pollbook_record *out);

struct book {
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
};

/* What is written: the changes, settled, and the state that they lead to. */
struct book_change {
	const uint8_t *campaign;
	const struct home_state
	    *state; /* NULL: none is written, the file is an intermediate one */
	const struct changes *changes;
	struct book_sum *sum; /* of the records before; afterwards, if all went well, of all */
};

/* Opens a book for reading: one transaction. DISK_ABSENT if there is no file. */
MUST_USE int
book_open(struct book *book, int folder_fd, const char *name);

void
book_close(struct book *book);

/* A change_find; `context` is the struct book. */
int
book_find(void *context, const uint8_t key[CHANGE_KEY_SIZE], struct pollbook_record *out);

/* *value: the value of key 00, a view until book_close. */
MUST_USE int
book_state(struct book *book, struct bytes *value);

/* Changes a file in place: one transaction. The map has at least `map_size` bytes and grows when
 * that is not enough. */
MUST_USE int
book_update(int folder_fd, const char *name, const struct book_change *change, size_t map_size);

/* Makes the file `name` of the records of `source` (NULL: none) and the changes, and syncs it. The
 * caller renames. DISK_DAMAGED if the source's records do not add up to change->sum. */
MUST_USE int
book_merge(int folder_fd, const char *name, struct book *source,
	   const struct book_change *change, size_t map_size);

#endif
