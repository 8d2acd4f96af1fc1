#include "tests/lib/crashlog.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "tests/lib/rawlog.h"

enum {
	SECTOR = 512,
};

static void
must(bool condition, const char *what, const char *path)
{
	if (condition)
		return;
	fprintf(stderr, "crashlog: %s: %s\n", what, path);
	abort();
}

static void *
grown(void *memory, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return memory;
	*capacity = *capacity == 0 ? 256 : *capacity * 2;
	memory = realloc(memory, *capacity * size);
	must(memory != NULL, "no memory", "");
	return memory;
}

/* names */

static struct crash_name *
find_name(const struct crash_names *names, uint32_t folder, const char *name)
{
	for (size_t i = names->count; i-- > 0;) {
		struct crash_name *at = &names->list[i];

		if (at->folder == folder && at->name != NULL && strcmp(at->name, name) == 0)
			return at;
	}
	return NULL;
}

static void
set_name(struct crash_names *names, uint32_t folder, const char *name, uint32_t object)
{
	struct crash_name *found = find_name(names, folder, name);

	if (found != NULL) {
		found->object = object;
		return;
	}
	names->list = grown(names->list, names->count, &names->capacity, sizeof *names->list);
	names->list[names->count++] = (struct crash_name){folder, object, name};
}

static void
drop_name(struct crash_names *names, uint32_t folder, const char *name)
{
	struct crash_name *found = find_name(names, folder, name);

	if (found != NULL)
		*found = names->list[--names->count];
}

static void
apply_name(struct crash_names *names, const struct crash_op *op)
{
	if (op->kind == CRASH_REMOVE) {
		drop_name(names, op->folder, op->name);
		return;
	}
	if (op->kind == CRASH_RENAME)
		drop_name(names, op->folder, op->name);
	set_name(names, op->folder, op->kind == CRASH_RENAME ? op->other : op->name,
		 op->object);
}

static struct crash_names
copy_names(const struct crash_names *from)
{
	struct crash_names names = {.count = from->count, .capacity = from->count + 1};

	names.list = malloc(names.capacity * sizeof *names.list);
	must(names.list != NULL, "no memory", "");
	if (from->count > 0)
		memcpy(names.list, from->list, from->count * sizeof *names.list);
	return names;
}

static uint32_t
add_object(struct crash_log *log, bool is_folder)
{
	log->objects = grown(log->objects, log->objects_count, &log->objects_capacity,
			     sizeof *log->objects);
	log->objects[log->objects_count] = (struct crash_object){.is_folder = is_folder};
	return (uint32_t)log->objects_count++;
}

/* The object at `path`; UINT32_MAX if there is none. `name` is the path's last part. */
static uint32_t
find_path(const struct crash_names *names, const char *path, uint32_t *folder,
	  const char **name)
{
	char part[NAME_MAX + 1];
	uint32_t object = 0;

	*folder = 0;
	*name = path;
	while (*path != 0) {
		size_t size = strcspn(path, "/");
		const struct crash_name *found;

		must(size <= NAME_MAX && object != UINT32_MAX, "no such folder", path);
		memcpy(part, path, size);
		part[size] = 0;
		*folder = object;
		*name = path;
		found = find_name(names, object, part);
		object = found == NULL ? UINT32_MAX : found->object;
		path += size + (path[size] == '/');
	}
	return object;
}

/* the base */

static void
read_folder(struct crash_log *log, const char *path, uint32_t folder)
{
	char inner[PATH_MAX];
	struct dirent *entry;
	DIR *list = opendir(path);

	must(list != NULL, "cannot be listed", path);
	while ((entry = readdir(list)) != NULL) {
		bool is_folder = entry->d_type == DT_DIR;
		uint32_t object;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
		object = add_object(log, is_folder);
		set_name(&log->base, folder, strdup(entry->d_name), object);
		if (is_folder) {
			read_folder(log, inner, object);
		} else {
			size_t size = 0;

			log->objects[object].bytes = rawlog_file(inner, &size);
			log->objects[object].size = size;
			must(log->objects[object].bytes != NULL, "cannot be read", inner);
		}
	}
	closedir(list);
}

/* the log */

bool
crash_is_name(const struct crash_op *op)
{
	return op->kind >= CRASH_FILE && op->kind <= CRASH_RENAME;
}

bool
crash_is_data(const struct crash_op *op)
{
	return op->kind >= CRASH_WRITE && op->kind <= CRASH_RESERVE;
}

/* A sync makes durable what came before it. */
static void
settle(struct crash_log *log, size_t at)
{
	const struct crash_op *sync = &log->ops[at];

	for (size_t i = 0; i < at; i++) {
		struct crash_op *op = &log->ops[i];
		bool covered = sync->kind == CRASH_SYNC_ALL;

		if (crash_is_name(op))
			covered = covered || op->folder == sync->object;
		else if (crash_is_data(op))
			covered = covered || op->object == sync->object;
		else
			continue;
		if (covered && op->durable_at == SIZE_MAX)
			op->durable_at = at;
	}
}

