#include "bench/probe/course.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "bench/probe/disk.h"
#include "bench/probe/door.h"
#include "bench/probe/facts.h"
#include "limits.h"
#include "tally/status.h"

enum {
	BALLOT_USUAL = 512, /* a job ends early where ballots are larger */
};

struct job {
	uv_work_t work;
	struct job *next;
	bool done;
	size_t count;
	size_t used;
	struct facts *facts;
	struct course_sender *senders;
	uint8_t *memory;
};

struct answer {
	struct course_sender sender;
	enum tally_verdict verdict;
	uint64_t index;
};

/* What one commit makes durable, and the answers that wait for it. */
struct commit {
	size_t size;
	size_t answers_count;
	struct answer answers[batch_entries_max];
	uint8_t bytes[batch_bytes_max];
};

struct course_sums course_sums;
static struct course_options options;
static uv_loop_t *loop;

static struct job *filling;
static struct job *first; /* of those given out, in order of arrival */
static struct job *last;
static struct job *spare;
static size_t jobs_away;

static uint8_t (*names)[FACTS_NAME_SIZE]; /* zeros: free */
static size_t names_mask;
static struct frontier frontier;

static struct commit *gathering;
static struct commit *in_flight;
static struct commit *idle;

static void
sequence_jobs(void);

static void *
zeroed(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	CHECK(memory);
	return memory;
}

static size_t
job_bytes(void)
{
	return options.batch * BALLOT_USUAL + TALLY_BALLOT_SIZE_MAX + 1;
}

static struct job *
job_make(void)
{
	struct job *job = spare;

	if (job != NULL) {
		spare = job->next;
		return job;
	}
	job = zeroed(1, sizeof *job);
	job->facts = zeroed(options.batch, sizeof *job->facts);
	job->senders = zeroed(options.batch, sizeof *job->senders);
	job->memory = zeroed(1, job_bytes());
	return job;
}

static void
commit_begin(void)
{
	if (in_flight != NULL || gathering->answers_count == 0)
		return;
	in_flight = gathering;
	gathering = idle;
	idle = NULL;
	course_sums.commits++;
	disk_commit(bytes_make(in_flight->bytes, in_flight->size));
}

static void
on_committed(void)
{
	for (size_t i = 0; i < in_flight->answers_count; i++) {
		const struct answer *answer = &in_flight->answers[i];

		door_answer(answer->sender, answer->verdict, answer->index);
	}
	in_flight->answers_count = 0;
	in_flight->size = 0;
	idle = in_flight;
	in_flight = NULL;
	commit_begin();
	door_flush();
	sequence_jobs();
}

/* False if the name is there already. */
static bool
enter_name(const uint8_t name[FACTS_NAME_SIZE])
{
	static const uint8_t nobody[FACTS_NAME_SIZE];
	size_t at;

	memcpy(&at, name, sizeof at);
	for (at &= names_mask; memcmp(names[at], nobody, sizeof nobody) != 0;
	     at = (at + 1) & names_mask)
		if (memcmp(names[at], name, FACTS_NAME_SIZE) == 0)
			return false;
	CHECK(course_sums.accepted < names_mask); /* or the next search has no end */
	memcpy(names[at], name, FACTS_NAME_SIZE);
	return true;
}

static enum tally_verdict
enter(const struct facts *facts)
{
	uint8_t *entry = gathering->bytes + gathering->size;

	if (!facts->genuine)
		return TALLY_BAD_SIGNATURE;
	if (!enter_name(facts->name))
		return TALLY_HAS_VOTED;
	frontier_append(&frontier, &facts->leaf);
	be16_store(entry, (uint16_t)facts->entry.size);
	memcpy(entry + 2, facts->entry.data, facts->entry.size);
	gathering->size += 2 + facts->entry.size;
	return TALLY_ACCEPTED;
}

static void
sequence(const struct job *job, size_t at)
{
	struct answer *answer = &gathering->answers[gathering->answers_count++];

	answer->sender = job->senders[at];
	answer->index = course_sums.accepted;
	answer->verdict = enter(&job->facts[at]);
	if (answer->verdict == TALLY_ACCEPTED)
		course_sums.accepted++;
	else
		course_sums.refused++;
}

static bool
has_room(const struct job *job)
{
	return gathering->answers_count + job->count <= batch_entries_max &&
	       gathering->size + job->used + 2 * job->count <= batch_bytes_max;
}

static void
sequence_jobs(void)
{
	while (first != NULL && first->done && has_room(first)) {
		struct job *job = first;

		for (size_t i = 0; i < job->count; i++)
			sequence(job, i);
		first = job->next;
		job->next = spare;
		spare = job;
	}
	commit_begin();
}

static void
work(uv_work_t *request)
{
	struct job *job = request->data;

	facts_find(job->facts, job->count);
}

static void
worked(uv_work_t *request, int status)
{
	struct job *job = request->data;

	CHECK(status == 0);
	job->done = true;
	jobs_away--;
	sequence_jobs();
}

static void
give_out(void)
{
	struct job *job = filling;

	filling = NULL;
	job->next = NULL;
	if (first == NULL)
		first = job;
	else
		last->next = job;
	last = job;
	jobs_away++;
	course_sums.jobs++;
	job->work.data = job;
	CHECK(uv_queue_work(loop, &job->work, work, worked) == 0);
}

void
course_take(struct course_sender sender, struct bytes ballot)
{
	uint8_t *entry;

	if (filling == NULL) {
		filling = job_make();
		filling->done = false;
		filling->count = filling->used = 0;
	}
	entry = filling->memory + filling->used;
	entry[0] = TALLY_ENTRY_BALLOT;
	memcpy(entry + 1, ballot.data, ballot.size);
	filling->senders[filling->count] = sender;
	filling->facts[filling->count++].entry = bytes_make(entry, 1 + ballot.size);
	filling->used += 1 + ballot.size;
	if (filling->count == options.batch ||
	    filling->used + TALLY_BALLOT_SIZE_MAX + 1 > job_bytes())
		give_out();
}

void
course_go(void)
{
	if (filling != NULL && jobs_away < options.workers)
		give_out();
}

void
course_begin(uv_loop_t *on, const struct course_options *asked)
{
	size_t places = 1024;

	loop = on;
	options = *asked;
	while (places < 2 * options.voters)
		places *= 2;
	names = zeroed(places, sizeof *names);
	names_mask = places - 1;
	frontier_init(&frontier);
	gathering = zeroed(1, sizeof *gathering);
	idle = zeroed(1, sizeof *idle);
	disk_begin(loop, options.folder, on_committed);
}
