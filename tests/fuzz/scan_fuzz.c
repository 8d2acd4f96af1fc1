/* First byte 0: the rest is a segment file. Else: the rest is a program that writes a ledger of
 * two segments and then spoils it; what a scan says of it must hold:
 *   - the batches it calls valid are the first ones that were written,
 *   - a torn tail, replaced by zeros, leaves a whole ledger with the same entries,
 *   - nothing the remembered checkpoint covers is ever cut. */
#include "ledger/scan.h"

#include <string.h>

enum {
	SEGMENT = 1024,
	SEGMENTS = 2,
	BATCHES = 64,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t ledger[SEGMENTS * SEGMENT];
static uint64_t checksums[BATCHES];
static uint64_t batches_count;
static uint64_t entries_count;
static size_t end; /* over both segments */

static void
ledger_reset(void)
{
	memset(ledger, 0, sizeof ledger);
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		struct segment header = {.number = i, .size = SEGMENT};

		segment_header_write(&header, ledger + i * SEGMENT);
	}
	batches_count = 0;
	entries_count = 0;
	end = SEGMENT_HEADER_SIZE;
}

static void
append(uint8_t entry_size)
{
	uint8_t campaign[TALLY_HASH_SIZE] = {0};
	struct batch batch = {.number = batches_count,
			      .first_index = entries_count,
			      .entries_count = 1,
			      .previous = batches_count > 0 ? checksums[batches_count - 1] : 0,
			      .entries = {NULL, 2u + entry_size}};
	size_t whole = batch_size(batch.entries.size);
	uint8_t *at;

	if (end / SEGMENT == 0 && end + whole > SEGMENT)
		end = SEGMENT + SEGMENT_HEADER_SIZE;
	if (end + whole > sizeof ledger || batches_count == BATCHES)
		return;
	at = ledger + end;
	be16_store(at + BATCH_HEADER_SIZE, entry_size);
	memset(at + BATCH_HEADER_SIZE + 2, entry_size, entry_size);
	checksums[batches_count++] = batch_seal(at, &batch, campaign);
	entries_count++;
	end += whole;
}

static void
spoil(uint8_t how, size_t at, size_t from, uint8_t size)
{
	at %= sizeof ledger - 255;
	from %= sizeof ledger - 255;
	if (how % 3 == 0)
		ledger[at] ^= size;
	else if (how % 3 == 1)
		memset(ledger + at, 0, size);
	else
		memmove(ledger + at, ledger + from, size);
}

static bool
visit(void *context, const struct batch *batch, uint32_t segment, uint64_t offset)
{
	(void)context;
	CHECK(segment < SEGMENTS && offset < SEGMENT);
	CHECK(batch->number < batches_count);
	CHECK(batch->checksum == checksums[batch->number]);
	return true;
}

static enum scan_result
scan_ledger(struct scan *scan, uint64_t remembered)
{
	scan_init(scan, remembered, visit, NULL);
	for (size_t i = 0; i < SEGMENTS; i++) {
		if (scan_segment(scan, bytes_make(ledger + i * SEGMENT, SEGMENT)) !=
		    SCAN_GOES_ON)
			break;
	}
	return scan_finish(scan);
}

static void
check_ledger(uint64_t remembered)
{
	struct scan scan;
	struct scan again;
	enum scan_result result = scan_ledger(&scan, remembered);

	CHECK(scan.entries_count <= entries_count);
	if (result == SCAN_DAMAGED) {
		CHECK(scan.damage != NULL && scan.damage_segment <= SEGMENTS);
		return;
	}
	CHECK(scan.entries_count >= remembered);
	if (result != SCAN_TORN)
		return;
	CHECK(scan.torn_offset < scan.torn_end && scan.torn_end <= SEGMENT);
	memset(ledger + scan.torn_segment * SEGMENT + scan.torn_offset, 0,
	       scan.torn_end - scan.torn_offset);
	CHECK(scan_ledger(&again, remembered) == SCAN_WHOLE);
	CHECK(again.entries_count == scan.entries_count);
}

static void
run_program(struct reader program)
{
	uint8_t remembered = reader_u8(&program);
	uint8_t appends = reader_u8(&program);

	ledger_reset();
	while (appends-- > 0 && reader_left(&program) > 0)
		append(reader_u8(&program));
	while (reader_left(&program) >= 6) {
		uint8_t how = reader_u8(&program);
		size_t at = reader_u16(&program);
		size_t from = reader_u16(&program);

		spoil(how, at, from, reader_u8(&program));
	}
	check_ledger(remembered);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan scan;

	if (size == 0)
		return 0;
	if (data[0] != 0) {
		run_program(reader_make(bytes_make(data + 1, size - 1)));
		return 0;
	}
	scan_init(&scan, 0, NULL, NULL);
	if (scan_segment(&scan, bytes_make(data + 1, size - 1)) == SCAN_GOES_ON)
		CHECK(scan_finish(&scan) != SCAN_DAMAGED);
	return 0;
}
