#include "tools/lib/publiclog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* What a failed open of a file inside the log says about the log. */
static enum tally_exit
refused(const struct publiclog *log, const char *name, int error, struct trouble *trouble)
{
	if (error == ENOENT)
		return trouble_set(trouble, TALLY_EXIT_FAILED, "%s/%s: it is missing",
				   log->path, name);
	if (error == ELOOP)
		return trouble_set(trouble, TALLY_EXIT_FAILED, "%s/%s: %s", log->path, name,
				   strchr(name, '/') == NULL
				       ? "it is a symbolic link"
				       : "it is a symbolic link, or behind one");
	if (error == ENOTDIR)
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/%s: a file or a link stands where a folder should",
				   log->path, name);
	return trouble_set(trouble, TALLY_EXIT_WORLD, "%s/%s: %s", log->path, name,
			   strerror(error));
}

/* Opens one component after the other, following no link; a descriptor or -1 and errno. */
static int
open_below(int folder, const char *name)
{
	const int common = O_RDONLY | O_NOFOLLOW | O_CLOEXEC;
	int at = folder;

	for (;;) {
		const char *slash = strchr(name, '/');
		char part[TILE_PATH_MAX];
		int next;
		int error;

		if (slash == NULL)
			next = openat(at, name, common | O_NONBLOCK | O_NOCTTY);
		else if ((size_t)(slash - name) < sizeof part) {
			snprintf(part, sizeof part, "%.*s", (int)(slash - name), name);
			next = openat(at, part, common | O_DIRECTORY);
		} else {
			next = -1;
			errno = ENOENT;
		}
		error = errno;
		if (at != folder)
			close(at);
		errno = error;
		if (next < 0 || slash == NULL)
			return next;
		at = next;
		name = slash + 1;
	}
}

/* Fills data[0, size). */
static enum tally_exit
read_fully(const struct publiclog *log, int descriptor, const char *name, uint8_t *data,
	   size_t size, struct trouble *trouble)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(descriptor, data + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return refused(log, name, errno, trouble);
		if (got == 0)
			return trouble_set(trouble, TALLY_EXIT_FAILED,
					   "%s/%s: it became shorter while it was read",
					   log->path, name);
		done += (size_t)got;
	}
	return TALLY_EXIT_FINE;
}

/* Size of the regular file behind `descriptor`. */
static enum tally_exit
measure(const struct publiclog *log, int descriptor, const char *name, uint64_t *size,
	struct trouble *trouble)
{
	struct stat about;

	if (fstat(descriptor, &about) != 0)
		return refused(log, name, errno, trouble);
	if (!S_ISREG(about.st_mode))
		return trouble_set(trouble, TALLY_EXIT_FAILED, "%s/%s: it is no regular file",
				   log->path, name);
	*size = (uint64_t)about.st_size;
	return TALLY_EXIT_FINE;
}

/* The whole regular file behind `descriptor` into *data, a NUL after it. */
static enum tally_exit
take_file(const struct publiclog *log, int descriptor, const char *name, size_t size_max,
	  uint8_t **data, size_t *capacity, size_t *size, struct trouble *trouble)
{
	uint64_t is;
	uint8_t *grown;
	enum tally_exit status = measure(log, descriptor, name, &is, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	if (is > size_max)
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/%s: its %" PRIu64
				   " bytes are more than the %zu it may have",
				   log->path, name, is, size_max);
	*size = (size_t)is;
	if (*data == NULL || *capacity < *size + 1) {
		grown = realloc(*data, *size + 1);
		if (grown == NULL)
			return refused(log, name, ENOMEM, trouble);
		*data = grown;
		*capacity = *size + 1;
	}
	(*data)[*size] = 0;
	return read_fully(log, descriptor, name, *data, *size, trouble);
}

