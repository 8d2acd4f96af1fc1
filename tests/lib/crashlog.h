/* crashlog: what a process did to its files and sent to its sockets, and the disks that a power
 * loss could have left at any moment of it. The log is written by tests/crash/recorder.c.
 *
 * A record is a head, two paths without their ends, `stored` bytes; native byte order. The model:
 * a write is on disk when its file was synced after it (or it was O_DSYNC); before, the disk may
 * have all, none or some of its sectors. A name (made, renamed, removed) is on disk when its
 * folder was synced; before, it may be there or not, whatever happened to other names. */
#ifndef TALLY_TESTS_CRASHLOG_H
#define TALLY_TESTS_CRASHLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum crash_kind {
	CRASH_RUN = 1, /* a process begins */
	CRASH_END,     /* it ended by itself */
	CRASH_FILE,    /* path: made, empty */
	CRASH_FOLDER,  /* path: made */
	CRASH_REMOVE,  /* path */
	CRASH_RENAME,  /* path to other */
	CRASH_WRITE,   /* path, offset, size, the bytes */
	CRASH_SIZE,    /* path: cut or grown to size */
	CRASH_RESERVE, /* path: grown to size if it is smaller */
	CRASH_SYNC,    /* path: a file or a folder */
	CRASH_SYNC_ALL,
	CRASH_SEND, /* offset: which socket; the bytes */
};

enum crash_flag {
	CRASH_SYNCED = 1, /* the write is on disk when it returns */
	CRASH_ZEROS = 2,  /* the bytes are zeros and are not stored */
};

struct crash_head {
	uint32_t kind;
	uint32_t flags;
	uint64_t offset;
	uint64_t size;
	uint64_t stored;
	uint32_t path_size;
	uint32_t other_size;
};

struct crash_op {
	enum crash_kind kind;
	uint32_t flags;
	uint32_t object;
	uint32_t folder;   /* of names: where it stands */
	const char *name;  /* of names */
	const char *other; /* of a renaming: the new one, in the same folder */
	uint64_t offset;
	uint64_t size;
	const uint8_t *bytes; /* NULL: zeros */
	size_t durable_at;    /* the op that makes it so; SIZE_MAX: none */
	const char *path;     /* for people */
};

struct crash_name {
	uint32_t folder;
	uint32_t object;
	const char *name; /* NULL: removed */
};

struct crash_object {
	bool is_folder;
	const uint8_t *bytes; /* of the base */
	size_t size;
};

struct crash_names {
	struct crash_name *list;
	size_t count;
	size_t capacity;
};

struct crash_log {
	struct crash_op *ops;
	size_t ops_count;
	size_t ops_capacity;
	struct crash_object *objects; /* 0: the root */
	size_t objects_count;
	size_t objects_capacity;
	struct crash_names base;
};

enum crash_way {
	CRASH_ALL,    /* everything not yet on disk got there */
	CRASH_NONE,   /* nothing of it */
	CRASH_DROP,   /* all but one */
	CRASH_ONLY,   /* one alone */
	CRASH_PREFIX, /* the first so many */
	CRASH_TAIL, /* of one only the first so many sectors, all before it, nothing after it */
	CRASH_HEAD, /* of one without its first so many sectors, all before, nothing after */
	CRASH_ZERO, /* one has zeros in place of its bytes, all before it, nothing after it */
	CRASH_MIXED, /* each sector (each name) as the seed says */
	CRASH_WAYS,
};

/* Which of the ops before `point` that are not yet durable are on disk. */
struct crash_choice {
	enum crash_way way;
	size_t which; /* among the pending ones; the seed of CRASH_MIXED */
	size_t sectors;
};

struct crash_image {
	size_t point;
	struct crash_choice data;
	struct crash_choice names;
};

/* The log, on top of what is in the folder `base`. Aborts on anything it does not understand. */
void
crash_log_read(struct crash_log *log, const char *path, const char *base);

bool
crash_is_name(const struct crash_op *op);

bool
crash_is_data(const struct crash_op *op);

/* How many data ops or names before `point` are not on disk. */
size_t
crash_pending(const struct crash_log *log, size_t point, bool (*of)(const struct crash_op *op));

/* The image's digest; written below `folder` too, which is there and empty, unless it is NULL. */
uint64_t
crash_image_make(const struct crash_log *log, const struct crash_image *image,
		 const char *folder);

#endif
