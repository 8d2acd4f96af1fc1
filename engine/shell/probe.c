#include "shell/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The stream: for every pair u8 key size, u32 value size, key, value; at the end one byte END and
 * the u64 count of pairs. */
enum {
	HEAD_SIZE = 5,
	END = 0xff,
	END_SIZE = 9,
	BUFFER_SIZE = 256 * 1024,
};

/* Child's side. */
struct sender {
	int fd;
	size_t used;
	uint8_t buffer[BUFFER_SIZE];
};

static bool
write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t put = write(fd, bytes, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		bytes += put;
		size -= (size_t)put;
	}
	return true;
}

static bool
send_bytes(struct sender *sender, const void *bytes, size_t size)
{
	if (size > BUFFER_SIZE - sender->used) {
		if (!write_all(sender->fd, sender->buffer, sender->used))
			return false;
		sender->used = 0;
	}
	if (size > BUFFER_SIZE)
		return write_all(sender->fd, bytes, size);
	memcpy(sender->buffer + sender->used, bytes, size);
	sender->used += size;
	return true;
}

static bool
send_pair(struct sender *sender, const MDB_val *key, const MDB_val *value)
{
	uint8_t head[HEAD_SIZE];

	if (key->mv_size >= END || value->mv_size > PROBE_VALUE_MAX)
		return false;
	head[0] = (uint8_t)key->mv_size;
	be32_store(head + 1, (uint32_t)value->mv_size);
	return send_bytes(sender, head, sizeof head) &&
	       send_bytes(sender, key->mv_data, key->mv_size) &&
	       send_bytes(sender, value->mv_data, value->mv_size);
}

static bool
send_book(struct sender *sender, int folder_fd, const char *name)
{
	uint8_t end[END_SIZE] = {END};
	uint64_t count = 0;
	MDB_cursor *cursor;
	struct book book;
	MDB_val value;
	MDB_val key;
	int code;

	if (book_open(&book, folder_fd, name) != DISK_OK ||
	    mdb_cursor_open(book.txn, book.dbi, &cursor) != 0)
		return false;
	while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
		if (!send_pair(sender, &key, &value))
			return false;
		count++;
	}
	be64_store(end + 1, count);
	return code == MDB_NOTFOUND && send_bytes(sender, end, sizeof end) &&
	       write_all(sender->fd, sender->buffer, sender->used);
}

/* It may crash: silently, without a core, and never outliving its parent, whose lock on the data
 * directory it shares. */
static _Noreturn void
child_run(pid_t parent, int fd, int folder_fd, const char *name)
{
	static const int deadly[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGABRT,
				     SIGILL,  SIGPIPE, SIGTERM};
	const struct rlimit none = {0, 0};
	static struct sender sender;
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
		signal(deadly[i], SIG_DFL);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
	    setrlimit(RLIMIT_CORE, &none) != 0 || dup2(null_fd, STDERR_FILENO) < 0)
		_exit(1);
	sender.fd = fd;
	_exit(send_book(&sender, folder_fd, name) ? 0 : 1);
}

/* Parent's side. */
struct receiver {
	int fd;
	int64_t deadline;
	uint8_t *memory;
	size_t capacity;
	size_t start; /* of what has come and was not taken */
	size_t end;
};

