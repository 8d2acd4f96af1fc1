/* interrupt: SIGINT, SIGTERM and SIGHUP end the program with TALLY_EXIT_INTERRUPTED, and files that
 * are half written go with it. A signal that was ignored when the program began stays so. A struct
 * shelter takes these signals over while it exists. */
#ifndef TALLY_TOOLS_INTERRUPT_H
#define TALLY_TOOLS_INTERRUPT_H

enum {
	INTERRUPT_FILES_MAX = 16
};

/* Once, before other threads are started. */
void
interrupt_arm(void);

/* Until interrupt_forget, the file `name` below the open `folder` (or AT_FDCWD) is removed by an
 * interruption. A name that is too long, or one too many, is not. One thread. */
void
interrupt_removes(int folder, const char *name);

/* Nothing is to be removed. */
void
interrupt_forget(void);

#endif
