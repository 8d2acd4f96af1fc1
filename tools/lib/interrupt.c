#include "tools/lib/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "tally/status.h"

enum {
	NAME_SIZE = 1024,
};

static struct {
	int folder;
	char name[NAME_SIZE];
} files[INTERRUPT_FILES_MAX];

static atomic_uint files_count;

static void
end(int signal)
{
	unsigned count = atomic_load(&files_count);

	(void)signal;
	for (unsigned i = 0; i < count; i++)
		(void)unlinkat(files[i].folder, files[i].name, 0);
	_exit(TALLY_EXIT_INTERRUPTED);
}

void
interrupt_arm(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = end};

	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct sigaction before;

		CHECK(sigaction(signals[i], NULL, &before) == 0);
		if (before.sa_handler != SIG_IGN)
			CHECK(sigaction(signals[i], &action, NULL) == 0);
	}
}

void
interrupt_removes(int folder, const char *name)
{
	unsigned count = atomic_load(&files_count);
	size_t size = strlen(name) + 1;

	if (count == INTERRUPT_FILES_MAX || size > NAME_SIZE)
		return;
	files[count].folder = folder;
	memcpy(files[count].name, name, size);
	atomic_store(&files_count, count + 1);
}

void
interrupt_forget(void)
{
	atomic_store(&files_count, 0);
}
