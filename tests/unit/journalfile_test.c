/* Journals as files, and connections that keep one. */
#include "tally/journal.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/folder.h"
#include "tests/lib/session.h"

static struct session session;
static struct test_folder folder;
static char path[300];
static char trouble[TALLY_TROUBLE_MAX];

static struct tally_journal_options
options(void)
{
	return (struct tally_journal_options){
	    .path = path, .campaign = session.campaign, .key = &session.key};
}

static struct tally_journal *
journal_make(void)
{
	struct tally_journal_options wanted = options();
	struct tally_journal *journal;

	if (tally_journal_open(&journal, &wanted, trouble) != TALLY_CLIENT_FINE)
		fail_msg("%s", trouble);
	return journal;
}

static void
assert_refused(const struct tally_journal_options *wanted, int status, const char *words)
{
	struct tally_journal *journal;

	assert_int_equal(tally_journal_open(&journal, wanted, trouble), status);
	assert_null(journal);
	if (strstr(trouble, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", trouble, words);
}

static void
submit(struct tally_journal *journal, const char *ballot)
{
	uint64_t number;

	assert_int_equal(tally_journal_submit(journal, ballot, strlen(ballot), &number), 0);
	assert_int_equal(tally_journal_answer(journal, number, TALLY_ACCEPTED, number + 7), 0);
}

/* What the file says: every record has its shape and every seal is the key's. */
struct content {
	struct tally_journal_tape tape;
	size_t answers;
	size_t seals;
	uint64_t file_size;
};

static struct content
content_of(const char *name)
{
	struct content content = {0};
	struct tally_journal_record record;
	size_t size;
	uint8_t *data = test_file_read(name, &size);
	long used = tally_journal_get_head(&content.tape, data, size);

	content.file_size = size;
	while (used > 0) {
		used = tally_journal_get(&content.tape, data + content.tape.offset,
					 size - content.tape.offset, &record);
		content.answers += used > 0 && record.kind == TALLY_JOURNAL_ANSWER;
		if (used <= 0 || record.kind != TALLY_JOURNAL_SEAL)
			continue;
		content.seals++;
		assert_true(tally_journal_seal_valid(&record, session.frontend.key.public_key));
	}
	assert_int_equal(used, 0);
	free(data);
	return content;
}

static void
assert_sealed(uint64_t ballots, size_t answers, size_t seals)
{
	struct content content = content_of(path);

	assert_int_equal(content.tape.ballots, ballots);
	assert_int_equal(content.answers, answers);
	assert_int_equal(content.seals, seals);
	assert_int_equal(content.tape.sealed, content.file_size);
}

static void
made_and_continued(void **state)
{
	struct tally_journal *journal = journal_make();
	struct stat status;

	(void)state;
	assert_true(tally_journal_is(journal, session.campaign, session.key.id));
	assert_false(tally_journal_is(journal, session.tag, session.key.id));
	assert_false(tally_journal_is(journal, session.campaign, session.key.id + 1));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	submit(journal, "one");
	submit(journal, "two");
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	assert_sealed(2, 2, 1);
	journal = journal_make();
	assert_int_equal(tally_journal_cut(journal), 0);
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	assert_sealed(2, 2, 1); /* nothing new: no other seal */
	journal = journal_make();
	submit(journal, "three");
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	assert_sealed(3, 3, 2);
	assert_int_equal(tally_journal_close(NULL, trouble), 0);
}

/* Nothing is in the file before the flush, all of it after. */
static void
flushed(void **state)
{
	struct tally_journal_options wanted = options();
	struct tally_journal *journal;
	uint64_t number;

	(void)state;
	wanted.sync = true;
	assert_int_equal(tally_journal_open(&journal, &wanted, trouble), 0);
	assert_int_equal(tally_journal_submit(journal, "one", 3, &number), 0);
	assert_int_equal(content_of(path).tape.ballots, 0);
	assert_int_equal(tally_journal_flush(journal), 0);
	assert_int_equal(content_of(path).tape.ballots, 1);
	assert_int_equal(content_of(path).tape.sealed, 0);
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	assert_sealed(1, 0, 1);
}

static void
one_at_a_time(void **state)
{
	struct tally_journal *journal = journal_make();
	struct tally_journal_options wanted = options();

	(void)state;
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "somebody else is writing it");
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	assert_int_equal(tally_journal_close(journal_make(), trouble), 0);
}

static void
overwrite(size_t offset, const void *bytes, size_t size)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(pwrite(file, bytes, size, (off_t)offset), size);
	close(file);
}

