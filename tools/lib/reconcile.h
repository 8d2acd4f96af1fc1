/* reconcile: frontends' journals (include/tally/journal.h) against a log.
 *
 * A ballot that a journal says was accepted must be in the log, at the index that was answered; if
 * it was answered with several, as after a loss, when it was sent again, at one of them. A
 * ballot in the log under the key of a journal must be in one of the journals: in whichever, since
 * frontends stand in for each other. That is asserted only of keys all of whose journals are
 * sealed to their ends, and not where some journals only were given, or where voters sign.
 *
 * Ballots are brought together by sorting them by their identity (BLAKE2b of the signed bytes):
 * 56 bytes for each ballot of the log, 56 for each ballot and each answer of a journal, past the
 * bound in temporary files; and 8 bytes for every ballot of the journal being read. */
#ifndef TALLY_TOOLS_RECONCILE_H
#define TALLY_TOOLS_RECONCILE_H

#include <jansson.h>

#include "ballot/ballot.h"
#include "campaign/manifest.h"
#include "tools/lib/report.h"
#include "tree/frontier.h"

struct reconcile;

struct reconcile_options {
	const char *const *paths;
	size_t count;
	bool some;           /* their frontends have further journals */
	uint64_t memory_max; /* bytes of records kept in memory; 0: usual */
};

/* Opens the files and reads their heads. TALLY_EXIT_USAGE for what is no journal. reconcile_close
 * is due where *out is not NULL. */
MUST_USE enum tally_exit
reconcile_open(struct reconcile **out, const struct reconcile_options *options,
	       struct trouble *trouble);

/* NULL is allowed. */
void
reconcile_close(struct reconcile *reconcile);

/* A genuine ballot of the log. Any thread; once for each entry. */
void
reconcile_enter(struct reconcile *reconcile, uint64_t index, const struct ballot *ballot);

/* The leaf hash of the log's entry `index`. */
typedef enum tally_exit
reconcile_leaf(void *context, uint64_t index, struct tree_hash *leaf, struct trouble *trouble);

/* What the journals are compared with, besides what was entered. */
struct reconcile_log {
	const struct manifest *manifest;
	uint64_t size;
	bool closed;   /* the log is closed: no ballot comes any more, unless it is reopened */
	unsigned jobs; /* threads */
	/* Of a log whose entries are not public: accepted ballots are compared by their leaf
	 * hashes; the rest cannot be asked. Else NULL. */
	reconcile_leaf *leaf;
	void *context;
};

/* Decides `check` of the report. Once. */
void
reconcile_run(struct reconcile *reconcile, const struct reconcile_log *log,
	      struct report *report, size_t check);

/* {"journals":N,"submitted":N,"accepted":N,"refused":N,"unanswered":N,"unanswered_in_log":N,
 * "not_yet":N,"moved":N,"missing":N,"foreign":N,"denied_in_log":N,"limits":".."}; the last where
 * there are any; NULL if memory is short. */
json_t *
reconcile_json(const struct reconcile *reconcile);

/* What a pass leaves open: what could not be asked, and ballots that are in the log though they
 * had been refused. Empty if nothing; while `reconcile` lasts. */
const char *
reconcile_limits(const struct reconcile *reconcile);

#endif
