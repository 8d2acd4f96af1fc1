/* convert: an election of a .pb file as a test campaign with its ballots.
 *
 * Every vote becomes one ballot, in the file's order, with a tag of its own: the identity is
 * the voter_id (opaque), and for a voter_id that was there before, voter_id, NUL, and the
 * decimal number of its occurrence (2, 3, ...). What a vote becomes is in pbvote.h, the rule in
 * pboutcome.h. */
#ifndef TALLY_TOOLS_CONVERT_H
#define TALLY_TOOLS_CONVERT_H

#include "tally/status.h"
#include "tools/tallyctl/pb.h"

/* Writes the campaign folder `out` and prints the campaign id; what is odd about the file is
 * told on stderr. Not strict: a limit that ballots break is left out of the manifest, a project
 * that is not in PROJECTS is left out of the ballot. `path` names the file that pb is from. */
MUST_USE enum tally_exit
convert_pb(const struct pb *pb, const char *path, bool strict, const char *out);

#endif