static void
resolve(struct crash_log *log, struct crash_names *now, struct crash_op *op)
{
	uint32_t ignored;

	if (op->kind == CRASH_RUN || op->kind == CRASH_END || op->kind == CRASH_SEND ||
	    op->kind == CRASH_SYNC_ALL)
		return;
	op->object = find_path(now, op->path, &op->folder, &op->name);
	if (op->kind == CRASH_FILE || op->kind == CRASH_FOLDER) {
		must(op->object == UINT32_MAX, "made, but it is there", op->path);
		op->object = add_object(log, op->kind == CRASH_FOLDER);
	}
	must(op->object != UINT32_MAX, "not there", op->path);
	if (op->kind == CRASH_RENAME) {
		find_path(now, op->other, &ignored, &op->other);
		must(ignored == op->folder, "renamed to another folder", op->path);
	}
	if (crash_is_name(op))
		apply_name(now, op);
}

static size_t
read_op(const uint8_t *from, size_t left, struct crash_op *op)
{
	struct crash_head head;
	const char *paths = (const char *)from + sizeof head;

	must(left >= sizeof head, "the log is cut", "");
	memcpy(&head, from, sizeof head);
	*op = (struct crash_op){.kind = head.kind,
				.flags = head.flags,
				.offset = head.offset,
				.size = head.size,
				.durable_at = SIZE_MAX,
				.path = strndup(paths, head.path_size),
				.other = strndup(paths + head.path_size, head.other_size)};
	if (head.stored > 0)
		op->bytes = from + sizeof head + head.path_size + head.other_size;
	return sizeof head + head.path_size + head.other_size + head.stored;
}

void
crash_log_read(struct crash_log *log, const char *path, const char *base)
{
	struct crash_names now;
	size_t size = 0;
	uint8_t *bytes = rawlog_file(path, &size);

	memset(log, 0, sizeof *log);
	must(bytes != NULL, "cannot be read", path);
	add_object(log, true);
	read_folder(log, base, 0);
	now = copy_names(&log->base);
	for (size_t at = 0; at < size;) {
		struct crash_op *op;

		log->ops =
		    grown(log->ops, log->ops_count, &log->ops_capacity, sizeof *log->ops);
		op = &log->ops[log->ops_count++];
		at += read_op(bytes + at, size - at, op);
		resolve(log, &now, op);
		if (op->flags & CRASH_SYNCED)
			op->durable_at = log->ops_count - 1;
		if (op->kind == CRASH_SYNC || op->kind == CRASH_SYNC_ALL)
			settle(log, log->ops_count - 1);
	}
	free(now.list);
}

/* images */

static bool
is_pending(const struct crash_op *op, size_t point)
{
	return op->durable_at == SIZE_MAX || op->durable_at >= point;
}

size_t
crash_pending(const struct crash_log *log, size_t point, bool (*of)(const struct crash_op *op))
{
	size_t count = 0;

	for (size_t i = 0; i < point; i++)
		count += of(&log->ops[i]) && is_pending(&log->ops[i], point);
	return count;
}

/* Is the pending op of that place on disk, at least in part? */
static bool
is_taken(const struct crash_choice *choice, size_t place)
{
	switch (choice->way) {
	case CRASH_ALL:
	case CRASH_MIXED:
		return true;
	case CRASH_DROP:
		return place != choice->which;
	case CRASH_ONLY:
		return place == choice->which;
	case CRASH_PREFIX:
		return place < choice->which;
	case CRASH_TAIL:
	case CRASH_HEAD:
	case CRASH_ZERO:
		return place <= choice->which;
	case CRASH_NONE:
	case CRASH_WAYS:
		break;
	}
	return false;
}

static bool
is_drawn(uint64_t seed, uint64_t place, uint64_t sector)
{
	uint64_t words[2] = {place, sector};

	return XXH3_64bits_withSeed(words, sizeof words, seed) & 1;
}

static void
put(uint8_t *memory, const struct crash_op *op, uint64_t from, uint64_t to)
{
	if (op->bytes == NULL)
		memset(memory + op->offset + from, 0, to - from);
	else
		memcpy(memory + op->offset + from, op->bytes + from, to - from);
}

/* Sectors are those of the file, not of the write. */
static void
put_sectors(uint8_t *memory, const struct crash_op *op, const struct crash_choice *choice,
	    size_t place)
{
	bool partly = choice->way == CRASH_TAIL || choice->way == CRASH_HEAD;
	uint64_t next;

	for (uint64_t at = 0; at < op->size; at = next) {
		uint64_t sector = (op->offset + at) / SECTOR - op->offset / SECTOR;
		bool there = true;

		next = at + SECTOR - (op->offset + at) % SECTOR;
		if (next > op->size)
			next = op->size;
		if (partly && place == choice->which)
			there = (sector < choice->sectors) == (choice->way == CRASH_TAIL);
		else if (choice->way == CRASH_MIXED)
			there = is_drawn(choice->which, place, sector);
		if (there)
			put(memory, op, at, next);
	}
}

