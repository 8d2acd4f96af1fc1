#include "shell/foundation.h"

#include "limits.h"
#include "shell/committer.h"
#include "shell/line.h"
#include "shell/remembered.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	AREA_BYTES = 1024 * 1024 /* of one batch */
};

_Static_assert(AREA_BYTES + BATCH_HEADER_SIZE + 64 <= batch_bytes_max, "it is a batch");
_Static_assert(2 + TALLY_ENTRY_SIZE_MAX <= AREA_BYTES, "any entry fits a batch");

enum tally_exit
foundation_key_read(const char *path, struct note_private_key *key)
{
	uint8_t *text;
	size_t size;
	bool valid;

	if (disk_load(AT_FDCWD, path, NOTE_PRIVATE_TEXT_MAX, &text, &size) != DISK_OK) {
		line_warn("%s", disk_error());
		return TALLY_EXIT_USAGE;
	}
	valid = note_private_key_parse(bytes_make(text, size), key);
	sodium_memzero(text, size);
	free(text);
	if (valid)
		return TALLY_EXIT_FINE;
	line_warn("%s: it is not a private key made by tallyctl keygen", path);
	return TALLY_EXIT_USAGE;
}

enum tally_exit
foundation_key_fits(const char *path, const struct note_private_key *key,
		    const struct manifest *manifest)
{
	if (memcmp(key->key.public_key, manifest->log_key.public_key, TALLY_KEY_SIZE) == 0 &&
	    strcmp(key->key.name, manifest->log_key.name) == 0)
		return TALLY_EXIT_FINE;
	line_warn("%s: it is not the key that the campaign names as log_key", path);
	return TALLY_EXIT_USAGE;
}

bool
foundation_is_unfinished(int dir_fd)
{
	static const char *const made_by_a_start[] = {"public", "state", "tree"};
	struct remembered remembered;
	int status = remembered_peek(&remembered, dir_fd, "remembered");

	if (status != DISK_ABSENT && status != DISK_DAMAGED)
		return false;
	for (size_t i = 0; i < sizeof made_by_a_start / sizeof made_by_a_start[0]; i++)
		if (faccessat(dir_fd, made_by_a_start[i], F_OK, 0) == 0)
			return false;
	return faccessat(dir_fd, "log.key", F_OK, 0) == 0;
}

enum tally_exit
foundation_anchor_fits(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";

	if (slash != NULL && (size_t)(slash - path) < sizeof folder - 1) {
		size_t size = slash == path ? 1 : (size_t)(slash - path);

		memcpy(folder, path, size);
		folder[size] = 0;
	}
	if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0)
		return TALLY_EXIT_FINE;
	line_warn("%s: no anchor can be made there: %s", path, strerror(errno));
	return TALLY_EXIT_WORLD;
}

static enum tally_exit
not_empty(const char *path, int dir_fd)
{
	if (foundation_is_unfinished(dir_fd))
		line_warn("%s was never finished: remove it and run --init again", path);
	else
		line_warn("%s: the directory is not empty; a campaign begins in an empty one",
			  path);
	return TALLY_EXIT_USAGE;
}

enum tally_exit
foundation_free_at(const char *path)
{
	enum tally_exit code;
	int dir_fd;

	if (disk_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0, &dir_fd) != DISK_OK)
		return TALLY_EXIT_FINE; /* what else it is, is told when it is made */
	code = disk_is_empty(dir_fd) ? TALLY_EXIT_FINE : not_empty(path, dir_fd);
	close(dir_fd);
	return code;
}

static int
write_key(const struct foundation *foundation, const struct note_private_key *key)
{
	char text[NOTE_PRIVATE_TEXT_MAX + 2];
	struct writer writer = writer_make(text, sizeof text);
	int status;

	note_private_key_write(&writer, key);
	writer_u8(&writer, '\n');
	CHECK(!writer.failed);
	status = disk_replace(foundation->dir_fd, "log.key", writer_view(&writer), 0600, true);
	sodium_memzero(text, sizeof text);
	return status;
}

