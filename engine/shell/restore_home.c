#include "shell/restore.h"

#include "pollbook/extent.h"
#include "shell/home.h"
#include "shell/line.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOME_DEADLINE_MS = 120000,
	WAITING_MAX = 32, /* records whose places in the poll book are asked for */
};

/* step 6 */

/* The tree's hashing, while the records come in. */
struct trust {
	bool begun;
	bool threaded;
	pthread_t thread;
	struct treefile *tree;
	uint64_t size;
	struct tree_hash root;
	unsigned threads_count;
	int status;
};

struct waiting {
	struct pollbook_name name;
	struct pollbook_record record;
};

/* What comes out of the home, on its way into the poll book. */
struct intake {
	const struct restore *restore;
	struct home_state state;
	bool fits;
	struct trust trust;
	struct waiting waiting[WAITING_MAX]; /* record i at place i % WAITING_MAX */
	size_t come;
	size_t entered;
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

/* Once, when the state is known; without a thread it is done at once. */
static void
trust_begin(struct intake *intake)
{
	struct trust *trust = &intake->trust;

	if (trust->begun)
		return;
	trust->begun = true;
	intake->fits = state_fits(intake->restore, &intake->state);
	if (!intake->fits)
		return;
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

static bool
enter_next(struct intake *intake)
{
	struct start *start = intake->restore->start;
	const struct waiting *next = &intake->waiting[intake->entered++ % WAITING_MAX];

	return pollbook_restore(&start->pollbook, &next->name, &next->record);
}

static bool
take_record(void *context, enum pollbook_family family, const uint8_t name[32],
	    const struct pollbook_record *record)
{
	struct intake *intake = context;
	const struct pollbook_table *table = &intake->restore->start->pollbook;
	struct waiting *waiting = &intake->waiting[intake->come % WAITING_MAX];

	trust_begin(intake);
	if (intake->come - intake->entered == WAITING_MAX && !enter_next(intake))
		return false;
	pollbook_name_make(table, family, name, &waiting->name);
	pollbook_prefetch_named(table, &waiting->name);
	waiting->record = *record;
	intake->come++;
	return true;
}

static bool
enter_rest(struct intake *intake)
{
	while (intake->entered < intake->come)
		if (!enter_next(intake))
			return false;
	return true;
}

/* As home_load. 1: poll book and tree are those of the state. */
static int
load(struct intake *intake)
{
	const struct start *start = intake->restore->start;
	int loaded = home_load(start->dir_fd, start->manifest->id, &intake->state, take_record,
			       intake, HOME_DEADLINE_MS);
	bool entered = true;
	bool trusted;

	if (loaded == 1) {
		trust_begin(intake);
		entered = enter_rest(intake);
	}
	trusted = trust_end(intake);
	if (loaded == 1 && entered && trusted &&
	    station_restore_state(start->station, intake->state.replay,
				  &intake->state.frontier))
		return 1;
	if (loaded == 1)
		line_say("the poll book's home does not fit the ledger: made anew from it");
	return loaded < 0 ? loaded : 0;
}

int
restore_nothing(struct restore *restore)
{
	struct start *start = restore->start;
	int status;

	if (start->pollbook.records_count > 0) {
		pages_clear(&start->pollbook_pages);
		if (!pages_fill(&start->pollbook_pages))
			return disk_fail(DISK_FAILED, "making the poll book anew: %s",
					 strerror(errno));
	}
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
