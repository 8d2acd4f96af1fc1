#include "ledger/scan.h"

#include <string.h>

#include "limits.h"

void
scan_init(struct scan *scan, uint64_t remembered_size, scan_visit *visit, void *context)
{
	*scan = (struct scan){.remembered_size = remembered_size,
			      .visit = visit,
			      .context = context,
			      .offset = SEGMENT_HEADER_SIZE};
}

static enum scan_result
damaged(struct scan *scan, uint32_t segment, uint64_t offset, const char *sentence)
{
	scan->damage_segment = segment;
	scan->damage_offset = offset;
	scan->damage = sentence;
	return SCAN_DAMAGED;
}

static struct bytes
from(struct bytes segment, size_t offset)
{
	return bytes_make(segment.data + offset, segment.size - offset);
}

static size_t
nonzero_begin(struct bytes segment, size_t offset)
{
	while (offset < segment.size && segment.data[offset] == 0)
		offset++;
	return offset;
}

static size_t
nonzero_end(struct bytes segment, size_t offset)
{
	size_t end = segment.size;

	while (end > offset && segment.data[end - 1] == 0)
		end--;
	return end;
}

/* NULL if the segment is the one whose turn it is. */
static const char *
header_fault(struct scan *scan, struct bytes bytes)
{
	struct segment header;

	if (!segment_header_parse(bytes, &header))
		return "the segment's header is invalid";
	if (header.number != scan->segments_count)
		return "a segment is missing or out of order";
	if (header.size != bytes.size)
		return "the segment is not as large as its header says";
	if (scan->segments_count == 0)
		memcpy(scan->campaign, header.campaign, sizeof scan->campaign);
	if (memcmp(scan->campaign, header.campaign, sizeof scan->campaign) != 0)
		return "the segment belongs to another campaign";
	return NULL;
}

static bool
continues(const struct scan *scan, const struct batch *batch)
{
	return batch->number == scan->batches_count &&
	       batch->first_index == scan->entries_count && batch->previous == scan->checksum;
}

/* Moves *offset over the valid part of the segment. False if the visitor said no. */
static bool
take_batches(struct scan *scan, uint32_t number, struct bytes segment, size_t *offset)
{
	struct batch batch;

	while (batch_parse(from(segment, *offset), scan->campaign, &batch) &&
	       continues(scan, &batch)) {
		if (scan->visit != NULL && !scan->visit(scan->context, &batch, number, *offset))
			return false;
		*offset += batch.size;
		scan->batches_count++;
		scan->entries_count += batch.entries_count;
		scan->checksum = batch.checksum;
		scan->segment = number;
		scan->offset = *offset;
	}
	return true;
}

/* Where a valid batch stands that is not older than the expected one; segment.size if nowhere.
 */
static size_t
later_batch(const struct scan *scan, struct bytes segment, size_t offset)
{
	struct batch batch;

	for (; offset < segment.size; offset += 8) {
		if (batch_parse(from(segment, offset), scan->campaign, &batch) &&
		    batch.number >= scan->batches_count)
			return offset;
	}
	return segment.size;
}

/* L4. The valid part ends before `offset`, and something stands at or behind it. */
static enum scan_result
judge(struct scan *scan, uint32_t number, struct bytes segment, size_t offset)
{
	size_t begin = nonzero_begin(segment, offset);
	size_t end = nonzero_end(segment, offset);
	size_t later = later_batch(scan, segment, offset);
	size_t reach = offset + batch_size(batch_bytes_max);

	if (later == offset)
		return damaged(scan, scan->segment, scan->offset,
			       "a batch is missing: the next valid one does not follow");
	if (later < segment.size)
		return damaged(scan, number, offset,
			       "the batch is invalid, and a valid one stands behind it");
	if (begin >= reach)
		return damaged(scan, number, begin, "bytes stand where nothing was written");
	if (end > reach)
		return damaged(
		    scan, number, offset,
		    "the batch is invalid, and more than one batch stands behind it");
	if (scan->entries_count < scan->remembered_size)
		return damaged(scan, number, offset,
			       "the batch is invalid, and the remembered checkpoint covers it");
	scan->ended = true;
	scan->torn_segment = number;
	scan->torn_offset = offset;
	scan->torn_end = end;
	return SCAN_GOES_ON;
}

/* A batch fits an empty segment, so the next one stands in the last of these or right behind.
 */
static uint32_t
used_segments(const struct scan *scan)
{
	return scan->batches_count == 0 ? 0 : scan->segment + 1;
}

enum scan_result
scan_segment(struct scan *scan, struct bytes segment)
{
	uint32_t number = scan->segments_count;
	size_t offset = SEGMENT_HEADER_SIZE;
	const char *fault;

	if (scan->damage != NULL)
		return SCAN_DAMAGED;
	fault = header_fault(scan, segment);
	if (fault != NULL)
		return damaged(scan, number, 0, fault);
	scan->segments_count++;
	if (bytes_all_zero(from(segment, offset)))
		return SCAN_GOES_ON;
	if (scan->ended)
		return damaged(scan, scan->torn_segment, scan->torn_offset,
			       "the batch is invalid, and a later segment is in use");
	if (number > used_segments(scan))
		return damaged(scan, used_segments(scan), offset,
			       "the segment is empty, and a later one is in use");
	if (!take_batches(scan, number, segment, &offset))
		return SCAN_STOPPED;
	if (bytes_all_zero(from(segment, offset)))
		return SCAN_GOES_ON;
	return judge(scan, number, segment, offset);
}

enum scan_result
scan_finish(struct scan *scan)
{
	if (scan->damage != NULL)
		return SCAN_DAMAGED;
	if (scan->segments_count == 0)
		return damaged(scan, 0, 0, "there is no segment");
	if (scan->entries_count < scan->remembered_size)
		return damaged(scan, scan->segment, scan->offset,
			       "the ledger is shorter than the remembered checkpoint");
	return scan->ended ? SCAN_TORN : SCAN_WHOLE;
}