static int64_t
now_ms(void)
{
	struct timespec now;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
rubbish(const char *what)
{
	return disk_fail(DISK_DAMAGED, "read the poll book: %s", what);
}

/* Waits for more bytes and takes them in. */
static int
receive_more(struct receiver *receiver)
{
	struct pollfd ready = {receiver->fd, POLLIN, 0};
	int64_t left = receiver->deadline - now_ms();
	ssize_t got;
	int events;

	events = left <= 0 ? 0 : poll(&ready, 1, left > 60000 ? 60000 : (int)left);
	if (events < 0 && errno != EINTR)
		return disk_fail_errno("wait for the reader of", "the poll book");
	if (left <= 0)
		return rubbish("its reader was late");
	if (events <= 0)
		return DISK_OK;
	got = read(receiver->fd, receiver->memory + receiver->end,
		   receiver->capacity - receiver->end);
	if (got < 0 && errno != EINTR && errno != EAGAIN)
		return disk_fail_errno("listen to the reader of", "the poll book");
	if (got == 0)
		return rubbish("its reader ended early");
	if (got > 0)
		receiver->end += (size_t)got;
	return DISK_OK;
}

/* The next `size` bytes: a view until the next call. */
static int
receive(struct receiver *receiver, size_t size, const uint8_t **out)
{
	int status = DISK_OK;

	if (receiver->start > 0 && receiver->capacity - receiver->start < size) {
		memmove(receiver->memory, receiver->memory + receiver->start,
			receiver->end - receiver->start);
		receiver->end -= receiver->start;
		receiver->start = 0;
	}
	if (receiver->capacity < size) {
		uint8_t *memory = realloc(receiver->memory, size + BUFFER_SIZE);

		if (memory == NULL)
			return disk_fail_errno("find memory for", "the poll book");
		receiver->memory = memory;
		receiver->capacity = size + BUFFER_SIZE;
	}
	while (receiver->end - receiver->start < size && status == DISK_OK)
		status = receive_more(receiver);
	*out = receiver->memory + receiver->start;
	receiver->start += size;
	return status;
}

/* A pair's shape, and its place behind the last key. */
static bool
pair_fits(struct bytes key, size_t value_size, struct bytes last)
{
	if (value_size > PROBE_VALUE_MAX || bytes_compare(last, key) >= 0)
		return false;
	if (key.size == 1)
		return last.size == 0 && key.data[0] == 0;
	return key.size == CHANGE_KEY_SIZE && value_size == CHANGE_VALUE_SIZE;
}

static int
receive_end(struct receiver *receiver, uint64_t count)
{
	const uint8_t *bytes;
	int status = receive(receiver, END_SIZE - 1, &bytes);

	if (status != DISK_OK)
		return status;
	if (be64_load(bytes) != count || receiver->start != receiver->end)
		return rubbish("its reader miscounted");
	return DISK_OK;
}

static int
receive_book(struct receiver *receiver, probe_visit *visit, void *context)
{
	uint8_t last[CHANGE_KEY_SIZE];
	struct bytes last_key = {last, 0};

	for (uint64_t count = 0;; count++) {
		const uint8_t *bytes;
		size_t key_size;
		size_t value_size;
		int status = receive(receiver, 1, &bytes);

		if (status != DISK_OK)
			return status;
		key_size = bytes[0];
		if (key_size == END)
			return receive_end(receiver, count);
		status = receive(receiver, HEAD_SIZE - 1, &bytes);
		if (status != DISK_OK)
			return status;
		value_size = be32_load(bytes);
		if (key_size > CHANGE_KEY_SIZE || value_size > PROBE_VALUE_MAX)
			return rubbish("a record has a wrong shape");
		status = receive(receiver, key_size + value_size, &bytes);
		if (status != DISK_OK)
			return status;
		if (!pair_fits(bytes_make(bytes, key_size), value_size, last_key))
			return rubbish("its records are out of order");
		if (!visit(context, bytes_make(bytes, key_size),
			   bytes_make(bytes + key_size, value_size)))
			return DISK_OK;
		memcpy(last, bytes, key_size);
		last_key.size = key_size;
	}
}

/* True if the child ended by itself and content. */
static bool
child_end(pid_t child, bool believed)
{
	int how = 0;

	if (!believed)
		kill(child, SIGKILL);
	while (waitpid(child, &how, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

struct visiting {
	probe_visit *visit;
	void *context;
	bool stopped;
};

static bool
visit_until_stopped(void *context, struct bytes key, struct bytes value)
{
	struct visiting *visiting = context;

	visiting->stopped = !visiting->visit(visiting->context, key, value);
	return !visiting->stopped;
}

int
probe_book(int folder_fd, const char *name, probe_visit *visit, void *context,
	   unsigned deadline_ms)
{
	struct visiting visiting = {visit, context, false};
	struct receiver receiver = {.deadline = now_ms() + (int64_t)deadline_ms};
	pid_t parent = getpid();
	pid_t child;
	int ends[2];
	int status;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return disk_fail_errno("make a pipe to read", name);
	/* A wider pipe means fewer turns between the two; where it is refused, so be it. */
	(void)fcntl(ends[1], F_SETPIPE_SZ, BUFFER_SIZE);
	fflush(NULL); /* else the child could write it too */
	child = fork();
	if (child == 0)
		child_run(parent, ends[1], folder_fd, name);
	close(ends[1]);
	receiver.fd = ends[0];
	if (child < 0) {
		status = disk_fail_errno("start a process to read", name);
	} else {
		status = receive_book(&receiver, visit_until_stopped, &visiting);
		if (!child_end(child, status == DISK_OK && !visiting.stopped) &&
		    status == DISK_OK && !visiting.stopped)
			status = rubbish("its reader did not end well");
	}
	close(ends[0]);
	free(receiver.memory);
	return status;
}
