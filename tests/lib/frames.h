/* frames: what the tests of the wire protocol's messages share. */
#ifndef TALLY_TESTS_FRAMES_H
#define TALLY_TESTS_FRAMES_H

#include "frame/frame.h"
#include "tests/lib/test.h"

/* The only frame in the writer. */
struct frame
only_frame(const struct writer *writer);

/* Cuts the payload at every size. Shapes that end in free bytes parse at any size from `least`;
 * the others have only the whole size. */
void
refuses_truncation(struct bytes payload, size_t least, bool (*parses)(struct bytes));

#endif
