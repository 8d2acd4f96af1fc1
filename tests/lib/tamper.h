/* tamper: one change to a log that was good, and the finding the audit must make of it. */
#ifndef TALLY_TESTS_TAMPER_H
#define TALLY_TESTS_TAMPER_H

#include "tests/lib/scene.h"

/* What an operator enters and signs: the log is published, tiles and all, after the change. */
struct tamper {
	const char *name;
	const struct campaign_wish *wish;
	story_hook *hook;                     /* while the log is built, or NULL */
	void (*change)(struct test_log *log); /* when it is complete, or NULL */
	enum audit_check check;
	const char *words;
};

/* Index of the entry that breaks the rule, NO_INDEX to begin with: set by hook or change. */
extern long tamper_where;

/* Runs every case: the check fails, names the entry at tamper_where, in these words; and the root
 * is right. Prints the names. */
void
tamper_run(const struct tamper *cases, size_t count);

/* A copy of the entry in memory that the next call uses again, TALLY_ENTRY_SIZE_MAX bytes of it;
 * sets tamper_where. */
uint8_t *
tamper_copy(const struct test_log *log, long index, size_t *size);

/* Flips a bit of the entry. */
void
tamper_flip(struct test_log *log, long index, size_t offset);

/* Cuts the entry, or lengthens it by zeros. */
void
tamper_resize(struct test_log *log, long index, size_t size);

#endif
