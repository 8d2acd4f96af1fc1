#include "shell/gathering.h"

static bool
take(void *context, uint64_t index, struct bytes entry)
{
	return gather_take(context, index, entry);
}

/* By tags the ballots lie far from each other. */
static int
read_one(struct archive *archive, struct gather *gather, uint64_t index)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX + 1];
	size_t size;
	int status = archive_read(archive, index, memory, sizeof memory, &size);

	if (status == DISK_OK)
		(void)gather_take(gather, index, bytes_make(memory, size));
	return status;
}

int
gathering_read(struct archive *archive, struct gather *gather)
{
	uint64_t first;
	uint64_t count;
	int status = DISK_OK;

	while (status == DISK_OK && gather_wants(gather, &first, &count))
		status = gather->voided.tags_count > 0
			     ? read_one(archive, gather, first)
			     : archive_walk(archive, first, count, take, gather);
	return status;
}
