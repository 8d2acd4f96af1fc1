/* statement: what tallyd states of the results, the JSON of public/results (include/README.md,
 * section 11): over HTTP, or from a folder. It is not signed: a recount is what proves. */
#ifndef TALLY_TOOLS_STATEMENT_H
#define TALLY_TOOLS_STATEMENT_H

#include <jansson.h>

#include "base/bytes.h"
#include "base/check.h"
#include "tally/status.h"

enum {
	STATEMENT_SIZE_MAX = 64 * 1024 * 1024
};

/* NULL, and *why, if the text is not of that form; the caller gives it back (json_decref). */
MUST_USE json_t *
statement_parse(struct bytes text, const char **why);

/* URL/results. Complains. */
MUST_USE enum tally_exit
statement_fetch(const char *url, json_t **out);

/* No counts: results are sealed. */
bool
statement_sealed(const json_t *statement);

/* On stdout, for people: options by votes, or the turnout while results are sealed. */
void
statement_print(const json_t *statement);

#endif
