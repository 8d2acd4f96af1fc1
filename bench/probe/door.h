/* door: the probe's side of the wire protocol (frame/frame.h): HELLO with the checkpoint of an
 * empty log, any AUTH is welcome, SUBMIT is answered by VERDICT, whatever else ends the
 * connection. The loop's thread alone. */
#ifndef TALLY_BENCH_DOOR_H
#define TALLY_BENCH_DOOR_H

#include "bench/probe/course.h"
#include "campaign/manifest.h"
#include "tally/status.h"

/* Listens on a free port of 127.0.0.1: its number. Both pointers are kept. */
unsigned
door_begin(uv_loop_t *loop, const struct manifest *manifest,
	   const struct note_private_key *log);

/* Nothing where the client is gone. What is answered leaves with the next flush. */
void
door_answer(struct course_sender to, enum tally_verdict verdict, uint64_t index);

void
door_flush(void);

#endif
