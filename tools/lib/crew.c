#include "tools/lib/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/check.h"

struct crew {
	crew_job *job;
	void *context;
	uint64_t count;
	_Atomic uint64_t next;
};

struct member {
	struct crew *crew;
	unsigned worker;
	pthread_t thread;
};

static void *
work(void *argument)
{
	struct member *member = argument;
	struct crew *crew = member->crew;

	for (;;) {
		uint64_t number = atomic_fetch_add(&crew->next, 1);

		if (number >= crew->count)
			return NULL;
		crew->job(crew->context, member->worker, number);
	}
}

void
crew_run(unsigned workers, uint64_t count, crew_job *job, void *context)
{
	struct crew crew = {.job = job, .context = context, .count = count};
	struct member members[CREW_WORKERS_MAX];
	unsigned started = 1;

	CHECK(workers >= 1 && workers <= CREW_WORKERS_MAX);
	for (unsigned i = 0; i < workers; i++)
		members[i] = (struct member){.crew = &crew, .worker = i};
	while (started < workers && started < count &&
	       pthread_create(&members[started].thread, NULL, work, &members[started]) == 0)
		started++;
	work(&members[0]);
	for (unsigned i = 1; i < started; i++)
		CHECK(pthread_join(members[i].thread, NULL) == 0);
}

unsigned
crew_size(void)
{
	cpu_set_t set;
	int count = 0;

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		count = CPU_COUNT(&set);
	if (count < 1)
		count = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (count < 1)
		return 1;
	return count > CREW_WORKERS_MAX ? CREW_WORKERS_MAX : (unsigned)count;
}
