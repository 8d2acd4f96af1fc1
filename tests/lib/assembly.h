/* assembly: voters who share money, for tests of the rules that read ballots.
 *
 * Options are "a", "b", ...; a ballot is written as its options' letters, each with a value behind
 * it where that is not 1: "acd", "a3b-1". One pool has all options; ties are as listed. */
#ifndef TALLY_TESTS_ASSEMBLY_H
#define TALLY_TESTS_ASSEMBLY_H

#include "outcome/election.h"
#include "tests/lib/test.h"

enum {
	assembly_options_max = 26
};

struct assembly {
	struct manifest_contest contest;
	struct manifest_option options[assembly_options_max];
	struct manifest_pool pool;
	uint8_t pool_options[assembly_options_max];
	uint8_t running[assembly_options_max];
	uint16_t order[assembly_options_max];
	int64_t strength[assembly_options_max];
	uint64_t votes[assembly_options_max];
	struct profile profile;
	struct election election;
	struct election_result result;
	char winners[assembly_options_max + 1];
};

/* Points into itself: it must not be moved. Utility is cardinality until a test changes it. */
void
assembly_make(struct assembly *assembly, size_t options_count, const int64_t *costs,
	      int64_t budget);

void
assembly_free(struct assembly *assembly);

/* So many equal ballots. */
void
assembly_vote(struct assembly *assembly, unsigned count, const char *ballot);

/* The tie order, first one first. */
void
assembly_ties(struct assembly *assembly, const char *options);

/* Decides, and gives the winners' letters in their order. */
const char *
assembly_decide(struct assembly *assembly,
		bool decide(const struct election *, struct election_result *));

/* The first step that did this to the option ('-': to none); fails the test if there is none. */
const struct election_step *
assembly_step(const struct assembly *assembly, enum election_act act, char option);

/* How many steps of that kind there are. */
size_t
assembly_steps(const struct assembly *assembly, enum election_act act);

#endif
