#include "tests/lib/store.h"

#include "limits.h"

#include <fcntl.h>
#include <unistd.h>

struct test_store *
test_store_make(uint64_t segment_size)
{
	struct test_store *store = calloc(1, sizeof *store);

	assert_non_null(store);
	store->folder = test_folder_make();
	store->archive = archive_open(store->folder.fd);
	assert_non_null(store->archive);
	memset(store->campaign, 0xca, sizeof store->campaign);
	store->segment_size = segment_size;
	store->segment_fd = -1;
	store->memory = malloc(batch_size(batch_bytes_max));
	store->entries = calloc(TEST_STORE_ENTRIES_MAX, sizeof *store->entries);
	assert_non_null(store->memory);
	assert_non_null(store->entries);
	return store;
}

void
test_store_free(struct test_store *store)
{
	for (size_t i = 0; i < store->size; i++)
		free((void *)(uintptr_t)store->entries[i].data);
	free(store->entries);
	free(store->memory);
	archive_close(store->archive);
	if (store->segment_fd >= 0)
		close(store->segment_fd);
	test_folder_remove(&store->folder);
	free(store);
}

static void
segment_next(struct test_store *store)
{
	struct segment segment = {.number = store->segments_count, .size = store->segment_size};
	uint8_t header[SEGMENT_HEADER_SIZE];
	char name[SEGMENT_NAME_MAX];

	if (store->segment_fd >= 0)
		close(store->segment_fd);
	memcpy(segment.campaign, store->campaign, sizeof segment.campaign);
	segment_header_write(&segment, header);
	segment_name(segment.number, name);
	assert_int_equal(disk_open(store->folder.fd, name, O_RDWR | O_CREAT | O_EXCL, 0600,
				   &store->segment_fd),
			 DISK_OK);
	assert_int_equal(ftruncate(store->segment_fd, (off_t)segment.size), 0);
	assert_int_equal(disk_write_at(store->segment_fd, name, header, sizeof header, 0),
			 DISK_OK);
	assert_int_equal(archive_add_segment(store->archive, segment.number), DISK_OK);
	store->segments_count++;
	store->offset = SEGMENT_HEADER_SIZE;
}

void
test_store_put(struct test_store *store, struct bytes entry)
{
	uint8_t *to = store->memory + BATCH_HEADER_SIZE + store->entries_size;
	uint8_t *copy = malloc(entry.size + 1);

	assert_non_null(copy);
	assert_true(store->size < TEST_STORE_ENTRIES_MAX);
	assert_true(store->entries_size + 2 + entry.size <= batch_bytes_max);
	if (entry.size > 0)
		memcpy(copy, entry.data, entry.size);
	store->entries[store->size++] = bytes_make(copy, entry.size);
	be16_store(to, (uint16_t)entry.size);
	memcpy(to + 2, copy, entry.size);
	store->entries_size += 2 + entry.size;
	store->entries_count++;
}

void
test_store_commit(struct test_store *store)
{
	struct batch batch = {
	    .number = store->batches_count,
	    .first_index = store->size - store->entries_count,
	    .entries_count = store->entries_count,
	    .previous = store->checksum,
	    .entries = bytes_make(store->memory + BATCH_HEADER_SIZE, store->entries_size),
	    .size = batch_size(store->entries_size),
	};

	if (store->segments_count == 0 || store->offset + batch.size > store->segment_size)
		segment_next(store);
	batch.checksum = batch_seal(store->memory, &batch, store->campaign);
	assert_int_equal(disk_write_at(store->segment_fd, "segment", store->memory, batch.size,
				       store->offset),
			 DISK_OK);
	assert_int_equal(
	    archive_add_batch(store->archive, &batch, store->segments_count - 1, store->offset),
	    DISK_OK);
	store->offset += batch.size;
	store->checksum = batch.checksum;
	store->batches_count++;
	store->entries_size = 0;
	store->entries_count = 0;
}

void
test_store_grow(struct test_store *store, struct test_random *random, size_t size,
		size_t size_max)
{
	uint8_t *entry = malloc(size_max + 1);

	assert_non_null(entry);
	while (store->size < size) {
		size_t entry_size = (size_t)test_random_below(random, size_max + 1);

		test_random_fill(random, entry, entry_size);
		test_store_put(store, bytes_make(entry, entry_size));
		if (store->size == size || test_random_below(random, 40) == 0 ||
		    store->entries_size + 4 * (2 + size_max) > store->segment_size / 2)
			test_store_commit(store);
	}
	free(entry);
}
