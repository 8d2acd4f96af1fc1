/* mirror: a copy of a public log in a local folder, fetched over HTTP, file by file.
 *
 * What is there and has the shape of its kind is not fetched again (but for the checkpoint,
 * every file of a log is immutable), so that a copy begun earlier is continued. Files appear by
 * rename, the checkpoint last. Nothing is believed: the audit of the folder judges what came,
 * and a file that was changed in the folder as well.
 *
 *   checkpoint            the newest, as in the log
 *   checkpoint.next       as in the log, if folder->next and it is beyond the newest
 *   checkpoint.before     the one it replaced
 *   checkpoint.conflict   one that the server showed and that was refused
 *   tile/... tally/...    as in the log; a partial whose full tile has come is cut from that
 *   law/... results       of a campaign with sealed results; list and results are the newest
 *
 * A server that has law/list and lacks the last bundle is taken for one whose entries are sealed:
 * bundles are then not asked for, but for the first, which should not be there either. */
#ifndef TALLY_TOOLS_MIRROR_H
#define TALLY_TOOLS_MIRROR_H

#include "tools/lib/audit.h"
#include "tools/lib/http.h"

struct mirror {
	const char *url;
	const struct publiclog *folder;
	struct note_key key; /* the log's */
	struct http_patience patience;
	uint64_t complete;         /* entries of which tiles and law are known to be there */
	uint64_t complete_bundles; /* and bundles and texts: 0 while they are sealed */
	audit_progress *progress;
	void *context;

	/* Answers of mirror_update: */
	struct checkpoint checkpoint;
	uint8_t before[TALLY_CHECKPOINT_SIZE_MAX]; /* the checkpoint that was replaced */
	size_t before_size;                        /* 0: there was none */
	uint64_t fetched;                          /* files */
	uint64_t missing;                          /* files the server does not have */
	bool sealed;                               /* entries are not public, it seems */
	bool unchanged; /* the checkpoint covers `complete` entries, and is the one we have */
};

/* Brings the folder up to the server's newest checkpoint. Files that the server does not have
 * are left out and counted: the audit will name them. TALLY_EXIT_FAILED if the checkpoint is
 * not the key's, is smaller than ours or another of its size; TALLY_EXIT_WORLD if network or
 * disk do not let us. */
MUST_USE enum tally_exit
mirror_update(struct mirror *mirror, struct trouble *trouble);

/* After mirror_update: whoever looked at the folder refuses what came. The checkpoint before is the
 * folder's again, so that every later one is held against it, and the refused one is the
 * conflict. Nothing to do for the first. */
MUST_USE enum tally_exit
mirror_take_back(const struct mirror *mirror, struct trouble *trouble);

#endif
