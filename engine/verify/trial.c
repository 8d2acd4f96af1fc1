#include "verify/trial.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "ed25519/scalar.h"
#include "verify/genuine.h"

enum {
	MESSAGE_MAX = 384, /* four blocks of SHA-512 with R and A before it */
	CHANGED_OF = 3,    /* one signature of so many is changed */
};

/* libsodium */

enum expected {
	REFUSED,
	ACCEPTED,
	NO_KEY, /* refused for the key alone */
};

struct trial_case {
	enum expected expected;
	const char *key;
	const char *message;
	const char *signature;
};

/* One for each line where verifiers in the field differ. */
static const struct trial_case cases[] = {
    /* prime-order key */
    {ACCEPTED, "a95ca4e7c8023d597ae0943cb3838b1921f2224f7cc5e5dd77eadd98d6bf2262",
     "6d616c6c2030",
     "cae2d95b2fb09c8cd2b368e3863311b3fc26e268acb87ed59da484d6cf75fdd8"
     "aacce69aac92874258aa842b8a0a4b6025485a769b0960301b3a67d1a2053b08"},
    /* R with a part of order 8: equal only after multiplication by the cofactor */
    {REFUSED, "a95ca4e7c8023d597ae0943cb3838b1921f2224f7cc5e5dd77eadd98d6bf2262",
     "746f7273696f6e203020312030",
     "d3f66f79540464e07672dacff636182360b4c2643086ae23ea15e78054dd7552"
     "b6103b18fe666b04ae536d11a7a6baa7e36d8a4bc930265159151f0946cd3a06"},
    /* S + L */
    {REFUSED, "a95ca4e7c8023d597ae0943cb3838b1921f2224f7cc5e5dd77eadd98d6bf2262",
     "6d616c6c2030",
     "cae2d95b2fb09c8cd2b368e3863311b3fc26e268acb87ed59da484d6cf75fdd8"
     "97a0dcf7c6f5999a2e477cce68042a7525485a769b0960301b3a67d1a2053b18"},
    /* R of small order, which OpenSSL accepts */
    {REFUSED, "a95ca4e7c8023d597ae0943cb3838b1921f2224f7cc5e5dd77eadd98d6bf2262", "736d522030",
     "0100000000000000000000000000000000000000000000000000000000000000"
     "f2096f9fbbc65d83e1f640bfe0128360c11fc81a13fa037f716d5440995e6301"},
    /* key with a part of order 2, which the equation without cofactor still meets */
    {ACCEPTED, "44a35b1837fdc2a6851f6bc34c7c74e6de0dddb0833a1a22881522672940dd9d",
     "746f7273696f6e203420342030",
     "7cab3d8e3f7b5ac6c2b59541285280692cc75db909acba30c3291d30440c41a6"
     "d71045079266cc3b80784ed5c3ad85c770c6ecf110e706dd77fcf5eb2a3cd90e"},
    /* key of small order, which OpenSSL accepts */
    {NO_KEY, "0100000000000000000000000000000000000000000000000000000000000000",
     "736d616c6c2030",
     "0100000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000"},
    /* key of small order, not canonical */
    {NO_KEY, "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "736d616c6c2030",
     "0100000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000"},
};

enum {
	CASES_COUNT = sizeof cases / sizeof cases[0],
};

/* A case, or one that was made: what a verifier is shown. */
struct exhibit {
	uint8_t key[TALLY_KEY_SIZE];
	uint8_t signature[TALLY_SIGNATURE_SIZE];
	uint8_t message[MESSAGE_MAX];
	size_t message_size;
	size_t key_at; /* of the trial's */
	bool accepted; /* by libsodium */
};

static struct bytes
message_of(const struct exhibit *exhibit)
{
	return bytes_make(exhibit->message, exhibit->message_size);
}

static void
exhibit_read(const struct trial_case *from, struct exhibit *out)
{
	out->message_size = strlen(from->message) / 2;
	out->accepted = from->expected == ACCEPTED;
	CHECK(out->message_size <= sizeof out->message);
	CHECK(text_hex_parse(bytes_of_string(from->key), out->key, sizeof out->key));
	CHECK(text_hex_parse(bytes_of_string(from->message), out->message, out->message_size));
	CHECK(text_hex_parse(bytes_of_string(from->signature), out->signature,
			     sizeof out->signature));
}