static int
make_ledger(struct foundation *foundation)
{
	int fd;
	int status = disk_directory(foundation->dir_fd, "ledger", 0700, &fd);

	if (fd >= 0)
		close(fd);
	foundation->memory = calloc(1, batch_bytes_max);
	if (status == DISK_OK && foundation->memory == NULL)
		status = disk_fail(DISK_FAILED, "writing the ledger: no memory");
	foundation->area = writer_make(foundation->memory + BATCH_HEADER_SIZE, AREA_BYTES);
	return status;
}

enum tally_exit
foundation_open(struct foundation *foundation, const char *path,
		const struct manifest *manifest, const struct note_private_key *key)
{
	int status;

	*foundation = (struct foundation){
	    .path = path,
	    .manifest = manifest,
	    .segment_fd = -1,
	    .segment_bytes = committer_segment_bytes(manifest->voters_max),
	};
	frontier_init(&foundation->frontier);
	status = disk_directory(AT_FDCWD, path, 0700, &foundation->dir_fd);
	if (status == DISK_OK && !disk_is_empty(foundation->dir_fd))
		return not_empty(path, foundation->dir_fd);
	if (status == DISK_OK)
		status = write_key(foundation, key);
	if (status == DISK_OK)
		status = make_ledger(foundation);
	if (status == DISK_OK)
		return TALLY_EXIT_FINE;
	line_warn("%s", disk_error());
	return TALLY_EXIT_WORLD;
}

static int
end_segment(struct foundation *foundation)
{
	int status = DISK_OK;

	if (foundation->segment_fd < 0)
		return DISK_OK;
	status = disk_sync(foundation->segment_fd, "a ledger segment");
	close(foundation->segment_fd);
	foundation->segment_fd = -1;
	return status;
}

static int
begin_segment(struct foundation *foundation)
{
	uint32_t number = foundation->segments_count;
	char name[SEGMENT_NAME_MAX];
	int status = end_segment(foundation);

	segment_name(number, name);
	if (status == DISK_OK)
		status =
		    committer_make_segment(foundation->dir_fd, number,
					   foundation->segment_bytes, foundation->manifest->id);
	if (status == DISK_OK)
		status =
		    disk_open(foundation->dir_fd, name, O_RDWR, 0, &foundation->segment_fd);
	foundation->segments_count++;
	foundation->offset = SEGMENT_HEADER_SIZE;
	return status;
}

/* Writes the batch being filled. */
static int
flush(struct foundation *foundation)
{
	struct batch *batch = &foundation->batch;
	size_t size = batch_size(foundation->area.size);
	int status = DISK_OK;

	if (batch->entries_count == 0)
		return DISK_OK;
	if (foundation->segments_count == 0 ||
	    foundation->offset + size > foundation->segment_bytes)
		status = begin_segment(foundation);
	batch->entries = writer_view(&foundation->area);
	batch->previous = batch_seal(foundation->memory, batch, foundation->manifest->id);
	if (status == DISK_OK)
		status = disk_write_at(foundation->segment_fd, "a ledger segment",
				       foundation->memory, size, foundation->offset);
	foundation->offset += size;
	batch->number++;
	batch->first_index += batch->entries_count;
	batch->entries_count = 0;
	foundation->area.size = 0;
	return status;
}

int
foundation_entry(struct foundation *foundation, struct bytes entry)
{
	struct writer *area = &foundation->area;
	struct tree_hash leaf;
	int status = DISK_OK;

	CHECK(entry.size > 0 && entry.size <= TALLY_ENTRY_SIZE_MAX);
	if (area->capacity - area->size < 2 + entry.size ||
	    foundation->batch.entries_count == batch_entries_max)
		status = flush(foundation);
	writer_u16(area, (uint16_t)entry.size);
	writer_bytes(area, entry);
	CHECK(!area->failed);
	foundation->batch.entries_count++;
	tree_leaf(entry, &leaf);
	frontier_append(&foundation->frontier, &leaf);
	return status;
}

int
foundation_end(struct foundation *foundation)
{
	int status = flush(foundation);

	return status == DISK_OK ? end_segment(foundation) : status;
}

void
foundation_close(struct foundation *foundation)
{
	if (foundation->segment_fd >= 0)
		close(foundation->segment_fd);
	if (foundation->dir_fd >= 0)
		close(foundation->dir_fd);
	free(foundation->memory);
	*foundation = (struct foundation){.dir_fd = -1, .segment_fd = -1};
}
