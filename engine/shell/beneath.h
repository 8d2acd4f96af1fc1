/* beneath: opens regular files below one folder, whatever somebody has put there.
 *
 * No symbolic link on the way is followed and no name leads out of the folder; where the kernel
 * has no openat2 (before Linux 5.6, or forbidden by a filter) the name is walked folder by folder.
 * Neither a FIFO nor a device is waited for. Any thread. */
#ifndef TALLY_SHELL_BENEATH_H
#define TALLY_SHELL_BENEATH_H

#include "base/check.h"

#include <sys/stat.h>

/* Opens `name`, relative and without empty, "." and ".." parts, for reading; *about is fstat's.
 * DISK_OK and a descriptor that is the caller's to close; DISK_ABSENT if there is no such file, or
 * not a regular one; DISK_FAILED. */
MUST_USE int
beneath_open(int folder_fd, const char *name, int *fd, struct stat *about);

/* The same without openat2. */
MUST_USE int
beneath_walk(int folder_fd, const char *name, int *fd, struct stat *about);

#endif
