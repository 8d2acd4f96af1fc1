#include "shell/door.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/disk.h"
#include "tests/lib/gallery.h"

static int
set_up(void **state)
{
	*state = gallery_visit(0);
	return 0;
}

static int
tear_down(void **state)
{
	gallery_leave(*state);
	return 0;
}

static void
get(struct gallery_visit *visit, const char *path)
{
	caller_ask(visit->port, "GET", path, "", &visit->answer);
}

static void
assert_header(const struct gallery_visit *visit, const char *name, const char *value)
{
	const char *found = caller_header(&visit->answer, name);

	if (found == NULL || strcmp(found, value) != 0)
		fail_msg("%s: %s, not %s", name, found == NULL ? "(none)" : found, value);
}

/* What every answer has. */
static void
assert_answer(const struct gallery_visit *visit, int status, const char *body)
{
	assert_int_equal(visit->answer.status, status);
	assert_string_equal(visit->answer.body, body);
	assert_header(visit, "X-Content-Type-Options", "nosniff");
	assert_header(visit, "Access-Control-Allow-Origin", "*");
	assert_header(visit, "Content-Type", "text/plain; charset=utf-8");
	assert_header(visit, "Cache-Control", "no-store");
}

static void
assert_says(struct gallery_visit *visit, const char *path, int status, const char *body)
{
	get(visit, path);
	assert_answer(visit, status, body);
}

static void
says_what_was_set(void **state)
{
	struct gallery_visit *visit = *state;
	char why[1000];

	assert_says(visit, "/healthz", 503, "starting\n");
	assert_says(visit, "/readyz", 503, "starting\n");
	door_set(visit->door, NULL, NULL);
	assert_says(visit, "/healthz", 200, "ok\n");
	assert_says(visit, "/readyz", 200, "ok\n");
	door_set(visit->door, NULL, "voting has not opened yet");
	assert_says(visit, "/healthz", 200, "ok\n");
	assert_says(visit, "/readyz", 503, "voting has not opened yet\n");
	door_set(visit->door, NULL, "voting is closed");
	assert_says(visit, "/healthz?from=probe", 200, "ok\n");
	assert_says(visit, "/readyz", 503, "voting is closed\n");
	door_set(visit->door, "write ledger/000001: Input/output error", NULL);
	assert_says(visit, "/healthz", 503, "write ledger/000001: Input/output error\n");
	assert_says(visit, "/readyz", 503, "write ledger/000001: Input/output error\n");
	memset(why, 'y', sizeof why);
	why[sizeof why - 1] = 0;
	door_set(visit->door, why, NULL);
	strcpy(why + 255, "\n");
	assert_says(visit, "/healthz", 503, why);
}

static void
head_has_no_body(void **state)
{
	struct gallery_visit *visit = *state;

	caller_ask(visit->port, "HEAD", "/healthz", "", &visit->answer);
	assert_answer(visit, 503, "");
	assert_header(visit, "Content-Length", "9");
	caller_ask(visit->port, "HEAD", "/tile/0/000", "", &visit->answer);
	assert_int_equal(visit->answer.status, 200);
	assert_int_equal(visit->answer.body_size, 0);
	assert_header(visit, "Content-Length", "8192");
	caller_ask(visit->port, "HEAD", "/receipt/1", "", &visit->answer);
	assert_answer(visit, 200, "");
	caller_ask(visit->port, "HEAD", "/nothing", "", &visit->answer);
	assert_answer(visit, 404, "");
}

/* The file as it lies in the folder, and these headers. */
static void
assert_file(struct gallery_visit *visit, const char *path, const char *type,
	    const char *caching)
{
	char file[400];
	uint8_t *bytes;
	size_t size;

	snprintf(file, sizeof file, "%s%.*s", visit->gallery.public, (int)strcspn(path, "?"),
		 path);
	bytes = test_file_read(file, &size);
	assert_non_null(bytes);
	get(visit, path);
	assert_int_equal(visit->answer.status, 200);
	assert_int_equal(visit->answer.body_size, size);
	assert_memory_equal(visit->answer.body, bytes, size);
	assert_header(visit, "Content-Type", type);
	assert_header(visit, "Cache-Control", caching);
	assert_header(visit, "X-Content-Type-Options", "nosniff");
	assert_header(visit, "Access-Control-Allow-Origin", "*");
	free(bytes);
}

