#include "shell/restore.h"

#include "pollbook/capacity.h"
#include "shell/home.h"
#include "shell/line.h"
#include "shell/refill.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOME_DEADLINE_MS = 120000,
};

/* step 6 */

/* The tree's hashing, while the records come in. */
struct trust {
	bool threaded;
	pthread_t thread;
	struct treefile *tree;
	uint64_t size;
	struct tree_hash root;
	unsigned threads_count;
	int status;
};

/* What comes out of the home, on its way into the poll book. */
struct intake {
	const struct restore *restore;
	struct home_state state;
	bool begun;
	bool fits;
	bool refused; /* a record */
	struct trust trust;
	struct refill *refill;
};

static bool
state_fits(const struct restore *restore, const struct home_state *state)
{
	uint64_t last = state->batches_count - 1;

	return state->batches_count > 0 &&
	       state->batches_count <= restore->scan.batches_count &&
	       state->index <= restore->start->remembered.checkpoint.size &&
	       restore->checksums[last] == state->checksum &&
	       restore->batch_ends[last] == state->index &&
	       state->frontier.size == state->index;
}

static void *
trust_run(void *context)
{
	struct trust *trust = context;

	trust->status =
	    treefile_trust(trust->tree, trust->size, &trust->root, trust->threads_count);
	return NULL;
}

/* Without a thread it is done at once. */
static void
trust_begin(struct intake *intake)
{
	struct trust *trust = &intake->trust;

	trust->tree = intake->restore->start->tree;
	trust->size = intake->state.index;
	trust->threads_count = intake->restore->threads_count;
	frontier_root(&intake->state.frontier, &trust->root);
	trust->threaded = pthread_create(&trust->thread, NULL, trust_run, trust) == 0;
	if (!trust->threaded)
		trust_run(trust);
}

static bool
trust_end(struct intake *intake)
{
	struct trust *trust = &intake->trust;

	if (trust->threaded)
		CHECK(pthread_join(trust->thread, NULL) == 0);
	return intake->fits && trust->status == DISK_OK;
}

/* Once, when the child that reads the home has been started and has told its state. */
static void
begin(struct intake *intake)
{
	struct start *start = intake->restore->start;

	if (intake->begun)
		return;
	intake->begun = true;
	intake->fits = state_fits(intake->restore, &intake->state);
	if (!intake->fits)
		return;
	trust_begin(intake);
	intake->refill = refill_start(&start->pollbook);
}

static bool
take_record(void *context, enum pollbook_family family, const uint8_t name[32],
	    const struct pollbook_record *record)
{
	struct intake *intake = context;

	begin(intake);
	intake->refused =
	    intake->refill == NULL || !refill_put(intake->refill, family, name, record);
	return !intake->refused;
}

/* True: poll book and tree are those of the state, if that is believed. */
static bool
end(struct intake *intake)
{
	bool entered = intake->refill != NULL && refill_end(intake->refill);
	bool trusted = trust_end(intake);

	return entered && trusted;
}

/* As home_load. 1: poll book and tree are those of the state. */
static int
load(struct intake *intake)
{
	const struct start *start = intake->restore->start;
	int loaded = home_load(start->dir_fd, start->manifest->id, &intake->state, take_record,
			       intake, HOME_DEADLINE_MS);
	bool fits;

	if (loaded == 1)
		begin(intake);
	fits = end(intake);
	if (loaded == 1 && fits &&
	    station_restore_state(start->station, intake->state.replay,
				  &intake->state.frontier))
		return 1;
	if (loaded == 1 || (loaded == 0 && intake->refused))
		line_say("the poll book's home does not fit the ledger: made anew from it");
	return loaded < 0 ? loaded : 0;
}

int
restore_nothing(struct restore *restore)
{
	struct start *start = restore->start;
	int status;

	if (start->pollbook.records_count > 0)
		pages_clear(&start->pollbook_pages); /* the replay that follows touches them */
	pollbook_empty(&start->pollbook);
	station_restore_nothing(start->station);
	restore->from = 0;
	status = home_forget(start->dir_fd);
	return status == DISK_OK ? treefile_reset(start->tree) : status;
}

int
restore_home(struct restore *restore)
{
	struct start *start = restore->start;
	struct intake intake = {.restore = restore};
	int loaded;

	start->tree = treefile_open(start->dir_fd);
	if (start->tree == NULL)
		return DISK_FAILED;
	loaded = load(&intake);
	restore->from = intake.state.index;
	free((void *)(uintptr_t)intake.state.replay.data);
	if (loaded < 0)
		return loaded;
	return loaded == 1 ? DISK_OK : restore_nothing(restore);
}
