/* foundation: a data directory in the making: the log's key, then the ledger, entry by entry.
 *
 *   DIR/log.key   the log's private key, 0600
 *   DIR/ledger/   segments and batches of the entries given, synced by foundation_end
 *
 * It is no data directory before `remembered` stands in it (shell/remembered.h), which its user
 * makes last: a start refuses what a crash has left before that, and so does another founding.
 * Thread: one. */
#ifndef TALLY_SHELL_FOUNDATION_H
#define TALLY_SHELL_FOUNDATION_H

#include "campaign/manifest.h"
#include "ledger/batch.h"
#include "shell/disk.h"
#include "tally/status.h"
#include "tree/frontier.h"
#include "tree/key.h"

struct foundation {
	const char *path;
	const struct manifest *manifest;
	int dir_fd;
	int segment_fd;
	uint32_t segments_count;
	uint64_t segment_bytes;
	uint64_t offset;    /* in the last segment */
	struct batch batch; /* the one being filled, sealed by the next flush */
	struct writer area; /* its entries */
	uint8_t *memory;
	struct frontier frontier; /* of all entries given */
};

/* The log's private key from `path`; TALLY_EXIT_USAGE and a line if it is none. */
MUST_USE enum tally_exit
foundation_key_read(const char *path, struct note_private_key *key);

/* TALLY_EXIT_USAGE and a line if it is not the campaign's. */
MUST_USE enum tally_exit
foundation_key_fits(const char *path, const struct note_private_key *key,
		    const struct manifest *manifest);

/* TALLY_EXIT_USAGE and a line if there is such a folder and something in it. */
MUST_USE enum tally_exit
foundation_free_at(const char *path);

/* True of what a founding leaves that was cut or refused half way: a log key, no valid
 * `remembered`, and nothing that a start makes. */
bool
foundation_is_unfinished(int dir_fd);

/* An exit code and a line if no file can be made at `path`, to be asked before anything is made. */
MUST_USE enum tally_exit
foundation_anchor_fits(const char *path);

/* Makes DIR, or takes an empty one: else TALLY_EXIT_USAGE; and the key in it. All that is given is
 * held until foundation_close. An exit code after a line; in any case foundation_close is due. */
MUST_USE enum tally_exit
foundation_open(struct foundation *foundation, const char *path,
		const struct manifest *manifest, const struct note_private_key *key);

/* Disk statuses. */
MUST_USE int
foundation_entry(struct foundation *foundation, struct bytes entry);

MUST_USE int
foundation_end(struct foundation *foundation);

void
foundation_close(struct foundation *foundation);

#endif
