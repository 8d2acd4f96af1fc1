/* money: amounts of minor units (bani, cents) as people write them. */
#ifndef TALLY_TOOLS_MONEY_H
#define TALLY_TOOLS_MONEY_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MONEY_TEXT_SIZE = 32
};

/* Decimals of an amount: as many as `units` has zeros. */
int
money_decimals(unsigned units);

/* "12", or "12.50" where the amount is not whole: as many decimals as `units` (1, 10, 100 or 1000
 * minor units in one) has zeros. Exact. */
void
money_text(int64_t amount, unsigned units, char text[MONEY_TEXT_SIZE]);

/* 1, 10, 100 or 1000 from a command line; false for anything else. */
bool
money_units(const char *text, unsigned *units);

#endif
