#include "verify/verifier.h"

#include <string.h>

#include "limits.h"

enum {
	KEY_WINDOW = 9,
	AVX2_LEAST = 3, /* signatures: fewer leave so many lanes idle that adx is faster */
};

static const char *const names[VERIFIER_PATHS_COUNT] = {
    [VERIFIER_LIBSODIUM] = "libsodium",
    [VERIFIER_PORTABLE] = "portable",
    [VERIFIER_IFMA] = "ifma",
};

const char *
verifier_path_name(enum verifier_path path)
{
	return names[path];
}

const char *
verifier_path_sums(enum verifier_path path)
{
	if (path != VERIFIER_PORTABLE)
		return "";
	if (ed25519_avx2_available())
		return "avx2";
	return ed25519_adx_available() ? "adx" : "plain";
}

bool
verifier_path_parse(struct bytes text, enum verifier_path *path)
{
	for (int i = 0; i < VERIFIER_PATHS_COUNT; i++) {
		if (bytes_equal(text, bytes_of_string(names[i]))) {
			*path = (enum verifier_path)i;
			return true;
		}
	}
	return false;
}

bool
verifier_path_available(enum verifier_path path)
{
	return path != VERIFIER_IFMA || ed25519_ifma_available();
}

enum verifier_path
verifier_path_best(void)
{
	return ed25519_ifma_available() ? VERIFIER_IFMA : VERIFIER_PORTABLE;
}

struct verifier
verifier_plain(const struct manifest *manifest)
{
	return (struct verifier){.manifest = manifest, .path = VERIFIER_LIBSODIUM};
}

static size_t
keys_of(const struct manifest *manifest)
{
	return manifest->signing == TALLY_SIGNING_VOTER ? manifest->registrars_count
							: manifest->frontends_count;
}

/* The base point's table, those of keys, the array that names them. */
static size_t
memory_of(size_t keys_count, unsigned key_window)
{
	return keytable_room(VERIFIER_BASE_WINDOW) +
	       keys_count * (keytable_room(key_window) + sizeof(struct keytable));
}

static unsigned
key_window_of(size_t keys_count)
{
	unsigned window = KEY_WINDOW;

	while (memory_of(keys_count, window) > key_tables_bytes_max)
		window--;
	CHECK(window >= KEYTABLE_WINDOW_LEAST);
	return window;
}

size_t
verifier_memory(const struct manifest *manifest)
{
	size_t keys_count = keys_of(manifest);

	return memory_of(keys_count, key_window_of(keys_count));
}

static const uint8_t *
key_at(const struct manifest *manifest, size_t place)
{
	return manifest->signing == TALLY_SIGNING_VOTER
		   ? manifest->registrars[place].public_key
		   : manifest->frontends[place].key.public_key;
}

struct verifier
verifier_make(const struct manifest *manifest, enum verifier_path path, void *memory)
{
	struct verifier verifier = {.manifest = manifest,
				    .path = path,
				    .avx2 = ed25519_avx2_available(),
				    .adx = ed25519_adx_available(),
				    .base_window = VERIFIER_BASE_WINDOW,
				    .keys_count = keys_of(manifest)};
	uint8_t *at = memory;
	size_t room;

	CHECK(path != VERIFIER_LIBSODIUM && verifier_path_available(path));
	CHECK((uintptr_t)memory % KEYTABLE_ALIGNMENT == 0);
	verifier.key_window = key_window_of(verifier.keys_count);
	keytable_make_base(&verifier.base, VERIFIER_BASE_WINDOW, at);
	at += keytable_room(VERIFIER_BASE_WINDOW);
	room = keytable_room(verifier.key_window);
	verifier.keys = (struct keytable *)(void *)(at + verifier.keys_count * room);
	for (size_t i = 0; i < verifier.keys_count; i++) {
		if (!keytable_make(&verifier.keys[i], key_at(manifest, i), verifier.key_window,
				   at + i * room))
			verifier.keys[i].entries = NULL;
	}
	return verifier;
}

size_t
verifier_tables(const struct verifier *verifier)
{
	size_t count = 0;

	for (size_t i = 0; i < verifier->keys_count; i++)
		count += verifier->keys[i].entries != NULL;
	return count;
}

unsigned
verifier_job(const struct verifier *verifier)
{
	if (verifier->manifest->signing == TALLY_SIGNING_VOTER)
		return parcel_items_plain; /* voters' own signatures are libsodium's */
	switch (verifier->path) {
	case VERIFIER_IFMA:
		return parcel_items_max;
	case VERIFIER_PORTABLE:
		return verifier->avx2 ? parcel_items_max : parcel_items_tables;
	default:
		return parcel_items_plain;
	}
}

void
verifier_check(const struct verifier *verifier, struct ed25519_item *items, size_t count)
{
	CHECK(verifier->path != VERIFIER_LIBSODIUM);
	if (verifier->path == VERIFIER_IFMA)
		ed25519_ifma(&verifier->base, items, count);
	else if (verifier->avx2 && count >= AVX2_LEAST)
		ed25519_avx2(&verifier->base, items, count);
	else if (verifier->adx)
		ed25519_adx(&verifier->base, items, count);
	else
		ed25519_portable(&verifier->base, items, count);
}
