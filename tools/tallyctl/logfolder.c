#include "tools/tallyctl/logfolder.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
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
	struct checkpoint checkpoint;
	struct trouble trouble;
	struct bytes text, origin;
	const uint8_t *end;
	size_t note_size;

	if (publiclog_checkpoint(log, note, &note_size, &trouble) != TALLY_EXIT_FINE)
		return logfolder_complain(&trouble);
	end = memmem(note, note_size, "\n\n", 2);
	text = bytes_make(note, end ? (size_t)(end - note) + 1 : 0);
	end = text.size ? memchr(note, '\n', text.size) : NULL;
	origin = bytes_make(note, end ? (size_t)(end - note) : 0);
	if (!checkpoint_parse(text, origin, &checkpoint)) {
		complain("%s/checkpoint is not a checkpoint", log->path);
		return TALLY_EXIT_FAILED;
	}
	*size = checkpoint.size;
	return TALLY_EXIT_FINE;
}
