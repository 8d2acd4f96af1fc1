/* What every path promises of many at once: cut wherever they have to be, and none that is refused
 * spoils the inversion it shares with others. */
#include "ed25519/signatures.h"

#include <sodium.h>

#include "tests/lib/test.h"

enum {
	ITEMS = 2 * ED25519_BATCH_MAX + 3,
	WINDOW = 6,
};

typedef void
path_function(const struct keytable *base, struct ed25519_item *items, size_t count);

static struct keytable base, table;
static uint8_t honest[ITEMS][TALLY_SIGNATURE_SIZE]; /* of the message that is the index */
static uint8_t messages[ITEMS][8];

/* In what a signature can be refused: each leaves the arithmetic at another place. */
enum spoiling {
	UNREDUCED,   /* S not below L */
	SMALL_ORDER, /* R */
	ANOTHER,     /* of the message beside it */
	SPOILINGS,
};

static void
spoil(uint8_t signature[TALLY_SIGNATURE_SIZE], enum spoiling how, size_t index)
{
	if (how == UNREDUCED)
		memset(signature + ED25519_S, 0xff, TALLY_SIGNATURE_SIZE - ED25519_S);
	else if (how == SMALL_ORDER)
		memset(signature, 0, ED25519_S);
	else
		memcpy(signature, honest[(index + 1) % ITEMS], TALLY_SIGNATURE_SIZE);
}

/* `count` items of which those from `first` on, each `stride`th, are spoilt. What a path leaves
 * beyond them is as it was. */
static void
holds(path_function *path, size_t count, size_t first, size_t stride, enum spoiling how)
{
	static uint8_t signatures[ITEMS][TALLY_SIGNATURE_SIZE];
	static struct ed25519_item items[ITEMS];

	memcpy(signatures, honest, sizeof signatures);
	for (size_t i = first; i < count; i += stride)
		spoil(signatures[i], how, i);
	for (size_t i = 0; i < ITEMS; i++)
		items[i] = (struct ed25519_item){
		    .signature = signatures[i],
		    .message = bytes_make(messages[i], sizeof messages[i]),
		    .key = &table,
		    .genuine = i % 2 == 0,
		};
	path(&base, items, count);
	for (size_t i = 0; i < count; i++)
		if (items[i].genuine == (i >= first && (i - first) % stride == 0))
			fail_msg("item %zu of %zu is %sgenuine (from %zu on each %zuth spoilt, "
				 "%d)",
				 i, count, items[i].genuine ? "" : "not ", first, stride, how);
	for (size_t i = count; i < ITEMS; i++)
		assert_int_equal(items[i].genuine, i % 2 == 0);
}

static void
each_path(void (*check)(path_function *path))
{
	check(ed25519_portable);
	if (ed25519_adx_available())
		check(ed25519_adx);
	if (ed25519_avx2_available())
		check(ed25519_avx2);
	if (ed25519_ifma_available())
		check(ed25519_ifma);
}

static void
check_cuts(path_function *path)
{
	static const size_t counts[] = {
	    0, 1, 2, ED25519_BATCH_MAX - 1, ED25519_BATCH_MAX, ED25519_BATCH_MAX + 1, ITEMS};

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		holds(path, counts[i], ITEMS, 1, ANOTHER);
	/* The last of a batch, the first of the next, the very last. */
	for (size_t at = ED25519_BATCH_MAX - 1; at <= ED25519_BATCH_MAX; at++)
		holds(path, ITEMS, at, ITEMS, ANOTHER);
	holds(path, ITEMS, ITEMS - 1, ITEMS, ANOTHER);
}

static void
more_than_a_batch_is_cut(void **state)
{
	(void)state;
	each_path(check_cuts);
}

static void
check_refused(path_function *path)
{
	const size_t count = 9; /* a group of lanes, and one more */

	for (enum spoiling how = 0; how < SPOILINGS; how++) {
		holds(path, 1, 0, 1, how);
		holds(path, count, 0, 1, how);                 /* all */
		holds(path, count, 0, ITEMS, how);             /* the first */
		holds(path, count, count - 1, ITEMS, how);     /* the last */
		holds(path, count, 0, 2, how);                 /* every second */
		holds(path, count, 1, 1, how);                 /* all but the first */
		holds(path, ITEMS, 0, ED25519_BATCH_MAX, how); /* the first of each batch */
	}
}

static void
refused_ones_spoil_no_other(void **state)
{
	(void)state;
	each_path(check_refused);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(more_than_a_batch_is_cut),
	    cmocka_unit_test(refused_ones_spoil_no_other),
	};
	static _Alignas(KEYTABLE_ALIGNMENT) uint8_t memory[2][1 << 18];
	const uint8_t seed[32] = {29};
	uint8_t key[32], secret[64];

	if (sodium_init() < 0 || keytable_size(WINDOW) > sizeof memory[0] ||
	    crypto_sign_seed_keypair(key, secret, seed) != 0 ||
	    !keytable_make(&table, key, WINDOW, memory[0]))
		return 1;
	keytable_make_base(&base, WINDOW, memory[1]);
	for (size_t i = 0; i < ITEMS; i++) {
		be64_store(messages[i], i);
		crypto_sign_detached(honest[i], NULL, messages[i], sizeof messages[i], secret);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
