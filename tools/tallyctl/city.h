/* city: the projects of a participatory budget as a city of 300,000 has them, for test
 * campaigns.
 *
 * Eight zones with 500,000 lei each; in every zone the projects together cost more, so that the
 * vote decides. The names of quarters are real, the projects are made up. */
#ifndef TALLY_TOOLS_CITY_H
#define TALLY_TOOLS_CITY_H

#include <stdint.h>

enum {
	CITY_ZONES = 8,
	CITY_PROJECTS = 45,
	CITY_ZONE_LEI = 500000,
	CITY_CHOICES_MAX = 5,
};

struct city_zone {
	const char *id;
	const char *title_ro;
	const char *title_en;
};

struct city_project {
	const char *id;
	unsigned zone; /* place in city_zones */
	int64_t lei;
	const char *title_ro;
	const char *title_en;
};

extern const struct city_zone city_zones[CITY_ZONES];
extern const struct city_project city_projects[CITY_PROJECTS];

#endif
