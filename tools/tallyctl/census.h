/* census: a city's register of inhabitants, as CSV with a heading, becomes the records of a roster
 * (campaign/roster.h). Every row that does not is counted by its reason, and told by its line,
 * never by what stands in it. */
#ifndef TALLY_TOOLS_CENSUS_H
#define TALLY_TOOLS_CENSUS_H

#include "campaign/roster.h"
#include "tally/status.h"
#include "tally/tag.h"
#include "tools/tallyctl/birth.h"

enum census_refusal {
	CENSUS_TAKEN,
	CENSUS_RAGGED,      /* fewer fields than the heading, or more */
	CENSUS_NO_IDENTITY, /* not of the campaign's form */
	CENSUS_NO_BIRTH,    /* no day of birth */
	CENSUS_TOO_YOUNG,
	CENSUS_TOO_OLD,
	CENSUS_NO_DISTRICT, /* none of the campaign's */
	CENSUS_DOUBLE,      /* the same person again, in the same district */
	CENSUS_TORN,        /* the same person in another district: the first row is taken */
	CENSUS_REFUSALS,
};

struct census {
	const struct manifest *manifest;
	uint8_t secret[TALLY_TAG_SECRET_SIZE];
	const char *identity;  /* names of columns; identity NULL: the first */
	const char *birth;     /* NULL: from the CNP, if ages are asked for */
	const char *district;  /* NULL: the campaign has none */
	const char *districts; /* CSV "code;district id", or NULL: the column has ids */
	bool aged;
	int age_min;
	int age_max;
	struct birth_day on;

	/* made */
	uint8_t *records; /* sorted */
	size_t count;
	size_t refused[CENSUS_REFUSALS];
};

/* TALLY_EXIT_FINE if the file could be read, whatever was refused. census_free is due. */
MUST_USE enum tally_exit
census_read(struct census *census, const char *path);

/* "is too young", ... */
const char *
census_refusal_text(enum census_refusal refusal);

void
census_free(struct census *census);

#endif
