#include "tests/lib/founded.h"

#include <fcntl.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "shell/founding.h"
#include "shell/home.h"
#include "tally/status.h"
#include "tests/lib/patience.h"
#include "tests/lib/snapshot.h"

void
founded_prepare(struct founded *founded, const struct campaign_wish *wish)
{
	char text[NOTE_PRIVATE_TEXT_MAX];
	struct writer key = writer_make(text, sizeof text);
	const char *folder;

	memset(founded, 0, sizeof *founded);
	founded->folder = test_folder_make();
	folder = founded->folder.path;
	test_log_make(&founded->log, wish);
	snprintf(founded->json, sizeof founded->json, "%s/campaign.json", folder);
	snprintf(founded->key, sizeof founded->key, "%s/key", folder);
	snprintf(founded->anchor, sizeof founded->anchor, "%s/copy", folder);
	snprintf(founded->data, sizeof founded->data, "%s/data", folder);
	note_private_key_write(&key, &founded->log.campaign.log);
	test_file_write(folder, "campaign.json", founded->log.campaign.manifest->json);
	test_file_write(folder, "key", writer_view(&key));
}

void
founded_make(struct founded *founded, const struct campaign_wish *wish, bool anchor)
{
	struct founding founding = {
	    .data = founded->data, .campaign = founded->json, .log_key = founded->key};

	founded_prepare(founded, wish);
	if (anchor)
		founding.anchor = founded->anchor;
	assert_int_equal(founding_run(&founding), TALLY_EXIT_FINE);
	founded->batches_count = (founded->log.count + 15) / 16; /* parts in one batch */
}

void
founded_free(struct founded *founded)
{
	test_log_free(&founded->log);
	test_folder_remove(&founded->folder);
}

static void
on_published(void *context, int status, const char *why)
{
	(void)context;
	(void)status;
	(void)why;
}

int
founded_start(const struct founded *founded, struct start *start)
{
	struct start_options options = {
	    .data = founded->data, .workers_count = 1, .published = on_published};

	return start_run(start, &options);
}

/* What the committer said of one commit. */
struct outcome {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool over;
	bool failed;
};

static void
tell(void *context, bool failed)
{
	struct outcome *outcome = context;

	pthread_mutex_lock(&outcome->lock);
	outcome->over = true;
	outcome->failed = failed;
	pthread_cond_signal(&outcome->changed);
	pthread_mutex_unlock(&outcome->lock);
}

static void
on_committed(void *context, const struct committer_done *done)
{
	(void)done;
	tell(context, false);
}

static void
on_space(void *context, uint64_t space)
{
	(void)context;
	(void)space;
}

static void
on_failed(void *context, const char *why)
{
	(void)why;
	tell(context, true);
}

static void
on_said(void *context, const char *text)
{
	(void)context;
	(void)text;
}

/* As the station does: not before there is space. */
static void
wait_for_space(struct committer *committer, size_t entries_size)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	for (int i = 0; committer_space(committer) < batch_size(entries_size); i++) {
		assert_true(i < TEST_PATIENCE_MS);
		nanosleep(&pause, NULL);
	}
}

static void
commit(struct committer *committer, struct outcome *outcome,
       const struct committer_batch *batch)
{
	wait_for_space(committer, batch->entries_size);
	outcome->over = false;
	committer_commit(committer, batch);
	pthread_mutex_lock(&outcome->lock);
	while (!outcome->over)
		pthread_cond_wait(&outcome->changed, &outcome->lock);
	assert_false(outcome->failed);
	pthread_mutex_unlock(&outcome->lock);
}

static struct committer_batch
make_batch(struct founded *founded, uint64_t first, uint64_t end)
{
	static uint8_t memory[batch_bytes_max + 64];
	struct writer area =
	    writer_make(memory + BATCH_HEADER_SIZE, batch_bytes_max - BATCH_HEADER_SIZE - 64);

	assert_true(first < end && end <= founded->log.count);
	for (uint64_t i = first; i < end; i++) {
		struct bytes entry = test_log_entry(&founded->log, i);

		writer_u16(&area, (uint16_t)entry.size);
		writer_bytes(&area, entry);
	}
	assert_false(area.failed);
	return (struct committer_batch){.memory = memory,
					.number = founded->batches_count++,
					.first_index = first,
					.entries_count = (uint32_t)(end - first),
					.entries_size = area.size};
}

void
founded_append_batches(struct founded *founded, const size_t *sizes, size_t count)
{
	struct outcome outcome = {.over = false};
	struct committer_calls calls = {on_committed, on_space, on_failed, on_said, &outcome};
	struct committer *committer;
	struct start start;

	assert_int_equal(founded_start(founded, &start), TALLY_EXIT_FINE);
	pthread_mutex_init(&outcome.lock, NULL);
	pthread_cond_init(&outcome.changed, NULL);
	committer = committer_start(start.dir_fd, start.manifest->id, start.archive,
				    &start.place, &calls);
	assert_non_null(committer);
	for (size_t i = 0; i < count; i++) {
		struct committer_batch batch =
		    make_batch(founded, archive_size(start.archive), sizes[i]);

		commit(committer, &outcome, &batch);
	}
	committer_stop(committer);
	pthread_cond_destroy(&outcome.changed);
	pthread_mutex_destroy(&outcome.lock);
	start_end(&start);
}

