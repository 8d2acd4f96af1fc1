/* csvcell: a cell of a CSV file, RFC 4180. */
#ifndef TALLY_TOOLS_CSVCELL_H
#define TALLY_TOOLS_CSVCELL_H

#include <stdio.h>

/* Quoted where it must be. */
void
csvcell_print(FILE *out, const char *text);

#endif
