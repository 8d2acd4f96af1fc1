/* micro: what the parts of a ballot's way cost here, each by itself, on made-up data.
 *
 *   micro [ROUNDS [FOLDER]]
 *
 * Nanoseconds of processor time a call, one core, the best of ROUNDS (3). LMDB's file is made in
 * FOLDER (.), and removed. What a signature costs is verify_rate's to tell, a write sync_times'. */
#include <lmdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ballot/ballot.h"
#include "pollbook/table.h"
#include "tally/counts.h"
#include "tally/tag.h"
#include "tools/lib/dice.h"
#include "tools/lib/ticks.h"
#include "tree/frontier.h"
#include "tree/proof.h"

enum {
	RECORDS = 1000000, /* a table of 46 MB: in no cache */
	CALLS = 200000,
	ENTRY_SIZE = 200,
	LEAVES = 65536, /* three levels of tiles, the last one cut */
	BALLOTS = 256,
	OPTIONS = 40,
	NAMED = 5,
};

static struct dice dice = {1};
static volatile uint64_t sink; /* so that nothing is left out */
static unsigned rounds = 3;
static const char *folder = ".";

static void *
room(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	CHECK(memory);
	return memory;
}

/* `calls` calls of `part`, each with its number. */
static void
measure(const char *name, size_t calls, void (*part)(size_t))
{
	double best = 0;

	for (unsigned i = 0; i < rounds; i++) {
		double begin = ticks_s(CLOCK_PROCESS_CPUTIME_ID);
		double spent;

		for (size_t at = 0; at < calls; at++)
			part(at);
		spent = (ticks_s(CLOCK_PROCESS_CPUTIME_ID) - begin) * 1e9 / (double)calls;
		if (i == 0 || spent < best)
			best = spent;
	}
	printf("%-48s %10.1f ns\n", name, best);
	fflush(stdout);
}

/* tags */

static void
tag(size_t at)
{
	static const uint8_t secret[TALLY_TAG_SECRET_SIZE] = {1};
	static const uint8_t context[TALLY_TAG_CONTEXT_SIZE] = {2};
	uint8_t out[TALLY_TAG_SIZE];
	char identity[16];

	snprintf(identity, sizeof identity, "+40%09u", (unsigned)at);
	tally_tag(secret, context, (const uint8_t *)identity, 12, out);
	sink += out[0];
}

/* the poll book's table, and LMDB's place for the same question */

static struct pollbook_table table;

static void
name_of(uint64_t number, uint8_t name[32])
{
	memset(name, 0, 32);
	be64_store(name, number);
}

static void
enter(size_t at)
{
	uint8_t name[32];

	name_of(at, name);
	CHECK(pollbook_put(&table, POLLBOOK_VOTER, name,
			   &(struct pollbook_record){.word = at + 1}));
}

static void
find(uint64_t number)
{
	struct pollbook_record record;
	uint8_t name[32];

	name_of(number, name);
	sink += pollbook_find(&table, POLLBOOK_VOTER, name, &record);
}

static void
find_hit(size_t at)
{
	(void)at;
	find(dice_below(&dice, RECORDS));
}

static void
find_miss(size_t at)
{
	(void)at;
	find(RECORDS + dice_below(&dice, RECORDS));
}

/* Sixteen names are known before the first one is looked up, as in a parcel. */
static void
find_ahead(size_t at)
{
	static uint64_t numbers[16];
	uint8_t name[32];

	if (at % 16 == 0)
		for (int i = 0; i < 16; i++) {
			numbers[i] = RECORDS + dice_below(&dice, RECORDS);
			name_of(numbers[i], name);
			pollbook_prefetch(&table, POLLBOOK_VOTER, name);
		}
	find(numbers[at % 16]);
}

static void
measure_table(void)
{
	const uint8_t seed[16] = {3};
	size_t count = pollbook_slots_for(RECORDS);

	pollbook_table_init(&table, room(count, sizeof *table.slots), count, seed);
	for (size_t i = 0; i < RECORDS; i++)
		enter(i);
	measure("poll book, a million voters: hit", CALLS, find_hit);
	measure("poll book: miss", CALLS, find_miss);
	measure("poll book: miss, asked for ahead by sixteen", CALLS, find_ahead);
	measure("poll book: put over an old record", CALLS, enter);
	free(table.slots);
}

static MDB_txn *reading;
static MDB_dbi database;

