/* pbwords: the names that Pabulib's .pb format has for META keys and columns. */
#ifndef TALLY_TOOLS_PBWORDS_H
#define TALLY_TOOLS_PBWORDS_H

#include <stdbool.h>

/* Without regard to case. */
bool
pbwords_meta(const char *key);

/* A column of VOTES, or of PROJECTS. */
bool
pbwords_column(const char *name, bool votes);

#endif
