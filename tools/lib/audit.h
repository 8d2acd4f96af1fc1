/* audit: every check of a public log, made from the log's files and its key alone.
 *
 * The log is read three times: its folders (inventory), its bundles on all processors (shape,
 * hashes, rules and signatures of ballots), its entries in order (law and counts). A check that
 * rests on another that failed is SKIPPED and says so. Of a sealed campaign whose bundles are not
 * there the tree is taken from its leaf hashes, and the law from law/; what asks for contents is
 * SKIPPED until the results are unsealed, and then every entry is checked from the first. Uses
 * libsodium for every signature, unless asked to be fast, and sorting for every question about
 * earlier ballots; no part of the poll book or the station. */
#ifndef TALLY_TOOLS_AUDIT_H
#define TALLY_TOOLS_AUDIT_H

#include "tools/lib/checks.h"
#include "tools/lib/reconcile.h"
#include "tools/lib/recount.h"
#include "tools/lib/spotcheck.h"
#include "tools/lib/winners.h"
#include "tree/key.h"
#include "verify/verifier.h"

/* Called now and then on the caller's thread; `what` is a constant text. */
typedef void
audit_progress(void *context, const char *what, uint64_t done, uint64_t all);

struct audit_options {
	struct note_key key;     /* the log's */
	const uint8_t *campaign; /* pinned id, or NULL */
	struct bytes old;        /* an older signed checkpoint, or {NULL, 0} */
	unsigned jobs;           /* threads, 1 .. CREW_WORKERS_MAX */
	unsigned patience_ms; /* how long files beyond the checkpoint are given to be covered by
				 a newer one: a running tallyd publishes files first */
	uint64_t
	    memory_max; /* bytes of ballots kept in memory while they are sorted; 0: usual */
	const char *receipts; /* folder of *.tlog-proof files that the log must keep, or NULL */
	struct reconcile
	    *journals;     /* to be compared with the log, by audit_run alone; or NULL */
	bool private_copy; /* entries may be there while results are sealed */
	bool fast; /* ballots' signatures by tables, with spot checks (tools/lib/spotcheck.h) */
	bool keep; /* for audit_more; the options are then held until audit_free */
	audit_progress *progress; /* or NULL */
	void *context;
};

/* How ballots' signatures were looked at, where `fast` asked for tables. */
struct audit_haste {
	enum verifier_path path; /* VERIFIER_LIBSODIUM: the tables could not be used: `state` */
	enum keyring_state state;
	uint64_t by_tables; /* ballots that they have taken */
	uint64_t rechecked; /* of those, by libsodium as well */
};

/* Why the tables could not be used. */
const char *
haste_obstacle(const struct audit_haste *haste);

struct audit {
	struct report report;
	struct recount recount; /* checkpoint; manifest, or NULL; counts, if `counted` */
	bool counted; /* the replay reached the end: recount.replay is the final state */
	struct winners winners; /* if `counted` */
	bool sealed;            /* entries are not public: only the law was replayed */
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX]; /* the checkpoint as it is signed, if it is */
	size_t note_size;
	struct audit_haste haste; /* if `fast`, and entries were read */
	bool hasty;
	const struct reconcile *journals; /* the options', if they were compared */
	struct audit_state *state;        /* if it is kept */
};

/* Makes the checks; what was found is in the report. audit_free is due. */
void
audit_run(const struct publiclog *log, const struct audit_options *options, struct audit *out);

/* After an audit that was kept and passed: true if the log has a new checkpoint, and the report
 * is then about that. Entries verified before are not read again but for the bundle that has
 * grown: the tree is taken further from their hashes, which the new checkpoint must contain
 * (AUDIT_OLD). If it does not pass, only audit_free may follow. */
MUST_USE bool
audit_more(struct audit *audit);

/* The report of an audit that `why` prevented, a finding of AUDIT_CHECKPOINT. audit_free is due.
 */
void
audit_refused(const struct trouble *why, struct audit *out);

void
audit_free(struct audit *audit);

#endif
