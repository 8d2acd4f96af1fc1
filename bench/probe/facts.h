/* facts: what the probe's workers find out about ballots: the least that any engine has to know
 * about each (genuine, by which path; a keyed name of its tag; its leaf hash). No rules, no law.
 *
 * facts_begin once; then any thread. */
#ifndef TALLY_BENCH_FACTS_H
#define TALLY_BENCH_FACTS_H

#include "tree/frontier.h"
#include "verify/verifier.h"

enum {
	FACTS_NAME_SIZE = 16
};

struct facts {
	struct bytes entry; /* in: kind byte, ballot */
	bool genuine;
	uint8_t name[FACTS_NAME_SIZE];
	struct tree_hash leaf;
};

/* Without a verifier every ballot that has the shape of one is taken for genuine. */
void
facts_begin(const struct verifier *verifier);

void
facts_find(struct facts *facts, size_t count);

#endif