static void
lmdb_get(size_t at)
{
	uint8_t name[16] = {0};
	MDB_val key = {sizeof name, name};
	MDB_val value;

	(void)at;
	be64_store(name, dice_below(&dice, RECORDS));
	CHECK(mdb_get(reading, database, &key, &value) == 0);
	sink += value.mv_size;
}

static void
lmdb_fill(MDB_env *env)
{
	uint8_t name[16] = {0};
	MDB_val key = {sizeof name, name};
	MDB_val value = {8, name};
	MDB_txn *txn;

	CHECK(mdb_txn_begin(env, NULL, 0, &txn) == 0);
	CHECK(mdb_dbi_open(txn, NULL, MDB_CREATE, &database) == 0);
	for (uint64_t i = 0; i < RECORDS; i++) {
		be64_store(name, i);
		CHECK(mdb_put(txn, database, &key, &value, MDB_APPEND) == 0);
	}
	CHECK(mdb_txn_commit(txn) == 0);
}

static void
measure_lmdb(void)
{
	char path[4096];
	MDB_env *env;

	snprintf(path, sizeof path, "%s/micro.%d.mdb", folder, (int)getpid());
	CHECK(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, 256 << 20) == 0);
	CHECK(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600) == 0);
	unlink(path);
	lmdb_fill(env);
	CHECK(mdb_txn_begin(env, NULL, MDB_RDONLY, &reading) == 0);
	measure("LMDB, a million keys in memory: get", CALLS, lmdb_get);
	mdb_txn_abort(reading);
	mdb_env_close(env);
}

/* the tree */

static uint8_t entry[ENTRY_SIZE];
static struct tree_hash *hashes[3]; /* levels of tiles */
static struct frontier frontier;

static void
leaf(size_t at)
{
	struct tree_hash out;

	entry[0] = (uint8_t)at;
	tree_leaf(bytes_make(entry, sizeof entry), &out);
	sink += out.bytes[0];
}

static void
leaf_libsodium(size_t at)
{
	crypto_hash_sha256_state state;
	uint8_t out[32];

	entry[0] = (uint8_t)at;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t[]){0}, 1);
	crypto_hash_sha256_update(&state, entry, sizeof entry);
	crypto_hash_sha256_final(&state, out);
	sink += out[0];
}

static void
node(size_t at)
{
	struct tree_hash out;

	(void)at;
	tree_node(&hashes[0][0], &hashes[0][1], &out);
	sink += out.bytes[0];
}

static void
append(size_t at)
{
	frontier_append(&frontier, &hashes[0][at % LEAVES]);
}

static bool
hand_out(void *context, int level, uint64_t first, unsigned count, struct tree_hash *out)
{
	(void)context;
	memcpy(out, hashes[level] + first, count * sizeof *out);
	return true;
}

static void
prove(size_t at)
{
	struct proof proof;

	(void)at;
	CHECK(proof_inclusion(dice_below(&dice, LEAVES), LEAVES, hand_out, NULL, &proof));
	sink += proof.count;
}

/* Level by level: each hash is the root of the 256 below it. */
static void
make_hashes(void)
{
	size_t count = LEAVES;

	hashes[0] = room(count, sizeof **hashes);
	randombytes_buf(hashes[0], count * sizeof **hashes);
	for (int level = 1; level < 3; level++) {
		count /= TALLY_TILE_WIDTH;
		hashes[level] = room(count, sizeof **hashes);
		for (size_t i = 0; i < count; i++) {
			struct frontier below;

			frontier_init(&below);
			for (size_t k = 0; k < TALLY_TILE_WIDTH; k++)
				frontier_append(&below,
						&hashes[level - 1][i * TALLY_TILE_WIDTH + k]);
			frontier_root(&below, &hashes[level][i]);
		}
	}
}

static void
measure_tree(void)
{
	make_hashes();
	measure("leaf hash of 200 bytes", CALLS, leaf);
	measure("leaf hash of 200 bytes, libsodium", CALLS, leaf_libsodium);
	measure("node hash", CALLS, node);
	measure("tree: append a leaf", CALLS, append);
	measure("tree: inclusion proof among 65,536", CALLS / 100, prove);
}

/* the tally */

