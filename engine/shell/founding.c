#include "shell/founding.h"

#include "campaign/manifest.h"
#include "ledger/entry.h"
#include "limits.h"
#include "shell/committer.h"
#include "shell/line.h"
#include "shell/remembered.h"
#include "tally/status.h"
#include "tree/frontier.h"

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
	int dir_fd;
	int ledger_fd;
	uint8_t *batch;
	struct frontier frontier;
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
	if (work->manifest == NULL || !manifest_supported(work->manifest, &fault)) {
		line_warn("%s: %s: %s", work->asked->campaign, fault.path, fault.sentence);
		return TALLY_EXIT_USAGE;
	}
	return TALLY_EXIT_FINE;
}

static int
read_key(struct work *work)
{
	uint8_t *text;
	size_t size;
	bool valid;

	if (disk_load(AT_FDCWD, work->asked->log_key, NOTE_PRIVATE_TEXT_MAX, &text, &size) !=
	    DISK_OK) {
		line_warn("%s", disk_error());
		return TALLY_EXIT_USAGE;
	}
	valid = note_private_key_parse(bytes_make(text, size), &work->key);
	sodium_memzero(text, size);
	free(text);
	if (!valid) {
		line_warn("%s: it is not a private key made by tallyctl keygen",
			  work->asked->log_key);
		return TALLY_EXIT_USAGE;
	}
	if (memcmp(work->key.key.public_key, work->manifest->log_key.public_key,
		   TALLY_KEY_SIZE) != 0 ||
	    strcmp(work->key.key.name, work->manifest->log_key.name) != 0) {
		line_warn("%s: it is not the key that the campaign names as log_key",
			  work->asked->log_key);
		return TALLY_EXIT_USAGE;
	}
	return TALLY_EXIT_FINE;
}

/* Refused before anything is made: it may be another campaign's. */
static int
check_anchor(const struct work *work)
{
	if (work->asked->anchor == NULL ||
	    faccessat(AT_FDCWD, work->asked->anchor, F_OK, AT_EACCESS) != 0)
		return TALLY_EXIT_FINE;
	line_warn("%s: there is such a file; every campaign has an anchor of its own",
		  work->asked->anchor);
	return TALLY_EXIT_USAGE;
}

/* Parts in one batch: far below batch_bytes_max. */
enum {
	PARTS_PER_BATCH = 16
};

/* The entries area of the CAMPAIGN parts [first, end), their leaves in the frontier. */
static size_t
write_entries(struct work *work, uint16_t first, uint16_t end, uint8_t *memory, size_t capacity)
{
	struct writer area = writer_make(memory, capacity);

	for (uint16_t part = first; part < end; part++) {
		size_t before = area.size;
		struct tree_hash leaf;

		writer_u16(&area, 0);
		entry_campaign_write(&area, bytes_make(work->json, work->json_size), part);
		CHECK(!area.failed);
		be16_store(memory + before, (uint16_t)(area.size - before - 2));
		tree_leaf(bytes_make(memory + before + 2, area.size - before - 2), &leaf);
		frontier_append(&work->frontier, &leaf);
	}
	return area.size;
}

static int
write_batches(struct work *work, int fd, const char *name)
{
	uint16_t parts = entry_campaign_parts(work->json_size);
	uint64_t offset = SEGMENT_HEADER_SIZE;
	struct batch batch = {0};
	int status = DISK_OK;

	for (uint16_t part = 0; part < parts && status == DISK_OK; part += PARTS_PER_BATCH) {
		uint16_t end = parts - part < PARTS_PER_BATCH ? parts : part + PARTS_PER_BATCH;
		uint8_t *entries = work->batch + BATCH_HEADER_SIZE;

		batch.entries = bytes_make(
		    entries, write_entries(work, part, end, entries,
					   batch_bytes_max - BATCH_HEADER_SIZE - 64));
		batch.entries_count = (uint32_t)(end - part);
		batch.previous = batch_seal(work->batch, &batch, work->manifest->id);
		status = disk_write_at(fd, name, work->batch, batch_size(batch.entries.size),
				       offset);
		offset += batch_size(batch.entries.size);
		batch.number++;
		batch.first_index += batch.entries_count;
	}
	return status == DISK_OK ? disk_sync(fd, name) : status;
}

