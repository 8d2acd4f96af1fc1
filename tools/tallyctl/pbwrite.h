/* pbwrite: files in Pabulib's .pb format, as pb.h reads them.
 *
 * UTF-8, LF at line ends, `;` between cells; a cell is quoted (RFC 4180) if it has `;`, `"` or a
 * line end, or begins or ends with a blank. What pb_parse reads of such a file, pbwrite_all
 * writes again byte for byte. */
#ifndef TALLY_TOOLS_PBWRITE_H
#define TALLY_TOOLS_PBWRITE_H

#include <stdio.h>

#include "tools/tallyctl/pb.h"

/* A section's title and header: META; PROJECTS with project_id, cost, votes, score, name, category,
 * neighborhood, selected; VOTES with voter_id, vote and, if there are any, points. */
void
pbwrite_meta(FILE *out);

void
pbwrite_projects(FILE *out);

void
pbwrite_votes(FILE *out, bool points);

/* One row. */
void
pbwrite_row(FILE *out, const char *const *cells, size_t count);

/* A whole file again; columns that pb.h leaves aside are gone, and so are choices of projects that
 * PROJECTS does not have. */
void
pbwrite_all(FILE *out, const struct pb *pb);

#endif
