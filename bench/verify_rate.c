/* verify_rate: how many Ed25519 signatures libsodium verifies here, bare, on N threads at once.
 *
 *   verify_rate [THREADS [SECONDS]]
 *
 * Prints verifications per second, all threads together: the ceiling of an engine that verifies
 * every ballot with libsodium. 1,024 messages of a ballot's size, one key. */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	MESSAGES = 1024,
	MESSAGE_SIZE = 160,
	THREADS_MAX = 64,
};

static unsigned char messages[MESSAGES][MESSAGE_SIZE];
static unsigned char signatures[MESSAGES][crypto_sign_BYTES];
static unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
static double seconds = 2;

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *
run(void *argument)
{
	unsigned long *done = argument;
	double end = now() + seconds;

	while (now() < end)
		for (int i = 0; i < 16; i++, ++*done)
			if (crypto_sign_verify_detached(signatures[*done % MESSAGES],
							messages[*done % MESSAGES],
							MESSAGE_SIZE, public_key) != 0)
				abort();
	return NULL;
}

int
main(int count, char **arguments)
{
	unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
	int threads = count > 1 ? atoi(arguments[1]) : 1;
	pthread_t ids[THREADS_MAX];
	unsigned long done[THREADS_MAX][16] = {{0}};
	unsigned long sum = 0;
	double begin;

	if (threads < 1 || threads > THREADS_MAX || sodium_init() < 0)
		return 2;
	if (count > 2)
		seconds = atof(arguments[2]);
	crypto_sign_keypair(public_key, secret_key);
	for (int i = 0; i < MESSAGES; i++) {
		randombytes_buf(messages[i], MESSAGE_SIZE);
		crypto_sign_detached(signatures[i], NULL, messages[i], MESSAGE_SIZE,
				     secret_key);
	}
	begin = now();
	for (int i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, run, done[i]) != 0)
			return 3;
	for (int i = 0; i < threads; i++) {
		pthread_join(ids[i], NULL);
		sum += done[i][0];
	}
	printf("%.0f\n", (double)sum / (now() - begin));
	return 0;
}
