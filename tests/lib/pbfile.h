/* pbfile: a .pb file read a second time, apart from tools/tallyctl/pb.h: no more than an outcome
 * rests on, and what the file says came out. A file that is not as it should be fails the test. */
#ifndef TALLY_TESTS_PBFILE_H
#define TALLY_TESTS_PBFILE_H

#include "campaign/manifest.h"
#include "outcome/profile.h"

enum {
	PBFILE_PROJECTS_MAX = 256
};

struct pbfile_project {
	const char *id;
	int64_t cost;   /* in `unit`s */
	long selected;  /* -1: the file does not say */
	bool withdrawn; /* by a cost of 999999999 */
};

struct pbfile {
	char *text;
	const char *vote_type;
	const char *rule;
	int64_t unit; /* 1, or 100 where a cost or the budget has decimals */
	int64_t budget;
	int64_t threshold; /* 0: none */
	size_t doubled;    /* projects that a ballot names again: counted once */
	size_t projects_count;
	struct pbfile_project projects[PBFILE_PROJECTS_MAX];
	struct profile
	    votes; /* equal ballots together; values: points, or the rank where none are */
	size_t votes_capacity;
};

struct pbfile *
pbfile_read(const char *path);

void
pbfile_free(struct pbfile *file);

#endif
