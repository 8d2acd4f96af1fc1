/* pbvote: one vote of a .pb file as the choices of a ballot.
 *
 * A project named twice is taken once, where it is named first; one that PROJECTS does not have is
 * left out. Values: 1 (approval, choose-1), the place among what is taken (ordinal), the points
 * beside it (cumulative, scoring). */
#ifndef TALLY_TOOLS_PBVOTE_H
#define TALLY_TOOLS_PBVOTE_H

#include "ballot/ballot.h"
#include "tools/tallyctl/pb.h"

enum pbvote_type {
	PBVOTE_APPROVAL,
	PBVOTE_CHOOSE_1,
	PBVOTE_ORDINAL,
	PBVOTE_CUMULATIVE,
	PBVOTE_SCORING,
};

struct pbvote {
	size_t count;
	struct ballot_choice choices[PB_CHOICES_MAX]; /* ascending by option */
	size_t unknown;                               /* named, and left out */
	size_t repeated;                              /* named before */
	bool other_points; /* ordinal: there are points, which are not those of the places */
};

/* META's words for it: "choose-1". False if there is no such type. */
MUST_USE bool
pbvote_type_find(const char *word, enum pbvote_type *out);

/* True if votes of that type have points beside the projects. */
bool
pbvote_has_points(enum pbvote_type type);

/* False, and why in *sentence, if there are not as many points as projects, or one of them is not a
 * whole number. */
MUST_USE bool
pbvote_read(const struct pb *pb, const struct pb_vote *from, enum pbvote_type type,
	    struct pbvote *out, const char **sentence);

#endif