void
founded_append(struct founded *founded, size_t size)
{
	founded_append_batches(founded, &size, 1);
}

void
founded_sign(const struct founded *founded)
{
	struct start start;

	assert_int_equal(founded_start(founded, &start), TALLY_EXIT_FINE);
	start_end(&start);
}

uint8_t *
founded_read(const struct founded *founded, const char *name, size_t *size)
{
	char path[600];
	uint8_t *bytes;

	snprintf(path, sizeof path, "%s/%s", founded->data, name);
	bytes = test_file_read(path, size);
	if (bytes == NULL)
		fail_msg("%s cannot be read", path);
	return bytes;
}

void
founded_write(const struct founded *founded, const char *name, uint64_t offset,
	      struct bytes bytes)
{
	char path[600];
	int fd;

	snprintf(path, sizeof path, "%s/%s", founded->data, name);
	assert_int_equal(disk_open(AT_FDCWD, path, O_WRONLY | O_CREAT, 0600, &fd), DISK_OK);
	assert_int_equal(disk_write_at(fd, path, bytes.data, bytes.size, offset), DISK_OK);
	close(fd);
}

void
founded_vote(struct founded *founded, uint64_t voter, uint16_t revision)
{
	struct campaign_choice choice = {0, (uint16_t)((voter + revision) % 3), 1};

	test_log_vote(&founded->log, &(struct campaign_vote){.voter = voter,
							     .revision = revision,
							     .choices = &choice,
							     .choices_count = 1});
}

void
founded_open_voting(struct founded *founded, const struct campaign_wish *wish)
{
	founded_make(founded, wish, false);
	test_log_phase(&founded->log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
		       "2026-01-01T08:00:00Z");
	founded_append(founded, founded->log.count);
}

void
founded_votes(struct founded *founded, uint64_t first, uint64_t end, uint16_t revision)
{
	for (uint64_t voter = first; voter < end; voter++)
		founded_vote(founded, voter, revision);
	founded_append(founded, founded->log.count);
}

char *
founded_snapshot(const struct founded *founded, const char *name)
{
	char path[600];

	snprintf(path, sizeof path, "%s/%s", founded->data, name);
	return test_snapshot(path, "lock");
}

bool
founded_has(const struct founded *founded, const char *name)
{
	char path[600];

	snprintf(path, sizeof path, "%s/%s", founded->data, name);
	return access(path, F_OK) == 0;
}

void
founded_remove(const struct founded *founded, const char *name)
{
	char path[600];

	snprintf(path, sizeof path, "%s/%s", founded->data, name);
	assert_int_equal(unlink(path), 0);
}

void
founded_flip(const struct founded *founded, const char *name, uint64_t offset)
{
	size_t size;
	uint8_t *bytes = founded_read(founded, name, &size);

	assert_true(offset < size);
	bytes[offset] ^= 0x10;
	founded_write(founded, name, offset, bytes_make(bytes + offset, 1));
	free(bytes);
}

void
founded_fork(const struct founded *founded)
{
	struct remembered remembered;
	struct checkpoint checkpoint;
	int dir_fd = open(founded->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct bytes note;

	assert_int_equal(remembered_open(&remembered, dir_fd), DISK_OK);
	founded_remove(founded, "remembered");
	checkpoint = remembered.checkpoint;
	checkpoint.root[0] ^= 1;
	remembered_close(&remembered);
	note = bytes_make(remembered.note, remembered.note_size);
	assert_int_equal(remembered_create(&remembered, dir_fd, NULL,
					   founded->log.campaign.manifest->id, &checkpoint,
					   note),
			 DISK_OK);
	remembered_close(&remembered);
	close(dir_fd);
}

void
founded_keep(const struct founded *founded)
{
	static uint8_t memory[1 << 16];
	struct writer blob = writer_make(memory, sizeof memory);
	struct home_state home = {0};
	struct start start;

	assert_int_equal(founded_start(founded, &start), TALLY_EXIT_FINE);
	assert_int_equal(station_size(start.station), founded->log.count);
	replay_write(&blob, &founded->log.replay);
	assert_false(blob.failed);
	home.index = founded->log.count;
	home.batches_count = founded->batches_count;
	home.checksum = start.place.checksum;
	home.replay = writer_view(&blob);
	station_frontier(start.station, &home.frontier);
	assert_int_equal(treefile_sync(start.tree), DISK_OK);
	if (home_advance(start.dir_fd, start.manifest, start.archive, &home) != DISK_OK)
		fail_msg("%s", disk_error());
	start_end(&start);
}
