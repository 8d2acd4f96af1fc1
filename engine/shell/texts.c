#include "shell/texts.h"

#include "base/text.h"
#include "ledger/entry.h"
#include "limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	NAME_SIZE = 40,
};

struct text {
	struct text *next;
	uint64_t index;
	size_t size;
	uint8_t bytes[];
};

struct texts {
	int dir_fd;
	int folder_fd; /* DIR/sealed/tally */
	struct archive *archive;
	uint8_t entry[TALLY_ENTRY_SIZE_MAX]; /* the publisher's thread's */
	pthread_mutex_t mutex;               /* guards what follows */
	struct text *queue;
	size_t queue_bytes;
	uint64_t lost; /* lowest index whose text found no room; UINT64_MAX: none */
};

static void
text_name(const char *folder, uint64_t index, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%s%llu", folder, (unsigned long long)index);
}

static int
open_folder(struct texts *texts, int dir_fd)
{
	int sealed_fd = -1;
	int status = disk_open(dir_fd, ".", O_RDONLY | O_DIRECTORY, 0, &texts->dir_fd);

	if (status == DISK_OK)
		status = disk_directory(dir_fd, "sealed", 0700, &sealed_fd);
	if (status == DISK_OK)
		status = disk_directory(sealed_fd, "tally", 0700, &texts->folder_fd);
	if (sealed_fd >= 0)
		close(sealed_fd);
	return status;
}

struct texts *
texts_open(int dir_fd, struct archive *archive)
{
	struct texts *texts = calloc(1, sizeof *texts);

	if (texts == NULL) {
		disk_fail_errno("find memory for", "tally texts");
		return NULL;
	}
	texts->dir_fd = -1;
	texts->folder_fd = -1;
	texts->archive = archive;
	texts->lost = UINT64_MAX;
	CHECK(pthread_mutex_init(&texts->mutex, NULL) == 0);
	if (open_folder(texts, dir_fd) == DISK_OK)
		return texts;
	texts_close(texts);
	return NULL;
}

void
texts_close(struct texts *texts)
{
	while (texts->queue != NULL) {
		struct text *text = texts->queue;

		texts->queue = text->next;
		free(text);
	}
	if (texts->folder_fd >= 0)
		close(texts->folder_fd);
	if (texts->dir_fd >= 0)
		close(texts->dir_fd);
	pthread_mutex_destroy(&texts->mutex);
	free(texts);
}

static void
queue_put(struct texts *texts, struct text *text)
{
	text->next = texts->queue;
	texts->queue = text;
	texts->queue_bytes += text->size;
}

int
texts_add(struct texts *texts, uint64_t index, struct bytes bytes)
{
	struct text *text = NULL;

	pthread_mutex_lock(&texts->mutex);
	if (bytes.size <= text_bytes_max && texts->queue_bytes <= texts_bytes_max - bytes.size)
		text = malloc(sizeof *text + bytes.size);
	if (text != NULL) {
		text->index = index;
		text->size = bytes.size;
		memcpy(text->bytes, bytes.data, bytes.size);
		queue_put(texts, text);
	} else if (index < texts->lost) {
		texts->lost = index;
	}
	pthread_mutex_unlock(&texts->mutex);
	if (text != NULL)
		return DISK_OK;
	return disk_fail(DISK_FULL, "keep tally/%llu: there is no room for its text in memory",
			 (unsigned long long)index);
}

static struct text *
queue_take(struct texts *texts)
{
	struct text *text;

	pthread_mutex_lock(&texts->mutex);
	text = texts->queue;
	if (text != NULL) {
		texts->queue = text->next;
		texts->queue_bytes -= text->size;
	}
	pthread_mutex_unlock(&texts->mutex);
	return text;
}

int
texts_store(struct texts *texts)
{
	struct text *text;

	while ((text = queue_take(texts)) != NULL) {
		char name[NAME_SIZE];
		int status;

		text_name("", text->index, name);
		status = disk_replace(texts->folder_fd, name,
				      bytes_make(text->bytes, text->size), 0600, false);
		if (status != DISK_OK) {
			pthread_mutex_lock(&texts->mutex);
			queue_put(texts, text);
			pthread_mutex_unlock(&texts->mutex);
			return status;
		}
		free(text);
	}
	return DISK_OK;
}

int
texts_sync(const struct texts *texts)
{
	return syncfs(texts->folder_fd) == 0 ? DISK_OK : disk_fail_errno("sync", "sealed");
}

