/* patience: how long a test waits for what has to come. */
#ifndef TALLY_TESTS_PATIENCE_H
#define TALLY_TESTS_PATIENCE_H

/* What comes at all comes before this, on the slowest of machines: who has waited so long has
 * waited in vain. Nothing that passes takes that long. */
enum {
	TEST_PATIENCE_S = 100,
	TEST_PATIENCE_MS = TEST_PATIENCE_S * 1000,
};

#endif
