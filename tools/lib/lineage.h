/* lineage: what each ballot of the log does to the one before it, found by sorting (tag, index).
 *
 * The auditor's own way to what tallyd's poll book knows: which ballot replaces which, which
 * ballots every void takes out, who may vote at all. First every ballot and notice is entered,
 * and the roster where it is known, from any number of threads; then lineage_link sorts and names
 * the earliest entries that break a rule; then lineage_replaced and lineage_taken answer. When the
 * log has grown, lineage_extend makes room for its new entries, and the same steps follow for
 * those alone.
 *
 * A tag's ballots are walked in the order of the log. Each must be above all of its tag before it,
 * by (rank, revision): the rank is 1 where the signer's kind has precedence, else 0. Under the
 * policy `first` a ballot stands against all of its rank; the first of a rank has revision 1, and
 * behind a void that says `again` comes the revision after the voided one. Behind one that says
 * `barred` comes none.
 *
 * 56 bytes for every ballot, for every tag that a void, an enrolment or the roster names, 168 for
 * a ballot where voters sign for themselves (88 for another tag); past the bound given they go to
 * temporary files. And 8 bytes for every new entry, 16 for every ballot that new voids take out. */
#ifndef TALLY_TOOLS_LINEAGE_H
#define TALLY_TOOLS_LINEAGE_H

#include "ballot/ballot.h"
#include "ballot/notice.h"
#include "campaign/manifest.h"
#include "tools/lib/sorter.h"
#include "tools/lib/trouble.h"

static const uint64_t lineage_memory_usual = (uint64_t)1 << 30;

/* A ballot that counted until the void at entry `notice`. */
struct lineage_taken {
	uint64_t notice;
	uint64_t ballot;
};

struct lineage {
	const struct manifest *manifest;
	uint64_t first; /* entries below were linked before */
	uint64_t entries;
	bool rostered;             /* the roster was entered */
	_Atomic uint64_t ballots;  /* after linking: ballots below the end asked for */
	_Atomic uint64_t voters;   /* after linking: different tags among them */
	_Atomic uint64_t counting; /* after linking: tags of which a ballot counts */
	_Atomic uint64_t voided;   /* after linking: ballots that voids took out */
	struct sorter tags;
	struct sorter holders;        /* of voters' keys, in voter mode */
	uint64_t *previous;           /* of entry first + i: lineage_link.c's own */
	pthread_mutex_t lock;         /* of the sweeps while they are entered */
	struct lineage_sweep *sweeps; /* voids by signer */
	size_t sweeps_count;
	size_t sweeps_capacity;
	struct lineage_taken *taken; /* by voids from `first` on; ascending by notice, ballot */
	size_t taken_count;
	size_t taken_capacity;
	_Atomic bool failed; /* no memory for one of these two */
};

/* A rule that an entry broke, together with an earlier one. */
struct lineage_finding {
	bool found;
	struct trouble trouble; /* with the index of the later entry */
};

struct lineage_findings {
	struct lineage_finding votes;  /* a ballot against its tag's earlier ones and voids */
	struct lineage_finding keys;   /* voter mode: a tag follows its highest serial, and one
					 key serves one tag */
	struct lineage_finding voids;  /* a void without a ballot that counts */
	struct lineage_finding roster; /* of a tag that is not on the roster, or of another
					  district; an enrolment of one that is */
};

/* Holds `manifest` until lineage_free. Up to about `memory_max` bytes are kept in memory. */
MUST_USE enum tally_exit
lineage_init(struct lineage *lineage, const struct manifest *manifest, uint64_t entries,
	     uint64_t memory_max, struct trouble *trouble);

/* After linking all: the log now has `entries`, no fewer than before. */
MUST_USE enum tally_exit
lineage_extend(struct lineage *lineage, uint64_t entries, struct trouble *trouble);

/* While ballots are linked it is told how far that is. */
void
lineage_watch(struct lineage *lineage, sorter_progress *progress, void *context);

void
lineage_free(struct lineage *lineage);

/* The roster has this tag, once; called for all of them, or none: then nobody is asked whether a
 * tag is on it. */
void
lineage_roster(struct lineage *lineage, const uint8_t tag[TALLY_TAG_SIZE], uint16_t district);

/* Both by any thread; no two with the same index. */
void
lineage_enter(struct lineage *lineage, uint64_t index, const struct ballot *ballot);

void
lineage_notice(struct lineage *lineage, uint64_t index, const struct notice *notice);

/* Once after all were entered, and after each extension. Entries at `end` and above are left
 * out. TALLY_EXIT_WORLD if memory or temporary files did not suffice. */
MUST_USE enum tally_exit
lineage_link(struct lineage *lineage, uint64_t end, unsigned workers,
	     struct lineage_findings *findings, struct trouble *trouble);

/* The one about the earliest entry, or NULL. */
const struct trouble *
lineage_first(const struct lineage_findings *findings);

/* True if the ballot at `index` takes the place of one that counts, at *previous. Not for entries
 * that were linked before an extension; nor the next two. */
bool
lineage_replaced(const struct lineage *lineage, uint64_t index, uint64_t *previous);

/* True if the log has an earlier ballot of its tag, whatever became of it. */
bool
lineage_known(const struct lineage *lineage, uint64_t index);

/* The ballots that the void at `notice` takes out, *count of them; lent. */
const struct lineage_taken *
lineage_taken(const struct lineage *lineage, uint64_t notice, size_t *count);

#endif
