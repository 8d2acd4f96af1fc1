/* pgload: what PostgreSQL does with the same ballots: kept whole, the second one of a tag refused
 * by the primary key, counted in the same transaction. Nothing is verified, hashed or proven.
 *
 *   pgload CONNINFO BALLOTS.bin single CONNECTIONS SECONDS     a ballot a transaction
 *   pgload CONNINFO BALLOTS.bin unnest BATCH SECONDS           BATCH of them, one connection
 *
 * Makes its tables anew. Every ballot is one of the file with another tag, drawn at random, and
 * counts for one of 200 options; a statement is prepared, its parameters binary. At the end each
 * connection sends its last ballots again, which must be refused. Prints
 *
 *   rate R p50_ms A p99_ms B client_us C accepted N rows N counted N refused N asked N
 *
 * over SECONDS: answers of ballots a second, the statement's time, processor time of this program a
 * ballot; then what it was told, and what the tables say. Exit code 1 if they do not agree. */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "bench/tally-bench/histogram.h"
#include "bench/tally-bench/process.h"
#include "tally/formats.h"
#include "tools/lib/ballotfile.h"
#include "tools/lib/dice.h"
#include "tools/lib/ticks.h"

enum {
	CONNECTIONS_MAX = 64,
	BATCH_MAX = 4096,
	OPTIONS = 200,
	TAG_OFFSET = 48, /* ballot/ballot.h */
	OID_BYTEA = 17,
	OID_INT4 = 23,
};

struct load {
	PGconn *connection;
	pthread_t thread;
	struct dice dice;
	uint64_t asked;
	uint64_t accepted;
	uint64_t refused; /* of those sent again */
	struct histogram *times;
	uint8_t *memory[3];
	struct writer parameters[3]; /* tags, ballots, options */
};

static const char *const tables =
    "DROP TABLE IF EXISTS ballots, counters; "
    "CREATE TABLE ballots (tag bytea PRIMARY KEY, ballot bytea NOT NULL, option int NOT NULL); "
    "CREATE TABLE counters (option int PRIMARY KEY, votes bigint NOT NULL) "
    "WITH (fillfactor = 10); "
    "INSERT INTO counters SELECT o, 0 FROM generate_series(0, 199) o; "
    "VACUUM ANALYZE counters";
static const char *const single =
    "WITH new AS (INSERT INTO ballots VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1), "
    "counted AS (UPDATE counters SET votes = votes + 1 WHERE option = $3 "
    "AND EXISTS (SELECT 1 FROM new)) SELECT count(*) FROM new";
static const char *const unnest =
    "WITH new AS (INSERT INTO ballots SELECT * FROM "
    "unnest($1::bytea[], $2::bytea[], $3::int[]) ON CONFLICT DO NOTHING RETURNING option), "
    "sums AS (SELECT option, count(*) AS n FROM new GROUP BY option), "
    "counted AS (UPDATE counters SET votes = votes + n FROM sums "
    "WHERE counters.option = sums.option) SELECT count(*) FROM new";

static struct ballotfile file;
static size_t batch; /* 0: single */
static double seconds;

static void
give_up(const char *why)
{
	fprintf(stderr, "pgload: %s\n", why);
	exit(3);
}

/* An array of one dimension, in PostgreSQL's binary form. */
static void
begin_array(struct writer *writer, uint32_t oid)
{
	writer_u32(writer, 1);
	writer_u32(writer, 0);
	writer_u32(writer, oid);
	writer_u32(writer, (uint32_t)batch);
	writer_u32(writer, 1);
}

static void
put(struct writer *writer, struct bytes bytes)
{
	if (batch > 0)
		writer_u32(writer, (uint32_t)bytes.size);
	writer_bytes(writer, bytes);
}

static void
make_ballot(struct load *load)
{
	uint8_t ballot[TALLY_BALLOT_SIZE_MAX];
	struct bytes model = file.ballots[dice_below(&load->dice, file.count)];
	uint8_t option[4];

	CHECK(model.size <= sizeof ballot && model.size >= TAG_OFFSET + TALLY_TAG_SIZE);
	memcpy(ballot, model.data, model.size);
	for (size_t i = 0; i < TALLY_TAG_SIZE; i += 8)
		be64_store(ballot + TAG_OFFSET + i, dice_next(&load->dice));
	be32_store(option, (uint32_t)(dice_below(&load->dice, OPTIONS)));
	put(&load->parameters[0], bytes_make(ballot + TAG_OFFSET, TALLY_TAG_SIZE));
	put(&load->parameters[1], bytes_make(ballot, model.size));
	put(&load->parameters[2], bytes_make(option, sizeof option));
}

static void
make_parameters(struct load *load)
{
	const size_t count = batch > 0 ? batch : 1;

	for (int i = 0; i < 3; i++) {
		load->parameters[i] =
		    writer_make(load->memory[i], 64 + count * (4 + TALLY_BALLOT_SIZE_MAX));
		if (batch > 0)
			begin_array(&load->parameters[i], i == 2 ? OID_INT4 : OID_BYTEA);
	}
	for (size_t i = 0; i < count; i++)
		make_ballot(load);
}