enum tally_exit
publiclog_open(struct publiclog *log, const char *path, struct trouble *trouble)
{
	size_t length = strlen(path);

	*log = (struct publiclog){.folder = -1};
	if (strncmp(path, "http://", 7) == 0 || strncmp(path, "https://", 8) == 0)
		return trouble_set(trouble, TALLY_EXIT_USAGE,
				   "%s: an address is not supported here: make a copy with "
				   "`tally-verify --mirror COPY`, and name that directory",
				   path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	log->path = strndup(path, length);
	if (log->path == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: %s", path, strerror(ENOMEM));
	log->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (log->folder < 0) {
		trouble_set(trouble,
			    errno == ENOENT || errno == ENOTDIR ? TALLY_EXIT_USAGE
								: TALLY_EXIT_WORLD,
			    "%s: %s", path, strerror(errno));
		publiclog_close(log);
		return trouble->exit;
	}
	return TALLY_EXIT_FINE;
}

enum tally_exit
publiclog_call(struct publiclog *log, const char *name, struct trouble *trouble)
{
	size_t length = strlen(name);
	char *copy;

	while (length > 1 && name[length - 1] == '/')
		length--;
	copy = strndup(name, length);
	if (copy == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: %s", name, strerror(ENOMEM));
	free(log->path);
	log->path = copy;
	return TALLY_EXIT_FINE;
}

void
publiclog_close(struct publiclog *log)
{
	if (log->folder >= 0)
		close(log->folder);
	free(log->path);
	*log = (struct publiclog){.folder = -1};
}

enum tally_exit
publiclog_read(const struct publiclog *log, const char *name, size_t size_max, uint8_t **data,
	       size_t *capacity, size_t *size, struct trouble *trouble)
{
	int descriptor = open_below(log->folder, name);
	enum tally_exit status;

	if (descriptor < 0)
		return refused(log, name, errno, trouble);
	status = take_file(log, descriptor, name, size_max, data, capacity, size, trouble);
	close(descriptor);
	return status;
}

enum tally_exit
publiclog_stream_open(struct publiclog_stream *stream, const struct publiclog *log,
		      const char *name, struct trouble *trouble)
{
	enum tally_exit status;

	*stream = (struct publiclog_stream){.log = log, .name = name};
	stream->descriptor = open_below(log->folder, name);
	if (stream->descriptor < 0)
		return refused(log, name, errno, trouble);
	status = measure(log, stream->descriptor, name, &stream->size, trouble);
	if (status != TALLY_EXIT_FINE)
		publiclog_stream_close(stream);
	return status;
}

enum tally_exit
publiclog_stream_read(struct publiclog_stream *stream, uint8_t *data, size_t size,
		      struct trouble *trouble)
{
	return read_fully(stream->log, stream->descriptor, stream->name, data, size, trouble);
}

void
publiclog_stream_close(struct publiclog_stream *stream)
{
	close(stream->descriptor);
	stream->descriptor = -1;
}

static enum tally_exit
read_note(const struct publiclog *log, const char *name,
	  uint8_t note[TALLY_CHECKPOINT_SIZE_MAX], size_t *size, struct trouble *trouble)
{
	uint8_t *data = NULL;
	size_t capacity = 0;
	enum tally_exit status = publiclog_read(log, name, TALLY_CHECKPOINT_SIZE_MAX, &data,
						&capacity, size, trouble);

	if (status == TALLY_EXIT_FINE)
		memcpy(note, data, *size);
	free(data);
	return status;
}

bool
publiclog_claims(struct bytes note, uint64_t *entries)
{
	struct bytes line;

	return text_line_next(&note, &line) && text_line_next(&note, &line) &&
	       text_decimal_parse(line, entries);
}

/* The waiting one first: when it is removed the other one has caught up with it. */
enum tally_exit
publiclog_checkpoint(const struct publiclog *log, uint8_t note[TALLY_CHECKPOINT_SIZE_MAX],
		     size_t *size, struct trouble *trouble)
{
	uint8_t waiting[TALLY_CHECKPOINT_SIZE_MAX];
	size_t waiting_size = 0;
	struct trouble ignored;
	bool waits = log->next && read_note(log, "checkpoint.next", waiting, &waiting_size,
					    &ignored) == TALLY_EXIT_FINE;
	enum tally_exit status = read_note(log, "checkpoint", note, size, trouble);
	uint64_t next = 0;
	uint64_t now = 0;

	(void)publiclog_claims(bytes_make(waiting, waiting_size), &next);
	if (status == TALLY_EXIT_FINE)
		(void)publiclog_claims(bytes_make(note, *size), &now);
	if (!waits || (status == TALLY_EXIT_FINE && next <= now))
		return status;
	memcpy(note, waiting, waiting_size);
	*size = waiting_size;
	return TALLY_EXIT_FINE;
}

/* Reads a tile of `level`: the partial of width `width`, or the full one in its place. */
static enum tally_exit
read_tile(const struct publiclog *log, int level, uint64_t number, unsigned width,
	  size_t size_max, uint8_t **data, size_t *capacity, size_t *size, bool *full,
	  struct trouble *trouble)
{
	struct tile tile = {level, number, width};
	char path[TILE_PATH_MAX];
	struct trouble instead;
	enum tally_exit status;

	*full = width == TALLY_TILE_WIDTH;
	tile_path(&tile, path);
	status = publiclog_read(log, path, size_max, data, capacity, size, trouble);
	if (status != TALLY_EXIT_FAILED || *full)
		return status;
	tile.width = TALLY_TILE_WIDTH;
	tile_path(&tile, path);
	if (publiclog_read(log, path, size_max, data, capacity, size, &instead) !=
	    TALLY_EXIT_FINE)
		return status;
	*full = true;
	return TALLY_EXIT_FINE;
}

static unsigned
tile_width(int level, uint64_t number, uint64_t tree_size)
{
	uint64_t left = tile_hashes(level, tree_size) - number * TALLY_TILE_WIDTH;

	return left < TALLY_TILE_WIDTH ? (unsigned)left : TALLY_TILE_WIDTH;
}

enum tally_exit
publiclog_tile(const struct publiclog *log, int level, uint64_t number, uint64_t tree_size,
	       struct tree_hash hashes[TALLY_TILE_WIDTH], unsigned *width,
	       struct trouble *trouble)
{
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size;
	bool full;
	size_t expected;
	enum tally_exit status;

	*width = tile_width(level, number, tree_size);
	status = read_tile(log, level, number, *width, TALLY_TILE_WIDTH * TALLY_HASH_SIZE,
			   &data, &capacity, &size, &full, trouble);
	if (status != TALLY_EXIT_FINE)
		goto out;
	expected = (full ? TALLY_TILE_WIDTH : *width) * (size_t)TALLY_HASH_SIZE;
	if (size == expected)
		memcpy(hashes, data, *width * sizeof *hashes);
	else
		status = trouble_set(trouble, TALLY_EXIT_FAILED,
				     "%s/tile/%d: tile %" PRIu64 " has %zu bytes, not %zu",
				     log->path, level, number, size, expected);
out:
	free(data);
	return status;
}

void
bundle_init(struct bundle *bundle)
{
	*bundle = (struct bundle){0};
}

void
bundle_free(struct bundle *bundle)
{
	free(bundle->data);
	bundle_init(bundle);
}

uint64_t
publiclog_bundles(uint64_t tree_size)
{
	return tree_size / TALLY_TILE_WIDTH + (tree_size % TALLY_TILE_WIDTH != 0);
}

/* Cuts the bytes read into `count` entries, and nothing behind them unless `more` may follow.
 */
static enum tally_exit
cut_bundle(const struct publiclog *log, struct bundle *bundle, uint64_t number, bool more,
	   struct trouble *trouble)
{
	struct reader reader = reader_make(bytes_make(bundle->data, bundle->size));

	for (unsigned i = 0; i < bundle->count; i++) {
		uint16_t size = reader_u16(&reader);

		bundle->entries[i] = reader_bytes(&reader, size);
		if (reader.failed)
			return trouble_at(trouble, TALLY_EXIT_FAILED, bundle->first + i,
					  "it is cut short or missing: bundle %" PRIu64
					  " in %s/tile/entries ends before it does",
					  number, log->path);
	}
	if (!more && reader_left(&reader) > 0)
		return trouble_at(trouble, TALLY_EXIT_FAILED, bundle->first + bundle->count,
				  "bundle %" PRIu64
				  " in %s/tile/entries holds %zu bytes behind its "
				  "last entry",
				  number, log->path, reader_left(&reader));
	bundle->size -= reader_left(&reader);
	return TALLY_EXIT_FINE;
}

enum tally_exit
publiclog_bundle(const struct publiclog *log, uint64_t number, uint64_t tree_size,
		 struct bundle *bundle, struct trouble *trouble)
{
	bool full;
	enum tally_exit status;

	bundle->count = tile_width(TILE_LEVEL_ENTRIES, number, tree_size);
	bundle->first = number * TALLY_TILE_WIDTH;
	status =
	    read_tile(log, TILE_LEVEL_ENTRIES, number, bundle->count, PUBLICLOG_BUNDLE_SIZE_MAX,
		      &bundle->data, &bundle->capacity, &bundle->size, &full, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	return cut_bundle(log, bundle, number, full && bundle->count < TALLY_TILE_WIDTH,
			  trouble);
}

enum tally_exit
publiclog_tally(const struct publiclog *log, uint64_t index, uint8_t **data, size_t *capacity,
		size_t *size, struct trouble *trouble)
{
	char name[32];

	snprintf(name, sizeof name, "tally/%" PRIu64, index);
	return publiclog_read(log, name, PUBLICLOG_TALLY_SIZE_MAX, data, capacity, size,
			      trouble);
}
