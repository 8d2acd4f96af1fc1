/* power: the disks that a power loss could have left of a recorded run (tests/lib/crashlog.h).
 *
 *   power LOG BASE pick SEED COUNT
 *       COUNT images drawn with that seed, no two alike, from all parts of the run; a line for
 *       each: the image, and behind # what was done last before it
 *   power LOG BASE make IMAGE FOLDER INDEXES NOTE
 *       writes the image into FOLDER, and what had left the process by then: the index of every
 *       ballot answered `accepted`, and the largest checkpoint (NOTE is not made if there was
 *       none). Says "founded" if the campaign was.
 *
 * BASE is the folder as it was when the recording began. An image is POINT:DATA:NAMES, where DATA
 * and NAMES are WAY.WHICH.SECTORS. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tally/wire.h"
#include "tests/lib/crashlog.h"

enum {
	PLACES = 10,
	SOCKETS_MAX = 256,
	NOTE_MAX = 4096,
	TRIES = 200,
};

static const char *const way_names[CRASH_WAYS] = {"all",  "none", "drop", "only", "prefix",
						  "tail", "head", "zero", "mixed"};
static const char origin[] = "tally.example/test\n";

/* Was the recording made on a founded directory? */
static bool
begins_founded(const struct crash_log *log)
{
	for (size_t i = 0; i < log->base.count; i++)
		if (strcmp(log->base.list[i].name, "remembered") == 0)
			return true;
	return false;
}

/* what had left */

struct stream {
	uint64_t socket;
	uint8_t *bytes;
	size_t size;
};

struct heard {
	struct stream streams[SOCKETS_MAX];
	size_t streams_count;
	FILE *indexes;
	uint64_t note_at; /* the tree's size in it */
	size_t note_size;
	char note[NOTE_MAX];
};

static uint64_t
number(const uint8_t *bytes, int size)
{
	uint64_t value = 0;

	while (size-- > 0)
		value = value << 8 | *bytes++;
	return value;
}

static void
hear_note(struct heard *heard, const uint8_t *bytes, size_t size)
{
	const uint8_t *at = memmem(bytes, size, origin, sizeof origin - 1);
	uint64_t tree;

	if (at == NULL)
		return;
	size -= (size_t)(at - bytes);
	tree = strtoull((const char *)at + sizeof origin - 1, NULL, 10);
	if (size > NOTE_MAX || tree < heard->note_at)
		return;
	heard->note_at = tree;
	heard->note_size = size;
	memcpy(heard->note, at, size);
}

static void
hear_frame(struct heard *heard, const uint8_t *frame, size_t payload)
{
	const uint8_t *bytes = frame + TALLY_WIRE_HEADER_SIZE;

	if (frame[4] == TALLY_MESSAGE_VERDICT && payload >= 12 && number(bytes, 2) == 0)
		fprintf(heard->indexes, "%" PRIu64 "\n", number(bytes + 4, 8));
	else if (frame[4] != TALLY_MESSAGE_VERDICT)
		hear_note(heard, bytes, payload);
}

static struct stream *
find_stream(struct heard *heard, uint64_t socket)
{
	size_t i = 0;

	while (i < heard->streams_count && heard->streams[i].socket != socket)
		i++;
	if (i == SOCKETS_MAX)
		abort();
	if (i == heard->streams_count)
		heard->streams[heard->streams_count++].socket = socket;
	return &heard->streams[i];
}

static void
hear(struct heard *heard, const struct crash_op *op)
{
	struct stream *stream = find_stream(heard, op->offset);
	size_t at = 0;

	stream->bytes = realloc(stream->bytes, stream->size + op->size + 1);
	if (stream->bytes == NULL)
		abort();
	memcpy(stream->bytes + stream->size, op->bytes, op->size);
	stream->size += op->size;
	stream->bytes[stream->size] = 0;
	while (stream->size - at >= TALLY_WIRE_HEADER_SIZE) {
		size_t payload = number(stream->bytes + at, 4);

		if (stream->size - at - TALLY_WIRE_HEADER_SIZE < payload)
			break;
		hear_frame(heard, stream->bytes + at, payload);
		at += TALLY_WIRE_HEADER_SIZE + payload;
	}
	memmove(stream->bytes, stream->bytes + at, stream->size - at + 1);
	stream->size -= at;
}

static bool
ends_in(const char *path, const char *end)
{
	size_t size = strlen(path);

	return size >= strlen(end) && strcmp(path + size - strlen(end), end) == 0;
}

static int
tell(const struct crash_log *log, size_t point, const char *indexes, const char *note)
{
	static struct heard heard;
	bool founded = begins_founded(log);
	FILE *out;

	heard.indexes = fopen(indexes, "w");
	if (heard.indexes == NULL)
		return 2;
	for (size_t i = 0; i < point; i++) {
		const struct crash_op *op = &log->ops[i];

		founded = founded || op->kind == CRASH_END;
		if (op->kind == CRASH_SEND)
			hear(&heard, op);
		else if (op->kind == CRASH_WRITE && op->bytes != NULL &&
			 ends_in(op->path, "public/checkpoint.tmp"))
			hear_note(&heard, op->bytes, op->size);
	}
	fclose(heard.indexes);
	if (heard.note_size > 0) {
		out = fopen(note, "w");
		if (out == NULL)
			return 2;
		fwrite(heard.note, 1, heard.note_size, out);
		fclose(out);
	}
	if (founded)
		puts("founded");
	return 0;
}

/* drawing */

