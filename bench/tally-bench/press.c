#include "bench/tally-bench/press.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/ballotfile.h"
#include "tools/lib/complain.h"
#include "tools/lib/crew.h"
#include "tools/lib/interrupt.h"

struct file {
	char path[PATH_MAX];
	int fd;
};

/* The deal at the beginning of every sheet. */
struct sheets {
	struct deal *deals;
	uint64_t count;
	uint64_t ballots;
};

struct press {
	const struct mint *mint;
	struct sheets sheets;
	struct file ballots;
	struct file kinds;
	struct press_counts *counts;
	struct ballotfile_maker makers[CREW_WORKERS_MAX];
	pthread_mutex_t lock;
	pthread_cond_t turn;
	uint64_t next; /* sheet to be written */
	int error;     /* errno of the first write that failed; nothing is written any more */
};

static void
sheets_lay(struct sheets *sheets, const struct deal_wish *wish)
{
	struct deal_ballot ballot;
	struct deal deal;
	size_t capacity = 0;

	deal_init(&deal, wish);
	for (bool more = true; more;) {
		if (sheets->count == capacity) {
			capacity = 2 * capacity + 16;
			sheets->deals =
			    reallocarray(sheets->deals, capacity, sizeof *sheets->deals);
			CHECK(sheets->deals != NULL);
		}
		sheets->deals[sheets->count++] = deal;
		for (int i = 0; i < PRESS_SHEET && more; i++)
			more = deal_next(&deal, &ballot);
	}
	sheets->ballots = deal.place;
}

static bool
write_all(int fd, const void *data, size_t size)
{
	const uint8_t *at = data;

	while (size > 0) {
		ssize_t written = write(fd, at, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		size -= (size_t)written;
	}
	return true;
}

static void
progress(const struct press *press, bool end)
{
	if (!isatty(STDERR_FILENO) || (!end && press->next % 64 != 0))
		return;
	if (end)
		fprintf(stderr, "\r%40s\r", "");
	else
		fprintf(stderr, "\r%.0f %% signed ",
			100.0 * (double)press->next / (double)press->sheets.count);
}

/* When it is this sheet's turn. */
static void
sheet_write(struct press *press, uint64_t number, struct bytes ballots, struct bytes kinds)
{
	CHECK(pthread_mutex_lock(&press->lock) == 0);
	while (press->next != number)
		CHECK(pthread_cond_wait(&press->turn, &press->lock) == 0);
	if (press->error == 0 && (!write_all(press->ballots.fd, ballots.data, ballots.size) ||
				  !write_all(press->kinds.fd, kinds.data, kinds.size)))
		press->error = errno;
	for (size_t i = 0; i < kinds.size; i++)
		press->counts->kinds[kinds.data[i]]++;
	press->counts->bytes += ballots.size;
	press->next++;
	progress(press, false);
	CHECK(pthread_cond_broadcast(&press->turn) == 0);
	CHECK(pthread_mutex_unlock(&press->lock) == 0);
}

static void
sheet_make(void *context, unsigned worker, uint64_t number)
{
	struct press *press = context;
	struct ballotfile_maker *maker = &press->makers[worker];
	struct deal deal = press->sheets.deals[number];
	uint8_t memory[TALLY_BALLOT_SIZE_MAX], kinds[PRESS_SHEET];
	struct deal_ballot dealt;
	size_t count = 0;

	maker->size = 0;
	while (count < PRESS_SHEET && deal_next(&deal, &dealt)) {
		struct writer writer = writer_make(memory, sizeof memory);

		mint_ballot(press->mint, &dealt, &writer);
		ballotfile_append(maker, writer_view(&writer));
		kinds[count++] = (uint8_t)dealt.kind;
	}
	sheet_write(press, number, ballotfile_view(maker), bytes_make(kinds, count));
}

static enum tally_exit
create(struct file *file, const char *path, const char *suffix)
{
	if (snprintf(file->path, sizeof file->path, "%s%s", path, suffix) >=
	    (int)sizeof file->path) {
		errno = ENAMETOOLONG;
		return complain_errno("cannot create %s%s", path, suffix);
	}
	file->fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file->fd < 0)
		return complain_errno("cannot create %s", file->path);
	interrupt_removes(AT_FDCWD, file->path);
	return TALLY_EXIT_FINE;
}

static void
discard(struct file *file)
{
	if (file->fd >= 0)
		unlink(file->path);
}

static enum tally_exit
finish(struct press *press)
{
	uint8_t header[KINDS_HEADER_SIZE];

	progress(press, true);
	kinds_header_write(header, press->counts->bytes, press->sheets.ballots);
	if (press->error == 0 &&
	    (pwrite(press->kinds.fd, header, sizeof header, 0) != sizeof header ||
	     fsync(press->ballots.fd) != 0 || fsync(press->kinds.fd) != 0))
		press->error = errno;
	errno = press->error;
	return press->error == 0 ? TALLY_EXIT_FINE
				 : complain_errno("cannot write %s", press->ballots.path);
}

static enum tally_exit
print(struct press *press, const char *path, unsigned workers)
{
	uint8_t header[KINDS_HEADER_SIZE] = {0};
	enum tally_exit code = create(&press->ballots, path, "");

	if (code == TALLY_EXIT_FINE)
		code = create(&press->kinds, path, ".kinds");
	if (code == TALLY_EXIT_FINE && !write_all(press->kinds.fd, header, sizeof header))
		code = complain_errno("cannot write %s", press->kinds.path);
	if (code == TALLY_EXIT_FINE) {
		crew_run(workers, press->sheets.count, sheet_make, press);
		code = finish(press);
	}
	if (code != TALLY_EXIT_FINE) {
		discard(&press->ballots);
		discard(&press->kinds);
	}
	interrupt_forget();
	return code;
}

enum tally_exit
press_run(const struct mint *mint, const struct deal_wish *wish, const char *path,
	  unsigned workers, struct press_counts *counts)
{
	struct press *press = calloc(1, sizeof *press);
	enum tally_exit code;

	CHECK(press != NULL);
	*counts = (struct press_counts){0};
	press->mint = mint;
	press->counts = counts;
	press->ballots.fd = press->kinds.fd = -1;
	CHECK(pthread_mutex_init(&press->lock, NULL) == 0);
	CHECK(pthread_cond_init(&press->turn, NULL) == 0);
	sheets_lay(&press->sheets, wish);
	code = print(press, path, workers);
	for (unsigned i = 0; i < CREW_WORKERS_MAX; i++)
		free(press->makers[i].data);
	if (press->ballots.fd >= 0)
		close(press->ballots.fd);
	if (press->kinds.fd >= 0)
		close(press->kinds.fd);
	pthread_cond_destroy(&press->turn);
	pthread_mutex_destroy(&press->lock);
	free(press->sheets.deals);
	free(press);
	return code;
}
