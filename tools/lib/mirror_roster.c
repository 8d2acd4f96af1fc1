#include <fcntl.h>
#include <sys/stat.h>

#include "tools/lib/haul.h"
#include "tools/lib/lawbook.h"
#include "tools/lib/recount.h"
#include "tools/lib/rosterfile.h"

/* The manifest of what has been fetched; NULL where it cannot be told: the audit says why. */
static struct manifest *
read_manifest(const struct mirror *mirror)
{
	struct manifest *manifest = NULL;
	struct lawbook book;
	struct bundle first;
	struct trouble ignored;

	if (mirror->checkpoint.size == 0)
		return NULL;
	if (mirror->sealed) {
		if (lawbook_open(&book, mirror->folder, &mirror->key, mirror->checkpoint.size,
				 &ignored) != TALLY_EXIT_FINE)
			return NULL;
		lawbook_front(&book, &first);
		if (recount_manifest(&first, &manifest, &ignored) != TALLY_EXIT_FINE)
			manifest = NULL;
		bundle_free(&first);
		lawbook_close(&book);
		return manifest;
	}
	bundle_init(&first);
	if (publiclog_bundle(mirror->folder, 0, mirror->checkpoint.size, &first, &ignored) !=
		TALLY_EXIT_FINE ||
	    recount_manifest(&first, &manifest, &ignored) != TALLY_EXIT_FINE)
		manifest = NULL;
	bundle_free(&first);
	return manifest;
}

static enum tally_exit
fetch(struct haul *haul, size_t expected, struct trouble *trouble)
{
	struct carrier *carrier = &haul->carriers[0];
	struct stat about;
	size_t size;
	bool found;
	enum tally_exit status;

	if (fstatat(haul->mirror->folder->folder, "roster", &about, AT_SYMLINK_NOFOLLOW) == 0 &&
	    about.st_size == (off_t)expected)
		return TALLY_EXIT_FINE;
	status = haul_fetch(haul, carrier, "roster", expected, &size, &found, trouble);
	if (status == TALLY_EXIT_FINE && found)
		status = haul_store(haul->mirror, carrier->temporary, "roster",
				    bytes_make(carrier->data, size), trouble);
	return status;
}

enum tally_exit
haul_roster(struct haul *haul, struct trouble *trouble)
{
	struct manifest *manifest = read_manifest(haul->mirror);
	enum tally_exit status = TALLY_EXIT_FINE;

	if (manifest != NULL && manifest->has_roster)
		status = fetch(haul, (size_t)manifest->roster_count * ROSTERFILE_RECORD_SIZE,
			       trouble);
	if (manifest != NULL)
		manifest_free(manifest);
	return status;
}
