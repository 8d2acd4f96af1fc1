#include "shell/lawfiles.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_SIZE = 40,
	LIST_SIZE_MAX = 16 * 1024 * 1024,
	LINE_SIZE_MAX = 21,
};

static int
list_add(struct lawfiles *lawfiles, uint64_t index)
{
	if (lawfiles->count == lawfiles->capacity) {
		size_t capacity = lawfiles->capacity == 0 ? 64 : 2 * lawfiles->capacity;
		uint64_t *list = realloc(lawfiles->list, capacity * sizeof *list);

		if (list == NULL)
			return disk_fail_errno("find memory for", "law/list");
		lawfiles->list = list;
		lawfiles->capacity = capacity;
	}
	lawfiles->list[lawfiles->count++] = index;
	return DISK_OK;
}

/* The indexes below the mark. False: not a list as we write it. */
static bool
list_parse(struct lawfiles *lawfiles, struct bytes text, uint64_t mark)
{
	uint64_t last = 0;

	while (text.size > 0) {
		struct bytes line;
		uint64_t index;

		if (!text_line_next(&text, &line) || !text_decimal_parse(line, &index) ||
		    (lawfiles->count > 0 && index <= last))
			return false;
		last = index;
		if (index < mark && list_add(lawfiles, index) != DISK_OK)
			return false;
	}
	return lawfiles->count > 0;
}

int
lawfiles_open(struct lawfiles *lawfiles, int public_fd, struct archive *archive,
	      struct treefile *tree, uint64_t mark)
{
	uint8_t *memory;
	size_t size;
	int status;

	*lawfiles = (struct lawfiles){public_fd, archive, tree, mark, NULL, 0, 0, NULL};
	lawfiles->memory = malloc(TALLY_LAW_FILE_SIZE_MAX);
	if (lawfiles->memory == NULL)
		return disk_fail_errno("find memory for", "law files");
	status = disk_load(public_fd, "law/list", LIST_SIZE_MAX, &memory, &size);
	if (status == DISK_OK) {
		if (!list_parse(lawfiles, bytes_make(memory, size), mark))
			lawfiles->done = 0;
		free(memory);
		return DISK_OK;
	}
	lawfiles->done = 0;
	return status == DISK_ABSENT || status == DISK_DAMAGED ? DISK_OK : status;
}

void
lawfiles_free(struct lawfiles *lawfiles)
{
	free(lawfiles->list);
	free(lawfiles->memory);
}

struct making {
	struct lawfiles *lawfiles;
	const struct checkpoint *checkpoint;
	struct bytes note;
	int status;
};

static int
file_write(const struct making *making, uint64_t index, struct bytes entry)
{
	struct lawfiles *lawfiles = making->lawfiles;
	struct writer writer = writer_make(lawfiles->memory, TALLY_LAW_FILE_SIZE_MAX);
	char name[NAME_SIZE];
	struct tree_hash leaf;
	struct tree_hash root;
	struct proof proof;

	if (!proof_inclusion(index, making->checkpoint->size, treefile_source, lawfiles->tree,
			     &proof))
		return disk_fail(DISK_FAILED, "publish law/%llu: %s", (unsigned long long)index,
				 disk_error());
	tree_leaf(entry, &leaf);
	memcpy(root.bytes, making->checkpoint->root, sizeof root.bytes);
	if (!proof_inclusion_verify(&proof, index, making->checkpoint->size, &leaf, &root))
		return disk_fail(DISK_DAMAGED,
				 "publish law/%llu: the entry, as the disk gives it back, is "
				 "not in the tree",
				 (unsigned long long)index);
	receipt_write_extra(&writer, entry, index, &proof, making->note);
	CHECK(!writer.failed);
	snprintf(name, sizeof name, "law/%llu", (unsigned long long)index);
	return disk_replace(lawfiles->public_fd, name, writer_view(&writer), 0644, false);
}

static bool
is_law(struct bytes entry)
{
	uint8_t kind = entry.size > 0 ? entry.data[0] : 0;

	return kind == TALLY_ENTRY_CAMPAIGN || kind == TALLY_ENTRY_PHASE ||
	       kind == TALLY_ENTRY_NOTICE;
}

static bool
visit(void *context, uint64_t index, struct bytes entry)
{
	struct making *making = context;

	if (!is_law(entry))
		return true;
	making->status = file_write(making, index, entry);
	if (making->status == DISK_OK)
		making->status = list_add(making->lawfiles, index);
	return making->status == DISK_OK;
}

static int
list_write(const struct lawfiles *lawfiles)
{
	uint8_t *memory = malloc(lawfiles->count * LINE_SIZE_MAX + 1);
	struct writer writer = writer_make(memory, lawfiles->count * LINE_SIZE_MAX);
	int status;

	if (memory == NULL)
		return disk_fail_errno("find memory for", "law/list");
	for (size_t i = 0; i < lawfiles->count; i++) {
		writer_decimal(&writer, lawfiles->list[i]);
		writer_u8(&writer, '\n');
	}
	CHECK(!writer.failed);
	status =
	    disk_replace(lawfiles->public_fd, "law/list", writer_view(&writer), 0644, false);
	free(memory);
	return status;
}

int
lawfiles_make(struct lawfiles *lawfiles, const struct checkpoint *checkpoint, struct bytes note)
{
	struct making making = {lawfiles, checkpoint, note, DISK_OK};
	int status;

	if (checkpoint->size < lawfiles->done)
		return DISK_OK;
	/* What a publication that failed had listed. */
	while (lawfiles->count > 0 && lawfiles->list[lawfiles->count - 1] >= lawfiles->done)
		lawfiles->count--;
	status = archive_walk(lawfiles->archive, lawfiles->done,
			      checkpoint->size - lawfiles->done, visit, &making);
	if (status == DISK_OK)
		status = making.status;
	return status == DISK_OK ? list_write(lawfiles) : status;
}

void
lawfiles_made(struct lawfiles *lawfiles, uint64_t size)
{
	lawfiles->done = size;
}
