/* stagedisk: what chores of a stage do to its disk, and how a station is made from it. For
 * stage.c alone. */
#ifndef TALLY_TESTS_STAGEDISK_H
#define TALLY_TESTS_STAGEDISK_H

#include "tests/lib/stage.h"

/* The campaign's entries and the first checkpoint. */
void
stagedisk_found(struct stage *stage);

void
stagedisk_free(struct stage *stage);

void
stagedisk_commit(struct stage *stage, const struct station_batch *batch);

/* Remembers and signs; the text is stage->remembered_note. */
void
stagedisk_sign(struct stage *stage, const struct station_sign *sign);

void
stagedisk_publish(struct stage *stage);

void
stagedisk_keep(struct stage *stage);

/* A copy of the ballot entry; its size. */
size_t
stagedisk_fetch(const struct stage *stage, uint64_t index, uint8_t *memory);

/* Reads for a void: now and then only a part. */
void
stagedisk_gather(struct stage *stage, struct gather *gather);

/* Fills the answer of a receipt or a comparison. */
void
stagedisk_read(struct stage *stage, struct station_read *read);

/* A new process from the disk. */
void
stagedisk_start(struct stage *stage, bool kept);

void
stagedisk_drop(struct stage *stage);

#endif