static void
files_of_the_log(void **state)
{
	static const char text[] = "text/plain; charset=utf-8";
	static const char bytes[] = "application/octet-stream";
	static const char forever[] = "public, max-age=31536000, immutable";
	static const char seconds[] = "public, max-age=2";
	struct gallery_visit *visit = *state;

	test_file_write(visit->gallery.public, "checkpoint.next", BYTES_OF("next\n"));
	test_file_write(visit->gallery.public, "law/list", BYTES_OF("0\n1\n"));
	test_file_write(visit->gallery.public, "law/1", BYTES_OF("proof\n"));
	test_file_write(visit->gallery.public, "results", BYTES_OF("{}\n"));
	test_file_write(visit->gallery.public, "tile/0/255", BYTES_OF(""));
	assert_file(visit, "/checkpoint", text, seconds);
	assert_file(visit, "/checkpoint.next", text, seconds);
	assert_file(visit, "/law/list", text, seconds);
	assert_file(visit, "/results", "application/json", seconds);
	assert_file(visit, "/law/1", text, seconds);
	assert_file(visit, "/tally/100", text, forever);
	assert_file(visit, "/tile/0/001", bytes, forever);
	assert_file(visit, "/tile/0/002.p/8", bytes, forever);
	assert_file(visit, "/tile/1/000.p/2", bytes, forever);
	assert_file(visit, "/tile/entries/000", bytes, forever);
	assert_file(visit, "/tile/entries/002.p/8?x=1", bytes, forever);
	assert_file(visit, "/tile/0/255", bytes, forever);
}

static void
what_has_not_changed(void **state)
{
	struct gallery_visit *visit = *state;
	char header[300];
	char etag[200];

	get(visit, "/checkpoint");
	assert_int_equal(visit->answer.status, 200);
	snprintf(etag, sizeof etag, "%s", caller_header(&visit->answer, "ETag"));
	assert_int_equal(etag[0], '"');
	snprintf(header, sizeof header, "If-None-Match: W/\"other\", %s\r\n", etag);
	caller_ask(visit->port, "GET", "/checkpoint", header, &visit->answer);
	assert_int_equal(visit->answer.status, 304);
	assert_int_equal(visit->answer.body_size, 0);
	assert_header(visit, "ETag", etag);
	assert_header(visit, "Cache-Control", "public, max-age=2");
	assert_int_equal(disk_replace(visit->gallery.folder.fd, "public/checkpoint",
				      BYTES_OF("another\n"), 0644, false),
			 DISK_OK);
	caller_ask(visit->port, "GET", "/checkpoint", header, &visit->answer);
	assert_int_equal(visit->answer.status, 200);
	assert_string_equal(visit->answer.body, "another\n");
	assert_string_not_equal(caller_header(&visit->answer, "ETag"), etag);
	caller_ask(visit->port, "GET", "/checkpoint", "If-None-Match: *\r\n", &visit->answer);
	assert_int_equal(visit->answer.status, 304);
	get(visit, "/tile/0/000");
	assert_null(caller_header(&visit->answer, "ETag"));
}

