/* verify_rate: how many Ed25519 signatures are verified here, bare, on N threads at once.
 *
 *   verify_rate [THREADS [SECONDS [PATH [BATCH [KEYS]]]]]
 *
 * PATH libsodium (what it is without arguments): crypto_sign_verify_detached, one after the other:
 * the ceiling of an engine that verifies every ballot with libsodium. portable, ifma: by tables
 * of known keys, BATCH signatures (as many as a job of tallyd's) at a time (ed25519/batch.h);
 * portable is the best of avx2, adx and plain here, which may be named as well; exit code 4 where
 * this processor does not have the path. Prints verifications a second, all threads together; where
 * PATH is given, microseconds of processor time for one, too. 1,024 messages of a ballot's size, of
 * KEYS (1) keys in turns; window 8 for keys, 10 for the base point. */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "ed25519/batch.h"
#include "limits.h"

enum {
	MESSAGES = 1024,
	MESSAGE_SIZE = 160,
	THREADS_MAX = 64,
	KEYS_MAX = 256,
	WINDOW_KEYS = 8,
	WINDOW_BASE = 10,
	HUGE_PAGE = 2 * 1024 * 1024,
};

typedef void
look(const struct keytable *base, struct ed25519_item *items, size_t count);

static unsigned char messages[MESSAGES][MESSAGE_SIZE];
static unsigned char signatures[MESSAGES][crypto_sign_BYTES];
static unsigned char public_keys[KEYS_MAX][crypto_sign_PUBLICKEYBYTES];
static struct keytable tables[KEYS_MAX];
static struct keytable base;
static size_t keys_count = 1;
static size_t batch = parcel_items_tables;
static look *by_tables; /* NULL: libsodium */
static double seconds = 2;

static double
now_by(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double
now(void)
{
	return now_by(CLOCK_MONOTONIC);
}

/* Verifies those behind the `done`th. */
static void
verify(unsigned long done, size_t count)
{
	struct ed25519_item items[ED25519_BATCH_MAX];

	for (size_t i = 0; i < count; i++) {
		size_t at = (done + i) % MESSAGES;

		items[i] = (struct ed25519_item){.signature = signatures[at],
						 .message = {messages[at], MESSAGE_SIZE},
						 .key = &tables[at % keys_count]};
		if (by_tables == NULL)
			items[i].genuine = crypto_sign_verify_detached(
					       signatures[at], messages[at], MESSAGE_SIZE,
					       public_keys[at % keys_count]) == 0;
	}
	if (by_tables != NULL)
		by_tables(&base, items, count);
	for (size_t i = 0; i < count; i++)
		CHECK(items[i].genuine);
}

static void *
run(void *argument)
{
	unsigned long *done = argument;
	double end = now() + seconds;

	for (; now() < end; *done += batch)
		verify(*done, batch);
	return NULL;
}

static void *
room(size_t size)
{
	void *memory;

	size = (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	memory = aligned_alloc(HUGE_PAGE, size);
	CHECK(memory);
	(void)madvise(memory, size, MADV_HUGEPAGE); /* a tenth faster where it is possible */
	return memory;
}

static void
prepare(void)
{
	unsigned char secret_keys[KEYS_MAX][crypto_sign_SECRETKEYBYTES];
	size_t size = (keytable_size(WINDOW_KEYS) + KEYTABLE_ALIGNMENT - 1) /
		      KEYTABLE_ALIGNMENT * KEYTABLE_ALIGNMENT;
	char *memory = by_tables != NULL ? room(keys_count * size) : NULL;

	if (by_tables != NULL)
		keytable_make_base(&base, WINDOW_BASE, room(keytable_size(WINDOW_BASE)));
	for (size_t i = 0; i < keys_count; i++) {
		crypto_sign_keypair(public_keys[i], secret_keys[i]);
		CHECK(by_tables == NULL || keytable_make(&tables[i], public_keys[i],
							 WINDOW_KEYS, memory + i * size));
	}
	for (size_t i = 0; i < MESSAGES; i++) {
		randombytes_buf(messages[i], MESSAGE_SIZE);
		crypto_sign_detached(signatures[i], NULL, messages[i], MESSAGE_SIZE,
				     secret_keys[i % keys_count]);
	}
}

/* "portable" is the first of them that is available. */
static const struct {
	const char *name;
	look *look;
	bool (*available)(void); /* NULL: everywhere */
	size_t batch;
} paths[] = {
    {"avx2", ed25519_avx2, ed25519_avx2_available, parcel_items_max},
    {"adx", ed25519_adx, ed25519_adx_available, parcel_items_tables},
    {"plain", ed25519_portable, NULL, parcel_items_tables},
    {"ifma", ed25519_ifma, ed25519_ifma_available, parcel_items_max},
};

/* 0, or an exit code. */
static int
choose(const char *path)
{
	if (strcmp(path, "libsodium") == 0) {
		batch = parcel_items_plain;
		return 0;
	}
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		const bool available = paths[i].available == NULL || paths[i].available();

		if (strcmp(path, paths[i].name) != 0 &&
		    (strcmp(path, "portable") != 0 || !available))
			continue;
		by_tables = paths[i].look;
		batch = paths[i].batch;
		return available ? 0 : 4;
	}
	return 2;
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
	code = count > 3 ? choose(arguments[3]) : choose("libsodium");
	if (count > 4)
		batch = strtoul(arguments[4], NULL, 10);
	if (count > 5)
		keys_count = strtoul(arguments[5], NULL, 10);
	if (code != 0)
		return code;
	if (threads < 1 || threads > THREADS_MAX || batch < 1 || batch > ED25519_BATCH_MAX ||
	    keys_count < 1 || keys_count > KEYS_MAX || sodium_init() < 0)
		return 2;
	prepare();
	begin = now();
	begin_cpu = now_by(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, run, done[i]) != 0)
			return 3;
	for (int i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		sum += done[i][0];
	}
	spent = now_by(CLOCK_PROCESS_CPUTIME_ID) - begin_cpu;
	printf("%.0f", (double)sum / (now() - begin));
	if (count > 3)
		printf(" %.3f", spent * 1e6 / (double)sum);
	puts("");
	return 0;
}
