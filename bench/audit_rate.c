/* audit_rate: how fast tally-verify audits a log here, beside libsodium's bare rate.
 *
 *   audit_rate TALLY-VERIFY VKEY LOG [ROUNDS [SECONDS]]
 *
 * A round: crypto_sign_verify_detached alone for SECONDS (2) on every core at once, over the
 * first ballots of this very log; then TALLY-VERIFY, a whole audit by wall clock, started once or
 * as often as SECONDS takes; bare again; TALLY-VERIFY --fast likewise; bare again. An audit's bare
 * rate is the mean of those before and behind it. Prints for each audit ballots per second and
 * their ratio to bare; the same ratio of ballots per second of processor time (which others on the
 * machine disturb less); its greatest resident memory. Then the medians of all ratios. */
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/lib/crew.h"
#include "tools/lib/recount.h"
#include "tools/lib/ticks.h"
#include "verify/verifier.h"

enum {
	SAMPLE_BUNDLES = 16, /* what is verified fits a core's cache, as one bundle does */
	ROUNDS_MAX = 99,
};

struct sample {
	struct bundle bundles[SAMPLE_BUNDLES];
	struct ballot ballots[SAMPLE_BUNDLES * TALLY_TILE_WIDTH];
	const uint8_t *keys[SAMPLE_BUNDLES * TALLY_TILE_WIDTH];
	size_t count;
	struct manifest *manifest;
	uint64_t ballots_count; /* of the whole log */
};

static struct sample sample;
static double seconds = 2;

static void
give_up(const char *why)
{
	fprintf(stderr, "audit_rate: %s\n", why);
	exit(3);
}

static const uint8_t *
key_of(const struct ballot *ballot)
{
	if (ballot->signing == TALLY_SIGNING_VOTER)
		give_up("frontends must sign in this campaign: a ballot is one signature");
	for (size_t i = 0; i < sample.manifest->frontends_count; i++)
		if (sample.manifest->frontends[i].key.id == ballot->key_id)
			return sample.manifest->frontends[i].key.public_key;
	give_up("a ballot is of an unknown key");
	return NULL;
}

static void
sample_bundle(const struct bundle *bundle)
{
	for (unsigned i = 0; i < bundle->count; i++) {
		struct ballot *ballot = &sample.ballots[sample.count];
		struct bytes entry = bundle->entries[i];

		if (entry.size < 2 || entry.data[0] != TALLY_ENTRY_BALLOT ||
		    ballot_parse(bytes_make(entry.data + 1, entry.size - 1), ballot) !=
			TALLY_ACCEPTED)
			continue;
		sample.keys[sample.count++] = key_of(ballot);
	}
}

static void
take_sample(const char *path)
{
	static struct recount recount;
	struct publiclog log;
	struct trouble trouble;

	if (publiclog_open(&log, path, &trouble) != TALLY_EXIT_FINE ||
	    recount_run(&log, NULL, &recount, &trouble) != TALLY_EXIT_FINE)
		give_up(trouble.sentence);
	sample.manifest = recount.manifest;
	sample.ballots_count = recount.replay.counts.in_tree;
	for (uint64_t i = 0;
	     i < SAMPLE_BUNDLES && i < publiclog_bundles(recount.checkpoint.size); i++) {
		if (publiclog_bundle(&log, i, recount.checkpoint.size, &sample.bundles[i],
				     &trouble) != TALLY_EXIT_FINE)
			give_up(trouble.sentence);
		sample_bundle(&sample.bundles[i]);
	}
	if (sample.count == 0)
		give_up("the log has no ballots");
}

static void *
verify(void *argument)
{
	uint64_t *done = argument;
	double end = ticks_s(CLOCK_MONOTONIC) + seconds;

	while (ticks_s(CLOCK_MONOTONIC) < end)
		for (int i = 0; i < 16; i++, ++*done) {
			size_t at = *done % sample.count;
			const struct ballot *ballot = &sample.ballots[at];

			if (crypto_sign_verify_detached(
				ballot->signature, ballot->signed_bytes.data,
				ballot->signed_bytes.size, sample.keys[at]) != 0)
				give_up("a signature does not verify");
		}
	return NULL;
}

