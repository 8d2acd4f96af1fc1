/* verify_rate: how many Ed25519 signatures are verified here, bare, on N threads at once.
 *
 *   verify_rate [THREADS [SECONDS [PATH [BATCH [KEYS]]]]]
 *
 * PATH libsodium (what it is without arguments): crypto_sign_verify_detached, one after the other:
 * the ceiling of an engine that verifies every ballot with libsodium. portable, ifma: by tables
 * of known keys, BATCH signatures (as many as a job of tallyd's) at a time, by tallyd's verifier
 * with the windows that it takes (verify/verifier.h); portable is the best of avx2, adx and plain
 * here, which may be named as well; exit code 4 where this processor does not have the path. Prints
 * verifications a second, all threads together; where PATH is given, microseconds of processor time
 * for one, too. 1,024 messages of a ballot's size, of KEYS (1) keys in turns. */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "bench/tally-bench/signed.h"
#include "tools/lib/ticks.h"

enum {
	MESSAGE_SIZE = 160,
	THREADS_MAX = 64,
};

static struct signed_messages *all;
static size_t keys_count = 1;
static size_t batch;
static double seconds = 2;

static void *
run(void *argument)
{
	unsigned long *done = argument;
	double end = ticks_s(CLOCK_MONOTONIC) + seconds;

	for (; ticks_s(CLOCK_MONOTONIC) < end; *done += batch)
		CHECK(signed_check(all, *done, batch));
	return NULL;
}

/* What may be asked of VERIFIER_PORTABLE beside the best it has here. */
static const struct {
	const char *name;
	bool avx2, adx;
	bool (*available)(void); /* NULL: everywhere */
} parts[] = {
    {"avx2", true, true, ed25519_avx2_available},
    {"adx", false, true, ed25519_adx_available},
    {"plain", false, false, NULL},
};

/* 0, or an exit code. */
static int
choose(const char *name)
{
	enum verifier_path path = VERIFIER_PORTABLE;
	size_t part = 0;

	while (part < sizeof parts / sizeof parts[0] && strcmp(name, parts[part].name) != 0)
		part++;
	if (part == sizeof parts / sizeof parts[0]) {
		if (!verifier_path_parse(bytes_of_string(name), &path))
			return 2;
		if (!verifier_path_available(path))
			return 4;
	} else if (parts[part].available != NULL && !parts[part].available()) {
		return 4;
	}
	all = signed_make(path, MESSAGE_SIZE, keys_count);
	if (part < sizeof parts / sizeof parts[0]) {
		all->verifier.avx2 = parts[part].avx2;
		all->verifier.adx &= parts[part].adx;
	}
	batch = verifier_job(&all->verifier);
	return 0;
}

int
main(int count, char **arguments)
{
	int threads = count > 1 ? atoi(arguments[1]) : 1;
	pthread_t ids[THREADS_MAX];
	unsigned long done[THREADS_MAX][16] = {{0}}; /* a cache line each */
	unsigned long sum = 0;
	double begin, begin_cpu, spent;
	int code;

	if (count > 2)
		seconds = atof(arguments[2]);
	if (count > 5)
		keys_count = strtoul(arguments[5], NULL, 10);
	if (threads < 1 || threads > THREADS_MAX || keys_count < 1 ||
	    keys_count > frontends_max || sodium_init() < 0)
		return 2;
	code = choose(count > 3 ? arguments[3] : "libsodium");
	if (code != 0)
		return code;
	if (count > 4)
		batch = strtoul(arguments[4], NULL, 10);
	if (batch < 1 || batch > ED25519_BATCH_MAX)
		return 2;
	begin = ticks_s(CLOCK_MONOTONIC);
	begin_cpu = ticks_s(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, run, done[i]) != 0)
			return 3;
	for (int i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		sum += done[i][0];
	}
	spent = ticks_s(CLOCK_PROCESS_CPUTIME_ID) - begin_cpu;
	printf("%.0f", (double)sum / (ticks_s(CLOCK_MONOTONIC) - begin));
	if (count > 3)
		printf(" %.3f", spent * 1e6 / (double)sum);
	puts("");
	signed_free(all);
	return 0;
}