static void
not_this_one(void **state)
{
	struct tally_journal *journal = journal_make();
	struct tally_journal_options wanted = options();
	struct tally_client_key other;
	char link[400];

	(void)state;
	submit(journal, "one");
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	wanted.campaign = session.tag;
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "another campaign or key");
	wanted = options();
	assert_true(tally_client_key_make("front.example/b", session.tag, &other));
	wanted.key = &other;
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL,
		       "a seal in it is not this key's");
	wanted = options();
	wanted.path = folder.path;
	assert_refused(&wanted, TALLY_CLIENT_JOURNAL, "Is a directory");
	wanted.path = "/dev/null";
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "no regular file");
	snprintf(link, sizeof link, "%s/link", folder.path);
	assert_int_equal(symlink(path, link), 0);
	wanted.path = link;
	assert_refused(&wanted, TALLY_CLIENT_JOURNAL, "symbolic link");
	snprintf(link, sizeof link, "%s/no/such", folder.path);
	assert_refused(&wanted, TALLY_CLIENT_JOURNAL, "No such file");
	wanted = options();
	overwrite(TALLY_JOURNAL_HEAD_SIZE + 4, "x", 1);
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL,
		       "a seal in it is not this key's");
	overwrite(TALLY_JOURNAL_HEAD_SIZE, "\11", 1);
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL,
		       "offset 53: no record is of this kind");
	overwrite(0, "T", 1);
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "does not begin as");
	sodium_memzero(&other, sizeof other);
}

/* A crash at any byte: what was whole stays, the rest goes, and the journal goes on. */
static void
cut_anywhere(void **state)
{
	struct tally_journal *journal = journal_make();
	size_t size;
	uint8_t *data;

	(void)state;
	submit(journal, "one");
	submit(journal, "the other");
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	data = test_file_read(path, &size);
	for (size_t cut = 0; cut < size; cut++) {
		/* as a file system may leave it */
		size_t zeros = cut % 3 == 0 && cut >= TALLY_JOURNAL_HEAD_SIZE ? 4096 : 0;
		struct content before;

		assert_int_equal(truncate(path, 0), 0);
		overwrite(0, data, cut);
		assert_int_equal(truncate(path, (off_t)(cut + zeros)), 0);
		before = content_of(path);
		journal = journal_make();
		if (before.tape.offset > 0)
			assert_int_equal(tally_journal_cut(journal),
					 cut + zeros - before.tape.offset);
		submit(journal, "a third");
		assert_int_equal(tally_journal_close(journal, trouble), 0);
		assert_sealed(before.tape.ballots + 1, before.answers + 1, before.seals + 1);
	}
	free(data);
}

/* Longer than anything that is read or kept in one piece. */
static void
a_long_one(void **state)
{
	static char ballot[60000];
	struct tally_journal *journal = journal_make();
	uint64_t number;

	(void)state;
	memset(ballot, 'b', sizeof ballot - 1);
	for (size_t i = 0; i < 40; i++)
		submit(journal, ballot + i * 17);
	assert_int_equal(
	    tally_journal_submit(journal, ballot, TALLY_JOURNAL_SUBMIT_MAX + 1, &number),
	    TALLY_CLIENT_TOO_LARGE);
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	assert_sealed(40, 40, 1);
	journal = journal_make();
	submit(journal, "and on");
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	assert_sealed(41, 41, 2);
}

/* A hole as large as any window, after a crash. */
static void
many_zeros(void **state)
{
	struct tally_journal *journal = journal_make();
	struct tally_journal_options wanted = options();
	size_t size;

	(void)state;
	submit(journal, "one");
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	size = content_of(path).file_size;
	for (size_t zeros = 1; zeros < 1 << 20; zeros = 2 * zeros + 1) {
		assert_int_equal(truncate(path, (off_t)(size + zeros)), 0);
		journal = journal_make();
		assert_int_equal(tally_journal_cut(journal), zeros);
		assert_int_equal(tally_journal_close(journal, trouble), 0);
		assert_sealed(1, 1, 1);
		overwrite(size + zeros, "\1", 1);
		assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "offset ");
		assert_int_equal(truncate(path, (off_t)size), 0);
	}
}

static struct rlimit
limit_files(uint64_t size)
{
	struct rlimit before;
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	return before;
}

