#include "tests/lib/running.h"

#include "shell/server.h"

#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>

#include "tests/lib/patience.h"

const struct campaign_wish running_wish = {.opens = "2020-01-01T00:00:00Z",
					   .closes = "2099-01-01T00:00:00Z",
					   .revisions_max = 3,
					   .publish_every_s = 1,
					   .publish_min = 1};

static int
run(void *context)
{
	const struct running *running = context;
	struct server_options options = {.data = running->founded->data,
					 .listen = "127.0.0.1:0",
					 .http = "127.0.0.1:0",
					 .workers_count = 2};
	struct rlimit limit = {running->file_size_max, running->file_size_max};

	signal(SIGXFSZ, SIG_IGN);
	if (running->file_size_max > 0 && setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 99;
	return server_run(&options);
}

static uint16_t
port_behind(const struct running *running, const char *words)
{
	const char *found = strstr(running->child.said, words);
	unsigned long port;

	assert_non_null(found);
	port = strtoul(found + strlen(words), NULL, 10);
	assert_in_range(port, 1, 65535);
	return (uint16_t)port;
}

void
running_start(struct running *running, const struct founded *founded)
{
	running->founded = founded;
	test_child_start(&running->child, run, running);
	test_child_await(&running->child, "; closes ");
	running->port = port_behind(running, "ballots at port ");
	running->http = port_behind(running, "http at port ");
}

int
running_stop(struct running *running, int signal)
{
	assert_int_equal(kill(running->child.pid, signal), 0);
	return test_child_end(&running->child);
}

struct tally_connection *
running_connect(const struct running *running)
{
	const struct campaign *campaign = &running->founded->log.campaign;
	const struct note_private_key *frontend = &campaign->frontends[0];
	struct tally_client_key key = {.id = frontend->key.id};
	struct tally_connect_options options = {
	    .host = "127.0.0.1",
	    .port = running->port,
	    .client = {.campaign = campaign->manifest->id,
		       .log_name = campaign->log.key.name,
		       .log_key = campaign->log.key.public_key,
		       .key = &key},
	    .connect_timeout_ms = TEST_PATIENCE_MS,
	    .answer_timeout_ms = TEST_PATIENCE_MS,
	};
	struct tally_connection *connection;
	char trouble[TALLY_TROUBLE_MAX];

	memcpy(key.secret, frontend->secret, sizeof key.secret);
	if (tally_connect(&connection, &options, trouble) != TALLY_CLIENT_FINE)
		fail_msg("%s", trouble);
	return connection;
}

int
running_vote(const struct running *running, struct tally_connection *connection, uint64_t voter,
	     uint16_t revision, uint64_t *index)
{
	struct campaign_choice choice = {0, (uint16_t)((voter + revision) % 3), 1};
	struct campaign_vote vote = {
	    .voter = voter, .revision = revision, .choices = &choice, .choices_count = 1};
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = campaign_ballot(&running->founded->log.campaign, &vote, memory);
	struct tally_client_event answer;
	int status = tally_submit(connection, ballot.data, ballot.size, &answer);

	if (status != TALLY_CLIENT_FINE)
		return status;
	assert_int_equal(answer.kind, TALLY_CLIENT_EVENT_VERDICT);
	*index = answer.index;
	return (int)answer.verdict;
}
