/* vectors: reads the files of tests/vectors, whose format is in the README.md there. */
#ifndef TALLY_TESTS_VECTORS_H
#define TALLY_TESTS_VECTORS_H

#include "base/bytes.h"

/* The decoded value of `name` in tests/vectors/`file`, with a NUL after its end (not counted).
 * Fails the test if there is none. Valid until the program ends. */
struct bytes test_vector(const char *file, const char *name);

#endif
