#include "shell/start.h"

#include "campaign/rules.h"
#include "pollbook/capacity.h"
#include "shell/clock.h"
#include "shell/doubt.h"
#include "shell/foundation.h"
#include "shell/line.h"
#include "shell/restore.h"
#include "tally/status.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* L6: held until the process ends, however it ends. */
static int
take_lock(struct start *start, const char *data)
{
	char text[32] = "";
	int used;
	int status = disk_open(start->dir_fd, "lock", O_RDWR | O_CREAT, 0600, &start->lock_fd);

	if (status != DISK_OK)
		return status;
	if (flock(start->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		if (pread(start->lock_fd, text, sizeof text - 1, 0) < 0)
			text[0] = '\0';
		return disk_fail(DISK_FAILED, "%s is in use: locked by process %s", data, text);
	}
	used = snprintf(text, sizeof text, "%ld", (long)getpid());
	if (ftruncate(start->lock_fd, 0) != 0 ||
	    pwrite(start->lock_fd, text, (size_t)used, 0) < 0)
		return disk_fail(DISK_FAILED, "writing %s/lock: %s", data, strerror(errno));
	return DISK_OK;
}

static int
read_key(struct start *start)
{
	uint8_t *text;
	size_t size;
	bool valid;
	int status = disk_load(start->dir_fd, "log.key", NOTE_PRIVATE_TEXT_MAX, &text, &size);

	if (status != DISK_OK)
		return status;
	valid = note_private_key_parse(bytes_make(text, size), &start->key);
	sodium_memzero(text, size);
	free(text);
	if (!valid)
		return disk_fail(DISK_DAMAGED, "reading log.key: it is not a private key");
	if (memcmp(start->key.key.public_key, start->manifest->log_key.public_key,
		   TALLY_KEY_SIZE) != 0 ||
	    strcmp(start->key.key.name, start->manifest->log_key.name) != 0)
		return disk_fail(DISK_DAMAGED,
				 "reading log.key: the campaign names another key");
	return DISK_OK;
}

static void *
map_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Bytes that the machine can still give; UINT64_MAX: it does not say. */
static uint64_t
memory_left(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long long kib = UINT64_MAX / 1024;
	char line[128];

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			break;
	if (file != NULL)
		fclose(file);
	return (uint64_t)kib * 1024;
}

/* Where it would take the last of the memory, it is left to come with the voters. */
static bool
fill_pollbook(const struct start *start)
{
	const struct pages *slots = &start->pollbook_pages;
	uint64_t left = memory_left();

	if (slots->bytes < left / 8 * 7)
		return pages_fill(slots);
	line_warn(
	    "a poll book for %u voters takes %llu MB of memory, and this machine has %llu MB "
	    "left: voters_max may come to be more than it can hold",
	    start->manifest->voters_max, (unsigned long long)slots->bytes / 1000000,
	    (unsigned long long)left / 1000000);
	return true;
}

static int
make_pollbook(struct start *start)
{
	const struct manifest *manifest = start->manifest;
	const struct pollbook_capacity capacity = {
	    .voters_max = manifest->voters_max,
	    .rolls_max = manifest->has_roster ? enrolled_max : 0,
	    .ballots_max = rules_ballots_max(manifest),
	    .voter_mode = manifest->signing == TALLY_SIGNING_VOTER,
	};
	struct pages *slots = &start->pollbook_pages;
	uint8_t seed[16];

	start->piles_bytes = pollbook_piles_memory(&capacity);
	start->piles = map_memory(start->piles_bytes);
	if (start->piles == NULL || !pages_map(slots, pollbook_slots_memory(&capacity)) ||
	    !fill_pollbook(start))
		return disk_fail(DISK_FAILED, "making a poll book for %u voters: %s",
				 manifest->voters_max, strerror(errno));
	randombytes_buf(seed, sizeof seed);
	pollbook_init(&start->pollbook, slots->memory, start->piles, &capacity, seed);
	return DISK_OK;
}

static int
make_station(struct start *start, const struct start_options *options)
{
	struct station_setup setup = {.manifest = start->manifest,
				      .pollbook = &start->pollbook,
				      .workers_count = options->workers_count,
				      .parcel_items = verifier_job(&start->keyring.verifier),
				      .rehearsal = options->rehearsal,
				      .wall_ms = clock_wall_ms(),
				      .mono_ms = clock_mono_ms()};
	void *memory;

	start->station_bytes = station_memory(start->manifest);
	memory = map_memory(start->station_bytes);
	if (memory == NULL)
		return disk_fail(DISK_FAILED, "making the station: %s", strerror(errno));
	randombytes_buf(setup.salt_key, sizeof setup.salt_key);
	start->station = station_init(memory, &setup);
	return DISK_OK;
}

int
start_make_state(struct start *start, const struct start_options *options)
{
	int status = make_pollbook(start);
	enum keyring_state state =
	    keyring_open(&start->keyring, start->manifest, options->verify);

	doubt_tell(&start->keyring, state, options->verify);
	return status == DISK_OK ? make_station(start, options) : status;
}

/* The archive would make the folder. */
static int
find_ledger(const struct start *start)
{
	int fd;
	int status = disk_open(start->dir_fd, "ledger", O_RDONLY | O_DIRECTORY, 0, &fd);

	if (fd >= 0)
		close(fd);
	return status;
}

static int
open_files(struct start *start, const struct start_options *options)
{
	int status =
	    disk_open(AT_FDCWD, options->data, O_RDONLY | O_DIRECTORY, 0, &start->dir_fd);

	if (status == DISK_OK)
		status = take_lock(start, options->data);
	if (status == DISK_OK)
		status = remembered_open(&start->remembered, start->dir_fd);
	if (status != DISK_OK && start->dir_fd >= 0 && foundation_is_unfinished(start->dir_fd))
		return disk_fail(status,
				 "%s was never finished: remove it and run --init again",
				 options->data);
	if (status == DISK_OK)
		status = find_ledger(start);
	if (status != DISK_OK)
		return status;
	start->archive = archive_open(start->dir_fd);
	return start->archive == NULL ? DISK_FAILED : DISK_OK;
}

/* Nothing of what is sealed may be in public, whoever put it there. */
static int
seal(const struct start *start)
{
	uint64_t count;
	int status;

	if (law_results_public(station_law(start->station), start->manifest))
		return DISK_OK;
	status = publisher_seal(start->publisher, &count);
	if (status == DISK_OK && count > 0)
		line_say("results are sealed: %llu files with ballots or counts were in "
			 "public/ and have been removed",
			 (unsigned long long)count);
	return status;
}

static int
run(struct start *start, const struct start_options *options)
{
	/* Who replays has half the work of who reads ahead: no core stays for that. */
	struct restore restore = {.start = start, .threads_count = options->workers_count};
	int status = open_files(start, options);

	if (status == DISK_OK)
		status = restore_scan(&restore);
	if (status == DISK_OK)
		status = restore_manifest(&restore);
	if (status == DISK_OK)
		status = read_key(start);
	if (status == DISK_OK && start->manifest->has_roster)
		status = registry_open(&start->registry, start->dir_fd, start->manifest);
	if (status == DISK_OK)
		status = start_make_state(start, options);
	if (status == DISK_OK)
		status = restore_tail(&restore);
	if (status == DISK_OK)
		status = restore_home(&restore);
	if (status == DISK_OK) {
		start->publisher = publisher_start(start->dir_fd, start->archive, start->tree,
						   start->manifest->sealed, options->published,
						   options->context);
		status = start->publisher == NULL ? DISK_FAILED : DISK_OK;
	}
	if (status == DISK_OK && start->manifest->has_roster)
		status = registry_show(start->dir_fd);
	if (status == DISK_OK)
		status = restore_replay(&restore);
	if (status == DISK_OK)
		status = restore_cut(&restore);
	if (status == DISK_OK)
		status = restore_sign(&restore);
	if (status == DISK_OK)
		status = seal(start);
	restore_end(&restore);
	return status;
}

void
start_blank(struct start *start)
{
	memset(start, 0, sizeof *start);
	start->dir_fd = -1;
	start->lock_fd = -1;
	start->remembered.fd = -1;
	start->remembered.anchor_fd = -1;
}

int
start_run(struct start *start, const struct start_options *options)
{
	int status;

	start_blank(start);
	status = run(start, options);
	if (status == DISK_OK)
		return TALLY_EXIT_FINE;
	line_warn("%s", disk_error());
	return TALLY_EXIT_WORLD;
}

void
start_end(struct start *start)
{
	if (start->publisher != NULL)
		publisher_stop(start->publisher);
	if (start->tree != NULL)
		treefile_close(start->tree);
	if (start->archive != NULL)
		archive_close(start->archive);
	if (start->station != NULL)
		munmap(start->station, start->station_bytes);
	pages_unmap(&start->pollbook_pages);
	if (start->piles != NULL)
		munmap(start->piles, start->piles_bytes);
	keyring_close(&start->keyring);
	registry_close(&start->registry);
	manifest_free(start->manifest);
	remembered_close(&start->remembered);
	sodium_memzero(&start->key, sizeof start->key);
	if (start->lock_fd >= 0)
		close(start->lock_fd);
	if (start->dir_fd >= 0)
		close(start->dir_fd);
}
