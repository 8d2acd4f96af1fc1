#include "tools/lib/ballotfile.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/complain.h"

enum {
	size_size = 2
};

/* Ballots in the file, or -1 with *cut the offset of the one that is cut off. */
static ssize_t
count_ballots(struct bytes bytes, size_t *cut)
{
	size_t at = 0;
	ssize_t count = 0;

	while (at < bytes.size) {
		*cut = at;
		if (bytes.size - at < size_size)
			return -1;
		at += size_size;
		if (be16_load(bytes.data + at - size_size) > bytes.size - at)
			return -1;
		at += be16_load(bytes.data + at - size_size);
		count++;
	}
	return count;
}

static void
fill(struct ballotfile *file)
{
	const uint8_t *at = file->file.data;

	for (size_t i = 0; i < file->count; i++) {
		file->ballots[i] = bytes_make(at + size_size, be16_load(at));
		at += size_size + file->ballots[i].size;
	}
}

enum tally_exit
ballotfile_parse(const char *path, struct ballotfile *out)
{
	size_t cut = 0;
	ssize_t count = count_ballots(bytes_make(out->file.data, out->file.size), &cut);

	if (count < 0) {
		complain("%s: the ballot at offset %zu is cut off", path, cut);
		ballotfile_free(out);
		return TALLY_EXIT_USAGE;
	}
	out->count = (size_t)count;
	out->ballots = calloc(out->count + 1, sizeof *out->ballots);
	if (!out->ballots) {
		ballotfile_free(out);
		return complain_errno("cannot read %s", path);
	}
	fill(out);
	return TALLY_EXIT_FINE;
}

enum tally_exit
ballotfile_read(const char *path, struct ballotfile *out)
{
	enum tally_exit code;

	*out = (struct ballotfile){0};
	code = wholefile_read(path, SIZE_MAX / 4, &out->file);
	return code == TALLY_EXIT_FINE ? ballotfile_parse(path, out) : code;
}

void
ballotfile_free(struct ballotfile *file)
{
	free(file->ballots);
	free(file->file.data);
	*file = (struct ballotfile){0};
}

void
ballotfile_put(struct ballotfile_maker *maker, struct bytes bytes)
{
	if (maker->capacity - maker->size < bytes.size) {
		maker->capacity = 2 * maker->capacity + bytes.size;
		maker->data = realloc(maker->data, maker->capacity);
		CHECK(maker->data);
	}
	if (bytes.size)
		memcpy(maker->data + maker->size, bytes.data, bytes.size);
	maker->size += bytes.size;
}

void
ballotfile_append(struct ballotfile_maker *maker, struct bytes ballot)
{
	uint8_t size[size_size];

	CHECK(ballot.size <= UINT16_MAX);
	be16_store(size, (uint16_t)ballot.size);
	ballotfile_put(maker, bytes_make(size, sizeof size));
	ballotfile_put(maker, ballot);
}

struct bytes
ballotfile_view(const struct ballotfile_maker *maker)
{
	return bytes_make(maker->data, maker->size);
}
