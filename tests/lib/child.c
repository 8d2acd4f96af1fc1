#include "tests/lib/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/patience.h"

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
test_child_start(struct test_child *child, test_child_act *act, void *context)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	*child = (struct test_child){.pid = fork(), .fd = ends[0]};
	assert_true(child->pid >= 0);
	if (child->pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		exit(act(context));
	}
	close(ends[1]);
}

/* Reads what it says until it has ended (then false), or until `until_ms`. */
static bool
hear(struct test_child *child, int64_t until_ms)
{
	struct pollfd pipe = {.fd = child->fd, .events = POLLIN};
	int64_t left = until_ms - now_ms();
	ssize_t got;

	if (left < 0 || poll(&pipe, 1, (int)left) <= 0)
		return true;
	if (child->size + 1 == sizeof child->said)
		child->size = 0; /* it said too much: the beginning is forgotten */
	got = read(child->fd, child->said + child->size, sizeof child->said - 1 - child->size);
	if (got > 0)
		child->size += (size_t)got;
	child->said[child->size] = '\0';
	return got > 0 || (got < 0 && errno == EINTR);
}

void
test_child_await(struct test_child *child, const char *text)
{
	int64_t until_ms = now_ms() + TEST_PATIENCE_MS;

	while (strstr(child->said, text) == NULL)
		if (!hear(child, until_ms) || now_ms() > until_ms) {
			kill(child->pid, SIGKILL);
			fail_msg("waited in vain for \"%s\"; it said:\n%s", text, child->said);
		}
}

int
test_child_end(struct test_child *child)
{
	int64_t until_ms = now_ms() + TEST_PATIENCE_MS;
	int status;

	while (hear(child, until_ms))
		if (now_ms() > until_ms) {
			kill(child->pid, SIGKILL);
			break;
		}
	close(child->fd);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int
test_child_run(struct test_child *child, test_child_act *act, void *context)
{
	test_child_start(child, act, context);
	return test_child_end(child);
}

void
assert_said(const struct test_child *child, const char *text)
{
	if (strstr(child->said, text) == NULL)
		fail_msg("\"%s\" was not said; this was:\n%s", text, child->said);
}
