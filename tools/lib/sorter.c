#include "tools/lib/sorter.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/crew.h"

enum {
	RECORDS_LEAST = 16, /* a bucket below this is not put out */
};

_Static_assert(sizeof((struct sorter *)0)->secret == crypto_shorthash_KEYBYTES,
	       "a key of SipHash");

/* Records that were put out together. */
struct extent {
	uint64_t offset;
	size_t count;
};

struct sorter_bucket {
	pthread_mutex_t lock;
	uint8_t *records;
	size_t count;
	size_t capacity;
	size_t sorted; /* in front */
	struct extent *extents;
	size_t extents_count;
	size_t put_out; /* records in them */
};

enum tally_exit
sorter_init(struct sorter *sorter, size_t record_size, uint64_t memory_max,
	    struct trouble *trouble)
{
	memset(sorter, 0, sizeof *sorter);
	CHECK(record_size >= sizeof(struct sorter_place));
	sorter->record_size = record_size;
	sorter->memory_max = memory_max;
	sorter->file = -1;
	sorter->buckets = calloc(SORTER_BUCKETS, sizeof *sorter->buckets);
	if (sorter->buckets == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD, "not enough memory to sort");
	randombytes_buf(sorter->secret, sizeof sorter->secret);
	CHECK(pthread_mutex_init(&sorter->file_lock, NULL) == 0);
	for (size_t i = 0; i < SORTER_BUCKETS; i++)
		CHECK(pthread_mutex_init(&sorter->buckets[i].lock, NULL) == 0);
	return TALLY_EXIT_FINE;
}

void
sorter_free(struct sorter *sorter)
{
	if (sorter->buckets == NULL)
		return;
	for (size_t i = 0; i < SORTER_BUCKETS; i++) {
		pthread_mutex_destroy(&sorter->buckets[i].lock);
		free(sorter->buckets[i].records);
		free(sorter->buckets[i].extents);
	}
	pthread_mutex_destroy(&sorter->file_lock);
	free(sorter->buckets);
	sorter->buckets = NULL;
	if (sorter->file >= 0)
		close(sorter->file);
	sorter->file = -1;
}

static void
fail(struct sorter *sorter, int error)
{
	int none = 0;

	(void)atomic_compare_exchange_strong(&sorter->error, &none, error);
}

/* A file without a name. */
static int
open_file(void)
{
	const char *base = getenv("TMPDIR");
	char path[512];
	int file;

	snprintf(path, sizeof path, "%.400s/tally-verify-XXXXXX",
		 base != NULL && base[0] != '\0' ? base : "/var/tmp");
	file = mkstemp(path);
	if (file >= 0)
		(void)unlink(path);
	return file;
}

/* Where `size` bytes may be written, or false. */
static bool
reserve(struct sorter *sorter, uint64_t size, uint64_t *offset)
{
	bool there;

	pthread_mutex_lock(&sorter->file_lock);
	if (sorter->file < 0)
		sorter->file = open_file();
	there = sorter->file >= 0;
	*offset = sorter->file_size;
	sorter->file_size += size;
	pthread_mutex_unlock(&sorter->file_lock);
	return there;
}

