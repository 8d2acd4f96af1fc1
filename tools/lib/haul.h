/* haul: one update of a mirror under way; for mirror*.c alone. */
#ifndef TALLY_TOOLS_HAUL_H
#define TALLY_TOOLS_HAUL_H

#include <pthread.h>

#include "tools/lib/mirror.h"

enum {
	HAUL_CONNECTIONS = 8,
	HAUL_MISSING_MAX = 16, /* a server without so many files has not the log */
};

/* One connection and its memory. */
struct carrier {
	struct http *http;
	struct bundle bundle;
	uint8_t *data;
	size_t capacity;
	char temporary[32];
};

struct haul {
	struct mirror *mirror;
	struct carrier carriers[HAUL_CONNECTIONS];
	int level;
	uint64_t first;       /* job 0 is this tile */
	pthread_mutex_t lock; /* of mirror's counts and what follows */
	bool failed;
	struct trouble trouble;
};

/* The file appears in the folder, whole. `temporary` is the name it has before. */
enum tally_exit
haul_store(const struct mirror *mirror, const char *temporary, const char *name,
	   struct bytes bytes, struct trouble *trouble);

/* Fetches into carrier->data. */
enum tally_exit
haul_fetch(struct haul *haul, struct carrier *carrier, const char *name, size_t size_max,
	   size_t *size, bool *found, struct trouble *trouble);

/* The server does not have a file that it should. */
void
haul_count_missing(struct haul *haul);

/* Tiles that `level` has at the checkpoint. */
uint64_t
haul_tiles_at(const struct haul *haul, int level);

/* Tile `number` of haul->level is there afterwards, if the server has it; a bundle is then in
 * carrier->bundle too, and its texts are there. */
enum tally_exit
haul_bring(struct haul *haul, struct carrier *carrier, uint64_t number,
	   struct trouble *trouble);

/* A checkpoint as the server gave it. */
struct served {
	bool found;
	struct checkpoint checkpoint;
	size_t size;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
};

/* mirror_notes.c: the server's checkpoint, and, if folder->next and it is beyond that, the one
 * that waits. Both are signed by the log key. */
enum tally_exit
haul_notes(struct haul *haul, struct served *published, struct served *waiting,
	   struct trouble *trouble);

enum tally_exit
haul_store_notes(const struct haul *haul, const struct served *published,
		 const struct served *waiting, struct trouble *trouble);

/* mirror_law.c: what only a campaign with sealed results has; mirror->sealed is the answer. */
enum tally_exit
haul_law(struct haul *haul, struct trouble *trouble);

/* What stands at the newest checkpoint: the file `results`, if there is one. */
enum tally_exit
haul_results(struct haul *haul, struct trouble *trouble);

/* mirror_roster.c: the roster, where the manifest commits to one; bundle 0, or law/, is there. */
enum tally_exit
haul_roster(struct haul *haul, struct trouble *trouble);

#endif
