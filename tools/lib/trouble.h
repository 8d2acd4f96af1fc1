/* trouble: why something could not be done, or what an audit found.
 *
 * A function that can fail returns one of enum tally_exit's numbers and fills a trouble: the
 * sentence "what: why" for people, the exit code the program should end with, and the log index
 * it is about, where there is one. TALLY_EXIT_FAILED says that what was read is wrong (a
 * finding), TALLY_EXIT_WORLD that it could not be read. Plain data; any thread. */
#ifndef TALLY_TOOLS_TROUBLE_H
#define TALLY_TOOLS_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "tally/status.h"

enum {
	TROUBLE_SENTENCE_MAX = 640
};

struct trouble {
	enum tally_exit exit;
	bool has_index;
	uint64_t index;
	char sentence[TROUBLE_SENTENCE_MAX];
};

/* Fills *trouble, without an index; returns `code`, so that `return trouble_set(...)` reads
 * well. */
enum tally_exit
trouble_set(struct trouble *trouble, enum tally_exit code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, about the entry at `index`: the sentence begins with "entry INDEX: ". */
enum tally_exit
trouble_at(struct trouble *trouble, enum tally_exit code, uint64_t index, const char *format,
	   ...) __attribute__((format(printf, 4, 5)));

#endif
