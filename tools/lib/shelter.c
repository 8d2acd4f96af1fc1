#include "tools/lib/shelter.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	DESCRIPTORS = 16,
	TRIES = 5, /* others may still be writing when the guard clears up */
};

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	(void)remove(path);
	return 0;
}

static void
clear(const char *path)
{
	for (int i = 0; i < TRIES && access(path, F_OK) == 0; i++)
		(void)nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

static void
fill_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

static void *
guard(void *argument)
{
	const struct shelter *shelter = argument;
	sigset_t set;
	int which;

	fill_signals(&set);
	while (sigwait(&set, &which) != 0)
		;
	clear(shelter->path);
	_exit(TALLY_EXIT_INTERRUPTED);
}

enum tally_exit
shelter_make(struct shelter *shelter, struct trouble *trouble)
{
	const char *base = getenv("TMPDIR");
	sigset_t set;
	int used = snprintf(shelter->path, sizeof shelter->path, "%s/tally-verify-XXXXXX",
			    base != NULL && base[0] != '\0' ? base : "/var/tmp");

	if (used < 0 || (size_t)used >= sizeof shelter->path || mkdtemp(shelter->path) == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD,
				   "%s: no temporary folder can be made: %s", shelter->path,
				   strerror(errno));
	fill_signals(&set);
	CHECK(pthread_sigmask(SIG_BLOCK, &set, &shelter->before) == 0);
	if (pthread_create(&shelter->guard, NULL, guard, shelter) == 0)
		return TALLY_EXIT_FINE;
	(void)rmdir(shelter->path);
	CHECK(pthread_sigmask(SIG_SETMASK, &shelter->before, NULL) == 0);
	return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: no thread can be started",
			   shelter->path);
}

void
shelter_remove(struct shelter *shelter)
{
	clear(shelter->path);
	CHECK(pthread_cancel(shelter->guard) == 0);
	CHECK(pthread_join(shelter->guard, NULL) == 0);
	CHECK(pthread_sigmask(SIG_SETMASK, &shelter->before, NULL) == 0);
}