static void
disk_full(void **state)
{
	struct tally_journal *journal = journal_make();
	struct rlimit before = limit_files(150);
	struct content content;
	uint64_t number;

	(void)state;
	submit(journal, "one");
	assert_int_equal(tally_journal_flush(journal), 0);
	submit(journal, "a ballot that only its first part has room for, and not its answer, "
			"nor anything");
	assert_int_equal(tally_journal_flush(journal), TALLY_CLIENT_JOURNAL);
	assert_non_null(strstr(tally_journal_trouble(journal), "write journal "));
	assert_non_null(strstr(tally_journal_trouble(journal), "File too large"));
	setrlimit(RLIMIT_FSIZE, &before);
	/* It stays so: what lies between is lost. */
	assert_int_equal(tally_journal_submit(journal, "two", 3, &number),
			 TALLY_CLIENT_JOURNAL);
	assert_int_equal(tally_journal_answer(journal, 0, 0, 0), TALLY_CLIENT_JOURNAL);
	assert_int_equal(tally_journal_close(journal, trouble), TALLY_CLIENT_JOURNAL);
	assert_non_null(strstr(trouble, "File too large"));
	content = content_of(path);
	assert_int_equal(content.tape.ballots, 1);
	assert_int_equal(content.tape.offset, content.file_size);
	assert_int_equal(content.seals, 0);
	journal = journal_make();
	submit(journal, "two");
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	assert_sealed(2, 2, 1);
}

enum {
	WRITERS = 4,
	EACH = 500
};

static void *
write_some(void *context)
{
	struct tally_journal *journal = context;

	for (int i = 0; i < EACH; i++) {
		submit(journal, "a ballot of one of several threads");
		assert_int_equal(tally_journal_flush(journal), 0);
	}
	return NULL;
}

static void
from_several_threads(void **state)
{
	struct tally_journal *journal = journal_make();
	pthread_t threads[WRITERS];

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_some, journal), 0);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	assert_sealed(WRITERS * EACH, WRITERS * EACH, 1);
}

/* A server that looks into the client's journal whenever a ballot arrives. */
struct spy {
	int listener;
	int socket;
	uint16_t port;
	uint64_t quit_after; /* ballots: closes in place of an answer */
	uint64_t arrived;
	uint64_t unwritten; /* ballots that came before they were in the journal */
	size_t size;
	uint8_t in[4 * TALLY_CLIENT_OUTPUT_MIN];
	uint8_t out[64 * 1024];
	pthread_t thread;
};

static void
spy_take(struct spy *spy, const struct frame *frame, struct writer *out)
{
	if (frame->message == TALLY_MESSAGE_AUTH) {
		session_welcome(out, 16, 8);
		return;
	}
	spy->arrived++;
	spy->unwritten += content_of(path).tape.ballots < spy->arrived;
	if (spy->arrived < spy->quit_after)
		frame_verdict_write(out, frame->correlation,
				    spy->arrived % 3 == 0 ? TALLY_CLOSED : TALLY_ACCEPTED,
				    spy->arrived % 3 == 0 ? FRAME_NO_INDEX : spy->arrived);
}

static bool
spy_serve(struct spy *spy)
{
	struct writer out = writer_make(spy->out, sizeof spy->out);
	struct frame frame;
	ssize_t got = recv(spy->socket, spy->in + spy->size, sizeof spy->in - spy->size, 0);
	long used;

	spy->size += got > 0 ? (size_t)got : 0;
	while (got > 0 && (used = frame_next(bytes_make(spy->in, spy->size), &frame)) > 0) {
		spy_take(spy, &frame, &out);
		spy->size -= (size_t)used;
		memmove(spy->in, spy->in + used, spy->size);
	}
	return got > 0 && spy->arrived < spy->quit_after &&
	       send(spy->socket, spy->out, out.size, MSG_NOSIGNAL) == (ssize_t)out.size;
}

static void *
spy_run(void *context)
{
	struct spy *spy = context;
	struct writer out = writer_make(spy->out, sizeof spy->out);

	spy->socket = accept(spy->listener, NULL, NULL);
	session_hello(&session, &out);
	if (send(spy->socket, spy->out, out.size, MSG_NOSIGNAL) == (ssize_t)out.size)
		while (spy_serve(spy))
			continue;
	close(spy->socket);
	return NULL;
}

static struct spy *
spy_start(uint64_t quit_after)
{
	static struct spy spy;
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;

	memset(&spy, 0, sizeof spy);
	spy.quit_after = quit_after;
	spy.listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(spy.listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(spy.listener, 1), 0);
	assert_int_equal(getsockname(spy.listener, (struct sockaddr *)&address, &size), 0);
	spy.port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&spy.thread, NULL, spy_run, &spy), 0);
	return &spy;
}

