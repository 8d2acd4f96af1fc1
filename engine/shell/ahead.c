#include "shell/ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
ahead_keep(int dir_fd, struct bytes note)
{
	if (faccessat(dir_fd, "ahead", F_OK, 0) == 0)
		return DISK_OK;
	return disk_replace(dir_fd, "ahead", note, 0600, true);
}

static int
forget(int dir_fd)
{
	if (unlinkat(dir_fd, "ahead", 0) != 0)
		return disk_fail(DISK_FAILED, "remove ahead: %s", strerror(errno));
	return disk_sync_folder(dir_fd, ".");
}

static int
contains(const struct checkpoint *seen, struct treefile *tree, uint64_t size)
{
	struct tree_hash root;

	if (seen->size > size)
		return disk_fail(
		    DISK_DAMAGED,
		    "a checkpoint of %llu entries was signed (DIR/ahead), the ledger "
		    "has %llu: this data directory is older than what was promised",
		    (unsigned long long)seen->size, (unsigned long long)size);
	if (!proof_root(seen->size, treefile_source, tree, &root))
		return DISK_FAILED;
	if (memcmp(root.bytes, seen->root, sizeof root.bytes) != 0)
		return disk_fail(DISK_DAMAGED,
				 "a checkpoint of %llu entries was signed (DIR/ahead) that the "
				 "ledger does not contain: this log has forked",
				 (unsigned long long)seen->size);
	return DISK_OK;
}

int
ahead_check(int dir_fd, const struct note_key *log_key, struct treefile *tree, uint64_t size)
{
	struct checkpoint seen;
	uint8_t *note;
	size_t note_size;
	bool genuine;
	int status = disk_load(dir_fd, "ahead", TALLY_CHECKPOINT_SIZE_MAX, &note, &note_size);

	if (status == DISK_ABSENT)
		return DISK_OK;
	if (status != DISK_OK)
		return status;
	genuine = checkpoint_open(bytes_make(note, note_size), log_key, &seen);
	free(note);
	status = genuine ? contains(&seen, tree, size) : DISK_OK;
	return status == DISK_OK ? forget(dir_fd) : status;
}