/* Calls `visit` with every text that waits below `size`, and removes temporary files. */
static int
folder_walk(struct texts *texts, uint64_t size,
	    int (*visit)(struct texts *texts, struct tiles *tiles, uint64_t index),
	    struct tiles *tiles)
{
	struct dirent *entry;
	int status = DISK_OK;
	int fd = openat(texts->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (folder == NULL) {
		status = disk_fail_errno("list", "sealed/tally");
		if (fd >= 0)
			close(fd);
		return status;
	}
	while (status == DISK_OK && (errno = 0, entry = readdir(folder)) != NULL) {
		struct bytes name = bytes_of_string(entry->d_name);
		uint64_t index;

		if (text_decimal_parse(name, &index)) {
			if (index < size)
				status = visit(texts, tiles, index);
		} else if (name.size > 4 &&
			   strcmp(entry->d_name + name.size - 4, ".tmp") == 0 &&
			   unlinkat(texts->folder_fd, entry->d_name, 0) != 0) {
			status = disk_fail_errno("remove", "sealed/tally/*.tmp");
		}
	}
	if (status == DISK_OK && errno != 0)
		status = disk_fail_errno("list", "sealed/tally");
	closedir(folder);
	return status;
}

static bool
hash_fits(struct bytes text, const uint8_t salt[32], const uint8_t hash[32])
{
	crypto_hash_sha256_state sha;
	uint8_t found[32];

	crypto_hash_sha256_init(&sha);
	crypto_hash_sha256_update(&sha, salt, 32);
	crypto_hash_sha256_update(&sha, text.data, text.size);
	crypto_hash_sha256_final(&sha, found);
	return memcmp(found, hash, sizeof found) == 0;
}

static bool
file_fits(int dir_fd, const char *name, const uint8_t salt[32], const uint8_t hash[32])
{
	uint8_t *memory;
	size_t size;
	bool fits;

	if (disk_load(dir_fd, name, text_bytes_max, &memory, &size) != DISK_OK)
		return false;
	fits = hash_fits(bytes_make(memory, size), salt, hash);
	free(memory);
	return fits;
}

bool
texts_has(const struct texts *texts, uint64_t index, const uint8_t salt[32],
	  const uint8_t hash[32], bool in_public)
{
	char name[NAME_SIZE];

	text_name("", index, name);
	if (file_fits(texts->folder_fd, name, salt, hash))
		return true;
	text_name("public/tally/", index, name);
	return in_public && file_fits(texts->dir_fd, name, salt, hash);
}

static int
remove_one(struct texts *texts, struct tiles *tiles, uint64_t index)
{
	char name[NAME_SIZE];

	(void)tiles;
	text_name("", index, name);
	if (unlinkat(texts->folder_fd, name, 0) == 0 || errno == ENOENT)
		return DISK_OK;
	return disk_fail_errno("remove sealed/tally", name);
}

static int
print_one(struct texts *texts, struct tiles *tiles, uint64_t index)
{
	char name[NAME_SIZE];
	struct entry entry;
	uint8_t *memory;
	size_t size;
	int status =
	    archive_read(texts->archive, index, texts->entry, sizeof texts->entry, &size);

	if (status != DISK_OK)
		return status;
	if (!entry_parse(bytes_make(texts->entry, size), &entry) ||
	    entry.kind != TALLY_ENTRY_TALLY)
		return remove_one(texts, tiles, index); /* it has no business there */
	text_name("", index, name);
	status = disk_load(texts->folder_fd, name, text_bytes_max, &memory, &size);
	if (status != DISK_OK)
		return status;
	text_name("tally/", index, name);
	if (hash_fits(bytes_make(memory, size), entry.salt, entry.hash))
		status = tiles_file(tiles, name, bytes_make(memory, size));
	else if (file_fits(tiles->public_fd, name, entry.salt, entry.hash))
		status = remove_one(texts, tiles, index);
	else
		status = disk_fail(DISK_DAMAGED,
				   "publish %s: the text in DIR/sealed is not that of its "
				   "entry; the next start makes it again",
				   name);
	free(memory);
	return status;
}

int
texts_print(struct texts *texts, struct tiles *tiles, uint64_t size)
{
	uint64_t lost;

	pthread_mutex_lock(&texts->mutex);
	lost = texts->lost;
	pthread_mutex_unlock(&texts->mutex);
	if (lost < size)
		return disk_fail(DISK_FULL,
				 "publish tally/%llu: there was no room to keep its text; the "
				 "next start makes it again",
				 (unsigned long long)lost);
	return folder_walk(texts, size, print_one, tiles);
}

int
texts_clear(struct texts *texts, uint64_t size)
{
	return folder_walk(texts, size, remove_one, NULL);
}