static void
spy_end(struct spy *spy)
{
	assert_int_equal(pthread_join(spy->thread, NULL), 0);
	close(spy->listener);
	assert_int_equal(spy->unwritten, 0);
}

static int
connect_to(const struct spy *spy, struct tally_journal *journal,
	   struct tally_connection **connection)
{
	struct tally_connect_options wanted = {.host = "127.0.0.1",
					       .port = spy->port,
					       .client = session_config(&session),
					       .journal = journal,
					       .connect_timeout_ms = 5000,
					       .answer_timeout_ms = 5000};

	return tally_connect(connection, &wanted, trouble);
}

static bool
next_ballot(void *context, const void **ballot, size_t *size)
{
	uint64_t *left = context;

	*ballot = left;
	*size = 100;
	return *left > 0 && (*left)-- > 0;
}

static bool
ignore_answer(void *context, uint64_t place, const struct tally_client_event *answer)
{
	(void)context;
	(void)place;
	(void)answer;
	return true;
}

/* The connection ends in the middle: what was sent is in the journal, and what was answered. */
static void
written_before_it_leaves(void **state)
{
	static uint64_t ballots[13];
	struct tally_journal *journal = journal_make();
	struct spy *spy = spy_start(70);
	struct tally_connection *connection;
	struct tally_client_event answer;
	struct content content;

	(void)state;
	ballots[0] = 200;
	assert_int_equal(connect_to(spy, journal, &connection), 0);
	assert_int_equal(tally_submit(connection, "one", 3, &answer), 0);
	assert_int_equal(content_of(path).answers, 1);
	assert_int_equal(tally_submit_all(connection, next_ballot, ignore_answer, ballots),
			 TALLY_CLIENT_LOST);
	tally_close(connection);
	spy_end(spy);
	assert_int_equal(tally_journal_close(journal, trouble), 0);
	content = content_of(path);
	assert_in_range(content.tape.ballots, 70, 70 + 16);
	assert_in_range(content.answers, 1, 69);
	assert_int_equal(content.tape.sealed, content.file_size);
}

/* Without room for the journal nothing leaves. */
static void
nothing_leaves_unwritten(void **state)
{
	static uint64_t ballots[13];
	struct tally_journal *journal = journal_make();
	struct spy *spy = spy_start(1000);
	struct tally_connection *connection;
	struct rlimit before;

	(void)state;
	ballots[0] = 200;
	assert_int_equal(connect_to(spy, journal, &connection), 0);
	before = limit_files(4000);
	assert_int_equal(tally_submit_all(connection, next_ballot, ignore_answer, ballots),
			 TALLY_CLIENT_JOURNAL);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_non_null(strstr(tally_trouble(connection), "keep the journal: write journal "));
	assert_int_equal(tally_submit(connection, "b", 1, &(struct tally_client_event){0}),
			 TALLY_CLIENT_JOURNAL);
	tally_close(connection);
	spy_end(spy);
	assert_in_range(spy->arrived, 1, 40);
	assert_int_equal(tally_journal_close(journal, trouble), TALLY_CLIENT_JOURNAL);
}

static void
of_another_key(void **state)
{
	struct tally_journal_options wanted = options();
	struct tally_journal *journal;
	struct tally_connection *connection;
	struct tally_client_key other;
	struct spy spy = {.port = 1};

	(void)state;
	assert_true(tally_client_key_make("front.example/b", session.tag, &other));
	wanted.key = &other;
	assert_int_equal(tally_journal_open(&journal, &wanted, trouble), 0);
	assert_int_equal(connect_to(&spy, journal, &connection), TALLY_CLIENT_BAD_CONFIG);
	assert_int_equal(tally_journal_close(journal, trouble), 0);
}

static int
begin(void **state)
{
	(void)state;
	folder = test_folder_make();
	snprintf(path, sizeof path, "%s/journal", folder.path);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	test_folder_remove(&folder);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	session_make(&session, BYTES_OF("{}"));
	return sodium_init() < 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(made_and_continued),
	    TEST(flushed),
	    TEST(one_at_a_time),
	    TEST(not_this_one),
	    TEST(cut_anywhere),
	    TEST(a_long_one),
	    TEST(many_zeros),
	    TEST(disk_full),
	    TEST(from_several_threads),
	    TEST(written_before_it_leaves),
	    TEST(nothing_leaves_unwritten),
	    TEST(of_another_key),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
