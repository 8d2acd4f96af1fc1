/* papercsv: individual paper ballots from a CSV file (csv.h): one row for each paper.
 *
 *   identity   whose paper it is, as the campaign identifies voters
 *   district   id; left out in a campaign without districts
 *   revision   1 if there is no such column
 *   CONTEST    for every contest of the campaign a column of its id: the choices, as `tallyctl
 *              ballot make --choose` takes them behind `=`; empty: abstains
 *
 * Any order of columns; a column of another name is refused. */
#ifndef TALLY_TOOLS_PAPERCSV_H
#define TALLY_TOOLS_PAPERCSV_H

#include "campaign/manifest.h"
#include "tally/status.h"
#include "tools/lib/ballotfile.h"
#include "tree/key.h"

struct papercsv {
	const struct manifest *manifest;
	const struct note_private_key *key; /* the booth's */
	const uint8_t *secret;              /* of the tags */
	struct ballotfile_maker *made;      /* ballots are appended */
	size_t *refused;                    /* papers left out, each with a complaint */
};

/* `text` of `size` bytes, one to spare behind it, is overwritten; `name` is for complaints, which
 * tell the line, never the identity. TALLY_EXIT_USAGE for what is not such a file; a paper that the
 * campaign's rules forbid, or of a voter with a paper in the file already, is left out. */
MUST_USE enum tally_exit
papercsv_read(const char *name, char *text, size_t size, const struct papercsv *import);

#endif