struct content {
	uint8_t *bytes;
	size_t size;
};

static void
resize(struct content *content, size_t size)
{
	content->bytes = realloc(content->bytes, size + 1);
	must(content->bytes != NULL, "no memory", "");
	if (size > content->size)
		memset(content->bytes + content->size, 0, size - content->size);
	content->size = size;
}

static void
apply_data(struct content *content, const struct crash_op *op,
	   const struct crash_choice *choice, size_t place)
{
	size_t end = op->kind == CRASH_WRITE ? op->offset + op->size : op->size;

	if (op->kind == CRASH_SIZE || end > content->size)
		resize(content, end);
	if (op->kind != CRASH_WRITE)
		return;
	if (choice->way == CRASH_ZERO && place == choice->which)
		memset(content->bytes + op->offset, 0, op->size);
	else
		put_sectors(content->bytes, op, choice, place);
}

static struct content *
make_contents(const struct crash_log *log, const struct crash_image *image)
{
	static const struct crash_choice durable = {CRASH_ALL, 0, 0};
	struct content *contents = calloc(log->objects_count, sizeof *contents);
	size_t place = 0;

	must(contents != NULL, "no memory", "");
	for (size_t i = 0; i < log->objects_count; i++) {
		resize(&contents[i], log->objects[i].size);
		if (log->objects[i].size > 0)
			memcpy(contents[i].bytes, log->objects[i].bytes, log->objects[i].size);
	}
	for (size_t i = 0; i < image->point; i++) {
		const struct crash_op *op = &log->ops[i];

		if (!crash_is_data(op))
			continue;
		if (!is_pending(op, image->point)) {
			apply_data(&contents[op->object], op, &durable, 0);
			continue;
		}
		if (is_taken(&image->data, place))
			apply_data(&contents[op->object], op, &image->data, place);
		place++;
	}
	return contents;
}

static struct crash_names
make_names(const struct crash_log *log, const struct crash_image *image)
{
	const struct crash_choice *choice = &image->names;
	struct crash_names names = copy_names(&log->base);
	size_t place = 0;

	for (size_t i = 0; i < image->point; i++) {
		const struct crash_op *op = &log->ops[i];
		bool taken;

		if (!crash_is_name(op))
			continue;
		if (is_pending(op, image->point)) {
			taken = is_taken(choice, place) && (choice->way != CRASH_MIXED ||
							    is_drawn(choice->which, place, 0));
			place++;
			if (!taken)
				continue;
		}
		apply_name(&names, op);
	}
	return names;
}

/* Holes where there are zeros. */
static void
write_file(const char *path, const struct content *content)
{
	static const uint8_t zeros[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	must(fd >= 0 && ftruncate(fd, (off_t)content->size) == 0, "cannot be written", path);
	for (size_t at = 0; at < content->size; at += sizeof zeros) {
		size_t size =
		    content->size - at < sizeof zeros ? content->size - at : sizeof zeros;

		if (memcmp(content->bytes + at, zeros, size) != 0)
			must(pwrite(fd, content->bytes + at, size, (off_t)at) == (ssize_t)size,
			     "cannot be written", path);
	}
	close(fd);
}

/* The digest is a sum: the order of names does not matter. */
static uint64_t
make_folder(const struct crash_log *log, const struct crash_names *names,
	    const struct content *contents, uint32_t folder, const char *path, bool write)
{
	char inner[PATH_MAX];
	uint64_t sum = 0;

	for (size_t i = 0; i < names->count; i++) {
		const struct crash_name *at = &names->list[i];
		const struct content *content = &contents[at->object];
		uint64_t seed;

		if (at->folder != folder)
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, at->name);
		seed = XXH3_64bits(inner, strlen(inner));
		sum += XXH3_64bits_withSeed(content->bytes, content->size, seed);
		if (log->objects[at->object].is_folder) {
			if (write)
				must(mkdir(inner, 0700) == 0, "cannot be made", inner);
			sum += make_folder(log, names, contents, at->object, inner, write);
		} else if (write) {
			write_file(inner, content);
		}
	}
	return sum;
}

uint64_t
crash_image_make(const struct crash_log *log, const struct crash_image *image,
		 const char *folder)
{
	struct crash_names names = make_names(log, image);
	struct content *contents = make_contents(log, image);
	uint64_t sum =
	    make_folder(log, &names, contents, 0, folder == NULL ? "" : folder, folder != NULL);

	for (size_t i = 0; i < log->objects_count; i++)
		free(contents[i].bytes);
	free(contents);
	free(names.list);
	return sum;
}
