/* test: what every test program includes: cmocka and its prerequisites, seeds, shared data. */
#ifndef TALLY_TESTS_TEST_H
#define TALLY_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

/* A small seeded generator (splitmix64): the same seed gives the same test. */
struct test_random {
	uint64_t state;
};

/* Seed from the environment variable TEST_SEED, else `fallback`; printed, so that a failure can
 * be run again. */
struct test_random
test_random_make(uint64_t fallback);

uint64_t
test_random_next(struct test_random *random);

/* Uniform in [0, below). below > 0. */
uint64_t
test_random_below(struct test_random *random, uint64_t below);

void
test_random_fill(struct test_random *random, void *memory, size_t size);

/* Whole file, malloc'ed, NUL after its end (not counted). NULL if it cannot be read. */
uint8_t *
test_file_read(const char *path, size_t *size);

/* Path of a file in the shared data folder ($TALLY_DATA, else ../shared/data from the
 * repository's root), or NULL after one "SKIPPED: ..." line if it is absent. Static buffer. */
const char *
test_data(const char *name);

/* Decodes lower-case hex; returns the size. Fails the test on bad digits. */
size_t
test_hex(const char *text, uint8_t *out, size_t capacity);

#endif