static const char head[] =
    "{\"format\":\"tally/campaign/v1\",\"test\":true,\"origin\":\"tally.example/test\","
    "\"titles\":{\"en\":\"t\"},\"opens\":\"2023-11-15T00:00:00Z\","
    "\"closes\":\"2030-01-01T00:00:00Z\","
    "\"log_key\":\"tally.example/test+6ae2d1d0+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs\","
    "\"authorities\":[\"authority.example/1+ba346481+"
    "AUOnLnFEAXYt9mtowm373yaCquyfJHTspGE+QkoPuv08\"],"
    "\"frontends\":[{\"key\":\"front.example/a+934ba001+"
    "Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY\",\"kind\":\"online\"}],"
    "\"signing\":\"frontend\",\"tag_context\":"
    "\"7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c\","
    "\"identity\":\"phone\",\"voters_max\":1000,\"revote\":{\"policy\":\"first\"},"
    "\"results\":{\"policy\":\"live\"},\"contests\":[{\"id\":\"c\",\"titles\":{\"en\":\"c\"},"
    "\"outcome\":{\"rule\":\"none\"},\"method\":";

/* `named`: how many options a ballot names. */
static const struct method {
	const char *name;
	const char *rest;
	unsigned named;
} methods[] = {
    {"single", "\"single\"", 1},
    {"approval", "\"approval\",\"max\":5", NAMED},
    {"knapsack", "\"knapsack\",\"max\":5,\"budget_cap\":500", NAMED},
    {"cumulative", "\"cumulative\",\"max\":5,\"sum_points\":100", NAMED},
    {"score", "\"score\",\"max\":5,\"value_min\":0,\"value_max\":10", NAMED},
    {"ranked", "\"ranked\",\"max\":5", NAMED},
};

static struct manifest *manifest;
static struct counts counts;
static struct ballot ballots[BALLOTS];

static void
count(size_t at)
{
	counts_add(&counts, manifest, &ballots[at % BALLOTS]);
}

static struct manifest *
campaign_of(const struct method *method)
{
	struct writer json = writer_make(room(1, 65536), 65536);
	struct manifest_fault fault;
	struct manifest *made;

	writer_string(&json, head);
	writer_string(&json, method->rest);
	writer_string(&json, ",\"options\":[");
	for (unsigned i = 0; i < OPTIONS; i++) {
		writer_string(&json, i > 0 ? ",{\"id\":\"o" : "{\"id\":\"o");
		writer_decimal(&json, i);
		writer_string(&json, "\",\"titles\":{\"en\":\"o\"},\"cost\":100}");
	}
	writer_string(&json, "]}]}");
	made = manifest_parse(writer_view(&json), &fault);
	CHECK(made);
	free(json.data);
	return made;
}

static void
make_choices(struct ballot *ballot, unsigned named)
{
	struct ballot_choice choices[NAMED];
	struct writer writer = writer_make(room(1, 64), 64);
	uint16_t option = (uint16_t)(dice_below(&dice, OPTIONS / NAMED));

	for (unsigned i = 0; i < named; i++, option = (uint16_t)(option + OPTIONS / NAMED))
		choices[i] = (struct ballot_choice){option, (int32_t)i + 1};
	ballot_choices_write(&writer, choices, named);
	CHECK(!writer.failed);
	*ballot = (struct ballot){.choices = writer_view(&writer)};
}

static void
measure_method(const struct method *method)
{
	char name[64];
	void *memory;

	manifest = campaign_of(method);
	memory = room(1, counts_memory(manifest));
	counts_init(&counts, manifest, memory);
	for (size_t i = 0; i < BALLOTS; i++)
		make_choices(&ballots[i], method->named);
	snprintf(name, sizeof name, "tally: %s, %u of %d options", method->name, method->named,
		 OPTIONS);
	measure(name, CALLS, count);
	for (size_t i = 0; i < BALLOTS; i++)
		free((void *)(uintptr_t)ballots[i].choices.data);
	free(memory);
	manifest_free(manifest);
}

int
main(int arguments_count, char **arguments)
{
	if (arguments_count > 1)
		rounds = (unsigned)strtoul(arguments[1], NULL, 10);
	if (arguments_count > 2)
		folder = arguments[2];
	if (rounds < 1 || rounds > 100 || arguments_count > 3 || sodium_init() < 0)
		return 2;
	measure("voter tag", CALLS, tag);
	measure_table();
	measure_lmdb();
	measure_tree();
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		measure_method(&methods[i]);
	return 0;
}
