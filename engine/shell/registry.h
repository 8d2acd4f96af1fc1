/* registry: the roster (campaign/roster.h) of a data directory.
 *
 *   DIR/roster           0644, written once, when the directory is made
 *   DIR/public/roster    the same file (a hard link)
 *
 * A start maps it and hashes all of it again; from then on workers look tags up in it.
 * Thread: one; what is open is read by any. */
#ifndef TALLY_SHELL_REGISTRY_H
#define TALLY_SHELL_REGISTRY_H

#include "campaign/roster.h"
#include "shell/disk.h"

struct registry {
	struct roster roster;
	void *map; /* NULL: none */
	size_t size;
};

/* Is the file NAME in `from_fd` the campaign's roster? Else DISK_DAMAGED, or what kept us from
 * reading it. */
MUST_USE int
registry_check(int from_fd, const char *name, const struct manifest *manifest);

/* The same, and writes it to DIR/roster, synced; the folder's name is the caller's to sync. */
MUST_USE int
registry_copy(int dir_fd, int from_fd, const char *name, const struct manifest *manifest);

/* Maps DIR/roster and checks it; `registry` is zero before. registry_close is due in any case. */
MUST_USE int
registry_open(struct registry *registry, int dir_fd, const struct manifest *manifest);

/* The same with the file NAME in `from_fd`. */
MUST_USE int
registry_open_other(struct registry *registry, int from_fd, const char *name,
		    const struct manifest *manifest);

/* Shows it in DIR/public, which exists. */
MUST_USE int
registry_show(int dir_fd);

void
registry_close(struct registry *registry);

#endif