static int
write_ledger(struct work *work)
{
	uint64_t size = committer_segment_bytes(work->manifest->voters_max);
	char name[SEGMENT_NAME_MAX];
	int fd = -1;
	int status;

	while (size < work->json_size * 2)
		size *= 2;
	work->batch = calloc(1, batch_bytes_max);
	if (work->batch == NULL)
		return disk_fail(DISK_FAILED, "writing the campaign: no memory");
	status = disk_directory(work->dir_fd, "ledger", 0700, &work->ledger_fd);
	if (status == DISK_OK)
		status = committer_make_segment(work->dir_fd, 0, size, work->manifest->id);
	segment_name(0, name);
	if (status == DISK_OK)
		status = disk_open(work->dir_fd, name, O_RDWR, 0, &fd);
	if (status == DISK_OK)
		status = write_batches(work, fd, name);
	if (fd >= 0)
		close(fd);
	return status;
}

static int
write_key(struct work *work)
{
	char text[NOTE_PRIVATE_TEXT_MAX + 2];
	struct writer writer = writer_make(text, sizeof text);
	int status;

	note_private_key_write(&writer, &work->key);
	writer_u8(&writer, '\n');
	CHECK(!writer.failed);
	status = disk_replace(work->dir_fd, "log.key", writer_view(&writer), 0600, true);
	sodium_memzero(text, sizeof text);
	return status;
}

/* Last: a directory without it is not a founded one. */
static int
write_remembered(struct work *work)
{
	uint8_t memory[REMEMBERED_NOTE_MAX];
	struct writer note = writer_make(memory, sizeof memory);
	struct checkpoint checkpoint = {.size = work->frontier.size};
	struct tree_hash root;

	frontier_root(&work->frontier, &root);
	memcpy(checkpoint.root, root.bytes, sizeof checkpoint.root);
	checkpoint_write(&note, &checkpoint, &work->key);
	CHECK(!note.failed);
	return remembered_create(&work->remembered, work->dir_fd, work->asked->anchor,
				 work->manifest->id, &checkpoint, writer_view(&note));
}

static int
write_all(struct work *work)
{
	int status = disk_directory(AT_FDCWD, work->asked->data, 0700, &work->dir_fd);

	if (status == DISK_OK && !disk_is_empty(work->dir_fd)) {
		line_warn("%s: the directory is not empty; a campaign begins in an empty one",
			  work->asked->data);
		return TALLY_EXIT_USAGE;
	}
	if (status == DISK_OK)
		status = write_key(work);
	if (status == DISK_OK)
		status = write_ledger(work);
	if (status == DISK_OK)
		status = write_remembered(work);
	if (status == DISK_OK)
		status = disk_sync_folder(work->dir_fd, ".."); /* the directory's own name */
	if (status != DISK_OK) {
		line_warn("%s", disk_error());
		return TALLY_EXIT_WORLD;
	}
	return TALLY_EXIT_FINE;
}

static void
say_what_was_made(const struct work *work)
{
	char text[2 * TALLY_HASH_SIZE + 1];

	sodium_bin2hex(text, sizeof text, work->manifest->id, TALLY_HASH_SIZE);
	line_say("%s holds campaign %s, entries 0 to %llu", work->asked->data, text,
		 (unsigned long long)work->frontier.size - 1);
}

int
founding_run(const struct founding *founding)
{
	struct work *work = calloc(1, sizeof *work);
	int code;

	if (work == NULL)
		return TALLY_EXIT_WORLD;
	work->asked = founding;
	work->dir_fd = -1;
	work->ledger_fd = -1;
	work->remembered.fd = -1;
	work->remembered.anchor_fd = -1;
	frontier_init(&work->frontier);
	code = read_campaign(work);
	if (code == TALLY_EXIT_FINE)
		code = read_key(work);
	if (code == TALLY_EXIT_FINE)
		code = check_anchor(work);
	if (code == TALLY_EXIT_FINE)
		code = write_all(work);
	if (code == TALLY_EXIT_FINE)
		say_what_was_made(work);
	sodium_memzero(&work->key, sizeof work->key);
	remembered_close(&work->remembered);
	if (work->dir_fd >= 0)
		close(work->dir_fd);
	if (work->ledger_fd >= 0)
		close(work->ledger_fd);
	free(work->batch);
	free(work->json);
	manifest_free(work->manifest);
	free(work);
	return code;
}
