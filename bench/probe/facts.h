/* facts: what the probe's workers find out about ballots: the least that any engine has to know
 * about each (genuine, by which path; a keyed name of its tag; its leaf hash). No rules, no law.
 *
 * facts_begin once; then any thread. */
#ifndef TALLY_BENCH_FACTS_H
#define TALLY_BENCH_FACTS_H

#include "campaign/manifest.h"

enum facts_path {
	FACTS_NONE, /* every ballot that has the shape of one is taken for genuine */
	FACTS_LIBSODIUM,
	FACTS_PORTABLE, /* tables for keys of the manifest; libsodium for voters' own */
	FACTS_IFMA,
	FACTS_PATHS,
};

enum {
	FACTS_NAME_SIZE = 16
};

struct facts {
	struct bytes entry; /* in: kind byte, ballot */
	bool genuine;
	uint8_t name[FACTS_NAME_SIZE];
	uint8_t leaf[TALLY_HASH_SIZE];
};

extern const char *const facts_paths[FACTS_PATHS];

/* False if this processor or this build does not have the path. */
bool
facts_begin(const struct manifest *manifest, enum facts_path path);

void
facts_find(struct facts *facts, size_t count);

/* SHA-256(01 || left || right). */
void
facts_node(const uint8_t *left, const uint8_t *right, uint8_t out[TALLY_HASH_SIZE]);

#endif