static uint64_t state;

static size_t
below(size_t limit)
{
	uint64_t word;

	state += 0x9e3779b97f4a7c15;
	word = state;
	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
	return limit == 0 ? 0 : (size_t)((word ^ (word >> 31)) % limit);
}

/* The part of the run an op belongs to: what is rare is drawn as often as what is not. */
static unsigned
place_of(const struct crash_op *op, bool founded)
{
	static const char *const parts[] = {".seg",   "remembered", "anchor",   "/tree",
					    "/state", "/public",    "published"};

	if (!founded)
		return 0;
	if (op->kind == CRASH_SEND)
		return 1;
	if (strstr(op->path, ".seg.new") != NULL || ends_in(op->path, "ledger"))
		return 2;
	for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strstr(op->path, parts[i]) != NULL)
			return i == 2 ? 4 : 3 + i;
	return 0;
}

static struct crash_choice
draw_choice(const struct crash_log *log, size_t point, bool (*of)(const struct crash_op *op))
{
	size_t count = crash_pending(log, point, of);
	struct crash_choice choice = {(enum crash_way)below(CRASH_WAYS), below(count), 0};

	if (count == 0 || (of == crash_is_name && below(3) == 0))
		return (struct crash_choice){CRASH_ALL, 0, 0};
	if (of == crash_is_name && choice.way >= CRASH_TAIL)
		choice.way = below(2) ? CRASH_MIXED : CRASH_NONE;
	if (choice.way >= CRASH_TAIL && choice.way <= CRASH_ZERO && below(2))
		choice.which = count - 1;
	if (choice.way == CRASH_MIXED)
		choice.which = below(1u << 20);
	if (choice.way == CRASH_TAIL || choice.way == CRASH_HEAD)
		choice.sectors = 1 + below(below(2) ? 4 : 40);
	return choice;
}

static void
print_image(const struct crash_log *log, const struct crash_image *image)
{
	const struct crash_op *last = &log->ops[image->point - 1];

	printf("%zu:%s.%zu.%zu:%s.%zu.%zu # %zu data, %zu names in doubt; last %d %s\n",
	       image->point, way_names[image->data.way], image->data.which, image->data.sectors,
	       way_names[image->names.way], image->names.which, image->names.sectors,
	       crash_pending(log, image->point, crash_is_data),
	       crash_pending(log, image->point, crash_is_name), (int)last->kind, last->path);
}

static void
find_places(const struct crash_log *log, size_t **points, size_t counts[PLACES])
{
	bool founded = begins_founded(log);

	for (unsigned place = 0; place < PLACES; place++) {
		points[place] = calloc(log->ops_count + 1, sizeof **points);
		if (points[place] == NULL)
			abort();
	}
	for (size_t i = 0; i < log->ops_count; i++) {
		const struct crash_op *op = &log->ops[i];
		unsigned place = place_of(op, founded);

		founded = founded || op->kind == CRASH_END;
		points[place][counts[place]++] = i + 1;
	}
}

static bool
is_new(uint64_t *seen, size_t *seen_count, uint64_t digest)
{
	for (size_t i = 0; i < *seen_count; i++)
		if (seen[i] == digest)
			return false;
	seen[(*seen_count)++] = digest;
	return true;
}

static void
pick(const struct crash_log *log, size_t count)
{
	size_t *points[PLACES];
	size_t counts[PLACES] = {0};
	uint64_t *seen = calloc(count * TRIES + 1, sizeof *seen);
	size_t seen_count = 0;

	if (seen == NULL)
		abort();
	find_places(log, points, counts);
	for (size_t tries = 0; tries < count * TRIES && seen_count < count; tries++) {
		unsigned place = tries % PLACES;
		struct crash_image image;

		if (counts[place] == 0)
			continue;
		image.point = points[place][below(counts[place])];
		image.data = draw_choice(log, image.point, crash_is_data);
		image.names = draw_choice(log, image.point, crash_is_name);
		if (is_new(seen, &seen_count, crash_image_make(log, &image, NULL)))
			print_image(log, &image);
	}
}

static bool
parse_choice(const char *text, struct crash_choice *choice)
{
	char name[16];
	int way = 0;

	if (sscanf(text, "%15[a-z].%zu.%zu", name, &choice->which, &choice->sectors) != 3)
		return false;
	while (way < CRASH_WAYS && strcmp(name, way_names[way]) != 0)
		way++;
	choice->way = (enum crash_way)way;
	return way < CRASH_WAYS;
}

static bool
parse_image(const struct crash_log *log, const char *text, struct crash_image *image)
{
	char *end;
	const char *names;

	image->point = strtoull(text, &end, 10);
	if (*end != ':' || image->point == 0 || image->point > log->ops_count)
		return false;
	names = strchr(end + 1, ':');
	return names != NULL && parse_choice(end + 1, &image->data) &&
	       parse_choice(names + 1, &image->names);
}

int
main(int count, char **arguments)
{
	struct crash_log log;
	struct crash_image image;

	if (count < 6)
		return 2;
	crash_log_read(&log, arguments[1], arguments[2]);
	if (strcmp(arguments[3], "pick") == 0) {
		state = strtoull(arguments[4], NULL, 10);
		pick(&log, strtoull(arguments[5], NULL, 10));
		return 0;
	}
	if (count != 8 || !parse_image(&log, arguments[4], &image))
		return 2;
	crash_image_make(&log, &image, arguments[5]);
	return tell(&log, image.point, arguments[6], arguments[7]);
}
