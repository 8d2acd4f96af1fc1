#include "bench/tally-bench/amount.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number at *text, which is moved behind it. */
static bool
take(const char **text, double *out)
{
	char *end;
	double value;

	if (!isdigit((unsigned char)**text) && **text != '.')
		return false;
	value = strtod(*text, &end);
	if (end == *text || !isfinite(value))
		return false;
	*text = end;
	*out = value;
	return true;
}

bool
amount_number(const char *text, double *out)
{
	double value;

	if (!take(&text, &value) || *text != 0)
		return false;
	*out = value;
	return true;
}

bool
amount_share(const char *text, double *out)
{
	double value;

	if (!take(&text, &value))
		return false;
	if (strcmp(text, "%") == 0)
		value /= 100;
	else if (*text != 0)
		return false;
	*out = value;
	return true;
}

bool
amount_numbers(const char *text, double *out, int count)
{
	double values[8];

	if (count > (int)(sizeof values / sizeof *values))
		return false;
	for (int i = 0; i < count; i++) {
		if (i > 0 && *text++ != ':')
			return false;
		if (!take(&text, &values[i]))
			return false;
	}
	if (*text != 0)
		return false;
	memcpy(out, values, (size_t)count * sizeof *out);
	return true;
}
