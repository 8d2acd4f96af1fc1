/* checks: what tally-verify asks of a log, in the order in which people see it. */
#ifndef TALLY_TOOLS_CHECKS_H
#define TALLY_TOOLS_CHECKS_H

#include "tools/lib/report.h"

/* Places in the report; people see them as number + 1. */
enum audit_check {
	/* log */
	AUDIT_CHECKPOINT,
	AUDIT_FILES,
	AUDIT_BUNDLES,
	AUDIT_LEAVES,
	AUDIT_TILES,
	AUDIT_ROOT,
	AUDIT_WITNESSES,
	/* law */
	AUDIT_MANIFEST,
	AUDIT_CAMPAIGN,
	AUDIT_LOG_KEY,
	AUDIT_ENTRIES,
	AUDIT_NOTICES,
	AUDIT_PHASES,
	AUDIT_OPEN,
	AUDIT_FORBIDDEN,
	AUDIT_VOIDS,
	AUDIT_PROOFS,
	AUDIT_SEAL,
	/* ballots */
	AUDIT_RULES,
	AUDIT_SIGNATURES,
	AUDIT_VOTES,
	AUDIT_KEYS,
	/* eligibility */
	AUDIT_VOTERS,
	AUDIT_ROSTER,
	/* tally */
	AUDIT_TALLIES,
	AUDIT_TEXTS,
	AUDIT_CADENCE,
	AUDIT_CLASSES,
	/* outcome */
	AUDIT_OUTCOME,
	/* receipts */
	AUDIT_RECEIPTS,
	AUDIT_JOURNALS,
	/* history */
	AUDIT_OLD,
	AUDIT_CHECKS_COUNT,
};

extern const struct report_question checks_questions[AUDIT_CHECKS_COUNT];

/* What AUDIT_SIGNATURES asks where ballots' signatures went through tables. */
extern const char checks_signatures_by_tables[];

/* Checks that were not decided rest on `on`, which failed: they say so. */
void
checks_skip_rest(struct report *report, enum audit_check on);

#endif