static double
processor_s(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

struct rate {
	double wall;      /* ballots a second */
	double processor; /* and a second of processor time */
	long memory_kb;
};

static struct rate
bare_rate(unsigned threads)
{
	pthread_t ids[CREW_WORKERS_MAX];
	uint64_t done[CREW_WORKERS_MAX][8] = {{0}}; /* a cache line each */
	double begin = ticks_s(CLOCK_MONOTONIC);
	uint64_t sum = 0;
	struct rusage before;
	struct rusage after;
	double wall_s;

	getrusage(RUSAGE_SELF, &before);
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, verify, done[i]) != 0)
			give_up("no thread");
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		sum += done[i][0];
	}
	wall_s = ticks_s(CLOCK_MONOTONIC) - begin;
	getrusage(RUSAGE_SELF, &after);
	return (struct rate){
	    .wall = (double)sum / wall_s,
	    .processor = (double)sum / (processor_s(&after) - processor_s(&before)),
	};
}

static void
audit_once(char **arguments, bool fast, struct rusage *usage)
{
	char *asked[] = {arguments[1], (char[]){"--quiet"}, (char[]){"--key"},
			 arguments[2], arguments[3],        fast ? (char[]){"--fast"} : NULL,
			 NULL};
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execv(asked[0], asked);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, usage) != pid || status != 0)
		give_up("tally-verify did not pass");
}

static struct rate
audit_rate(char **arguments, bool fast)
{
	struct rate rate = {0};
	struct rusage usage;
	double begin = ticks_s(CLOCK_MONOTONIC);
	double spent_s = 0;
	double audited = 0;

	do {
		audit_once(arguments, fast, &usage);
		audited += (double)sample.ballots_count;
		spent_s += processor_s(&usage);
		if (usage.ru_maxrss > rate.memory_kb)
			rate.memory_kb = usage.ru_maxrss;
	} while (ticks_s(CLOCK_MONOTONIC) - begin < seconds);
	rate.wall = audited / (ticks_s(CLOCK_MONOTONIC) - begin);
	rate.processor = audited / spent_s;
	return rate;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, unsigned count)
{
	qsort(values, count, sizeof *values, by_size);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* What rounds have shown of one way to audit. */
struct way {
	const char *name;
	bool fast;
	double walls[ROUNDS_MAX];
	double processors[ROUNDS_MAX];
};

/* `bare` before; returns the one behind. */
static struct rate
audit_one_way(struct way *way, unsigned round, char **arguments, unsigned threads,
	      struct rate before)
{
	struct rate audited = audit_rate(arguments, way->fast);
	struct rate after = bare_rate(threads);
	double bare = (before.wall + after.wall) / 2;

	way->walls[round] = audited.wall / bare;
	way->processors[round] = 2 * audited.processor / (before.processor + after.processor);
	printf("round %u, %-7s bare %.0f/s, audited %.0f/s, ratio %.3f; by processor time "
	       "%.3f; %.0f MB resident\n",
	       round + 1, way->name, bare, audited.wall, way->walls[round],
	       way->processors[round], (double)audited.memory_kb / 1024);
	fflush(stdout);
	return after;
}

int
main(int count, char **arguments)
{
	static struct way ways[] = {{.name = "default"}, {.name = "--fast", .fast = true}};
	unsigned threads = crew_size();
	unsigned rounds = count > 4 ? (unsigned)atoi(arguments[4]) : 3;
	struct rate before;

	if (count < 4 || rounds < 1 || rounds > ROUNDS_MAX || sodium_init() < 0)
		return 2;
	if (count > 5)
		seconds = atof(arguments[5]);
	take_sample(arguments[3]);
	printf("%llu ballots, %u threads; --fast by %s\n",
	       (unsigned long long)sample.ballots_count, threads,
	       verifier_path_name(verifier_path_best()));
	before = bare_rate(threads);
	for (unsigned i = 0; i < rounds; i++)
		for (size_t w = 0; w < 2; w++)
			before = audit_one_way(&ways[w], i, arguments, threads, before);
	for (size_t w = 0; w < 2; w++)
		printf("median, %s: ratio %.3f, by processor time %.3f\n", ways[w].name,
		       median(ways[w].walls, rounds), median(ways[w].processors, rounds));
	return 0;
}
