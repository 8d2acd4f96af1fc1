#include "tests/lib/test.h"

#include "shell/rehearsal.h"
#include "tally/client.h"
#include "tally/proof.h"
#include "tests/lib/child.h"
#include "tests/lib/folder.h"
#include "tests/lib/snapshot.h"
#include "tests/lib/vector.h"
#include "tree/key.h"

#include <signal.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_VKEY "tally.example/test+6ae2d1d0+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs"

static struct test_child child;
static struct test_folder folder; /* $TMPDIR of the rehearsals */
static struct server_options options;

static int
act(void *context)
{
	dup2(STDERR_FILENO, STDOUT_FILENO);
	return rehearsal_run(context);
}

/* What follows "NAME " on a line of its own. */
static void
told(const char *name, char value[256])
{
	char wanted[64];
	const char *at;

	snprintf(wanted, sizeof wanted, "\n%s ", name);
	at = strstr(child.said, wanted);
	if (at == NULL)
		fail_msg("it has not told %s: %s", name, child.said);
	at += strlen(wanted);
	snprintf(value, 256, "%.*s", (int)strcspn(at, "\n"), at);
}

static void
start(const char *data)
{
	options = (struct server_options){
	    .data = data, .listen = "127.0.0.1:0", .http = "127.0.0.1:0", .workers_count = 1};
	test_child_start(&child, act, &options);
	test_child_await(&child, "\npublic ");
}

static void
stop(int signal)
{
	assert_int_equal(kill(child.pid, signal), 0);
	assert_int_equal(test_child_end(&child), 0);
}

static void
frontend_key(struct tally_client_key *key)
{
	uint8_t seed[TALLY_SEED_SIZE];

	memset(seed, 0x09, sizeof seed);
	assert_true(tally_client_key_make("front.example/a", seed, key));
}

static struct tally_connection *
dial(void)
{
	struct tally_client_key key;
	uint8_t campaign[TALLY_HASH_SIZE];
	char listen[256];
	struct tally_connect_options asked = {
	    .host = "127.0.0.1",
	    .client = {.campaign = campaign, .log_vkey = LOG_VKEY, .key = &key},
	};
	struct tally_connection *connection;
	char trouble[TALLY_TROUBLE_MAX];

	told("listen", listen);
	asked.port = (uint16_t)atoi(strrchr(listen, ':') + 1);
	frontend_key(&key);
	crypto_hash_sha256(campaign, rehearsal_manifest().data, rehearsal_manifest().size);
	if (tally_connect(&connection, &asked, trouble) != TALLY_CLIENT_FINE)
		fail_msg("%s", trouble);
	return connection;
}

static struct tally_client_event
submit(struct tally_connection *connection, const char *name)
{
	struct bytes ballot = test_vector_view("verdicts.txt", name);
	struct tally_client_event answer;

	assert_int_equal(tally_submit(connection, ballot.data, ballot.size, &answer), 0);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_VERDICT);
	return answer;
}

static void
manifest_is_the_vector(void **state)
{
	size_t size;
	uint8_t *json = test_file_read("tests/vectors/campaign.json", &size);

	(void)state;
	assert_true(bytes_equal(rehearsal_manifest(), bytes_make(json, size)));
	free(json);
}

/* One ballot of tests/vectors/verdicts.txt for every verdict there is. */
static void
every_verdict(void **state)
{
	struct tally_connection *connection;

	(void)state;
	start(NULL);
	connection = dial();
	for (unsigned verdict = 0; verdict < TALLY_VERDICTS_COUNT; verdict++) {
		const struct tally_verdict_text *text = tally_verdict_text(verdict);
		struct tally_client_event answer = submit(connection, text->name);

		assert_int_equal(answer.verdict, verdict);
		assert_int_equal(answer.class, text->class);
		assert_int_equal(answer.index == TALLY_CLIENT_NO_INDEX, verdict != 0);
		if (verdict != 0)
			assert_memory_equal(answer.text, text->sentence, answer.text_size);
	}
	assert_int_equal(submit(connection, "accepted_blank").verdict, TALLY_ACCEPTED);
	assert_int_equal(submit(connection, "accepted_abstaining").verdict, TALLY_ACCEPTED);
	assert_int_equal(submit(connection, "accepted_asked").verdict, TALLY_ACCEPTED);
	assert_int_equal(submit(connection, "accepted_unknown").verdict, TALLY_ACCEPTED);
	tally_close(connection);
	stop(SIGTERM);
}

