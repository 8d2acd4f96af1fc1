/* results: what stands at a published checkpoint, as the JSON of public/results.
 *
 * While counts are public:
 *   {"campaign":"<hex id>","test":B,"index":N,"phase":"before|open|closed","ballots":counted,
 *    "replaced":N,"voided":N,"in_tree":N,["roster":N,"enrolled":N,]
 *    "districts":[{"id":S,"ballots":N}],
 *    "contests":[{"id":S,"ballots":N,"blank":N,"abstained":N,
 *                 "options":[{"id":S,"votes":N,"score":N[,"withdrawn":true][,"positions":[N]]
 *                             [,"districts":[{"id":S,"votes":N,"score":N[,"first":N]}]]}],
 *                 ["pairs":[[N]],]"winners":[S] or null,"outcome":S}],
 *    ["paper":{"sheets":N,"papers":N,
 *              "contests":[{"id":S,"ballots":N,"blank":N,"abstained":N,
 *                           "options":[{"id":S,"votes":N,"score":N}]}]},]
 *    "checkpoint":S}
 * with the numbers of the tally's text (counts.h): roster and enrolled if there is a roster,
 * districts of an option if several vote on it, those with votes; positions, first and pairs of
 * ranked contests; paper if there are sheets.
 * While they are sealed:
 *   {"campaign":S,"test":B,"index":N,"phase":S,"sealed":true,"turnout":counted,
 *    "districts":[{"id":S,"turnout":N or null}],"checkpoint":S}
 * One line, LF at its end. `index` is the checkpoint's size, `checkpoint` the signed note. What an
 * id or the note has of `"`, `\` and bytes below 0x20 is escaped (RFC 8259 section 7).
 *
 * A district's turnout is shown if it is above results_hidden_max. Where that hides exactly one,
 * the total would tell it: the smallest one shown (the first of several) is hidden as well. */
#ifndef TALLY_TALLY_RESULTS_H
#define TALLY_TALLY_RESULTS_H

#include "campaign/law.h"
#include "tally/counts.h"

enum {
	results_hidden_max = 10
};

/* Who has won a contest. */
struct results_winners {
	bool known; /* else null */
	size_t count;
	const uint16_t *options; /* places in the contest, in the order in which they won */
};

struct results {
	uint64_t index;
	const struct law *law;
	const struct counts *counts;
	const struct results_winners *winners; /* one of each contest; not used if sealed */
	struct bytes note;
	bool sealed;
};

/* Upper bound of the JSON's size with a note of at most TALLY_CHECKPOINT_SIZE_MAX bytes. */
size_t
results_size_max(const struct manifest *manifest);

/* Reads everything during the call only. */
void
results_write(struct writer *writer, const struct manifest *manifest,
	      const struct results *results);

#endif
