#include "tests/lib/test.h"

#include "tally/status.h"
#include "tests/lib/running.h"

#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

/* What becomes of the station's chores where the world refuses. */

static struct running running;

static void
path_of(const struct founded *founded, const char *name, char path[600])
{
	snprintf(path, 600, "%s/%s", founded->data, name);
}

static void
accepted(struct tally_connection *connection, uint64_t voter, uint16_t revision,
	 uint64_t *index)
{
	assert_int_equal(running_vote(&running, connection, voter, revision, index),
			 TALLY_ACCEPTED);
}

/* The replaced ballot lies on disk: trip 1 fetches it, and the counts follow. */
static void
replaced_ballots_are_fetched(void **state)
{
	struct founded founded;
	struct tally_connection *connection;
	struct tally_client_event answer;
	uint64_t index;

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	connection = running_connect(&running);
	for (uint16_t revision = 1; revision <= 3; revision++)
		for (uint64_t voter = 0; voter < 12; voter += revision)
			accepted(connection, voter, revision, &index);
	assert_int_equal(tally_results(connection, 0, &answer), TALLY_CLIENT_FINE);
	assert_int_equal(answer.results.ballots, 12);
	assert_int_equal(answer.results.replaced, 6 + 4);
	assert_int_equal(answer.results.in_tree, 22);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
}

/* L3: the ledger's disk takes no more. Whoever got an answer is in the log; nobody else is. */
static void
a_commit_that_fails(void **state)
{
	struct founded founded;
	struct tally_connection *connection;
	uint64_t indices[400];
	uint64_t voter = 0;
	uint64_t index;

	(void)state;
	founded_make(&founded, &running_wish, false);
	running.file_size_max = 32 * 1024;
	running_start(&running, &founded);
	running.file_size_max = 0;
	connection = running_connect(&running);
	while (voter < 400 &&
	       running_vote(&running, connection, voter, 1, &indices[voter]) == TALLY_ACCEPTED)
		voter++;
	assert_in_range(voter, 50, 399);
	assert_int_equal(test_child_end(&running.child), TALLY_EXIT_WORLD);
	assert_said(&running.child, "write ledger/00000000.seg: ");
	assert_said(&running.child, "stopped: what was answered is safe; ");
	tally_close(connection);
	running_start(&running, &founded);
	connection = running_connect(&running);
	for (uint64_t i = 0; i < voter; i++) {
		accepted(connection, i, 1, &index);
		assert_int_equal(index, indices[i]);
	}
	accepted(connection, voter, 1, &index);
	assert_true(index > indices[voter - 1]);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
}

/* The ledger on disk is not what it was: the process does not go on. */
static void
a_fetch_that_fails(void **state)
{
	struct founded founded;
	struct tally_connection *connection;
	uint64_t index;
	size_t size;
	uint8_t *segment;
	size_t at = SEGMENT_HEADER_SIZE;
	struct batch batch;

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	connection = running_connect(&running);
	accepted(connection, 1, 1, &index);
	segment = founded_read(&founded, "ledger/00000000.seg", &size);
	while (batch_parse(bytes_make(segment + at, size - at),
			   founded.log.campaign.manifest->id, &batch) &&
	       batch.first_index + batch.entries_count <= index)
		at += batch.size;
	assert_true(batch.first_index <= index);
	founded_write(&founded, "ledger/00000000.seg", at, BYTES_OF("TALLYBAT"));
	assert_true(running_vote(&running, connection, 1, 2, &index) < 0);
	assert_int_equal(test_child_end(&running.child), TALLY_EXIT_WORLD);
	assert_said(&running.child, "ledger/00000000.seg");
	tally_close(connection);
	free(segment);
	founded_free(&founded);
}

/* A receipt whose proof does not hold is not given out. */
static void
a_damaged_tree_gives_no_receipt(void **state)
{
	static const uint8_t junk[32] = {1};
	struct founded founded;
	struct tally_connection *connection;
	struct tally_client_event answer;
	uint64_t index;

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	connection = running_connect(&running);
	for (uint64_t voter = 0; voter < 10; voter++)
		accepted(connection, voter, 1, &index);
	assert_int_equal(tally_receipt(connection, index, &answer), TALLY_CLIENT_FINE);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_RECEIPT);
	founded_write(&founded, "tree/0", 32 * index, bytes_make(junk, sizeof junk));
	assert_int_equal(tally_receipt(connection, index, &answer), TALLY_CLIENT_FINE);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_VERDICT);
	assert_int_equal(answer.verdict, TALLY_INTERNAL);
	test_child_await(&running.child, "the tree's files do not give a valid proof");
	accepted(connection, 50, 1, &index); /* ballots go on */
	tally_close(connection);
	running_stop(&running, SIGKILL);
	/* The next start makes the tree anew. */
	running_start(&running, &founded);
	connection = running_connect(&running);
	assert_int_equal(tally_receipt(connection, index, &answer), TALLY_CLIENT_FINE);
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_RECEIPT);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	founded_free(&founded);
}

/* What is derived may fail: it is said, ballots go on, and it is made when it can be. */
static void
publishing_that_fails(void **state)
{
	struct founded founded;
	struct tally_connection *connection;
	uint64_t index;
	char blocked[600];

	(void)state;
	founded_make(&founded, &running_wish, false);
	path_of(&founded, "public", blocked);
	assert_int_equal(mkdir(blocked, 0755), 0);
	path_of(&founded, "public/checkpoint.tmp", blocked);
	assert_int_equal(mkdir(blocked, 0755), 0); /* a folder where a file is to be */
	running_start(&running, &founded);
	connection = running_connect(&running);
	accepted(connection, 1, 1, &index);
	test_child_await(&running.child, "publishing: remove checkpoint.tmp: ");
	accepted(connection, 2, 1, &index);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	assert_false(founded_has(&founded, "public/checkpoint"));
	assert_int_equal(rmdir(blocked), 0);
	running_start(&running, &founded);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	assert_true(founded_has(&founded, "public/checkpoint"));
	founded_free(&founded);
}

static void
keeping_that_fails(void **state)
{
	struct founded founded;
	struct tally_connection *connection;
	uint64_t index;

	(void)state;
	founded_make(&founded, &running_wish, false);
	running_start(&running, &founded);
	founded_write(&founded, "state", 0, BYTES_OF("a file where a folder is to be"));
	connection = running_connect(&running);
	accepted(connection, 1, 1, &index);
	tally_close(connection);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	assert_said(&running.child, "keeping the poll book: ");
	founded_remove(&founded, "state");
	running_start(&running, &founded);
	assert_int_equal(running_stop(&running, SIGTERM), TALLY_EXIT_FINE);
	assert_true(founded_has(&founded, "state/book.mdb"));
	founded_free(&founded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(replaced_ballots_are_fetched),
	    cmocka_unit_test(a_commit_that_fails),
	    cmocka_unit_test(a_fetch_that_fails),
	    cmocka_unit_test(a_damaged_tree_gives_no_receipt),
	    cmocka_unit_test(publishing_that_fails),
	    cmocka_unit_test(keeping_that_fails),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