static void
assert_nothing_left(void)
{
	char *names = test_names(folder.path);

	assert_string_equal(names, "");
	free(names);
}

static void
assert_mode(const char *path, mode_t mode)
{
	struct stat about;

	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, mode);
}

static void
leaves_nothing(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT};
	char campaign[256];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start(NULL);
		told("campaign.json", campaign);
		assert_memory_equal(campaign, folder.path, strlen(folder.path));
		*strrchr(campaign, '/') = '\0';
		assert_mode(campaign, 0700);
		stop(signals[i]);
		assert_nothing_left();
	}
}

/* However early the signal. */
static void
leaves_nothing_when_hurried(void **state)
{
	(void)state;
	options = (struct server_options){
	    .listen = "127.0.0.1:0", .http = "127.0.0.1:0", .workers_count = 1};
	test_child_start(&child, act, &options);
	test_child_await(&child, "tallyd: a rehearsal");
	stop(SIGTERM);
	assert_nothing_left();
}

static void
assert_keys(const char *data)
{
	static const char *const secrets[] = {"log.key", "frontend.key", "authority.key",
					      "tag.secret"};
	char path[340];
	size_t size;
	uint8_t *key;

	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "%s/%s", data, secrets[i]);
		assert_mode(path, 0600);
	}
	snprintf(path, sizeof path, "%s/log.key.pub", data);
	key = test_file_read(path, &size);
	assert_string_equal((char *)key, LOG_VKEY "\n");
	free(key);
}

/* A folder that was asked for stays, and is taken up again: what has voted has voted. */
static void
keeps_a_folder(void **state)
{
	struct tally_connection *connection;
	char data[300];

	(void)state;
	snprintf(data, sizeof data, "%s/kept", folder.path);
	start(data);
	connection = dial();
	assert_int_equal(submit(connection, "accepted").verdict, TALLY_ACCEPTED);
	tally_close(connection);
	stop(SIGTERM);
	start(data);
	connection = dial();
	assert_int_equal(submit(connection, "has-voted").verdict, TALLY_HAS_VOTED);
	assert_int_equal(submit(connection, "paused").verdict, TALLY_PAUSED);
	tally_close(connection);
	stop(SIGTERM);
	assert_keys(data);
}

/* Files that are not its own are not touched. */
static void
refuses_other_folders(void **state)
{
	struct test_folder other = test_folder_make();
	char path[340];
	char *before, *after;
	FILE *file;

	(void)state;
	snprintf(path, sizeof path, "%s/campaign.json", other.path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fwrite("{}", 1, 2, file) == 2 && fclose(file) == 0);
	before = test_snapshot(other.path, NULL);
	options = (struct server_options){
	    .data = other.path, .listen = "127.0.0.1:0", .http = "127.0.0.1:0"};
	assert_int_equal(test_child_run(&child, act, &options), TALLY_EXIT_WORLD);
	assert_said(&child, "is neither empty nor one that --test made");
	after = test_snapshot(other.path, NULL);
	assert_string_equal(before, after);
	free(before);
	free(after);
	test_folder_remove(&other);
}

/* Nothing is left behind of a start that fails either. */
static void
leaves_nothing_of_a_failure(void **state)
{
	(void)state;
	options = (struct server_options){.listen = "nowhere", .http = "127.0.0.1:0"};
	assert_int_equal(test_child_run(&child, act, &options), TALLY_EXIT_USAGE);
	assert_nothing_left();
}

static int
setup(void **state)
{
	(void)state;
	if (sodium_init() < 0)
		return -1;
	folder = test_folder_make();
	return setenv("TMPDIR", folder.path, 1);
}

static int
teardown(void **state)
{
	(void)state;
	test_folder_remove(&folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(manifest_is_the_vector),
	    cmocka_unit_test(every_verdict),
	    cmocka_unit_test(leaves_nothing),
	    cmocka_unit_test(leaves_nothing_when_hurried),
	    cmocka_unit_test(leaves_nothing_of_a_failure),
	    cmocka_unit_test(refuses_other_folders),
	    cmocka_unit_test(keeps_a_folder),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
