/* refusal: a good manifest with one change, and what is said of it. */
#ifndef TALLY_TESTS_REFUSAL_H
#define TALLY_TESTS_REFUSAL_H

#include "tests/lib/campaign.h"

/* The manifest of `wish` in which the first `find` is made `put`; malloc'ed. Fails the test if
 * it has no `find`. */
char *
manifest_changed(const struct campaign_wish *wish, const char *find, const char *put);

/* Parsed; fails the test if it is refused. */
struct manifest *
assert_accepted(const struct campaign_wish *wish, const char *find, const char *put);

struct refusal {
	const char *find;
	const char *put;
	const char *path;
	const char *sentence; /* NULL: any */
};

/* Fails the test unless each change is refused at exactly its path. */
void
assert_refused(const struct campaign_wish *wish, const struct refusal *refusals, size_t count);

#define ASSERT_REFUSED(wish, refusals) \
	assert_refused(wish, refusals, sizeof(refusals) / sizeof *(refusals))

#endif
