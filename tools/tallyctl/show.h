/* show: what signed bytes say, as JSON; and any such JSON as lines for people. */
#ifndef TALLY_TOOLS_SHOW_H
#define TALLY_TOOLS_SHOW_H

#include <jansson.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "campaign/manifest.h"
#include "tally/status.h"

/* Adds a ballot's fields to `object`: with a manifest also names, titles and whether the ballot
 * is genuine in that campaign. Returns that verdict; without a manifest the one about its
 * shape. */
enum tally_verdict
show_ballot(json_t *object, struct bytes bytes, const struct manifest *manifest);

/* Adds an entry's kind, leaf hash and fields. False if it is of no known kind or shape. */
bool
show_entry(json_t *object, struct bytes bytes, const struct manifest *manifest);

json_t *
show_hex(struct bytes bytes);

/* Prints `object` on stdout and gives it back: one line of JSON, or lines of "key: value". */
void
show_print(json_t *object, bool as_json);

#endif
