/* amount: numbers as a person writes them on a command line. Each returns false, and sets nothing,
 * if the text is not wholly such a number. */
#ifndef TALLY_BENCH_AMOUNT_H
#define TALLY_BENCH_AMOUNT_H

#include <stdbool.h>

/* "2.5", "1e3": finite, not negative. */
bool
amount_number(const char *text, double *out);

/* "1%", "0.01". */
bool
amount_share(const char *text, double *out);

/* "A:B:C": exactly `count` numbers. */
bool
amount_numbers(const char *text, double *out, int count);

#endif
