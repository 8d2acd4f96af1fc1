#include "shell/book.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <xxhash.h>

enum {
	VERSION = 2,
	STATE_FIXED = 4 + 32 + 4 * 8 + 16 + 4 + 8 + FRONTIER_PEAKS_MAX * TALLY_HASH_SIZE + 8,
	SLICE_RECORDS =
	    50000, /* of a new file, in one transaction: about 4 MB are synced at once,
				* so that no batch waits long behind them */
	FREE_BYTES_LEAST = 1024 * 1024,
};

static const uint8_t state_key[1];

static XXH128_hash_t
record_hash(const uint8_t key[CHANGE_KEY_SIZE], const uint8_t value[CHANGE_VALUE_SIZE])
{
	uint8_t record[CHANGE_KEY_SIZE + CHANGE_VALUE_SIZE];

	memcpy(record, key, CHANGE_KEY_SIZE);
	memcpy(record + CHANGE_KEY_SIZE, value, CHANGE_VALUE_SIZE);
	return XXH3_128bits(record, sizeof record);
}

void
book_sum_add(struct book_sum *sum, const uint8_t key[CHANGE_KEY_SIZE],
	     const uint8_t value[CHANGE_VALUE_SIZE])
{
	XXH128_hash_t hash = record_hash(key, value);

	sum->records++;
	sum->low += hash.low64;
	sum->high += hash.high64;
}

void
book_sum_remove(struct book_sum *sum, const uint8_t key[CHANGE_KEY_SIZE],
		const uint8_t value[CHANGE_VALUE_SIZE])
{
	XXH128_hash_t hash = record_hash(key, value);

	sum->records--;
	sum->low -= hash.low64;
	sum->high -= hash.high64;
}

bool
book_sum_equal(const struct book_sum *a, const struct book_sum *b)
{
	return a->records == b->records && a->low == b->low && a->high == b->high;
}

static void
state_write(struct writer *writer, const struct book_change *change, const struct book_sum *sum)
{
	const struct home_state *state = change->state;

	writer_u32(writer, VERSION);
	writer_copy(writer, change->campaign, TALLY_HASH_SIZE);
	writer_u64(writer, state->index);
	writer_u64(writer, state->batches_count);
	writer_u64(writer, state->checksum);
	writer_u64(writer, sum->records);
	writer_u64(writer, sum->high);
	writer_u64(writer, sum->low);
	writer_u32(writer, (uint32_t)state->replay.size);
	writer_bytes(writer, state->replay);
	frontier_write(writer, &state->frontier);
	writer_u64(writer, XXH3_64bits(writer->data, writer->size));
	CHECK(!writer->failed);
}

bool
book_state_read(struct bytes value, const uint8_t campaign[TALLY_HASH_SIZE],
		struct home_state *state, struct book_sum *sum)
{
	struct reader reader = reader_make(value);
	uint64_t checksum;
	bool frontier;

	if (reader_u32(&reader) != VERSION)
		return false;
	reader_expect(&reader, bytes_make(campaign, TALLY_HASH_SIZE));
	state->index = reader_u64(&reader);
	state->batches_count = reader_u64(&reader);
	state->checksum = reader_u64(&reader);
	sum->records = reader_u64(&reader);
	sum->high = reader_u64(&reader);
	sum->low = reader_u64(&reader);
	state->replay = reader_bytes(&reader, reader_u32(&reader));
	frontier = frontier_read(&reader, &state->frontier);
	checksum = reader_u64(&reader);
	return frontier && reader_done(&reader) && state->frontier.size == state->index &&
	       checksum == XXH3_64bits(value.data, value.size - 8);
}

bool
book_record_read(struct bytes value, struct pollbook_record *out)
{
	struct reader reader = reader_make(value);

	out->word = reader_u64(&reader);
	reader_copy(&reader, out->value, sizeof out->value);
	return reader_done(&reader) && out->word != 0;
}

static void
record_write(const struct change *change, uint8_t value[CHANGE_VALUE_SIZE])
{
	be64_store(value, change->word);
	memcpy(value + 8, change->value, 16);
}

/* LMDB reports a full disk as EIO (a short write). */
static bool
disk_is_full(int folder_fd)
{
	struct statvfs about;

	return fstatvfs(folder_fd, &about) == 0 &&
	       (uint64_t)about.f_bavail * about.f_frsize < FREE_BYTES_LEAST;
}

static int
book_fail(const char *did, int folder_fd, const char *name, int code)
{
	if (code == EIO && folder_fd >= 0 && disk_is_full(folder_fd))
		code = ENOSPC;
	if (code > 0) {
		errno = code;
		return disk_fail_errno(did, name);
	}
	return disk_fail(code == MDB_MAP_FULL ? DISK_FAILED : DISK_DAMAGED, "%s %s: %s", did,
			 name, mdb_strerror(code));
}

void
book_close(struct book *book)
{
	if (book->txn != NULL)
		mdb_txn_abort(book->txn);
	if (book->env != NULL)
		mdb_env_close(book->env);
	*book = (struct book){0};
}

