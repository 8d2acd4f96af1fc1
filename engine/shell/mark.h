/* mark: a decimal number in a file of the data directory: up to where something derived is proven
 * to be on disk. Thread: any. */
#ifndef TALLY_SHELL_MARK_H
#define TALLY_SHELL_MARK_H

#include "shell/disk.h"

/* 0 if there is no such file or no such number in it. */
MUST_USE int
mark_read(int dir_fd, const char *name, uint64_t *mark);

/* The same of the tree's size in a checkpoint, whose signature is nobody's business here. */
MUST_USE int
mark_read_note(int dir_fd, const char *name, uint64_t *mark);

/* Synced. */
MUST_USE int
mark_write(int dir_fd, const char *name, uint64_t mark);

#endif
