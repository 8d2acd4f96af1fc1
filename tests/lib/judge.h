/* judge: what a crowd is answered, against what is on disk at that moment (crowd.h says how). */
#ifndef TALLY_TESTS_JUDGE_H
#define TALLY_TESTS_JUDGE_H

#include "tests/lib/crowd.h"

/* A stage_watch whose context is the crowd. */
void
judge_saw(void *context, unsigned number, const struct frame *frame);

/* True if the entry is of that kind and holds exactly the bytes cast. */
bool
judge_entry_is(const struct stage_entry *entry, uint8_t kind, const struct crowd_cast *cast);

/* True if some PHASE on disk says so, or if the phase is before. */
bool
judge_phase_was(const struct stage *stage, enum tally_phase phase);

#endif