/* How many the server has taken. */
static uint64_t
submit(struct load *load)
{
	const char *values[3];
	int sizes[3];
	static const int binary[3] = {1, 1, 1};
	PGresult *result;
	uint64_t taken;

	for (int i = 0; i < 3; i++) {
		values[i] = (const char *)load->parameters[i].data;
		sizes[i] = (int)load->parameters[i].size;
	}
	result = PQexecPrepared(load->connection, "cast", 3, values, sizes, binary, 0);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		give_up(PQerrorMessage(load->connection));
	taken = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return taken;
}

static void *
run(void *argument)
{
	struct load *load = argument;
	uint64_t size = batch > 0 ? batch : 1;
	uint64_t end = ticks_ns(CLOCK_MONOTONIC) + (uint64_t)(seconds * 1e9);

	for (uint64_t begin = ticks_ns(CLOCK_MONOTONIC); begin < end;
	     begin = ticks_ns(CLOCK_MONOTONIC)) {
		make_parameters(load);
		begin = ticks_ns(CLOCK_MONOTONIC);
		load->accepted += submit(load);
		histogram_record(load->times, ticks_ns(CLOCK_MONOTONIC) - begin);
		load->asked += size;
	}
	if (load->asked > 0)
		load->refused = size - submit(load);
	return NULL;
}

static PGconn *
dial(const char *conninfo)
{
	PGconn *connection = PQconnectdb(conninfo);

	if (PQstatus(connection) != CONNECTION_OK)
		give_up(PQerrorMessage(connection));
	return connection;
}

static uint64_t
ask(PGconn *connection, const char *query)
{
	PGresult *result = PQexec(connection, query);
	uint64_t value;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		give_up(PQerrorMessage(connection));
	value = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return value;
}

static void
make_tables(PGconn *connection)
{
	char text[1024];

	/* One at a time: VACUUM stands in no transaction. */
	snprintf(text, sizeof text, "%s", tables);
	for (char *rest, *at = strtok_r(text, ";", &rest); at;
	     at = strtok_r(NULL, ";", &rest)) {
		PGresult *result = PQexec(connection, at);

		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			give_up(PQerrorMessage(connection));
		PQclear(result);
	}
}

static void
prepare(struct load *load, const char *conninfo, uint64_t seed)
{
	PGresult *result;

	load->connection = dial(conninfo);
	load->dice.state = seed << 40;
	load->times = calloc(1, sizeof *load->times);
	for (int i = 0; i < 3; i++)
		load->memory[i] = malloc(64 + (batch + 1) * (4 + TALLY_BALLOT_SIZE_MAX));
	CHECK(load->times && load->memory[0] && load->memory[1] && load->memory[2]);
	result = PQprepare(load->connection, "cast", batch > 0 ? unnest : single, 0, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		give_up(PQerrorMessage(load->connection));
	PQclear(result);
}

static void
add(struct load *sum, const struct load *load)
{
	sum->asked += load->asked;
	sum->accepted += load->accepted;
	sum->refused += load->refused;
	histogram_merge(sum->times, load->times);
}

/* All loads at once; their sum. */
static void
run_all(struct load *loads, size_t count, struct load *sum)
{
	for (size_t i = 0; i < count; i++)
		if (pthread_create(&loads[i].thread, NULL, run, &loads[i]) != 0)
			give_up("no thread");
	for (size_t i = 0; i < count; i++) {
		pthread_join(loads[i].thread, NULL);
		add(sum, &loads[i]);
	}
}

static int
report(PGconn *connection, const struct load *sum, size_t connections, double client_us)
{
	uint64_t rows = ask(connection, "SELECT count(*) FROM ballots");
	uint64_t counted = ask(connection, "SELECT sum(votes)::bigint FROM counters");
	uint64_t again = connections * (batch > 0 ? batch : 1);

	printf("rate %.0f p50_ms %.2f p99_ms %.2f client_us %.2f accepted %llu rows %llu "
	       "counted %llu refused %llu asked %llu\n",
	       (double)sum->asked / seconds, (double)histogram_quantile(sum->times, 0.5) / 1e6,
	       (double)histogram_quantile(sum->times, 0.99) / 1e6,
	       client_us / (double)sum->asked, (unsigned long long)sum->accepted,
	       (unsigned long long)rows, (unsigned long long)counted,
	       (unsigned long long)sum->refused, (unsigned long long)sum->asked);
	return sum->accepted == sum->asked && rows == sum->accepted && counted == rows &&
		       sum->refused == again
		   ? 0
		   : 1;
}

int
main(int count, char **arguments)
{
	static struct load loads[CONNECTIONS_MAX];
	struct load sum = {0};
	size_t connections = 1;
	PGconn *connection;
	uint64_t began_ns;

	if (count != 6 || (seconds = atof(arguments[5])) <= 0)
		return 2;
	if (strcmp(arguments[3], "unnest") == 0)
		batch = strtoul(arguments[4], NULL, 10);
	else
		connections = strtoul(arguments[4], NULL, 10);
	if (connections < 1 || connections > CONNECTIONS_MAX || batch > BATCH_MAX ||
	    ballotfile_read(arguments[2], &file) != TALLY_EXIT_FINE || file.count == 0)
		return 2;
	connection = dial(arguments[1]);
	make_tables(connection);
	for (size_t i = 0; i < connections; i++)
		prepare(&loads[i], arguments[1], i + 1);
	sum.times = calloc(1, sizeof *sum.times);
	CHECK(sum.times);
	began_ns = process_own_cpu_ns();
	run_all(loads, connections, &sum);
	return report(connection, &sum, connections,
		      (double)(process_own_cpu_ns() - began_ns) / 1e3);
}