static void
receipts(void **state)
{
	static const uint64_t indexes[] = {0, 1, 2, 100, 255, 256, 511, GALLERY_PUBLISHED - 1};
	struct gallery_visit *visit = *state;
	char path[64];

	for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
		snprintf(path, sizeof path, "/receipt/%llu", (unsigned long long)indexes[i]);
		get(visit, path);
		assert_answer(visit, 200, visit->answer.body);
		gallery_check_receipt(&visit->gallery,
				      bytes_make(visit->answer.body, visit->answer.body_size),
				      indexes[i], GALLERY_PUBLISHED);
	}
	snprintf(path, sizeof path, "/receipt/%d", GALLERY_PUBLISHED);
	assert_says(visit, path, 404, "no published checkpoint covers this entry yet\n");
	assert_says(visit, "/receipt/18446744073709551615", 404,
		    "no published checkpoint covers this entry yet\n");
	assert_int_equal(treefile_reset(visit->gallery.tree), DISK_OK);
	assert_says(visit, "/receipt/0", 500, "no valid proof could be made\n");
}

static void
refuses_all_else(void **state)
{
	static const char *const paths[] = {
	    "/",
	    "/healthz/",
	    "/HEALTHZ",
	    "//healthz",
	    "/healthz%00x",
	    "/../healthz",
	    "/%68ealthz",
	    "/checkpoint/",
	    "/checkpoint%2e",
	    "/tile/0/0",
	    "/tile/0/../0/000",
	    "/tile/%2e%2e/checkpoint",
	    "/tally/../../log.key",
	    "/../log.key",
	    "/log.key",
	    "/tile/0/003",
	    "/tile/0/002",
	    "/tally/101",
	    "/results",
	    "/law/list",
	    "http://127.0.0.1/healthz",
	};
	static const char *const methods[] = {"POST",    "PUT",   "DELETE",
					      "OPTIONS", "TRACE", "get"};
	struct gallery_visit *visit = *state;

	test_file_write(visit->gallery.folder.path, "log.key", BYTES_OF("secret"));
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		assert_says(visit, paths[i], 404, "not found\n");
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		caller_ask(visit->port, methods[i], "/checkpoint", "", &visit->answer);
		assert_answer(visit, 405, "only GET and HEAD\n");
		assert_header(visit, "Allow", "GET, HEAD");
	}
}

/* What somebody has put into the public folder and is no file of it. */
static void
planted(void **state)
{
	struct gallery_visit *visit = *state;
	int fd = open(visit->gallery.public, O_PATH | O_DIRECTORY | O_CLOEXEC);

	test_file_write(visit->gallery.folder.path, "log.key", BYTES_OF("secret"));
	assert_int_equal(symlinkat("../log.key", fd, "results"), 0);
	assert_int_equal(symlinkat("..", fd, "law"), 0);
	assert_int_equal(symlinkat("0", fd, "tile/3"), 0);
	assert_int_equal(mkfifoat(fd, "tally/7", 0644), 0);
	assert_int_equal(mkdirat(fd, "tally/8", 0755), 0);
	close(fd);
	assert_says(visit, "/results", 404, "not found\n");
	assert_says(visit, "/law/list", 404, "not found\n");
	assert_says(visit, "/tile/3/000", 404, "not found\n");
	assert_says(visit, "/tally/7", 404, "not found\n");
	assert_says(visit, "/tally/8", 404, "not found\n");
}

/* Sends it whole and reads to the end. */
static void
say(struct gallery_visit *visit, const char *request)
{
	int fd = caller_dial(visit->port);

	assert_true(caller_send(fd, request, strlen(request)));
	caller_hear(fd, &visit->answer);
}

