#include "shell/refill.h"

#include "limits.h"
#include "pollbook/decision.h"
#include "shell/disk.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	SOON = 32, /* records ahead whose places in the table are asked for */
};

struct row {
	struct pollbook_name name;
	struct pollbook_record record;
};

struct portion {
	size_t count;
	struct row rows[refill_rows];
};

/* Portion n is at place n % refill_portions: the caller's until it is filled, then the thread's
 * until it is emptied. */
struct refill {
	struct pollbook_table *table;
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows, and who owns a portion */
	pthread_cond_t changed;
	uint64_t filled; /* written by the caller alone */
	uint64_t emptied;
	bool ended;
	bool full;
	struct portion portions[refill_portions];
};

static bool
empty(const struct refill *refill, const struct portion *portion)
{
	const struct row *rows = portion->rows;

	for (size_t i = 0; i < portion->count && i < SOON; i++)
		pollbook_prefetch_named(refill->table, &rows[i].name);
	for (size_t i = 0; i < portion->count; i++) {
		if (i + SOON < portion->count)
			pollbook_prefetch_named(refill->table, &rows[i + SOON].name);
		if (!pollbook_restore(refill->table, &rows[i].name, &rows[i].record))
			return false;
	}
	return true;
}

/* NULL: there is none any more. */
static const struct portion *
next_portion(struct refill *refill)
{
	const struct portion *portion = NULL;

	pthread_mutex_lock(&refill->lock);
	while (refill->emptied == refill->filled && !refill->ended)
		pthread_cond_wait(&refill->changed, &refill->lock);
	if (refill->emptied < refill->filled)
		portion = &refill->portions[refill->emptied % refill_portions];
	pthread_mutex_unlock(&refill->lock);
	return portion;
}

/* Behind one that did not fit everything is thrown away. */
static void
give_back(struct refill *refill, bool fits)
{
	pthread_mutex_lock(&refill->lock);
	refill->emptied++;
	refill->full = refill->full || !fits;
	pthread_cond_signal(&refill->changed);
	pthread_mutex_unlock(&refill->lock);
}

static void *
run(void *context)
{
	struct refill *refill = context;
	const struct portion *portion;
	bool fits = true;

	while ((portion = next_portion(refill)) != NULL) {
		fits = fits && empty(refill, portion);
		give_back(refill, fits);
	}
	return NULL;
}

struct refill *
refill_start(struct pollbook_table *table)
{
	struct refill *refill = calloc(1, sizeof *refill);

	if (refill == NULL) {
		disk_fail_errno("find memory for", "the poll book's records");
		return NULL;
	}
	refill->table = table;
	CHECK(pthread_mutex_init(&refill->lock, NULL) == 0);
	CHECK(pthread_cond_init(&refill->changed, NULL) == 0);
	refill->threaded = pthread_create(&refill->thread, NULL, run, refill) == 0;
	return refill;
}

/* The portion being filled is full, or the last; waits for the place of the next one. */
static bool
hand_over(struct refill *refill)
{
	bool full;

	if (!refill->threaded) {
		const struct portion *portion =
		    &refill->portions[refill->filled++ % refill_portions];

		give_back(refill, !refill->full && empty(refill, portion));
	}
	pthread_mutex_lock(&refill->lock);
	refill->filled += refill->threaded;
	pthread_cond_signal(&refill->changed);
	while (refill->filled - refill->emptied == refill_portions)
		pthread_cond_wait(&refill->changed, &refill->lock);
	full = refill->full;
	pthread_mutex_unlock(&refill->lock);
	refill->portions[refill->filled % refill_portions].count = 0;
	return !full;
}

bool
refill_put(struct refill *refill, enum pollbook_family family, const uint8_t name[32],
	   const struct pollbook_record *record)
{
	struct portion *portion = &refill->portions[refill->filled % refill_portions];
	struct row *row = &portion->rows[portion->count++];

	pollbook_name_make(refill->table, family, name, &row->name);
	row->record = *record;
	return portion->count < refill_rows || hand_over(refill);
}

bool
refill_end(struct refill *refill)
{
	bool fits;

	(void)hand_over(refill); /* what does not fit is known when all is done */
	pthread_mutex_lock(&refill->lock);
	refill->ended = true;
	pthread_cond_signal(&refill->changed);
	pthread_mutex_unlock(&refill->lock);
	if (refill->threaded)
		CHECK(pthread_join(refill->thread, NULL) == 0);
	fits = !refill->full;
	pthread_cond_destroy(&refill->changed);
	pthread_mutex_destroy(&refill->lock);
	free(refill);
	return fits;
}
