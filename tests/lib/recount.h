/* recount: the tally a second time, slowly, from votes as a test wrote them.
 *
 * Shares nothing with engine/tally: it reads no ballot bytes and keeps no running numbers. */
#ifndef TALLY_TESTS_RECOUNT_H
#define TALLY_TESTS_RECOUNT_H

#include "tests/lib/campaign.h"

enum {
	recount_choices_max = 64
};

struct recount_vote {
	struct campaign_vote vote; /* its choices are those below */
	struct campaign_choice choices[recount_choices_max];
	bool counted; /* else it was replaced, */
	bool voided;  /* or this */
};

/* The canonical text (tally/counts.h) at `index`, malloc'ed and NUL-terminated. `enrolled`: tags,
 * where the campaign has a roster. */
char *
recount_text(const struct campaign *campaign, const struct recount_vote *votes, size_t count,
	     uint64_t index, size_t enrolled);

#endif
