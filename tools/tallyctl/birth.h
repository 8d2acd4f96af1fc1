/* birth: days of birth, and how old somebody is on a day. */
#ifndef TALLY_TOOLS_BIRTH_H
#define TALLY_TOOLS_BIRTH_H

#include "base/bytes.h"
#include "base/check.h"

struct birth_day {
	int year;
	int month; /* 1 to 12 */
	int day;   /* a day of that month */
};

/* "2008-02-29". False if there is no such day from 1800 to 9999. */
MUST_USE bool
birth_parse(struct bytes text, struct birth_day *out);

/* What a CNP says: its first digit the century (1, 2: 1900; 3, 4: 1800; 5, 6: 2000), six digits the
 * day. False where it says none (7, 8, 9: residents, foreigners) or no such day. 13 digits. */
MUST_USE bool
birth_of_cnp(struct bytes cnp, struct birth_day *out);

/* Whole years; who was born on the 29th of February is a year older on the 1st of March. Negative
 * before birth. */
int
birth_age(const struct birth_day *born, const struct birth_day *on);

#endif
