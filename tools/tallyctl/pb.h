/* pb: participatory budgeting elections in Pabulib's .pb format, read into memory.
 *
 * Three sections, in order: META (key;value), PROJECTS, VOTES, each a title line, a header line
 * and rows. Section and column names are matched without regard to case; columns may come in
 * any order and unknown ones are left aside, and told; ids are compared exactly, blanks around them
 * dropped. The reader judges the shape; what a vote may be is the caller's to judge. */
#ifndef TALLY_TOOLS_PB_H
#define TALLY_TOOLS_PB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

enum {
	PB_UNKNOWN_PROJECT = UINT16_MAX,
	PB_PROJECTS_MAX = 60000,
	PB_CHOICES_MAX = 1024
};

/* What a project costs that was withdrawn after its file was made. */
#define PB_WITHDRAWN_COST "999999999"

struct pb_meta {
	const char *key;
	const char *value;
};

struct pb_project {
	const char *id;
	const char *name;     /* "" where there is none */
	const char *category; /* the whole cell, "" where there is none; so are the next five */
	const char *neighborhood;
	const char *cost_cell;
	const char *votes_cell;
	const char *score_cell;
	const char *selected_cell;
	int64_t cost; /* minor units: the file's number times 10^places, exactly */
	size_t line;
};

struct pb_vote {
	const char *voter_id;
	const char *points_cell; /* "" where there is none */
	size_t line;
	size_t first; /* its choices are pb->choices[first, first + count) */
	size_t count;
};

/* What of a file is not as it should be, and can be read all the same. */
struct pb_oddities {
	bool marked;             /* begins with a byte order mark */
	bool cut;                /* the last line has no end */
	size_t lines_lf;         /* rows that end in LF, */
	size_t lines_crlf;       /* and in CR LF */
	size_t blank_lines;      /* left aside */
	size_t loose_quotes;     /* cells with a quote in unquoted text, which is text */
	size_t unknown_columns;  /* left aside */
	size_t unknown_keys;     /* of META, left aside */
	char unknown_names[256]; /* the first of both, with commas */
};

struct pb {
	char *text;
	unsigned places; /* decimals of minor units: 0 if all money is whole, else at least 2 */
	struct pb_oddities oddities;
	size_t meta_count;
	struct pb_meta *meta;
	size_t projects_count;
	struct pb_project *projects;
	size_t votes_count;
	struct pb_vote *votes;
	uint16_t
	    *choices; /* places in projects as the votes list them, or PB_UNKNOWN_PROJECT */
};

struct pb_fault {
	size_t line; /* 0: not of one line */
	char sentence[192];
};

/* NULL and *fault filled if the text is not a .pb file. The text is copied. */
MUST_USE struct pb *
pb_parse(const char *text, size_t size, struct pb_fault *fault);

void
pb_free(struct pb *pb);

/* Value of a META key, or NULL. */
const char *
pb_meta(const struct pb *pb, const char *key);

/* Does the project cost PB_WITHDRAWN_COST, with decimals or without? */
bool
pb_withdrawn(const struct pb *pb, const struct pb_project *project);

/* A sum of money in minor units. False if it is not a number (decimal.h), or has more decimals. */
MUST_USE bool
pb_money(const struct pb *pb, const char *text, int64_t *out);

#endif
