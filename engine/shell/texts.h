/* texts: the canonical texts of TALLY entries, on their way to DIR/public/tally.
 *
 * First they are queued in memory, then they wait in DIR/sealed/tally/<index> (folders 0700,
 * files 0600: nobody else reads there), then they are printed: each compared with the salted hash
 * in its entry and put at DIR/public/tally/<index>. What was printed is removed from the waiting
 * place only when its checkpoint is public, so that a crash leaves it in one of them at least.
 *
 * Threads: texts_add and texts_has may be called by any; the rest is the publisher's. */
#ifndef TALLY_SHELL_TEXTS_H
#define TALLY_SHELL_TEXTS_H

#include "shell/archive.h"
#include "shell/tiles.h"

struct texts;

/* `dir_fd` is the data directory. NULL on failure. */
MUST_USE struct texts *
texts_open(int dir_fd, struct archive *archive);

void
texts_close(struct texts *texts);

/* Queues a copy. DISK_FULL: it is too large, or the disk has not taken so many before it that
 * memory is full; then nothing beyond `index` can be printed any more. */
MUST_USE int
texts_add(struct texts *texts, uint64_t index, struct bytes text);

/* Writes what is queued to DIR/sealed/tally, by rename, not synced. What cannot be written stays
 * queued. */
MUST_USE int
texts_store(struct texts *texts);

/* Syncs the file system of DIR/sealed. */
MUST_USE int
texts_sync(const struct texts *texts);

/* Puts what waits and is below `size` at DIR/public/tally, by tiles_file. DISK_DAMAGED if one is
 * not that of its entry: the next start makes it again. */
MUST_USE int
texts_print(struct texts *texts, struct tiles *tiles, uint64_t size);

/* Removes what waits below `size`: it has been printed, and synced. */
MUST_USE int
texts_clear(struct texts *texts, uint64_t size);

/* Is the text whose SHA-256(salt || text) equals `hash` waiting in DIR/sealed/tally, or, with
 * `in_public`, at DIR/public/tally? */
bool
texts_has(const struct texts *texts, uint64_t index, const uint8_t salt[32],
	  const uint8_t hash[32], bool in_public);

#endif
