#include "tools/lib/rosterfile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tree/frontier.h"

enum {
	WINDOW_RECORDS = 4096,
};

struct reading {
	const struct publiclog *log;
	const struct manifest *manifest;
	rosterfile_visit *visit;
	void *context;
	struct publiclog_stream stream;
	struct frontier frontier;
	uint64_t done; /* records */
	uint8_t last[TALLY_TAG_SIZE];
};

static enum tally_exit
take(struct reading *reading, const uint8_t *record, struct trouble *trouble)
{
	uint16_t district = be16_load(record + TALLY_TAG_SIZE);
	const char *path = reading->log->path;
	struct tree_hash leaf;

	if (reading->done > 0 && memcmp(record, reading->last, TALLY_TAG_SIZE) <= 0)
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/roster: record %" PRIu64
				   " is not behind the one before it",
				   path, reading->done);
	if (district >= manifest_districts(reading->manifest))
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/roster: record %" PRIu64
				   " names district %u, which there is not",
				   path, reading->done, district);
	tree_leaf(bytes_make(record, ROSTERFILE_RECORD_SIZE), &leaf);
	frontier_append(&reading->frontier, &leaf);
	memcpy(reading->last, record, sizeof reading->last);
	reading->done++;
	reading->visit(reading->context, record, district);
	return TALLY_EXIT_FINE;
}

static enum tally_exit
take_all(struct reading *reading, uint8_t *window, struct trouble *trouble)
{
	uint64_t count = reading->manifest->roster_count;
	enum tally_exit status = TALLY_EXIT_FINE;

	while (reading->done < count && status == TALLY_EXIT_FINE) {
		uint64_t left = count - reading->done;
		size_t wanted = left < WINDOW_RECORDS ? (size_t)left : WINDOW_RECORDS;

		status = publiclog_stream_read(&reading->stream, window,
					       wanted * ROSTERFILE_RECORD_SIZE, trouble);
		for (size_t i = 0; i < wanted && status == TALLY_EXIT_FINE; i++)
			status = take(reading, window + i * ROSTERFILE_RECORD_SIZE, trouble);
	}
	return status;
}

static enum tally_exit
judge_root(const struct reading *reading, struct trouble *trouble)
{
	struct tree_hash root;

	frontier_root(&reading->frontier, &root);
	if (memcmp(root.bytes, reading->manifest->roster_root, sizeof root.bytes) == 0)
		return TALLY_EXIT_FINE;
	return trouble_set(trouble, TALLY_EXIT_FAILED,
			   "%s/roster: its %" PRIu64
			   " records have another root than the manifest commits to",
			   reading->log->path, reading->done);
}

static enum tally_exit
read_open(struct reading *reading, struct trouble *trouble)
{
	uint64_t count = reading->manifest->roster_count;
	uint8_t *window = malloc((size_t)WINDOW_RECORDS * ROSTERFILE_RECORD_SIZE);
	enum tally_exit status;

	if (window == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD,
				   "not enough memory for the roster");
	if (reading->stream.size != count * ROSTERFILE_RECORD_SIZE)
		status = trouble_set(trouble, TALLY_EXIT_FAILED,
				     "%s/roster: its %" PRIu64 " bytes are not the %" PRIu64
				     " voters of the manifest",
				     reading->log->path, reading->stream.size, count);
	else
		status = take_all(reading, window, trouble);
	if (status == TALLY_EXIT_FINE)
		status = judge_root(reading, trouble);
	free(window);
	return status;
}

enum tally_exit
rosterfile_read(const struct publiclog *log, const struct manifest *manifest,
		rosterfile_visit *visit, void *context, struct trouble *trouble)
{
	struct reading reading = {
	    .log = log, .manifest = manifest, .visit = visit, .context = context};
	enum tally_exit status;

	CHECK(manifest->has_roster);
	frontier_init(&reading.frontier);
	status = publiclog_stream_open(&reading.stream, log, "roster", trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	status = read_open(&reading, trouble);
	publiclog_stream_close(&reading.stream);
	return status;
}
