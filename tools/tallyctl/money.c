#include "tools/tallyctl/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int
money_decimals(unsigned units)
{
	return units >= 1000 ? 3 : units >= 100 ? 2 : units >= 10 ? 1 : 0;
}

void
money_text(int64_t amount, unsigned units, char text[MONEY_TEXT_SIZE])
{
	uint64_t size = amount < 0 ? 0 - (uint64_t)amount : (uint64_t)amount;
	const char *sign = amount < 0 ? "-" : "";

	if (size % units == 0)
		snprintf(text, MONEY_TEXT_SIZE, "%s%" PRIu64, sign, size / units);
	else
		snprintf(text, MONEY_TEXT_SIZE, "%s%" PRIu64 ".%0*" PRIu64, sign, size / units,
			 money_decimals(units), size % units);
}

bool
money_units(const char *text, unsigned *units)
{
	static const char *const names[] = {"1", "10", "100", "1000"};

	*units = 1;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++, *units *= 10) {
		if (strcmp(text, names[i]) == 0)
			return true;
	}
	return false;
}
