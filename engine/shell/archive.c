#include "shell/archive.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	STRIDE = 256,            /* entries from one position to the next */
	POSITIONS_MAX = 1 << 23, /* 2^31 entries */
	SEGMENTS_MAX = 1 << 16,
	WINDOW_READ = 16 * 1024,  /* one entry's neighbourhood */
	WINDOW_WALK = 256 * 1024, /* and a walk's; holds the largest entry */
};

_Static_assert(WINDOW_WALK >= (int)TALLY_ENTRY_SIZE_MAX, "an entry fits a walk's window");
_Static_assert(WINDOW_READ >= (int)BATCH_HEADER_SIZE, "a batch's header fits any window");

struct position {
	uint64_t batch_offset;
	uint64_t entry_offset; /* of the entry's size field */
	uint32_t segment;
	uint32_t preceding; /* entries of the same batch before it */
};

struct opened_segment {
	int fd;
	uint64_t size;
};

struct archive {
	int dir_fd;
	struct position *positions; /* reserved at once: it never moves under its readers */
	struct opened_segment *segments;
	_Atomic uint32_t segments_count;
	_Atomic uint64_t size;
};

/* A place in the ledger that moves forward, and the bytes read around it. */
struct cursor {
	struct archive *archive;
	char name[SEGMENT_NAME_MAX];
	uint32_t segment;
	uint32_t left;        /* entries of this batch still ahead */
	uint64_t index;       /* of the next entry */
	uint64_t at;          /* its size field, where left > 0 */
	uint64_t entries_end; /* of this batch */
	uint64_t batch_end;
	uint8_t *window;
	size_t capacity;
	size_t window_size;
	uint64_t window_offset;
};

static void *
reserve(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory != MAP_FAILED)
		return memory;
	disk_fail_errno("reserve addresses for", "the archive");
	return NULL;
}

struct archive *
archive_open(int dir_fd)
{
	struct archive *archive = calloc(1, sizeof *archive);
	int ledger_fd;

	if (archive == NULL) {
		disk_fail_errno("find memory for", "the archive");
		return NULL;
	}
	archive->dir_fd = -1;
	if (disk_directory(dir_fd, "ledger", 0700, &ledger_fd) != DISK_OK)
		goto out;
	close(ledger_fd);
	/* Segments' names carry the folder, so what is kept is the data directory. */
	if (disk_open(dir_fd, ".", O_RDONLY | O_DIRECTORY, 0, &archive->dir_fd) != DISK_OK)
		goto out;
	archive->segments = reserve(SEGMENTS_MAX * sizeof *archive->segments);
	if (archive->segments == NULL)
		goto out;
	archive->positions = reserve(POSITIONS_MAX * sizeof *archive->positions);
	if (archive->positions == NULL)
		goto out;
	return archive;
out:
	archive_close(archive);
	return NULL;
}

void
archive_close(struct archive *archive)
{
	uint32_t count;

	if (archive == NULL)
		return;
	count = atomic_load(&archive->segments_count);
	for (uint32_t i = 0; i < count; i++)
		close(archive->segments[i].fd);
	if (archive->segments != NULL)
		munmap(archive->segments, SEGMENTS_MAX * sizeof *archive->segments);
	if (archive->positions != NULL)
		munmap(archive->positions, POSITIONS_MAX * sizeof *archive->positions);
	if (archive->dir_fd >= 0)
		close(archive->dir_fd);
	free(archive);
}

int
archive_add_segment(struct archive *archive, uint32_t number)
{
	char name[SEGMENT_NAME_MAX];
	struct stat about;
	int status;
	int fd;

	CHECK(number <= atomic_load(&archive->segments_count));
	if (number < atomic_load(&archive->segments_count))
		return DISK_OK;
	if (number == SEGMENTS_MAX)
		return disk_fail(DISK_FAILED, "the ledger has more than %d segments",
				 SEGMENTS_MAX);
	segment_name(number, name);
	status = disk_open(archive->dir_fd, name, O_RDONLY, 0, &fd);
	if (status != DISK_OK)
		return status;
	if (fstat(fd, &about) != 0) {
		status = disk_fail_errno("look at", name);
		close(fd);
		return status;
	}
	archive->segments[number] = (struct opened_segment){fd, (uint64_t)about.st_size};
	atomic_store_explicit(&archive->segments_count, number + 1, memory_order_release);
	return DISK_OK;
}

