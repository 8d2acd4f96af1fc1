/* verifier: how the signatures of a campaign's ballots are looked at, and with what.
 *
 * A ballot's first signature is by a key that the manifest lists: a frontend's, or in voter mode
 * a registrar's (of the certificate). On two of the three paths those keys have tables made
 * beforehand (ed25519/keytable.h), and many signatures are looked at together:
 *
 *   VERIFIER_LIBSODIUM   no tables: crypto_sign_verify_detached, one after the other
 *   VERIFIER_PORTABLE    tables, on every processor: four signatures side by side where it has AVX2
 *                        and FMA, one by one with mulx, adcx and adox where it has those, else in C
 *   VERIFIER_IFMA        tables, eight signatures side by side (AVX-512 IFMA)
 *
 * All three accept the same signatures (P1); verify/trial.h asks whether they do so here. A listed
 * key that is no key by P1 gets no table: libsodium looks at its signatures, and refuses them.
 *
 * All tables have one window each for keys and for the base point: the largest that helps, smaller
 * where there are so many keys that they would not fit key_tables_bytes_max. `memory` is the
 * caller's, aligned to KEYTABLE_ALIGNMENT, and outlives the verifier, as the manifest does.
 *
 * Threads: once made it is only read, by any number of them. No allocation. */
#ifndef TALLY_VERIFY_VERIFIER_H
#define TALLY_VERIFY_VERIFIER_H

#include "ballot/ballot.h"
#include "campaign/manifest.h"
#include "ed25519/signatures.h"

enum verifier_path {
	VERIFIER_LIBSODIUM,
	VERIFIER_PORTABLE,
	VERIFIER_IFMA,
	VERIFIER_PATHS_COUNT,
};

enum {
	VERIFIER_BASE_WINDOW = 11,
};

struct verifier {
	const struct manifest *manifest;
	enum verifier_path path;
	bool avx2, adx;      /* of VERIFIER_PORTABLE: the processor has what they take */
	unsigned key_window; /* 0 without tables, as what follows */
	unsigned base_window;
	struct keytable base;
	size_t keys_count;     /* as the manifest lists frontends or registrars */
	struct keytable *keys; /* entries NULL: the key is none */
};

/* "libsodium", "portable" or "ifma". */
const char *
verifier_path_name(enum verifier_path path);

/* What VERIFIER_PORTABLE runs by on this processor: "avx2", "adx" or "plain"; "" of the others. */
const char *
verifier_path_sums(enum verifier_path path);

/* False if `text` is no such name. */
MUST_USE bool
verifier_path_parse(struct bytes text, enum verifier_path *path);

/* False for VERIFIER_IFMA where this processor does not have it. */
bool
verifier_path_available(enum verifier_path path);

/* The fastest one available. */
enum verifier_path
verifier_path_best(void);

/* libsodium alone: no memory. */
struct verifier
verifier_plain(const struct manifest *manifest);

/* Bytes that verifier_make needs, at most key_tables_bytes_max. */
size_t
verifier_memory(const struct manifest *manifest);

/* `path` is available and has tables. About a millisecond a key. */
struct verifier
verifier_make(const struct manifest *manifest, enum verifier_path path, void *memory);

/* Keys that have a table. */
size_t
verifier_tables(const struct verifier *verifier);

/* Ballots of one job: at most about 2 ms of CPU; twice that where libsodium looks at two signatures
 * of each. */
unsigned
verifier_job(const struct verifier *verifier);

/* Signatures of keys with tables, not on VERIFIER_LIBSODIUM: fills `genuine` of each. */
void
verifier_check(const struct verifier *verifier, struct ed25519_item *items, size_t count);

#endif
