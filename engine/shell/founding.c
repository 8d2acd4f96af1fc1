#include "shell/founding.h"

#include "campaign/manifest.h"
#include "ledger/entry.h"
#include "shell/foundation.h"
#include "shell/line.h"
#include "shell/registry.h"
#include "shell/remembered.h"
#include "tally/status.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct work {
	const struct founding *asked;
	uint8_t *json;
	size_t json_size;
	struct manifest *manifest;
	struct note_private_key key;
	struct foundation foundation;
	struct remembered remembered;
};

static int
read_campaign(struct work *work)
{
	struct manifest_fault fault;

	if (disk_load(AT_FDCWD, work->asked->campaign, TALLY_MANIFEST_SIZE_MAX, &work->json,
		      &work->json_size) != DISK_OK) {
		line_warn("%s", disk_error());
		return TALLY_EXIT_USAGE;
	}
	work->manifest = manifest_parse(bytes_make(work->json, work->json_size), &fault);
	if (work->manifest == NULL) {
		line_warn("%s: %s: %s", work->asked->campaign, fault.path, fault.sentence);
		return TALLY_EXIT_USAGE;
	}
	return TALLY_EXIT_FINE;
}

/* Refused before anything is made: it may be another campaign's. */
static int
check_anchor(const struct work *work)
{
	if (work->asked->anchor == NULL)
		return TALLY_EXIT_FINE;
	if (faccessat(AT_FDCWD, work->asked->anchor, F_OK, AT_EACCESS) != 0)
		return foundation_anchor_fits(work->asked->anchor);
	line_warn("%s: there is such a file; every campaign has an anchor of its own",
		  work->asked->anchor);
	return TALLY_EXIT_USAGE;
}

static int
check_roster(const struct work *work)
{
	const char *roster = work->asked->roster;

	if (work->manifest->has_roster && roster == NULL) {
		line_warn("%s: $.roster: the campaign has a roster: --roster FILE is missing",
			  work->asked->campaign);
		return TALLY_EXIT_USAGE;
	}
	if (!work->manifest->has_roster && roster != NULL) {
		line_warn("%s: the manifest commits to no roster", roster);
		return TALLY_EXIT_USAGE;
	}
	if (roster == NULL || registry_check(AT_FDCWD, roster, work->manifest) == DISK_OK)
		return TALLY_EXIT_FINE;
	line_warn("%s", disk_error());
	return TALLY_EXIT_USAGE;
}

static int
write_entries(struct work *work)
{
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	uint16_t parts = entry_campaign_parts(work->json_size);
	int status = DISK_OK;

	for (uint16_t part = 0; part < parts && status == DISK_OK; part++) {
		struct writer entry = writer_make(memory, sizeof memory);

		entry_campaign_write(&entry, bytes_make(work->json, work->json_size), part);
		CHECK(!entry.failed);
		status = foundation_entry(&work->foundation, writer_view(&entry));
	}
	return status == DISK_OK ? foundation_end(&work->foundation) : status;
}

/* Last: a directory without it is not a founded one. */
static int
write_remembered(struct work *work)
{
	uint8_t memory[REMEMBERED_NOTE_MAX];
	struct writer note = writer_make(memory, sizeof memory);
	struct checkpoint checkpoint = {.size = work->foundation.frontier.size};
	struct tree_hash root;

	frontier_root(&work->foundation.frontier, &root);
	memcpy(checkpoint.root, root.bytes, sizeof checkpoint.root);
	checkpoint_write(&note, &checkpoint, &work->key);
	CHECK(!note.failed);
	return remembered_create(&work->remembered, work->foundation.dir_fd,
				 work->asked->anchor, work->manifest->id, &checkpoint,
				 writer_view(&note));
}

static int
write_all(struct work *work)
{
	int code =
	    foundation_open(&work->foundation, work->asked->data, work->manifest, &work->key);
	int status = DISK_OK;

	if (code != TALLY_EXIT_FINE)
		return code;
	if (work->asked->roster != NULL)
		status = registry_copy(work->foundation.dir_fd, AT_FDCWD, work->asked->roster,
				       work->manifest);
	if (status == DISK_OK)
		status = write_entries(work);
	if (status == DISK_OK)
		status = write_remembered(work);
	if (status == DISK_OK) /* the directory's own name */
		status = disk_sync_folder(work->foundation.dir_fd, "..");
	if (status == DISK_OK)
		return TALLY_EXIT_FINE;
	line_warn("%s", disk_error());
	return TALLY_EXIT_WORLD;
}

static void
say_what_was_made(const struct work *work)
{
	char text[2 * TALLY_HASH_SIZE + 1];

	sodium_bin2hex(text, sizeof text, work->manifest->id, TALLY_HASH_SIZE);
	line_say("%s holds campaign %s, entries 0 to %llu", work->asked->data, text,
		 (unsigned long long)work->foundation.frontier.size - 1);
}

int
founding_run(const struct founding *founding)
{
	struct work *work = calloc(1, sizeof *work);
	int code;

	if (work == NULL)
		return TALLY_EXIT_WORLD;
	work->asked = founding;
	work->foundation.dir_fd = -1;
	work->foundation.segment_fd = -1;
	work->remembered.fd = -1;
	work->remembered.anchor_fd = -1;
	code = read_campaign(work);
	if (code == TALLY_EXIT_FINE)
		code = foundation_key_read(founding->log_key, &work->key);
	if (code == TALLY_EXIT_FINE)
		code = foundation_key_fits(founding->log_key, &work->key, work->manifest);
	if (code == TALLY_EXIT_FINE)
		code = check_roster(work);
	if (code == TALLY_EXIT_FINE)
		code = check_anchor(work);
	if (code == TALLY_EXIT_FINE)
		code = write_all(work);
	if (code == TALLY_EXIT_FINE)
		say_what_was_made(work);
	sodium_memzero(&work->key, sizeof work->key);
	remembered_close(&work->remembered);
	foundation_close(&work->foundation);
	free(work->json);
	manifest_free(work->manifest);
	free(work);
	return code;
}
