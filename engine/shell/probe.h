/* probe: reads a whole book in a child process, because a damaged one can crash its reader or
 * keep it for ever.
 *
 * The child sends every pair of the file over a pipe; what it sends is checked for shape and
 * order, not for truth: that is the sum's work (shell/home.h). Call it before any thread is
 * started. */
#ifndef TALLY_SHELL_PROBE_H
#define TALLY_SHELL_PROBE_H

#include "shell/book.h"

enum {
	PROBE_VALUE_MAX = 64 * 1024 * 1024
};

/* A key of 1 byte (the state's, first of all) or of CHANGE_KEY_SIZE, ascending. False stops. */
typedef bool
probe_visit(void *context, struct bytes key, struct bytes value);

/* DISK_OK: everything in the file was visited, or the visitor stopped. DISK_DAMAGED: the child
 * crashed, was late, or sent rubbish. Else the world refused. */
MUST_USE int
probe_book(int folder_fd, const char *name, probe_visit *visit, void *context,
	   unsigned deadline_ms);

#endif
