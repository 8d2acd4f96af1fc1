/* voters: a stream of ballots with revotes, voids and enrolments, put into a test store, and the
 * poll book table that they make. Signatures are zeros: nothing below the station looks at them. */
#ifndef TALLY_TESTS_VOTERS_H
#define TALLY_TESTS_VOTERS_H

#include "campaign/manifest.h"
#include "pollbook/decision.h"
#include "shell/home.h"
#include "tests/lib/pollbook.h"
#include "tests/lib/store.h"

enum {
	TEST_VOTERS_MAX = 50000
};

struct test_voters {
	struct test_store *store;
	struct test_random random;
	struct manifest manifest;
	struct manifest_frontend frontends[2];
	uint32_t voters_count; /* ballots come from tags below */
	uint16_t revisions[TEST_VOTERS_MAX];
	uint8_t keys[TEST_VOTERS_MAX]; /* how often its key has changed */
	struct pollbook_table table;
	struct frontier frontier;
};

struct test_voters *
test_voters_make(uint64_t seed, bool revotes, bool voter_mode, uint32_t voters_count);

void
test_voters_free(struct test_voters *voters);

/* Grows store, table and frontier to `size` entries; one of sixteen is a PHASE, one of forty a
 * void, one of sixty enrols tags. */
void
test_voters_vote(struct test_voters *voters, size_t size);

/* The state of now. `replay` is some text of the test's. */
struct home_state
test_voters_state(const struct test_voters *voters, struct bytes replay);

#endif
