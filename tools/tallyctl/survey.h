/* survey: the limits a .pb file states, and what in its votes is at odds with them or odd. */
#ifndef TALLY_TOOLS_SURVEY_H
#define TALLY_TOOLS_SURVEY_H

#include "tally/status.h"
#include "tools/tallyctl/pbvote.h"

enum {
	SURVEY_NONE = INT32_MIN /* no such limit is stated */
};

struct survey_limits {
	enum pbvote_type type;
	int64_t min; /* least and most projects; 0: none stated */
	int64_t max;
	int64_t budget;    /* greatest sum of costs, in minor units; -1: none stated */
	int64_t sum;       /* greatest sum of points; -1: none stated */
	int32_t value_min; /* points of one project; cumulative: 0 if none is stated */
	int32_t value_max;
};

struct survey_project {
	int64_t votes;
	int64_t score;
};

/* Counts of ballots, unless said. */
struct survey {
	size_t repeated_project; /* name a project twice */
	size_t unknown_project;  /* name one that PROJECTS does not have */
	size_t repeated_voter;   /* of a voter_id that was there before */
	size_t empty;
	size_t zero_points;  /* name a project with 0 points */
	size_t other_points; /* ordinal, with points that are not those of the places */
	size_t over_one;     /* choose-1, and more than one project */
	size_t under_min;
	size_t over_max;
	size_t over_budget;
	size_t under_value;
	size_t over_value;
	size_t over_sum;
	int32_t value_least; /* found in the votes, 0 where there are none */
	int32_t value_greatest;
	int64_t sum_greatest;
	struct survey_project *projects; /* counted from the votes as pbvote_read takes them */
	size_t votes_differ;             /* projects whose column `votes` is something else */
	size_t score_differs;
	char differing[128]; /* ids of the first of both, with commas */
};

/* Limits as META states them. TALLY_EXIT_USAGE, with a complaint, for a vote type that there is
 * not, for limits that are no numbers, and for a default_score, which would give points to
 * projects that a vote does not name. */
MUST_USE enum tally_exit
survey_limits_read(const struct pb *pb, struct survey_limits *out);

/* `occurrences` as survey_occurrences gives them. TALLY_EXIT_USAGE, with a complaint, for a vote
 * whose points cannot be read; survey_free all the same. */
MUST_USE enum tally_exit
survey_take(const struct pb *pb, const struct survey_limits *limits,
	    const uint32_t *occurrences, struct survey *out);

void
survey_free(struct survey *survey);

/* For every vote: 1 if its voter_id was not there before, else 2, 3, ... The caller frees it. */
uint32_t *
survey_occurrences(const struct pb *pb);

#endif
