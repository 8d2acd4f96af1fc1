/* decimal: numbers of .pb files, read exactly: digits, and perhaps a point and more digits. */
#ifndef TALLY_TOOLS_DECIMAL_H
#define TALLY_TOOLS_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

enum {
	DECIMAL_PLACES_MAX = 6
};

/* Greatest number there is: what every reader of JSON keeps exactly. */
#define DECIMAL_MAX (INT64_C(1) << 53)

/* Digits behind the point that are needed to write the number: 0 for "12" and "12.00", 1 for
 * "12.50". False if it is no such number, needs more than DECIMAL_PLACES_MAX, or is too large. */
MUST_USE bool
decimal_places(const char *text, unsigned *places);

/* The number times 10^places. False where that is no whole number, or more than DECIMAL_MAX. */
MUST_USE bool
decimal_scaled(const char *text, unsigned places, int64_t *out);

/* A whole number, perhaps with a minus: "3", "3.0", "-2". */
MUST_USE bool
decimal_whole(const char *text, int32_t *out);

#endif