/* The answer comes although the announced body never does, and the connection ends. */
static void
reads_no_body(void **state)
{
	struct gallery_visit *visit = *state;

	door_set(visit->door, NULL, NULL);
	say(visit, "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc");
	assert_answer(visit, 405, "only GET and HEAD\n");
	say(visit, "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
	assert_answer(visit, 200, "ok\n");
	say(visit, "GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
	assert_answer(visit, 200, "ok\n");
}

/* One connection, several requests: a crawler reads thousands of tiles. */
static void
connections_are_kept(void **state)
{
	struct gallery_visit *visit = *state;
	size_t count = 0;

	say(visit, "GET /tile/0/000 HTTP/1.1\r\nHost: x\r\n\r\n"
		   "GET /receipt/9 HTTP/1.1\r\nHost: x\r\n\r\n"
		   "GET /checkpoint HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	for (size_t i = 0; i + 15 < CALLER_ANSWER_MAX; i++)
		count += memcmp(visit->answer.bytes + i, "HTTP/1.1 200 OK", 15) == 0;
	assert_int_equal(count, 3);
}

static atomic_bool stop;

struct publishing {
	const struct gallery *gallery;
	const size_t *sizes;
	size_t count;
};

static void *
publish_again(void *context)
{
	const struct publishing *publishing = context;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	for (size_t i = 0; !atomic_load(&stop); i++) {
		struct bytes bytes = test_log_checkpoint(
		    &publishing->gallery->log, publishing->sizes[i % publishing->count], note);

		if (disk_replace(publishing->gallery->folder.fd, "public/checkpoint", bytes,
				 0644, false) != DISK_OK)
			return context;
	}
	return NULL;
}

/* Every answer is of one publication or another, never of two. */
static void
beside_publications(void **state)
{
	static const size_t sizes[] = {300, 400, 520, 600};
	struct gallery_visit *visit = *state;
	struct publishing publishing = {&visit->gallery, sizes, 4};
	pthread_t thread;
	void *failed;

	atomic_store(&stop, false);
	assert_int_equal(pthread_create(&thread, NULL, publish_again, &publishing), 0);
	for (size_t i = 0; i < 300; i++) {
		struct receipt receipt;
		struct checkpoint checkpoint;

		get(visit, i % 2 == 0 ? "/receipt/299" : "/checkpoint");
		assert_int_equal(visit->answer.status, 200);
		receipt.checkpoint = bytes_make(visit->answer.body, visit->answer.body_size);
		if (i % 2 == 0)
			assert_true(receipt_parse(receipt.checkpoint, &receipt));
		assert_true(checkpoint_open(receipt.checkpoint,
					    &visit->gallery.log.campaign.log.key, &checkpoint));
		if (i % 2 == 0)
			gallery_check_receipt(
			    &visit->gallery,
			    bytes_make(visit->answer.body, visit->answer.body_size), 299,
			    checkpoint.size);
	}
	atomic_store(&stop, true);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
}

static void *
change_mind(void *context)
{
	for (unsigned i = 0; !atomic_load(&stop); i++)
		door_set(context,
			 i % 2 == 0 ? NULL : "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", NULL);
	return NULL;
}

static void
set_by_any_thread(void **state)
{
	struct gallery_visit *visit = *state;
	pthread_t threads[2];

	door_set(visit->door, NULL, NULL);
	atomic_store(&stop, false);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, change_mind, visit->door),
				 0);
	for (size_t i = 0; i < 100; i++) {
		get(visit, "/readyz");
		if (visit->answer.status == 200)
			assert_answer(visit, 200, "ok\n");
		else
			assert_answer(visit, 503, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n");
	}
	atomic_store(&stop, true);
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

static void
failures_say_why(void **state)
{
	struct gallery_visit *visit = *state;
	char expected[128];

	assert_null(gallery_door(&visit->gallery, visit->port, 0));
	snprintf(expected, sizeof expected,
		 "listen for HTTP on 127.0.0.1:%u: Address already in use",
		 (unsigned)visit->port);
	assert_string_equal(disk_error(), expected);
	assert_int_equal(
	    renameat(visit->gallery.folder.fd, "public", visit->gallery.folder.fd, "p"), 0);
	assert_null(gallery_door(&visit->gallery, 0, 0));
	assert_string_equal(disk_error(), "open public: No such file or directory");
	door_stop(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(says_what_was_set, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(head_has_no_body, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(files_of_the_log, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_has_not_changed, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(receipts, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(refuses_all_else, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(planted, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(reads_no_body, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(connections_are_kept, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(beside_publications, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(set_by_any_thread, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(failures_say_why, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
