/* vector: golden values from the files in tests/vectors, read from the repository's root.
 *
 * A line is a name, a space and lower-case hex ("-" where the value is empty), or a text after a
 * quote mark; `#` begins a comment line. The README.md there says it in full. */
#ifndef TALLY_TESTS_VECTOR_H
#define TALLY_TESTS_VECTOR_H

#include "tests/lib/test.h"

/* The value of `name` in tests/vectors/`file`: its size, and the bytes in `out`. Fails the test
 * if the file or the name is absent or the value larger than `capacity`. */
size_t
test_vector(const char *file, const char *name, uint8_t *out, size_t capacity);

/* The same in memory that lasts as long as the program, with a NUL after it that is not counted. */
struct bytes
test_vector_view(const char *file, const char *name);

/* Fails the test unless the value of `name` is exactly `actual`. */
void
assert_vector(const char *file, const char *name, struct bytes actual);

#endif
