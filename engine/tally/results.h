/* results: what stands at a published checkpoint, as the JSON of public/results.
 *
 * While counts are public:
 *   {"campaign":"<hex id>","test":B,"index":N,"phase":"before|open|closed","ballots":counted,
 *    "replaced":N,"voided":N,"in_tree":N,"districts":[{"id":S,"ballots":N}],
 *    "contests":[{"id":S,"ballots":N,"blank":N,"abstained":N,
 *                 "options":[{"id":S,"votes":N,"score":N}],"winners":[],"outcome":S}],
 *    "checkpoint":S}
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

struct results {
	uint64_t index;
	const struct law *law;
	const struct counts *counts;
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