/* Yields a code of LMDB or of errno, as the other functions with such a name. */
static int
open_code(struct book *book, int folder_fd, const char *name, unsigned flags, size_t map_size)
{
	unsigned txn_flags = flags & MDB_RDONLY;
	char path[64];
	int code;

	*book = (struct book){0};
	snprintf(path, sizeof path, "/proc/self/fd/%d/%s", folder_fd, name);
	code = mdb_env_create(&book->env);
	if (code == 0)
		code = mdb_env_set_mapsize(book->env, map_size);
	if (code == 0)
		code = mdb_env_open(book->env, path, MDB_NOSUBDIR | MDB_NOLOCK | flags, 0600);
	if (code == 0)
		code = mdb_txn_begin(book->env, NULL, txn_flags, &book->txn);
	if (code == 0)
		code = mdb_dbi_open(book->txn, NULL, 0, &book->dbi);
	if (code != 0)
		book_close(book);
	return code;
}

int
book_open(struct book *book, int folder_fd, const char *name)
{
	int code = open_code(book, folder_fd, name, MDB_RDONLY, 0);

	return code == 0 ? DISK_OK : book_fail("open", -1, name, code);
}

static MDB_val
val_of(const void *data, size_t size)
{
	return (MDB_val){size, (void *)(uintptr_t)data};
}

static struct bytes
bytes_of(const MDB_val *val)
{
	return bytes_make(val->mv_data, val->mv_size);
}

int
book_find(void *context, const uint8_t key[CHANGE_KEY_SIZE], struct pollbook_record *out)
{
	struct book *book = context;
	MDB_val name = val_of(key, CHANGE_KEY_SIZE);
	MDB_val value;
	int code;

	if (book->txn == NULL)
		return 0;
	code = mdb_get(book->txn, book->dbi, &name, &value);
	if (code == MDB_NOTFOUND)
		return 0;
	if (code != 0)
		return book_fail("read", -1, "the poll book", code);
	if (!book_record_read(bytes_of(&value), out))
		return disk_fail(DISK_DAMAGED,
				 "read the poll book: a record has a wrong shape");
	return 1;
}

int
book_state(struct book *book, struct bytes *value)
{
	MDB_val key = val_of(state_key, sizeof state_key);
	MDB_val found;
	int code = mdb_get(book->txn, book->dbi, &key, &found);

	if (code != 0)
		return book_fail("read", -1, "the poll book's state", code);
	*value = bytes_of(&found);
	return DISK_OK;
}

static int
state_code(struct book *book, const struct book_change *change, const struct book_sum *sum)
{
	size_t capacity =
	    STATE_FIXED + (change->state == NULL ? 0 : change->state->replay.size);
	MDB_val key = val_of(state_key, sizeof state_key);
	struct writer writer;
	uint8_t *memory;
	MDB_val value;
	int code;

	if (change->state == NULL)
		return 0;
	memory = malloc(capacity);
	if (memory == NULL)
		return ENOMEM;
	writer = writer_make(memory, capacity);
	state_write(&writer, change, sum);
	value = val_of(memory, writer.size);
	code = mdb_put(book->txn, book->dbi, &key, &value, 0);
	free(memory);
	return code;
}

static int
commit_code(struct book *book)
{
	MDB_txn *txn = book->txn;

	book->txn = NULL; /* gone whatever the outcome */
	return mdb_txn_commit(txn);
}

/* One search for the key, also where it is there already. */
static int
change_code(MDB_cursor *cursor, const struct change *change, struct book_sum *sum)
{
	MDB_val key = val_of(change->key, sizeof change->key);
	uint8_t bytes[CHANGE_VALUE_SIZE];
	MDB_val value = val_of(bytes, sizeof bytes);
	int code;

	record_write(change, bytes);
	code = mdb_cursor_put(cursor, &key, &value, MDB_NOOVERWRITE);
	if (code == MDB_KEYEXIST && value.mv_size != CHANGE_VALUE_SIZE)
		return MDB_CORRUPTED;
	if (code == MDB_KEYEXIST) {
		book_sum_remove(sum, change->key, value.mv_data);
		value = val_of(bytes, sizeof bytes);
		code = mdb_cursor_put(cursor, &key, &value, MDB_CURRENT);
	}
	if (code == 0)
		book_sum_add(sum, change->key, bytes);
	return code;
}

static int
changes_code(struct book *book, const struct changes *changes, struct book_sum *sum)
{
	MDB_cursor *cursor;
	int code = mdb_cursor_open(book->txn, book->dbi, &cursor);

	if (code != 0)
		return code;
	for (size_t i = 0; i < changes->count && code == 0; i++)
		code = change_code(cursor, &changes->rows[i], sum);
	mdb_cursor_close(cursor);
	return code;
}

static int
update_code(int folder_fd, const char *name, const struct book_change *change, size_t map_size,
	    struct book_sum *sum)
{
	struct book book;
	int code = open_code(&book, folder_fd, name, 0, map_size);

