/* oddities: tells on stderr what is odd about a .pb file, a line each: name, number, what was done.
 * The names are in README.md. */
#ifndef TALLY_TOOLS_ODDITIES_H
#define TALLY_TOOLS_ODDITIES_H

#include "tools/tallyctl/survey.h"

/* Of the file's bytes, names and votes, as they are. Limits that ballots break: convert.h. */
void
oddities_tell(const struct pb *pb, const struct survey *survey, bool strict);

/* Projects that are withdrawn: they cost PB_WITHDRAWN_COST. */
size_t
oddities_withdrawn(const struct pb *pb);

/* "NAME: COUNT ballots: what"; nothing if there are none. */
void
oddities_ballots(const char *name, size_t count, const char *what);

#endif
