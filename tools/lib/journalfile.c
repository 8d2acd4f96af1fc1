#include "tally/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/journalreader.h"

enum {
	pending_bytes =
	    256 * 1024, /* records are written at the latest when they are so many */
	record_max = TALLY_JOURNAL_FRAME_SIZE + TALLY_JOURNAL_SUBMIT_MAX,
};

_Static_assert((int)pending_bytes > (int)record_max, "a record fits what is pending");

struct tally_journal {
	pthread_mutex_t lock; /* guards all below */
	int file;
	int status; /* negative: nothing is written any more */
	bool sync;
	uint64_t cut;
	struct tally_client_key key;
	struct tally_journal_tape tape;
	size_t pending_size; /* of bytes the system does not have yet: the end of the tape */
	uint8_t pending[pending_bytes];
	char path[PATH_MAX];
	char trouble[TALLY_TROUBLE_MAX];
};

static int
fail(struct tally_journal *journal, int status, const char *what, const char *why)
{
	snprintf(journal->trouble, sizeof journal->trouble, "%s journal %.150s: %.60s", what,
		 journal->path, why);
	journal->status = status;
	return status;
}

static int
fail_world(struct tally_journal *journal, const char *what)
{
	return fail(journal, TALLY_CLIENT_JOURNAL, what, strerror(errno));
}

static int
unfit(struct tally_journal *journal, const char *why)
{
	return fail(journal, TALLY_CLIENT_NOT_THIS_JOURNAL, "continue", why);
}

/* Offset of the first byte that was not given to the system. */
static uint64_t
written_size(const struct tally_journal *journal)
{
	return journal->tape.offset - journal->pending_size;
}

/* A half-written record is taken back; where even that fails it is a cut end like a crash's. */
static int
flush_failed(struct tally_journal *journal)
{
	int status = fail_world(journal, "write");

	return ftruncate(journal->file, (off_t)written_size(journal)) == 0 ? status
									   : journal->status;
}

