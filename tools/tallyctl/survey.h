/* survey: the limits a .pb file states, and what in its votes is at odds with them or odd. */
#ifndef TALLY_TOOLS_SURVEY_H
#define TALLY_TOOLS_SURVEY_H

#include "tally/status.h"
#include "tools/tallyctl/pb.h"

struct survey_limits {
	bool single; /* choose-1: exactly one project */
	int64_t min; /* least and most projects; 0: none stated */
	int64_t max;
	int64_t budget; /* greatest sum of costs, in hundredths; -1: none stated */
};

/* Counts of ballots. */
struct survey {
	size_t repeated_project; /* name a project twice */
	size_t unknown_project;  /* name one that PROJECTS does not have */
	size_t repeated_voter;   /* of a voter_id that was there before */
	size_t empty;
	size_t over_one; /* choose-1, and more than one project */
	size_t under_min;
	size_t over_max;
	size_t over_budget;
};

/* Limits as META states them. TALLY_EXIT_USAGE, with a complaint, for a vote type this release
 * does not run, and for limits that are no numbers. */
MUST_USE enum tally_exit
survey_limits_read(const struct pb *pb, struct survey_limits *out);

/* `occurrences` as survey_occurrences gives them. */
void
survey_take(const struct pb *pb, const struct survey_limits *limits,
	    const uint32_t *occurrences, struct survey *out);

/* For every vote: 1 if its voter_id was not there before, else 2, 3, ... The caller frees it.
 */
uint32_t *
survey_occurrences(const struct pb *pb);

/* The projects a vote names, known ones, once each, ascending: at most PB_CHOICES_MAX places.
 * Returns how many. */
size_t
survey_choices(const struct pb *pb, const struct pb_vote *vote,
	       uint16_t places[PB_CHOICES_MAX]);

#endif