int
archive_add_batch(struct archive *archive, const struct batch *batch, uint32_t segment,
		  uint64_t offset)
{
	struct reader area = reader_make(batch->entries);
	uint64_t size = batch->first_index + batch->entries_count;

	CHECK(segment < atomic_load(&archive->segments_count));
	CHECK(batch->first_index == archive_size(archive));
	if (size > (uint64_t)POSITIONS_MAX * STRIDE)
		return disk_fail(DISK_FAILED, "the ledger has more than %llu entries",
				 (unsigned long long)POSITIONS_MAX * STRIDE);
	for (uint32_t i = 0; i < batch->entries_count; i++) {
		uint64_t index = batch->first_index + i;
		size_t used = (size_t)(area.at - batch->entries.data);

		if (index % STRIDE == 0)
			archive->positions[index / STRIDE] = (struct position){
			    offset, offset + BATCH_HEADER_SIZE + used, segment, i};
		CHECK(batch_entry_next(&area).data != NULL);
	}
	CHECK(reader_done(&area));
	atomic_store_explicit(&archive->size, size, memory_order_release);
	return DISK_OK;
}

uint64_t
archive_size(const struct archive *archive)
{
	return atomic_load_explicit(&archive->size, memory_order_acquire);
}

static void
cursor_enter(struct cursor *cursor, uint32_t segment)
{
	cursor->segment = segment;
	cursor->window_size = 0;
	segment_name(segment, cursor->name);
}

/* *out: bytes [offset, offset + size) of the segment, good until the next call. */
static int
cursor_view(struct cursor *cursor, uint64_t offset, size_t size, const uint8_t **out)
{
	const struct opened_segment *segment = &cursor->archive->segments[cursor->segment];
	size_t wanted = cursor->capacity;
	int status;

	CHECK(size <= cursor->capacity);
	if (offset < cursor->window_offset || cursor->window_size < size ||
	    offset - cursor->window_offset > cursor->window_size - size) {
		if (offset > segment->size || segment->size - offset < size)
			return disk_fail(DISK_DAMAGED,
					 "read %s: %zu bytes wanted at %llu of %llu",
					 cursor->name, size, (unsigned long long)offset,
					 (unsigned long long)segment->size);
		if (segment->size - offset < wanted)
			wanted = (size_t)(segment->size - offset);
		cursor->window_size = 0;
		status =
		    disk_read_at(segment->fd, cursor->name, cursor->window, wanted, offset);
		if (status != DISK_OK)
			return status;
		cursor->window_offset = offset;
		cursor->window_size = wanted;
	}
	*out = cursor->window + (offset - cursor->window_offset);
	return DISK_OK;
}

/* Reads the header at `offset` of the cursor's segment. DISK_ABSENT if no batch that begins
 * with entry `first_index` stands there. */
static int
cursor_batch(struct cursor *cursor, uint64_t offset, uint64_t first_index)
{
	const struct opened_segment *segment = &cursor->archive->segments[cursor->segment];
	const uint8_t *header;
	uint32_t entries_size;
	int status;

	if (offset + BATCH_HEADER_SIZE > segment->size)
		return DISK_ABSENT;
	status = cursor_view(cursor, offset, BATCH_HEADER_SIZE, &header);
	if (status != DISK_OK)
		return status;
	if (memcmp(header, "tallybat", 8) != 0 || be64_load(header + 24) != first_index)
		return DISK_ABSENT;
	entries_size = be32_load(header + 32);
	cursor->left = be32_load(header + 12);
	cursor->index = first_index;
	cursor->at = offset + BATCH_HEADER_SIZE;
	cursor->entries_end = cursor->at + entries_size;
	cursor->batch_end = offset + batch_size(entries_size);
	return cursor->left > 0 ? DISK_OK : DISK_ABSENT;
}

static int
cursor_damaged(const struct cursor *cursor, uint64_t offset)
{
	return disk_fail(DISK_DAMAGED, "read %s: entry %llu is not at %llu where it was",
			 cursor->name, (unsigned long long)cursor->index,
			 (unsigned long long)offset);
}

/* The batch behind this one: next to it, or the first of the next segment. */
static int
cursor_batch_next(struct cursor *cursor)
{
	uint64_t index = cursor->index;
	int status = cursor_batch(cursor, cursor->batch_end, index);

	if (status != DISK_ABSENT)
		return status;
	if (cursor->segment + 1 == atomic_load(&cursor->archive->segments_count))
		return cursor_damaged(cursor, cursor->batch_end);
	cursor_enter(cursor, cursor->segment + 1);
	status = cursor_batch(cursor, SEGMENT_HEADER_SIZE, index);
	return status == DISK_ABSENT ? cursor_damaged(cursor, SEGMENT_HEADER_SIZE) : status;
}

/* Steps over the next entry; its bytes stand at *offset. */
static int
cursor_next(struct cursor *cursor, uint64_t *offset, size_t *size)
{
	const uint8_t *field;
	int status = cursor->left > 0 ? DISK_OK : cursor_batch_next(cursor);

	if (status != DISK_OK)
		return status;
	status = cursor_view(cursor, cursor->at, 2, &field);
	if (status != DISK_OK)
		return status;
	*offset = cursor->at + 2;
	*size = be16_load(field);
	if (*offset + *size > cursor->entries_end)
		return cursor_damaged(cursor, cursor->at);
	cursor->at = *offset + *size;
	cursor->left--;
	cursor->index++;
	return DISK_OK;
}

