#include "shell/remembered.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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

/* What a file of two slots, and another one, may say. */
struct slot {
	uint8_t campaign[TALLY_HASH_SIZE];
	uint64_t sequence;
	struct checkpoint checkpoint;
	struct bytes note; /* a view into the file's bytes */
};

struct reading {
	uint8_t files[2][2 * REMEMBERED_SLOT_SIZE];
	struct slot slots[4];
	size_t slots_count;
};

static bool
slot_parse(const uint8_t bytes[REMEMBERED_SLOT_SIZE], struct slot *out)
{
	struct reader reader = reader_make(bytes_make(bytes, CHECKSUM_OFFSET));
	size_t note_size;

	if (be64_load(bytes + CHECKSUM_OFFSET) != XXH3_64bits(bytes, CHECKSUM_OFFSET))
		return false;
	reader_expect(&reader, BYTES_OF("tallyrem"));
	if (reader_u32(&reader) != 1)
		return false;
	note_size = reader_u32(&reader);
	out->sequence = reader_u64(&reader);
	reader_copy(&reader, out->campaign, TALLY_HASH_SIZE);
	out->checkpoint.size = reader_u64(&reader);
	reader_copy(&reader, out->checkpoint.root, TALLY_HASH_SIZE);
	if (note_size > REMEMBERED_NOTE_MAX)
		return false;
	out->note = reader_bytes(&reader, note_size);
	return !reader.failed && out->sequence > 0;
}

/* Takes a valid slot beside those already there, if it can be of the same log (L5). */
static int
take_slot(struct reading *reading, const uint8_t *bytes, const char *name)
{
	struct slot *slot = &reading->slots[reading->slots_count];

	if (!slot_parse(bytes, slot))
		return DISK_OK;
	for (size_t i = 0; i < reading->slots_count; i++) {
		const struct slot *other = &reading->slots[i];

		if (memcmp(slot->campaign, other->campaign, TALLY_HASH_SIZE) != 0)
			return disk_fail(DISK_DAMAGED,
					 "reading %s: it belongs to another campaign", name);
		if (slot->checkpoint.size == other->checkpoint.size &&
		    memcmp(slot->checkpoint.root, other->checkpoint.root, TALLY_HASH_SIZE) != 0)
			return disk_fail(DISK_DAMAGED,
					 "reading %s: two different roots are remembered "
					 "for one size: this log has forked",
					 name);
	}
	reading->slots_count++;
	return DISK_OK;
}

static int
read_slots(struct reading *reading, uint8_t *memory, int fd, const char *name)
{
	int status = disk_read_at(fd, name, memory, 2 * REMEMBERED_SLOT_SIZE, 0);

	if (status == DISK_OK)
		status = take_slot(reading, memory, name);
	if (status == DISK_OK)
		status = take_slot(reading, memory + REMEMBERED_SLOT_SIZE, name);
	return status;
}

