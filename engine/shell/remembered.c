#include "shell/remembered.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum {
	CHECKSUM_OFFSET = REMEMBERED_SLOT_SIZE - 8,
	HEAD_SIZE = 96,
};

static void
slot_write(const struct remembered *remembered, uint8_t slot[REMEMBERED_SLOT_SIZE])
{
	struct writer writer = writer_make(slot, REMEMBERED_SLOT_SIZE);

	memset(slot, 0, REMEMBERED_SLOT_SIZE);
	writer_string(&writer, "tallyrem");
	writer_u32(&writer, 1);
	writer_u32(&writer, (uint32_t)remembered->note_size);
	writer_u64(&writer, remembered->sequence);
	writer_copy(&writer, remembered->campaign, TALLY_HASH_SIZE);
	writer_u64(&writer, remembered->checkpoint.size);
	writer_copy(&writer, remembered->checkpoint.root, TALLY_HASH_SIZE);
	writer_copy(&writer, remembered->note, remembered->note_size);
	CHECK(!writer.failed && writer.size <= CHECKSUM_OFFSET);
	be64_store(slot + CHECKSUM_OFFSET, XXH3_64bits(slot, CHECKSUM_OFFSET));
}

static bool
slot_parse(const uint8_t slot[REMEMBERED_SLOT_SIZE], struct remembered *out)
{
	struct reader reader = reader_make(bytes_make(slot, CHECKSUM_OFFSET));

	if (be64_load(slot + CHECKSUM_OFFSET) != XXH3_64bits(slot, CHECKSUM_OFFSET))
		return false;
	reader_expect(&reader, BYTES_OF("tallyrem"));
	if (reader_u32(&reader) != 1)
		return false;
	out->note_size = reader_u32(&reader);
	out->sequence = reader_u64(&reader);
	reader_copy(&reader, out->campaign, TALLY_HASH_SIZE);
	out->checkpoint.size = reader_u64(&reader);
	reader_copy(&reader, out->checkpoint.root, TALLY_HASH_SIZE);
	if (out->note_size > REMEMBERED_NOTE_MAX)
		return false;
	reader_copy(&reader, out->note, out->note_size);
	return !reader.failed && out->sequence > 0;
}

/* Takes `slot` into *best if it is valid and newer. */
static int
consider(const uint8_t *slot, const char *name, bool *found, struct remembered *best)
{
	struct remembered seen;

	if (!slot_parse(slot, &seen))
		return DISK_OK;
	if (*found && seen.checkpoint.size == best->checkpoint.size &&
	    memcmp(seen.checkpoint.root, best->checkpoint.root, TALLY_HASH_SIZE) != 0)
		return disk_fail(DISK_DAMAGED,
				 "reading %s: two different roots are remembered "
				 "for one size: this log has forked",
				 name);
	if (*found && memcmp(seen.campaign, best->campaign, TALLY_HASH_SIZE) != 0)
		return disk_fail(DISK_DAMAGED, "reading %s: it belongs to another campaign",
				 name);
	if (*found && (seen.checkpoint.size < best->checkpoint.size ||
		       (seen.checkpoint.size == best->checkpoint.size &&
			seen.sequence <= best->sequence)))
		return DISK_OK;
	memcpy(best->campaign, seen.campaign, TALLY_HASH_SIZE);
	best->sequence = seen.sequence;
	best->checkpoint = seen.checkpoint;
	best->note_size = seen.note_size;
	memcpy(best->note, seen.note, seen.note_size);
	*found = true;
	return DISK_OK;
}

static int
read_slots(int fd, const char *name, bool *found, struct remembered *best)
{
	uint8_t slots[2 * REMEMBERED_SLOT_SIZE];
	int status = disk_read_at(fd, name, slots, sizeof slots, 0);

	if (status == DISK_OK)
		status = consider(slots, name, found, best);
	if (status == DISK_OK)
		status = consider(slots + REMEMBERED_SLOT_SIZE, name, found, best);
	return status;
}

static int
write_slot(int fd, const char *name, const struct remembered *remembered)
{
	uint8_t slot[REMEMBERED_SLOT_SIZE];
	int status;

	slot_write(remembered, slot);
	status = disk_write_at(fd, name, slot, sizeof slot,
			       (remembered->sequence % 2) * REMEMBERED_SLOT_SIZE);
	return status == DISK_OK ? disk_sync(fd, name) : status;
}

