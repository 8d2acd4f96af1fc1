#include "tests/lib/rawlog.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

enum {
	PATH_SIZE = 4096,
	SEGMENT_HEADER = 512,
	BATCH_HEADER = 48,
	CHECKSUM = 8,
	BUNDLE_ENTRIES = 256,
};

static uint64_t
number(const uint8_t *bytes, int size)
{
	uint64_t value = 0;

	while (size-- > 0)
		value = value << 8 | *bytes++;
	return value;
}

uint8_t *
rawlog_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long end;

	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (end = ftell(file)) >= 0) {
		rewind(file);
		data = malloc((size_t)end + 1);
		if (data != NULL && fread(data, 1, (size_t)end, file) == (size_t)end) {
			*size = (size_t)end;
			data[end] = '\0';
		} else {
			free(data);
			data = NULL;
		}
	}
	fclose(file);
	return data;
}

static void *
grown(void *memory, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return memory;
	*capacity = *capacity == 0 ? 1024 : *capacity * 2;
	memory = realloc(memory, *capacity * size);
	if (memory == NULL)
		abort();
	return memory;
}

static uint8_t *
keep_file(struct rawlog *log, const char *path, size_t *size)
{
	uint8_t *data = rawlog_file(path, size);

	if (data == NULL)
		return NULL;
	log->files =
	    grown(log->files, log->files_count, &log->files_capacity, sizeof *log->files);
	log->files[log->files_count++] = data;
	return data;
}

void
rawlog_free(struct rawlog *log)
{
	for (size_t i = 0; i < log->files_count; i++)
		free(log->files[i]);
	free(log->files);
	free(log->entries);
	free(log->batches);
}

/* u16 size, entry, repeated: exactly `count` times in exactly `size` bytes. */
static bool
add_entries(struct rawlog *log, const uint8_t *area, size_t size, uint64_t count)
{
	size_t at = 0;

	for (uint64_t i = 0; i < count; i++) {
		size_t length;

		if (size - at < 2)
			return false;
		length = number(area + at, 2);
		if (size - at - 2 < length)
			return false;
		log->entries =
		    grown(log->entries, log->count, &log->capacity, sizeof *log->entries);
		log->entries[log->count++] = (struct rawlog_entry){area + at + 2, length};
		at += 2 + length;
	}
	return at == size;
}

/* "x001/x234/067" for 1234067. */
static void
bundle_name(uint64_t place, char *out, size_t capacity)
{
	if (place >= 1000000)
		snprintf(out, capacity, "x%03" PRIu64 "/x%03" PRIu64 "/%03" PRIu64,
			 place / 1000000, place / 1000 % 1000, place % 1000);
	else if (place >= 1000)
		snprintf(out, capacity, "x%03" PRIu64 "/%03" PRIu64, place / 1000,
			 place % 1000);
	else
		snprintf(out, capacity, "%03" PRIu64, place);
}

static bool
read_bundle(struct rawlog *log, const char *dir, uint64_t place, uint64_t count)
{
	char name[64];
	char path[PATH_SIZE];
	uint8_t *data;
	size_t size;

	bundle_name(place, name, sizeof name);
	if (count == BUNDLE_ENTRIES)
		snprintf(path, sizeof path, "%s/tile/entries/%s", dir, name);
	else
		snprintf(path, sizeof path, "%s/tile/entries/%s.p/%" PRIu64, dir, name, count);
	data = keep_file(log, path, &size);
	if (data != NULL && add_entries(log, data, size, count))
		return true;
	fprintf(stderr, "rawlog: %s is missing or is no bundle of %" PRIu64 " entries\n", path,
		count);
	return false;
}

bool
rawlog_read_public(struct rawlog *log, const char *dir)
{
	char path[PATH_SIZE];
	char *text;
	size_t size;
	uint64_t left;

	memset(log, 0, sizeof *log);
	snprintf(path, sizeof path, "%s/checkpoint", dir);
	text = (char *)rawlog_file(path, &size);
	if (text == NULL || strchr(text, '\n') == NULL) {
		fprintf(stderr, "rawlog: %s is missing or is no checkpoint\n", path);
		free(text);
		return false;
	}
	left = strtoull(strchr(text, '\n') + 1, NULL, 10);
	free(text);
	for (uint64_t place = 0; left > 0; place++) {
		uint64_t count = left < BUNDLE_ENTRIES ? left : BUNDLE_ENTRIES;

		if (!read_bundle(log, dir, place, count))
			return false;
		left -= count;
	}
	return true;
}

/* Bytes of the batch at the front, 0 if none is whole there. */
static uint64_t
whole_batch(const uint8_t *bytes, size_t size, const uint8_t *campaign)
{
	uint64_t area;

	if (size < BATCH_HEADER + CHECKSUM || memcmp(bytes, "tallybat", 8) != 0)
		return 0;
	area = number(bytes + 32, 4);
	if (area > size - BATCH_HEADER - CHECKSUM ||
	    number(bytes + BATCH_HEADER + area, CHECKSUM) !=
		XXH3_64bits_withSeed(bytes, BATCH_HEADER + area,
				     XXH3_64bits(campaign, 32) ^ number(bytes + 16, 8)))
		return 0;
	return (BATCH_HEADER + area + CHECKSUM + 7) / 8 * 8;
}

static bool
add_batches(struct rawlog *log, unsigned segment, const uint8_t *file, size_t size)
{
	uint64_t at = SEGMENT_HEADER;

	while (at < size) {
		const uint8_t *batch = file + at;
		uint64_t length = whole_batch(batch, size - at, file + 24);

		if (length == 0 || number(batch + 16, 8) != log->batches_count ||
		    number(batch + 24, 8) != log->count)
			return true;
		log->batches = grown(log->batches, log->batches_count, &log->batches_capacity,
				     sizeof *log->batches);
		log->batches[log->batches_count++] =
		    (struct rawlog_batch){segment,
					  at,
					  length,
					  number(batch + 16, 8),
					  number(batch + 24, 8),
					  (uint32_t)number(batch + 12, 4)};
		if (!add_entries(log, batch + BATCH_HEADER, number(batch + 32, 4),
				 number(batch + 12, 4)))
			return false;
		at += length;
	}
	return true;
}

bool
rawlog_read_ledger(struct rawlog *log, const char *dir)
{
	memset(log, 0, sizeof *log);
	for (unsigned segment = 0;; segment++) {
		char path[PATH_SIZE];
		uint8_t *data;
		size_t size = 0;

		snprintf(path, sizeof path, "%s/ledger/%08u.seg", dir, segment);
		data = keep_file(log, path, &size);
		if (data == NULL)
			return segment > 0;
		if (size < SEGMENT_HEADER || memcmp(data, "tallyseg", 8) != 0 ||
		    !add_batches(log, segment, data, size)) {
			fprintf(stderr, "rawlog: %s is no segment\n", path);
			return false;
		}
	}
}