/* The largest tree counts; of two that are equal, the newer slot. */
static int
choose_slot(const struct reading *reading, struct remembered *out, const char *name)
{
	const struct slot *best = &reading->slots[0];

	if (reading->slots_count == 0)
		return disk_fail(DISK_DAMAGED,
				 "reading %s: neither slot is valid, so nobody knows what this "
				 "log has signed",
				 name);
	for (size_t i = 1; i < reading->slots_count; i++) {
		const struct slot *slot = &reading->slots[i];

		if (slot->checkpoint.size > best->checkpoint.size ||
		    (slot->checkpoint.size == best->checkpoint.size &&
		     slot->sequence > best->sequence))
			best = slot;
	}
	memcpy(out->campaign, best->campaign, TALLY_HASH_SIZE);
	out->sequence = best->sequence;
	out->checkpoint = best->checkpoint;
	out->note_size = best->note.size;
	memcpy(out->note, best->note.data, best->note.size);
	return DISK_OK;
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

/* Both slots, and the file. */
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

/* An absolute path, so that the anchor is found from wherever a later start is made. */
static int
name_anchor(struct remembered *remembered, const char *anchor)
{
	size_t capacity = sizeof remembered->anchor;
	char folder[sizeof remembered->anchor] = "";
	int size;

	if (anchor[0] != '/' && getcwd(folder, sizeof folder) == NULL)
		return disk_fail_errno("find the working directory for", anchor);
	size = snprintf(remembered->anchor, capacity, "%s%s%s", folder,
			anchor[0] == '/' ? "" : "/", anchor);
	if (size < 0 || (size_t)size >= capacity)
		return disk_fail(DISK_FAILED,
				 "making the anchor %.64s...: its path is too long", anchor);
	return DISK_OK;
}

static int
sync_anchor_folder(const struct remembered *remembered)
{
	char folder[sizeof remembered->anchor];
	char *slash;

	memcpy(folder, remembered->anchor, sizeof folder);
	slash = strrchr(folder, '/');
	slash[slash == folder ? 1 : 0] = '\0';
	return disk_sync_folder(AT_FDCWD, folder);
}

static int
write_anchor_path(struct remembered *remembered, int dir_fd, const char *anchor)
{
	int status = name_anchor(remembered, anchor);

	if (status == DISK_OK)
		status = disk_replace(dir_fd, "anchor", bytes_of_string(remembered->anchor),
				      0600, true);
	return status;
}

/* Where the file system has no locks there are none. */
static int
lock_anchor(int fd, const char *name, int kind)
{
	if (flock(fd, kind | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return DISK_OK;
	return disk_fail(DISK_FAILED,
			 "%s is in use: the tallyd whose anchor it is runs; two of them would "
			 "sign two histories",
			 name);
}

static int
make_anchor(struct remembered *remembered, int dir_fd, const char *anchor)
{
	int status = write_anchor_path(remembered, dir_fd, anchor);

	if (status == DISK_OK)
		status =
		    make_file(AT_FDCWD, remembered->anchor, remembered, &remembered->anchor_fd);
	if (status == DISK_OK)
		status = lock_anchor(remembered->anchor_fd, remembered->anchor, LOCK_EX);
	return status == DISK_OK ? sync_anchor_folder(remembered) : status;
}

static void
begin(struct remembered *remembered, const uint8_t *campaign,
      const struct checkpoint *checkpoint, struct bytes note)
{
	memset(remembered, 0, sizeof *remembered);
	remembered->fd = -1;
	remembered->anchor_fd = -1;
	CHECK(note.size <= REMEMBERED_NOTE_MAX);
	memcpy(remembered->campaign, campaign, TALLY_HASH_SIZE);
	remembered->sequence = 1;
	remembered->checkpoint = *checkpoint;
	remembered->note_size = note.size;
	memcpy(remembered->note, note.data, note.size);
}

int
remembered_create(struct remembered *remembered, int dir_fd, const char *anchor,
		  const uint8_t campaign[TALLY_HASH_SIZE], const struct checkpoint *checkpoint,
		  struct bytes note)
{
	int status = DISK_OK;

	begin(remembered, campaign, checkpoint, note);
	/* `remembered` last: without it nobody starts, so no log goes on without the anchor it
	 * was promised. */
	if (anchor != NULL)
		status = make_anchor(remembered, dir_fd, anchor);
	if (status == DISK_OK)
		status = make_file(dir_fd, "remembered", remembered, &remembered->fd);
	return status == DISK_OK ? disk_sync_folder(dir_fd, ".") : status;
}

static int
peek_at(struct remembered *remembered, int fd, const char *name)
{
	struct reading reading = {.slots_count = 0};
	int status = read_slots(&reading, reading.files[0], fd, name);

	return status == DISK_OK ? choose_slot(&reading, remembered, name) : status;
}

int
remembered_peek(struct remembered *remembered, int dir_fd, const char *name)
{
	int fd;
	/* Non-blocking: a pipe of that name is refused, not waited for. */
	int status = disk_open(dir_fd, name, O_RDONLY | O_NONBLOCK, 0, &fd);

	memset(remembered, 0, sizeof *remembered);
	remembered->fd = -1;
	remembered->anchor_fd = -1;
	if (status == DISK_OK)
		status = lock_anchor(fd, name, LOCK_SH);
	if (status == DISK_OK)
		status = peek_at(remembered, fd, name);
	if (fd >= 0)
		close(fd);
	return status;
}

/* L5: only if what the anchor says now is still a beginning of what is to be remembered. */
static int
follow_anchor(struct remembered *remembered, const char *anchor)
{
	const struct checkpoint *ours = &remembered->checkpoint;
	struct remembered now;
	int status = peek_at(&now, remembered->anchor_fd, anchor);

	if (status != DISK_OK)
		return status;
	remembered->sequence = now.sequence + 1;
	if (memcmp(now.campaign, remembered->campaign, TALLY_HASH_SIZE) == 0 &&
	    (now.checkpoint.size < ours->size ||
	     memcmp(&now.checkpoint, ours, sizeof *ours) == 0))
		return DISK_OK;
	return disk_fail(DISK_DAMAGED,
			 "%s: meanwhile it remembers another checkpoint, of %llu entries",
			 anchor, (unsigned long long)now.checkpoint.size);
}

int
remembered_adopt(struct remembered *remembered, int dir_fd, const char *anchor,
		 const uint8_t campaign[TALLY_HASH_SIZE], const struct checkpoint *checkpoint,
		 struct bytes note)
{
	int status;

	begin(remembered, campaign, checkpoint, note);
	status = disk_open(AT_FDCWD, anchor, O_RDWR, 0, &remembered->anchor_fd);
	if (status == DISK_OK)
		status = lock_anchor(remembered->anchor_fd, anchor, LOCK_EX);
	if (status == DISK_OK)
		status = follow_anchor(remembered, anchor);
	if (status == DISK_OK)
		status = write_anchor_path(remembered, dir_fd, anchor);
	if (status == DISK_OK)
		status = write_slot(remembered->anchor_fd, remembered->anchor, remembered);
	if (status == DISK_OK)
		status = make_file(dir_fd, "remembered", remembered, &remembered->fd);
	return status == DISK_OK ? disk_sync_folder(dir_fd, ".") : status;
}

static int
open_anchor(struct remembered *remembered, int dir_fd, struct reading *reading)
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
		status = lock_anchor(remembered->anchor_fd, remembered->anchor, LOCK_EX);
	if (status == DISK_OK)
		status = read_slots(reading, reading->files[1], remembered->anchor_fd,
				    remembered->anchor);
	return status;
}

int
remembered_open(struct remembered *remembered, int dir_fd)
{
	struct reading reading = {.slots_count = 0};
	int status;

	memset(remembered, 0, sizeof *remembered);
	remembered->anchor_fd = -1;
	status = disk_open(dir_fd, "remembered", O_RDWR, 0, &remembered->fd);
	if (status == DISK_OK)
		status = read_slots(&reading, reading.files[0], remembered->fd, "remembered");
	if (status == DISK_OK)
		status = open_anchor(remembered, dir_fd, &reading);
	return status == DISK_OK ? choose_slot(&reading, remembered, "remembered") : status;
}

int
remembered_repeat(struct remembered *remembered)
{
	int status;

	remembered->sequence++;
	status = write_slot(remembered->fd, "remembered", remembered);
	if (status == DISK_OK && remembered->anchor_fd >= 0)
		status = write_slot(remembered->anchor_fd, remembered->anchor, remembered);
	return status;
}

int
remembered_write(struct remembered *remembered, const struct checkpoint *checkpoint,
		 struct bytes note)
{
	CHECK(checkpoint->size >= remembered->checkpoint.size); /* L5 */
	CHECK(note.size <= REMEMBERED_NOTE_MAX);
	remembered->checkpoint = *checkpoint;
	remembered->note_size = note.size;
	memcpy(remembered->note, note.data, note.size);
	return remembered_repeat(remembered);
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