bool
trial_libsodium(void)
{
	for (size_t i = 0; i < CASES_COUNT; i++) {
		struct exhibit exhibit;

		exhibit_read(&cases[i], &exhibit);
		if (verify_signature(exhibit.signature, message_of(&exhibit), exhibit.key) !=
		    exhibit.accepted)
			return false;
	}
	return true;
}

/* tables */

struct trial {
	const struct verifier *verifier;
	uint8_t *tables; /* room for TRIAL_KEYS of them */
	struct keytable keys[TRIAL_KEYS];
	uint8_t public_keys[TRIAL_KEYS][TALLY_KEY_SIZE];
	uint8_t secret_keys[TRIAL_KEYS][crypto_sign_SECRETKEYBYTES];
	struct exhibit exhibits[TRIAL_SIGNATURES];
	struct ed25519_item items[TRIAL_SIGNATURES];
};

size_t
trial_memory(const struct verifier *verifier)
{
	return TRIAL_KEYS * keytable_room(verifier->key_window) + sizeof(struct trial);
}

static void *
room_for_key(const struct trial *trial, size_t place)
{
	return trial->tables + place * keytable_room(trial->verifier->key_window);
}

static bool
agrees(const struct trial *trial, struct ed25519_item *items, size_t first, size_t count)
{
	verifier_check(trial->verifier, items, count);
	for (size_t i = 0; i < count; i++) {
		if (items[i].genuine != trial->exhibits[first + i].accepted)
			return false;
	}
	return true;
}

static struct ed25519_item
shown(const struct trial *trial, const struct exhibit *exhibit)
{
	return (struct ed25519_item){.signature = exhibit->signature,
				     .message = message_of(exhibit),
				     .key = &trial->keys[exhibit->key_at],
				     .genuine = !exhibit->accepted};
}

/* Alone, and as often as two rows of eight lanes hold and one more. */
static bool
case_agrees(struct trial *trial, const struct trial_case *from)
{
	struct ed25519_item items[17];

	for (size_t i = 0; i < 17; i++) {
		exhibit_read(from, &trial->exhibits[i]);
		trial->exhibits[i].key_at = 0;
		items[i] = shown(trial, &trial->exhibits[i]);
	}
	return agrees(trial, items, 0, 1) && agrees(trial, items, 0, 17);
}

static bool
cases_hold(struct trial *trial)
{
	const char *key = "";

	for (size_t i = 0; i < CASES_COUNT; i++) {
		struct exhibit exhibit;
		bool made;

		exhibit_read(&cases[i], &exhibit);
		made = strcmp(cases[i].key, key) == 0 ||
		       keytable_make(&trial->keys[0], exhibit.key, trial->verifier->key_window,
				     trial->tables);
		if (made == (cases[i].expected == NO_KEY))
			return false;
		if (made && !case_agrees(trial, &cases[i]))
			return false;
		key = made ? cases[i].key : "";
	}
	return true;
}

/* `size` bytes that nobody could have guessed who did not know the seed. */
static void
bytes_of(const uint8_t seed[TRIAL_SEED_SIZE], uint32_t number, uint8_t *out, size_t size)
{
	uint8_t named[TRIAL_SEED_SIZE + 8] = {0};

	memcpy(named, seed, TRIAL_SEED_SIZE);
	for (size_t at = 0; at < size; at += 64) {
		const uint32_t place[2] = {number, (uint32_t)at};
		size_t part = size - at < 64 ? size - at : 64;
		uint8_t block[64];

		memcpy(named + TRIAL_SEED_SIZE, place, sizeof place);
		crypto_generichash(block, sizeof block, named, sizeof named, NULL, 0);
		memcpy(out + at, block, part);
	}
}

static bool
make_keys(struct trial *trial, const uint8_t seed[TRIAL_SEED_SIZE])
{
	for (uint32_t i = 0; i < TRIAL_KEYS; i++) {
		uint8_t own[crypto_sign_SEEDBYTES];

		bytes_of(seed, UINT32_MAX - i, own, sizeof own);
		crypto_sign_seed_keypair(trial->public_keys[i], trial->secret_keys[i], own);
		if (!keytable_make(&trial->keys[i], trial->public_keys[i],
				   trial->verifier->key_window, room_for_key(trial, i)))
			return false;
	}
	return true;
}