/* Puts the cursor before entry `index`. */
static int
cursor_seek(struct cursor *cursor, uint64_t index)
{
	const struct position *position = &cursor->archive->positions[index / STRIDE];
	uint64_t block = index / STRIDE * STRIDE;
	int status;

	cursor_enter(cursor, position->segment);
	status = cursor_batch(cursor, position->batch_offset, block - position->preceding);
	if (status == DISK_ABSENT || (status == DISK_OK && cursor->left <= position->preceding))
		return cursor_damaged(cursor, position->batch_offset);
	if (status != DISK_OK)
		return status;
	cursor->left -= position->preceding;
	cursor->index = block;
	cursor->at = position->entry_offset;
	while (cursor->index < index && status == DISK_OK) {
		uint64_t offset;
		size_t size;

		status = cursor_next(cursor, &offset, &size);
	}
	return status;
}

static int
range_check(const struct archive *archive, uint64_t first, uint64_t count)
{
	uint64_t size = archive_size(archive);

	if (first <= size && count <= size - first)
		return DISK_OK;
	return disk_fail(DISK_ABSENT, "read %llu entries from %llu: the ledger has %llu",
			 (unsigned long long)count, (unsigned long long)first,
			 (unsigned long long)size);
}

int
archive_read(struct archive *archive, uint64_t index, uint8_t *memory, size_t capacity,
	     size_t *size)
{
	uint8_t window[WINDOW_READ];
	struct cursor cursor = {
	    .archive = archive, .window = window, .capacity = sizeof window};
	uint64_t offset;
	int status = range_check(archive, index, 1);

	*size = 0;
	if (status == DISK_OK)
		status = cursor_seek(&cursor, index);
	if (status == DISK_OK)
		status = cursor_next(&cursor, &offset, size);
	if (status != DISK_OK)
		return status;
	if (*size > capacity)
		return disk_fail(DISK_FAILED, "read entry %llu: %zu bytes, room for %zu",
				 (unsigned long long)index, *size, capacity);
	return disk_read_at(archive->segments[cursor.segment].fd, cursor.name, memory, *size,
			    offset);
}

/* True if the next entry is of this batch and lies in the window as it is. */
static bool
cursor_near(const struct cursor *cursor)
{
	uint64_t end = cursor->window_offset + cursor->window_size;

	if (cursor->left == 0 || cursor->at < cursor->window_offset || cursor->at + 2 > end)
		return false;
	return cursor->at + 2 +
		   be16_load(cursor->window + (cursor->at - cursor->window_offset)) <=
	       end;
}

/* The next entry, and those behind it that lie in the window beside it. */
static int
cursor_run(struct cursor *cursor, uint64_t end, struct bytes entries[TALLY_TILE_WIDTH],
	   size_t *count)
{
	*count = 0;
	do {
		const uint8_t *entry;
		uint64_t offset;
		size_t size;
		int status = cursor_next(cursor, &offset, &size);

		if (status == DISK_OK)
			status = cursor_view(cursor, offset, size, &entry);
		if (status != DISK_OK)
			return status;
		entries[(*count)++] = bytes_make(entry, size);
	} while (cursor->index < end && cursor->index % TALLY_TILE_WIDTH != 0 &&
		 cursor_near(cursor));
	return DISK_OK;
}

static int
walk_steps(struct cursor *cursor, uint64_t end, archive_visit_run *visit, void *context)
{
	struct bytes entries[TALLY_TILE_WIDTH];

	while (cursor->index < end) {
		uint64_t first = cursor->index;
		size_t count;
		int status = cursor_run(cursor, end, entries, &count);

		if (status != DISK_OK)
			return status;
		if (!visit(context, first, entries, count))
			return DISK_OK;
	}
	return DISK_OK;
}

int
archive_walk_runs(struct archive *archive, uint64_t first, uint64_t count,
		  archive_visit_run *visit, void *context)
{
	struct cursor cursor = {.archive = archive, .capacity = WINDOW_WALK};
	int status = range_check(archive, first, count);

	if (status != DISK_OK || count == 0)
		return status;
	cursor.window = malloc(WINDOW_WALK);
	if (cursor.window == NULL)
		return disk_fail_errno("find memory to read", "the ledger");
	status = cursor_seek(&cursor, first);
	if (status == DISK_OK)
		status = walk_steps(&cursor, first + count, visit, context);
	free(cursor.window);
	return status;
}

struct single {
	archive_visit *visit;
	void *context;
};

static bool
single_run(void *context, uint64_t index, const struct bytes *entries, size_t count)
{
	const struct single *single = context;

	for (size_t i = 0; i < count; i++) {
		if (!single->visit(single->context, index + i, entries[i]))
			return false;
	}
	return true;
}

int
archive_walk(struct archive *archive, uint64_t first, uint64_t count, archive_visit *visit,
	     void *context)
{
	struct single single = {visit, context};

	return archive_walk_runs(archive, first, count, single_run, &single);
}
