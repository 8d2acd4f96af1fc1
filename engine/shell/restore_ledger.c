#include "shell/restore.h"

#include "shell/line.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SEGMENT_BYTES_LIMIT = 1 << 30,
};

/* step 3 */

static bool
note_batch(struct restore *restore, const struct batch *batch)
{
	size_t count = (size_t)batch->number;

	if (count == restore->checksums_capacity) {
		size_t capacity = count == 0 ? 4096 : count * 2;
		uint64_t *checksums =
		    realloc(restore->checksums, capacity * sizeof *restore->checksums);
		uint64_t *ends;

		if (checksums == NULL)
			return false;
		restore->checksums = checksums;
		ends = realloc(restore->batch_ends, capacity * sizeof *restore->batch_ends);
		if (ends == NULL)
			return false;
		restore->batch_ends = ends;
		restore->checksums_capacity = capacity;
	}
	restore->checksums[count] = batch->checksum;
	restore->batch_ends[count] = batch->first_index + batch->entries_count;
	return true;
}

static bool
visit_batch(void *context, const struct batch *batch, uint32_t segment, uint64_t offset)
{
	struct restore *restore = context;
	uint64_t end = batch->first_index + batch->entries_count;

	if (restore->beyond_offset == 0 && end > restore->start->remembered.checkpoint.size) {
		restore->beyond_segment = segment;
		restore->beyond_offset = offset;
	}
	return note_batch(restore, batch) &&
	       archive_add_batch(restore->start->archive, batch, segment, offset) == DISK_OK;
}

static int
damage(const struct scan *scan)
{
	char name[SEGMENT_NAME_MAX];

	segment_name(scan->damage_segment, name);
	return disk_fail(DISK_DAMAGED, "reading %s at offset %llu: %s; nothing was changed",
			 name, (unsigned long long)scan->damage_offset, scan->damage);
}

static int
open_ledger(const struct restore *restore, uint32_t number, int flags, int *fd)
{
	char name[SEGMENT_NAME_MAX];

	segment_name(number, name);
	return disk_open(restore->start->dir_fd, name, flags, 0, fd);
}

/* DISK_ABSENT behind the last one. */
static int
scan_one(struct restore *restore, uint32_t number, uint8_t **memory, size_t *capacity)
{
	struct stat about;
	enum scan_result result;
	int fd;
	int status = open_ledger(restore, number, O_RDONLY, &fd);

	if (status != DISK_OK)
		return status;
	if (fstat(fd, &about) != 0 || about.st_size > SEGMENT_BYTES_LIMIT) {
		close(fd);
		return disk_fail(DISK_DAMAGED,
				 "reading ledger segment %u: its size is impossible", number);
	}
	if ((size_t)about.st_size > *capacity) {
		free(*memory);
		*capacity = (size_t)about.st_size;
		*memory = malloc(*capacity);
		CHECK(*memory != NULL);
	}
	status = disk_read_at(fd, "a ledger segment", *memory, (size_t)about.st_size, 0);
	close(fd);
	if (status == DISK_OK)
		status = archive_add_segment(restore->start->archive, number);
	if (status != DISK_OK)
		return status;
	result = scan_segment(&restore->scan, bytes_make(*memory, (size_t)about.st_size));
	if (result == SCAN_DAMAGED)
		return damage(&restore->scan);
	return result == SCAN_GOES_ON ? DISK_OK : DISK_FAILED;
}

int
restore_scan(struct restore *restore)
{
	uint8_t *memory = NULL;
	size_t capacity = 0;
	enum scan_result result;
	int status = DISK_OK;

	scan_init(&restore->scan, restore->start->remembered.checkpoint.size, visit_batch,
		  restore);
	for (uint32_t number = 0; status == DISK_OK; number++)
		status = scan_one(restore, number, &memory, &capacity);
	free(memory);
	if (status != DISK_ABSENT)
		return status;
	result = scan_finish(&restore->scan);
	if (result == SCAN_DAMAGED)
		return damage(&restore->scan);
	restore->torn = result == SCAN_TORN;
	if (memcmp(restore->scan.campaign, restore->start->remembered.campaign,
		   TALLY_HASH_SIZE) != 0)
		return disk_fail(DISK_DAMAGED, "the ledger is of another campaign than what is "
					       "remembered");
	return DISK_OK;
}

/* step 5 */

/* What may only be in the page cache is written again with the bytes read, and synced: after a
 * failed sync a page can be clean and wrong. */
static int
rewrite(const struct restore *restore, uint32_t number, uint64_t from, uint64_t to)
{
	uint8_t *memory = malloc((size_t)(to - from));
	int fd = -1;
	int status = open_ledger(restore, number, O_RDWR, &fd);

	CHECK(memory != NULL || to == from);
	if (status == DISK_OK)
		status =
		    disk_read_at(fd, "a ledger segment", memory, (size_t)(to - from), from);
	if (status == DISK_OK)
		status =
		    disk_write_at(fd, "a ledger segment", memory, (size_t)(to - from), from);
	if (status == DISK_OK)
		status = disk_sync(fd, "a ledger segment");
	if (fd >= 0)
		close(fd);
	free(memory);
	return status;
}

/* Where the rewriting of a segment ends: behind its last batch, or with its file. */
static int
rewrite_end(const struct restore *restore, uint32_t number, uint64_t *end)
{
	struct stat about;
	int fd;
	int status;

	*end = restore->scan.offset;
	if (number == restore->scan.segment)
		return DISK_OK;
	status = open_ledger(restore, number, O_RDONLY, &fd);
	if (status != DISK_OK)
		return status;
	if (fstat(fd, &about) != 0)
		status = disk_fail_errno("look at", "a ledger segment");
	else
		*end = (uint64_t)about.st_size;
	close(fd);
	return status;
}

int
restore_tail(struct restore *restore)
{
	const struct scan *scan = &restore->scan;
	uint64_t from = restore->beyond_offset;
	int status = DISK_OK;

	if (from == 0)
		return DISK_OK;
	for (uint32_t n = restore->beyond_segment; n <= scan->segment && status == DISK_OK;
	     n++) {
		uint64_t end;

		status = rewrite_end(restore, n, &end);
		if (status == DISK_OK)
			status = rewrite(restore, n, from, end);
		from = SEGMENT_HEADER_SIZE;
	}
	return status;
}

/* step 8 */

/* Not before the ledger is known to be the one that was signed: another one is left as it is. */
int
restore_cut(struct restore *restore)
{
	const struct scan *scan = &restore->scan;
	size_t size = (size_t)(scan->torn_end - scan->torn_offset);
	uint8_t *zeros;
	int fd;
	int status;

	if (!restore->torn)
		return DISK_OK;
	zeros = calloc(1, size + 1);
	CHECK(zeros != NULL);
	status = open_ledger(restore, scan->torn_segment, O_RDWR, &fd);
	if (status == DISK_OK)
		status = disk_write_at(fd, "a ledger segment", zeros, size, scan->torn_offset);
	if (status == DISK_OK)
		status = disk_sync(fd, "a ledger segment");
	if (fd >= 0)
		close(fd);
	free(zeros);
	if (status == DISK_OK)
		line_say(
		    "the last batch was torn (segment %u, offset %llu): cut; nothing in it was "
		    "ever answered",
		    scan->torn_segment, (unsigned long long)scan->torn_offset);
	return status;
}
