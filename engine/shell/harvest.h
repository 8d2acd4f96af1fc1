/* harvest: what one entry of the ledger changes in the poll book's home.
 *
 * Thread: the keeper's. Allocates. */
#ifndef TALLY_SHELL_HARVEST_H
#define TALLY_SHELL_HARVEST_H

#include "campaign/manifest.h"
#include "shell/archive.h"
#include "shell/change.h"

/* Adds what the entry at `index`, a ballot or a void, changes; others change nothing. The archive
 * is read for the ballots of a void by signer. DISK_DAMAGED where the bytes are no entry. */
MUST_USE int
harvest_entry(struct changes *changes, const struct manifest *manifest, struct archive *archive,
	      uint64_t index, struct bytes entry);

#endif
