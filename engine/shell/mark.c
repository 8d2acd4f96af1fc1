#include "shell/mark.h"

#include "base/text.h"
#include "tally/formats.h"

#include <stdlib.h>

enum {
	MARK_SIZE_MAX = 24,
};

int
mark_read(int dir_fd, const char *name, uint64_t *mark)
{
	uint8_t *memory;
	size_t size;
	int status = disk_load(dir_fd, name, MARK_SIZE_MAX, &memory, &size);

	*mark = 0;
	if (status == DISK_ABSENT || status == DISK_DAMAGED)
		return DISK_OK;
	if (status != DISK_OK)
		return status;
	if (!text_decimal_parse(bytes_make(memory, size), mark))
		*mark = 0;
	free(memory);
	return DISK_OK;
}

int
mark_read_note(int dir_fd, const char *name, uint64_t *mark)
{
	struct bytes rest;
	struct bytes line;
	uint8_t *memory;
	size_t size;
	int status = disk_load(dir_fd, name, TALLY_CHECKPOINT_SIZE_MAX, &memory, &size);

	*mark = 0;
	if (status == DISK_ABSENT || status == DISK_DAMAGED)
		return DISK_OK;
	if (status != DISK_OK)
		return status;
	rest = bytes_make(memory, size);
	if (!text_line_next(&rest, &line) || !text_line_next(&rest, &line) ||
	    !text_decimal_parse(line, mark))
		*mark = 0;
	free(memory);
	return DISK_OK;
}

int
mark_write(int dir_fd, const char *name, uint64_t mark)
{
	uint8_t memory[MARK_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	writer_decimal(&writer, mark);
	return disk_replace(dir_fd, name, writer_view(&writer), 0644, true);
}