static int
flush(struct tally_journal *journal)
{
	size_t done = 0;

	if (journal->status != TALLY_CLIENT_FINE || journal->pending_size == 0)
		return journal->status;
	while (done < journal->pending_size) {
		ssize_t put =
		    pwrite(journal->file, journal->pending + done, journal->pending_size - done,
			   (off_t)(written_size(journal) + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return flush_failed(journal);
		done += (size_t)put;
	}
	if (journal->sync && fdatasync(journal->file) != 0)
		return fail_world(journal, "sync");
	journal->pending_size = 0;
	return TALLY_CLIENT_FINE;
}

/* Room for a record of any size, or NULL and a status. */
static uint8_t *
room(struct tally_journal *journal)
{
	if (journal->status == TALLY_CLIENT_FINE &&
	    journal->pending_size > sizeof journal->pending - record_max)
		(void)flush(journal);
	return journal->status == TALLY_CLIENT_FINE ? journal->pending + journal->pending_size
						    : NULL;
}

static int
damaged(struct tally_journal *journal, uint64_t offset, long fault)
{
	char why[TALLY_TROUBLE_MAX];

	if (fault == JOURNALREADER_WORLD)
		return fail_world(journal, "read");
	snprintf(why, sizeof why, "offset %llu: %s", (unsigned long long)offset,
		 tally_journal_fault_text(fault));
	return unfit(journal, why);
}

/* What the end holds that is no whole record: a cut one, or zeros. */
static int
end_cut(struct tally_journal *journal, uint64_t file_size)
{
	journal->cut = file_size - journal->tape.offset;
	if (journal->cut > 0 && ftruncate(journal->file, (off_t)journal->tape.offset) != 0)
		return fail_world(journal, "shorten");
	return TALLY_CLIENT_FINE;
}

/* Reads all there is; the tape is then at the end of the last whole record. */
static int
reread(struct tally_journal *journal, struct journalreader *reader)
{
	struct tally_journal_record record;
	long got = journalreader_open(reader, journal->file);

	while (got > 0) {
		got = journalreader_next(reader, &record);
		if (got > 0 && record.kind == TALLY_JOURNAL_SEAL &&
		    !tally_journal_seal_valid(&record, journal->key.secret + TALLY_SEED_SIZE))
			return unfit(journal, "a seal in it is not this key's");
	}
	journal->tape = reader->tape;
	return got == 0 ? TALLY_CLIENT_FINE : damaged(journal, reader->tape.offset, got);
}

static int
go_on(struct tally_journal *journal, const struct tally_journal_options *options,
      uint64_t file_size)
{
	struct journalreader reader;
	int status = reread(journal, &reader);

	journalreader_close(&reader);
	if (status == TALLY_CLIENT_FINE &&
	    !tally_journal_is(journal, options->campaign, options->key->id))
		status = unfit(journal, "it is of another campaign or key");
	return status == TALLY_CLIENT_FINE ? end_cut(journal, file_size) : status;
}

/* The name of a new file must outlast a power loss like its bytes. */
static int
sync_folder(struct tally_journal *journal)
{
	char copy[PATH_MAX];
	int folder;
	int synced = -1;

	memcpy(copy, journal->path, sizeof copy);
	folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0) {
		synced = fsync(folder);
		close(folder);
	}
	return synced == 0 ? TALLY_CLIENT_FINE : fail_world(journal, "sync the folder of");
}

/* A head that a crash has cut is no journal yet: begun anew. */
static int
begin(struct tally_journal *journal, const struct tally_journal_options *options)
{
	int status;

	if (ftruncate(journal->file, 0) != 0)
		return fail_world(journal, "shorten");
	journal->pending_size = tally_journal_put_head(&journal->tape, options->campaign,
						       options->key->id, journal->pending);
	status = flush(journal);
	return status == TALLY_CLIENT_FINE && journal->sync ? sync_folder(journal) : status;
}

static bool
head_is_cut(const struct tally_journal *journal, uint64_t file_size)
{
	uint8_t head[TALLY_JOURNAL_HEAD_SIZE];
	struct tally_journal_tape tape;

	if (file_size >= sizeof head)
		return false;
	return pread(journal->file, head, file_size, 0) == (ssize_t)file_size &&
	       tally_journal_get_head(&tape, head, file_size) == 0;
}

static int
open_file(struct tally_journal *journal, const struct tally_journal_options *options)
{
	struct stat status;

	journal->file = open(options->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (journal->file < 0 || fstat(journal->file, &status) != 0)
		return fail_world(journal, "open");
	if (!S_ISREG(status.st_mode))
		return unfit(journal, "it is no regular file");
	if (flock(journal->file, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? unfit(journal, "somebody else is writing it")
					    : fail_world(journal, "lock");
	/* Its size while it was somebody else's means nothing. */
	if (fstat(journal->file, &status) != 0)
		return fail_world(journal, "open");
	if (head_is_cut(journal, (uint64_t)status.st_size))
		return begin(journal, options);
	return go_on(journal, options, (uint64_t)status.st_size);
}

static void
discard(struct tally_journal *journal)
{
	if (journal->file >= 0)
		close(journal->file);
	pthread_mutex_destroy(&journal->lock);
	sodium_memzero(&journal->key, sizeof journal->key);
	free(journal);
}

int
tally_journal_open(struct tally_journal **out, const struct tally_journal_options *options,
		   char trouble[TALLY_TROUBLE_MAX])
{
	struct tally_journal *journal = calloc(1, sizeof *journal);
	int status;

	*out = NULL;
	if (journal == NULL || pthread_mutex_init(&journal->lock, NULL) != 0) {
		free(journal);
		snprintf(trouble, TALLY_TROUBLE_MAX, "open journal: %s",
			 tally_client_sentence(TALLY_CLIENT_NO_MEMORY));
		return TALLY_CLIENT_NO_MEMORY;
	}
	journal->file = -1;
	journal->sync = options->sync;
	journal->key = *options->key;
	snprintf(journal->path, sizeof journal->path, "%s", options->path);
	if (strlen(options->path) >= sizeof journal->path) {
		errno = ENAMETOOLONG;
		status = fail_world(journal, "open");
	} else {
		status = open_file(journal, options);
	}
	if (status == TALLY_CLIENT_FINE) {
		*out = journal;
		return status;
	}
	memcpy(trouble, journal->trouble, TALLY_TROUBLE_MAX);
	discard(journal);
	return status;
}

uint64_t
tally_journal_cut(const struct tally_journal *journal)
{
	return journal->cut;
}

int
tally_journal_submit(struct tally_journal *journal, const void *ballot, size_t size,
		     uint64_t *number)
{
	uint8_t *out;
	int status;

	if (size > TALLY_JOURNAL_SUBMIT_MAX)
		return TALLY_CLIENT_TOO_LARGE;
	pthread_mutex_lock(&journal->lock);
	out = room(journal);
	*number = journal->tape.ballots;
	if (out != NULL)
		journal->pending_size +=
		    tally_journal_put_submit(&journal->tape, ballot, size, out);
	status = journal->status;
	pthread_mutex_unlock(&journal->lock);
	return status;
}

int
tally_journal_answer(struct tally_journal *journal, uint64_t number, unsigned verdict,
		     uint64_t index)
{
	uint8_t *out;
	int status;

	pthread_mutex_lock(&journal->lock);
	out = room(journal);
	if (out != NULL)
		journal->pending_size +=
		    tally_journal_put_answer(&journal->tape, number, verdict, index, out);
	status = journal->status;
	pthread_mutex_unlock(&journal->lock);
	return status;
}

int
tally_journal_flush(struct tally_journal *journal)
{
	int status;

	pthread_mutex_lock(&journal->lock);
	status = flush(journal);
	pthread_mutex_unlock(&journal->lock);
	return status;
}

const char *
tally_journal_trouble(struct tally_journal *journal)
{
	return journal->trouble;
}

bool
tally_journal_is(const struct tally_journal *journal, const uint8_t campaign[TALLY_HASH_SIZE],
		 uint32_t key_id)
{
	return memcmp(journal->tape.campaign, campaign, TALLY_HASH_SIZE) == 0 &&
	       journal->tape.key_id == key_id;
}

int
tally_journal_close(struct tally_journal *journal, char trouble[TALLY_TROUBLE_MAX])
{
	uint8_t *out;
	int status;

	if (journal == NULL)
		return TALLY_CLIENT_FINE;
	out = journal->tape.sealed < journal->tape.offset ? room(journal) : NULL;
	if (out != NULL)
		journal->pending_size +=
		    tally_journal_put_seal(&journal->tape, &journal->key, out);
	status = flush(journal);
	if (status == TALLY_CLIENT_FINE && fsync(journal->file) != 0)
		status = fail_world(journal, "sync");
	if (status != TALLY_CLIENT_FINE)
		memcpy(trouble, journal->trouble, TALLY_TROUBLE_MAX);
	discard(journal);
	return status;
}