static bool
write_at(int file, const uint8_t *data, size_t size, uint64_t offset)
{
	while (size > 0) {
		ssize_t put = pwrite(file, data, size, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		data += put;
		size -= (size_t)put;
		offset += (uint64_t)put;
	}
	return true;
}

static bool
read_at(int file, uint8_t *data, size_t size, uint64_t offset)
{
	while (size > 0) {
		ssize_t got = pread(file, data, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO;
		if (got <= 0)
			return false;
		data += got;
		size -= (size_t)got;
		offset += (uint64_t)got;
	}
	return true;
}

static bool
put_out(struct sorter *sorter, struct sorter_bucket *bucket)
{
	size_t size = bucket->count * sorter->record_size;
	struct extent *grown =
	    realloc(bucket->extents, (bucket->extents_count + 1) * sizeof *bucket->extents);
	struct extent *extent;

	if (grown == NULL)
		return false;
	bucket->extents = grown;
	extent = &grown[bucket->extents_count];
	extent->count = bucket->count;
	if (!reserve(sorter, size, &extent->offset) ||
	    !write_at(sorter->file, bucket->records, size, extent->offset))
		return false;
	bucket->extents_count++;
	bucket->put_out += bucket->count;
	bucket->count = bucket->sorted = 0;
	return true;
}

static bool
make_room(struct sorter *sorter, struct sorter_bucket *bucket)
{
	size_t more = bucket->capacity < RECORDS_LEAST ? RECORDS_LEAST : bucket->capacity / 2;
	uint64_t bytes = more * sorter->record_size;
	uint8_t *grown;

	if (bucket->count < bucket->capacity)
		return true;
	if (bucket->capacity >= RECORDS_LEAST && sorter->memory + bytes > sorter->memory_max)
		return put_out(sorter, bucket);
	grown = realloc(bucket->records, (bucket->capacity + more) * sorter->record_size);
	if (grown == NULL)
		return false;
	bucket->records = grown;
	bucket->capacity += more;
	sorter->memory += bytes;
	return true;
}

void
sorter_add(struct sorter *sorter, const void *record)
{
	uint8_t hash[crypto_shorthash_BYTES];
	struct sorter_bucket *bucket;

	crypto_shorthash(hash, record, SORTER_KEY_SIZE, sorter->secret);
	bucket = &sorter->buckets[hash[0]];
	pthread_mutex_lock(&bucket->lock);
	if (make_room(sorter, bucket))
		memcpy(bucket->records + bucket->count++ * sorter->record_size, record,
		       sorter->record_size);
	else
		fail(sorter, errno);
	pthread_mutex_unlock(&bucket->lock);
}

static int
compare_places(const void *a, const void *b)
{
	const struct sorter_place *left = a;
	const struct sorter_place *right = b;
	int order = memcmp(left->key, right->key, sizeof left->key);

	if (order != 0)
		return order;
	return (left->index > right->index) - (left->index < right->index);
}

struct reading {
	struct sorter *sorter;
	sorter_visit *visit;
	void *context;
	uint64_t all; /* records */
	_Atomic uint64_t done;
};

/* Merges the sorted front with the sorted rest, which is copied to `rest`. */
static void
merge(uint8_t *records, size_t front, const uint8_t *rest, size_t rest_count, size_t size)
{
	size_t to = front + rest_count;

	while (rest_count > 0) {
		const uint8_t *late = rest + (rest_count - 1) * size;

		to--;
		if (front > 0 && compare_places(records + (front - 1) * size, late) > 0) {
			memcpy(records + to * size, records + (front - 1) * size, size);
			front--;
		} else {
			memcpy(records + to * size, late, size);
			rest_count--;
		}
	}
}

/* The bucket's own records in order. */
static bool
arrange(const struct sorter *sorter, struct sorter_bucket *bucket)
{
	size_t size = sorter->record_size;
	size_t rest = bucket->count - bucket->sorted;
	uint8_t *late = bucket->records + bucket->sorted * size;
	uint8_t *copy;

	if (rest == 0)
		return true;
	qsort(late, rest, size, compare_places);
	if (bucket->sorted > 0) {
		copy = malloc(rest * size);
		if (copy == NULL)
			return false;
		memcpy(copy, late, rest * size);
		merge(bucket->records, bucket->sorted, copy, rest, size);
		free(copy);
	}
	bucket->sorted = bucket->count;
	return true;
}

/* All of a bucket that was put out, in order, malloc'ed; or NULL. */
static uint8_t *
gather(const struct sorter *sorter, const struct sorter_bucket *bucket)
{
	size_t size = sorter->record_size;
	uint8_t *all = malloc((bucket->put_out + bucket->count) * size);
	uint8_t *at = all;

	if (all == NULL)
		return NULL;
	for (size_t i = 0; i < bucket->extents_count; i++) {
		const struct extent *extent = &bucket->extents[i];

		if (!read_at(sorter->file, at, extent->count * size, extent->offset)) {
			free(all);
			return NULL;
		}
		at += extent->count * size;
	}
	if (bucket->count > 0)
		memcpy(at, bucket->records, bucket->count * size);
	qsort(all, bucket->put_out + bucket->count, size, compare_places);
	return all;
}

static void
visit_bucket(const struct reading *reading, struct sorter_bucket *bucket)
{
	struct sorter *sorter = reading->sorter;
	uint8_t *all;

	if (bucket->put_out + bucket->count == 0 || sorter->error != 0)
		return;
	if (bucket->put_out == 0) {
		if (arrange(sorter, bucket))
			reading->visit(reading->context, bucket->records, bucket->count);
		else
			fail(sorter, ENOMEM);
		return;
	}
	all = gather(sorter, bucket);
	if (all != NULL)
		reading->visit(reading->context, all, bucket->put_out + bucket->count);
	else
		fail(sorter, errno);
	free(all);
}

static void
visit_job(void *context, unsigned worker, uint64_t number)
{
	struct reading *reading = context;
	struct sorter *sorter = reading->sorter;
	struct sorter_bucket *bucket = &sorter->buckets[number];
	uint64_t done;

	visit_bucket(reading, bucket);
	done = atomic_fetch_add(&reading->done, bucket->put_out + bucket->count);
	if (worker == 0 && sorter->progress != NULL)
		sorter->progress(sorter->progress_context,
				 done + bucket->put_out + bucket->count, reading->all);
}

enum tally_exit
sorter_each(struct sorter *sorter, unsigned workers, sorter_visit *visit, void *context,
	    struct trouble *trouble)
{
	struct reading reading = {.sorter = sorter, .visit = visit, .context = context};

	for (unsigned i = 0; i < SORTER_BUCKETS; i++)
		reading.all += sorter->buckets[i].put_out + sorter->buckets[i].count;
	crew_run(workers, SORTER_BUCKETS, visit_job, &reading);
	if (sorter->error == 0)
		return TALLY_EXIT_FINE;
	return trouble_set(trouble, TALLY_EXIT_WORLD,
			   "the ballots could not be sorted, in memory and temporary files: %s",
			   strerror(sorter->error));
}