/* Both slots, the file, and the names that lead to it. */
static int
make_file(int dir_fd, const char *name, struct remembered *remembered, int *fd)
{
	uint8_t zeros[2 * REMEMBERED_SLOT_SIZE] = {0};
	int status = disk_open(dir_fd, name, O_RDWR | O_CREAT | O_EXCL, 0600, fd);

	if (status == DISK_OK)
		status = disk_write_at(*fd, name, zeros, sizeof zeros, 0);
	if (status == DISK_OK)
		status = write_slot(*fd, name, remembered);
	return status;
}

static int
make_anchor(struct remembered *remembered, int dir_fd, const char *anchor)
{
	char folder[sizeof remembered->anchor];
	char *slash;
	int status;

	if (anchor[0] == '/')
		snprintf(remembered->anchor, sizeof remembered->anchor, "%s", anchor);
	else if (getcwd(folder, sizeof folder - 1) == NULL ||
		 snprintf(remembered->anchor, sizeof remembered->anchor, "%s/%s", folder,
			  anchor) >= (int)sizeof remembered->anchor)
		return disk_fail(DISK_FAILED, "making the anchor %s: its path is too long",
				 anchor);
	status = make_file(AT_FDCWD, remembered->anchor, remembered, &remembered->anchor_fd);
	if (status == DISK_OK) {
		snprintf(folder, sizeof folder, "%s", remembered->anchor);
		slash = strrchr(folder, '/');
		slash[slash == folder ? 1 : 0] = '\0';
		status = disk_sync_folder(AT_FDCWD, folder);
	}
	if (status == DISK_OK)
		status = disk_replace(dir_fd, "anchor", bytes_of_string(remembered->anchor),
				      0600, true);
	return status;
}

int
remembered_create(struct remembered *remembered, int dir_fd, const char *anchor,
		  const uint8_t campaign[TALLY_HASH_SIZE], const struct checkpoint *checkpoint,
		  struct bytes note)
{
	int status;

	memset(remembered, 0, sizeof *remembered);
	remembered->fd = -1;
	remembered->anchor_fd = -1;
	CHECK(note.size <= REMEMBERED_NOTE_MAX);
	memcpy(remembered->campaign, campaign, TALLY_HASH_SIZE);
	remembered->sequence = 1;
	remembered->checkpoint = *checkpoint;
	remembered->note_size = note.size;
	memcpy(remembered->note, note.data, note.size);
	status = make_file(dir_fd, "remembered", remembered, &remembered->fd);
	if (status == DISK_OK && anchor != NULL)
		status = make_anchor(remembered, dir_fd, anchor);
	return status;
}

static int
open_anchor(struct remembered *remembered, int dir_fd, bool *found)
{
	uint8_t *path;
	size_t size;
	int status = disk_load(dir_fd, "anchor", sizeof remembered->anchor - 1, &path, &size);

	if (status == DISK_ABSENT)
		return DISK_OK;
	if (status != DISK_OK)
		return status;
	memcpy(remembered->anchor, path, size + 1);
	free(path);
	status = disk_open(AT_FDCWD, remembered->anchor, O_RDWR, 0, &remembered->anchor_fd);
	if (status == DISK_OK)
		status =
		    read_slots(remembered->anchor_fd, remembered->anchor, found, remembered);
	return status;
}

int
remembered_open(struct remembered *remembered, int dir_fd)
{
	bool found = false;
	int status;

	memset(remembered, 0, sizeof *remembered);
	remembered->anchor_fd = -1;
	status = disk_open(dir_fd, "remembered", O_RDWR, 0, &remembered->fd);
	if (status == DISK_OK)
		status = read_slots(remembered->fd, "remembered", &found, remembered);
	if (status == DISK_OK)
		status = open_anchor(remembered, dir_fd, &found);
	if (status == DISK_OK && !found)
		status =
		    disk_fail(DISK_DAMAGED, "reading remembered: neither slot is valid, so "
					    "nobody knows what this log has signed");
	return status;
}

int
remembered_write(struct remembered *remembered, const struct checkpoint *checkpoint,
		 struct bytes note)
{
	int status;

	CHECK(checkpoint->size >= remembered->checkpoint.size); /* L5 */
	CHECK(note.size <= REMEMBERED_NOTE_MAX);
	remembered->sequence++;
	remembered->checkpoint = *checkpoint;
	remembered->note_size = note.size;
	memcpy(remembered->note, note.data, note.size);
	status = write_slot(remembered->fd, "remembered", remembered);
	if (status == DISK_OK && remembered->anchor_fd >= 0)
		status = write_slot(remembered->anchor_fd, remembered->anchor, remembered);
	return status;
}

void
remembered_close(struct remembered *remembered)
{
	if (remembered->fd >= 0)
		close(remembered->fd);
	if (remembered->anchor_fd >= 0)
		close(remembered->anchor_fd);
	remembered->fd = -1;
	remembered->anchor_fd = -1;
}
