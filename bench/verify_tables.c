/* verify_tables: what tables of known keys make of the cost of a signature, on one core.
 *
 *   verify_tables [ROUNDS]
 *
 * A line for each setting: how many times faster than libsodium's single verify each path is that
 * this processor has, then the processor time of a signature by libsodium and by each. Rounds (15)
 * of all in turn; the best of each. Messages of a ballot's size. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "ed25519/signatures.h"
#include "tools/lib/ticks.h"

enum {
	MESSAGES = 1024,
	MESSAGE_SIZE = 160,
	PLAIN = 64, /* of them verified by libsodium in a round */
	KEYS_MAX = 256,
	HUGE_PAGE = 2 << 20,
	PATHS = 5,
};

struct setting {
	unsigned keys, base_window, key_window, batch;
};

static const struct setting settings[] = {
    {1, 11, 8, 1},   {1, 11, 8, 4},    {1, 11, 8, 8},   {1, 11, 8, 16},   {1, 11, 8, 32},
    {1, 11, 8, 64},  {1, 11, 8, 128},  {1, 11, 8, 256}, {4, 11, 8, 64},   {16, 11, 8, 64},
    {64, 11, 8, 64}, {256, 11, 8, 64}, {1, 10, 7, 64},  {1, 10, 8, 64},   {1, 10, 9, 64},
    {1, 11, 9, 64},  {1, 12, 8, 64},   {1, 12, 9, 64},  {16, 10, 8, 64},  {16, 10, 9, 64},
    {16, 12, 9, 64}, {64, 10, 7, 64},  {64, 10, 8, 64}, {256, 10, 6, 64}, {256, 10, 7, 64},
};

struct signer {
	unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
	unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
};

static unsigned char messages[MESSAGES][MESSAGE_SIZE];
static unsigned char signatures[MESSAGES][crypto_sign_BYTES];
static struct signer signers[KEYS_MAX];
static struct keytable base, tables[KEYS_MAX];
static struct ed25519_item items[MESSAGES];

static double
now_us(void)
{
	return ticks_s(CLOCK_THREAD_CPUTIME_ID) * 1e6;
}

static size_t
aligned(size_t size)
{
	return (size + KEYTABLE_ALIGNMENT - 1) / KEYTABLE_ALIGNMENT * KEYTABLE_ALIGNMENT;
}

/* Tables, and signatures by the keys at random; returns the tables' memory. */
static uint8_t *
prepare(const struct setting *setting, size_t *size)
{
	const size_t base_size = aligned(keytable_size(setting->base_window));
	const size_t key_size = aligned(keytable_size(setting->key_window));
	uint8_t *memory;

	*size = (base_size + setting->keys * key_size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	memory = aligned_alloc(HUGE_PAGE, *size);
	if (memory == NULL)
		exit(3);
	(void)madvise(memory, *size, MADV_HUGEPAGE);
	keytable_make_base(&base, setting->base_window, memory);
	for (unsigned i = 0; i < setting->keys; i++) {
		if (!keytable_make(&tables[i], signers[i].public_key, setting->key_window,
				   memory + base_size + i * key_size))
			abort();
	}
	for (unsigned i = 0; i < MESSAGES; i++) {
		const unsigned key = randombytes_uniform(setting->keys);

		crypto_sign_detached(signatures[i], NULL, messages[i], MESSAGE_SIZE,
				     signers[key].secret_key);
		items[i] = (struct ed25519_item){.signature = signatures[i],
						 .message = {messages[i], MESSAGE_SIZE},
						 .key = &tables[key]};
	}
	return memory;
}

typedef void
batch_verify(const struct keytable *base, struct ed25519_item *items, size_t count);

static double
plain_time(void)
{
	const double begin = now_us();

	for (unsigned i = 0; i < PLAIN; i++) {
		if (crypto_sign_verify_detached(signatures[i], messages[i], MESSAGE_SIZE,
						items[i].key->key) != 0)
			abort();
	}
	return (now_us() - begin) / PLAIN;
}

static double
path_time(batch_verify *verify, unsigned batch)
{
	double begin = now_us(), taken;

	for (unsigned i = 0; i < MESSAGES; i += batch)
		verify(&base, &items[i], batch);
	taken = (now_us() - begin) / MESSAGES;
	for (unsigned i = 0; i < MESSAGES; i++) {
		if (!items[i].genuine)
			abort();
	}
	return taken;
}

static void
measure(const struct setting *setting, int rounds, batch_verify *const verify[PATHS])
{
	double best[PATHS] = {1e9, 1e9, 1e9, 1e9, 1e9};
	size_t size;
	uint8_t *memory = prepare(setting, &size);

	for (int round = 0; round < rounds; round++) {
		for (int path = 0; path < PATHS; path++) {
			double taken = path == 0 ? plain_time()
				       : verify[path] != NULL
					   ? path_time(verify[path], setting->batch)
					   : 1e9;

			if (taken < best[path])
				best[path] = taken;
		}
	}
	printf("%4u keys  windows %2u %u  batch %3u ", setting->keys, setting->base_window,
	       setting->key_window, setting->batch);
	for (int path = 1; path < PATHS; path++)
		printf(verify[path] != NULL ? " %6.2f" : "      -", best[0] / best[path]);
	printf("  |");
	for (int path = 0; path < PATHS; path++)
		printf(path == 0 || verify[path] != NULL ? " %6.2f" : "      -", best[path]);
	printf("  (%zu MiB)\n", size >> 20);
	free(memory);
}

int
main(int count, char **arguments)
{
	batch_verify *const verify[PATHS] = {NULL, ed25519_portable,
					     ed25519_adx_available() ? ed25519_adx : NULL,
					     ed25519_avx2_available() ? ed25519_avx2 : NULL,
					     ed25519_ifma_available() ? ed25519_ifma : NULL};
	const int rounds = count > 1 ? atoi(arguments[1]) : 15;

	if (rounds < 1 || sodium_init() < 0)
		return 2;
	randombytes_buf(messages, sizeof messages);
	for (unsigned i = 0; i < KEYS_MAX; i++)
		crypto_sign_keypair(signers[i].public_key, signers[i].secret_key);
	printf("%37s  portable adx avx2 ifma, times libsodium | us: libsodium portable adx "
	       "avx2 ifma\n",
	       "");
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		measure(&settings[i], rounds, verify);
	return 0;
}