/* `chance`: two bytes at random. */
static void
change(struct exhibit *exhibit, size_t way, const uint8_t *chance)
{
	uint8_t bit = (uint8_t)(1 << chance[1] % 8);

	switch (way % 5) {
	case 0:
		exhibit->signature[chance[0] % 32] ^= bit;
		break;
	case 1:
		exhibit->signature[32 + chance[0] % 32] ^= bit;
		break;
	case 2:
		exhibit->message[chance[0]] ^= bit;
		break;
	case 3:
		exhibit->key_at = (exhibit->key_at + 1) % TRIAL_KEYS;
		break;
	default:
		scalar_add_order(exhibit->signature + 32);
		break;
	}
}

static void
exhibit_make(const struct trial *trial, const uint8_t seed[TRIAL_SEED_SIZE], size_t number,
	     struct exhibit *out)
{
	uint8_t chance[4];

	bytes_of(seed, (uint32_t)number, out->message, sizeof out->message);
	memcpy(chance, out->message, sizeof chance);
	out->message_size = (chance[0] << 8 | chance[1]) % (MESSAGE_MAX + 1);
	out->key_at = number % TRIAL_KEYS;
	crypto_sign_detached(out->signature, NULL, out->message, out->message_size,
			     trial->secret_keys[out->key_at]);
	if (number % CHANGED_OF == CHANGED_OF - 1)
		change(out, number / CHANGED_OF, chance + 2);
	memcpy(out->key, trial->public_keys[out->key_at], sizeof out->key);
	out->accepted = verify_signature(out->signature, message_of(out), out->key);
}

static bool
batches_agree(struct trial *trial, const uint8_t seed[TRIAL_SEED_SIZE])
{
	static const size_t sizes[] = {1, 7, 8, 9, 31, TRIAL_SIGNATURES};
	size_t first = 0;

	for (size_t i = 0; i < TRIAL_SIGNATURES; i++) {
		exhibit_make(trial, seed, i, &trial->exhibits[i]);
		trial->items[i] = shown(trial, &trial->exhibits[i]);
	}
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		if (first + sizes[i] > TRIAL_SIGNATURES)
			first = 0;
		for (size_t at = first; at < first + sizes[i]; at++)
			trial->items[at].genuine = !trial->exhibits[at].accepted;
		if (!agrees(trial, trial->items + first, first, sizes[i]))
			return false;
		first += sizes[i];
	}
	return true;
}

/* BLAKE2b of the base point's table of window VERIFIER_BASE_WINDOW. */
static const uint8_t base_digest[16] = {0xb5, 0xd7, 0x8e, 0x7f, 0xf9, 0x12, 0x50, 0x72,
					0x3e, 0x2d, 0x98, 0x38, 0x82, 0xf1, 0xd8, 0x12};

static bool
is_base(const struct keytable *base)
{
	uint8_t digest[sizeof base_digest];

	if (base->window != VERIFIER_BASE_WINDOW)
		return false;
	crypto_generichash(digest, sizeof digest, base->entries, keytable_size(base->window),
			   NULL, 0);
	return memcmp(digest, base_digest, sizeof digest) == 0;
}

static bool
same_key(const struct trial *trial, const struct keytable *table)
{
	struct keytable again;

	return table->entries == NULL ||
	       (keytable_make(&again, table->key, table->window, trial->tables) &&
		memcmp(again.entries, table->entries, keytable_size(table->window)) == 0);
}

static bool
tables_last(const struct trial *trial)
{
	for (size_t i = 0; i < trial->verifier->keys_count; i++) {
		if (!same_key(trial, &trial->verifier->keys[i]))
			return false;
	}
	return is_base(&trial->verifier->base);
}

bool
trial_tables(const struct verifier *verifier, const uint8_t seed[TRIAL_SEED_SIZE], void *memory)
{
	uint8_t *tables = memory;
	void *behind = tables + TRIAL_KEYS * keytable_room(verifier->key_window);
	struct trial *trial = behind;

	CHECK((uintptr_t)memory % KEYTABLE_ALIGNMENT == 0);
	trial->verifier = verifier;
	trial->tables = tables;
	return cases_hold(trial) && make_keys(trial, seed) && batches_agree(trial, seed) &&
	       tables_last(trial);
}