	if (code == 0)
		code = changes_code(&book, change->changes, sum);
	if (code == 0)
		code = state_code(&book, change, sum);
	if (code == 0)
		code = commit_code(&book);
	book_close(&book);
	return code;
}

int
book_update(int folder_fd, const char *name, const struct book_change *change, size_t map_size)
{
	struct book_sum sum;
	int code;

	do {
		sum = *change->sum;
		code = update_code(folder_fd, name, change, map_size, &sum);
		map_size *= 2;
	} while (code == MDB_MAP_FULL);
	if (code != 0)
		return book_fail("write", folder_fd, name, code);
	*change->sum = sum;
	return DISK_OK;
}

/* A new file in the making. */
struct merge {
	struct book target;
	MDB_cursor *cursor; /* in the source; NULL: it is at its end */
	MDB_val key;        /* where it stands */
	MDB_val value;
	struct book_sum before;
	struct book_sum after;
};

/* Moves on to the source's next record and counts it. */
static int
source_next(struct merge *merge)
{
	int code;

	if (merge->cursor == NULL)
		return 0;
	do
		code = mdb_cursor_get(merge->cursor, &merge->key, &merge->value, MDB_NEXT);
	while (code == 0 && merge->key.mv_size == sizeof state_key);
	if (code == MDB_NOTFOUND) {
		mdb_cursor_close(merge->cursor);
		merge->cursor = NULL;
		return 0;
	}
	if (code != 0)
		return code;
	if (merge->key.mv_size != CHANGE_KEY_SIZE || merge->value.mv_size != CHANGE_VALUE_SIZE)
		return MDB_CORRUPTED;
	book_sum_add(&merge->before, merge->key.mv_data, merge->value.mv_data);
	return 0;
}

static int
emit_code(struct merge *merge, MDB_val key, MDB_val value)
{
	struct book *target = &merge->target;
	int code;

	book_sum_add(&merge->after, key.mv_data, value.mv_data);
	code = mdb_put(target->txn, target->dbi, &key, &value, MDB_APPEND);
	if (code == MDB_KEYEXIST)
		return MDB_CORRUPTED; /* the source was not in order */
	if (code != 0 || merge->after.records % SLICE_RECORDS != 0)
		return code;
	code = commit_code(target);
	if (code == 0)
		code = mdb_txn_begin(target->env, NULL, 0, &target->txn);
	return code;
}

/* Emits the smaller of the source's record and the next change; a change replaces its like. */
static int
step_code(struct merge *merge, const struct changes *changes, size_t *at)
{
	const struct change *change = *at < changes->count ? &changes->rows[*at] : NULL;
	uint8_t bytes[CHANGE_VALUE_SIZE];
	int order = -1;
	int code = 0;

	if (change != NULL && merge->cursor == NULL)
		order = 1;
	else if (change != NULL)
		order = memcmp(merge->key.mv_data, change->key, CHANGE_KEY_SIZE);
	if (order < 0)
		code = emit_code(merge, merge->key, merge->value);
	if (order >= 0) {
		record_write(change, bytes);
		code = emit_code(merge, val_of(change->key, CHANGE_KEY_SIZE),
				 val_of(bytes, sizeof bytes));
		++*at;
	}
	if (code == 0 && order <= 0)
		code = source_next(merge);
	return code;
}

static int
merge_code(struct merge *merge, struct book *source, const struct book_change *change)
{
	size_t at = 0;
	int code = 0;

	if (source != NULL)
		code = mdb_cursor_open(source->txn, source->dbi, &merge->cursor);
	if (code == 0)
		code = source_next(merge);
	while (code == 0 && (merge->cursor != NULL || at < change->changes->count))
		code = step_code(merge, change->changes, &at);
	if (code == 0 && !book_sum_equal(&merge->before, change->sum))
		code = MDB_CORRUPTED;
	if (code == 0)
		code = state_code(&merge->target, change, &merge->after);
	if (code == 0)
		code = commit_code(&merge->target);
	if (code == 0)
		code = mdb_env_sync(merge->target.env, 1);
	if (merge->cursor != NULL)
		mdb_cursor_close(merge->cursor);
	return code;
}

int
book_merge(int folder_fd, const char *name, struct book *source,
	   const struct book_change *change, size_t map_size)
{
	struct merge merge;
	int code;

	do {
		merge = (struct merge){.cursor = NULL};
		if (unlinkat(folder_fd, name, 0) != 0 && errno != ENOENT)
			return disk_fail_errno("remove", name);
		code = open_code(&merge.target, folder_fd, name, 0, map_size);
		if (code == 0)
			code = merge_code(&merge, source, change);
		book_close(&merge.target);
		map_size *= 2;
	} while (code == MDB_MAP_FULL);
	if (code == MDB_CORRUPTED)
		return disk_fail(DISK_DAMAGED, "write %s: the records before do not add up",
				 name);
	if (code != 0)
		return book_fail("write", folder_fd, name, code);
	*change->sum = merge.after;
	return DISK_OK;
}
