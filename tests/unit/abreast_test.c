/* Many abreast against libsodium and against the portable path: in plain C everywhere, by the
 * instructions where the processor has them. */
#include "tests/lib/edcases.h"

#include <fenv.h>
#include <sodium.h>

#include "ed25519/abreast.h"

enum {
	KEYS = 6,
	POOL = 257,
	MESSAGE_MAX = 600,
};

/* Signatures by several keys, whose tables differ in their windows, of messages of all sizes; one
 * in four is spoilt. */
struct pool {
	struct keytable base, keys[KEYS];
	void *memory[KEYS + 1];
	uint8_t messages[MESSAGE_MAX + POOL];
	uint8_t signatures[POOL][TALLY_SIGNATURE_SIZE];
	struct ed25519_item items[POOL]; /* with the verdict of the portable path */
};

static void *
entries_alloc(unsigned window)
{
	void *memory = aligned_alloc(KEYTABLE_ALIGNMENT, keytable_room(window));

	assert_non_null(memory);
	return memory;
}

static void
pool_sign(struct pool *pool, struct test_random *random, uint8_t secret[KEYS][64])
{
	for (size_t i = 0; i < POOL; i++) {
		size_t key = test_random_below(random, KEYS);
		size_t size = test_random_below(random, MESSAGE_MAX + 1);
		uint8_t *signature = pool->signatures[i];

		crypto_sign_detached(signature, NULL, pool->messages + i, size, secret[key]);
		if (test_random_below(random, 4) == 0)
			signature[test_random_below(random, 64)] ^=
			    (uint8_t)(1u << test_random_below(random, 8));
		if (i % 50 == 7)
			memset(signature, 0, 32); /* R of small order */
		pool->items[i] = (struct ed25519_item){
		    signature, bytes_make(pool->messages + i, size), &pool->keys[key], false};
	}
}

static struct pool *
pool_make(void)
{
	static const unsigned windows[KEYS] = {8, 4, 8, 5, 8, 6};
	struct test_random random = test_random_make(7);
	struct pool *pool = calloc(1, sizeof *pool);
	uint8_t seed[32], key[32], secret[KEYS][64];

	assert_non_null(pool);
	test_random_fill(&random, pool->messages, sizeof pool->messages);
	for (size_t i = 0; i < KEYS; i++) {
		test_random_fill(&random, seed, sizeof seed);
		crypto_sign_seed_keypair(key, secret[i], seed);
		pool->memory[i] = entries_alloc(windows[i]);
		assert_true(keytable_make(&pool->keys[i], key, windows[i], pool->memory[i]));
	}
	pool->memory[KEYS] = entries_alloc(7);
	keytable_make_base(&pool->base, 7, pool->memory[KEYS]);
	pool_sign(pool, &random, secret);
	ed25519_portable(&pool->base, pool->items, POOL);
	return pool;
}

static void
pool_free(struct pool *pool)
{
	for (size_t i = 0; i <= KEYS; i++)
		free(pool->memory[i]);
	free(pool);
}

/* `count` items of the pool from `first` on, around its end. */
static void
try_slice(const struct pool *pool, edcases_verify *verify, size_t first, size_t count)
{
	struct ed25519_item items[POOL];

	for (size_t i = 0; i < count; i++) {
		items[i] = pool->items[(first + i) % POOL];
		items[i].genuine = !items[i].genuine;
	}
	verify(&pool->base, items, count);
	for (size_t i = 0; i < count; i++) {
		if (items[i].genuine != pool->items[(first + i) % POOL].genuine)
			fail_msg("item %zu of %zu, from %zu on", i, count, first);
	}
}

/* Every size of a batch up to one that is cut in two; or, unless `all`, every one of the small. */
static void
try_sizes(edcases_verify *verify, bool all)
{
	struct pool *pool = pool_make();
	size_t genuine = 0;

	for (size_t i = 0; i < POOL; i++)
		genuine += pool->items[i].genuine;
	assert_in_range(genuine, POOL / 2, POOL - 40);
	for (size_t count = 0; count <= POOL; count++) {
		if (all || count <= 26 || count % 23 == 0 || count >= POOL - 2)
			try_slice(pool, verify, 7 * count, count);
	}
	pool_free(pool);
}

/* The vectors' own verdicts are libsodium's: ed25519_test. */
static bool
try_vectors(edcases_verify *verify)
{
	size_t count;
	struct edcase *cases = edcases_vectors(&count);

	if (cases == NULL)
		return false;
	assert_int_equal(edcases_run(verify, cases, count, KEYTABLE_WINDOW_LEAST, 16),
			 88 + 1 + 141);
	free(cases);
	return true;
}

static void
try_mutants(edcases_verify *verify, uint64_t seed, size_t count)
{
	struct test_random random = test_random_make(seed);
	struct edcase *cases = edcases_mutants(&random, count);
	size_t genuine = edcases_run(verify, cases, count, 8, 300);

	printf("%zu of %zu genuine\n", genuine, count);
	assert_in_range(genuine, count / 8, count / 2);
	free(cases);
}

static void
sizes(void **state)
{
	(void)state;
	try_sizes(ed25519_emulated, getenv("FULL") != NULL);
}

static void
vectors(void **state)
{
	(void)state;
	if (!try_vectors(ed25519_emulated))
		skip();
}

static void
mutants(void **state)
{
	(void)state;
	try_mutants(ed25519_emulated, 25520, getenv("FULL") != NULL ? 20000 : 1200);
}

/* All of it by the instructions; where they are, the tests of lanes, fieldx, pointx and sha512x
 * try them too. */
static void
try_native(bool available, edcases_verify *verify, const char *name, bool all)
{
	if (!available) {
		printf("SKIPPED: this processor has no %s\n", name);
		skip();
	}
	try_sizes(verify, all);
	try_mutants(verify, 25521, getenv("FULL") != NULL ? 400000 : 4000);
	(void)!try_vectors(verify);
}

static void
avx2(void **state)
{
	(void)state;
	try_native(ed25519_avx2_available(), ed25519_avx2, "AVX2 and FMA",
		   getenv("FULL") != NULL);
}

static void
native(void **state)
{
	(void)state;
	try_native(ed25519_ifma_available(), ed25519_ifma, "AVX-512 IFMA", true);
}

/* The caller's way to round, flags and traps change nothing, and stay. */
static void
environment(void **state)
{
	static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
	struct pool *pool;

	(void)state;
	if (!ed25519_avx2_available())
		skip();
	pool = pool_make();
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		assert_int_equal(fesetround(modes[i]), 0);
		assert_int_equal(feclearexcept(FE_ALL_EXCEPT), 0);
		assert_int_equal(feenableexcept(FE_INEXACT), 0);
		try_slice(pool, ed25519_avx2, 3 * i, 33);
		assert_int_equal(fedisableexcept(FE_INEXACT), FE_INEXACT);
		assert_int_equal(fegetround(), modes[i]);
		assert_int_equal(fetestexcept(FE_ALL_EXCEPT), 0);
	}
	assert_int_equal(fesetround(FE_TONEAREST), 0);
	pool_free(pool);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes), cmocka_unit_test(vectors),     cmocka_unit_test(mutants),
	    cmocka_unit_test(avx2),  cmocka_unit_test(environment), cmocka_unit_test(native),
	};

	if (sodium_init() < 0)
		return 1;
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
