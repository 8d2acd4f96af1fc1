#include "tools/tallyctl/logfolder.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/lib/complain.h"

enum tally_exit
logfolder_complain(const struct trouble *trouble)
{
	complain("%s", trouble->sentence);
	return trouble->exit;
}

static bool
holds(const char *path, const char *name)
{
	char whole[PATH_MAX];

	return snprintf(whole, sizeof whole, "%s/%s", path, name) < (int)sizeof whole &&
	       access(whole, F_OK) == 0;
}

enum tally_exit
logfolder_open(struct publiclog *log, const char *path)
{
	struct trouble trouble;
	char inner[PATH_MAX];

	if (!holds(path, "checkpoint") && holds(path, "public/checkpoint")) {
		snprintf(inner, sizeof inner, "%s/public", path);
		path = inner;
	}
	return publiclog_open(log, path, &trouble) == TALLY_EXIT_FINE
		   ? TALLY_EXIT_FINE
		   : logfolder_complain(&trouble);
}

enum tally_exit
logfolder_size(const struct publiclog *log, uint64_t *size)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct trouble trouble;
	size_t note_size;

	if (publiclog_checkpoint(log, note, &note_size, &trouble) != TALLY_EXIT_FINE)
		return logfolder_complain(&trouble);
	if (publiclog_claims(bytes_make(note, note_size), size))
		return TALLY_EXIT_FINE;
	complain("%s/checkpoint is not a checkpoint", log->path);
	return TALLY_EXIT_FAILED;
}

bool
logfolder_sealed(const struct publiclog *log)
{
	return faccessat(log->folder, "law/list", F_OK, 0) == 0 &&
	       faccessat(log->folder, "tile/entries", F_OK, 0) != 0;
}
